//! What differs between two maps of behaviors.

use std::cmp::Ordering;
use std::collections::{BTreeMap, btree_map};
use std::fmt;

use api_runtime::{ObjectOnly, UniqueKeys, deserialize_as};
use cloudflare_client::sdk::one_line;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Behavior, BehaviorId, BehaviorMap, BehaviorSettings};

/// What differs between two maps of behaviors: an entry for each behavior that is not the same in both.
///
/// `Display` has a line for each: `+` for a new behavior, `-` for one that is gone, `~` for a changed one. In serialized data it is
/// an object with the ids as keys; `before` is missing for a new behavior, and `after` for one that is gone.
///
/// ```
/// use zt_risk_scoring::{Behavior, BehaviorMap, RiskLevel};
///
/// let travel = Behavior::new("Impossible Travel", RiskLevel::High);
/// let mut enabled = travel.clone();
/// enabled.enabled = true;
/// let before: BehaviorMap = [("imp_travel", travel)].into_iter().collect();
/// let after: BehaviorMap =
///     [("imp_travel", enabled), ("new", Behavior::new("New", RiskLevel::Low))].into_iter().collect();
///
/// let diff = before.diff(&after);
/// assert_eq!(diff.to_string(), "~ imp_travel: disabled → enabled\n+ new: disabled, low");
/// assert_eq!(diff.apply_to(&before).unwrap(), after);
/// ```
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct BehaviorDiff(
    #[serde(deserialize_with = "deserialize_as::<UniqueKeys, _, _>")] BTreeMap<BehaviorId, BehaviorDifference>,
);

/// How one behavior differs; see [`BehaviorDiff`].
///
/// ```
/// use zt_risk_scoring::{Behavior, BehaviorDifference, BehaviorMap, RiskLevel};
///
/// let map = |level| -> BehaviorMap { [("imp_travel", Behavior::new("Impossible Travel", level))].into_iter().collect() };
/// for (id, difference) in &map(RiskLevel::Low).diff(&map(RiskLevel::High)) {
///     if let BehaviorDifference::Changed { before, after } = difference {
///         println!("{id}: {} → {}", before.risk_level, after.risk_level);
///     }
///     # assert!(matches!(difference, BehaviorDifference::Changed { .. }));
/// }
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(into = "BeforeAndAfter")]
#[non_exhaustive]
pub enum BehaviorDifference {
    /// Only the second map has the behavior.
    Added(Behavior),
    /// Only the first map has the behavior.
    Removed(Behavior),
    /// Both maps have the behavior, with other values.
    Changed {
        /// The behavior of the first map.
        before: Behavior,
        /// The behavior of the second map.
        after: Behavior,
    },
}

/// A difference in serialized data.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct BeforeAndAfter {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<Behavior>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<Behavior>,
}

impl BehaviorMap {
    /// What differs in another map, which is read as the later one.
    pub fn diff(&self, after: &Self) -> BehaviorDiff {
        let mut differences = BTreeMap::new();
        let (mut old, mut new) = (self.iter().peekable(), after.iter().peekable());
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => return BehaviorDiff(differences),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((before, _)), Some((after, _))) => before.cmp(after),
            };
            let before = if order.is_le() { old.next() } else { None };
            let after = if order.is_ge() { new.next() } else { None };
            let Some((id, _)) = before.or(after) else { continue };
            let difference = BehaviorDifference::between(before.map(|(_, old)| old), after.map(|(_, new)| new));
            differences.extend(difference.map(|difference| (id.clone(), difference)));
        }
    }
}

impl BehaviorDiff {
    /// How a behavior differs. `None` if it does not.
    pub fn get(&self, id: impl AsRef<str>) -> Option<&BehaviorDifference> {
        self.0.get(id.as_ref())
    }

