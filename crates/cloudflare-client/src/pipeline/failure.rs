//! Responses that are not a success: their kind, and their error.

use std::borrow::Cow;
use std::fmt;

use http::StatusCode;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::buffered_response::BufferedResponse;
use super::classify;
use super::decode::DecodeProblem;
use crate::error::UnexpectedBody;
use crate::response::EnvelopeMetadata;
use crate::{Error, ErrorKind};

/// The envelope of a failure. Every field may be missing or malformed, since a malformed description must not hide the
/// failure.
#[derive(Default, serde::Deserialize)]
struct FailureEnvelope {
    success: Option<Value>,
    errors: Option<Value>,
    messages: Option<Value>,
    result_info: Option<Value>,
}

impl FailureEnvelope {
    /// Larger bodies are not parsed, since the parsed form takes many times their memory.
    const MAX_BYTES: usize = 1 << 20;

    /// Reads a body. Bytes that are not UTF-8 are replaced, so that the rest can be read.
    fn read(body: &[u8]) -> Self {
        if body.len() > Self::MAX_BYTES || !is_object(body) {
            return Self::default();
        }
        serde_json::from_str(&String::from_utf8_lossy(body)).unwrap_or_default()
    }

    fn is_envelope(&self) -> bool {
        self.success.is_some() || self.errors.is_some()
    }

    fn metadata(&self, response: &BufferedResponse) -> EnvelopeMetadata {
        let Self { errors, messages, result_info, .. } = self;
        EnvelopeMetadata::read(errors.as_ref(), messages.as_ref(), result_info.as_ref(), &response.secrets)
    }
}

/// The kind of a failed response, or `None` if its status is no failure.
pub(super) fn kind(response: &BufferedResponse) -> Option<ErrorKind> {
    let status = response.metadata.status();
    let errors = || FailureEnvelope::read(&response.body).metadata(response).errors;
    is_failure(status).then(|| classify::failure(status, &errors()))
}

/// The kind of a failed response by its status alone, or `None` if the status is no failure.
pub(super) fn kind_of_status(status: StatusCode) -> Option<ErrorKind> {
    is_failure(status).then(|| classify::failure(status, &[]))
}

/// Whether a body is an object with `"success": false`, also if the key is a duplicate.
pub(super) fn has_success_false(body: &[u8]) -> bool {
    is_object(body) && serde_json::from_slice::<SuccessFalse>(body).is_ok_and(|SuccessFalse(is_false)| is_false)
}

/// Whether one of an object's `success` is false.
struct SuccessFalse(bool);

impl<'de> Deserialize<'de> for SuccessFalse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;

        impl<'de> Visitor<'de> for Keys {
            type Value = SuccessFalse;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SuccessFalse, A::Error> {
                let mut is_false = false;
                while let Some(key) = map.next_key::<Cow<'_, str>>()? {
                    if key == "success" {
                        is_false |= map.next_value::<Value>()? == Value::Bool(false);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(SuccessFalse(is_false))
            }
        }

        deserializer.deserialize_map(Keys)
    }
}

/// The error of a response that is no success, or could not be decoded. `decode_problem` decodes the body again to find the
/// problem; it is called only if nothing else explains the error.
pub(super) fn error(response: &BufferedResponse, decode_problem: impl FnOnce() -> Option<DecodeProblem>) -> Error {
    let status = response.metadata.status();
    let envelope = FailureEnvelope::read(&response.body);
    let envelope_metadata = envelope.metadata(response);
    let body = || UnexpectedBody::new(response.content_type(), &response.body);

    let error = if is_failure(status) || envelope.success == Some(Value::Bool(false)) {
        let error = Error::from_kind(classify::failure(status, &envelope_metadata.errors));
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
        // The body can be decoded, so the status is the problem: the API's document does not list it.
        Error::from_kind(ErrorKind::UnexpectedStatus)
    };
    let metadata = response.metadata.clone().with_envelope(envelope_metadata);
    error.with_attempts(metadata.attempts()).with_metadata(metadata)
}

/// Whether a body can be a JSON object. serde would also read a struct from an array, by position.
fn is_object(body: &[u8]) -> bool {
    body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

/// Whether a status is a failure. No standard defines statuses from 600 on.
fn is_failure(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error() || status.as_u16() >= 600
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn success_false_is_found_in_objects_only_and_also_as_a_duplicate_key() {
        for (body, expected) in [
            (r#"{"success":false}"#, true),
            (r#" {"result":{"success":true},"success":false}"#, true),
            (r#"{"success":true,"success":false}"#, true),
            (r#"{"success":false,"success":true}"#, true),
            (r#"{"\u0073uccess":false}"#, true),
            (r#"{"success":true}"#, false),
            (r#"{"result":{"success":false}}"#, false),
            (r#"{"success":"false"}"#, false),
            (r#"{"success":null}"#, false),
            (r#"[{"success":false}]"#, false),
            ("false", false),
            ("", false),
        ] {
            assert_eq!(has_success_false(body.as_bytes()), expected, "{body}");
        }
    }
}
