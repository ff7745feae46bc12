//! Helpers of the end-to-end tests.
//!
//! The tests are a package of their own because they use every crate, from outside and over sockets. No crate could
//! hold them without depending on a crate that depends on it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot be set up must fail"
)]
#![allow(clippy::arithmetic_side_effects, reason = "the counts of a test are small")]

mod backend;
mod certificates;
mod failure;
mod http2_server;
pub mod large_bodies;
mod load_server;
mod memory_cases;
mod raw_server;
mod recording_proxy;
pub mod responsiveness;
pub mod sample_account;
mod scripted_server;
pub mod things_api;

pub use backend::{Backend, Mocks, RAY, Simulated};
pub use certificates::CertificateAuthority;
pub use failure::{Body, Failure};
pub use http2_server::{Http2Request, Http2Response, Http2Server, Http2Step};
pub use load_server::{LoadServer, Reply};
pub use memory_cases::{MAX_BODY, Measured, MemoryCase, Violation, memory_cases};
pub use raw_server::RawServer;
pub use recording_proxy::RecordingProxy;
pub use scripted_server::{ReceivedRequest, ScriptedServer, Step};

use std::time::Duration;

use zt_risk_scoring::{Client, ClientBuilder, Credentials, RetryConfig};
use zt_risk_scoring_mock::Simulator;

/// An account id that the simulator does not have.
pub const ACCOUNT_ID: &str = "023e105f4ecef8ad9ca31a8372d0c353";

/// The API token of the tests' clients. Tests check that it appears in no error, span or event.
pub const TOKEN: &str = "cfut_do-not-print";

/// A client of the server at a base URL, with [`TOKEN`] and [`ACCOUNT_ID`] and without retries.
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

/// A client of a simulator, with the simulator's own token and account.
pub fn client_of(simulator: &Simulator) -> Client {
    builder(simulator.base_url())
        .credentials(Credentials::api_token(simulator.api_token()).unwrap())
        .account_id(simulator.account_id())
        .build()
        .unwrap()
}

/// The default retries with a backoff of about a millisecond, for tests on the real clock.
pub fn brief_retries() -> RetryConfig {
    let mut retry = RetryConfig::default();
    retry.backoff.base = Duration::from_millis(1);
    retry
}

/// The code of the chapter on testing a service, which has to run.
#[cfg(doctest)]
#[doc = include_str!("../../crates/zt-risk-scoring-mock/TESTING.md")]
struct TestingChapter;
