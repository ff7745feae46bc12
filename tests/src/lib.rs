//! What the tests of the whole share.
//!
//! It is a package of its own because it looks at every crate at once, from outside and over sockets: no crate could hold
//! these tests without depending on one above it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot be set up has found something")]

mod backend;
mod scripted_server;
pub mod things_api;

pub use backend::{Backend, Mocks};
pub use scripted_server::{Arrival, ScriptedServer, Step};

use std::time::Duration;

use zt_risk_scoring::{Client, ClientBuilder, Credentials, RetryConfig};
use zt_risk_scoring_mock::Simulator;

/// An account id that is none of the simulator's.
pub const ACCOUNT_ID: &str = "023e105f4ecef8ad9ca31a8372d0c353";

/// The secret that every test looks for where it must not be.
pub const TOKEN: &str = "cfut_do-not-print";

/// A client of a server at the given address, with [`TOKEN`] and [`ACCOUNT_ID`]. It tries nothing again.
pub fn client(base_url: impl Into<String>) -> Client {
    builder(base_url).build().unwrap()
}

/// The configuration of [`client`].
pub fn builder(base_url: impl Into<String>) -> ClientBuilder {
    Client::builder()
        .credentials(Credentials::api_token(TOKEN).unwrap())
        .account_id(ACCOUNT_ID)
        .base_url(base_url)
        .retry(RetryConfig::none())
}

/// A client that the simulator accepts, for the account that it has.
pub fn client_of(simulator: &Simulator) -> Client {
    builder(simulator.base_url())
        .credentials(Credentials::api_token(simulator.api_token()).unwrap())
        .account_id(simulator.account_id())
        .build()
        .unwrap()
}

/// The default retries with next to no wait between them, for tests on the real clock.
pub fn brief_retries() -> RetryConfig {
    let mut retry = RetryConfig::default();
    retry.backoff.base = Duration::from_millis(1);
    retry
}
