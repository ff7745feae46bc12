//! Responses without an envelope: other JSON, bytes, or nothing.

use api_runtime::ByteStream;
use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::buffered_response::BufferedResponse;
use super::decode::DecodeProblem;
use super::{Decoded, failure};
use crate::{Error, Response};

/// The type that a generated method returns for a response without an envelope: JSON, or a stream of bytes. The parameter
/// `Kind` keeps the two implementations from overlapping; the compiler infers it.
pub trait PlainBody<Kind>: Sized {
    /// The value of the call.
    type Value;

    /// Converts the value that the generated code returned. `body` is the whole body.
    #[doc(hidden)]
    fn into_value(self, body: Bytes) -> Self::Value;

    /// Finds the problem that keeps a body from being decoded as a `Self`.
    #[doc(hidden)]
    fn decode_problem(body: &[u8]) -> Option<DecodeProblem>;

    /// Whether the body of a success reports a failure. `is_json` is whether its media type is JSON.
    #[doc(hidden)]
    fn is_failure(body: &[u8], is_json: bool) -> bool;
}

/// The `Kind` of [`PlainBody`] for JSON.
#[derive(Debug)]
#[non_exhaustive]
pub struct Json;

/// The `Kind` of [`PlainBody`] for bytes.
#[derive(Debug)]
#[non_exhaustive]
pub struct Binary;

impl<T: DeserializeOwned> PlainBody<Json> for T {
    type Value = T;

    fn into_value(self, _: Bytes) -> T {
        self
    }

    fn decode_problem(body: &[u8]) -> Option<DecodeProblem> {
        DecodeProblem::find::<T>(body)
    }

    /// The API may send an envelope where its document describes none, and an SDK may use `call_plain` for an envelope.
    fn is_failure(body: &[u8], _: bool) -> bool {
        failure::has_success_false(body)
    }
}

impl PlainBody<Binary> for ByteStream {
    type Value = Bytes;

    fn into_value(self, body: Bytes) -> Bytes {
        body
    }

    fn decode_problem(_: &[u8]) -> Option<DecodeProblem> {
        None
    }

    /// A file may contain any JSON, so its content counts only if the server declares it as JSON.
    fn is_failure(body: &[u8], is_json: bool) -> bool {
        is_json && failure::has_success_false(body)
    }
}

/// Makes the result of a call whose response has no envelope.
pub(super) fn convert<T: PlainBody<K>, K, X>(
    response: BufferedResponse,
    decoded: Decoded<T, X>,
) -> Result<Response<T::Value>, Error> {
    let problem = || T::decode_problem(&response.body);
    match decoded {
        Ok(value) if !T::is_failure(&response.body, response.has_json_type()) => {
            Ok(Response::new(value.into_inner().into_value(response.body), response.metadata))
        }
        _ => Err(failure::error(&response, problem)),
    }
}
