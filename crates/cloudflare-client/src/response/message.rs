//! The entries of an envelope's `errors` and `messages`.

use serde::Serialize;
use serde_json::Value;

use crate::redact::Secrets;

/// An entry of an envelope's `errors` or `messages`. Any field may be missing.
///
/// ```
/// # #[cfg(feature = "test-util")] {
/// # use cloudflare_client::{ErrorKind, test_util};
/// # let error = test_util::error(ErrorKind::Api).metadata(test_util::metadata().error(70_000, "no")).build();
/// // What a call returned as its error.
/// for message in error.errors() {
///     println!("{:?}: {:?} at {:?}", message.code(), message.message(), message.source_pointer());
/// }
/// # assert_eq!(error.errors().len(), 1);
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ApiMessage {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    documentation_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_pointer: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    error_chain: Vec<ApiMessage>,
}

impl ApiMessage {
    /// The most entries of a list that are read.
    const MAX_ENTRIES: usize = 1_000;

    /// A message with a code and a text.
    #[cfg(any(test, feature = "test-util"))]
    pub(crate) fn new(code: i64, message: String) -> Self {
        Self {
            code: Some(code),
            message: Some(message),
            documentation_url: None,
            source_pointer: None,
            error_chain: Vec::new(),
        }
    }

    /// Reads a list of an envelope, up to a thousand entries. Each field is read on its own, so a malformed field hides
    /// no other. An entry without any known field is kept as an empty one. The request's secrets are redacted.
    pub(crate) fn list(raw: Option<&Value>, secrets: &Secrets) -> Vec<Self> {
        raw.and_then(Value::as_array)
            .into_iter()
            .flatten()
            .take(Self::MAX_ENTRIES)
            .map(|entry| Self::read(entry, secrets))
            .collect()
    }

    fn read(entry: &Value, secrets: &Secrets) -> Self {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(|text| secrets.redact(text).into_owned());
        Self {
            code: entry.get("code").and_then(code),
            // An entry that is a string is a message.
            message: text(entry.get("message").or(Some(entry))),
            documentation_url: text(entry.get("documentation_url")),
            source_pointer: text(entry.pointer("/source/pointer")),
            error_chain: Self::list(entry.get("error_chain"), secrets),
        }
    }

    /// The code, which identifies the kind of message.
    pub fn code(&self) -> Option<i64> {
        self.code
    }

    /// The text of the message.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// The URL at which the vendor explains the code.
    pub fn documentation_url(&self) -> Option<&str> {
        self.documentation_url.as_deref()
    }

    /// Which part of the request's body the message is about: a JSON pointer (RFC 6901).
    pub fn source_pointer(&self) -> Option<&str> {
        self.source_pointer.as_deref()
    }

    /// The causes of this error, outermost first.
    pub fn error_chain(&self) -> &[ApiMessage] {
        &self.error_chain
    }

    /// The codes of this message and of its causes, outermost first.
    pub(crate) fn codes(&self) -> Vec<i64> {
        self.code.into_iter().chain(self.error_chain.iter().flat_map(Self::codes)).collect()
    }

    /// Whether this message or one of its causes has a code.
    pub(crate) fn has_code(&self, code: i64) -> bool {
        self.code == Some(code) || self.error_chain.iter().any(|cause| cause.has_code(code))
    }
}

/// Reads a code, which may be a string, or a number with a fraction of zero.
fn code(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_i64().or_else(|| number.to_string().strip_suffix(".0")?.parse().ok()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn list(json: Value) -> Vec<ApiMessage> {
        ApiMessage::list(Some(&json), &Secrets::from("cfut_secret"))
    }

    #[test]
    fn entry_is_read_field_by_field() {
        for (entry, code, message) in [
            (json!({"code": 3314, "message": "m"}), Some(3314), Some("m")),
            (json!({"code": "3314", "message": 7}), Some(3314), None),
            (json!({"code": 3314.0, "source": "x", "message": "m"}), Some(3314), Some("m")),
            (json!({"code": 1.5, "error_chain": "x"}), None, None),
            (json!("just text"), None, Some("just text")),
            (json!(null), None, None),
            (json!([]), None, None),
        ] {
            let messages = list(json!([entry, {"code": 1}]));
            assert_eq!(messages.len(), 2, "{entry}");
            assert_eq!((messages[0].code(), messages[0].message()), (code, message), "{entry}");
        }
    }

    #[test]
    fn value_that_is_no_list_has_no_entries() {
        for json in [json!(null), json!("x"), json!({}), json!(3)] {
            assert_eq!(list(json), []);
        }
    }

    #[test]
    fn first_thousand_entries_are_read() {
        let messages = list((0..1_001).map(|code| json!({"code": code})).collect());
        assert_eq!((messages.len(), messages.last().unwrap().code()), (1_000, Some(999)));
    }

    #[test]
    fn secret_in_a_message_is_redacted() {
        let messages = list(json!([{"message": "cfut_secret", "error_chain": [{"message": "cfut_secret"}]}]));
        assert_eq!(messages[0].message(), Some("[redacted]"));
        assert_eq!(messages[0].error_chain()[0].message(), Some("[redacted]"));
    }
}
