//! How a client is configured.

use std::sync::Arc;
use std::time::Duration;

use super::{Client, Environment, Inner};
use crate::base_url::{BaseUrl, DEFAULT_BASE_URL};
use crate::pipeline::http_client;
use crate::{AccountId, Credentials, Error};

/// The configuration of a [`Client`]. No setter fails; [`build`](Self::build) reports everything that is wrong at once.
///
/// What is set here always beats the environment, and whole: with credentials set, no credential is taken from the
/// environment, not even looked at.
#[derive(Debug, Default)]
#[must_use = "a configuration does nothing until it is built"]
pub struct ClientBuilder {
    credentials: Option<Credentials>,
    account_id: Option<Result<AccountId, Error>>,
    base_url: Option<String>,
    allow_plain_http: bool,
    timeout: Option<Duration>,
    environment: Option<Environment>,
}

impl ClientBuilder {
    /// How long a whole call may take unless set otherwise.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Who is calling. Required here or in the environment.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// The account of every call that sets no other.
    pub fn account_id(mut self, id: impl TryInto<AccountId, Error: Into<Error>>) -> Self {
        self.account_id = Some(id.try_into().map_err(Into::into));
        self
    }

    /// Where the API is served; [`DEFAULT_BASE_URL`](crate::DEFAULT_BASE_URL) unless set here or in the environment. It
    /// must be https, or http to loopback.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Lets plain http through to any host. Everybody on the way can read the credentials then; off by default.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }

    /// How long a whole call may take; [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT) unless set. A call can set its own.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Where to look for what is not set here. Without it, no environment is read.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Makes the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration), listing whatever is missing, contradictory or malformed.
    pub fn build(self) -> Result<Client, Error> {
        let environment = self.environment.as_ref();
        let credentials = match self.credentials {
            Some(credentials) => Ok(credentials),
            None => environment.map_or_else(|| Err(no_credentials()), Environment::credentials),
        };
        let account_id = match self.account_id {
            Some(id) => id.map(Some),
            None => environment.map_or(Ok(None), Environment::account_id),
        };
        let base_url = match self.base_url {
            Some(url) => BaseUrl::new(&url, self.allow_plain_http),
            None => environment
                .map_or(Ok(None), |environment| environment.base_url(self.allow_plain_http))
                .and_then(|url| url.map_or_else(|| BaseUrl::new(DEFAULT_BASE_URL, false), Ok)),
        };

        match (credentials, account_id, base_url) {
            (Ok(credentials), Ok(account_id), Ok(base_url)) => Ok(Client(Arc::new(Inner {
                http: http_client::build(&base_url)?,
                base_url,
                credentials,
                account_id,
                timeout: self.timeout.unwrap_or(Self::DEFAULT_TIMEOUT),
            }))),
            (credentials, account_id, base_url) => {
                let problems = [credentials.err(), account_id.err(), base_url.err()];
                let problems: Vec<_> = problems.into_iter().flatten().map(|error| error.to_string()).collect();
                Err(Error::configuration(problems.join("; ")))
            }
        }
    }
}

fn no_credentials() -> Error {
    Error::configuration("no credentials: set an API token, or an e-mail address with a global API key")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    const ACCOUNT: &str = "023e105f4ecef8ad9ca31a8372d0c353";

    fn complaint(builder: ClientBuilder) -> String {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        error.to_string()
    }

    fn token() -> Credentials {
        Credentials::api_token("cfut_secret").unwrap()
    }

    #[test]
    fn credentials_are_all_that_is_required() {
        let client = Client::builder().credentials(token()).build().unwrap();
        assert_eq!(client.base_url().as_str(), DEFAULT_BASE_URL);
        assert_eq!(client.account_id(), None);
    }

    #[test]
    fn everything_that_is_wrong_is_reported_at_once() {
        let complaint = complaint(Client::builder().account_id("short").base_url("http://example.com"));
        for part in ["no credentials", "the account id", "the base URL"] {
            assert!(complaint.contains(part), "{complaint}");
        }
    }

    #[test]
    fn the_environment_fills_in_what_is_not_set() {
        let environment = Environment::from_vars([
            ("CLOUDFLARE_API_TOKEN", "cfut_secret"),
            ("CLOUDFLARE_ACCOUNT_ID", ACCOUNT),
            ("CLOUDFLARE_BASE_URL", "https://example.com"),
        ]);
        let client = Client::builder().environment(environment).build().unwrap();
        assert_eq!(client.account_id().unwrap().as_str(), ACCOUNT);
        assert_eq!(client.base_url().as_str(), "https://example.com");
        assert_eq!(format!("{:?}", client.credentials()), "Credentials(ApiToken)");
    }

    #[test]
    fn what_is_set_beats_the_environment_whole_however_broken_that_is() {
        let environment = Environment::from_vars([
            ("CLOUDFLARE_API_KEY", "\n"),
            ("CLOUDFLARE_EMAIL", "a@example.com"),
            ("CLOUDFLARE_ACCOUNT_ID", "../../user"),
            ("CLOUDFLARE_BASE_URL", "nonsense"),
        ]);
        let client = Client::builder()
            .environment(environment)
            .credentials(token())
            .account_id(ACCOUNT)
            .base_url("https://example.com")
            .build()
            .unwrap();
        assert_eq!(client.account_id().unwrap().as_str(), ACCOUNT);
        assert_eq!(client.base_url().as_str(), "https://example.com");
        assert_eq!(format!("{:?}", client.credentials()), "Credentials(ApiToken)");
    }

    #[test]
    fn debug_shows_no_secret() {
        let builder = Client::builder().credentials(token());
        assert!(!format!("{builder:?}").contains("secret"));
        assert!(!format!("{:?}", builder.build().unwrap()).contains("secret"));
    }
}
