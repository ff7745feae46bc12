//! Plans: what it takes to bring the behaviors of an account to a desired state, and how it is done.
//!
//! 1. [`Behaviors::plan`](crate::Behaviors::plan) reads the account and compares it with a [`DesiredState`]. It writes nothing.
//! 2. A person reviews the [`Plan`], which can be saved.
//! 3. [`Behaviors::apply`](crate::Behaviors::apply) reads again, writes what changes, and reads once more to check it.

mod apply;
mod comparison;
mod desired_state;
mod display;
mod error;
mod request;
mod saved;
mod target;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use apply::{Applied, ApplyError, ApplyErrorKind, ApplyPlan, ChangeRecord, Mismatch, MismatchKind, RequestRecord};
pub use desired_state::{DesiredState, OtherBehaviors};
pub use error::{PlanError, PlanErrorKind};
pub use request::PlanBehaviors;
pub use target::PlanTarget;

use crate::{BehaviorDiff, BehaviorId, BehaviorMap, BehaviorSettings};
use comparison::Comparison;
use saved::SavedPlan;

/// What it takes to bring the behaviors of an account to a desired state; see [`Behaviors::plan`](crate::Behaviors::plan).
///
/// A plan can be serialized, and applied later. It contains what it saw of the account, so that
/// [`Behaviors::apply`](crate::Behaviors::apply) can find out whether that has changed. `Display` is for the person who reviews it.
///
/// ```
/// # use zt_risk_scoring_mock::Simulator;
/// # use zt_risk_scoring::{Client, Credentials};
/// use zt_risk_scoring::{BehaviorChanges, Plan};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let simulator = Simulator::start().await;
/// # let client = Client::builder()
/// #     .credentials(Credentials::api_token(simulator.api_token())?)
/// #     .account_id(simulator.account_id())
/// #     .base_url(simulator.base_url())
/// #     .build()?;
/// let plan = client.behaviors().plan(BehaviorChanges::new().enable("imp_travel")).await?;
/// println!("{plan}");
/// let saved = serde_json::to_string(&plan)?;
///
/// let plan: Plan = serde_json::from_str(&saved)?;
/// client.behaviors().apply(&plan).await?;
/// # assert_eq!(plan.changes().len(), 1);
/// # assert!(client.behaviors().get().await?.get("imp_travel").unwrap().enabled);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(try_from = "SavedPlan", into = "SavedPlan")]
pub struct Plan {
    target: PlanTarget,
    created_at: DateTime<Utc>,
    changes: BTreeMap<BehaviorId, SettingsChange>,
    unchanged: Vec<BehaviorId>,
    unmanaged: Vec<BehaviorId>,
    missing: Vec<BehaviorId>,
    seen: BehaviorMap,
}

/// The settings of a behavior before and after a change.
///
/// ```
/// use zt_risk_scoring::SettingsChange;
///
/// let json = r#"{"before":{"enabled":false,"risk_level":"low"},"after":{"enabled":true,"risk_level":"high"}}"#;
/// let change: SettingsChange = serde_json::from_str(json)?;
/// assert_eq!(change.to_string(), "disabled → enabled, low → high");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SettingsChange {
    /// The settings before.
    pub before: BehaviorSettings,
    /// The settings after.
    pub after: BehaviorSettings,
}

/// What a person should think about before a plan is applied; see [`Plan::warnings`].
///
/// ```
/// use zt_risk_scoring::PlanWarning;
///
/// assert!(PlanWarning::DisablesLastEnabled.to_string().contains("users then have no risk score"));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlanWarning {
    /// Some behavior is enabled, and none is after the change. Users then have no risk score, and Access policies that select users
    /// by their score see them as unscored.
    DisablesLastEnabled,
}

impl Plan {
    fn new(target: PlanTarget, created_at: DateTime<Utc>, comparison: Comparison, seen: BehaviorMap) -> Self {
        let Comparison { changes, unchanged, missing, unmanaged, .. } = comparison;
        Self { target, created_at, changes, unchanged, unmanaged, missing, seen }
    }

    /// The account that the plan is for.
    pub fn target(&self) -> &PlanTarget {
        &self.target
    }

