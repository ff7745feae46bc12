//! A simulator of the API, in this process.
//!
//! [`Simulator`] is a server on a free loopback port that implements the operations of risk scoring, with state: updates
//! stick, resets clear, integrations come and go. It also verifies tokens, as the SDK of API tokens asks for.
//!
//! | a test wants | it calls |
//! |---|---|
//! | accounts with behaviors, users and integrations | [`add_account`](Simulator::add_account), [`edit`](Simulator::edit), [`account`](Simulator::account) |
//! | tokens that may not do everything, or expire | [`add_token`](Simulator::add_token) |
//! | an account whose plan lacks the feature | [`Account::set_feature`] |
//! | a quota that blocks like the vendor's | [`set_quota`](Simulator::set_quota) |
//! | errors, delays, lost responses, other writers | [`inject`](Simulator::inject) |
//! | the API to differ where it is not known | [`set_unknowns`](Simulator::set_unknowns) |
//! | to know what was sent | [`requests`](Simulator::requests) |
//!
//! Everything can be changed while the simulator runs.
//!
//! # Time
//!
//! Delays, quotas and timestamps use tokio's clock. A test can pause it with `#[tokio::test(start_paused = true)]`: then
//! a block of five minutes takes no time, and neither does a request. It needs tokio 1.53.3, and [`Simulator::start`]
//! rather than [`Simulator::start_blocking`].

mod accounts;
mod auth;
mod behaviors;
mod body;
mod carry_out;
mod clock;
mod faults;
mod integrations;
mod json_body;
mod quota;
mod request;
mod response;
mod routing;
mod server;
mod state;
mod tokens;
mod unknowns;
mod users;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::SystemTime;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

pub use accounts::Account;
pub use api_runtime::Operation;
pub use behaviors::Behavior;
pub use faults::{Fault, InjectedFault};
pub use integrations::Integration;
pub use quota::Quota;
pub use request::RecordedRequest;
pub use response::Response;
pub use routing::operations;
pub use tokens::{Permissions, Token};
pub use unknowns::{
    ConcurrentUpdates, DuplicateReferenceIds, EmptyResult, OmittedBehaviors, OmittedReferenceId, UnknownBehaviors,
    UnknownLevels, Unknowns, UpdateResponse, UrlForm,
};
pub use users::{Event, User};
pub use uuid::Uuid;

use clock::Clock;
use server::Shared;
use state::State;

/// A server on a free loopback port that responds as the API does. At first it has one account, with the behaviors
/// whose ids are known, all of them disabled, and one API token with all permissions.
///
/// Any number of simulators can run at once. A simulator responds until it is dropped, which ends its connections.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), reqwest::Error> {
/// use zt_risk_scoring_mock::Simulator;
///
/// let simulator = Simulator::start().await;
/// let url = format!("{}/accounts/{}/zt_risk_scoring/behaviors", simulator.base_url(), simulator.account_id());
/// let response = reqwest::Client::new().get(url).bearer_auth(simulator.api_token()).send().await?;
/// assert_eq!(response.status(), 200);
/// # Ok(())
/// # }
/// ```
pub struct Simulator {
    shared: Arc<Shared>,
    address: SocketAddr,
    server: Server,
}

/// Where the server runs.
enum Server {
    /// On the runtime of the test.
    Task(AbortHandle),
    /// On a thread, which ends when the sender is dropped.
    Thread { stop: Option<oneshot::Sender<()>>, thread: Option<JoinHandle<()>> },
}

impl Simulator {
    /// The path of the base URL, the same as the vendor's.
    const BASE_PATH: &str = "/client/v4";

    /// Starts a simulator on the tokio runtime of the caller. It ends with the runtime at the latest.
    ///
    /// # Panics
    ///
    /// If no loopback port can be opened. [`try_start`](Self::try_start) returns the error instead.
    pub async fn start() -> Self {
        started(Self::try_start().await)
    }

    /// Starts a simulator on the tokio runtime of the caller. It ends with the runtime at the latest.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # use zt_risk_scoring_mock::Simulator;
    /// let simulator = Simulator::try_start().await?;
    /// assert!(simulator.base_url().starts_with("http://127.0.0.1:"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If no loopback port can be opened.
    pub async fn try_start() -> io::Result<Self> {
        Self::try_start_on(0).await
    }

