//! Who may call, and what the others are told.

use http::HeaderMap;
use serde_json::json;

use super::reply::Reply;
use super::state::State;

pub(super) fn check(headers: &HeaderMap) -> Result<(), Reply> {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (header("authorization"), header("x-auth-email"), header("x-auth-key")) {
        (Some(authorization), _, _) => match authorization.strip_prefix("Bearer ") {
            None | Some("") => Err(malformed()),
            Some(State::API_TOKEN) => Ok(()),
            Some(_) => Err(unknown()),
        },
        (None, Some(State::EMAIL), Some(State::API_KEY)) => Ok(()),
        (None, Some(_), Some(_)) => Err(unknown()),
        _ => Err(Reply::failure(400, json!({"code": 9106, "message": "Missing authentication headers"}))),
    }
}

fn malformed() -> Reply {
    let cause = json!({"code": 6111, "message": "Invalid format for Authorization header"});
    Reply::failure(400, json!({"code": 6003, "message": "Invalid request headers", "error_chain": [cause]}))
}

fn unknown() -> Reply {
    Reply::failure(403, json!({"code": 9109, "message": "Unauthorized or invalid access token"}))
}
