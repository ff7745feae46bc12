//! Authenticates a request, or responds with the API's error.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::HeaderMap;

use super::response::Response;
use super::state::State;
use super::tokens::{Permissions, Token};

/// Who sent a request.
#[derive(Clone, Debug)]
pub(super) enum Caller {
    /// The owner of a token, which may be disabled or expired.
    Token(Arc<Token>),
    /// A user with a global API key, which has all permissions.
    GlobalKey,
}

impl Caller {
    /// What the quota is counted by.
    pub(super) fn quota_key(&self) -> &str {
        match self {
            Self::Token(token) => token.text(),
            Self::GlobalKey => State::EMAIL,
        }
    }

    /// What the caller may do in an account.
    pub(super) fn permissions_in(&self, account_id: &str) -> Permissions {
        match self {
            Self::Token(token) => token.permissions_in(account_id),
            Self::GlobalKey => Permissions::full(),
        }
    }
}

/// Why a request has no caller.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Rejection {
    Missing,
    Malformed,
    UnknownToken,
    UnknownKey,
}

impl Rejection {
    /// The response. An operation that verifies tokens responds to an unknown one in its own way.
    pub(super) fn response(&self, verifies_tokens: bool) -> Response {
        match self {
            Self::Missing => Response::missing_credentials(),
            Self::Malformed => Response::malformed_authorization(),
            Self::UnknownToken if verifies_tokens => Response::invalid_token(),
            Self::UnknownToken | Self::UnknownKey => Response::invalid_credentials(),
        }
    }
}

/// Finds the caller of a request. It does not check whether the token is valid.
pub(super) fn authenticate(headers: &HeaderMap, tokens: &BTreeMap<String, Arc<Token>>) -> Result<Caller, Rejection> {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (header("authorization"), header("x-auth-email"), header("x-auth-key")) {
        (Some(authorization), _, _) => match authorization.strip_prefix("Bearer ") {
            None | Some("") => Err(Rejection::Malformed),
            Some(secret) => tokens.get(secret).cloned().map(Caller::Token).ok_or(Rejection::UnknownToken),
        },
        (None, Some(State::EMAIL), Some(State::API_KEY)) => Ok(Caller::GlobalKey),
        (None, Some(_), Some(_)) => Err(Rejection::UnknownKey),
        _ => Err(Rejection::Missing),
    }
}
