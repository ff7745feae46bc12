//! Responses without an envelope: other JSON, bytes, or nothing.

use api_runtime::{Binary, Empty};
use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::super::buffered_response::BufferedResponse;
use super::problem::DecodeProblem;
use super::{failure, from_json};
use crate::{Error, Response};

/// The type of a success without an envelope: a type that is read from JSON, [`Binary`] or [`Empty`]. The parameter `Kind`
/// keeps the implementations from overlapping; the compiler infers it.
///
/// ```
/// use api_runtime::{Binary, Empty};
/// use bytes::Bytes;
/// use cloudflare_client::sdk::PlainBody;
///
/// fn has_value<B: PlainBody<Kind, Value = T>, T, Kind>() {}
///
/// has_value::<Vec<u32>, Vec<u32>, _>();
/// has_value::<Binary, Bytes, _>();
/// has_value::<Empty, (), _>();
/// ```
pub trait PlainBody<Kind>: 'static {
    /// The value of the call.
    type Value: Send + 'static;

    /// Decodes a body. `is_json` is whether its media type is JSON. The error is what kept the body from being decoded, or
    /// `None` if it reports a failure.
    #[doc(hidden)]
    fn decode(body: &Bytes, is_json: bool) -> Result<Self::Value, Option<DecodeProblem>>;

    /// The value for a response without a body, if the type has one.
    #[doc(hidden)]
    fn missing() -> Option<Self::Value> {
        None
    }
}

/// The `Kind` of [`PlainBody`] for JSON.
#[derive(Debug)]
#[non_exhaustive]
pub struct JsonKind;

/// The `Kind` of [`PlainBody`] for bytes.
#[derive(Debug)]
#[non_exhaustive]
pub struct BinaryKind;

/// The `Kind` of [`PlainBody`] for no body.
#[derive(Debug)]
#[non_exhaustive]
pub struct EmptyKind;

impl<T: DeserializeOwned + Send + 'static> PlainBody<JsonKind> for T {
    type Value = T;

    /// The API may send an envelope where its document describes none.
    fn decode(body: &Bytes, _: bool) -> Result<T, Option<DecodeProblem>> {
        if failure::has_success_false(body) {
            return Err(None);
        }
        from_json(body).ok_or_else(|| DecodeProblem::find::<T>(body))
    }
}

impl PlainBody<BinaryKind> for Binary {
    type Value = Bytes;

    /// A file may contain any JSON, so its content counts only if the server declares it as JSON.
    fn decode(body: &Bytes, is_json: bool) -> Result<Bytes, Option<DecodeProblem>> {
        if is_json && failure::has_success_false(body) { Err(None) } else { Ok(body.clone()) }
    }
}

impl PlainBody<EmptyKind> for Empty {
    type Value = ();

    /// What the server sends in place of no body is ignored, unless it reports a failure.
    fn decode(body: &Bytes, is_json: bool) -> Result<(), Option<DecodeProblem>> {
        if is_json && failure::has_success_false(body) { Err(None) } else { Ok(()) }
    }

    fn missing() -> Option<()> {
        Some(())
    }
}

/// Makes the result of a call whose response has no envelope.
pub(super) fn decode<B: PlainBody<K>, K>(response: BufferedResponse) -> Result<Response<B::Value>, Error> {
    if response.is_deleted {
        return failure::or_without_object(response, B::missing());
    }
    match B::decode(&response.body, response.has_json_type()) {
        Ok(value) => Ok(Response::new(value, response.metadata)),
        Err(problem) => Err(failure::of_body(&response, || problem)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_that_reports_a_failure_is_an_error_if_it_is_declared_as_json() {
        for (body, is_json, is_error) in [
            (r#"{"success":false}"#, true, true),
            (r#"{"success":false}"#, false, false),
            (r#"{"success":true}"#, true, false),
            ("", true, false),
            ("ignored", false, false),
        ] {
            let bytes = Bytes::from_static(body.as_bytes());
            assert_eq!(<Empty as PlainBody<EmptyKind>>::decode(&bytes, is_json).is_err(), is_error, "{body}");
            assert_eq!(<Binary as PlainBody<BinaryKind>>::decode(&bytes, is_json).is_err(), is_error, "{body}");
        }
    }
}
