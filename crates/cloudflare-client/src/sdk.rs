//! For authors of SDK crates: requests of generated operations.
//!
//! Users of an SDK do not need this module. The methods of an SDK, generated or hand-written, use it:
//!
//! - [`Request::envelope`] makes the request builder of an operation whose response has an envelope, and
//!   [`Request::plain`] that of another operation.
//! - [`api`] makes the generated client, whose methods build requests and send nothing.
//! - [`CallOptions`] has the settings that a single call overrides.
//! - [`backoff`] is the wait before something is tried again, [`jitter`] spreads what happens at intervals, and [`ready`] waits
//!   until a call can be sent.
//! - [`requested_wait`] is the wait before the next call that an error asks for.
//! - [`timeout`] is how long a call may take, and [`retry_after_ceiling`] how long a server may make it wait before a retry.
//! - [`operation`] is the operation of a request.
//! - [`error`] makes an [`Error`] for a malformed argument.
//! - [`check_base_url`] checks a base URL before anything is built with it.
//! - [`one_line`] makes untrusted text safe to print, and [`is_printable`] finds the characters that are not.
//!
//! # Examples
//!
//! A method of an SDK over the generated client `Api`. Generated methods look alike.
//!
//! ```
//! # use api_runtime::{ApiClient, ApiRequest, Operation, RequestError, ResultOf};
//! # const GET_THING: Operation = Operation::new("get_thing", "GET", "/accounts/{account_id}/things/{id}");
//! # struct Api(String, reqwest::Client);
//! # impl ApiClient for Api {
//! #     const USER_AGENT: &'static str = "things/1.0.0";
//! #     const OPERATIONS: &'static [Operation] = &[GET_THING];
//! #     fn new(base_url: &str, http_client: reqwest::Client) -> Self {
//! #         Self(base_url.to_owned(), http_client)
//! #     }
//! # }
//! # impl Api {
//! #     fn get_thing(&self, account: &str, id: u32) -> Result<ApiRequest<ResultOf<String>>, RequestError> {
//! #         let request = self.1.get(format!("{}/accounts/{account}/things/{id}", self.0)).build()?;
//! #         Ok(ApiRequest::new::<Self>(request, GET_THING))
//! #     }
//! # }
//! use cloudflare_client::sdk;
//! use cloudflare_client::{Connection, Credentials, Request};
//!
//! fn get_thing(connection: &Connection, id: u32) -> Request<'static, String> {
//!     Request::envelope(connection, GET_THING, move |connection, options| {
//!         let account = options.resolve_account(connection)?;
//!         Ok(sdk::api::<Api>(connection).get_thing(account.as_str(), id)?)
//!     })
//! }
//!
//! let connection = Connection::builder().credentials(Credentials::api_token("cfut_0123456789")?).build()?;
//! let request = get_thing(&connection, 7).account_id("023e105f4ecef8ad9ca31a8372d0c353");
//! assert!(format!("{request:?}").contains("get_thing"));
//! # Ok::<(), cloudflare_client::Error>(())
//! ```

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use api_runtime::{ApiClient, Operation};

use crate::base_url::BaseUrl;
pub use crate::connection::CallOptions;
use crate::pipeline::MAX_COOLDOWN;
pub use crate::pipeline::PlainBody;
pub use crate::request::Request;
use crate::{Connection, Error, ErrorKind};

/// Makes a generated client for requests to the connection's base URL. It sends nothing.
pub fn api<A: ApiClient>(connection: &Connection) -> A {
    let pipeline = connection.pipeline();
    A::new(pipeline.base_url.as_str(), pipeline.http_client.clone())
}

