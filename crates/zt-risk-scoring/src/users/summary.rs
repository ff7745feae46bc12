//! The risk of all users.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::list::UserList;
use super::{SummaryIntoIter, SummaryIter, UserId, UserSelection, UserSummary};
use crate::RiskLevel;
use crate::object::impl_object_only;

/// The risk of all users of an account, in the API's order. It is complete, since the API does not page users.
///
/// A filter such as [`at_least`](Self::at_least) returns a [`UserSelection`], which has the same filters.
///
/// `Debug` prints the number of users only. In JSON it is an object with a list `users`; null is an empty list.
///
/// ```
/// use zt_risk_scoring::{RiskLevel, Summary};
///
/// let summary: Summary = serde_json::from_str(
///     r#"{"users": [
///         {"user_id": "67e55044-10b1-426f-9247-bb680e5fe0c8", "email": "jane@example.com", "max_risk_level": "high"},
///         {"user_id": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "email": "joe@example.com", "max_risk_level": "low"}
///     ]}"#,
/// )?;
/// let jane = summary.get("67e55044-10b1-426f-9247-bb680e5fe0c8".parse()?).unwrap();
/// assert_eq!(jane.max_risk_level, Some(RiskLevel::High));
/// assert_eq!(summary.find_by_email("JOE@example.com").len(), 1);
/// for user in summary.at_least(RiskLevel::Medium).by_risk() {
///     println!("{:?}: {:?}", user.id(), user.last_event);
/// }
/// # assert_eq!(summary.at_least(RiskLevel::Medium).len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Summary {
    #[serde(deserialize_with = "UserList::read")]
    users: UserList,
    /// The places of users with an id, in the order of the ids. Made when it is needed, since decoding should not wait for it.
    #[serde(skip)]
    by_id: OnceLock<Box<[usize]>>,
}

impl Summary {
    /// The user with an id. Of several users with one id, the first one.
    ///
    /// The first call sorts the ids. Further ones are binary searches.
    pub fn get(&self, id: UserId) -> Option<&UserSummary> {
        let by_id = self.by_id.get_or_init(|| self.sorted_by_id());
        let id_at = |place: usize| self.users.get(place).and_then(UserSummary::id);
        let index = by_id.partition_point(|place| id_at(*place) < Some(id));
        let user = self.users.get(*by_id.get(index)?)?;
        (user.id() == Some(id)).then_some(user)
    }

    fn sorted_by_id(&self) -> Box<[usize]> {
        let with_id = self.users.iter().enumerate().filter_map(|(place, user)| Some((user.id()?, place)));
        let mut places: Vec<_> = with_id.collect();
        places.sort_unstable();
        places.into_iter().map(|(_, place)| place).collect()
    }

    /// The users with an e-mail address, ignoring ASCII case. Several users may have the same one. Looks at every user.
    pub fn find_by_email(&self, email: &str) -> UserSelection<'_> {
        self.iter().filter(|user| has_email(user, email)).collect()
    }

    /// The users with the given level or a higher one. An unknown level is higher than every known one; see
    /// [`RiskLevel`]. Users [without a level](Self::without_level) are not selected.
    pub fn at_least(&self, level: RiskLevel) -> UserSelection<'_> {
        self.iter().filter(|user| user.max_risk_level.as_ref() >= Some(&level)).collect()
    }

    /// The users with exactly the given level.
    pub fn at_level(&self, level: RiskLevel) -> UserSelection<'_> {
        self.iter().filter(|user| user.max_risk_level.as_ref() == Some(&level)).collect()
    }

    /// The users whose level the API did not send.
    pub fn without_level(&self) -> UserSelection<'_> {
        self.iter().filter(|user| user.max_risk_level.is_none()).collect()
    }

    /// All users, those with the highest level first; see [`UserSelection::by_risk`].
    pub fn by_risk(&self) -> UserSelection<'_> {
        self.all().by_risk()
    }

    /// The number of users with each level. Known levels without a user are listed with 0. Users
    /// [without a level](Self::without_level) are not counted.
    pub fn count_by_level(&self) -> BTreeMap<RiskLevel, usize> {
        count_by_level(self.iter())
    }

    /// All users, as a selection.
    pub fn all(&self) -> UserSelection<'_> {
        self.iter().collect()
    }

    /// The number of users.
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether the account has no users.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The users, in the API's order.
    pub fn iter(&self) -> SummaryIter<'_> {
        self.users.iter()
    }
}

/// Whether a user has an e-mail address, ignoring ASCII case.
pub(super) fn has_email(user: &UserSummary, email: &str) -> bool {
    user.email.as_ref().is_some_and(|other| other.eq_ignore_ascii_case(email))
}

