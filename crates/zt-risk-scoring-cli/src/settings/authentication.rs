//! Credentials, with what is known about them.

use zt_risk_scoring::{Credentials, Error};

/// Credentials, and their kind. Neither is a secret when it is printed.
#[derive(Clone, Debug)]
pub(crate) struct Authentication {
    pub(crate) credentials: Credentials,
    pub(crate) kind: AuthenticationKind,
}

/// What kind of credentials they are. The prefix of a token says whose it is; older tokens have none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum AuthenticationKind {
    /// An API token of an account.
    AccountToken,
    /// An API token of a user.
    UserToken,
    /// An API token of an account or a user.
    Token,
    /// A token that a command prints, which is not known before the first call. The name is that of the program.
    Command { program: String },
    /// The global API key of a user.
    GlobalKey,
}

impl Authentication {
    /// Checks an API token.
    pub(super) fn token(token: String) -> Result<Self, Error> {
        let kind = AuthenticationKind::of_token(&token);
        Ok(Self { credentials: Credentials::api_token(token)?, kind })
    }
}

impl AuthenticationKind {
    pub(super) fn of_token(token: &str) -> Self {
        match token.get(..5) {
            Some("cfat_") => Self::AccountToken,
            Some("cfut_") => Self::UserToken,
            _ => Self::Token,
        }
    }
}