    /// When the plan was made.
    pub fn created_at(&self) -> DateTime<Utc> {
        self.created_at
    }

    /// The changes, by id.
    pub fn changes(&self) -> &BTreeMap<BehaviorId, SettingsChange> {
        &self.changes
    }

    /// Whether nothing changes. Applying such a plan sends nothing.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The behaviors that the desired state covers and that are already so.
    pub fn unchanged(&self) -> &[BehaviorId] {
        &self.unchanged
    }

    /// The behaviors that the desired state does not cover. They are no drift: the plan leaves them as they are.
    pub fn unmanaged(&self) -> &[BehaviorId] {
        &self.unmanaged
    }

    /// The listed behaviors that the account does not have. It is empty unless the plan was allowed to ignore them.
    pub fn missing(&self) -> &[BehaviorId] {
        &self.missing
    }

    /// The behaviors of the account as the plan saw them.
    pub fn seen(&self) -> &BehaviorMap {
        &self.seen
    }

    /// The behaviors of the account as they are meant to be after the change.
    pub fn meant(&self) -> BehaviorMap {
        self.applied_to(&self.seen)
    }

    /// What the change makes of the account.
    pub fn diff(&self) -> BehaviorDiff {
        self.seen.diff(&self.meant())
    }

    /// What a person should think about before the plan is applied.
    pub fn warnings(&self) -> Vec<PlanWarning> {
        let disables_last = !self.seen.enabled().is_empty() && self.meant().enabled().is_empty();
        Vec::from_iter(disables_last.then_some(PlanWarning::DisablesLastEnabled))
    }

    /// The plan that takes this one back, once it is applied.
    pub fn reversed(&self) -> Self {
        let reverse =
            |change: &SettingsChange| SettingsChange { before: change.after.clone(), after: change.before.clone() };
        let changes = self.changes.iter().map(|(id, change)| (id.clone(), reverse(change))).collect();
        Self { created_at: now(), changes, seen: self.meant(), missing: Vec::new(), ..self.clone() }
    }

    /// A plan that brings behaviors back to earlier settings. Behaviors that are not in both maps are left out.
    fn restoring(target: PlanTarget, seen: BehaviorMap, earlier: &BTreeMap<BehaviorId, BehaviorSettings>) -> Self {
        let desired = earlier.iter().map(|(id, settings)| (id.clone(), settings.clone().into()));
        let comparison = Comparison::new(&DesiredState::new(desired.collect()), &seen);
        Self::new(target, now(), comparison, seen)
    }

    /// The behaviors that the desired state covers: the settings that the plan saw, and those that it means.
    fn managed(&self) -> impl Iterator<Item = (&BehaviorId, SettingsChange)> {
        let changes = self.changes.iter().map(|(id, change)| (id, change.clone()));
        let unchanged = self.unchanged.iter().filter_map(|id| {
            let settings = BehaviorSettings::from(self.seen.get(id)?);
            Some((id, SettingsChange { before: settings.clone(), after: settings }))
        });
        changes.chain(unchanged)
    }

    /// Behaviors with the changed settings. What is not in the map is left out.
    fn applied_to(&self, behaviors: &BehaviorMap) -> BehaviorMap {
        let changed = behaviors.iter().map(|(id, behavior)| {
            let mut behavior = behavior.clone();
            if let Some(SettingsChange { after, .. }) = self.changes.get(id) {
                behavior.enabled = after.enabled;
                behavior.risk_level = after.risk_level.clone();
            }
            (id.clone(), behavior)
        });
        changed.collect()
    }

    /// How long ago the plan was made, by this computer's clock. Zero if that is in the future.
    pub fn age(&self) -> Duration {
        now().signed_duration_since(self.created_at).to_std().unwrap_or_default()
    }

    /// How far in the future the plan was made, by this computer's clock. Zero if that is in the past.
    fn time_until_made(&self) -> Duration {
        self.created_at.signed_duration_since(now()).to_std().unwrap_or_default()
    }
}

/// The time by this computer's clock.
fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

#[cfg(test)]
mod tests;
