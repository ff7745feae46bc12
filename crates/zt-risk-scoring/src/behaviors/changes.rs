//! Edits of some settings of some behaviors.

use std::collections::{BTreeMap, btree_map};

use api_runtime::{UniqueKeys, deserialize_as};
use serde::{Deserialize, Serialize};

use super::{Behavior, BehaviorId, BehaviorSettings};
use crate::RiskLevel;
use crate::object::impl_object_only;

/// Edits of some settings of some behaviors. What it does not name stays as it is.
///
/// It is no request: [`Behaviors::plan`](crate::Behaviors::plan) compares it with the account, and
/// [`Behaviors::apply`](crate::Behaviors::apply) makes the changes.
///
/// In serialized data it is an object with the ids as keys. An unknown key of an edit is an error, and so is a duplicate id.
///
/// ```
/// use zt_risk_scoring::{BehaviorChanges, RiskLevel};
///
/// let changes = BehaviorChanges::new()
///     .enable("imp_travel")
///     .level("imp_travel", RiskLevel::High)
///     .disable("high_dlp");
/// let json = r#"{"high_dlp":{"enabled":false},"imp_travel":{"enabled":true,"risk_level":"high"}}"#;
/// assert_eq!(serde_json::to_string(&changes).unwrap(), json);
/// assert_eq!(serde_json::from_str::<BehaviorChanges>(json).unwrap(), changes);
/// ```
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
#[must_use = "changes do nothing until they are planned and applied"]
pub struct BehaviorChanges(
    #[serde(deserialize_with = "deserialize_as::<UniqueKeys, _, _>")] BTreeMap<BehaviorId, BehaviorChange>,
);

/// The edit of one behavior; see [`BehaviorChanges`]. A setting that it does not name stays as it is.
///
/// ```
/// use zt_risk_scoring::{BehaviorChange, BehaviorChanges};
///
/// let mut change = BehaviorChange::default();
/// change.enabled = Some(true);
/// let changes: BehaviorChanges = [("imp_travel", change)].into_iter().collect();
/// assert_eq!(changes, BehaviorChanges::new().enable("imp_travel"));
/// ```
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an object with `enabled`, `risk_level` or both")]
#[non_exhaustive]
pub struct BehaviorChange {
    /// Whether the behavior is to count towards the score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The level that the behavior is to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk_level: Option<RiskLevel>,
}

impl BehaviorChanges {
    /// No edits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Enables a behavior. It replaces an earlier edit of the same setting.
    pub fn enable(self, id: impl Into<BehaviorId>) -> Self {
        self.edit(id, |change| change.enabled = Some(true))
    }

    /// Disables a behavior. It replaces an earlier edit of the same setting.
    pub fn disable(self, id: impl Into<BehaviorId>) -> Self {
        self.edit(id, |change| change.enabled = Some(false))
    }

    /// Sets the level of a behavior. It replaces an earlier edit of the same setting.
    pub fn level(self, id: impl Into<BehaviorId>, level: RiskLevel) -> Self {
        self.edit(id, |change| change.risk_level = Some(level))
    }

    fn edit(mut self, id: impl Into<BehaviorId>, edit: impl FnOnce(&mut BehaviorChange)) -> Self {
        edit(self.0.entry(id.into()).or_default());
        self
    }

    /// The edit of a behavior.
    pub fn get(&self, id: impl AsRef<str>) -> Option<&BehaviorChange> {
        self.0.get(id.as_ref())
    }

    /// The edits with the ids of their behaviors, in the order of the ids.
    pub fn iter(&self) -> btree_map::Iter<'_, BehaviorId, BehaviorChange> {
        self.0.iter()
    }

    /// The number of behaviors that are named.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no behavior is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl BehaviorChange {
    /// The settings of a behavior after the edit. What the edit does not name is copied verbatim.
    pub fn settings_after(&self, behavior: &Behavior) -> BehaviorSettings {
        let enabled = self.enabled.unwrap_or(behavior.enabled);
        let risk_level = self.risk_level.as_ref().unwrap_or(&behavior.risk_level);
        BehaviorSettings::new(enabled, risk_level.clone())
    }
}

impl From<BehaviorSettings> for BehaviorChange {
    fn from(settings: BehaviorSettings) -> Self {
        Self { enabled: Some(settings.enabled), risk_level: Some(settings.risk_level) }
    }
}

/// Of several edits with one id, the last one counts.
impl<I: Into<BehaviorId>> FromIterator<(I, BehaviorChange)> for BehaviorChanges {
    fn from_iter<T: IntoIterator<Item = (I, BehaviorChange)>>(changes: T) -> Self {
        Self(changes.into_iter().map(|(id, change)| (id.into(), change)).collect())
    }
}

impl<'a> IntoIterator for &'a BehaviorChanges {
    type Item = (&'a BehaviorId, &'a BehaviorChange);
    type IntoIter = btree_map::Iter<'a, BehaviorId, BehaviorChange>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl_object_only!(BehaviorChange);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_edit_of_a_setting_replaces_the_earlier_one() {
        let changes = BehaviorChanges::new().enable("a").level("a", RiskLevel::Low).disable("a");
        let change = changes.get("a").unwrap();
        assert_eq!((change.enabled, change.risk_level.clone()), (Some(false), Some(RiskLevel::Low)));
        assert_eq!((changes.len(), changes.is_empty(), BehaviorChanges::new().is_empty()), (1, false, true));
        assert_eq!(changes.into_iter().count(), 1);
    }

    #[test]
    fn edit_copies_what_it_does_not_name() {
        let behavior = Behavior { enabled: true, ..Behavior::new("n", "critical".into()) };
        let after = |change: &BehaviorChange| change.settings_after(&behavior);
        assert_eq!(after(&BehaviorChange::default()), behavior);
        let disabled = BehaviorChanges::new().disable("a");
        assert_eq!(after(disabled.get("a").unwrap()), BehaviorSettings::new(false, "critical".into()));
        let low = BehaviorChange::from(BehaviorSettings::new(true, RiskLevel::Low));
        assert_eq!(after(&low), BehaviorSettings::new(true, RiskLevel::Low));
    }

    #[test]
    fn unknown_keys_duplicate_ids_and_arrays_are_rejected() {
        for (json, problem) in [
            (r#"{"a":{"enabeld":true}}"#, "unknown field `enabeld`, expected `enabled` or `risk_level` at line 1"),
            (r#"{"a":{},"a":{}}"#, "duplicate key"),
            (r#"{"a":[true]}"#, "invalid type: sequence"),
            (r#"{"a":{"enabled":"yes"}}"#, "invalid type: string \"yes\", expected a boolean"),
        ] {
            let error = serde_json::from_str::<BehaviorChanges>(json).unwrap_err().to_string();
            assert!(error.starts_with(problem), "{json}: {error}");
        }
    }
}
