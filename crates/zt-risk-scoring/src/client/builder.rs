//! How a client is configured.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Client, Environment, Settings};
use crate::base_url::{BaseUrl, DEFAULT_BASE_URL};
use crate::pipeline::{Traffic, http_client};
use crate::{AccountId, Credentials, Error, Quota, RetryConfig};

/// The configuration of a [`Client`]. No setter fails; [`build`](Self::build) reports everything that is wrong at once.
///
/// What is set here always beats the environment, and whole: with credentials set, no credential is taken from the
/// environment, not even looked at.
#[derive(Default)]
#[must_use = "a configuration does nothing until it is built"]
pub struct ClientBuilder {
    credentials: Option<Credentials>,
    account_id: Option<Result<AccountId, Error>>,
    base_url: Option<String>,
    allow_plain_http: bool,
    timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    connect_timeout: Option<Duration>,
    max_body_bytes: Option<usize>,
    retry: RetryConfig,
    quota: Pacing,
    http_client: Option<reqwest::Client>,
    environment: Option<Environment>,
}

/// What holds requests back.
#[derive(Clone, Copy, Debug, Default)]
enum Pacing {
    /// The vendor's quota at the vendor's, nothing elsewhere.
    #[default]
    ByHost,
    Chosen(Option<Quota>),
}

impl ClientBuilder {
    /// How long a whole call may take unless set otherwise: 60 s.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
    /// How long one attempt may take unless set otherwise: 20 s.
    pub const DEFAULT_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(20);
    /// How long making a connection may take unless set otherwise: 5 s.
    pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
    /// The most bytes that a response's body may have unless set otherwise: 64 MiB.
    pub const DEFAULT_MAX_BODY_BYTES: usize = 64 << 20;

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

    /// How long a whole call may take, all attempts and waits included; [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT) unless
    /// set. A call can set its own.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long one attempt may take, from asking for the credentials to the last byte of the answer;
    /// [`DEFAULT_ATTEMPT_TIMEOUT`](Self::DEFAULT_ATTEMPT_TIMEOUT) unless set. A call can set its own.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// How long making a connection may take; [`DEFAULT_CONNECT_TIMEOUT`](Self::DEFAULT_CONNECT_TIMEOUT) unless set. It does
    /// not hold for an [`http_client`](Self::http_client) that is handed in, which has its own.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// The most bytes that a response's body may have, after decompression;
    /// [`DEFAULT_MAX_BODY_BYTES`](Self::DEFAULT_MAX_BODY_BYTES) unless set. A larger one is an error, and is not read on.
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = Some(bytes);
        self
    }

    /// How failed attempts are followed by others.
    pub fn retry(mut self, retry: RetryConfig) -> Self {
        self.retry = retry;
        self
    }

    /// How many requests may go out. Unless set, it is [`Quota::VENDOR`] if requests go to the vendor's host, and no limit
    /// for any other base URL. `None` is no limit.
    pub fn quota(mut self, quota: impl Into<Option<Quota>>) -> Self {
        self.quota = Pacing::Chosen(quota.into());
        self
    }

    /// The HTTP client to send with, for a proxy, certificates or a resolver of one's own.
    ///
    /// It must not follow redirects: they would take credentials along to another host. It should not retry either
    /// (`retry(reqwest::retry::never())`), or the count of attempts is too low; nor should it have a timeout of its own. Its
    /// proxy is used for loopback addresses, too.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http_client = Some(client);
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

        let quota = match (self.quota, &base_url) {
            (Pacing::Chosen(quota), _) => quota,
            (Pacing::ByHost, Ok(url)) if url.is_the_vendors() => Some(Quota::VENDOR),
            (Pacing::ByHost, _) => None,
        };
        let traffic = self.retry.check().and_then(|()| Traffic::new(&self.retry, quota));
        let given_client = self.http_client.as_ref().map_or(Ok(()), http_client::check);

        match (credentials, account_id, base_url, traffic, given_client) {
            (Ok(credentials), Ok(account_id), Ok(base_url), Ok(traffic), Ok(())) => {
                let connect_timeout = self.connect_timeout.unwrap_or(Self::DEFAULT_CONNECT_TIMEOUT);
                let made = || http_client::build(&base_url, connect_timeout);
                Ok(Client(Arc::new(Settings {
                    http: self.http_client.map_or_else(made, Ok)?,
                    base_url,
                    credentials,
                    account_id,
                    timeout: self.timeout.unwrap_or(Self::DEFAULT_TIMEOUT),
                    attempt_timeout: self.attempt_timeout.unwrap_or(Self::DEFAULT_ATTEMPT_TIMEOUT),
                    max_body_bytes: self.max_body_bytes.unwrap_or(Self::DEFAULT_MAX_BODY_BYTES),
                    retry: self.retry,
                    traffic,
                })))
            }
            (credentials, account_id, base_url, traffic, given_client) => {
                // A call can bring its own account, so that none is there is no problem by itself.
                let no_account = match account_id {
                    Ok(None) => environment.and_then(Environment::no_account_id),
                    Ok(Some(_)) => None,
                    Err(error) => Some(error),
                };
                let problems = [credentials.err(), no_account, base_url.err(), traffic.err(), given_client.err()];
                let problems: Vec<_> = problems.into_iter().flatten().map(|error| error.to_string()).collect();
                Err(Error::configuration(problems.join("; ")))
            }
        }
    }
}

