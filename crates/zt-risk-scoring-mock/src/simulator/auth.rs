//! Authenticates a request, or responds with the API's error.

use http::HeaderMap;
use serde_json::json;

use super::response::Response;
use super::state::State;

/// Checks the credentials of a request. The error is the response of the API to missing, malformed or unknown ones.
pub(super) fn authenticate(headers: &HeaderMap) -> Result<(), Response> {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (header("authorization"), header("x-auth-email"), header("x-auth-key")) {
        (Some(authorization), _, _) => match authorization.strip_prefix("Bearer ") {
            None | Some("") => Err(malformed_header()),
            Some(State::API_TOKEN) => Ok(()),
            Some(_) => Err(unknown_credentials()),
        },
        (None, Some(State::EMAIL), Some(State::API_KEY)) => Ok(()),
        (None, Some(_), Some(_)) => Err(unknown_credentials()),
        _ => Err(Response::failure(400, json!({"code": 9106, "message": "Missing authentication headers"}))),
    }
}

fn malformed_header() -> Response {
    let cause = json!({"code": 6111, "message": "Invalid format for Authorization header"});
    Response::failure(400, json!({"code": 6003, "message": "Invalid request headers", "error_chain": [cause]}))
}

fn unknown_credentials() -> Response {
    Response::failure(403, json!({"code": 9109, "message": "Unauthorized or invalid access token"}))
}
