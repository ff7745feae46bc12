//! SDK for Cloudflare's Zero Trust risk scoring: the behaviors that raise a user's risk score.
//!
//! ```
//! use zt_risk_scoring::{Client, Credentials, RiskLevel};
//! # use zt_risk_scoring_mock::Simulator;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), zt_risk_scoring::Error> {
//! # let simulator = Simulator::start().await;
//! # let (token, account, url) = (simulator.api_token(), simulator.account_id(), simulator.base_url());
//! let client = Client::builder()
//!     .credentials(Credentials::api_token(token)?)
//!     .account_id(account)
//! #   .base_url(url)
//!     .build()?;
//! let behaviors = client.behaviors().get().await?;
//! for (id, behavior) in &behaviors.at_least(RiskLevel::Medium) {
//!     println!("{id}: {}", behavior.name);
//! }
//! # assert_eq!(behaviors.at_least(RiskLevel::Medium).len(), 3);
//! # Ok(())
//! # }
//! ```
//!
//! # When things go wrong
//!
//! What a call comes to, with the default three attempts, and how many requests are sent for it. An error is named by its
//! [`ErrorKind`]. A call never takes longer than its timeout, never waits longer than the server's `Retry-After` may be
//! ([`RetryConfig`]), and begins no request that it
//! knows the API to refuse. The table is checked by the tests.
//!
#![doc = include_str!("faults.md")]
//!
//! A body may have 64 MiB after decompression ([`ClientBuilder::max_body_bytes`]). Redirects are never followed: their target
//! gets nothing.
//!
//! # Why a crate of its own
//!
//! It is a crate of its own, on top of the generated `zt-risk-scoring-api`, so that what services depend on changes only
//! when somebody means it to: generated types are part of it only under [`raw`].
//!
//! TLS is rustls with the certificates that the operating system trusts; the feature `native-tls` (without the default
//! features) takes the operating system's TLS instead. Futures need a tokio runtime.

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
compile_error!("https needs the feature `rustls` (on by default) or `native-tls`");

mod account_id;
mod auth;
mod base_url;
mod behaviors;
mod client;
mod error;
mod pipeline;
mod rate_limit;
mod response;
mod retry_after;

pub use account_id::AccountId;
pub use auth::{ApiToken, Credentials, TokenFuture, TokenProvider};
pub use base_url::DEFAULT_BASE_URL;
pub use behaviors::{
    Behavior, BehaviorId, BehaviorMap, Behaviors, GetBehaviors, RiskLevel, Selection, UnknownRiskLevel,
};
pub use client::{Client, ClientBuilder, Environment};
pub use error::{ApiMessage, Error, ErrorKind, UnexpectedBody};
pub use pipeline::{Backoff, Quota, RetryBudget, RetryConfig};
pub use rate_limit::{RateLimit, RateLimitPolicy};
pub use response::{Metadata, Response};
/// The API revision that this crate speaks: a date. It goes out as `api-version` with every request.
pub use zt_risk_scoring_api::REVISION;

/// The generated client and its types: what [`Client::raw`] gives back. They change with every revision of the API.
pub mod raw {
    pub use zt_risk_scoring_api::{ByteStream, Client, ClientInfo, Error, Operation, ResponseValue, operations, types};
}

/// The README's code, held to compile.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
