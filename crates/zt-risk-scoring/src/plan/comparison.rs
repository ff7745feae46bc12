//! Compares a desired state with the behaviors of an account.

use std::collections::BTreeMap;

use super::{DesiredState, SettingsChange};
use crate::{BehaviorId, BehaviorMap, BehaviorSettings, RiskLevel};

/// What a desired state means for the behaviors of an account.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    pub(super) changes: BTreeMap<BehaviorId, SettingsChange>,
    /// Managed behaviors that are as desired.
    pub(super) unchanged: Vec<BehaviorId>,
    /// Listed behaviors that the account does not have.
    pub(super) missing: Vec<BehaviorId>,
    /// Behaviors of the account that are not listed, and stay as they are.
    pub(super) unmanaged: Vec<BehaviorId>,
    /// Changes to a level that this crate does not know.
    pub(super) unknown_levels: Vec<(BehaviorId, RiskLevel)>,
}

impl Comparison {
    pub(super) fn new(desired: &DesiredState, seen: &BehaviorMap) -> Self {
        let mut comparison = Self::default();
        let others = desired.others.change();
        for (id, behavior) in seen {
            let Some(change) = desired.behaviors.get(id).or(others.as_ref()) else {
                comparison.unmanaged.push(id.clone());
                continue;
            };
            let (before, after) = (BehaviorSettings::from(behavior), change.settings_after(behavior));
            if before == after {
                comparison.unchanged.push(id.clone());
                continue;
            }
            if before.risk_level != after.risk_level && !after.risk_level.is_known() {
                comparison.unknown_levels.push((id.clone(), after.risk_level.clone()));
            }
            comparison.changes.insert(id.clone(), SettingsChange { before, after });
        }
        let listed = desired.behaviors.iter().map(|(id, _)| id);
        comparison.missing = listed.filter(|id| seen.get(id).is_none()).cloned().collect();
        comparison
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Behavior, BehaviorChanges, OtherBehaviors};

    fn seen() -> BehaviorMap {
        let behavior = |enabled, level: &str| Behavior { enabled, ..Behavior::new("n", level.into()) };
        [("a", behavior(true, "low")), ("b", behavior(false, "critical")), ("c", behavior(true, "high"))]
            .into_iter()
            .collect()
    }

    fn ids(ids: &[BehaviorId]) -> Vec<&str> {
        ids.iter().map(BehaviorId::as_str).collect()
    }

    #[test]
    fn listed_behaviors_change_to_what_is_named_and_others_are_unmanaged() {
        let changes = BehaviorChanges::new().disable("a").enable("b").level("missing", RiskLevel::Low);
        let comparison = Comparison::new(&changes.into(), &seen());
        let changes: Vec<_> = comparison.changes.values().map(|change| change.after.to_string()).collect();
        assert_eq!(changes, ["disabled, low", "enabled, critical"]);
        assert_eq!(ids(&comparison.unmanaged), ["c"]);
        assert_eq!(ids(&comparison.missing), ["missing"]);
        assert!(comparison.unchanged.is_empty() && comparison.unknown_levels.is_empty());
    }

    #[test]
    fn others_are_disabled_or_enabled_and_keep_their_level() {
        for (others, changed, unchanged) in
            [(OtherBehaviors::Disable, vec!["c"], vec!["a", "b"]), (OtherBehaviors::Enable, vec!["b"], vec!["a", "c"])]
        {
            let listed = BehaviorChanges::new().enable("a");
            let comparison = Comparison::new(&DesiredState::new(listed).others(others), &seen());
            assert_eq!(comparison.changes.keys().map(BehaviorId::as_str).collect::<Vec<_>>(), changed);
            assert_eq!(ids(&comparison.unchanged), unchanged);
            assert!(comparison.unmanaged.is_empty() && comparison.unknown_levels.is_empty());
            assert!(comparison.changes.values().all(|change| change.before.risk_level == change.after.risk_level));
        }
    }

    #[test]
    fn level_that_is_unknown_is_listed_only_if_it_would_change() {
        let changes = BehaviorChanges::new().level("a", "hihg".into()).level("b", "critical".into()).enable("b");
        let comparison = Comparison::new(&changes.into(), &seen());
        assert_eq!(comparison.unknown_levels, [("a".into(), "hihg".into())]);
        assert_eq!(comparison.changes.len(), 2);
    }

    #[test]
    fn export_has_no_changes() {
        let comparison = Comparison::new(&DesiredState::from(&seen()), &seen());
        assert!(comparison.changes.is_empty() && comparison.missing.is_empty() && comparison.unmanaged.is_empty());
        assert_eq!(ids(&comparison.unchanged), ["a", "b", "c"]);
    }
}
