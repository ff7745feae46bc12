//! What a plan is for.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{AccountId, Connection};

/// The account that a plan or a change record is about: where it is, and the revision of the API it was read with.
///
/// ```
/// # use zt_risk_scoring_mock::Simulator;
/// # use zt_risk_scoring::{BehaviorChanges, Client, Credentials, REVISION};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let simulator = Simulator::start().await;
/// # let client = Client::builder()
/// #     .credentials(Credentials::api_token(simulator.api_token())?)
/// #     .account_id(simulator.account_id())
/// #     .base_url(simulator.base_url())
/// #     .build()?;
/// let plan = client.behaviors().plan(BehaviorChanges::new()).await?;
/// assert_eq!(plan.target().account_id.as_str(), simulator.account_id());
/// assert_eq!(plan.target().revision, REVISION);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PlanTarget {
    /// The account.
    pub account_id: AccountId,
    /// The base URL of the API.
    pub base_url: String,
    /// The revision of the API.
    pub revision: String,
}

impl PlanTarget {
    pub(super) fn new(connection: &Connection, account_id: AccountId) -> Self {
        Self { account_id, base_url: connection.base_url().to_owned(), revision: crate::REVISION.to_owned() }
    }

    /// Why this target is not another one. `None` if they are the same.
    pub(super) fn difference(&self, actual: &Self) -> Option<String> {
        let difference = |what: &str, planned: &str, actual: &str| {
            (planned != actual).then(|| format!("the plan is for the {what} {planned}, and not for {actual}"))
        };
        difference("account", self.account_id.as_str(), actual.account_id.as_str())
            .or_else(|| difference("base URL", &self.base_url, &actual.base_url))
            .or_else(|| difference("API revision", &self.revision, &actual.revision))
    }
}

impl fmt::Display for PlanTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "account {} at {}", self.account_id, self.base_url)
    }
}