    /// The differences with the ids of their behaviors, in the order of the ids.
    pub fn iter(&self) -> btree_map::Iter<'_, BehaviorId, BehaviorDifference> {
        self.0.iter()
    }

    /// The behaviors that only the second map has.
    pub fn added(&self) -> impl Iterator<Item = (&BehaviorId, &Behavior)> {
        self.iter()
            .filter(|(_, difference)| difference.before().is_none())
            .filter_map(|(id, difference)| Some((id, difference.after()?)))
    }

    /// The behaviors that only the first map has.
    pub fn removed(&self) -> impl Iterator<Item = (&BehaviorId, &Behavior)> {
        self.iter()
            .filter(|(_, difference)| difference.after().is_none())
            .filter_map(|(id, difference)| Some((id, difference.before()?)))
    }

    /// The behaviors with other values: before and after.
    pub fn changed(&self) -> impl Iterator<Item = (&BehaviorId, &Behavior, &Behavior)> {
        self.iter().filter_map(|(id, difference)| Some((id, difference.before()?, difference.after()?)))
    }

    /// The number of behaviors that differ.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the maps are the same.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The differences of the same maps in the other direction.
    pub fn reversed(&self) -> Self {
        let reversed = |difference: &BehaviorDifference| match difference.clone() {
            BehaviorDifference::Added(after) => BehaviorDifference::Removed(after),
            BehaviorDifference::Removed(before) => BehaviorDifference::Added(before),
            BehaviorDifference::Changed { before, after } => {
                BehaviorDifference::Changed { before: after, after: before }
            }
        };
        Self(self.iter().map(|(id, difference)| (id.clone(), reversed(difference))).collect())
    }

    /// Makes the second map from the first one.
    ///
    /// # Errors
    ///
    /// The ids of the behaviors that are not in the map as they were in the first one.
    pub fn apply_to(&self, before: &BehaviorMap) -> Result<BehaviorMap, DiffConflict> {
        let conflicts = self.iter().filter(|(id, difference)| before.get(id) != difference.before());
        let conflicts: Vec<_> = conflicts.map(|(id, _)| id.clone()).collect();
        if !conflicts.is_empty() {
            return Err(DiffConflict(conflicts));
        }
        let unchanged = before.iter().filter(|(id, _)| self.get(id).is_none());
        let changed = self.iter().filter_map(|(id, difference)| Some((id, difference.after()?)));
        Ok(unchanged.chain(changed).map(|(id, behavior)| (id.clone(), behavior.clone())).collect())
    }
}

impl BehaviorDifference {
    /// `None` if the behaviors are the same.
    fn between(before: Option<&Behavior>, after: Option<&Behavior>) -> Option<Self> {
        match (before, after) {
            (Some(before), Some(after)) if before != after => {
                Some(Self::Changed { before: before.clone(), after: after.clone() })
            }
            (None, Some(after)) => Some(Self::Added(after.clone())),
            (Some(before), None) => Some(Self::Removed(before.clone())),
            _ => None,
        }
    }

    /// The behavior of the first map.
    pub fn before(&self) -> Option<&Behavior> {
        match self {
            Self::Removed(before) | Self::Changed { before, .. } => Some(before),
            Self::Added(_) => None,
        }
    }

    /// The behavior of the second map.
    pub fn after(&self) -> Option<&Behavior> {
        match self {
            Self::Added(after) | Self::Changed { after, .. } => Some(after),
            Self::Removed(_) => None,
        }
    }
}

impl<'a> IntoIterator for &'a BehaviorDiff {
    type Item = (&'a BehaviorId, &'a BehaviorDifference);
    type IntoIter = btree_map::Iter<'a, BehaviorId, BehaviorDifference>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A line for each difference, without a final line break. `no differences` if there is none.
impl fmt::Display for BehaviorDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("no differences");
        }
        for (number, (id, difference)) in self.iter().enumerate() {
            let line_break = if number == 0 { "" } else { "\n" };
            let sign = match difference {
                BehaviorDifference::Added(_) => '+',
                BehaviorDifference::Removed(_) => '-',
                BehaviorDifference::Changed { .. } => '~',
            };
            write!(f, "{line_break}{sign} {}: {difference}", one_line(id.as_str()))?;
        }
        Ok(())
    }
}

/// The values that changed, or the settings of a behavior that only one map has, on one line.
impl fmt::Display for BehaviorDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added(behavior) | Self::Removed(behavior) => BehaviorSettings::from(behavior).fmt(f),
            Self::Changed { before, after } => f.write_str(&changes(before, after).join(", ")),
        }
    }
}

/// The values of a behavior that changed, in words.
fn changes(before: &Behavior, after: &Behavior) -> Vec<String> {
    let (old, new) = (BehaviorSettings::from(before), BehaviorSettings::from(after));
    let mut changes = old.changes_to(&new);
    let mut text = |what: &str, before: &str, after: &str| {
        if before != after {
            changes.push(format!("{what} {:?} → {:?}", one_line(before), one_line(after)));
        }
    };
    text("name", &before.name, &after.name);
    text("description", &before.description, &after.description);
    changes
}

impl From<BehaviorDifference> for BeforeAndAfter {
    fn from(difference: BehaviorDifference) -> Self {
        match difference {
            BehaviorDifference::Added(after) => Self { before: None, after: Some(after) },
            BehaviorDifference::Removed(before) => Self { before: Some(before), after: None },
            BehaviorDifference::Changed { before, after } => Self { before: Some(before), after: Some(after) },
        }
    }
}