/// The number of users with each level, and 0 for known levels without a user.
pub(super) fn count_by_level<'a>(users: impl Iterator<Item = &'a UserSummary>) -> BTreeMap<RiskLevel, usize> {
    let mut counts: BTreeMap<RiskLevel, usize> = RiskLevel::KNOWN.into_iter().map(|level| (level, 0)).collect();
    for level in users.filter_map(|user| user.max_risk_level.as_ref()) {
        // Looked up first, since a copy of an unknown level allocates.
        match counts.get_mut(level) {
            Some(count) => *count = count.saturating_add(1),
            None => {
                counts.insert(level.clone(), 1);
            }
        }
    }
    counts
}

impl_object_only!(Summary);

impl PartialEq for Summary {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other)
    }
}

impl Eq for Summary {}

/// The number of users only.
impl fmt::Debug for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Summary").field("users", &self.len()).finish_non_exhaustive()
    }
}

impl FromIterator<UserSummary> for Summary {
    fn from_iter<T: IntoIterator<Item = UserSummary>>(users: T) -> Self {
        Self { users: users.into_iter().collect(), ..Self::default() }
    }
}

impl IntoIterator for Summary {
    type Item = UserSummary;
    type IntoIter = SummaryIntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.users.into_iter()
    }
}

impl<'a> IntoIterator for &'a Summary {
    type Item = &'a UserSummary;
    type IntoIter = SummaryIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::*;

    const JANE: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";
    const JOE: &str = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";

    pub(crate) fn user(name: &str, id: Value, level: Value, last_event: Value) -> Value {
        json!({"email": format!("{name}@example.com"), "event_count": 1, "last_event": last_event, "max_risk_level": level,
            "name": name, "user_id": id})
    }

    pub(crate) fn summary(users: &[Value]) -> Summary {
        serde_json::from_value(json!({"users": users})).unwrap()
    }

