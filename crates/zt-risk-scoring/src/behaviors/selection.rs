//! A part of an account's behaviors.

use std::collections::BTreeMap;
use std::fmt;

use super::{Behavior, BehaviorId, SelectionIter, table};
use crate::RiskLevel;

/// The behaviors of a [`BehaviorMap`](super::BehaviorMap) that passed a filter, ordered by id.
///
/// ```
/// # use zt_risk_scoring::{Behavior, BehaviorMap, RiskLevel};
/// # let behaviors: BehaviorMap = [("imp_travel", Behavior::new("Impossible Travel", RiskLevel::High))].into_iter().collect();
/// let risky_but_off = behaviors.disabled().at_least(RiskLevel::Medium);
/// for (id, behavior) in &risky_but_off {
///     println!("{id} ({}) is off", behavior.name);
/// }
/// # assert_eq!(risky_but_off.len(), 1);
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Selection<'a>(Vec<Entry<'a>>);

/// A behavior with its id.
type Entry<'a> = (&'a BehaviorId, &'a Behavior);

impl<'a> Selection<'a> {
    /// The number of selected behaviors.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no behavior is selected.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The selected behaviors with their ids, in the order of the ids.
    pub fn iter(&self) -> impl Iterator<Item = Entry<'a>> + '_ {
        self.0.iter().copied()
    }

    /// The selected behaviors with the given display name, ignoring case.
    pub fn find_by_name(self, name: &str) -> Self {
        let name = name.to_lowercase();
        self.filter(|behavior| behavior.name.to_lowercase() == name)
    }

    /// The selected behaviors that count towards the score.
    pub fn enabled(self) -> Self {
        self.filter(|behavior| behavior.enabled)
    }

    /// The selected behaviors that do not count towards the score.
    pub fn disabled(self) -> Self {
        self.filter(|behavior| !behavior.enabled)
    }

    /// The selected behaviors with exactly the given level.
    pub fn at_level(self, level: RiskLevel) -> Self {
        self.filter(|behavior| behavior.risk_level == level)
    }

    /// The selected behaviors with the given level or a higher one. An unknown level is higher than every known one;
    /// see [`RiskLevel`].
    pub fn at_least(self, level: RiskLevel) -> Self {
        self.filter(|behavior| behavior.risk_level >= level)
    }

    /// The number of selected behaviors with each level. Known levels without a behavior are listed with 0.
    pub fn count_by_level(&self) -> BTreeMap<RiskLevel, usize> {
        let mut counts: BTreeMap<RiskLevel, usize> = RiskLevel::KNOWN.into_iter().map(|level| (level, 0)).collect();
        for (_, behavior) in &self.0 {
            let count = counts.entry(behavior.risk_level.clone()).or_default();
            *count = count.saturating_add(1);
        }
        counts
    }

    /// The highest level of the selected behaviors. `None` if no behavior is selected.
    pub fn highest_level(&self) -> Option<&'a RiskLevel> {
        self.0.iter().map(|(_, behavior)| &behavior.risk_level).max()
    }

    fn filter(mut self, keep: impl Fn(&Behavior) -> bool) -> Self {
        self.0.retain(|(_, behavior)| keep(behavior));
        self
    }
}

impl<'a> FromIterator<Entry<'a>> for Selection<'a> {
    fn from_iter<T: IntoIterator<Item = Entry<'a>>>(entries: T) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl<'a> IntoIterator for Selection<'a> {
    type Item = Entry<'a>;
    type IntoIter = SelectionIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        SelectionIter(self.0.into_iter())
    }
}

impl<'a> IntoIterator for &Selection<'a> {
    type Item = Entry<'a>;
    type IntoIter = SelectionIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.clone().into_iter()
    }
}

/// A table with a line for each behavior.
impl fmt::Display for Selection<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table::write(f, self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::super::BehaviorMap;
    use super::super::map::tests::{behavior, map};
    use super::*;

    fn ids(selection: Selection<'_>) -> Vec<&str> {
        selection.into_iter().map(|(id, _)| id.as_str()).collect()
    }

    #[test]
    fn filters_select_and_chain() {
        let map = map();
        assert_eq!(ids(map.enabled()), ["imp_travel", "sentinel_one"]);
        assert_eq!(ids(map.disabled()), ["high_dlp"]);
        assert_eq!(ids(map.at_level(RiskLevel::Low)), ["sentinel_one"]);
        assert_eq!(ids(map.at_least(RiskLevel::Medium)), ["high_dlp", "imp_travel"]);
        assert_eq!(ids(map.enabled().at_least(RiskLevel::Medium)), ["imp_travel"]);
        assert_eq!(ids(map.at_least(RiskLevel::Medium).enabled()), ["imp_travel"]);
        assert!(map.disabled().at_level(RiskLevel::Low).is_empty());
    }

    #[test]
    fn at_least_includes_unknown_levels() {
        let map: BehaviorMap = [("new", behavior("New", true, "critical"))].into_iter().collect();
        for level in RiskLevel::KNOWN {
            assert_eq!(ids(map.at_least(level)), ["new"]);
        }
        assert!(map.at_level(RiskLevel::High).is_empty());
        assert_eq!(map.highest_enabled_level(), Some(&RiskLevel::from("critical")));
    }

    #[test]
    fn find_by_name_ignores_case_and_returns_every_match() {
        let map: BehaviorMap =
            ["a", "b"].into_iter().map(|id| (id, behavior("Impossible Travel", id == "a", "low"))).collect();
        assert_eq!(ids(map.find_by_name("impossible travel")), ["a", "b"]);
        assert_eq!(ids(map.find_by_name("Impossible Travel").enabled()), ["a"]);
        assert!(map.find_by_name("Impossible").is_empty());
    }

    #[test]
    fn counts_have_every_known_level_and_the_unknown_ones_in_use() {
        let counts = map().enabled().count_by_level();
        assert_eq!(counts, [(RiskLevel::Low, 1), (RiskLevel::Medium, 1), (RiskLevel::High, 0)].into());
        let map: BehaviorMap = [("new", behavior("New", true, "critical"))].into_iter().collect();
        assert_eq!(map.count_by_level().get(&RiskLevel::from("critical")), Some(&1));
    }
}