/// Reads an object with `before`, `after`, or both with other values.
impl<'de> Deserialize<'de> for BehaviorDifference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let BeforeAndAfter { before, after } = BeforeAndAfter::deserialize(ObjectOnly(deserializer))?;
        Self::between(before.as_ref(), after.as_ref())
            .ok_or_else(|| D::Error::custom("`before` and `after` are the same, so nothing differs"))
    }
}

/// A diff does not fit a map: some behaviors are not as they were in the map that the diff began with. Compare again.
///
/// ```
/// use zt_risk_scoring::{Behavior, BehaviorMap, RiskLevel};
///
/// let map = |level| -> BehaviorMap { [("imp_travel", Behavior::new("Impossible Travel", level))].into_iter().collect() };
/// let diff = map(RiskLevel::Low).diff(&map(RiskLevel::High));
/// let conflict = diff.apply_to(&map(RiskLevel::Medium)).unwrap_err();
/// assert_eq!(conflict.ids(), ["imp_travel".into()]);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DiffConflict(Vec<BehaviorId>);

impl DiffConflict {
    /// The ids of the behaviors that are not as the diff says.
    pub fn ids(&self) -> &[BehaviorId] {
        &self.0
    }
}

impl fmt::Display for DiffConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<_> = self.0.iter().map(|id| one_line(id.as_str())).collect();
        write!(f, "the diff does not fit the map: {} changed meanwhile; compare again", ids.join(", "))
    }
}

impl std::error::Error for DiffConflict {}

#[cfg(test)]
mod tests {
    use super::super::map::tests::{behavior, map};
    use super::*;

    fn changed_map() -> BehaviorMap {
        [
            ("imp_travel", behavior("Impossible Travel", false, "high")),
            ("high_dlp", behavior("High\nDLP", false, "high")),
            ("new", behavior("New", true, "critical")),
        ]
        .into_iter()
        .collect()
    }

    #[test]
    fn diff_lists_added_removed_and_changed_behaviors() {
        let diff = map().diff(&changed_map());
        let ids = |behaviors: Vec<(&BehaviorId, &Behavior)>| {
            behaviors.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(ids(diff.added().collect()), ["new"]);
        assert_eq!(ids(diff.removed().collect()), ["sentinel_one"]);
        let changed: Vec<_> =
            diff.changed().map(|(id, before, after)| (id.as_str(), before.enabled, after.enabled)).collect();
        assert_eq!(changed, [("high_dlp", false, false), ("imp_travel", true, false)]);
        assert_eq!((diff.len(), diff.is_empty(), map().diff(&map()).is_empty()), (4, false, true));
    }

    #[test]
    fn display_has_a_line_for_each_difference() {
        let expected = "\
~ high_dlp: name \"High DLP\" → \"High DLP\"
~ imp_travel: enabled → disabled, medium → high
+ new: enabled, critical
- sentinel_one: enabled, low";
        assert_eq!(map().diff(&changed_map()).to_string(), expected);
        assert_eq!(map().diff(&map()).to_string(), "no differences");
    }

    #[test]
    fn diff_is_read_as_it_was_written() {
        let diff = map().diff(&changed_map());
        let json = serde_json::to_string(&diff).unwrap();
        assert_eq!(serde_json::from_str::<BehaviorDiff>(&json).unwrap(), diff);
        let behavior = r#"{"description":"","enabled":true,"name":"n","risk_level":"low"}"#;
        for json in [
            r#"{"a":{}}"#.to_owned(),
            format!(r#"{{"a":{{"before":{behavior},"after":{behavior}}}}}"#),
            format!(r#"{{"a":{{"after":{behavior},"other":1}}}}"#),
            format!(r#"{{"a":[{behavior}]}}"#),
        ] {
            assert!(serde_json::from_str::<BehaviorDiff>(&json).is_err(), "{json}");
        }
    }

    #[test]
    fn diff_makes_the_second_map_and_its_reverse_the_first() {
        let diff = map().diff(&changed_map());
        assert_eq!(diff.apply_to(&map()).unwrap(), changed_map());
        assert_eq!(diff.reversed(), changed_map().diff(&map()));
        assert_eq!(diff.reversed().apply_to(&changed_map()).unwrap(), map());
    }

    #[test]
    fn diff_does_not_fit_another_map() {
        let conflict = map().diff(&changed_map()).apply_to(&changed_map()).unwrap_err();
        assert_eq!(
            conflict.ids().iter().map(BehaviorId::as_str).collect::<Vec<_>>(),
            ["high_dlp", "imp_travel", "new", "sentinel_one"]
        );
        assert!(conflict.to_string().starts_with("the diff does not fit the map: high_dlp, imp_travel"));
    }
}
