//! The request for a plan.

use std::future::IntoFuture;
use std::pin::Pin;
use std::time::Duration;

use cloudflare_client::sdk::CallOptions;

use super::{Comparison, DesiredState, Plan, PlanError, PlanTarget, now};
use crate::requests::with_timeout;
use crate::{AccountId, Behaviors, Error};

impl Behaviors {
    /// Compares a desired state with the behaviors of the account. It reads them, and writes nothing.
    ///
    /// The token needs the permission Zero Trust Read or Zero Trust Write.
    ///
    /// ```
    /// # use zt_risk_scoring_mock::Simulator;
    /// # use zt_risk_scoring::{Client, Credentials};
    /// use zt_risk_scoring::{BehaviorChanges, RiskLevel};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let simulator = Simulator::start().await;
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token(simulator.api_token())?)
    /// #     .account_id(simulator.account_id())
    /// #     .base_url(simulator.base_url())
    /// #     .build()?;
    /// let changes = BehaviorChanges::new().enable("high_dlp").level("high_dlp", RiskLevel::High);
    /// let plan = client.behaviors().plan(changes).await?;
    /// assert_eq!(plan.changes()["high_dlp"].to_string(), "disabled → enabled, medium → high");
    /// assert_eq!(plan.unmanaged().len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn plan(&self, desired: impl Into<DesiredState>) -> PlanBehaviors {
        PlanBehaviors {
            behaviors: self.clone(),
            desired: desired.into(),
            options: CallOptions::default(),
            timeout: None,
            allows_missing: false,
            allows_unknown_levels: false,
        }
    }
}

/// A request for a plan; see [`Behaviors::plan`]. Awaiting it returns the plan.
///
/// ```
/// use std::time::Duration;
/// use zt_risk_scoring::{Behaviors, DesiredState, PlanBehaviors};
///
/// fn plan(behaviors: &Behaviors, desired: DesiredState) -> PlanBehaviors {
///     // Not every account has every behavior.
///     behaviors.plan(desired).allow_missing().timeout(Duration::from_secs(10))
/// }
/// ```
///
/// # Errors
///
/// A [`PlanError`]: the behaviors cannot be read, or the desired state does not fit them.
///
/// # Cancellation
///
/// Dropping the future ends the read. Nothing has changed.
#[derive(Clone, Debug)]
#[must_use = "a plan is not made until the request is awaited"]
pub struct PlanBehaviors {
    behaviors: Behaviors,
    desired: DesiredState,
    options: CallOptions,
    timeout: Option<Duration>,
    allows_missing: bool,
    allows_unknown_levels: bool,
}

impl PlanBehaviors {
    /// The account, in place of the connection's. A malformed id fails the request before anything is sent.
    pub fn account_id(mut self, id: impl TryInto<AccountId, Error: Into<Error>>) -> Self {
        self.options = self.options.account_id(id);
        self
    }

    /// How long the read may take, in place of the connection's setting.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Lists behaviors that the account does not have in [`Plan::missing`]. By default they are an error, since the id may be
    /// misspelt.
    pub fn allow_missing(mut self) -> Self {
        self.allows_missing = true;
        self
    }

    /// Allows a change to a level that this crate does not know. By default it is an error, since the level may be misspelt. A
    /// level that stays as it is needs no permission.
    pub fn allow_unknown_levels(mut self) -> Self {
        self.allows_unknown_levels = true;
        self
    }

    async fn run(self) -> Result<Plan, PlanError> {
        let connection = self.behaviors.connection();
        let target = PlanTarget::new(connection, self.options.resolve_account(connection)?.clone());
        let read = with_timeout(self.behaviors.get().account_id(&target.account_id), self.timeout);
        let created_at = now();
        let seen = read.await?;
        let comparison = Comparison::new(&self.desired, &seen);
        if !comparison.missing.is_empty() && !self.allows_missing {
            return Err(PlanError::missing(comparison.missing, &seen));
        }
        if !comparison.unknown_levels.is_empty() && !self.allows_unknown_levels {
            return Err(PlanError::unknown_levels(comparison.unknown_levels));
        }
        Ok(Plan::new(target, created_at, comparison, seen))
    }
}

impl IntoFuture for PlanBehaviors {
    type Output = Result<Plan, PlanError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
