//! The behaviors of an account.

use serde_json::json;

use super::reply::Reply;
use super::state::State;

pub(super) fn get(state: &State, account: &str, path: &str) -> Reply {
    match state.accounts.get(account) {
        Some(behaviors) => Reply::success(&json!({ "behaviors": behaviors })),
        None => Reply::no_route(path),
    }
}
