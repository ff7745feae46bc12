//! The API, simulated in this process.

mod auth;
mod behaviors;
mod reply;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use serde::Serialize;

pub use state::RecordedRequest;

use reply::Reply;
use state::State;

/// A server on a free loopback port that answers as the API does: one account with the behaviors that are known, all of
/// them disabled.
///
/// It answers until it is dropped. Its port belongs to httpmock's pool of servers, so another one may answer there later; the
/// pool holds 25 (`HTTPMOCK_MAX_SERVERS`), and starting one more waits until one is dropped. Whatever it says about a request it decides from its state, so it never needs scripting;
/// for answers that the API would not give, use the generated mocks.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use zt_risk_scoring_mock::Simulator;
///
/// let simulator = Simulator::start().await;
/// assert!(simulator.base_url().starts_with("http://127.0.0.1:"));
/// # }
/// ```
pub struct Simulator {
    server: MockServer,
    state: Arc<Mutex<State>>,
}

impl Simulator {
    /// Where the paths begin, as at the vendor's.
    const BASE_PATH: &str = "/client/v4";

    /// Starts a simulator.
    ///
    /// # Panics
    ///
    /// If no loopback port can be opened, or `HTTPMOCK_MAX_SERVERS` is set and no number: httpmock does.
    pub async fn start() -> Self {
        let state = Arc::new(Mutex::new(State::new()));
        let server = MockServer::start_async().await;
        let answering = Arc::clone(&state);
        server
            .mock_async(|when, then| {
                when.any_request();
                then.respond_with(move |request| answer(&mut lock(&answering), request));
            })
            .await;
        Self { server, state }
    }

    /// Where it is, for a client's base URL.
    pub fn base_url(&self) -> String {
        self.server.url(Self::BASE_PATH)
    }

    /// The account that there is from the start.
    pub fn account_id(&self) -> &'static str {
        State::ACCOUNT_ID
    }

    /// The API token that it accepts.
    pub fn api_token(&self) -> &'static str {
        State::API_TOKEN
    }

    /// The e-mail address and the global API key that it accepts.
    pub fn global_key(&self) -> (&'static str, &'static str) {
        (State::EMAIL, State::API_KEY)
    }

    /// Sets the behaviors of the account that there is from the start: a map from id to behavior.
    ///
    /// # Errors
    ///
    /// If they are not such a map.
    pub fn set_behaviors(&self, behaviors: impl Serialize) -> Result<(), serde_json::Error> {
        self.set_behaviors_of(State::ACCOUNT_ID, behaviors)
    }

    /// Sets the behaviors of an account, which is made if it does not exist.
    ///
    /// # Errors
    ///
    /// If they are not a map from id to behavior.
    pub fn set_behaviors_of(&self, account_id: &str, behaviors: impl Serialize) -> Result<(), serde_json::Error> {
        let behaviors = serde_json::from_value(serde_json::to_value(behaviors)?)?;
        lock(&self.state).accounts.insert(account_id.to_owned(), behaviors);
        Ok(())
    }

    /// Every request that has arrived, in order.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.state).requests.clone()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.server.reset();
    }
}

/// A panic while the lock was held leaves nothing half done.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(state: &mut State, request: &HttpMockRequest) -> HttpMockResponse {
    state.requests.push(RecordedRequest::of(request));
    let ray = format!("{:016x}-SIM", state.requests.len());
    match auth::check(&request.headers()) {
        Ok(()) => route(state, request.method_str(), request.uri().path()),
        Err(refusal) => refusal,
    }
    .into_response(&ray)
}

fn route(state: &State, method: &str, path: &str) -> Reply {
    let segments: Option<Vec<&str>> =
        path.strip_prefix(Simulator::BASE_PATH).map(|path| path.split('/').skip(1).collect());
    match (method, segments.as_deref()) {
        ("GET", Some(["accounts", account, "zt_risk_scoring", "behaviors"])) => behaviors::get(state, account, path),
        _ => Reply::no_route(path),
    }
}
