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
    pub(crate) errors: Option<Vec<types::ApiMessage>>,
    pub(crate) messages: Option<Vec<types::ApiMessage>>,
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
    match result {
        _ if !success => Err(error::<E>(evidence)),
        None => {
            let error = Error::new(ErrorKind::Decode, "the answer has no `result`, although it says that it succeeded");
            Err(finish(error, evidence, errors, messages))
        }
        Some(result) => {
            let messages = ApiMessage::list(messages, &evidence.secret);
            let errors = ApiMessage::list(errors, &evidence.secret);
            Ok(Response::new(result, evidence.metadata.with_envelope(errors, messages)))
        }
    }
}

/// The error that a response stands for when it is not a success that could be decoded.
fn error<E: Envelope>(evidence: Evidence) -> Error {
    let status = evidence.metadata.status();
    let types::FailureEnvelope { errors, messages, success, .. } = failure_envelope(&evidence).unwrap_or_default();
    let body = UnexpectedBody::new(evidence.content_type(), &evidence.body);

    let error = if is_failure(status) || success == Some(false) {
        let kind = classify::failure(status, &ApiMessage::list(errors.clone(), &evidence.secret));
        let error = Error::new(kind, kind.phrase());
        let is_envelope = success.is_some() || errors.is_some();
        if is_envelope { error } else { error.with_unexpected_body(body) }
    } else if status.is_redirection() {
        let target = evidence.redirect_host().map_or_else(String::new, |host| format!(" to {host}"));
        Error::new(ErrorKind::UnexpectedStatus, format!("a redirect{target}, which is never followed"))
    } else if !body.is_json() {
        Error::new(ErrorKind::UnexpectedBody, ErrorKind::UnexpectedBody.phrase()).with_unexpected_body(body)
    } else if let Some(complaint) = decode::complaint::<E>(&evidence.body, &evidence.secret) {
        Error::new(ErrorKind::Decode, ErrorKind::Decode.phrase()).with_source(complaint)
    } else {
        // The body would do; the generated code did not expect it with this status.
        Error::new(ErrorKind::UnexpectedStatus, ErrorKind::UnexpectedStatus.phrase())
    };
    finish(error, evidence, errors, messages)
}

fn finish(
    error: Error,
    evidence: Evidence,
    errors: Option<Vec<types::ApiMessage>>,
    messages: Option<Vec<types::ApiMessage>>,
) -> Error {
    let errors = ApiMessage::list(errors, &evidence.secret);
    let messages = ApiMessage::list(messages, &evidence.secret);
    let attempts = evidence.metadata.attempts();
    error.with_attempts(attempts).with_metadata(evidence.metadata.with_envelope(errors, messages))
}

fn is_failure(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error() || status.as_u16() >= 600
}

fn failure_envelope(evidence: &Evidence) -> Option<types::FailureEnvelope> {
    serde_json::from_slice(&evidence.body).ok()
}
