//! A body that is not the documented one.

use std::fmt;

use serde::de::IgnoredAny;

/// A description of a body that is not the documented one: its content type, length and form, without its content.
///
/// ```
/// use cloudflare_client::{AccountId, Error, ErrorKind};
///
/// /// Whether something in front of the API, such as a firewall, blocked the call.
/// fn is_blocked(error: &Error) -> bool {
///     error.kind() == ErrorKind::Permission && error.unexpected_body().is_some_and(|body| !body.is_json())
/// }
///
/// assert!(!is_blocked(&AccountId::new("../user").unwrap_err()));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnexpectedBody {
    content_type: Option<String>,
    length: usize,
    shape: Shape,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Shape {
    Empty,
    Html,
    Utf16,
    Utf32,
    NotUtf8,
    CutOff,
    Text,
    OtherJson,
    TooLarge,
}

impl UnexpectedBody {
    /// A body that was not read to its end, since it is larger than a limit.
    pub(crate) fn too_large(content_type: Option<String>, limit: usize) -> Self {
        Self { content_type, length: limit, shape: Shape::TooLarge }
    }

    pub(crate) fn new(content_type: Option<String>, body: &[u8]) -> Self {
        Self { content_type, length: body.len(), shape: Shape::of(body) }
    }

    /// The response's media type, without parameters.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The body's length in bytes, after decompression. For a body that was not read to its end, it is the limit.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Whether the body is a complete JSON document.
    pub fn is_json(&self) -> bool {
        self.shape == Shape::OtherJson
    }
}

impl Shape {
    fn of(body: &[u8]) -> Self {
        let body = without_bom(body);
        match body {
            [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Self::Utf32,
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Self::Utf16,
            _ => {}
        }
        let (text, is_complete) = match std::str::from_utf8(body) {
            Ok(text) => (text, true),
            // The body may be cut off within a character.
            Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
                let complete = body.get(..error.valid_up_to()).unwrap_or_default();
                (std::str::from_utf8(complete).unwrap_or_default(), false)
            }
            Err(_) => return Self::NotUtf8,
        };
        let text = text.trim_start();
        if text.is_empty() && is_complete {
            return Self::Empty;
        }
        // This builds no value and does not recurse. 64 MiB take up to 0.4 s, and each open bracket takes a byte or
        // two.
        match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) if is_complete => Self::OtherJson,
            Err(_) if text.starts_with('<') => Self::Html,
            Err(error) if error.is_eof() => Self::CutOff,
            _ => Self::Text,
        }
    }
}

/// A body without the byte order mark at its start, which a reader of JSON may ignore (RFC 8259, section 8.1).
pub(crate) fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body)
}

impl fmt::Display for UnexpectedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = match self.shape {
            Shape::Empty => return f.write_str("an empty body"),
            Shape::Html => "a page of HTML or XML",
            Shape::Utf16 => "text in UTF-16",
            Shape::Utf32 => "text in UTF-32",
            Shape::NotUtf8 => "bytes that are not UTF-8",
            Shape::CutOff => "JSON that is cut off",
            Shape::Text => "text that is not JSON",
            Shape::OtherJson => "JSON of another shape",
            Shape::TooLarge => "a body that was not read to its end",
        };
        let content_type = self.content_type().unwrap_or("no content type");
        if self.shape == Shape::TooLarge {
            return write!(f, "{shape} ({content_type}, more than {} bytes)", self.length);
        }
        write!(f, "{shape} ({content_type}, {} bytes)", self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_is_described_and_not_printed() {
        for (body, description) in [
            (&b""[..], "an empty body"),
            (b" \n", "an empty body"),
            (b"<html>secret</html>", "a page of HTML or XML (text/html, 19 bytes)"),
            (b"\xef\xbb\xbf", "an empty body"),
            (b"\xef\xbb\xbf{\"secret\": 1}", "JSON of another shape (text/html, 16 bytes)"),
            (b"\xef\xbb\xbf<html>secret</html>", "a page of HTML or XML (text/html, 22 bytes)"),
            (b"\xff\xfes\0e\0c\0", "text in UTF-16 (text/html, 8 bytes)"),
            (b"\xfe\xff\0s\0e\0c", "text in UTF-16 (text/html, 8 bytes)"),
            (b"\xff\xfe\0\0s\0\0\0", "text in UTF-32 (text/html, 8 bytes)"),
            (b"\0\0\xfe\xff\0\0\0s", "text in UTF-32 (text/html, 8 bytes)"),
            (b"\xffsecret", "bytes that are not UTF-8 (text/html, 7 bytes)"),
            (b"\xc3", "bytes that are not UTF-8 (text/html, 1 bytes)"),
            (b"{\"secret\": \"\xc3", "JSON that is cut off (text/html, 13 bytes)"),
            (b"{\"secret\": 1}\xc3", "text that is not JSON (text/html, 14 bytes)"),
            (b"{\"secret\": tru", "JSON that is cut off (text/html, 14 bytes)"),
            (b"secret", "text that is not JSON (text/html, 6 bytes)"),
            (b"{\"secret\": 1}", "JSON of another shape (text/html, 13 bytes)"),
        ] {
            assert_eq!(UnexpectedBody::new(Some("text/html".into()), body).to_string(), description);
        }
    }

    #[test]
    fn deeply_nested_json_is_described_without_recursion() {
        let open = "[".repeat(100_000);
        let closed = format!("{open}{}", "]".repeat(100_000));
        for (body, description) in [(open, "JSON that is cut off"), (closed, "JSON of another shape")] {
            assert!(UnexpectedBody::new(None, body.as_bytes()).to_string().starts_with(description));
        }
    }
}
