//! Plans for many accounts.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::runner::{Boxed, Job, Runner};
use super::{FleetAccount, FleetPlan};
use crate::{AccountId, Behaviors, Client, DesiredState, ErrorKind, PlanBehaviors, PlanError};

impl Behaviors {
    /// Compares a desired state with the behaviors of many accounts, as a stream in the order in which they arrive. It reads as
    /// [`get_many`](Self::get_many) does, and writes nothing.
    ///
    /// A plan keeps the credentials of its account, for [`apply_many`](Self::apply_many).
    ///
    /// ```
    /// # use zt_risk_scoring_mock::Simulator;
    /// # use zt_risk_scoring::{Client, Credentials};
    /// use futures_util::StreamExt;
    /// use zt_risk_scoring::{AccountId, BehaviorChanges};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let simulator = Simulator::start().await;
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token(simulator.api_token())?)
    /// #     .base_url(simulator.base_url())
    /// #     .build()?;
    /// # let accounts = [AccountId::new(simulator.account_id())?];
    /// let mut plans = client.behaviors().plan_many(&accounts, BehaviorChanges::new().enable("imp_travel"));
    /// while let Some((account, plan)) = plans.next().await {
    ///     println!("{account}: {}", plan?.plan());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn plan_many<A: Into<FleetAccount>>(
        &self,
        accounts: impl IntoIterator<Item = A>,
        desired: impl Into<DesiredState>,
    ) -> PlanMany {
        let accounts = accounts.into_iter().map(Into::into);
        let jobs = accounts.map(|account: FleetAccount| (account.client(self.connection()), Planned(account)));
        let configure: Configure = Box::new(std::convert::identity);
        PlanMany(Runner::new(PlanOptions { desired: desired.into(), configure }, jobs))
    }
}

/// Plans for many accounts: a stream; see [`Behaviors::plan_many`].
///
/// ```
/// use std::time::Duration;
/// use zt_risk_scoring::{AccountId, Behaviors, DesiredState, PlanMany};
///
/// fn plans(behaviors: &Behaviors, accounts: Vec<AccountId>, desired: DesiredState) -> PlanMany {
///     // Not every account has every behavior.
///     behaviors.plan_many(accounts, desired).each(|plan| plan.allow_missing().timeout(Duration::from_secs(10)))
/// }
/// ```
///
/// # Cancellation
///
/// The calls run while the stream is polled. Dropping it ends them. Their timeouts run on while it is not polled, so do what takes
/// long with an item in a task of its own.
#[must_use = "a stream does nothing until it is polled"]
pub struct PlanMany(Runner<Planned>);

struct Planned(FleetAccount);

struct PlanOptions {
    desired: DesiredState,
    configure: Configure,
}

/// Sets the options of each request.
type Configure = Box<dyn Fn(PlanBehaviors) -> PlanBehaviors + Send + Sync>;

impl PlanMany {
    /// How many calls run at once: 16 by default, and at least 1.
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.0.set_concurrency(concurrency);
        self
    }

    /// Sets the options of each plan, such as [`allow_missing`](PlanBehaviors::allow_missing).
    pub fn each(mut self, configure: impl Fn(PlanBehaviors) -> PlanBehaviors + Send + Sync + 'static) -> Self {
        self.0.options.configure = Box::new(configure);
        self
    }
}

impl Job for Planned {
    type Output = Result<FleetPlan, PlanError>;
    type Options = PlanOptions;

    fn start(self: Arc<Self>, client: &Client, options: &PlanOptions) -> Boxed<Self::Output> {
        let request = (options.configure)(client.behaviors().plan(&options.desired)).account_id(&self.0.account_id);
        Box::pin(async move { Ok(self.0.with_plan(request.await?)) })
    }

    fn is_rate_limited(output: &Self::Output) -> bool {
        let call = output.as_ref().err().and_then(PlanError::call_error);
        call.is_some_and(|error| error.kind() == ErrorKind::RateLimited)
    }
}

impl Stream for PlanMany {
    type Item = (AccountId, Result<FleetPlan, PlanError>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next(cx).map(|ended| ended.map(|(job, plan)| (job.0.account_id.clone(), plan)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.len(), Some(self.0.len()))
    }
}

impl fmt::Debug for PlanMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlanMany").field("left", &self.0.len()).finish_non_exhaustive()
    }
}
