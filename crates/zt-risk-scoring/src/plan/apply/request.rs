//! The request that applies a plan.

use std::future::IntoFuture;
use std::pin::Pin;
use std::time::Duration;

use cloudflare_client::sdk::{self, CallOptions};

use super::super::{Plan, PlanTarget};
use super::progress::{Next, Progress};
use super::{Applied, ApplyError, ApplyErrorKind, ChangeRecord};
use crate::requests::with_timeout;
use crate::{AccountId, BehaviorId, BehaviorMap, BehaviorSettings, Behaviors, Error, Response, RetryConfig};

impl Behaviors {
    /// Applies a plan: reads the behaviors, writes what changes in one PUT, and reads again to check the result.
    ///
    /// - Nothing is written if a behavior that the desired state covers is no longer as the plan saw it.
    /// - Behaviors that already are as the plan means them to be are not written. So a plan can be applied again, for example
    ///   after an interruption. An empty plan sends nothing.
    /// - A PUT that may have been sent is not repeated before the behaviors have been read again.
    /// - If the PUT changes other behaviors that the desired state covers, a second one repairs that, with all that it covers. It is
    ///   not known whether the API keeps the behaviors that a PUT omits. A change that another client made to one of them meanwhile
    ///   looks the same, and is overwritten: see [`ChangeRecord::repaired`].
    /// - Each difference between what was meant and what is afterwards is an error, also a change that nobody requested.
    ///
    /// The API cannot make a write depend on what was read. A write of another client to the same behavior, between the first read
    /// and the PUT, is overwritten. That is the time of one request.
    ///
    /// The token needs the permission Zero Trust Write. See [`Plan`] for an example.
    pub fn apply<'a>(&self, plan: &'a Plan) -> ApplyPlan<'a> {
        ApplyPlan {
            behaviors: self.clone(),
            plan,
            options: CallOptions::default(),
            has_account: false,
            timeout: None,
            max_age: None,
            max_writes: 3,
        }
    }
}

/// A request that applies a plan; see [`Behaviors::apply`]. Awaiting it returns what was done.
///
/// ```
/// # use zt_risk_scoring_mock::Simulator;
/// # use zt_risk_scoring::{BehaviorChanges, Client, Credentials};
/// use std::time::Duration;
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
/// client.behaviors().apply(&plan).max_age(Duration::from_secs(60 * 60)).timeout(Duration::from_secs(10)).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// An [`ApplyError`]. Ask [`may_have_written`](ApplyError::may_have_written) whether something may have changed.
///
/// # Cancellation
///
/// Dropping the future ends the calls. The PUT may already have been sent. Applying the same plan again ends in the same state, or
/// fails as [outdated](ApplyErrorKind::Outdated) if the PUT changed other behaviors that the plan covers. Plan again then.
#[derive(Clone, Debug)]
#[must_use = "a plan is not applied until the request is awaited"]
pub struct ApplyPlan<'a> {
    behaviors: Behaviors,
    plan: &'a Plan,
    options: CallOptions,
    has_account: bool,
    timeout: Option<Duration>,
    max_age: Option<Duration>,
    max_writes: u32,
}

impl<'a> ApplyPlan<'a> {
    /// The account, in place of the connection's. The plan must be for it. Without either, the plan's account is used.
    pub fn account_id(mut self, id: impl TryInto<AccountId, Error: Into<Error>>) -> Self {
        self.options = self.options.account_id(id);
        self.has_account = true;
        self
    }

    /// How long each call may take, in place of the connection's setting. There are three calls, or more after failures.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Rejects a plan that is older, or that was made further than this in the future by this computer's clock. By default a plan may
    /// have any age.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// How often the PUT is sent at most, if it fails in a way that may pass: 3 by default, and once with 0 as well. It is not sent
    /// again if the API asks for a longer wait than the [`retry_after_ceiling`](RetryConfig::retry_after_ceiling) of the connection.
    pub fn max_writes(mut self, max_writes: u32) -> Self {
        self.max_writes = max_writes;
        self
    }

