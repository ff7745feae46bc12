//! A simulator of the API, in this process.

mod auth;
mod behaviors;
mod response;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use serde::Serialize;

pub use state::RecordedRequest;

use response::Response;
use state::State;

/// A server on a free loopback port that responds as the API does. At first it has one account, with the behaviors
/// whose ids are known, all of them disabled.
///
/// The simulator computes each response from its state. For responses that the API would not send, script the generated
/// mocks.
///
/// The simulator responds until it is dropped. Its port belongs to httpmock's pool of servers, so a later server may
/// use the same port. The pool has 25 servers (`HTTPMOCK_MAX_SERVERS`); while all are in use, [`start`](Self::start)
/// waits.
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
    /// The path of the base URL, the same as the vendor's.
    const BASE_PATH: &str = "/client/v4";

    /// Starts a simulator.
    ///
    /// # Panics
    ///
    /// httpmock panics if no loopback port can be opened, or if `HTTPMOCK_MAX_SERVERS` is set to something else than a
    /// number.
    pub async fn start() -> Self {
        let state = Arc::new(Mutex::new(State::new()));
        let server = MockServer::start_async().await;
        let shared = Arc::clone(&state);
        server
            .mock_async(|when, then| {
                when.any_request();
                then.respond_with(move |request| respond(&mut lock(&shared), request));
            })
            .await;
        Self { server, state }
    }

    /// The base URL for a client.
    pub fn base_url(&self) -> String {
        self.server.url(Self::BASE_PATH)
    }

    /// The account that exists from the start.
    pub fn account_id(&self) -> &'static str {
        State::ACCOUNT_ID
    }

    /// The API token that the simulator accepts.
    pub fn api_token(&self) -> &'static str {
        State::API_TOKEN
    }

    /// The e-mail address and the global API key that the simulator accepts.
    pub fn global_key(&self) -> (&'static str, &'static str) {
        (State::EMAIL, State::API_KEY)
    }

    /// Replaces the behaviors of the account that exists from the start.
    ///
    /// # Errors
    ///
    /// If the value is not a map from id to behavior.
    pub fn set_behaviors(&self, behaviors: impl Serialize) -> Result<(), serde_json::Error> {
        self.set_behaviors_of(State::ACCOUNT_ID, behaviors)
    }

    /// Replaces the behaviors of an account. An account that does not exist is created.
    ///
    /// # Errors
    ///
    /// If the value is not a map from id to behavior.
    pub fn set_behaviors_of(&self, account_id: &str, behaviors: impl Serialize) -> Result<(), serde_json::Error> {
        let behaviors = serde_json::from_value(serde_json::to_value(behaviors)?)?;
        lock(&self.state).accounts.insert(account_id.to_owned(), behaviors);
        Ok(())
    }

    /// The requests that the simulator received, in order.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.state).requests.clone()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.server.reset();
    }
}

/// Ignores poisoning: every change of the state is a single step, so a panic cannot leave it inconsistent.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Records a request, and responds to it.
fn respond(state: &mut State, request: &HttpMockRequest) -> HttpMockResponse {
    state.requests.push(RecordedRequest::new(request));
    let ray = format!("{:016x}-SIM", state.requests.len());
    match auth::authenticate(&request.headers()) {
        Ok(()) => route(state, request.method_str(), request.uri().path()),
        Err(rejection) => rejection,
    }
    .into_http(&ray)
}

/// Calls the operation of a method and path.
fn route(state: &State, method: &str, path: &str) -> Response {
    let segments: Option<Vec<&str>> =
        path.strip_prefix(Simulator::BASE_PATH).map(|path| path.split('/').skip(1).collect());
    match (method, segments.as_deref()) {
        ("GET", Some(["accounts", account, "zt_risk_scoring", "behaviors"])) => behaviors::get(state, account, path),
        _ => Response::no_route(path),
    }
}
