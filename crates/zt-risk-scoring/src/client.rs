//! The client.

use cloudflare_client::{Builder, Connection, Error};

use crate::generated::Operations;
use crate::{Behaviors, Integrations, Users};

/// A client of Zero Trust risk scoring: a thin front over a [`Connection`].
///
/// Cloning it is cheap, and the clones share the connection. Make one connection for each token: all SDKs over it share
/// its HTTP connections, its rate-limit gate, its rate limiter and its retry budget.
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
#[derive(Clone, Debug)]
pub struct Client {
    connection: Connection,
}

/// The configuration of a [`Client`].
///
/// ```
/// use zt_risk_scoring::{Client, ClientBuilder, Credentials};
///
/// let builder: ClientBuilder = Client::builder().credentials(Credentials::api_token("cfut_0123456789")?);
/// let client = builder.build()?;
/// # drop(client);
/// # Ok::<(), zt_risk_scoring::Error>(())
/// ```
pub type ClientBuilder = Builder<Client>;

impl Client {
    /// Starts a configuration.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use zt_risk_scoring::{Client, ClientBuilder, Credentials};
    ///
    /// fn configured(builder: ClientBuilder) -> ClientBuilder {
    ///     builder.timeout(Duration::from_secs(20)).account_id("023e105f4ecef8ad9ca31a8372d0c353")
    /// }
    ///
    /// let client = configured(Client::builder()).credentials(Credentials::api_token("cfut_0123456789")?).build()?;
    /// # drop(client);
    /// # Ok::<(), zt_risk_scoring::Error>(())
    /// ```
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client configured by the environment of this process; see [`Environment`](crate::Environment) for the
    /// variables.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration), listing everything that is missing, contradictory or
    /// malformed.
    pub fn from_env() -> Result<Self, Error> {
        Connection::from_env().map(Self::from)
    }

    /// The behaviors of an account.
    pub fn behaviors(&self) -> Behaviors {
        Behaviors::new(self.connection.clone())
    }

    /// The users of an account, and their risk.
    ///
    /// ```
    /// # use zt_risk_scoring::{Client, Credentials};
    /// # let client = Client::builder().credentials(Credentials::api_token("cfut_0123456789")?).build()?;
    /// let request = client.users().summary().account_id("023e105f4ecef8ad9ca31a8372d0c353");
    /// # drop(request);
    /// # Ok::<(), zt_risk_scoring::Error>(())
    /// ```
    pub fn users(&self) -> Users {
        Users::new(self.connection.clone())
    }

    /// The integrations of an account: third parties to which changes of risk scores are sent.
    ///
    /// ```
    /// # use zt_risk_scoring::{Client, Credentials};
    /// # let client = Client::builder().credentials(Credentials::api_token("cfut_0123456789")?).build()?;
    /// let request = client.integrations().list().account_id("023e105f4ecef8ad9ca31a8372d0c353");
    /// # drop(request);
    /// # Ok::<(), zt_risk_scoring::Error>(())
    /// ```
    pub fn integrations(&self) -> Integrations {
        Integrations::new(self.connection.clone())
    }

    /// One generated method for each operation of the API, with the types of the generated client.
    ///
    /// ```
    /// # use zt_risk_scoring_mock::{MockServerExt, httpmock::MockServer};
    /// # use zt_risk_scoring::{Client, Credentials, Error};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Error> {
    /// # let server = MockServer::start_async().await;
    /// # server.list_integrations(|_, then| {
    /// #     then.ok(&serde_json::from_str(r#"{"success": true, "result": []}"#).unwrap());
    /// # });
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token("cfut_0123456789")?)
    /// #     .account_id("023e105f4ecef8ad9ca31a8372d0c353")
    /// #     .base_url(server.base_url())
    /// #     .build()?;
    /// let integrations = client.operations().list_integrations().await?;
    /// # assert_eq!(integrations.unwrap().len(), 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn operations(&self) -> Operations {
        Operations::new(self.connection.clone())
    }

    /// The connection, for the client of another SDK with the same token.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl From<Connection> for Client {
    fn from(connection: Connection) -> Self {
        Self { connection }
    }
}
