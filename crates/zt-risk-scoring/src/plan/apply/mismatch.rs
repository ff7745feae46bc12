//! Differences between what was meant and what is.

use std::fmt;

use cloudflare_client::sdk::one_line;
use serde::{Deserialize, Serialize};

use super::super::{Plan, SettingsChange};
use crate::{BehaviorId, BehaviorMap, BehaviorSettings};

/// A behavior that is not as it is meant to be; see [`ApplyError::mismatches`](crate::ApplyError::mismatches).
///
/// ```
/// use zt_risk_scoring::{Mismatch, MismatchKind};
///
/// fn is_someone_elses(mismatch: &Mismatch) -> bool {
///     mismatch.kind == MismatchKind::NotRequested
/// }
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Mismatch {
    /// The behavior.
    pub id: BehaviorId,
    /// What is wrong with it.
    pub kind: MismatchKind,
    /// The settings that it is meant to have. `None` if the account did not have it before.
    pub expected: Option<BehaviorSettings>,
    /// The settings that it has. `None` if the account does not have it.
    pub found: Option<BehaviorSettings>,
}

/// What is wrong with a behavior that is not as it is meant to be.
///
/// ```
/// # use zt_risk_scoring::MismatchKind;
/// assert_eq!(MismatchKind::NotApplied.to_string(), "the change was not taken over");
/// ```
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MismatchKind {
    /// The plan covers the behavior, but it is no longer as the plan saw it.
    Outdated,
    /// The plan changes the behavior, but the settings are others. The API rejected the change or did not take it over, or another
    /// client has changed the behavior since.
    NotApplied,
    /// The plan does not change the behavior, but its settings changed.
    NotRequested,
}

impl Mismatch {
    /// The behaviors that a plan covers and that have neither the settings that it saw nor those that it means.
    pub(in crate::plan) fn outdated(plan: &Plan, found: &BehaviorMap) -> Vec<Self> {
        let outdated = plan.managed().filter_map(|(id, SettingsChange { before, after })| {
            let found = found.get(id).map(BehaviorSettings::from);
            let fits = found.as_ref().is_some_and(|found| *found == before || *found == after);
            (!fits).then(|| Self { id: id.clone(), kind: MismatchKind::Outdated, expected: Some(before), found })
        });
        outdated.collect()
    }

    /// What differs between the account before a plan was applied, and after. Names and descriptions do not count.
    pub(in crate::plan) fn after(plan: &Plan, before: &BehaviorMap, found: &BehaviorMap) -> Vec<Self> {
        let differences = plan.applied_to(before).diff(found);
        let mismatches = differences.iter().filter_map(|(id, difference)| {
            let expected = difference.before().map(BehaviorSettings::from);
            let found = difference.after().map(BehaviorSettings::from);
            let is_planned = plan.changes().contains_key(id);
            let kind = if is_planned { MismatchKind::NotApplied } else { MismatchKind::NotRequested };
            (expected != found).then(|| Self { id: id.clone(), kind, expected, found })
        });
        mismatches.collect()
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text =
            |settings: &Option<BehaviorSettings>| settings.as_ref().map_or("absent".to_owned(), ToString::to_string);
        let (id, expected, found) = (one_line(self.id.as_str()), text(&self.expected), text(&self.found));
        write!(f, "{id}: {}: expected {expected}; found {found}", self.kind)
    }
}

impl fmt::Display for MismatchKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Outdated => "changed since the plan was made",
            Self::NotApplied => "the change was not taken over",
            Self::NotRequested => "changed without being requested",
        })
    }
}
