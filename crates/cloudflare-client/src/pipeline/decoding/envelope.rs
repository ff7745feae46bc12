//! Responses with an envelope.

use api_runtime::{Envelope, ObjectOnly};
use serde::{Deserialize, Deserializer};

use super::super::buffered_response::BufferedResponse;
use super::problem::DecodeProblem;
use super::{failure, from_json};
use crate::response::{BoundedJson, EnvelopeMetadata};
use crate::{Error, ErrorKind, Response};

/// An envelope as the server sent it.
#[derive(Deserialize)]
#[serde(remote = "Self", bound = "E: Envelope")]
struct ResponseEnvelope<E: Envelope> {
    success: bool,
    /// A null `result` counts as a missing one.
    result: Option<RawResult<E>>,
    #[serde(default)]
    errors: BoundedJson,
    #[serde(default)]
    messages: BoundedJson,
    #[serde(default)]
    result_info: BoundedJson,
}

/// Reads an object only; serde would also read an array, by position.
impl<'de, E: Envelope> Deserialize<'de> for ResponseEnvelope<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(ObjectOnly(deserializer))
    }
}

struct RawResult<E: Envelope>(E::Result);

impl<'de, E: Envelope> Deserialize<'de> for RawResult<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        E::read_result(deserializer).map(Self)
    }
}

/// Makes the result of a call whose response has an envelope. `success` must be true, unless the object was already deleted and
/// the result may be missing.
pub(super) fn decode<E: Envelope>(response: BufferedResponse) -> Result<Response<E::Result>, Error> {
    if response.is_deleted {
        return failure::or_without_object(response, E::missing_result());
    }
    let problem = || DecodeProblem::find::<ResponseEnvelope<E>>(&response.body);
    let envelope = match from_json::<ResponseEnvelope<E>>(&response.body) {
        Some(envelope) if envelope.success => envelope,
        _ => return Err(failure::of_body(&response, problem)),
    };
    let ResponseEnvelope { result, errors, messages, result_info, .. } = envelope;
    let envelope = EnvelopeMetadata::read(errors.value(), messages.value(), result_info.value(), &response.secrets);
    let metadata = response.metadata.with_envelope(envelope);
    match result.map(|RawResult(result)| result).or_else(E::missing_result) {
        Some(result) => Ok(Response::new(result, metadata)),
        None => {
            let reason = "the response has no `result`, although its `success` is true";
            Err(Error::new(ErrorKind::Decode, reason).with_metadata(metadata))
        }
    }
}
