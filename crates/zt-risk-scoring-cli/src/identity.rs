//! Whose token it is.

use api_tokens::operations::types::TokenStatus;
use zt_risk_scoring::external::cloudflare_client::sdk::error;
use zt_risk_scoring::{AccountId, Connection, Error, ErrorKind};

/// Verifies the token of a connection. Its text need not say whether it belongs to a user or to an account, so both are asked: the
/// accounts one by one, until one knows it.
///
/// # Errors
///
/// If none knows it, as with a global API key, or a call fails.
pub(crate) async fn verify(connection: &Connection, accounts: &[&AccountId]) -> Result<TokenStatus, Error> {
    let tokens = api_tokens::Client::from(connection.clone());
    match tokens.operations().verify_user_token().await {
        Err(error) if is_rejected(&error) && !accounts.is_empty() => verify_in_accounts(connection, accounts).await,
        result => result,
    }
}

/// As [`verify`], of a token that belongs to an account.
pub(crate) async fn verify_in_accounts(connection: &Connection, accounts: &[&AccountId]) -> Result<TokenStatus, Error> {
    let operations = api_tokens::Client::from(connection.clone()).operations();
    let mut rejection = None;
    for account in accounts {
        match operations.verify_account_token().account_id(*account).await {
            Err(error) if is_rejected(&error) => rejection = rejection.or(Some(error)),
            result => return result,
        }
    }
    Err(rejection.unwrap_or_else(|| error(ErrorKind::Configuration, "no account is given whose token it could be")))
}

/// Whether there was a token to send. A token command may have failed.
pub(crate) fn has_token(error: &Error) -> bool {
    error.kind() != ErrorKind::Authentication || error.status().is_some()
}

/// Whether the API rejected the token as none of a user, or of the account.
pub(crate) fn is_rejected(error: &Error) -> bool {
    has_token(error)
        && matches!(
            error.kind(),
            ErrorKind::Authentication | ErrorKind::Permission | ErrorKind::Api | ErrorKind::NotFound
        )
}

/// The ids of tokens, each of which is verified once.
#[derive(Default)]
pub(crate) struct TokenIds(Vec<(Connection, Option<String>)>);

impl TokenIds {
    /// The id of a connection's token. `None` if the API does not return it.
    pub(crate) async fn get(&mut self, connection: &Connection, account: &AccountId) -> Option<String> {
        if let Some((_, id)) = self.0.iter().find(|(known, _)| known.is_same(connection)) {
            return id.clone();
        }
        let id = verify(connection, &[account]).await.ok().map(|status| status.id.to_string());
        self.0.push((connection.clone(), id.clone()));
        id
    }
}