/// Without the base URL, which may contain credentials as long as it is not checked.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("credentials", &self.credentials)
            .field("account_id", &self.account_id)
            .field("environment", &self.environment)
            .field("retry", &self.retry)
            .field("quota", &self.quota)
            .finish_non_exhaustive()
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
        assert_eq!(client.settings().base_url.as_str(), DEFAULT_BASE_URL);
        assert_eq!(client.settings().account_id, None);
    }

    #[test]
    fn everything_that_is_wrong_is_reported_at_once() {
        let complaint = complaint(Client::builder().account_id("short").base_url("http://example.com"));
        for part in ["no credentials", "the account id", "the base URL"] {
            assert!(complaint.contains(part), "{complaint}");
        }
    }

    #[test]
    fn an_empty_environment_is_told_what_it_lacks_and_only_that() {
        let empty = || Environment::from_vars::<&str, &str>([]);
        let complaint_without = complaint(Client::builder().environment(empty()));
        assert!(
            complaint_without.contains("CLOUDFLARE_API_TOKEN") && complaint_without.contains("CLOUDFLARE_ACCOUNT_ID")
        );
        let complaint_with = complaint(Client::builder().environment(empty()).account_id(ACCOUNT));
        assert!(!complaint_with.contains("CLOUDFLARE_ACCOUNT_ID"), "{complaint_with}");
    }

    #[test]
    fn the_environment_fills_in_what_is_not_set() {
        let environment = Environment::from_vars([
            ("CLOUDFLARE_API_TOKEN", "cfut_secret"),
            ("CLOUDFLARE_ACCOUNT_ID", ACCOUNT),
            ("CLOUDFLARE_BASE_URL", "https://example.com"),
        ]);
        let client = Client::builder().environment(environment).build().unwrap();
        assert_eq!(client.settings().account_id.clone().unwrap().as_str(), ACCOUNT);
        assert_eq!(client.settings().base_url.as_str(), "https://example.com");
        assert_eq!(format!("{:?}", client.settings().credentials), "Credentials(ApiToken)");
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
        assert_eq!(client.settings().account_id.clone().unwrap().as_str(), ACCOUNT);
        assert_eq!(client.settings().base_url.as_str(), "https://example.com");
        assert_eq!(format!("{:?}", client.settings().credentials), "Credentials(ApiToken)");
    }

    #[test]
    fn debug_shows_no_secret() {
        let unchecked = Client::builder().base_url("https://user:secret@example.com");
        assert!(!format!("{unchecked:?}").contains("secret"));
        let builder = Client::builder().credentials(token());
        assert!(!format!("{builder:?}").contains("secret"));
        assert!(!format!("{:?}", builder.build().unwrap()).contains("secret"));
    }
}
