//! Faults on demand: what goes wrong, with which requests, and how often.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api_runtime::Operation;

use super::Simulator;
use super::accounts::Account;
use super::request::RecordedRequest;
use super::response::Response;

/// When a fault happens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stage {
    /// Before the operation is carried out.
    Before,
    /// After it was carried out, and before its response is sent.
    After,
}

/// An edit of an account by another writer.
pub(super) type Writer = Arc<Mutex<dyn FnMut(&mut Account) + Send>>;

/// What a fault does.
#[derive(Clone)]
pub(super) enum Effect {
    Delay(Duration),
    Respond(Response),
    Reset,
    Write(Writer),
    Drip { bytes: usize, interval: Duration },
    Truncate { bytes: usize },
}

impl Effect {
    /// Whether the request ends with the effect.
    fn is_final(&self) -> bool {
        matches!(self, Self::Respond(_) | Self::Reset)
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Delay(_) => "delay",
            Self::Respond(_) => "respond",
            Self::Reset => "reset",
            Self::Write(_) => "write",
            Self::Drip { .. } => "drip",
            Self::Truncate { .. } => "truncate",
        }
    }
}

/// Something that goes wrong with a request. [`Simulator::inject`] lets it happen.
///
/// A fault matches every request, unless [`on`](Self::on) or [`in_account`](Self::in_account) limits it. It happens to
/// each request that it matches, unless [`skip`](Self::skip) or [`times`](Self::times) limits that.
///
/// ```
/// use std::time::Duration;
/// use zt_risk_scoring_mock::simulator::{Fault, Response, operations};
///
/// // The integration is created, and the client never learns it.
/// let lost = Fault::reset().after_operation().on(operations::CREATE_INTEGRATION).once();
/// // The edge gives up on the third request and all later ones.
/// let edge = Fault::respond(Response::edge_page(524)).skip(2);
/// // Reading is slow five times.
/// let slow = Fault::delay(Duration::from_secs(2)).on(operations::GET_BEHAVIORS).times(5);
/// // Someone else changes the behaviors between a read and a write.
/// let writer = Fault::writer(|account| account.behaviors_mut().clear()).on(operations::UPDATE_BEHAVIORS).once();
/// ```
#[derive(Clone)]
#[must_use = "a fault happens only if it is injected"]
pub struct Fault {
    effect: Effect,
    stage: Stage,
    operation: Option<Operation>,
    account_id: Option<String>,
    skip: u64,
    times: Option<u64>,
}

impl Fault {
    fn new(stage: Stage, effect: Effect) -> Self {
        Self { effect, stage, operation: None, account_id: None, skip: 0, times: None }
    }

    /// Sends a response in place of carrying the operation out.
    pub fn respond(response: Response) -> Self {
        Self::new(Stage::Before, Effect::Respond(response))
    }

    /// Sends [`Response::of_status`] in place of carrying the operation out.
    pub fn status(status: u16) -> Self {
        Self::respond(Response::of_status(status))
    }

    /// Waits before carrying the operation out. An operation whose client gives up meanwhile is not carried out, unless
    /// the delay is [`after_operation`](Self::after_operation).
    pub fn delay(duration: Duration) -> Self {
        Self::new(Stage::Before, Effect::Delay(duration))
    }

    /// Resets the connection in place of carrying the operation out.
    pub fn reset() -> Self {
        Self::new(Stage::Before, Effect::Reset)
    }

    /// Changes the account that the request names, as another writer would. The edit happens before the operation is
    /// carried out, or behind it with [`after_operation`](Self::after_operation): then the response shows the account
    /// from before.
    ///
    /// Requests without an account, or with one that does not exist, are not matched. The function must not call the
    /// simulator, which waits for the function to return. If it panics, the connection ends without a response and the
    /// test goes on, so assertions belong behind the request.
    pub fn writer(edit: impl FnMut(&mut Account) + Send + 'static) -> Self {
        Self::new(Stage::Before, Effect::Write(Arc::new(Mutex::new(edit))))
    }

    /// Sends the body of the response in parts, with a pause before each.
    pub fn drip(bytes: usize, interval: Duration) -> Self {
        Self::new(Stage::After, Effect::Drip { bytes, interval })
    }

    /// Sends only the first bytes of the response's body, then closes the connection. A body that is not longer is sent
    /// whole.
    pub fn truncate(bytes: usize) -> Self {
        Self::new(Stage::After, Effect::Truncate { bytes })
    }

    /// Lets the fault happen after the operation was carried out. A response or a reset then hides from the client that
    /// it was.
    pub fn after_operation(mut self) -> Self {
        self.stage = Stage::After;
        self
    }

