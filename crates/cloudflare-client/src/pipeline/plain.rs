//! Responses without an envelope: other JSON, bytes, or nothing.

use api_runtime::ByteStream;
use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::buffered_response::BufferedResponse;
use super::decode::DecodeProblem;
use super::{Decoded, failure};
use crate::{Error, Response};

/// What a generated method returns for a response without an envelope: JSON, or a stream of bytes. The parameter tells the
/// two implementations apart; the compiler infers it.
pub trait PlainBody<Kind>: Sized {
    /// The value of the call.
    type Value;

    /// Makes the value of what the generated code has decoded.
    #[doc(hidden)]
    fn into_value(self, body: Bytes) -> Self::Value;

    /// Finds where a body is not a `Self`.
    #[doc(hidden)]
    fn decode_problem(body: &[u8]) -> Option<DecodeProblem>;

    /// Whether a body says that the call failed, although its status is a success.
    #[doc(hidden)]
    fn is_failure(body: &[u8]) -> bool;
}

/// Marks [`PlainBody`] for JSON.
#[derive(Debug)]
#[non_exhaustive]
pub struct Json;

/// Marks [`PlainBody`] for bytes.
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

    /// An envelope reached this door by mistake, or the document describes none where the API sends one.
    fn is_failure(body: &[u8]) -> bool {
        failure::says_failure(body)
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

    /// Bytes mean nothing to the client: a file may hold any JSON.
    fn is_failure(_: &[u8]) -> bool {
        false
    }
}

/// Takes the value out of a response that the generated code has decoded.
pub(super) fn open<T: PlainBody<K>, K, X>(
    response: BufferedResponse,
    decoded: Decoded<T, X>,
) -> Result<Response<T::Value>, Error> {
    let problem = || T::decode_problem(&response.body);
    match decoded {
        Ok(value) if !T::is_failure(&response.body) => {
            Ok(Response::new(value.into_inner().into_value(response.body), response.metadata))
        }
        _ => Err(failure::error(&response, problem)),
    }
}
