//! The record of a change, for an audit.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::{Plan, PlanTarget, SettingsChange, now};
use super::Mismatch;
use crate::{BehaviorId, BehaviorMap, Error, Metadata};

/// The record of an attempt to change the behaviors of an account: when, what was there before and after, and which requests were
/// sent. It can be serialized, and read again.
///
/// ```
/// # use zt_risk_scoring_mock::Simulator;
/// # use zt_risk_scoring::{BehaviorChanges, Client, Credentials};
/// use zt_risk_scoring::ChangeRecord;
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
/// let applied = client.behaviors().apply(&plan).await?;
/// let line = serde_json::to_string(applied.record())?;
///
/// let record: ChangeRecord = serde_json::from_str(&line)?;
/// let ids: Vec<_> = record.requests.iter().map(|request| request.cf_ray.as_deref()).collect();
/// # assert_eq!(ids.len(), 3);
/// # assert!(ids.iter().all(Option::is_some));
/// assert!(!record.before.unwrap().get("imp_travel").unwrap().enabled);
/// assert!(record.after.unwrap().get("imp_travel").unwrap().enabled);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChangeRecord {
    /// The account.
    pub target: PlanTarget,
    /// When the plan was made.
    pub planned_at: DateTime<Utc>,
    /// When applying it began, by this computer's clock.
    pub started_at: DateTime<Utc>,
    /// When it ended, by this computer's clock.
    pub finished_at: DateTime<Utc>,
    /// The changes of the plan.
    pub changes: BTreeMap<BehaviorId, SettingsChange>,
    /// The behaviors before. `None` if nothing was read.
    pub before: Option<BehaviorMap>,
    /// The behaviors as they were read last, after the change if it was made. `None` if they could not be read.
    pub after: Option<BehaviorMap>,
    /// The behaviors that were not as they were meant to be.
    pub mismatches: Vec<Mismatch>,
    /// The behaviors that the plan covers and does not change, and that had changed after the PUT, with the settings that were found.
    /// A second PUT overwrote these. It is either a side effect of the first one, or a change of another client.
    pub repaired: Vec<Mismatch>,
    /// The calls, in order.
    pub requests: Vec<RequestRecord>,
}

/// A call of a [`ChangeRecord`].
///
/// ```
/// # use zt_risk_scoring::RequestRecord;
/// fn rays(requests: &[RequestRecord]) -> Vec<&str> {
///     requests.iter().filter_map(|request| request.cf_ray.as_deref()).collect()
/// }
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RequestRecord {
    /// The method: `GET` or `PUT`.
    pub method: String,
    /// The status of the response. `None` if there was none.
    pub status: Option<u16>,
    /// The vendor's id of the request.
    pub cf_ray: Option<String>,
    /// Why the call failed: the kind of its error.
    pub error: Option<String>,
}

impl ChangeRecord {
    pub(super) fn begin(plan: &Plan) -> Self {
        let started_at = now();
        Self {
            target: plan.target().clone(),
            planned_at: plan.created_at(),
            started_at,
            finished_at: started_at,
            changes: plan.changes().clone(),
            before: None,
            after: None,
            mismatches: Vec::new(),
            repaired: Vec::new(),
            requests: Vec::new(),
        }
    }

    pub(super) fn end(mut self) -> Self {
        self.finished_at = now();
        self
    }
}

impl RequestRecord {
    pub(super) fn new(method: &str, outcome: Result<&Metadata, &Error>) -> Self {
        let metadata = outcome.map_or_else(Error::metadata, Some);
        Self {
            method: method.to_owned(),
            status: metadata.map(|metadata| metadata.status().as_u16()),
            cf_ray: metadata.and_then(Metadata::cf_ray).map(str::to_owned),
            error: outcome.err().map(|error| error.kind().to_string()),
        }
    }
}
