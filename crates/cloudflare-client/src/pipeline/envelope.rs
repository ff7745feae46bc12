//! Responses with an envelope.

use api_runtime::{Envelope, EnvelopeParts};

use super::buffered_response::BufferedResponse;
use super::decode::DecodeProblem;
use super::{Decoded, failure};
use crate::response::EnvelopeMetadata;
use crate::{Error, ErrorKind, Response};

/// Makes the result of a call whose response has an envelope. `success` must be true.
pub(super) fn convert<E: Envelope, X>(
    response: BufferedResponse,
    decoded: Decoded<E, X>,
) -> Result<Response<E::Result>, Error> {
    let problem = || DecodeProblem::find::<E>(&response.body);
    let Ok(envelope) = decoded else { return Err(failure::error(&response, problem)) };
    let EnvelopeParts { success, errors, messages, result, result_info } = envelope.into_inner().into_parts();
    if !success {
        return Err(failure::error(&response, problem));
    }
    let envelope = EnvelopeMetadata::read(errors.as_ref(), messages.as_ref(), result_info.as_ref(), &response.secrets);
    let metadata = response.metadata.with_envelope(envelope);
    match result {
        Some(result) => Ok(Response::new(result, metadata)),
        None => {
            let reason = "the response has no `result`, although its `success` is true";
            Err(Error::new(ErrorKind::Decode, reason).with_attempts(metadata.attempts()).with_metadata(metadata))
        }
    }
}
