//! What applying a plan did.

use super::super::Plan;
use super::ChangeRecord;

/// What applying a plan did: the account is as the plan means it to be. See [`Behaviors::apply`](crate::Behaviors::apply).
///
/// ```
/// # use zt_risk_scoring_mock::Simulator;
/// # use zt_risk_scoring::{BehaviorChanges, Client, Credentials};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let simulator = Simulator::start().await;
/// # let client = Client::builder()
/// #     .credentials(Credentials::api_token(simulator.api_token())?)
/// #     .account_id(simulator.account_id())
/// #     .base_url(simulator.base_url())
/// #     .build()?;
/// let before = client.behaviors().get().await?;
/// let plan = client.behaviors().plan(BehaviorChanges::new().enable("imp_travel")).await?;
/// let applied = client.behaviors().apply(&plan).await?;
/// assert!(applied.has_written());
///
/// client.behaviors().apply(applied.rollback()).await?;
/// assert_eq!(client.behaviors().get().await?, before);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Applied {
    record: ChangeRecord,
    rollback: Plan,
    has_written: bool,
}

impl Applied {
    pub(super) fn new(record: ChangeRecord, rollback: Plan, has_written: bool) -> Self {
        Self { record, rollback, has_written }
    }

    /// The record of the change.
    pub fn record(&self) -> &ChangeRecord {
        &self.record
    }

    /// The plan that brings the changed behaviors back to the settings that the plan saw.
    pub fn rollback(&self) -> &Plan {
        &self.rollback
    }

    /// Whether a PUT was sent. Without one, the account already was as the plan means it to be, for example since the plan was
    /// applied before.
    pub fn has_written(&self) -> bool {
        self.has_written
    }
}
