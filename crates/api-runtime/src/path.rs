//! Path parameters.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::ser::Serialize;

use crate::ParameterError;
use crate::parameter::{Place, text};

/// Every byte that cannot stand unencoded in a path segment (RFC 3986, section 3.3: `pchar`). A URL parser changes nothing
/// of what is left.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// Encodes the value of a path parameter, so that it is exactly one segment of the path.
///
/// # Errors
///
/// If no URL can carry the value in one segment: an empty value disappears, and URL parsers remove `.` and `..`, also
/// percent-encoded (URL Standard, "path state"). The request would go to another path.
///
/// # Examples
///
/// ```
/// use api_runtime::path_segment;
///
/// assert_eq!(path_segment("name", "a b/c\\d").unwrap(), "a%20b%2Fc%5Cd");
/// assert!(path_segment("name", "..").is_err());
/// ```
pub fn path_segment<'a>(name: &'static str, value: &'a str) -> Result<Cow<'a, str>, ParameterError> {
    let problem = match value {
        "" => EMPTY,
        "." => "is `.`, which URL parsers remove",
        ".." => "is `..`, which URL parsers remove together with the segment before it",
        // Most values are ids, which need no encoding.
        _ if value.bytes().all(|byte| byte.is_ascii_alphanumeric()) => return Ok(value.into()),
        _ => return Ok(utf8_percent_encode(value, ENCODED).into()),
    };
    Err(ParameterError::new(Place::Path, name, problem))
}

/// The same for a value that is not text: its text in JSON is encoded.
///
/// # Errors
///
/// As for [`path_segment`], and if the value is a list, an object or null.
///
/// # Examples
///
/// ```
/// use api_runtime::path_parameter;
///
/// assert_eq!(path_parameter("page", &2).unwrap(), "2");
/// assert!(path_parameter("page", &[2]).is_err());
/// ```
pub fn path_parameter<T: Serialize + ?Sized>(name: &'static str, value: &T) -> Result<String, ParameterError> {
    let text = text(value).map_err(|problem| ParameterError::new(Place::Path, name, problem))?;
    path_segment(name, &text).map(Cow::into_owned)
}

/// The same for a value that is only a part of its segment, beside text that has more than dots. So it may be `.` or
/// `..`.
///
/// # Errors
///
/// If the value is empty, a list, an object or null.
///
/// # Examples
///
/// ```
/// use api_runtime::path_part;
///
/// assert_eq!(path_part("version", "..").unwrap(), "..");
/// assert!(path_part("version", "").is_err());
/// ```
pub fn path_part<T: Serialize + ?Sized>(name: &'static str, value: &T) -> Result<String, ParameterError> {
    match text(value) {
        Ok(text) if text.is_empty() => Err(ParameterError::new(Place::Path, name, EMPTY)),
        Ok(text) => Ok(utf8_percent_encode(&text, ENCODED).to_string()),
        Err(problem) => Err(ParameterError::new(Place::Path, name, problem)),
    }
}

const EMPTY: &str = "is empty";

#[cfg(test)]
mod tests {
    use reqwest::Url;

    use super::*;

    #[test]
    fn every_encoded_value_is_one_segment_of_a_parsed_url() {
        let singles = (0..=0x7f_u8).map(|byte| char::from(byte).to_string());
        let doubles = (0..=0x7f_u8).map(|byte| format!("a{}b", char::from(byte)));
        let words = ["...", "..a", "%2e%2e", "%2E", "ü", "\u{7f}\u{80}", "a/../b", "\\..\\", " ", "?x=1#y"];
        for value in singles.chain(doubles).chain(words.map(str::to_owned)).filter(|value| value != ".") {
            let segment = path_segment("id", &value).unwrap();
            let url = Url::parse(&format!("https://example.com/things/{segment}/parts")).unwrap();
            assert_eq!(url.path(), format!("/things/{segment}/parts"), "{value:?}");
            let decoded = percent_encoding::percent_decode_str(&segment).decode_utf8().unwrap();
            assert_eq!(decoded, value);
        }
    }

    #[test]
    fn values_that_no_url_can_carry_are_rejected_by_name() {
        for (value, problem) in [("", "is empty"), (".", "is `.`"), ("..", "is `..`")] {
            let error = path_segment("account_id", value).unwrap_err().to_string();
            assert!(error.starts_with("the path parameter `account_id` ") && error.contains(problem), "{error}");
        }
    }
}
