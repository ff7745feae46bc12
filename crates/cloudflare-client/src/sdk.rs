//! For authors of SDK crates: checked calls of generated operations.
//!
//! Users of an SDK do not need this module. The methods of an SDK, generated or hand-written, use it:
//!
//! - [`call`] makes a call whose response has an envelope, and [`call_plain`] one whose response has none.
//! - [`CallOptions`] has the settings that a single call overrides. [`Request`] is the builder that methods return to users.
//! - [`error`] makes an [`Error`] for a malformed argument, and [`one_line`] makes untrusted text safe to print.
//!
//! The closure of a call gets the generated client by value and calls one of its methods. The pipeline identifies the
//! operation by the request that it receives, and so knows what is safe to retry. A closure that sends no request, or a
//! second one, is an error.
//!
//! # Examples
//!
//! A method of an SDK over the generated client `Api`. Generated methods look alike.
//!
//! ```
//! # use std::sync::Arc;
//! # use api_runtime::{ApiClient, Envelope, EnvelopeParts, Error, Operation, ResponseValue, Transport};
//! # const GET_THING: Operation = Operation::new("get_thing", "GET", "/accounts/{account_id}/things/{id}");
//! # #[derive(serde::Deserialize)]
//! # struct ThingEnvelope;
//! # impl Envelope for ThingEnvelope {
//! #     type Result = String;
//! #     fn into_parts(self) -> EnvelopeParts<String> {
//! #         EnvelopeParts { success: true, errors: None, messages: None, result: None, result_info: None }
//! #     }
//! # }
//! # struct Api;
//! # impl ApiClient for Api {
//! #     const USER_AGENT: &'static str = "things/1.0.0";
//! #     const OPERATIONS: &'static [Operation] = &[GET_THING];
//! #     fn with_transport(_: &str, _: reqwest::Client, _: Arc<dyn Transport>) -> Self {
//! #         Self
//! #     }
//! # }
//! # impl Api {
//! #     async fn get_thing(&self, _: &str, _: u32) -> Result<ResponseValue<ThingEnvelope>, Error<()>> {
//! #         Err(Error::Custom(String::new()))
//! #     }
//! # }
//! use cloudflare_client::sdk::{self, Request};
//! use cloudflare_client::{Connection, Credentials};
//!
//! fn get_thing(connection: &Connection, id: u32) -> Request<'static, String> {
//!     Request::new(connection, GET_THING, move |connection, options| {
//!         Box::pin(async move {
//!             let account = options.resolve_account(&connection)?;
//!             sdk::call(&connection, &options, |api: Api| async move { api.get_thing(account.as_str(), id).await }).await
//!         })
//!     })
//! }
//!
//! let connection = Connection::builder().credentials(Credentials::api_token("cfut_0123456789")?).build()?;
//! let request = get_thing(&connection, 7).account_id("023e105f4ecef8ad9ca31a8372d0c353");
//! assert!(format!("{request:?}").contains("get_thing"));
//! # Ok::<(), cloudflare_client::Error>(())
//! ```

use std::borrow::Cow;

use api_runtime::{ApiClient, Envelope, ResponseValue};

pub use crate::connection::CallOptions;
pub use crate::pipeline::PlainBody;
use crate::pipeline::{call_envelope, call_plain as plain};
pub use crate::request::{Request, RequestFuture};
use crate::{Connection, Error, ErrorKind, Response};

/// Makes one call whose response has an envelope: an object with `success`, and perhaps `result`, `result_info`, `errors`
/// and `messages`.
///
/// The value is the envelope's `result`; see [`Envelope`] for where it is an `Option`, or `()`.
///
/// # Errors
///
/// An [`Error`] of any [`kind`](Error::kind). `"success": false` is an error whatever the status. A missing or null `result`
/// is an error if the API's document requires a result.
///
/// # Cancellation
///
/// Dropping the future ends the call. The request may already have been sent, and the server may have acted on it. The
/// state that the clones of a connection share stays consistent.
pub async fn call<A, E, X, F>(
    connection: &Connection,
    options: &CallOptions,
    invoke: impl FnOnce(A) -> F,
) -> Result<Response<E::Result>, Error>
where
    A: ApiClient,
    E: Envelope,
    F: Future<Output = Result<ResponseValue<E>, api_runtime::Error<X>>>,
{
    call_envelope(connection.pipeline(), options.checked_config()?, invoke).await
}

/// Makes one call whose response has no envelope: other JSON, bytes, or no body.
///
/// The value is the decoded JSON, or [`Bytes`](bytes::Bytes) where the generated method returns a stream.
///
/// # Errors
///
/// As for [`call`]. JSON with `"success": false` is an error here as well.
///
/// # Cancellation
///
/// As for [`call`].
pub async fn call_plain<A, T, K, X, F>(
    connection: &Connection,
    options: &CallOptions,
    invoke: impl FnOnce(A) -> F,
) -> Result<Response<T::Value>, Error>
where
    A: ApiClient,
    T: PlainBody<K>,
    F: Future<Output = Result<ResponseValue<T>, api_runtime::Error<X>>>,
{
    plain(connection.pipeline(), options.checked_config()?, invoke).await
}

/// Makes an error with a message, such as that of a malformed argument. The message must not contain a secret or a body.
pub fn error(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(kind, message)
}

/// Puts untrusted text on one line of at most 200 characters. Control characters, invisible characters and marks that change
/// the writing direction become spaces.
pub fn one_line(text: &str) -> String {
    crate::redact::one_line(text)
}