    /// The account of the calls.
    fn check(&self) -> Result<AccountId, ApplyError> {
        let (connection, planned) = (self.behaviors.connection(), self.plan.target());
        let account = if self.has_account || connection.account_id().is_some() {
            self.options.resolve_account(connection).cloned().map_err(|error| {
                ApplyError::unsent(ApplyErrorKind::Target, "the account id is malformed".to_owned())
                    .with_source(Some(error))
            })?
        } else {
            planned.account_id.clone()
        };
        if let Some(difference) = planned.difference(&PlanTarget::new(connection, account.clone())) {
            return Err(ApplyError::unsent(ApplyErrorKind::Target, difference));
        }
        self.check_age()?;
        Ok(account)
    }

    /// A plan from the future was made by another clock, or the clock has changed: its age is not known.
    fn check_age(&self) -> Result<(), ApplyError> {
        let Some(max_age) = self.max_age else { return Ok(()) };
        let (age, until) = (self.plan.age(), self.plan.time_until_made());
        let message = if age > max_age {
            format!("the plan is {} old, and may be {} old at most; plan again", sdk::human(age), sdk::human(max_age))
        } else if until > max_age {
            let until = sdk::human(until);
            format!("the plan was made {until} in the future by this computer's clock; check the clock, and plan again")
        } else {
            return Ok(());
        };
        Err(ApplyError::unsent(ApplyErrorKind::TooOld, message))
    }

    async fn run(self) -> Result<Applied, ApplyError> {
        let account = self.check()?;
        if self.plan.is_empty() {
            return Ok(Applied::new(ChangeRecord::begin(self.plan), self.plan.clone(), false));
        }
        let mut progress = Progress::new(self.plan);
        loop {
            if let Some(error) = progress.failed_write().filter(|error| self.may_repeat(error, &progress)) {
                let backoff = sdk::backoff(self.behaviors.connection(), progress.writes());
                tokio::time::sleep(backoff.max(error.retry_after().unwrap_or_default())).await;
            }
            let found = match self.read(&account, &mut progress).await {
                Ok(found) => found,
                Err(error) => return Err(progress.unread(error)),
            };
            let can_repeat = progress.failed_write().is_none_or(|error| self.may_repeat(error, &progress));
            match progress.next(&found, can_repeat) {
                Next::Write(entries) => self.write(&account, entries, &mut progress).await,
                Next::Finish => return progress.finish(),
                Next::Outdated(mismatches) => return Err(progress.outdated(mismatches)),
                Next::Unwritten => return Err(progress.unwritten()),
            }
        }
    }

    /// Whether a PUT that failed is sent again, after the behaviors have been read.
    fn may_repeat(&self, error: &Error, progress: &Progress<'_>) -> bool {
        let ceiling = sdk::retry_after_ceiling(self.behaviors.connection());
        let is_soon = error.retry_after().unwrap_or_default() <= ceiling;
        error.is_retryable() && is_soon && progress.writes() < self.max_writes
    }

    async fn read(&self, account: &AccountId, progress: &mut Progress<'_>) -> Result<BehaviorMap, Error> {
        let response = with_timeout(self.behaviors.get().account_id(account), self.timeout).send().await;
        progress.record_read(&response);
        response.map(Response::into_value)
    }

    /// Sends the PUT once.
    async fn write(
        &self,
        account: &AccountId,
        entries: Vec<(BehaviorId, BehaviorSettings)>,
        progress: &mut Progress<'_>,
    ) {
        let request = self.behaviors.update(entries).account_id(account).retry(RetryConfig::none());
        progress.record_write(with_timeout(request, self.timeout).send().await);
    }
}

impl<'a> IntoFuture for ApplyPlan<'a> {
    type Output = Result<Applied, ApplyError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