    /// Limits the fault to an operation.
    pub fn on(mut self, operation: Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Limits the fault to an account.
    pub fn in_account(mut self, account_id: impl Into<String>) -> Self {
        self.account_id = Some(account_id.into());
        self
    }

    /// Lets the first requests pass. They are counted from the injection on.
    pub fn skip(mut self, requests: u64) -> Self {
        self.skip = requests;
        self
    }

    /// Lets the fault happen to a number of requests, then no more.
    pub fn times(mut self, requests: u64) -> Self {
        self.times = Some(requests);
        self
    }

    /// Lets the fault happen to one request.
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// Whether a request is one that the fault may happen to.
    fn matches(&self, request: &RecordedRequest, account_exists: bool) -> bool {
        let is_operation = self.operation.is_none_or(|operation| request.operation() == Some(operation));
        let account_id = self.account_id.as_deref();
        let is_account = account_id.is_none_or(|account_id| request.account_id() == Some(account_id));
        is_operation && is_account && (account_exists || !matches!(self.effect, Effect::Write(_)))
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault")
            .field("effect", &self.effect.name())
            .field("stage", &self.stage)
            .field("operation", &self.operation.map(|operation| operation.id))
            .field("account_id", &self.account_id)
            .field("skip", &self.skip)
            .field("times", &self.times)
            .finish()
    }
}

/// How often a fault happened, and whether it still may.
#[derive(Debug, Default)]
struct Progress {
    matched: AtomicU64,
    happened: AtomicU64,
    is_removed: AtomicBool,
}

/// A fault that was injected. It stays if this handle is dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), reqwest::Error> {
/// use zt_risk_scoring_mock::simulator::{Fault, Simulator};
///
/// let simulator = Simulator::start().await;
/// let fault = simulator.inject(Fault::status(503).once());
/// let url = simulator.base_url();
/// assert_eq!(reqwest::get(&url).await?.status(), 503);
/// assert_ne!(reqwest::get(&url).await?.status(), 503);
/// assert_eq!(fault.happened(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct InjectedFault(Arc<Progress>);

impl InjectedFault {
    /// To how many requests the fault happened. A test that depends on a fault should check it.
    ///
    /// All faults before an operation count when the request arrives, and all faults after it when it was carried out.
    /// So a fault behind a delay counts although the client gives up during the delay.
    pub fn happened(&self) -> u64 {
        self.0.happened.load(Ordering::Acquire)
    }

    /// Lets the fault not happen any more.
    pub fn remove(&self) {
        self.0.is_removed.store(true, Ordering::Release);
    }
}

/// The faults of a simulator, in the order in which they were injected.
#[derive(Default)]
pub(super) struct Faults(Vec<(Fault, Arc<Progress>)>);

impl Faults {
    fn inject(&mut self, fault: Fault) -> InjectedFault {
        let progress = Arc::<Progress>::default();
        self.0.push((fault, Arc::clone(&progress)));
        InjectedFault(progress)
    }

    /// What happens to a request at a stage, in order. An effect that ends the request is the last one: later faults do
    /// not count the request.
    pub(super) fn due(&mut self, stage: Stage, request: &RecordedRequest, account_exists: bool) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.0.retain(|(fault, progress)| {
            let is_exhausted = || fault.times.is_some_and(|times| progress.happened.load(Ordering::Acquire) >= times);
            !progress.is_removed.load(Ordering::Acquire) && !is_exhausted()
        });
        for (fault, progress) in &self.0 {
            if fault.stage != stage || !fault.matches(request, account_exists) {
                continue;
            }
            if progress.matched.fetch_add(1, Ordering::AcqRel) < fault.skip {
                continue;
            }
            progress.happened.fetch_add(1, Ordering::AcqRel);
            effects.push(fault.effect.clone());
            if fault.effect.is_final() {
                break;
            }
        }
        effects
    }
}

impl Simulator {
    /// Lets a fault happen from now on: before an operation, to requests that arrive, and after it, to requests that are
    /// carried out. Several faults can happen to one request, in the order
    /// of their injection, until one of them ends it with a response or a reset.
    ///
    /// A request that ends before its operation is carried out counts towards no quota.
    pub fn inject(&self, fault: Fault) -> InjectedFault {
        self.state().faults.inject(fault)
    }

    /// Removes all faults.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use zt_risk_scoring_mock::simulator::{Fault, Simulator};
    /// let simulator = Simulator::start().await;
    /// let fault = simulator.inject(Fault::status(500));
    /// simulator.clear_faults();
    /// let response = reqwest::get(simulator.base_url()).await.unwrap();
    /// assert_eq!((response.status().as_u16(), fault.happened()), (400, 0));
    /// # }
    /// ```
    pub fn clear_faults(&self) {
        self.state().faults = Faults::default();
    }
}
