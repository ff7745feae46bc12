//! A part of an account's users.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::vec;

use super::UserSummary;
use super::summary::{count_by_level, has_email};
use crate::{Formatted, RiskLevel};

/// The users of a [`Summary`](super::Summary) that passed a filter, in the order of the summary until they are
/// [sorted](Self::by_risk).
///
/// `Debug` prints the number of users only.
///
/// ```
/// # let json = r#"{"users": [{"max_risk_level": "low"}, {"max_risk_level": "high"}, {"max_risk_level": "medium"}]}"#;
/// # let summary: zt_risk_scoring::Summary = serde_json::from_str(json)?;
/// use zt_risk_scoring::RiskLevel;
///
/// let risky = summary.at_least(RiskLevel::Medium).by_risk();
/// let levels: Vec<_> = risky.iter().filter_map(|user| user.max_risk_level.clone()).collect();
/// assert_eq!(levels, [RiskLevel::High, RiskLevel::Medium]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, Eq, PartialEq)]
pub struct UserSelection<'a>(Vec<&'a UserSummary>);

impl<'a> UserSelection<'a> {
    /// The number of selected users.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no user is selected.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The selected users.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a UserSummary> + DoubleEndedIterator {
        self.0.iter().copied()
    }

    /// The selected users with an e-mail address, ignoring ASCII case.
    pub fn find_by_email(self, email: &str) -> Self {
        self.filter(|user| has_email(user, email))
    }

    /// The selected users with the given level or a higher one. An unknown level is higher than every known one; see
    /// [`RiskLevel`].
    pub fn at_least(self, level: RiskLevel) -> Self {
        self.filter(|user| user.max_risk_level.as_ref() >= Some(&level))
    }

    /// The selected users with exactly the given level.
    pub fn at_level(self, level: RiskLevel) -> Self {
        self.filter(|user| user.max_risk_level.as_ref() == Some(&level))
    }

    /// The selected users whose level the API did not send.
    pub fn without_level(self) -> Self {
        self.filter(|user| user.max_risk_level.is_none())
    }

    /// The selected users, those with the highest level first. Of users with one level, those with the latest event come first,
    /// and those without a time of an event last. Users without a level come last. Equal ones keep their order.
    pub fn by_risk(mut self) -> Self {
        // `None` is less than every level and time.
        let latest = |user: &UserSummary| user.last_event.as_ref().and_then(Formatted::value).copied();
        self.0.sort_by_key(|user| Reverse((user.max_risk_level.as_ref(), latest(user))));
        self
    }

    /// The number of selected users with each level. Known levels without a user are listed with 0.
    pub fn count_by_level(&self) -> BTreeMap<RiskLevel, usize> {
        count_by_level(self.iter())
    }

    fn filter(mut self, keep: impl Fn(&UserSummary) -> bool) -> Self {
        self.0.retain(|user| keep(user));
        self
    }
}

/// The number of users only.
impl fmt::Debug for UserSelection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserSelection").field("users", &self.len()).finish_non_exhaustive()
    }
}

impl<'a> FromIterator<&'a UserSummary> for UserSelection<'a> {
    fn from_iter<T: IntoIterator<Item = &'a UserSummary>>(users: T) -> Self {
        Self(users.into_iter().collect())
    }
}

impl<'a> IntoIterator for UserSelection<'a> {
    type Item = &'a UserSummary;
    type IntoIter = vec::IntoIter<&'a UserSummary>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &UserSelection<'a> {
    type Item = &'a UserSummary;
    type IntoIter = vec::IntoIter<&'a UserSummary>;

    fn into_iter(self) -> Self::IntoIter {
        self.clone().into_iter()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::summary::tests::{names, summary, user};
    use super::*;

    #[test]
    fn riskiest_users_come_first_and_of_them_those_with_the_latest_event() {
        let user = |name: &str, level: serde_json::Value, time: serde_json::Value| user(name, json!(null), level, time);
        let summary = summary(&[
            user("none", json!(null), json!("2027-01-01T00:00:00Z")),
            user("low", json!("low"), json!("2026-11-22T00:00:00Z")),
            user("high, odd time", json!("high"), json!("yesterday")),
            user("high, no time", json!("high"), json!(null)),
            user("high, early", json!("high"), json!("2026-11-22T00:00:00+02:00")),
            user("high, late", json!("high"), json!("2026-11-22T00:00:00Z")),
            user("unknown", json!("critical"), json!(null)),
            user("medium", json!("medium"), json!("2026-11-22T00:00:00Z")),
        ]);
        let expected =
            ["unknown", "high, late", "high, early", "high, odd time", "high, no time", "medium", "low", "none"];
        assert_eq!(names(summary.by_risk()), expected);
        assert_eq!(names(summary.at_least(RiskLevel::Medium).by_risk()), expected[..6]);
    }

    #[test]
    fn selection_is_iterated_in_its_order() {
        let user = |name: &str, level: &str| user(name, json!(null), json!(level), json!(null));
        let summary = summary(&[user("a", "low"), user("b", "high"), user("a", "medium")]);
        let selection = summary.by_risk();
        assert_eq!((selection.len(), names(&selection)), (3, vec!["b", "a", "a"]));
        assert_eq!(names(selection.iter().rev()), ["a", "a", "b"]);
        assert_eq!(names(selection.find_by_email("A@example.com")), ["a", "a"]);
        assert!(UserSelection::default().is_empty());
    }
}
