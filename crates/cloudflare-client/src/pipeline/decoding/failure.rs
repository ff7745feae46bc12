//! Responses that are not a success: their kind, and their error.

use std::borrow::Cow;
use std::fmt;

use http::StatusCode;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::super::buffered_response::{BufferedResponse, Omitted};
use super::classify;
use super::problem::DecodeProblem;
use crate::error::without_bom;
use crate::response::{BoundedJson, EnvelopeMetadata};
use crate::{Error, ErrorKind, Response};

/// The largest body of a failure that is read. A larger one is not described by its envelope.
///
/// A failure is parsed in place, so the limit is that of bodies that are decoded in place. It allows a thousand errors of 250
/// bytes each.
pub(in crate::pipeline) const MAX_BYTES: usize = super::MAX_INLINE_BYTES;

/// The envelope of a failure. Every field may be missing or malformed, since a malformed description must not hide the
/// failure.
#[derive(Default, serde::Deserialize)]
struct FailureEnvelope {
    success: Option<BoundedJson>,
    errors: Option<BoundedJson>,
    #[serde(default)]
    messages: BoundedJson,
    #[serde(default)]
    result_info: BoundedJson,
}

impl FailureEnvelope {
    /// Reads a body. Bytes that are not UTF-8 are replaced, so that the rest can be read. That may triple a body, so it is not
    /// done with a large one.
    fn read(body: &[u8]) -> Self {
        let body = without_bom(body);
        if !is_object(body) {
            return Self::default();
        }
        let envelope = if body.len() <= MAX_BYTES {
            serde_json::from_str(&String::from_utf8_lossy(body))
        } else {
            serde_json::from_slice(body)
        };
        envelope.unwrap_or_default()
    }

    fn is_envelope(&self) -> bool {
        self.success.is_some() || self.errors.is_some()
    }

    fn metadata(&self, response: &BufferedResponse) -> EnvelopeMetadata {
        let errors = self.errors.as_ref().and_then(BoundedJson::value);
        EnvelopeMetadata::read(errors, self.messages.value(), self.result_info.value(), &response.secrets)
    }

    fn has_success_false(&self) -> bool {
        self.success.as_ref().and_then(BoundedJson::value) == Some(&Value::Bool(false))
    }
}

/// The kind of a failed response, or `None` if its status is no failure.
///
/// The body is parsed only if it may change the kind. After several 429s or 5xx, only the last body is parsed, for the error.
pub(in crate::pipeline) fn kind(response: &BufferedResponse) -> Option<ErrorKind> {
    let status = response.metadata.status();
    let by_codes = || classify::failure(status, &FailureEnvelope::read(&response.body).metadata(response).errors);
    is_failure(status).then(|| classify::by_status(status).unwrap_or_else(by_codes))
}

/// The error of a response whose body cannot be read. For a failure, the status determines the kind, and the problem of the
/// body becomes the source.
pub(in crate::pipeline) fn of_unreadable(status: StatusCode, problem: Error) -> Error {
    match kind_of_status(status) {
        Some(kind) => Error::from_kind(kind).with_source(problem),
        None => problem,
    }
}

/// Whether the API says that the object of the request does not exist. Something in front of the API may respond with 404, too,
/// and the API does so with code 7003 if it has no such path, for example since the account is another one.
pub(in crate::pipeline) fn is_missing_object(response: &BufferedResponse) -> bool {
    const NO_ROUTE: i64 = 7003;
    if response.metadata.status() != StatusCode::NOT_FOUND {
        return false;
    }
    let envelope = FailureEnvelope::read(&response.body);
    let errors = envelope.metadata(response).errors;
    let is_missing = classify::failure(StatusCode::NOT_FOUND, &errors) == ErrorKind::NotFound;
    envelope.has_success_false() && is_missing && !errors.iter().any(|error| error.has_code(NO_ROUTE))
}

/// The kind of a failed response by its status alone, or `None` if the status is no failure.
pub(in crate::pipeline) fn kind_of_status(status: StatusCode) -> Option<ErrorKind> {
    is_failure(status).then(|| classify::failure(status, &[]))
}

