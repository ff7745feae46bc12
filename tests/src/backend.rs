//! Servers that stand in for the API. The tests in `conformance.rs` run against each of them.

use httpmock::{Mock, MockServer};
use serde_json::json;
use zt_risk_scoring::BehaviorMap;
use zt_risk_scoring_api::types::FailureEnvelope;
use zt_risk_scoring_mock::{MockServerExt, Simulator};

use crate::{ACCOUNT_ID, TOKEN};

/// A server that stands in for the API with one account.
pub trait Backend {
    /// The base URL for a client.
    fn base_url(&self) -> String;
    /// The only account that exists.
    fn account_id(&self) -> &str;
    /// The only token that the server accepts.
    fn api_token(&self) -> &str;
    /// Replaces the account's behaviors.
    fn set_behaviors(&mut self, behaviors: &BehaviorMap);
}

impl Backend for Simulator {
    fn base_url(&self) -> String {
        self.base_url()
    }

    fn account_id(&self) -> &str {
        self.account_id()
    }

    fn api_token(&self) -> &str {
        self.api_token()
    }

    fn set_behaviors(&mut self, behaviors: &BehaviorMap) {
        Simulator::set_behaviors(self, behaviors).unwrap();
    }
}

/// The generated mocks, scripted to stand in for the API.
pub struct Mocks {
    server: MockServer,
    /// The id of the mock that returns the behaviors, once they are set.
    success: Option<usize>,
}

impl Mocks {
    /// Starts a server that rejects unknown tokens and accounts.
    pub async fn start() -> Self {
        let server = MockServer::start_async().await;
        let bearer = format!("Bearer {TOKEN}");
        server.get_behaviors(|when, then| {
            when.into_inner().header_not("authorization", &bearer);
            then.client_error(403, &failure_envelope(9109, "Unauthorized or invalid access token"));
        });
        server.get_behaviors(|when, then| {
            let path = format!("/accounts/{ACCOUNT_ID}/zt_risk_scoring/behaviors");
            when.into_inner().header("authorization", &bearer).path_not(path);
            then.client_error(404, &failure_envelope(7003, "Could not route to the account"));
        });
        Self { server, success: None }
    }
}

impl Backend for Mocks {
    fn base_url(&self) -> String {
        self.server.base_url()
    }

    fn account_id(&self) -> &str {
        ACCOUNT_ID
    }

    fn api_token(&self) -> &str {
        TOKEN
    }

    fn set_behaviors(&mut self, behaviors: &BehaviorMap) {
        if let Some(id) = self.success.take() {
            Mock::new(id, &self.server).delete();
        }
        let envelope = json!({"errors": [], "messages": [], "success": true, "result": {"behaviors": behaviors}});
        let mock = self.server.get_behaviors(|when, then| {
            when.account_id(ACCOUNT_ID).into_inner().header("authorization", format!("Bearer {TOKEN}"));
            then.ok(&serde_json::from_value(envelope).unwrap());
        });
        self.success = Some(mock.id);
    }
}

fn failure_envelope(code: i64, message: &str) -> FailureEnvelope {
    let error = json!({"code": code, "message": message});
    serde_json::from_value(json!({"errors": [error], "messages": [], "success": false, "result": null})).unwrap()
}
