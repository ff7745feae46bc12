//! Requests as a test sees them.

use std::fmt;

use api_runtime::Operation;
use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

use super::Simulator;
use super::routing::{self, Route};

/// A request that the simulator received.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), reqwest::Error> {
/// use zt_risk_scoring_mock::simulator::Simulator;
///
/// let simulator = Simulator::start().await;
/// reqwest::Client::new().post(simulator.base_url()).body(r#"{"a": 1}"#).send().await?;
/// let requests = simulator.requests();
/// assert_eq!((requests[0].method(), requests[0].path()), ("POST", "/client/v4"));
/// assert_eq!(requests[0].json().unwrap()["a"], 1);
/// assert_eq!(requests[0].operation(), None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RecordedRequest {
    method: String,
    path: String,
    headers: HeaderMap,
    body: Bytes,
    route: Option<Route>,
}

impl RecordedRequest {
    pub(super) fn new(head: http::request::Parts, body: Bytes) -> Self {
        let (method, path) = (head.method.as_str().to_owned(), head.uri.path().to_owned());
        let route = routing::route(&method, &path);
        Self { method, path, headers: head.headers, body, route }
    }

    /// The method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path, with its leading slash.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The value of a header. `None` if the header is missing or its value is not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body. `None` if it is not text.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok()
    }

    /// The body. `None` if it is not JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The operation. `None` if the path leads nowhere.
    pub fn operation(&self) -> Option<Operation> {
        self.route.as_ref().map(|route| route.operation)
    }

    /// The account that the path names.
    pub fn account_id(&self) -> Option<&str> {
        self.route.as_ref()?.account_id.as_deref()
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    pub(super) fn route(&self) -> Option<&Route> {
        self.route.as_ref()
    }
}

/// Leaves out the headers, which contain credentials, and the body.
impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Simulator {
    /// The requests that the simulator received, in order. A request counts once its body is received, also if a fault
    /// keeps it from being carried out.
    ///
    /// The simulator keeps all of them with their bodies. A test that sends millions should call
    /// [`clear_requests`](Self::clear_requests) now and then.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state().requests.iter().map(|request| RecordedRequest::clone(request)).collect()
    }

    /// The requests so far, which the simulator forgets. No request is lost between two calls.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), reqwest::Error> {
    /// # use zt_risk_scoring_mock::simulator::Simulator;
    /// let simulator = Simulator::start().await;
    /// reqwest::get(simulator.base_url()).await?;
    /// assert_eq!(simulator.take_requests().len(), 1);
    /// assert_eq!(simulator.take_requests().len(), 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn take_requests(&self) -> Vec<RecordedRequest> {
        let requests = std::mem::take(&mut self.state().requests);
        requests.iter().map(|request| RecordedRequest::clone(request)).collect()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.state().requests.clear();
    }
}
