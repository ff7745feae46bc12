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
use crate::{AccountId, Behaviors, Credentials, Error};

/// A client of the API. Cloning it is cheap, and the clones share its connections.
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
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    base_url: BaseUrl,
    credentials: Credentials,
    account_id: Option<AccountId>,
    timeout: Duration,
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

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.0.http
    }

    pub(crate) fn base_url(&self) -> &BaseUrl {
        &self.0.base_url
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.0.credentials
    }

    pub(crate) fn account_id(&self) -> Option<&AccountId> {
        self.0.account_id.as_ref()
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.0.timeout
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.0.base_url.as_str())
            .field("credentials", &self.0.credentials)
            .field("account_id", &self.0.account_id)
            .field("timeout", &self.0.timeout)
            .finish_non_exhaustive()
    }
}
