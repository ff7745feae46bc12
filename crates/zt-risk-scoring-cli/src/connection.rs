//! The client of a command, made from the arguments and the environment.

use zt_risk_scoring::{Client, Credentials, Environment, Error};
use zt_risk_scoring_mock::Simulator;

use crate::options::Options;

/// A client, and the simulator that it calls, if `--simulate` is given.
pub(crate) struct Connection {
    pub(crate) client: Client,
    /// Held because a dropped simulator no longer responds.
    _simulator: Option<Simulator>,
}

impl Connection {
    /// Makes the client. Starts a simulator if the arguments ask for one.
    pub(crate) async fn open(options: &Options) -> Result<Self, Error> {
        let simulator = if options.simulate.is_some() { Some(Simulator::start().await) } else { None };
        let mut builder = Client::builder().allow_plain_http(options.allow_plain_http);
        builder = match &simulator {
            // Credentials of the environment must not reach the simulator, and a broken environment must not fail it.
            Some(simulator) => builder
                .credentials(Credentials::api_token(simulator.api_token())?)
                .account_id(simulator.account_id())
                .base_url(simulator.base_url()),
            None => builder.environment(Environment::from_process()),
        };
        if let Some(id) = options.account_ids.first() {
            builder = builder.account_id(id);
        }
        if let Some(url) = &options.base_url {
            builder = builder.base_url(url);
        }
        if let Some(timeout) = options.timeout {
            builder = builder.timeout(timeout);
        }
        Ok(Self { client: builder.build()?, _simulator: simulator })
    }
}
