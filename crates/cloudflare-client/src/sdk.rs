//! For authors of SDK crates: checked calls of generated operations.
//!
//! Users of an SDK need none of this. An SDK's methods, generated or hand-written, are made with it:
//!
//! - [`call`] makes a call whose response has an envelope, and [`call_plain`] one whose response has none.
//! - [`CallOptions`] is what a single call overrides, and [`Request`] the builder that users get.
//! - [`error`] makes an error of an argument, and [`one_line`] makes text from outside harmless to print.
//!
//! A call's closure gets the generated client by value and calls one of its methods. The request that reaches the pipeline
//! decides which operation it is, and thus what is safe to retry. A closure that sends no request or a second one is an
//! error.

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
/// An [`Error`] of any [`kind`](Error::kind): `"success": false` is one, whatever the status, and so is a missing or null
/// `result` where the document requires one.
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
    call_envelope(connection.pipeline(), options.config(), invoke).await
}

/// Makes one call whose response has no envelope: other JSON, bytes, or no body.
///
/// The value is the decoded JSON, or [`Bytes`](bytes::Bytes) where the generated method returns a stream.
///
/// # Errors
///
/// As for [`call`]. JSON that says `"success": false` is an error here as well.
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
    plain(connection.pipeline(), options.config(), invoke).await
}

/// An error with a message, such as that of a malformed argument. The message must not contain a secret or a body.
pub fn error(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(kind, message)
}

/// Text from outside on one line of at most 200 characters: what breaks or rearranges a line becomes a space.
pub fn one_line(text: &str) -> String {
    crate::redact::one_line(text)
}
