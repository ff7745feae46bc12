//! Responses in the API's envelope.

use httpmock::HttpMockResponse;
use serde_json::{Value, json};

/// A response: a status and an envelope.
pub(super) struct Response {
    status: u16,
    envelope: Value,
}

impl Response {
    pub(super) fn success(result: &Value) -> Self {
        Self { status: 200, envelope: json!({"errors": [], "messages": [], "result": result, "success": true}) }
    }

    pub(super) fn failure(status: u16, error: Value) -> Self {
        let envelope = json!({"errors": [error], "messages": [], "result": null, "success": false});
        Self { status, envelope }
    }

    /// The response to a request for an account or a path that does not exist.
    pub(super) fn no_route(path: &str) -> Self {
        let message = format!("Could not route to {path}, perhaps your object identifier is invalid?");
        Self::failure(404, json!({"code": 7003, "message": message}))
    }

    pub(super) fn into_http(self, ray: &str) -> HttpMockResponse {
        HttpMockResponse::builder()
            .status(self.status)
            .header("content-type", "application/json")
            .header("cf-ray", ray)
            .body(self.envelope.to_string())
            .build()
    }
}
