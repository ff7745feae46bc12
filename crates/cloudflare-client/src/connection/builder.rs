//! The builder of connections and clients.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use super::http_options::{DEFAULT_CONNECT_TIMEOUT, HttpOptions};
use super::problems::{Problems, check_attempt_time};
use super::{AccountId, Connection, Environment};
use crate::base_url::{BaseUrl, DEFAULT_BASE_URL};
use crate::pipeline::{FlowControl, Pipeline, UserAgent};
use crate::{Credentials, Error, Quota, RetryConfig};

/// The configuration of a [`Connection`], or of an SDK's client over one. No setter fails: [`build`](Self::build) reports all
/// problems at once.
///
/// A setting overrides the environment. If credentials are set, those of the environment are not read.
///
/// ```
/// use std::time::Duration;
///
/// use cloudflare_client::{Connection, Credentials, Quota};
///
/// let connection = Connection::builder()
///     .credentials(Credentials::api_token("cfut_0123456789")?)
///     .account_id("023e105f4ecef8ad9ca31a8372d0c353")
///     .timeout(Duration::from_secs(20))
///     .quota(Quota::new(600, Duration::from_secs(300)))
///     .build()?;
/// # drop(connection);
///
/// let error = Connection::builder().account_id("../user").timeout(Duration::ZERO).build().unwrap_err().to_string();
/// assert!(error.contains("the account id") && error.contains("timeout"));
/// # Ok::<(), cloudflare_client::Error>(())
/// ```
#[must_use = "a configuration does nothing until it is built"]
pub struct Builder<C> {
    settings: Settings,
    product: PhantomData<fn() -> C>,
}

/// What the user set, unchecked.
#[derive(Clone, Default)]
struct Settings {
    credentials: Option<Credentials>,
    account_id: Option<Result<AccountId, String>>,
    base_url: Option<String>,
    allow_plain_http: bool,
    timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    max_body_bytes: Option<usize>,
    retry: RetryConfig,
    quota: QuotaSetting,
    http: HttpOptions,
    environment: Option<Environment>,
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
        Self { settings: Settings::default(), product: PhantomData }
    }
}

impl<C> Clone for Builder<C> {
    fn clone(&self) -> Self {
        Self { settings: self.settings.clone(), product: PhantomData }
    }
}

impl<C: From<Connection>> Builder<C> {
    /// How long a whole call may take by default: 60 s.
    pub const DEFAULT_TIMEOUT: Duration = DEFAULT_TIMEOUT;
    /// How long connecting may take by default: 5 s.
    pub const DEFAULT_CONNECT_TIMEOUT: Duration = DEFAULT_CONNECT_TIMEOUT;
    /// How many bytes the body of a response may have by default: 64 MiB.
    pub const DEFAULT_MAX_BODY_BYTES: usize = DEFAULT_MAX_BODY_BYTES;

    /// The credentials. Required here or in the environment.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.settings.credentials = Some(credentials);
        self
    }

    /// The account of every call that sets no other. By default it is the environment's, or else none.
    pub fn account_id(mut self, id: impl TryInto<AccountId, Error: Into<Error>>) -> Self {
        self.settings.account_id = Some(id.try_into().map_err(|error| error.into().to_string()));
        self
    }

    /// The base URL of the API. By default it is the environment's, or else [`DEFAULT_BASE_URL`].
    ///
    /// The scheme must be https, or http for a loopback host. These hosts are loopback: `localhost` in any case, any IPv4
    /// address of 127.0.0.0/8 in any notation, such as `127.1`, and `[::1]` in any notation. No other one is, such as
    /// `localhost.`, a name below `localhost`, `0.0.0.0` or `[::ffff:127.0.0.1]`, also if it leads to this machine.
    ///
    /// A path is allowed, with an optional slash at its end. Credentials, a query and a fragment are rejected. So is
    /// everything that URL parsers change silently: white space, backslashes, non-ASCII characters, and `.` or `..` in the
    /// path.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.settings.base_url = Some(url.into());
        self
    }

    /// Allows plain http to any host, which sends the credentials unencrypted. Off by default.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.settings.allow_plain_http = allow;
        self
    }

    /// How long a whole call may take, all attempts and waits included. [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT) by
    /// default. 10 ms or less is an error, since no request is sent with so little time. A call can override it.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// How long one attempt may take, from getting credentials to the last byte of the response. 10 ms or less is an error,
    /// since no request is sent with so little time. A call can override it.
    ///
    /// By default the attempts that are left share the time that is left, with at most 20 s each. So an attempt that hangs
    /// leaves time for the next. A request that is not safe to repeat gets up to 20 s.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.settings.attempt_timeout = Some(timeout);
        self
    }

    /// How many bytes the body of a response may have after decompression.
    /// [`DEFAULT_MAX_BODY_BYTES`](Self::DEFAULT_MAX_BODY_BYTES) by default; 0 is an error. A larger body is an error, and
    /// its rest is not read.
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_body_bytes = Some(bytes);
        self
    }

    /// How failed attempts are retried. [`RetryConfig::default`] by default. A call can override it.
    pub fn retry(mut self, retry: RetryConfig) -> Self {
        self.settings.retry = retry;
        self
    }

    /// The quota of the rate limiter. `None` is no limit. The default is [`Quota::VENDOR`] for the vendor's host,
    /// `api.cloudflare.com`, and no limit for another host.
    pub fn quota(mut self, quota: impl Into<Option<Quota>>) -> Self {
        self.settings.quota = QuotaSetting::Explicit(quota.into());
        self
    }

    /// The environment that supplies missing settings. By default no environment is read. The variables of proxies are
    /// read anyway; see [`proxy`](Self::proxy).
    pub fn environment(mut self, environment: Environment) -> Self {
        self.settings.environment = Some(environment);
        self
    }

    /// Builds the connection and the client. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration), listing everything that is missing, contradictory or malformed.
    pub fn build(self) -> Result<C, Error> {
        self.settings.build().map(C::from)
    }
}

