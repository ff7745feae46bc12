//! The operations on the behaviors of an account.

use serde_json::json;

use super::response::Response;
use super::state::State;

/// Responds with the behaviors of an account. `path` is the request's path, which the API's error repeats.
pub(super) fn get(state: &State, account: &str, path: &str) -> Response {
    match state.accounts.get(account) {
        Some(behaviors) => Response::success(&json!({ "behaviors": behaviors })),
        None => Response::no_route(path),
    }
}
