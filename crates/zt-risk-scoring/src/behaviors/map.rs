//! All behaviors of an account.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::sorted::SortedBehaviors;
use super::{Behavior, BehaviorId, BehaviorMapIntoIter, BehaviorMapIter, Selection, table};
use crate::RiskLevel;

/// All behaviors of an account, ordered by id. The map is complete, since the API does not page behaviors.
///
/// A filter such as [`enabled`](Self::enabled) returns a [`Selection`], which has the same filters. It is a type of its
/// own, so that no caller takes a filtered map for the complete one.
///
/// In JSON the map is an object with the ids as keys. Deserializing an object with a duplicate id is an error.
///
/// ```
/// use zt_risk_scoring::{Behavior, BehaviorMap, RiskLevel};
///
/// let mut travel = Behavior::new("Impossible Travel", RiskLevel::High);
/// travel.enabled = true;
/// let dlp = Behavior::new("High Number of DLP Policies Triggered", RiskLevel::Medium);
/// let behaviors: BehaviorMap = [("imp_travel", travel), ("high_dlp", dlp)].into_iter().collect();
///
/// assert_eq!(behaviors.get("imp_travel").map(|behavior| behavior.enabled), Some(true));
/// assert_eq!(behaviors.enabled().at_least(RiskLevel::Medium).len(), 1);
/// assert_eq!(behaviors.highest_enabled_level(), Some(&RiskLevel::High));
/// ```
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct BehaviorMap(SortedBehaviors);

impl BehaviorMap {
    /// The behavior with the given id.
    pub fn get(&self, id: impl AsRef<str>) -> Option<&Behavior> {
        self.0.get(id.as_ref())
    }

    /// The number of behaviors.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the account has no behaviors.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The behaviors with their ids, in the order of the ids.
    pub fn iter(&self) -> BehaviorMapIter<'_> {
        self.0.iter()
    }

    /// All behaviors, as a selection.
    pub fn all(&self) -> Selection<'_> {
        self.iter().collect()
    }

    /// The behaviors with the given display name, ignoring case. Names may change, and several behaviors may have the
    /// same one.
    pub fn find_by_name(&self, name: &str) -> Selection<'_> {
        self.all().find_by_name(name)
    }

    /// The behaviors that count towards the score.
    pub fn enabled(&self) -> Selection<'_> {
        self.all().enabled()
    }

    /// The behaviors that do not count towards the score.
    pub fn disabled(&self) -> Selection<'_> {
        self.all().disabled()
    }

    /// The behaviors with exactly the given level.
    pub fn at_level(&self, level: RiskLevel) -> Selection<'_> {
        self.all().at_level(level)
    }

    /// The behaviors with the given level or a higher one. An unknown level is higher than every known one; see
    /// [`RiskLevel`].
    pub fn at_least(&self, level: RiskLevel) -> Selection<'_> {
        self.all().at_least(level)
    }

    /// The number of behaviors with each level. Known levels without a behavior are listed with 0.
    pub fn count_by_level(&self) -> BTreeMap<RiskLevel, usize> {
        self.all().count_by_level()
    }

    /// The highest level among the enabled behaviors, which is the highest score that a user can get. `None` if no
    /// behavior is enabled. An unknown level is higher than every known one; see [`RiskLevel`].
    pub fn highest_enabled_level(&self) -> Option<&RiskLevel> {
        self.enabled().highest_level()
    }
}

/// If several behaviors have the same id, the map keeps the last one, as the maps of the standard library do.
impl<I: Into<BehaviorId>> FromIterator<(I, Behavior)> for BehaviorMap {
    fn from_iter<T: IntoIterator<Item = (I, Behavior)>>(behaviors: T) -> Self {
        Self(SortedBehaviors::last_of_each(behaviors.into_iter().map(|(id, behavior)| (id.into(), behavior)).collect()))
    }
}

impl IntoIterator for BehaviorMap {
    type Item = (BehaviorId, Behavior);
    type IntoIter = BehaviorMapIntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a BehaviorMap {
    type Item = (&'a BehaviorId, &'a Behavior);
    type IntoIter = BehaviorMapIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A table with a line for each behavior.
impl fmt::Display for BehaviorMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table::write(f, self.iter())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn behavior(name: &str, enabled: bool, level: &str) -> Behavior {
        Behavior { enabled, ..Behavior::new(name, level.into()) }
    }

    pub(crate) fn map() -> BehaviorMap {
        [
            ("imp_travel", behavior("Impossible Travel", true, "medium")),
            ("high_dlp", behavior("High DLP", false, "high")),
            ("sentinel_one", behavior("SentinelOne Infection Detected", true, "low")),
        ]
        .into_iter()
        .collect()
    }

    #[test]
    fn behavior_is_found_by_exact_id() {
        assert_eq!(map().get("high_dlp").unwrap().name, "High DLP");
        assert_eq!(map().get(BehaviorId::new("high_dlp")), map().get("high_dlp"));
        assert_eq!(map().get("HIGH_DLP"), None);
    }

    #[test]
    fn behaviors_are_ordered_by_id() {
        let ids: Vec<_> = map().into_iter().map(|(id, _)| id.to_string()).collect();
        assert_eq!(ids, ["high_dlp", "imp_travel", "sentinel_one"]);
    }

    #[test]
    fn highest_enabled_level_ignores_disabled_behaviors() {
        assert_eq!(map().highest_enabled_level(), Some(&RiskLevel::Medium));
        assert_eq!(BehaviorMap::default().highest_enabled_level(), None);
    }

    #[test]
    fn json_with_an_unknown_level_is_written_as_it_was_read() {
        let json = r#"{"foo":{"description":"d","enabled":true,"name":"n","risk_level":"critical"}}"#;
        let map: BehaviorMap = serde_json::from_str(json).unwrap();
        assert_eq!(map.get("foo").unwrap().risk_level, RiskLevel::from("critical"));
        assert_eq!(serde_json::to_string(&map).unwrap(), json);
    }

    #[test]
    fn behavior_written_as_an_array_is_rejected() {
        assert!(serde_json::from_str::<BehaviorMap>(r#"{"foo":["d",true,"n","low"]}"#).is_err());
    }

    #[test]
    fn json_that_is_no_object_is_rejected() {
        for json in ["[]", "null", "7"] {
            let error = serde_json::from_str::<BehaviorMap>(json).unwrap_err().to_string();
            assert!(error.contains("expected a map"), "{error}");
        }
    }

    #[test]
    fn json_with_a_duplicate_id_is_rejected() {
        let behavior = r#"{"description":"d","enabled":true,"name":"n","risk_level":"low"}"#;
        for id in ["foo", "f\\u006fo"] {
            let json = format!(r#"{{"foo":{behavior},"bar":{behavior},"{id}":{behavior}}}"#);
            let error = serde_json::from_str::<BehaviorMap>(&json).unwrap_err();
            assert!(error.to_string().starts_with("duplicate key"), "{error}");
        }
    }
}
