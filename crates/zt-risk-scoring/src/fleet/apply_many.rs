//! Applies plans to many accounts.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::FleetPlan;
use super::runner::{Boxed, Job, Runner};
use crate::{AccountId, Applied, ApplyError, ApplyErrorKind, ApplyPlan, Behaviors, Client, ErrorKind};

impl Behaviors {
    /// Applies a plan to each of many accounts, as a stream in the order in which they end. One plan is applied at a time, unless
    /// [`concurrency`](ApplyMany::concurrency) allows more.
    ///
    /// After the first failure no further plan is applied, unless [`keep_going`](ApplyMany::keep_going) is set. Plans that are
    /// being applied then end, and are items too. [`remaining`](ApplyMany::remaining) has what is left, to go on later.
    ///
    /// ```
    /// # use zt_risk_scoring_mock::Simulator;
    /// # use zt_risk_scoring::{BehaviorChanges, Client, Credentials};
    /// use futures_util::StreamExt;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let simulator = Simulator::start().await;
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token(simulator.api_token())?)
    /// #     .account_id(simulator.account_id())
    /// #     .base_url(simulator.base_url())
    /// #     .build()?;
    /// # let plans = [client.behaviors().plan(BehaviorChanges::new().enable("imp_travel")).await?];
    /// let mut applied = client.behaviors().apply_many(plans);
    /// while let Some((account, result)) = applied.next().await {
    ///     match result {
    ///         Ok(applied) => println!("{account}: {} changed", applied.record().changes.len()),
    ///         Err(error) => eprintln!("{account}: {error:#}"),
    ///     }
    /// }
    /// let left: Vec<_> = applied.remaining().iter().map(|fleet_plan| fleet_plan.plan().clone()).collect();
    /// let left = serde_json::to_string(&left)?;
    /// # assert_eq!(left, "[]");
    /// # Ok(())
    /// # }
    /// ```
    pub fn apply_many<P: Into<FleetPlan>>(&self, plans: impl IntoIterator<Item = P>) -> ApplyMany {
        let plans: Vec<Arc<FleetPlan>> = plans.into_iter().map(|plan| Arc::new(plan.into())).collect();
        let jobs = plans
            .iter()
            .enumerate()
            .map(|(index, plan)| (plan.client(self.connection()), Apply { index, plan: Arc::clone(plan) }));
        let mut runner = Runner::new(Arc::new(unchanged) as Configure, jobs);
        runner.set_concurrency(1);
        ApplyMany { runner, left: plans.into_iter().map(Some).collect(), keeps_going: false }
    }
}

/// Plans that are applied to many accounts: a stream; see [`Behaviors::apply_many`].
///
/// ```
/// use std::time::Duration;
/// use zt_risk_scoring::{ApplyMany, Behaviors, Plan};
///
/// fn apply(behaviors: &Behaviors, plans: Vec<Plan>) -> ApplyMany {
///     behaviors.apply_many(plans).concurrency(4).keep_going().each(|apply| apply.max_age(Duration::from_secs(60 * 60)))
/// }
/// ```
///
/// # Cancellation
///
/// The calls run while the stream is polled. Dropping it ends them; see [`ApplyPlan`]. Their timeouts run on while it is not polled,
/// so do what takes long with an item in a task of its own.
#[must_use = "a stream does nothing until it is polled"]
pub struct ApplyMany {
    runner: Runner<Apply>,
    /// The plans that have not been applied.
    left: Vec<Option<Arc<FleetPlan>>>,
    keeps_going: bool,
}

struct Apply {
    index: usize,
    plan: Arc<FleetPlan>,
}

/// Sets the options of each request.
type Configure = Arc<dyn for<'a> Fn(ApplyPlan<'a>) -> ApplyPlan<'a> + Send + Sync>;

/// Sets no options. The lifetime of a closure is not general enough.
fn unchanged(request: ApplyPlan<'_>) -> ApplyPlan<'_> {
    request
}

impl ApplyMany {
    /// How many plans are applied at once: 1 by default, and at least 1. With more than 1, there must be one plan for each account:
    /// those for one account would change each other's results.
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.runner.set_concurrency(concurrency);
        self
    }

    /// Applies the other plans also after a failure.
    pub fn keep_going(mut self) -> Self {
        self.keeps_going = true;
        self
    }

    /// Sets the options of each request, such as [`max_age`](ApplyPlan::max_age).
    pub fn each(mut self, configure: impl for<'a> Fn(ApplyPlan<'a>) -> ApplyPlan<'a> + Send + Sync + 'static) -> Self {
        self.runner.options = Arc::new(configure);
        self
    }

    /// Begins no further plan. Those that are being applied end, and are items of the stream.
    ///
    /// ```
    /// use futures_util::StreamExt;
    /// use zt_risk_scoring::{ApplyMany, FleetPlan};
    ///
    /// /// Returns the plans that are to be applied later.
    /// async fn stop(mut plans: ApplyMany) -> Vec<FleetPlan> {
    ///     plans.stop();
    ///     while plans.next().await.is_some() {}
    ///     plans.remaining()
    /// }
    /// ```
    pub fn stop(&mut self) {
        self.runner.stop();
    }

    /// The plans that have not been applied successfully so far, in their order and with their credentials. To go on, apply them: a
    /// plan that was applied after all changes nothing.
    pub fn remaining(&self) -> Vec<FleetPlan> {
        self.left.iter().flatten().map(|plan| FleetPlan::clone(plan)).collect()
    }

    fn end(&mut self, job: &Apply, result: &Result<Applied, ApplyError>) {
        if result.is_err() && !self.keeps_going {
            self.runner.stop();
        }
        if let (Ok(_), Some(left)) = (result, self.left.get_mut(job.index)) {
            *left = None;
        }
    }
}

impl Job for Apply {
    type Output = Result<Applied, ApplyError>;
    type Options = Configure;

    fn start(self: Arc<Self>, client: &Client, options: &Configure) -> Boxed<Self::Output> {
        let behaviors = client.behaviors();
        let configure = Arc::clone(options);
        Box::pin(async move {
            let plan = self.plan.plan();
            configure(behaviors.apply(plan)).account_id(&plan.target().account_id).await
        })
    }

    fn is_rate_limited(output: &Self::Output) -> bool {
        output.as_ref().err().is_some_and(|error| {
            let call = error.call_error().map(crate::Error::kind);
            error.kind() == ApplyErrorKind::Read && call == Some(ErrorKind::RateLimited)
        })
    }
}

impl Stream for ApplyMany {
    type Item = (AccountId, Result<Applied, ApplyError>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.runner.poll_next(cx).map(|ended| {
            let (job, result) = ended?;
            self.end(&job, &result);
            Some((job.plan.plan().target().account_id.clone(), result))
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.runner.len()))
    }
}

impl fmt::Debug for ApplyMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApplyMany").field("remaining", &self.left.iter().flatten().count()).finish_non_exhaustive()
    }
}