    /// Starts a simulator on a port of the loopback address `127.0.0.1`, so that other programs know where it is. Port 0
    /// is any free port.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// # use zt_risk_scoring_mock::Simulator;
    /// let first = Simulator::try_start_on(0).await?;
    /// let second = Simulator::try_start_on(first.address().port()).await;
    /// assert_eq!(second.unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the port cannot be opened, for example because another program has it.
    pub async fn try_start_on(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let (address, shared) = (listener.local_addr()?, Arc::new(Shared::new()));
        let serve = tokio::spawn(server::serve(listener, Arc::downgrade(&shared)));
        Ok(Self { shared, address, server: Server::Task(serve.abort_handle()) })
    }

    /// Starts a simulator on a thread of its own, for tests without a runtime.
    ///
    /// ```
    /// use zt_risk_scoring_mock::Simulator;
    ///
    /// let simulator = Simulator::start_blocking();
    /// assert!(std::net::TcpStream::connect(simulator.address()).is_ok());
    /// ```
    ///
    /// # Panics
    ///
    /// If no loopback port can be opened, or no thread be started.
    pub fn start_blocking() -> Self {
        started(Self::try_start_blocking())
    }

    fn try_start_blocking() -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let (address, shared) = (listener.local_addr()?, Arc::new(Shared::new()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let weak = Arc::downgrade(&shared);
        let listener = {
            let _entered = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let serve = move || {
            runtime.block_on(async {
                tokio::spawn(server::serve(listener, weak));
                // An error means that the simulator was dropped.
                stopped.await.unwrap_or_default();
            });
        };
        let thread = thread::Builder::new().name("simulator".to_owned()).spawn(serve)?;
        Ok(Self { shared, address, server: Server::Thread { stop: Some(stop), thread: Some(thread) } })
    }

    /// The base URL for a client.
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, Self::BASE_PATH)
    }

    /// The address of the server.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The account that exists from the start.
    pub fn account_id(&self) -> &'static str {
        State::ACCOUNT_ID
    }

    /// The API token that exists from the start. It has all permissions for all accounts.
    pub fn api_token(&self) -> &'static str {
        State::API_TOKEN
    }

    /// The e-mail address and the global API key that the simulator accepts. They have all permissions.
    pub fn global_key(&self) -> (&'static str, &'static str) {
        (State::EMAIL, State::API_KEY)
    }

    /// Sets the time that new timestamps have, and that tokens expire by. It advances with tokio's clock.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use zt_risk_scoring_mock::simulator::Simulator;
    /// use std::time::{Duration, SystemTime};
    ///
    /// let simulator = Simulator::start().await;
    /// simulator.set_time(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    /// # }
    /// ```
    pub fn set_time(&self, now: SystemTime) {
        self.state().clock = Clock::starting_at(now);
    }

    /// Stops the clock: new timestamps have this time, and tokens expire by it, until [`set_time`](Self::set_time) or
    /// another call changes it. Delays and quotas still take their time.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use zt_risk_scoring_mock::simulator::Simulator;
    /// use std::time::{Duration, SystemTime};
    ///
    /// let simulator = Simulator::start().await;
    /// simulator.stop_time(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    /// # }
    /// ```
    pub fn stop_time(&self, now: SystemTime) {
        self.state().clock = Clock::stopped_at(now);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }
}

#[allow(clippy::panic, reason = "a test whose server does not start fails; the docs say so")]
fn started(simulator: io::Result<Simulator>) -> Simulator {
    simulator.unwrap_or_else(|error| panic!("the simulator did not start: {error}"))
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        match &mut self.server {
            Server::Task(task) => task.abort(),
            Server::Thread { stop, thread } => {
                drop(stop.take());
                // An edit on the simulator's own thread may drop the last reference, and must not wait for itself.
                if let Some(thread) = thread.take().filter(|thread| thread.thread().id() != thread::current().id()) {
                    let _ended = thread.join();
                }
            }
        }
    }
}
