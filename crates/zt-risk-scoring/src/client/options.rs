//! What can be set for a single call.

use std::time::Duration;

use super::Client;
use crate::{AccountId, Error};

/// What can be set for a single call; the client's own setting holds for the rest.
#[derive(Debug, Default)]
pub(crate) struct CallOptions {
    account_id: Option<Result<AccountId, Error>>,
    timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
}

impl CallOptions {
    /// Sets the account. What is wrong with it is reported when the call is made.
    pub(crate) fn set_account_id(&mut self, id: impl TryInto<AccountId, Error: Into<Error>>) {
        self.account_id = Some(id.try_into().map_err(Into::into));
    }

    pub(crate) fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = Some(timeout);
    }

    pub(crate) fn set_attempt_timeout(&mut self, timeout: Duration) {
        self.attempt_timeout = Some(timeout);
    }

    /// The account of the call, which must come from somewhere.
    pub(crate) fn take_account_id(&mut self, client: &Client) -> Result<AccountId, Error> {
        match self.account_id.take() {
            Some(id) => id,
            None => client
                .settings()
                .account_id
                .clone()
                .ok_or_else(|| Error::configuration("no account id: set it on the client or on the call")),
        }
    }

    pub(crate) fn timeout(&self, client: &Client) -> Duration {
        self.timeout.unwrap_or(client.settings().timeout)
    }

    pub(crate) fn attempt_timeout(&self, client: &Client) -> Duration {
        self.attempt_timeout.unwrap_or(client.settings().attempt_timeout)
    }
}
