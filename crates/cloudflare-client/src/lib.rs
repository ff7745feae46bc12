//! The client that every Cloudflare SDK of this workspace is built on. It knows no endpoint.
//!
//! A [`Connection`] makes all calls: it adds credentials, retries failed attempts, keeps rate limits and deadlines, and
//! returns errors. The methods of an SDK crate return a [`Request`]; authors of SDK crates use the module [`sdk`]. Users of
//! an SDK find here:
//!
//! - [`Connection`], its [`Builder`], [`Environment`], [`Credentials`] and [`TokenProvider`]: how to configure a client, and
//!   how several SDKs share one connection.
//! - [`Request`], [`Response`] and [`Metadata`]: how to call, and what a call returns.
//! - [`Error`] and [`ErrorKind`]: what went wrong, and what to do about it.
//! - [`RetryConfig`], [`RetryBudget`], [`Backoff`] and [`Quota`]: what is retried, and how many requests are sent.
//!
//! # Faults
//!
//! The table lists the outcome of a call with the default three attempts, and the number of requests that it sends. Errors
//! are named by their [`ErrorKind`]. Unless a row says "once", the server does the same for every request. The tests check
//! each row.
//!
#![doc = include_str!("faults.md")]
//!
//! A call never takes longer than its timeout. It never waits longer for a server than [`RetryConfig`] allows. It sends no
//! request while the rate-limit gate is closed, that is, while the API rejects every request.
//!
//! The limit of a body is 64 MiB after decompression by default ([`Builder::max_body_bytes`]). Redirects are never followed,
//! so their target gets no request.
//!
//! # Decisions
//!
//! - The status determines the kind of an error, and the API's codes refine it. For 429 and 5xx only the status counts. A
//!   403 without an envelope stays a permission error, and the error describes the body.
//! - Malformed `errors`, `messages` or `result_info` do not fail a success. Each entry and each field is read on its own.
//! - A JSON array is never read as an object, although serde would read it by position.
//! - Only the documented success statuses are read as a success. Another one, such as 206, may contain only a part of the
//!   result.
//! - A retry is charged to the budget in the step that sends it, and a rate-limit slot is taken in the same step. Dropping a
//!   call before that costs nothing.
//! - A 429 or 5xx to a POST is not retried. The API has probably not acted on a request that it rejected with 429, but that is
//!   not documented.
//! - A 429 closes the gate when its head arrives, since the body may never come. A wait at the gate is limited by the call's
//!   deadline, and a wait for `Retry-After` also by the configured ceiling.
//! - `call_plain` treats JSON with `"success": false` as an error, since an envelope may come where the document has none.
//! - A `result` that is missing or null is an error unless the document allows null. Documents list it as optional without
//!   meaning so.
//! - The body of a failure is read as an envelope up to 1 MiB and 1,000 entries of a list: parsed, it takes many times its
//!   bytes.
//! - The state of a call, such as its deadline and its response, is in the transport that is made for it. There are no globals
//!   and no task-locals. What clones of a connection share is part of the connection.
//! - Credentials are renewed on 401, and on the API's own codes for a rejected token: it sends 403 with code 9109.
//! - Retry policy, backoff, budget and gate send nothing, and are tested without a server. The retry loop is generic over the
//!   attempt, so that its tests use scripted outcomes and paused time.
//!
//! # Features
//!
//! TLS is rustls with the certificates that the operating system trusts. The feature `native-tls`, without the default
//! features, uses the operating system's TLS instead. Futures need a tokio runtime.
//!
//! # Why a crate of its own
//!
//! The vendor's quota is per token, so all SDKs of a program must share one gate, one rate limiter and one retry budget.

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
compile_error!("https needs the feature `rustls` (on by default) or `native-tls`");

mod auth;
mod base_url;
mod connection;
#[allow(dead_code)]
mod duration;
mod error;
mod pipeline;
mod redact;
mod request;
mod response;
pub mod sdk;

pub use auth::{ApiToken, Credentials, TokenFuture, TokenProvider};
pub use base_url::DEFAULT_BASE_URL;
pub use connection::{AccountId, Builder, Connection, Environment};
pub use error::{Error, ErrorKind, UnexpectedBody};
pub use pipeline::{Backoff, Quota, RetryBudget, RetryConfig};
pub use request::Request;
pub use response::{ApiMessage, Metadata, RateLimit, RateLimitPolicy, Response, ResultInfo};
