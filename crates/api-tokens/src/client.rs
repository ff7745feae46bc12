//! The client.

use cloudflare_client::{Builder, Connection, Error};

use crate::operations::Operations;

/// A client of Cloudflare API tokens: a thin front over a [`Connection`]. Cloning it is cheap.
///
/// ```
/// use api_tokens::{Client, Credentials};
///
/// let client = Client::builder().credentials(Credentials::api_token("cfut_0123456789")?).build()?;
/// let operations = client.operations();
/// # drop(operations);
/// # Ok::<(), api_tokens::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    connection: Connection,
}

/// The configuration of a [`Client`].
pub type ClientBuilder = Builder<Client>;

impl Client {
    /// Starts a configuration.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use api_tokens::{Client, ClientBuilder, Credentials};
    ///
    /// let builder: ClientBuilder = Client::builder().timeout(Duration::from_secs(20));
    /// let client = builder.credentials(Credentials::api_token("cfut_0123456789")?).build()?;
    /// # drop(client);
    /// # Ok::<(), api_tokens::Error>(())
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

    /// The connection, to share with clients of other SDKs.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Every operation of the API.
    pub fn operations(&self) -> Operations {
        Operations::new(self.connection.clone())
    }
}

impl From<Connection> for Client {
    fn from(connection: Connection) -> Self {
        Self { connection }
    }
}
