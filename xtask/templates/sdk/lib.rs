//! SDK for {{name}}.
//!
//! ```no_run
//! # fn example() -> Result<(), {{sdk_path}}::Error> {
//! let client = {{sdk_path}}::Client::from_env()?;
//! let operations = client.operations();
//! # drop(operations);
//! # Ok(())
//! # }
//! ```
//!
//! [`Operations`](operations::Operations) has a method for each operation of the API. Each returns a [`Request`]: await
//! it for the result, or [`send`](Request::send) it for the [`Metadata`] as well. [`ErrorKind`] says what can go wrong.
//!
//! Several SDKs of one program should share one [`Connection`], since the vendor counts requests per token.
//!
//! TLS is rustls with the certificates that the operating system trusts. The feature `native-tls`, without the default
//! features, uses the operating system's TLS instead. Futures need a tokio runtime.
//!
//! The feature `test-util` has constructors of [`Error`], [`Metadata`] and [`Response`], for fakes in your own tests.
//!
//! The feature `blocking` has the module `blocking`, for threads without an async runtime: `request.wait()` takes the place of
//! `request.await`.
//!
//! # Why a crate of its own
//!
//! Users depend on this crate only. Credentials, retries and limits are in `cloudflare-client`, which SDKs of one
//! program share, and the generated client below it has no checked calls.

mod client;
#[rustfmt::skip]
mod generated;

pub use client::{Client, ClientBuilder};
#[cfg(feature = "blocking")]
pub use cloudflare_client::blocking;
#[cfg(feature = "test-util")]
pub use cloudflare_client::test_util;
pub use cloudflare_client::{
    AccountId, ApiMessage, ApiToken, Backoff, Builder, CachedTokenProvider, Connection, Credentials, DEFAULT_BASE_URL,
    Environment, Error, ErrorKind, Formatted, Metadata, NotFiniteError, Number, Quota, RateLimit, RateLimitPolicy,
    RenewFuture, Request, Response, ResultInfo, RetryBudget, RetryConfig, TokenFuture, TokenProvider, TokenWithExpiry,
    UnexpectedBody,
};

/// The API revision that this crate speaks: a date. Every request has it in the header `api-version`.
pub use {{api_path}}::REVISION;

/// The crates whose types are in the public API. The documentation of `cloudflare_client` says what a new major version
/// of each means. A new one of `cloudflare-client`, or of `chrono`, `serde_json` or `uuid`, whose types are in models,
/// is a breaking release.
pub mod external {
    pub use cloudflare_client;
    pub use cloudflare_client::external::*;

    pub use {{api_path}}::external::*;
}

/// The operations of the API, and the types that they take and return. Both follow the API's document.
pub mod operations {
    pub use {{api_path}}::types;

    pub use crate::generated::Operations;
}
