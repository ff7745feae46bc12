//! The builder of connections and clients.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use super::{AccountId, Connection, Environment, http_client};
use crate::base_url::{BaseUrl, DEFAULT_BASE_URL};
use crate::pipeline::{FlowControl, Pipeline};
use crate::{Credentials, Error, Quota, RetryConfig};

/// The configuration of a [`Connection`], or of an SDK's client over one. No setter fails: [`build`](Self::build) reports all
/// problems at once.
///
/// A setting overrides the environment. If credentials are set, those of the environment are not read.
#[must_use = "a configuration does nothing until it is built"]
pub struct Builder<C> {
    credentials: Option<Credentials>,
    account_id: Option<Result<AccountId, Error>>,
    base_url: Option<String>,
    allow_plain_http: bool,
    timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    connect_timeout: Option<Duration>,
    max_body_bytes: Option<usize>,
    retry: RetryConfig,
    quota: QuotaSetting,
    http_client: Option<reqwest::Client>,
    environment: Option<Environment>,
    product: PhantomData<fn() -> C>,
}

/// The quota of the rate limiter.
#[derive(Clone, Copy, Debug, Default)]
enum QuotaSetting {
    /// The vendor's quota for the vendor's host. No quota for another host, whose quota is not known.
    #[default]
    ByHost,
    /// The quota that the user set, or none.
    Explicit(Option<Quota>),
}

impl<C> Default for Builder<C> {
    fn default() -> Self {
        Self {
            credentials: None,
            account_id: None,
            base_url: None,
            allow_plain_http: false,
            timeout: None,
            attempt_timeout: None,
            connect_timeout: None,
            max_body_bytes: None,
            retry: RetryConfig::default(),
            quota: QuotaSetting::default(),
            http_client: None,
            environment: None,
            product: PhantomData,
        }
    }
}

impl<C: From<Connection>> Builder<C> {
    /// How long a whole call may take by default: 60 s.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
    /// How long one attempt may take by default: 20 s.
    pub const DEFAULT_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(20);
    /// How long connecting may take by default: 5 s.
    pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
    /// How many bytes the body of a response may have by default: 64 MiB.
    pub const DEFAULT_MAX_BODY_BYTES: usize = 64 << 20;

    /// The credentials. Required here or in the environment.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// The account of every call that sets no other.
    pub fn account_id(mut self, id: impl TryInto<AccountId, Error: Into<Error>>) -> Self {
        self.account_id = Some(id.try_into().map_err(Into::into));
        self
    }

    /// The base URL of the API. By default it is the environment's, or else [`DEFAULT_BASE_URL`].
    /// The scheme must be https, or http for a loopback host.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Allows plain http to any host, which sends the credentials unencrypted. Off by default.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }

    /// How long a whole call may take, all attempts and waits included. [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT) by
    /// default. A call can override it.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long one attempt may take, from getting credentials to the last byte of the response.
    /// [`DEFAULT_ATTEMPT_TIMEOUT`](Self::DEFAULT_ATTEMPT_TIMEOUT) by default. A call can override it.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// How long connecting may take. [`DEFAULT_CONNECT_TIMEOUT`](Self::DEFAULT_CONNECT_TIMEOUT) by default. It has no effect
    /// on an [`http_client`](Self::http_client), which has a timeout of its own.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// How many bytes the body of a response may have after decompression.
    /// [`DEFAULT_MAX_BODY_BYTES`](Self::DEFAULT_MAX_BODY_BYTES) by default. A larger body is an error, and its rest is not
    /// read.
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = Some(bytes);
        self
    }

    /// How failed attempts are retried. A call can override it.
    pub fn retry(mut self, retry: RetryConfig) -> Self {
        self.retry = retry;
        self
    }

    /// The quota of the rate limiter. `None` is no limit. The default is [`Quota::VENDOR`] for the vendor's host, and no limit
    /// for another host.
    pub fn quota(mut self, quota: impl Into<Option<Quota>>) -> Self {
        self.quota = QuotaSetting::Explicit(quota.into());
        self
    }

    /// The HTTP client to send with, for your own proxy, certificates or resolver.
    ///
    /// It must not follow redirects, which would send credentials to another host. Turn off its retries
    /// (`retry(reqwest::retry::never())`), which would not be counted as attempts, and set no timeout on it. Its proxy is used
    /// for loopback addresses as well.
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http_client = Some(client);
        self
    }

    /// The environment that supplies missing settings. By default no environment is read.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Builds the connection and the client. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration), listing everything that is missing, contradictory or malformed.
    pub fn build(self) -> Result<C, Error> {
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
            (QuotaSetting::Explicit(quota), _) => quota,
            (QuotaSetting::ByHost, Ok(url)) if url.is_vendor() => Some(Quota::VENDOR),
            (QuotaSetting::ByHost, _) => None,
        };
        let flow = self.retry.check().and_then(|()| FlowControl::new(&self.retry, quota));
        let client_check = self.http_client.as_ref().map_or(Ok(()), http_client::check);

        match (credentials, account_id, base_url, flow, client_check) {
            (Ok(credentials), Ok(account_id), Ok(base_url), Ok(flow), Ok(())) => {
                let connect_timeout = self.connect_timeout.unwrap_or(Self::DEFAULT_CONNECT_TIMEOUT);
                let default_client = || http_client::build(&base_url, connect_timeout);
                let pipeline = Pipeline {
                    http_client: self.http_client.map_or_else(default_client, Ok)?,
                    base_url,
                    credentials,
                    timeout: self.timeout.unwrap_or(Self::DEFAULT_TIMEOUT),
                    attempt_timeout: self.attempt_timeout,
                    max_body_bytes: self.max_body_bytes.unwrap_or(Self::DEFAULT_MAX_BODY_BYTES),
                    retry: self.retry,
                    flow,
                };
                Ok(Connection::new(pipeline, account_id).into())
            }
            (credentials, account_id, base_url, flow, client_check) => {
                // A call can set its own account, so a missing account is reported only with other problems.
                let account_problem = match account_id {
                    Ok(None) => environment.and_then(Environment::missing_account_id),
                    Ok(Some(_)) => None,
                    Err(error) => Some(error),
                };
                let problems = [credentials.err(), account_problem, base_url.err(), flow.err(), client_check.err()];
                let problems: Vec<_> = problems.into_iter().flatten().map(|error| error.to_string()).collect();
                Err(Error::configuration(problems.join("; ")))
            }
        }
    }
}