    pub(crate) fn names<'a>(users: impl IntoIterator<Item = &'a UserSummary>) -> Vec<&'a str> {
        users.into_iter().map(|user| user.name.as_deref().unwrap()).collect()
    }

    fn with(property: &str, value: Value) -> Value {
        let mut user = user("Jane", json!(JANE), json!("high"), json!("2026-11-22T01:02:03Z"));
        user[property] = value;
        user
    }

    #[test]
    fn odd_value_of_one_user_costs_no_other_user_and_is_written_back() {
        let others = user("Joe", json!(JOE), json!("low"), json!("2026-11-22T01:02:03Z"));
        for property in ["email", "event_count", "last_event", "max_risk_level", "name", "user_id"] {
            for value in [json!(null), json!("odd"), json!(7), json!(1.5), json!(true), json!([1]), json!({"a": null})]
            {
                let json = json!({"users": [others, with(property, value.clone()), others]});
                let summary: Summary = serde_json::from_str(&json.to_string()).unwrap();
                assert_eq!(summary.len(), 3, "{property} {value}");
                assert_eq!(serde_json::to_value(&summary).unwrap(), json);
            }
            let mut absent = with(property, json!(null));
            absent.as_object_mut().unwrap().remove(property);
            let written = serde_json::to_value(summary(&[absent])).unwrap();
            assert_eq!(written, json!({"users": [with(property, json!(null))]}));
        }
    }

    #[test]
    fn odd_text_is_kept_beside_no_value() {
        let user = |json| summary(&[json]).into_iter().next().unwrap();
        assert_eq!(user(with("user_id", json!("one"))).id(), None);
        assert_eq!(user(with("user_id", json!(JANE.to_uppercase()))).id().unwrap().to_string(), JANE);
        let last_event = user(with("last_event", json!("yesterday"))).last_event.unwrap();
        assert_eq!((last_event.value(), &*last_event.text()), (None, "yesterday"));
        assert_eq!(user(with("last_event", json!(1_795_309_323))).last_event, None);
        let level = |value| user(with("max_risk_level", value)).max_risk_level.unwrap();
        assert_eq!((level(json!("Critical")).as_str(), level(json!(4)).as_str()), ("Critical", "4"));
        let odd = user(with("event_count", json!("3")));
        assert_eq!((odd.event_count, odd.mistyped().collect::<Vec<_>>()), (None, vec![("event_count", &json!("3"))]));
    }

    #[test]
    fn malformed_summary_is_rejected_without_its_values() {
        for (json, problem) in [
            (json!({}), "missing field `users`"),
            (json!([]), "invalid type: sequence, expected struct Summary"),
            (json!({"users": {}}), "invalid type: map, expected a list"),
            (json!({"users": [null]}), "invalid type: null, expected struct UserSummary"),
            (json!({"users": [["a"]]}), "invalid type: sequence, expected struct UserSummary"),
        ] {
            let error = serde_json::from_str::<Summary>(&json.to_string()).unwrap_err().to_string();
            assert!(error.starts_with(problem), "{error}");
        }
        let empty: Summary = serde_json::from_str(r#"{"users":null}"#).unwrap();
        assert!(empty.is_empty() && empty == Summary::default());
    }

    #[test]
    fn user_is_found_by_id_wherever_it_stands() {
        let ids: Vec<_> = (0..100_u128).map(|number| uuid::Uuid::from_u128(number * 7 % 101).to_string()).collect();
        let users = ids.iter().map(|id| user(id, json!(id), json!("low"), json!(null)));
        let odd = [json!("odd"), json!(null), json!(7)].map(|id| user("odd", id, json!("low"), json!(null)));
        let summary = summary(&odd.into_iter().chain(users).collect::<Vec<_>>());
        for id in &ids {
            assert_eq!(summary.get(id.parse().unwrap()).unwrap().name.as_deref(), Some(id.as_str()));
        }
        for unknown in ["ffffffff-ffff-ffff-ffff-ffffffffffff", "00000000-0000-0000-0000-0000000000ff"] {
            assert_eq!(summary.get(unknown.parse().unwrap()), None);
        }
        assert_eq!(summary.clone().get(ids[5].parse().unwrap()), summary.get(ids[5].parse().unwrap()));
        assert_eq!(Summary::default().get(JANE.parse().unwrap()), None);
    }

    #[test]
    fn first_of_several_users_with_one_id_is_found() {
        let jane = |name: &str| user(name, json!(JANE), json!("low"), json!(null));
        let summary = summary(&[user("Joe", json!(JOE), json!("low"), json!(null)), jane("first"), jane("second")]);
        assert_eq!(names(summary.get(JANE.parse().unwrap())), ["first"]);
    }

    #[test]
    fn email_is_found_ignoring_ascii_case() {
        let named = |name: &str| user(name, json!(null), json!("low"), json!(null));
        let summary = summary(&[named("jane"), named("JANE"), named("joe"), with("email", json!(null)), named("ü")]);
        assert_eq!(names(summary.find_by_email("Jane@Example.com")), ["jane", "JANE"]);
        assert_eq!(names(summary.find_by_email("ü@example.com")), ["ü"]);
        assert!(summary.find_by_email("Ü@example.com").is_empty() && summary.find_by_email("").is_empty());
    }

    #[test]
    fn levels_are_selected_and_counted() {
        let at = |name: &str, level: Value| user(name, json!(null), level, json!(null));
        let summary = summary(&[
            at("a", json!("low")),
            at("b", json!("critical")),
            at("c", json!("medium")),
            at("d", json!(null)),
            at("e", json!(9)),
            at("f", json!("medium")),
        ]);
        assert_eq!(names(summary.at_least(RiskLevel::Medium)), ["b", "c", "e", "f"]);
        assert_eq!(names(summary.at_least(RiskLevel::Low).at_least(RiskLevel::High)), ["b", "e"]);
        assert_eq!(names(summary.at_level(RiskLevel::Medium)), ["c", "f"]);
        assert_eq!(names(summary.all().at_level(RiskLevel::Low)), ["a"]);
        assert_eq!((names(summary.without_level()), names(summary.all().without_level())), (vec!["d"], vec!["d"]));
        let counts = [("low", 1), ("medium", 2), ("high", 0), ("9", 1), ("critical", 1)];
        let counts: BTreeMap<RiskLevel, usize> = counts.map(|(level, count)| (level.into(), count)).into();
        assert_eq!(summary.count_by_level(), counts);
        assert_eq!(summary.all().count_by_level(), counts);
    }

    #[test]
    fn debug_output_has_no_personal_data() {
        let secret = "jane.doe@example.com";
        for property in ["email", "event_count", "last_event", "max_risk_level", "name", "user_id"] {
            for value in [json!(secret), json!([secret]), json!({secret: secret})] {
                let summary = summary(&[with(property, value)]);
                let debug = format!("{:?} {summary:?} {:?}", summary.iter().next().unwrap(), summary.all());
                assert!(!debug.contains("jane.doe") && !debug.contains("Jane"), "{debug}");
            }
        }
        let user = summary(&[with("event_count", json!(3))]).into_iter().next().unwrap();
        let expected = "UserSummary { id: Some(UserId(67e55044-10b1-426f-9247-bb680e5fe0c8)), max_risk_level: Some(\"high\"), \
            last_event: Some(2026-11-22T01:02:03Z), event_count: Some(3), mistyped: [], .. }";
        assert_eq!(format!("{user:?}"), expected);
    }

    #[test]
    fn summary_is_made_of_users() {
        let users = summary(&[with("name", json!("a")), with("name", json!("b"))]);
        assert_eq!(users.clone().into_iter().collect::<Summary>(), users);
        assert_eq!((names(&users), names(users.all())), (vec!["a", "b"], vec!["a", "b"]));
    }

    #[test]
    fn user_takes_little_more_than_its_values() {
        assert!(size_of::<UserSummary>() <= 112, "{}", size_of::<UserSummary>());
    }
}