impl<C> Builder<C> {
    /// The options of the HTTP client; `http_options.rs` has their setters.
    pub(super) fn http(&mut self) -> &mut HttpOptions {
        &mut self.settings.http
    }
}

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
const DEFAULT_MAX_BODY_BYTES: usize = 64 << 20;

impl Settings {
    fn build(self) -> Result<Connection, Error> {
        let mut problems = Problems::default();
        let credentials = problems.record(self.credentials());
        let account_id = problems.record(self.account_id());
        let base_url = problems.record(self.base_url());
        let limits = problems.record(self.limits());
        problems.record(self.retry.check());
        let flow = problems.record(FlowControl::new(&self.retry, self.quota.resolve(base_url.as_ref())));
        let user_agent_suffix = problems.record(self.http.user_agent_suffix());
        let http_client = self.http.build(base_url.as_ref(), self.allow_plain_http, &mut problems);
        // A call can set its own account, so a missing account is reported only with other problems.
        if let (false, Some(None), Some(environment)) = (problems.is_empty(), &account_id, &self.environment) {
            problems.record(environment.check_account_id());
        }

        match (credentials, account_id, base_url, limits, flow, user_agent_suffix, http_client) {
            (
                Some(credentials),
                Some(account_id),
                Some(base_url),
                Some(Limits { timeout, attempt_timeout, max_body_bytes }),
                Some(flow),
                Some(user_agent_suffix),
                Some(http_client),
            ) if problems.is_empty() => {
                let (retry, route) = (self.retry, self.http.route(&base_url));
                let pipeline = Pipeline {
                    http_client,
                    route,
                    user_agent: UserAgent::new(user_agent_suffix),
                    base_url,
                    credentials,
                    timeout,
                    attempt_timeout,
                    max_body_bytes,
                    retry,
                    flow,
                };
                Ok(Connection::new(pipeline, account_id))
            }
            _ => Err(problems.into_error()),
        }
    }

    fn credentials(&self) -> Result<Credentials, Error> {
        match (&self.credentials, &self.environment) {
            (Some(credentials), _) => Ok(credentials.clone()),
            (None, Some(environment)) => environment.require_credentials(),
            (None, None) => Err(Error::configuration(
                "no credentials: set an API token, or an e-mail address with a global API key",
            )),
        }
    }

    fn account_id(&self) -> Result<Option<AccountId>, Error> {
        match (&self.account_id, &self.environment) {
            (Some(Ok(id)), _) => Ok(Some(id.clone())),
            (Some(Err(problem)), _) => Err(Error::configuration(problem.clone())),
            (None, Some(environment)) => environment.account_id(),
            (None, None) => Ok(None),
        }
    }

    fn base_url(&self) -> Result<BaseUrl, Error> {
        if let Some(url) = &self.base_url {
            return BaseUrl::new(url, self.allow_plain_http);
        }
        let url = self.environment.as_ref().map(|environment| environment.base_url(self.allow_plain_http));
        url.transpose()?.flatten().map_or_else(|| BaseUrl::new(DEFAULT_BASE_URL, false), Ok)
    }

    fn limits(&self) -> Result<Limits, Error> {
        let mut problems = Problems::default();
        let timeout = check_attempt_time("timeout", self.timeout.unwrap_or(DEFAULT_TIMEOUT));
        let attempt_timeout =
            self.attempt_timeout.map(|timeout| check_attempt_time("attempt_timeout", timeout)).transpose();
        let max_body_bytes = match self.max_body_bytes.unwrap_or(DEFAULT_MAX_BODY_BYTES) {
            0 => Err(Error::configuration(
                "`max_body_bytes` is 0, with which every response with a body would fail; set it to at least 1",
            )),
            bytes => Ok(bytes),
        };
        match (problems.record(timeout), problems.record(attempt_timeout), problems.record(max_body_bytes)) {
            (Some(timeout), Some(attempt_timeout), Some(max_body_bytes)) => {
                Ok(Limits { timeout, attempt_timeout, max_body_bytes })
            }
            _ => Err(problems.into_error()),
        }
    }
}

