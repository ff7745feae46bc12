//! The client that every Cloudflare SDK of this workspace is built on. It knows no endpoint.
//!
//! A [`Connection`] makes all calls: it adds credentials, retries failed attempts, keeps rate limits and deadlines, and
//! returns errors. The methods of an SDK crate return a [`Request`]; authors of SDK crates use the module [`sdk`]. Users of
//! an SDK find here:
//!
//! - [`Connection`], its [`Builder`] and [`Environment`]: how to configure a client, and how several SDKs share one
//!   connection.
//! - [`Credentials`], [`TokenProvider`] and [`CachedTokenProvider`]: what authenticates requests.
//! - [`Request`], [`Response`] and [`Metadata`]: how to call, and what a call returns.
//! - [`Error`] and [`ErrorKind`]: what went wrong, and what to do about it.
//! - [`RetryConfig`], [`RetryBudget`], [`Backoff`] and [`Quota`]: what is retried, and how many requests are sent.
//!
//! # Faults
//!
//! The tables list the outcome of a call with three attempts at most, and the number of requests that it tries to send.
//! Errors are named by their [`ErrorKind`]. Calls are GETs, except in the tables of the other methods. Unless a row says
//! "once", the same happens to every request. The tests check each row.
//!
#![doc = include_str!("faults.md")]
//!
//! A retry is a request of its own. If the response to a DELETE is lost after the server deleted something, the retry finds
//! nothing, and the API responds with 404. That is a success, if a success of the operation may be empty, and an earlier request
//! of the call may have had its effect. [`Metadata::status`] is then 404, and [`Metadata::attempts`] is greater than 1. The 404
//! of a first request is an error, and so is one that is not the API's own, or has code 7003: the API has no such path.
//!
//! A call never takes longer than its timeout, decoding included, but for the milliseconds of a small body. It fails at once
//! if a response to it asks for a longer wait than [`RetryConfig::retry_after_ceiling`]. It sends no request while the
//! rate-limit gate is closed, that is, while the API rejects every request. A call that is made meanwhile waits as long as
//! its timeout allows. No request is sent that has too little time left for a response either: 10 ms or less, and after a
//! wait, less than responses of its operation take lately.
//!
//! The limit of a body is 64 MiB after decompression by default ([`Builder::max_body_bytes`]). Redirects are never followed,
//! so their target gets no request.
//!
//! # Decisions
//!
//! What is an error:
//!
//! - The status determines the kind of an error, and the API's codes refine it. For 429 and 5xx only the status counts. A
//!   403 without an envelope stays a permission error, and the error describes the body.
//! - Malformed, large or deeply nested `errors`, `messages` or `result_info` do not fail a success. Each entry and each field
//!   is read on its own, within bounds.
//! - A JSON array is never read as an object, although serde would read it by position.
//! - Only the documented success statuses are read as a success. Another one, such as 206, may contain only a part of the
//!   result.
//! - JSON with `"success": false` is an error also where the document has no envelope, since the API may send one.
//! - A `result` that is missing or null is an error unless the document allows null. Documents list it as optional without
//!   meaning so.
//! - The status of a failure decides whether a retry may help, also if its body is cut off or cannot be decompressed.
//! - A response to an earlier attempt is returned in place of a timeout of a later one: it says more.
//!
//! When requests are sent:
//!
//! - The client computes a call's turn when the call is made: from the gate, from the rate limiter, and from the calls ahead
//!   of it. If the turn is too late for its deadline, the call fails at once, with the wait in [`Error::retry_after`]. In a
//!   queue without that, each call reaches its turn when its time is up, is sent, and fails.
//! - Waiting calls are spread when the gate opens, at 200 per second, the vendor's limit for an address.
//! - Credentials are fetched after the turn has come, since they may expire in the queue. The gate is checked again after that.
//! - A retry is charged to the budget in the step that sends it. Dropping a call before that costs nothing. A retry after a
//!   429 is not charged: a wait that the server asked for is no outage.
//! - A 429 or 5xx to a POST is not retried. The API has probably not acted on a request that it rejected with 429, but that is
//!   not documented.
//! - A 429 closes the gate when its head arrives, since the body may never come; the code 971 or 10100 closes it with any
//!   failing status. Without a `Retry-After` that can be read, the client guesses 10 s, and a call with less time tries again in
//!   the second half of its time: a guess must not fail a call that has time.
//! - The time that is left is shared by the attempts that are left. An attempt that hangs leaves time for the next one.
//! - Credentials are renewed on 401, whatever its body, and on the API's own codes for a rejected token: it sends 403 with
//!   code 9109. The request is then sent once more, which needs neither a spare attempt nor the retry budget.
//!
//! How much memory and time a response takes:
//!
//! - Of a failure, 256 KiB of the body are read. What decorates a large result is dropped while the body arrives. Free-form JSON
//!   in a result may take 16 times the body and 16 MiB more; it would take up to a hundred times its text. In untagged enums and
//!   flattened fields it may take twice that: nothing shows whether they keep what serde buffers for them.
//! - A body of more than 256 KiB is decoded on a thread for blocking work. If the call's time is up, that work ends later than
//!   the call, and its value is dropped there.
//! - gzip is decoded here and not by the HTTP library, which takes a corrupt body for a broken connection.
//!
//! The state of a call is in the call. There are no task-locals, and no globals but the thread of the feature `blocking`. What
//! clones of a connection share is part of the connection. The retry loop is generic over the attempt, so that its tests use
//! scripted outcomes and paused time.
//!
//! # Telemetry
//!
//! A call opens a span of `tracing`, and emits events in it. The target of all is below `cloudflare_client`. No field contains
//! a secret, a body or personal data: the path is recorded as a template. Without a subscriber, they cost next to nothing.
//!
//! | level | span or event | fields |
//! |---|---|---|
//! | INFO | the span `cloudflare_client.call` | `http.request.method`, `url.template`, `server.address`, `server.port`, `otel.kind`, `otel.name`; later also `http.response.status_code`, `http.request.resend_count`, `error.type`, `cf_ray`, `retry_budget_exhausted` |
//! | DEBUG | `attempt`: a request was sent | `attempt` (from 1), `elapsed_ms`, `http.response.status_code`, `cf_ray`, `error.type` |
//! | DEBUG | `retrying`: an attempt failed, and another follows | `attempt`, `wait_ms` |
//! | DEBUG | `retrying with other credentials` | |
//! | DEBUG | `the token could not be renewed`, `no token was fetched` | `error`: the error of the token provider, which must not contain a secret |
//! | DEBUG | `waiting`: the call waits for its turn | `wait_ms`, `reason` |
//! | TRACE | `request headers`, `response headers` | `attempt`, `names`: sorted, and never the values |
//! | WARN | the retry budget is exhausted | |
//!
//! # Features
//!
//! TLS is rustls with the certificates that the operating system trusts. The feature `native-tls`, without the default
//! features, uses the operating system's TLS instead. Futures need a tokio runtime.
//!
//! The feature `test-util` has constructors of [`Error`], [`Metadata`] and [`Response`], for fakes in your own tests.
//!
//! The feature `blocking` has the module `blocking`, for threads without an async runtime.
//!
//! # Other crates in the public API
//!
//! The module [`external`] re-exports them in the version that this crate uses, except `tokio` and `tracing`, whose types are in
//! no signature. SDK crates re-export that module and this crate, so their users can name every type without a dependency.
//!
//! | crate | where | a new major version of it |
//! |---|---|---|
//! | `api-runtime` 0.1 | requests and operations for authors of SDK crates; traits of generated models | is a breaking release of this crate |
//! | `http` 1 | statuses and headers of [`Metadata`], [`Error`] and [`Request::header`] | is a breaking release of this crate |
//! | `bytes` 1 | the value of operations that return files | is a breaking release of this crate |
//! | `secrecy` 0.10 | credentials take what becomes a `SecretString` | breaks code that names its types, and none that passes text |
//! | `reqwest` 0.13 | [`Builder::http_client_unchecked`] | breaks code that gives a client, and no other |
//! | `futures-core` 0.3 | streams of SDKs, and waiting for them with the feature `blocking` | is a breaking release of the SDKs with streams |
//! | `serde` 1 | traits of results | is a breaking release of this crate |
//! | `tokio` 1, `tracing` 0.1 | the runtime; spans and events | is a breaking release of this crate |
//!
//! # Why a crate of its own
//!
//! The vendor's quota is per token, so all SDKs of a program must share one gate, one rate limiter and one retry budget.

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
compile_error!("https needs the feature `rustls` (on by default) or `native-tls`");

mod auth;
mod base_url;
#[cfg(feature = "blocking")]
pub mod blocking;
mod connection;
mod duration;
mod error;
mod pipeline;
mod redact;
mod request;
mod response;
pub mod sdk;
#[cfg(any(test, feature = "test-util"))]
pub mod test_util;

/// The crates whose types are in the public API.
pub mod external {
    pub use {api_runtime, bytes, futures_core, http, reqwest, secrecy, serde};
}

/// What models have for numbers, and those of responses for strings with a format.
pub use api_runtime::{Formatted, NotFiniteError, Number};
pub use auth::{ApiToken, CachedTokenProvider, Credentials, RenewFuture, TokenFuture, TokenProvider, TokenWithExpiry};
pub use base_url::DEFAULT_BASE_URL;
pub use connection::{AccountId, Builder, Connection, Environment};
pub use error::{Error, ErrorKind, UnexpectedBody};
pub use pipeline::{Backoff, Quota, RetryBudget, RetryConfig};
pub use request::Request;
pub use response::{ApiMessage, Metadata, RateLimit, RateLimitPolicy, Response, ResultInfo};
