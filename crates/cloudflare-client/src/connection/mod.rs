//! Connections, and how they are configured.

mod account_id;
mod builder;
mod environment;
mod http_client;
mod http_options;
mod options;
mod problems;
mod proxy;
mod siblings;
mod tls;

use std::fmt;
use std::sync::Arc;

pub use account_id::AccountId;
pub use builder::Builder;
pub use environment::Environment;
pub use options::CallOptions;

use siblings::Siblings;

use crate::Error;
use crate::pipeline::Pipeline;

/// A connection to the API, which all SDKs of a program share. Make one connection for each token.
///
/// Cloning it is cheap. The clones share HTTP connections, the rate-limit gate, the rate limiter and the retry budget, since
/// the vendor counts requests per token. A client of an SDK is a thin front over a connection.
///
/// ```
/// use cloudflare_client::{Connection, Credentials};
///
/// let connection = Connection::builder().credentials(Credentials::api_token("cfut_0123456789")?).build()?;
/// // one_sdk::Client::from(connection.clone()), another_sdk::Client::from(connection), …
/// # drop(connection);
/// # Ok::<(), cloudflare_client::Error>(())
/// ```
#[derive(Clone)]
pub struct Connection(Arc<Inner>);

struct Inner {
    pipeline: Arc<Pipeline>,
    account_id: Option<AccountId>,
    siblings: Arc<Siblings>,
}

impl Connection {
    /// Starts a configuration.
    pub fn builder() -> Builder<Self> {
        Builder::default()
    }

    /// A connection configured by the environment of this process; see [`Environment`] for the variables.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration), listing everything that is missing, contradictory or malformed.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().environment(Environment::from_process()).build()
    }

    /// The account of every call that sets no other.
    pub fn account_id(&self) -> Option<&AccountId> {
        self.0.account_id.as_ref()
    }

    /// The base URL of the API.
    pub fn base_url(&self) -> &str {
        self.0.pipeline.base_url.as_str()
    }

    /// Whether both are clones of one connection, and share its state.
    pub fn is_same(&self, other: &Self) -> bool {
        // Connections with one pipeline have the same account, too.
        Arc::ptr_eq(&self.0.pipeline, &other.0.pipeline)
    }

    pub(crate) fn pipeline(&self) -> &Arc<Pipeline> {
        &self.0.pipeline
    }

    fn new(pipeline: Pipeline, account_id: Option<AccountId>) -> Self {
        let pipeline = Arc::new(pipeline);
        let siblings = Arc::new(Siblings::new(&pipeline));
        Self::from_parts(pipeline, account_id, siblings)
    }

    fn from_parts(pipeline: Arc<Pipeline>, account_id: Option<AccountId>, siblings: Arc<Siblings>) -> Self {
        Self(Arc::new(Inner { pipeline, account_id, siblings }))
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pipeline = self.pipeline();
        f.debug_struct("Connection")
            .field("base_url", &self.base_url())
            .field("credentials", &pipeline.credentials)
            .field("account_id", &self.0.account_id)
            .field("timeout", &pipeline.timeout)
            .field("attempt_timeout", &pipeline.attempt_timeout)
            .field("max_body_bytes", &pipeline.max_body_bytes)
            .field("retry", &pipeline.retry)
            .finish_non_exhaustive()
    }
}
