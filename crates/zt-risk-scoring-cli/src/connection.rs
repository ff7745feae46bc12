//! Whom to talk to.

use zt_risk_scoring::{Client, Credentials, Environment, Error};
use zt_risk_scoring_mock::Simulator;

use crate::arguments::Options;

/// A client, and the simulator that it talks to, if any.
pub(crate) struct Connection {
    pub(crate) client: Client,
    /// It answers until it is dropped.
    _simulator: Option<Simulator>,
}

impl Connection {
    pub(crate) async fn open(options: &Options) -> Result<Self, Error> {
        let simulator = if options.simulate { Some(Simulator::start().await) } else { None };
        let mut builder = Client::builder().allow_plain_http(options.allow_plain_http);
        builder = match &simulator {
            // No environment: what it holds is none of the simulator's business.
            Some(simulator) => builder
                .credentials(Credentials::api_token(simulator.api_token())?)
                .account_id(simulator.account_id())
                .base_url(simulator.base_url()),
            None => builder.environment(Environment::from_process()),
        };
        if let Some(id) = &options.account_id {
            builder = builder.account_id(id.as_str());
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