/// Whether a body is an object with `"success": false`, also if the key is a duplicate.
pub(in crate::pipeline) fn has_success_false(body: &[u8]) -> bool {
    let body = without_bom(body);
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
                        is_false |= map.next_value::<BoundedJson>()?.value() == Some(&Value::Bool(false));
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

/// The error of a response whose status is not a documented success.
pub(in crate::pipeline) fn of_status(response: BufferedResponse) -> Error {
    let status = response.metadata.status();
    if let Some(Omitted::Unreadable(problem)) = response.omitted {
        return of_unreadable(status, problem).with_metadata(response.metadata);
    }
    reported(&response).unwrap_or_else(|| {
        let error = if let Some(host) = &response.redirect_host {
            Error::new(ErrorKind::UnexpectedStatus, format!("a redirect to {host}, which is never followed"))
        } else if status.is_success() {
            Error::from_kind(ErrorKind::UnexpectedStatus)
        } else {
            Error::from_kind(ErrorKind::UnexpectedStatus).with_unexpected_body(response.describe_body())
        };
        error.with_metadata(response.metadata.clone())
    })
}

/// The value of a deletion whose object no longer exists, or the error of its response if the operation has no such value.
pub(super) fn or_without_object<T>(response: BufferedResponse, value: Option<T>) -> Result<Response<T>, Error> {
    match value {
        Some(value) => {
            let envelope = FailureEnvelope::read(&response.body).metadata(&response);
            Ok(Response::new(value, response.metadata.with_envelope(envelope)))
        }
        None => Err(of_status(response)),
    }
}

/// The error of a response with a documented success status, whose body has no value. `problem` is what kept the body from
/// being decoded, if it is JSON.
pub(in crate::pipeline) fn of_body(
    response: &BufferedResponse,
    problem: impl FnOnce() -> Option<DecodeProblem>,
) -> Error {
    reported(response).unwrap_or_else(|| {
        let body = response.describe_body();
        let error = if body.is_json() {
            let error = Error::from_kind(ErrorKind::Decode);
            match problem() {
                Some(problem) => error.with_source(problem.describe(&response.secrets)),
                None => error,
            }
        } else {
            Error::from_kind(ErrorKind::UnexpectedBody).with_unexpected_body(body)
        };
        error.with_metadata(response.metadata.clone())
    })
}

/// The error that a response reports, by its status or its envelope.
fn reported(response: &BufferedResponse) -> Option<Error> {
    let status = response.metadata.status();
    let envelope = FailureEnvelope::read(&response.body);
    if !is_failure(status) && !envelope.has_success_false() {
        return None;
    }
    let metadata = envelope.metadata(response);
    let kind = classify::failure(status, &metadata.errors);
    let error = if envelope.is_envelope() {
        Error::from_kind(kind)
    } else {
        Error::new(kind, without_envelope(status, kind)).with_unexpected_body(response.describe_body())
    };
    Some(error.with_metadata(response.metadata.clone().with_envelope(metadata)))
}

/// The description of a failure that is probably not the API's.
fn without_envelope(status: StatusCode, kind: ErrorKind) -> &'static str {
    match status {
        // The edge and firewalls block requests with this status, too.
        StatusCode::FORBIDDEN => "something in front of the API, such as a firewall, probably blocked the request",
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => "the proxy requires a user name and a password",
        _ => kind.description(),
    }
}

/// Whether a body can be a JSON object. serde would also read a struct from an array, by position.
pub(in crate::pipeline) fn is_object(body: &[u8]) -> bool {
    body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

/// Whether a status is a failure. No standard defines statuses from 600 on.
pub(in crate::pipeline) fn is_failure(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error() || status.as_u16() >= 600
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::redact::Secrets;

    #[test]
    fn thousand_errors_with_all_fields_fit_into_the_limit() {
        let error = json!({"code": 10_000, "message": "x".repeat(60), "documentation_url": "https://example.com/10000",
            "source": {"pointer": "/things/0/a_property_name"}});
        let body = json!({"success": false, "errors": vec![error; 1_000], "messages": [], "result": null}).to_string();
        assert!(body.len() <= MAX_BYTES, "{}", body.len());
        let errors = FailureEnvelope::read(body.as_bytes()).errors.unwrap();
        let metadata = EnvelopeMetadata::read(errors.value(), None, None, &Secrets::default());
        assert_eq!(metadata.errors.len(), 1_000);
    }

    #[test]
    fn invalid_utf8_is_replaced_in_a_body_that_is_not_large() {
        let body = |length: usize, byte: u8| {
            let (start, end) = (br#"{"success":false,"messages":""#, br#""}"#);
            [start, &*vec![byte; length - start.len() - end.len()], end].concat()
        };
        for (length, byte, is_read) in [
            (MAX_BYTES - 1, 0xff, true),
            (MAX_BYTES, 0xff, true),
            (MAX_BYTES + 1, 0xff, false),
            (MAX_BYTES, b'x', true),
            (MAX_BYTES + 1, b'x', true),
        ] {
            assert_eq!(FailureEnvelope::read(&body(length, byte)).has_success_false(), is_read, "{length} {byte}");
        }
    }

    #[test]
    fn object_is_missing_only_if_the_api_says_so() {
        let is_missing = |status: u16, body: &str| {
            let metadata = crate::Metadata::new(
                StatusCode::from_u16(status).unwrap(),
                http::HeaderMap::new(),
                1,
                std::time::Duration::ZERO,
            );
            is_missing_object(&BufferedResponse {
                metadata,
                body: body.to_owned().into(),
                omitted: None,
                redirect_host: None,
                is_deleted: false,
                secrets: Secrets::default(),
            })
        };
        for (status, body, expected) in [
            (404, r#"{"success":false,"errors":[{"code":1001}]}"#, true),
            (404, r#"{"success":false,"errors":[]}"#, true),
            (404, r#"{"success":false}"#, true),
            (404, r#"{"success":false,"errors":[{"code":7003}]}"#, false),
            (404, r#"{"success":false,"errors":[{"code":1},{"code":2,"error_chain":[{"code":7003}]}]}"#, false),
            (404, r#"{"success":false,"errors":[{"code":9109}]}"#, false),
            (404, r#"{"success":true}"#, false),
            (404, r#"{"errors":[{"code":1001}]}"#, false),
            (404, r#"["success",false]"#, false),
            (404, "<html>", false),
            (404, "", false),
            (410, r#"{"success":false}"#, false),
            (200, r#"{"success":false,"errors":[{"code":1001}]}"#, false),
        ] {
            assert_eq!(is_missing(status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn success_false_is_found_in_objects_only_and_also_as_a_duplicate_key() {
        for (body, expected) in [
            (r#"{"success":false}"#, true),
            (r#" {"result":{"success":true},"success":false}"#, true),
            (r#"{"success":true,"success":false}"#, true),
            (r#"{"success":false,"success":true}"#, true),
            (r#"{"success":false,"success":false}"#, true),
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
