//! Responses with an envelope.

use api_runtime::Envelope;
use serde::{Deserialize, Deserializer};

use super::buffered_response::BufferedResponse;
use super::decode::DecodeProblem;
use super::{decoding, failure};
use crate::response::{BoundedJson, EnvelopeMetadata};
use crate::{Error, ErrorKind, Response};

/// An envelope as the server sent it.
#[derive(Deserialize)]
#[serde(bound = "E: Envelope")]
struct RawEnvelope<E: Envelope> {
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

struct RawResult<E: Envelope>(E::Result);

impl<'de, E: Envelope> Deserialize<'de> for RawResult<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        E::read_result(deserializer).map(Self)
    }
}

/// Makes the result of a call whose response has an envelope. `success` must be true.
pub(super) fn decode<E: Envelope>(response: BufferedResponse) -> Result<Response<E::Result>, Error> {
    let problem = || DecodeProblem::find::<RawEnvelope<E>>(&response.body);
    let Some(envelope) = decoding::from_object::<RawEnvelope<E>>(&response.body) else {
        return Err(failure::error(&response, problem()));
    };
    if !envelope.success {
        return Err(failure::error(&response, None));
    }
    let RawEnvelope { result, errors, messages, result_info, .. } = envelope;
    let envelope = EnvelopeMetadata::read(errors.get(), messages.get(), result_info.get(), &response.secrets);
    let metadata = response.metadata.with_envelope(envelope);
    match result.map(|RawResult(result)| result).or_else(E::missing_result) {
        Some(result) => Ok(Response::new(result, metadata)),
        None => {
            let reason = "the response has no `result`, although its `success` is true";
            Err(Error::new(ErrorKind::Decode, reason).with_metadata(metadata))
        }
    }
}
