//! Responses that are not a success: what kind of failure they are, and the error made of them.

use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::buffered_response::BufferedResponse;
use super::classify;
use super::decode::DecodeProblem;
use crate::error::UnexpectedBody;
use crate::response::Decorations;
use crate::{ApiMessage, Error, ErrorKind, ResultInfo};

/// The envelope of a failure. Every field may be missing, and the lists may be anything: what describes a failure must not
/// hide it.
#[derive(Default, Deserialize)]
struct FailureEnvelope {
    success: Option<bool>,
    errors: Option<Value>,
    messages: Option<Value>,
    result_info: Option<Value>,
}

impl FailureEnvelope {
    /// The longest body that is read as one: 1 MiB. Its parsed form takes many times its bytes.
    const MAX_BYTES: usize = 1 << 20;

    /// Reads a body. Bytes that are not UTF-8 are replaced: they must not hide the rest.
    fn read(body: &[u8]) -> Self {
        if body.len() > Self::MAX_BYTES {
            return Self::default();
        }
        if !begins_object(body) {
            return Self::default();
        }
        serde_json::from_str(&String::from_utf8_lossy(body)).unwrap_or_default()
    }

    fn is_envelope(&self) -> bool {
        self.success.is_some() || self.errors.is_some()
    }

    fn decorations(&self, response: &BufferedResponse) -> Decorations {
        Decorations {
            errors: ApiMessage::list(self.errors.as_ref(), &response.secrets),
            messages: ApiMessage::list(self.messages.as_ref(), &response.secrets),
            result_info: ResultInfo::read(self.result_info.as_ref(), &response.secrets),
        }
    }
}

/// The kind of failure that a response is, or `None` if its status is no failure.
pub(super) fn kind(response: &BufferedResponse) -> Option<ErrorKind> {
    let status = response.metadata.status();
    let errors = || FailureEnvelope::read(&response.body).decorations(response).errors;
    is_failure(status).then(|| classify::failure(status, &errors()))
}

/// The kind of failure that a status is without its body, or `None` if it is no failure.
pub(super) fn kind_of_status(status: StatusCode) -> Option<ErrorKind> {
    is_failure(status).then(|| classify::failure(status, &[]))
}

/// Whether a body is an envelope with `"success": false`.
pub(super) fn says_failure(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Success {
        success: bool,
    }
    begins_object(body) && serde_json::from_slice::<Success>(body).is_ok_and(|envelope| !envelope.success)
}

/// The error of a response that is no success, or could not be decoded. `decode_problem` says where the body does not fit
/// the document; it is asked only if everything else fits.
pub(super) fn error(response: &BufferedResponse, decode_problem: impl FnOnce() -> Option<DecodeProblem>) -> Error {
    let status = response.metadata.status();
    let envelope = FailureEnvelope::read(&response.body);
    let decorations = envelope.decorations(response);
    let body = || UnexpectedBody::new(response.content_type(), &response.body);

    let error = if is_failure(status) || envelope.success == Some(false) {
        let error = Error::from_kind(classify::failure(status, &decorations.errors));
        if envelope.is_envelope() { error } else { error.with_unexpected_body(body()) }
    } else if let Some(host) = response.redirect_host() {
        Error::new(ErrorKind::UnexpectedStatus, format!("a redirect to {host}, which is never followed"))
    } else if !status.is_success() {
        Error::from_kind(ErrorKind::UnexpectedStatus).with_unexpected_body(body())
    } else if let Some(body) = Some(body()).filter(|body| !body.is_json()) {
        Error::from_kind(ErrorKind::UnexpectedBody).with_unexpected_body(body)
    } else if let Some(problem) = decode_problem() {
        Error::from_kind(ErrorKind::Decode).with_source(problem.describe(&response.secrets))
    } else {
        // The body fits, so the document does not have this status.
        Error::from_kind(ErrorKind::UnexpectedStatus)
    };
    let metadata = response.metadata.clone().with_decorations(decorations);
    error.with_attempts(metadata.attempts()).with_metadata(metadata)
}

/// Whether JSON begins an object. serde would also read a struct from an array, by position.
fn begins_object(body: &[u8]) -> bool {
    body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

fn is_failure(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error() || status.as_u16() >= 600
}
