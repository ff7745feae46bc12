//! A cache of the behaviors of an account, for services that need them on every request.
//!
//! # Why not moka
//!
//! moka's caches are made for many entries: they hash keys, bound memory and evict. Here is one entry. `try_get_with` of its
//! `future::Cache` also shares one load among the callers. But an expired entry is gone, so there is nothing to fall back to when
//! the API is down. A failed load is not remembered, so the next caller loads again at once. And if all callers give up, the load
//! ends without a result. What remains would be a lock and an `Arc`, for several more crates in every service.

mod builder;
mod snapshot;
mod state;

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cloudflare_client::sdk;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

pub use builder::CacheBehaviors;
pub use snapshot::{BehaviorsSnapshot, CacheStatus};
use state::{Decision, Demand, Settings, State, Wait};

use crate::{BehaviorMap, Error, ErrorKind};

/// The cached behaviors of an account; see [`Behaviors::cached`](crate::Behaviors::cached).
///
/// Cloning it is cheap, and the clones share the cache.
///
/// - A [`get`](Self::get) returns the cached map until its time to live is over. Then the next one starts a read, and waits for it.
/// - One read runs at a time, however many callers wait for it. It runs in a tokio task of its own. So dropping a caller affects
///   neither the read nor the others, and a read ends also if every caller gives up earlier.
/// - If a read fails, the last map is returned for a while longer, and [is stale](BehaviorsSnapshot::is_stale). The API is asked
///   again after the [`retry_interval`](CacheBehaviors::retry_interval), or after the wait that it asked for if that is longer.
///   Callers do not wait for these reads.
/// - If a read takes longer than [`max_wait`](CacheBehaviors::max_wait), the last map is returned likewise, and the read goes on.
/// - Without a map that may be returned, callers get the error of the read.
///
/// ```
/// # use zt_risk_scoring_mock::Simulator;
/// # use zt_risk_scoring::{Client, Credentials};
/// use std::time::Duration;
/// use zt_risk_scoring::CachedBehaviors;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let simulator = Simulator::start().await;
/// # let client = Client::builder()
/// #     .credentials(Credentials::api_token(simulator.api_token())?)
/// #     .account_id(simulator.account_id())
/// #     .base_url(simulator.base_url())
/// #     .build()?;
/// let behaviors: CachedBehaviors = client.behaviors().cached(Duration::from_secs(60)).build();
///
/// // On every request of the service:
/// let snapshot = behaviors.get().await?;
/// if snapshot.is_stale() {
///     eprintln!("the behaviors are {:?} old", snapshot.age());
/// }
/// println!("{} enabled", snapshot.behaviors().enabled().len());
/// # behaviors.get().await?;
/// # assert_eq!(simulator.requests().len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct CachedBehaviors(Arc<Cache>);

type ReadFuture = Pin<Box<dyn Future<Output = Result<BehaviorMap, Error>> + Send>>;

/// What the clones and a running read share.
struct Cache {
    read: Box<dyn Fn() -> ReadFuture + Send + Sync>,
    state: Mutex<State>,
}

impl CachedBehaviors {
    fn new(settings: Settings, read: impl Fn() -> ReadFuture + Send + Sync + 'static) -> Self {
        Self(Arc::new(Cache { read: Box::new(read), state: Mutex::new(State::new(settings)) }))
    }

    /// The behaviors, from the cache or from the API.
    ///
    /// # Errors
    ///
    /// The error of the last read, if there is no map that may be returned. All callers share it, hence the [`Arc`]. After it no
    /// read starts for the [`retry_interval`](CacheBehaviors::retry_interval), and callers get the same error at once.
    ///
    /// # Cancellation
    ///
    /// Dropping the future does not end the read, which others may wait for.
    pub async fn get(&self) -> Result<BehaviorsSnapshot, Arc<Error>> {
        let demand = self.0.state().demand();
        self.meet(demand).await
    }