/// The operation of a request, for an SDK that treats those that change something in another way.
///
/// ```
/// # use api_runtime::{ApiClient, ApiRequest, Operation, RequestError, ResultOf};
/// # const GET_THING: Operation = Operation::new("get_thing", "GET", "/things/{id}");
/// # struct Api(String, reqwest::Client);
/// # impl ApiClient for Api {
/// #     const USER_AGENT: &'static str = "things/1.0.0";
/// #     const OPERATIONS: &'static [Operation] = &[GET_THING];
/// #     fn new(base_url: &str, http_client: reqwest::Client) -> Self {
/// #         Self(base_url.to_owned(), http_client)
/// #     }
/// # }
/// # impl Api {
/// #     fn get_thing(&self, id: u32) -> Result<ApiRequest<ResultOf<String>>, RequestError> {
/// #         let request = self.1.get(format!("{}/things/{id}", self.0)).build()?;
/// #         Ok(ApiRequest::new::<Self>(request, GET_THING))
/// #     }
/// # }
/// use cloudflare_client::{Connection, Credentials, Request, sdk};
///
/// fn changes_something<T>(request: &Request<'_, T>) -> bool {
///     sdk::operation(request).method != "GET"
/// }
///
/// let connection = Connection::builder().credentials(Credentials::api_token("cfut_0123456789")?).build()?;
/// let request =
///     Request::envelope(&connection, GET_THING, |connection, _| Ok(sdk::api::<Api>(connection).get_thing(7)?));
/// assert!(!changes_something(&request));
/// # Ok::<(), cloudflare_client::Error>(())
/// ```
pub fn operation<T>(request: &Request<'_, T>) -> Operation {
    request.operation()
}

/// How long to wait before something is tried again, after it failed the given number of times: the backoff of the
/// connection, with its jitter. An SDK uses it where a repetition is more than a repeated call.
pub fn backoff(connection: &Connection, failures: u32) -> Duration {
    let pipeline = connection.pipeline();
    pipeline.flow.backoff(pipeline.retry.backoff, failures)
}

/// How long the API asked to wait before the next call: zero if it did not, and an hour at most, as for the calls of a connection.
/// Otherwise a wrong `Retry-After` would end for ever what an SDK repeats.
pub fn requested_wait(error: &Error) -> Duration {
    error.retry_after().unwrap_or_default().min(MAX_COOLDOWN)
}

/// A random time, less than the given one, so that what happens at intervals does not happen everywhere at once. It is from
/// the random source of the connection.
pub fn jitter(connection: &Connection, limit: Duration) -> Duration {
    connection.pipeline().flow.random_time(limit)
}

/// The longest wait that a server may ask for before the connection tries again; see
/// [`RetryConfig::retry_after_ceiling`](crate::RetryConfig::retry_after_ceiling).
pub fn retry_after_ceiling(connection: &Connection) -> Duration {
    connection.pipeline().retry.retry_after_ceiling
}

/// How long a call may take that sets no other timeout.
pub fn timeout(connection: &Connection) -> Duration {
    connection.pipeline().timeout
}

/// Waits until a call that is made then is sent at once: the rate-limit gate is open, and the rate limiter grants a turn. An
/// SDK that makes many calls waits for this before each, so that the time of a call does not run while it waits for its turn.
/// Returns whether the gate was closed.
///
/// It takes no turn. Another call may take it first.
pub async fn ready(connection: &Connection) -> bool {
    connection.pipeline().flow.ready().await
}

/// Checks a base URL as [`Builder::build`](crate::Builder::build) does, for programs that report which of several settings is
/// invalid. The error does not contain the URL.
///
/// ```
/// use cloudflare_client::{ErrorKind, sdk};
///
/// assert!(sdk::check_base_url("https://api.example.com/client/v4", false).is_ok());
/// let error = sdk::check_base_url("http://api.example.com/client/v4", false).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Configuration);
/// assert!(sdk::check_base_url("http://api.example.com/client/v4", true).is_ok());
/// ```
///
/// # Errors
///
/// [`Configuration`](ErrorKind::Configuration), saying what is wrong with it.
pub fn check_base_url(url: &str, allow_plain_http: bool) -> Result<(), Error> {
    BaseUrl::new(url, allow_plain_http).map(drop)
}

/// Makes an error with a message, such as that of a malformed argument. The message must not contain a secret or a
/// body.
pub fn error(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(kind, message)
}

/// Puts untrusted text on one line of at most 200 characters. Control characters, invisible characters and marks that
/// change the writing direction become spaces.
pub fn one_line(text: &str) -> String {
    crate::redact::one_line(text)
}

/// A duration as people read it, such as `250 ms` or `1 d 1 h`. It has two units at most.
pub fn human(duration: Duration) -> impl fmt::Display {
    crate::duration::human(duration)
}

/// Whether a terminal or a log shows a character, and it changes no other. False for control characters, also a line
/// break, for invisible characters, and for marks that change the writing direction.
pub fn is_printable(char: char) -> bool {
    crate::redact::is_printable(char)
}
