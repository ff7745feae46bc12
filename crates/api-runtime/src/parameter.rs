//! The text of parameters.
//!
//! The text of a parameter is the text of its value in JSON, without quotation marks, in path, query and header alike: a
//! date-time is `2026-11-22T00:00:00Z`. Clients and mocks both use the functions of this crate, so a mock matches what
//! the client sends. A value that cannot be sent is the same error for both.

use std::fmt;

use serde::ser::Serialize;

/// The text of the value of a parameter in a path or a header.
///
/// # Errors
///
/// If the value is neither text nor a finite number nor a boolean.
pub(crate) fn text<T: Serialize + ?Sized>(value: &T) -> Result<String, &'static str> {
    let json = serde_json::to_string(value).unwrap_or_default();
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(&json).map_err(|_| NO_TEXT),
        Some(b'[' | b'{' | b'n') | None => Err(NO_TEXT),
        Some(_) => Ok(json),
    }
}

/// Why a value has no text.
pub(crate) const NO_TEXT: &str = "is neither text nor a finite number nor a boolean";

/// The value of a parameter that no request can carry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ParameterError {
    place: Place,
    name: &'static str,
    problem: &'static str,
}

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    Form,
}

impl ParameterError {
    pub(crate) fn new(place: Place, name: &'static str, problem: &'static str) -> Self {
        Self { place, name, problem }
    }
}

/// Names the parameter, and does not print its value.
impl fmt::Display for ParameterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, problem, .. } = self;
        match self.place {
            Place::Path => write!(f, "the path parameter `{name}` {problem}"),
            Place::Query => write!(f, "the query parameter `{name}` {problem}"),
            Place::Header => write!(f, "the header `{name}` {problem}"),
            Place::Form => write!(f, "the form {problem}"),
        }
    }
}

impl std::error::Error for ParameterError {}

/// What a client sends for a value: mocks compare requests with it.
///
/// # Panics
///
/// If the client cannot send the value, with its reason.
///
/// # Examples
///
/// ```
/// assert_eq!(api_runtime::sendable(api_runtime::path_segment("name", "a b")), "a%20b");
/// ```
#[allow(clippy::panic, reason = "a test that fails says why")]
#[track_caller]
pub fn sendable<T>(value: Result<T, ParameterError>) -> T {
    match value {
        Ok(value) => value,
        Err(error) => panic!("the client cannot send this: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_scalar_is_its_json_without_quotation_marks() {
        assert_eq!(text("a\"b\u{1}ü").unwrap(), "a\"b\u{1}ü");
        assert_eq!(text("").unwrap(), "");
        assert_eq!(text(&0.1_f32).unwrap(), "0.1");
        assert_eq!(text(&2.0).unwrap(), "2.0");
        assert_eq!(text(&u64::MAX).unwrap(), "18446744073709551615");
        assert_eq!(text(&Some(true)).unwrap(), "true");
        assert_eq!(text("null").unwrap(), "null");
    }

    #[test]
    fn null_list_object_and_what_is_no_number_have_no_text() {
        assert_eq!(text(&None::<u8>).unwrap_err(), NO_TEXT);
        assert_eq!(text(&[1]).unwrap_err(), NO_TEXT);
        assert_eq!(text(&std::collections::BTreeMap::from([("a", 1)])).unwrap_err(), NO_TEXT);
        assert_eq!(text(&f64::NAN).unwrap_err(), NO_TEXT);
        assert_eq!(text(&f32::INFINITY).unwrap_err(), NO_TEXT);
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn date_time_is_that_of_rfc_3339() {
        let time: chrono::DateTime<chrono::Utc> = "2024-02-29T01:02:03Z".parse().unwrap();
        assert_eq!(text(&time).unwrap(), "2024-02-29T01:02:03Z");
    }
}