    /// Reads the behaviors, whatever the age of the cached ones, for example after they were changed. The read starts after this
    /// call: if another read is running, this waits for its end first.
    ///
    /// ```
    /// use zt_risk_scoring::{Behaviors, CachedBehaviors, Plan};
    ///
    /// async fn apply(behaviors: &Behaviors, cached: &CachedBehaviors, plan: &Plan) -> Result<(), Box<dyn std::error::Error>> {
    ///     behaviors.apply(plan).await?;
    ///     cached.refresh().await?;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// The error of the read. In the [`retry_interval`](CacheBehaviors::retry_interval) after a failed read there is no other, and
    /// this is the error of that one. The cached map stays.
    ///
    /// # Cancellation
    ///
    /// As for [`get`](Self::get).
    pub async fn refresh(&self) -> Result<BehaviorsSnapshot, Arc<Error>> {
        let demand = self.0.state().refresh_demand();
        self.meet(demand).await
    }

    /// Ends the time to live of the cached map: the next [`get`](Self::get) reads. If that fails, the map is returned as a stale
    /// one as long as it may be.
    ///
    /// ```
    /// use zt_risk_scoring::CachedBehaviors;
    ///
    /// fn on_signal(cached: &CachedBehaviors) {
    ///     cached.invalidate();
    /// }
    /// ```
    pub fn invalidate(&self) {
        self.0.state().invalidate();
    }

    /// Whether a [`get`](Self::get) can be expected to succeed: there is a map that may be returned, or the last read succeeded
    /// and only was too long ago. It sends nothing, so a readiness probe may ask often. It is false before the first read.
    ///
    /// It also starts no read. A service that gets no requests while it is not ready must read by other means, or it never becomes
    /// ready again:
    ///
    /// ```
    /// # use zt_risk_scoring_mock::Simulator;
    /// # use zt_risk_scoring::{Client, Credentials};
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
    /// let behaviors = client.behaviors().cached(Duration::from_secs(60)).build();
    /// # assert!(!behaviors.is_ready());
    /// let kept = behaviors.clone();
    /// tokio::spawn(async move {
    ///     loop {
    ///         if let Err(error) = kept.get().await {
    ///             eprintln!("{error}");
    ///         }
    ///         tokio::time::sleep(Duration::from_secs(5)).await;
    ///     }
    /// });
    ///
    /// // In the probe:
    /// let is_ready = behaviors.is_ready();
    /// # drop(is_ready);
    /// # behaviors.get().await?;
    /// # assert!(behaviors.is_ready());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_ready(&self) -> bool {
        self.status().is_ready()
    }

    /// What the cache has, and how the last read ended. It sends nothing and starts no read.
    pub fn status(&self) -> CacheStatus {
        self.0.state().status(Instant::now())
    }

    /// Starts reads and waits for them, until the state has what a caller demands.
    async fn meet(&self, demand: Demand) -> Result<BehaviorsSnapshot, Arc<Error>> {
        loop {
            let wait = {
                let mut state = self.0.state();
                match state.decide(demand, Instant::now()) {
                    Decision::Return(snapshot) => return Ok(snapshot),
                    Decision::Fail(error) => return Err(error),
                    Decision::Wait(wait) => {
                        // Waiting needs a timer.
                        runtime()?;
                        wait
                    }
                    Decision::Start => {
                        self.start(&mut state)?;
                        continue;
                    }
                }
            };
            wait.end().await;
        }
    }

    /// Starts a read in a task.
    fn start(&self, state: &mut State) -> Result<(), Arc<Error>> {
        let runtime = runtime()?;
        let (running, ended) = watch::channel(());
        let number = state.start(ended, Instant::now());
        let cache = Arc::clone(&self.0);
        runtime.spawn(async move {
            let result = (cache.read)().await;
            cache.state().end(number, result, Instant::now());
            // Those who wait look at the state when this is dropped, also by a panic or by the end of the runtime.
            drop(running);
        });
        Ok(())
    }
}

/// The runtime that polls the caller.
fn runtime() -> Result<Handle, Arc<Error>> {
    Handle::try_current().map_err(|error| {
        let message = format!("the cached behaviors were asked for outside a tokio runtime: {error}");
        Arc::new(sdk::error(ErrorKind::Configuration, message))
    })
}

impl Cache {
    /// Ignores poisoning: no code that holds the lock can panic halfway through a change.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wait {
    /// Waits for the end of the read, or until the caller has waited long enough.
    async fn end(mut self) {
        // Neither result matters: the caller looks at the state again.
        drop(timeout(self.time_limit, self.ended.changed()).await);
    }
}

impl fmt::Debug for CachedBehaviors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedBehaviors").field("status", &self.status()).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "the numbers are the tests' own")]
mod tests;
