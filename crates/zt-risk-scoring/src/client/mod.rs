//! The client.

mod builder;
mod environment;
mod options;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use builder::ClientBuilder;
pub use environment::Environment;
pub(crate) use options::CallOptions;

use crate::base_url::BaseUrl;
use crate::pipeline::{RawCalls, Traffic};
use crate::{AccountId, Behaviors, Credentials, Error, RetryConfig, raw};

/// A client of the API. Cloning it is cheap, and the clones share its connections, its retry budget, its pacing, and the gate
/// that is closed while the API refuses every call. Make one for each token.
///
/// ```
/// # use zt_risk_scoring_mock::Simulator;
/// use zt_risk_scoring::{Client, Credentials, RiskLevel};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), zt_risk_scoring::Error> {
/// # let simulator = Simulator::start().await;
/// # let (token, account, url) = (simulator.api_token(), simulator.account_id(), simulator.base_url());
/// let client = Client::builder()
///     .credentials(Credentials::api_token(token)?)
///     .account_id(account)
/// #   .base_url(url)
///     .build()?;
/// let behaviors = client.behaviors().get().await?;
/// let worst = behaviors.enabled().at_least(RiskLevel::Medium);
/// # assert!(worst.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Settings>);

/// What a client's clones share.
pub(crate) struct Settings {
    pub(crate) http: reqwest::Client,
    pub(crate) base_url: BaseUrl,
    pub(crate) credentials: Credentials,
    pub(crate) account_id: Option<AccountId>,
    pub(crate) timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) max_body_bytes: usize,
    pub(crate) retry: RetryConfig,
    pub(crate) traffic: Traffic,
}

impl Client {
    /// Starts a configuration.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client configured by the environment of this process; see [`Environment`] for the names.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration), listing whatever is missing, contradictory or malformed.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().environment(Environment::from_process()).build()
    }

    /// The behaviors of an account.
    pub fn behaviors(&self) -> Behaviors {
        Behaviors::new(self.clone())
    }

    /// The generated client, for operations that this crate does not cover yet.
    ///
    /// Its requests take the same way as all others: credentials, retries, time limits, the gate. What it does not do is
    /// read answers with care: `success` and the failures' envelopes are the caller's business, and its types change with
    /// every revision.
    ///
    /// # Cancellation
    ///
    /// Dropping a call's future ends it. A request may already have been sent and acted on.
    pub fn raw(&self) -> raw::Client {
        let base_url = self.0.base_url.as_str();
        raw::Client::new_with_client(base_url, self.0.http.clone(), Arc::new(RawCalls(self.clone())))
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.0.base_url.as_str())
            .field("credentials", &self.0.credentials)
            .field("account_id", &self.0.account_id)
            .field("timeout", &self.0.timeout)
            .field("attempt_timeout", &self.0.attempt_timeout)
            .field("max_body_bytes", &self.0.max_body_bytes)
            .field("retry", &self.0.retry)
            .finish_non_exhaustive()
    }
}