/// Leaves out the base URL, which is unchecked and may contain credentials.
impl<C> fmt::Debug for Builder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
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

    fn problem(builder: Builder<Connection>) -> String {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        error.to_string()
    }

    fn token() -> Credentials {
        Credentials::api_token("cfut_secret").unwrap()
    }

    #[test]
    fn connection_needs_credentials_and_nothing_else() {
        let connection = Connection::builder().credentials(token()).build().unwrap();
        assert_eq!(connection.base_url(), DEFAULT_BASE_URL);
        assert_eq!(connection.account_id(), None);
    }

    #[test]
    fn all_problems_are_reported_at_once() {
        let problem = problem(Connection::builder().account_id("short").base_url("http://example.com"));
        for part in ["no credentials", "the account id", "the base URL"] {
            assert!(problem.contains(part), "{problem}");
        }
    }

    #[test]
    fn missing_variable_is_reported_unless_its_setting_is_set() {
        let empty = || Environment::from_vars::<&str, &str>([]);
        let unset = problem(Connection::builder().environment(empty()));
        assert!(unset.contains("CLOUDFLARE_API_TOKEN") && unset.contains("CLOUDFLARE_ACCOUNT_ID"), "{unset}");
        let account_set = problem(Connection::builder().environment(empty()).account_id(ACCOUNT));
        assert!(!account_set.contains("CLOUDFLARE_ACCOUNT_ID"), "{account_set}");
    }

    #[test]
    fn environment_supplies_missing_settings() {
        let environment = Environment::from_vars([
            ("CLOUDFLARE_API_TOKEN", "cfut_secret"),
            ("CLOUDFLARE_ACCOUNT_ID", ACCOUNT),
            ("CLOUDFLARE_BASE_URL", "https://example.com"),
        ]);
        let connection = Connection::builder().environment(environment).build().unwrap();
        assert_eq!(connection.account_id().unwrap().as_str(), ACCOUNT);
        assert_eq!(connection.base_url(), "https://example.com");
        assert_eq!(format!("{:?}", connection.pipeline().credentials), "Credentials(ApiToken)");
    }

    #[test]
    fn settings_override_an_invalid_environment() {
        let environment = Environment::from_vars([
            ("CLOUDFLARE_API_KEY", "\n"),
            ("CLOUDFLARE_EMAIL", "a@example.com"),
            ("CLOUDFLARE_ACCOUNT_ID", "../../user"),
            ("CLOUDFLARE_BASE_URL", "nonsense"),
        ]);
        let connection = Connection::builder()
            .environment(environment)
            .credentials(token())
            .account_id(ACCOUNT)
            .base_url("https://example.com")
            .build()
            .unwrap();
        assert_eq!(connection.account_id().unwrap().as_str(), ACCOUNT);
        assert_eq!(connection.base_url(), "https://example.com");
        assert_eq!(format!("{:?}", connection.pipeline().credentials), "Credentials(ApiToken)");
    }

    #[test]
    fn debug_prints_no_secret() {
        let unchecked = Connection::builder().base_url("https://user:secret@example.com");
        assert!(!format!("{unchecked:?}").contains("secret"));
        let builder = Connection::builder().credentials(token());
        assert!(!format!("{builder:?}").contains("secret"));
        assert!(!format!("{:?}", builder.build().unwrap()).contains("secret"));
    }
}
