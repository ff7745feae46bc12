//! The envelope around every result: opened, or made an error of.

use http::StatusCode;
use serde::de::DeserializeOwned;
use zt_risk_scoring_api::types;

use super::evidence::Evidence;
use super::{Decoded, classify, decode};
use crate::error::UnexpectedBody;
use crate::{ApiMessage, Error, ErrorKind, Response};

/// A generated envelope.
pub(crate) trait Envelope: DeserializeOwned {
    /// What it is around.
    type Result;

    /// Takes it apart.
    fn into_parts(self) -> Parts<Self::Result>;
}

/// The fields of an envelope.
pub(crate) struct Parts<T> {
    pub(crate) success: bool,
    pub(crate) errors: Option<types::ApiMessages>,
    pub(crate) messages: Option<types::ApiMessages>,
    pub(crate) result: Option<T>,
}

impl Envelope for types::BehaviorsEnvelope {
    type Result = types::Behaviors;

    fn into_parts(self) -> Parts<Self::Result> {
        Parts { success: self.success, errors: self.errors, messages: self.messages, result: self.result }
    }
}

/// Opens the envelope of a response, as the generated code has decoded it.
pub(super) fn open<E: Envelope>(evidence: Evidence, decoded: Decoded<E>) -> Result<Response<E::Result>, Error> {
    let Ok(envelope) = decoded else { return Err(error::<E>(evidence)) };
    let Parts { success, errors, messages, result } = envelope.into_inner().into_parts();
    if !success {
        return Err(error::<E>(evidence));
    }
    let errors = list(errors, &evidence);
    let messages = list(messages, &evidence);
    let metadata = evidence.metadata.with_envelope(errors, messages);
    match result {
        Some(result) => Ok(Response::new(result, metadata)),
        None => {
            let reason = "the answer has no `result`, although it says that it succeeded";
            Err(Error::new(ErrorKind::Decode, reason).with_attempts(metadata.attempts()).with_metadata(metadata))
        }
    }
}

/// The kind of failure that a response is by its status, if it is one.
pub(super) fn failure(evidence: &Evidence) -> Option<ErrorKind> {
    let status = evidence.metadata.status();
    is_failure(status).then(|| classify::failure(status, &list(failure_envelope(evidence).errors, evidence)))
}

/// The kind of failure that a status is without a body, if it is one.
pub(super) fn failure_of(status: StatusCode) -> Option<ErrorKind> {
    is_failure(status).then(|| classify::failure(status, &[]))
}

/// The error that a response stands for when it is not a success that could be decoded.
fn error<E: Envelope>(evidence: Evidence) -> Error {
    let status = evidence.metadata.status();
    let types::FailureEnvelope { errors, messages, success, .. } = failure_envelope(&evidence);
    let is_envelope = success.is_some() || errors.is_some();
    let errors = list(errors, &evidence);
    let messages = list(messages, &evidence);
    let body = || UnexpectedBody::new(evidence.content_type(), &evidence.body);

    let error = if is_failure(status) || success == Some(false) {
        let kind = classify::failure(status, &errors);
        let error = Error::of(kind);
        if is_envelope { error } else { error.with_unexpected_body(body()) }
    } else if let Some(host) = evidence.redirect_host() {
        Error::new(ErrorKind::UnexpectedStatus, format!("a redirect to {host}, which is never followed"))
    } else if !status.is_success() {
        Error::of(ErrorKind::UnexpectedStatus).with_unexpected_body(body())
    } else if let Some(body) = Some(body()).filter(|body| !body.is_json()) {
        Error::of(ErrorKind::UnexpectedBody).with_unexpected_body(body)
    } else if let Some(complaint) = decode::complaint::<E>(&evidence.body, &evidence.secrets) {
        Error::of(ErrorKind::Decode).with_source(complaint)
    } else {
        // The body would do; the generated code did not expect it with this status.
        Error::of(ErrorKind::UnexpectedStatus)
    };
    let attempts = evidence.metadata.attempts();
    error.with_attempts(attempts).with_metadata(evidence.metadata.with_envelope(errors, messages))
}

fn is_failure(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error() || status.as_u16() >= 600
}

/// The longest body that is read as the envelope of a failure. What says more than this says nothing.
const LONGEST_FAILURE: usize = 1 << 20;

/// The body as the envelope of a failure. A byte that is not UTF-8 must not hide what the rest says.
fn failure_envelope(evidence: &Evidence) -> types::FailureEnvelope {
    if evidence.body.len() > LONGEST_FAILURE {
        return types::FailureEnvelope::default();
    }
    serde_json::from_str(&String::from_utf8_lossy(&evidence.body)).unwrap_or_default()
}

fn list(messages: Option<types::ApiMessages>, evidence: &Evidence) -> Vec<ApiMessage> {
    ApiMessage::list(messages.as_deref(), &evidence.secrets)
}
