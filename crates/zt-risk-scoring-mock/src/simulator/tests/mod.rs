//! Tests of the simulator over sockets.

mod behaviors;
mod faults;
mod integrations;
mod permissions;
mod quotas;
mod scale;
mod tokens;
mod users;

use reqwest::Method;
use serde_json::Value;

use super::*;

/// A client of a simulator that sends plain requests.
pub(super) struct Caller {
    http: reqwest::Client,
    base_url: String,
    account: String,
    token: String,
}

/// What a caller received.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) body: Value,
}

impl Reply {
    /// The code of the first error.
    pub(super) fn code(&self) -> i64 {
        self.body["errors"][0]["code"].as_i64().unwrap()
    }

    /// The result of a success.
    pub(super) fn result(&self) -> &Value {
        assert_eq!((self.status, &self.body["success"]), (200, &Value::Bool(true)), "{}", self.body);
        &self.body["result"]
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

impl Caller {
    pub(super) fn of(simulator: &Simulator) -> Self {
        Self {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            base_url: simulator.base_url(),
            account: simulator.account_id().to_owned(),
            token: simulator.api_token().to_owned(),
        }
    }

    pub(super) fn with_token(&self, token: &str) -> Self {
        let (http, base_url, account) = (self.http.clone(), self.base_url.clone(), self.account.clone());
        Self { http, base_url, account, token: token.to_owned() }
    }

    pub(super) fn with_account(&self, account: &str) -> Self {
        let (http, base_url, token) = (self.http.clone(), self.base_url.clone(), self.token.clone());
        Self { http, base_url, account: account.to_owned(), token }
    }

    /// The path of risk scoring in the account.
    fn path(&self, path: &str) -> String {
        format!("/accounts/{}/zt_risk_scoring{path}", self.account)
    }

    /// Sends a request, and returns its failure to be exchanged.
    pub(super) async fn try_send(&self, method: Method, path: &str, body: Option<String>) -> reqwest::Result<Reply> {
        let request = self.http.request(method, format!("{}{path}", self.base_url)).bearer_auth(&self.token);
        let request = body.into_iter().fold(request, reqwest::RequestBuilder::body);
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Reply { status, headers, body })
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.try_send(Method::GET, &self.path(path), None).await.unwrap()
    }

    /// The body of a large response, which is not parsed.
    pub(super) async fn get_text(&self, path: &str) -> String {
        let url = format!("{}{}", self.base_url, self.path(path));
        self.http.get(url).bearer_auth(&self.token).send().await.unwrap().text().await.unwrap()
    }

    pub(super) async fn send(&self, method: Method, path: &str, body: &Value) -> Reply {
        self.try_send(method, &self.path(path), Some(body.to_string())).await.unwrap()
    }

    pub(super) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PUT, path, body).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, body).await
    }

    pub(super) async fn delete(&self, path: &str) -> Reply {
        self.try_send(Method::DELETE, &self.path(path), None).await.unwrap()
    }
}

/// Sets some switches.
pub(super) fn set(simulator: &Simulator, change: impl FnOnce(&mut Unknowns)) {
    let mut unknowns = Unknowns::default();
    change(&mut unknowns);
    simulator.set_unknowns(unknowns);
}

#[tokio::test]
async fn request_is_recorded_with_its_body() {
    let simulator = Simulator::start().await;
    let caller = Caller::of(&simulator);
    caller.put("/behaviors", &serde_json::json!({"behaviors": {}})).await.result();
    caller.get("/elsewhere").await;
    let requests = simulator.requests();
    assert_eq!(requests[0].operation().unwrap(), operations::UPDATE_BEHAVIORS);
    assert_eq!((requests[0].method(), requests[0].account_id()), ("PUT", Some(simulator.account_id())));
    assert_eq!((requests[0].text(), requests[1].text()), (Some(r#"{"behaviors":{}}"#), Some("")));
    assert_eq!(requests[1].operation(), None);
    let shown = format!("{requests:?}");
    assert!(!shown.contains(simulator.api_token()) && !shown.contains("{}}"), "{shown}");
    simulator.clear_requests();
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn every_response_has_a_ray_of_its_own() {
    let simulator = Simulator::start().await;
    let caller = Caller::of(&simulator);
    let (first, second) = (caller.get("/behaviors").await, caller.get("/behaviors").await);
    assert_ne!(first.header("cf-ray"), second.header("cf-ray"));
    assert_eq!(first.header("content-type"), "application/json");
}

#[tokio::test]
async fn ray_of_a_response_is_kept() {
    let simulator = Simulator::start().await;
    simulator.inject(Fault::respond(Response::edge_page(520).header("cf-ray", "0123-TEST").unwrap()));
    assert_eq!(Caller::of(&simulator).get("/behaviors").await.header("cf-ray"), "0123-TEST");
}

#[tokio::test]
async fn odd_request_is_no_route() {
    let simulator = Simulator::start().await;
    let caller = Caller::of(&simulator);
    for method in [Method::HEAD, Method::OPTIONS, Method::PATCH, Method::TRACE] {
        let reply = caller.try_send(method.clone(), &caller.path("/behaviors"), None).await.unwrap();
        assert_eq!(reply.status, 404, "{method}");
    }
    for path in ["/behaviors/", "//behaviors", "/%ff", "/%", "/%00", "/integrations/reference_id/%ff"] {
        assert_eq!(caller.get(path).await.status, 404, "{path}");
    }
    caller.get("/behaviors?page=2").await.result();
}

#[tokio::test]
async fn body_that_is_not_utf8_or_nested_too_deep_is_rejected() {
    let simulator = Simulator::start().await;
    let url = format!("{}{}", simulator.base_url(), Caller::of(&simulator).path("/behaviors"));
    for body in [b"{\"behaviors\":{\"\xff\":1}}".to_vec(), vec![b'['; 1 << 20], vec![0; 8 << 20]] {
        let request = reqwest::Client::new().put(&url).bearer_auth(simulator.api_token()).body(body);
        assert_eq!(request.send().await.unwrap().status(), 400);
    }
    assert!(simulator.requests().iter().all(|request| request.json().is_none()));
}

#[test]
fn blocking_simulator_serves_without_a_runtime_of_the_caller() {
    use std::io::{Read, Write};

    let simulator = Simulator::start_blocking();
    let address = simulator.address();
    let mut connection = std::net::TcpStream::connect(address).unwrap();
    connection.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut response = String::new();
    connection.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
    drop(simulator);
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn dropped_simulator_ends_its_connections() {
    let simulator = Simulator::start().await;
    let caller = Caller::of(&simulator);
    caller.get("/behaviors").await.result();
    let slow = simulator.inject(Fault::delay(std::time::Duration::from_secs(60)));
    let path = caller.path("/behaviors");
    let (pending, ()) = tokio::join!(caller.try_send(Method::GET, &path, None), async {
        while slow.happened() == 0 {
            tokio::task::yield_now().await;
        }
        drop(simulator);
    });
    assert!(pending.is_err());
    assert!(caller.try_send(Method::GET, &path, None).await.is_err());
}

#[tokio::test]
async fn poisoned_state_is_still_served() {
    let simulator = Simulator::start().await;
    let edit = std::panic::AssertUnwindSafe(|| simulator.edit("a", |_| panic!("on purpose")));
    assert!(std::panic::catch_unwind(edit).is_err());
    Caller::of(&simulator).get("/behaviors").await.result();
}
