//! The settings that a single call overrides.

use std::time::Duration;

use http::header::{HeaderName, HeaderValue};

use super::problems::check_attempt_time;
use super::{AccountId, Connection};
use crate::pipeline::CallConfig;
use crate::{Error, ErrorKind, RetryConfig};

/// The settings that a single call overrides. The connection supplies the rest.
///
/// ```
/// use cloudflare_client::sdk::CallOptions;
/// use std::time::Duration;
///
/// let options = CallOptions::default().account_id("023e105f4ecef8ad9ca31a8372d0c353").timeout(Duration::from_secs(5));
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "options do nothing until a call takes them"]
pub struct CallOptions {
    account_id: Option<Result<AccountId, String>>,
    config: CallConfig,
}

impl CallOptions {
    /// The account, in place of the connection's. A malformed id fails the call before anything is sent.
    pub fn account_id(mut self, id: impl TryInto<AccountId, Error: Into<Error>>) -> Self {
        self.account_id = Some(id.try_into().map_err(|error| error.into().to_string()));
        self
    }

    /// How long the whole call may take. With 10 ms or less, for example since a caller's deadline is near or has passed,
    /// the call fails with [`Timeout`](ErrorKind::Timeout) before anything is sent.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config.timeout = Some(timeout);
        self
    }

    /// How long each attempt may take. 10 ms or less fails the call with [`Configuration`](ErrorKind::Configuration) before
    /// anything is sent.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.config.attempt_timeout = Some(timeout);
        self
    }

    /// How failed attempts are retried. The retry budget and the jitter stay the connection's.
    pub fn retry(mut self, retry: RetryConfig) -> Self {
        self.config.retry = Some(retry);
        self
    }

    /// A header to send. The client's own headers cannot be replaced: the call then fails before anything is sent.
    pub fn header(mut self, name: HeaderName, mut value: HeaderValue) -> Self {
        // Its value may be a secret, which `Debug` must not print.
        value.set_sensitive(true);
        self.config.headers.push((name, value));
        self
    }

    /// The account of the call: these options' or the connection's.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) if neither has one, or it is malformed.
    pub fn resolve_account<'a>(&'a self, connection: &'a Connection) -> Result<&'a AccountId, Error> {
        self.checked_config()?;
        match (&self.account_id, connection.account_id()) {
            (Some(Ok(id)), _) | (_, Some(id)) => Ok(id),
            (_, None) => Err(Error::configuration(
                "no account id: set it on the call, on the client, or in the environment (CLOUDFLARE_ACCOUNT_ID)",
            )),
        }
    }

    /// The settings for the pipeline. A malformed account id is an error also where no path has an account.
    pub(crate) fn checked_config(&self) -> Result<&CallConfig, Error> {
        if let Some(Err(problem)) = &self.account_id {
            return Err(Error::configuration(problem.clone()));
        }
        self.config.attempt_timeout.map(|timeout| check_attempt_time("attempt_timeout", timeout)).transpose()?;
        if self.config.timeout.is_some_and(|timeout| timeout.is_zero()) {
            return Err(Error::new(ErrorKind::Timeout, "the call's timeout is zero, so nothing was sent"));
        }
        Ok(&self.config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_of_a_call_that_are_too_short_are_rejected_before_sending() {
        let least = Duration::from_millis(10);
        let kind = |options: CallOptions| options.checked_config().unwrap_err().kind();
        assert_eq!(kind(CallOptions::default().timeout(Duration::ZERO)), ErrorKind::Timeout);
        for attempt in [Duration::ZERO, least] {
            assert_eq!(kind(CallOptions::default().attempt_timeout(attempt)), ErrorKind::Configuration);
        }
        // The call fails later, since its time ends before an attempt could.
        let brief = CallOptions::default().timeout(Duration::from_nanos(1));
        brief.attempt_timeout(least + Duration::from_nanos(1)).checked_config().unwrap();
    }
}
