//! Header parameters.

use reqwest::header::HeaderValue;
use serde::ser::Serialize;

use crate::ParameterError;
use crate::parameter::{Place, text};

/// The value of a header, for the value of its parameter.
///
/// # Errors
///
/// If no header can carry the value unchanged: HTTP defines no encoding for characters outside ASCII, does not allow
/// control characters, and removes white space at both ends (RFC 9110, section 5.5). A list or an object has no text.
///
/// # Examples
///
/// ```
/// use api_runtime::header_parameter;
///
/// assert_eq!(header_parameter("If-Match", "a b").unwrap(), "a b");
/// assert_eq!(header_parameter("X-Page", &2).unwrap(), "2");
/// let error = header_parameter("If-Match", " a").unwrap_err().to_string();
/// assert_eq!(error, "the header `If-Match` begins or ends with white space, which HTTP removes");
/// ```
pub fn header_parameter<T: Serialize + ?Sized>(name: &'static str, value: &T) -> Result<HeaderValue, ParameterError> {
    let error = |problem| ParameterError::new(Place::Header, name, problem);
    let text = text(value).map_err(error)?;
    if text.starts_with([' ', '\t']) || text.ends_with([' ', '\t']) {
        return Err(error("begins or ends with white space, which HTTP removes"));
    }
    if !text.is_ascii() {
        return Err(error("has a character outside ASCII, for which HTTP defines no encoding"));
    }
    HeaderValue::try_from(text).map_err(|_| error("has a control character, which HTTP does not allow"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ascii_character_is_sent_unchanged_or_rejected_by_name() {
        for byte in 0..=0x7f_u8 {
            let text = format!("a{}b", char::from(byte));
            match header_parameter("X-A", &text) {
                Ok(value) => assert_eq!(value.as_bytes(), text.as_bytes()),
                Err(error) => {
                    assert!(byte != b'\t' && (byte < 0x20 || byte == 0x7f), "{byte}");
                    assert_eq!(
                        error.to_string(),
                        "the header `X-A` has a control character, which HTTP does not allow"
                    );
                }
            }
        }
        assert_eq!(header_parameter("X-A", "").unwrap(), "");
    }

    #[test]
    fn value_that_no_header_can_carry_is_an_error_with_its_reason() {
        for (value, problem) in [("a ", "white space"), ("\ta", "white space"), ("ü", "outside ASCII")] {
            let error = header_parameter("X-A", value).unwrap_err().to_string();
            assert!(error.starts_with("the header `X-A` ") && error.contains(problem), "{error}");
        }
        let error = header_parameter("X-A", &[1]).unwrap_err().to_string();
        assert_eq!(error, "the header `X-A` is neither text nor a finite number nor a boolean");
    }
}