/// The checked limits of a call.
struct Limits {
    timeout: Duration,
    attempt_timeout: Option<Duration>,
    max_body_bytes: usize,
}

impl QuotaSetting {
    fn resolve(self, base_url: Option<&BaseUrl>) -> Option<Quota> {
        match self {
            Self::Explicit(quota) => quota,
            Self::ByHost => base_url.filter(|url| url.is_vendor()).map(|_| Quota::VENDOR),
        }
    }
}

/// Leaves out the base URL and the options of the HTTP client, which are unchecked and may contain credentials.
impl<C> fmt::Debug for Builder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("credentials", &self.settings.credentials)
            .field("account_id", &self.settings.account_id)
            .field("environment", &self.settings.environment)
            .field("retry", &self.settings.retry)
            .field("quota", &self.settings.quota)
            .finish_non_exhaustive()
    }
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
        for debug in [format!("{builder:?}"), format!("{:?}", builder.build().unwrap())] {
            assert!(debug.contains("Credentials(ApiToken)") && !debug.contains("secret"), "{debug}");
        }
    }

    #[test]
    fn limits_with_which_no_call_would_succeed_are_rejected_and_named() {
        let (zero, least) = (Duration::ZERO, Duration::from_millis(10));
        let builder = || Connection::builder().credentials(token());
        for (builder, name) in [
            (builder().timeout(zero), "`timeout` is 0 s"),
            (builder().timeout(least), "`timeout` is 10 ms"),
            (builder().attempt_timeout(zero), "`attempt_timeout` is 0 s"),
            (builder().attempt_timeout(least), "`attempt_timeout` is 10 ms"),
            (builder().connect_timeout(zero), "`connect_timeout` is zero"),
            (builder().max_body_bytes(0), "`max_body_bytes` is 0"),
        ] {
            let problem = problem(builder);
            assert!(problem.contains(name) && problem.contains("; set "), "{problem}");
        }
        let all = builder().timeout(zero).attempt_timeout(zero).connect_timeout(zero).max_body_bytes(0);
        assert_eq!(problem(all).matches(" is ").count(), 4);
        assert!(problem(builder().timeout(least)).contains("set it to more than 10 ms"));
        let (longer, nanosecond) = (least + Duration::from_nanos(1), Duration::from_nanos(1));
        let limited = builder().timeout(longer).attempt_timeout(longer).connect_timeout(nanosecond).max_body_bytes(1);
        limited.build().unwrap();
    }

    #[test]
    fn invalid_retries_are_rejected_and_named() {
        let builder = |change: fn(&mut RetryConfig)| {
            let mut retry = RetryConfig::default();
            change(&mut retry);
            Connection::builder().credentials(token()).retry(retry)
        };
        assert!(problem(builder(|retry| retry.max_attempts = 0)).contains("`max_attempts` is 0"));
        let small = problem(builder(|retry| retry.budget.capacity = 4));
        assert!(small.contains("`budget.capacity` is 4, less than `budget.cost`, which is 5"), "{small}");
        builder(|retry| retry.budget.capacity = 5).build().unwrap();
        builder(|retry| retry.budget = crate::RetryBudget { capacity: 0, cost: 0 }).build().unwrap();
    }

    #[test]
    fn quota_is_the_vendors_for_its_host_unless_set() {
        let by_host = |url| QuotaSetting::ByHost.resolve(Some(&BaseUrl::new(url, false).unwrap()));
        assert_eq!(by_host(DEFAULT_BASE_URL), Some(Quota::VENDOR));
        assert_eq!(by_host("https://api.cloudflare.com./client/v4"), Some(Quota::VENDOR));
        assert_eq!(by_host("https://example.com"), None);
        let vendor = BaseUrl::new(DEFAULT_BASE_URL, false).unwrap();
        assert_eq!(QuotaSetting::Explicit(None).resolve(Some(&vendor)), None);
    }

    #[test]
    fn clone_has_all_settings() {
        let builder = Connection::builder()
            .credentials(token())
            .account_id(ACCOUNT)
            .base_url("https://example.com")
            .timeout(Duration::from_secs(7))
            .user_agent_suffix("app/1");
        let connection = builder.clone().build().unwrap();
        assert_eq!(format!("{connection:?}"), format!("{:?}", builder.build().unwrap()));
        assert_eq!(connection.pipeline().timeout, Duration::from_secs(7));
        assert!(connection.pipeline().user_agent.header("sdk/1").unwrap().as_bytes().ends_with(b" app/1"));
    }
}
