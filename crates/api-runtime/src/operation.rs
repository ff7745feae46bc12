//! Operations of an API's document.

use std::ops::RangeInclusive;

use memchr::memchr;
use percent_encoding::percent_decode;

/// An operation of an API's document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Operation {
    /// Its id.
    pub id: &'static str,
    /// Its method, in upper case.
    pub method: &'static str,
    /// Its path template: parameter names stand in braces.
    pub path: &'static str,
    /// The statuses that the document describes as successes.
    pub success: &'static [RangeInclusive<u16>],
}

impl Operation {
    /// An operation with an id, a method in upper case, and a path template. Its success has status 200.
    pub const fn new(id: &'static str, method: &'static str, path: &'static str) -> Self {
        Self { id, method, path, success: &[200..=200] }
    }

    /// Sets the statuses that the document describes as successes.
    pub const fn with_success(self, success: &'static [RangeInclusive<u16>]) -> Self {
        Self { success, ..self }
    }

    /// Whether the document describes a status as a success.
    pub fn is_success(&self, status: u16) -> bool {
        self.success.iter().any(|range| range.contains(&status))
    }

    /// Whether repeating the operation has the effect of calling it once (RFC 9110, section 9.2.2).
    pub const fn is_idempotent(&self) -> bool {
        matches!(self.method.as_bytes(), b"DELETE" | b"GET" | b"HEAD" | b"OPTIONS" | b"PUT" | b"TRACE")
    }

    /// Whether a request path is this operation's: it has the template's segments, and a value for each parameter. The
    /// path is the one of a parsed URL, without that of the base URL.
    ///
    /// # Examples
    ///
    /// ```
    /// let operation = api_runtime::Operation::new("get_part", "GET", "/things/{id}/parts/{part}");
    /// assert!(operation.has_path("/things/7/parts/a%2Fb"));
    /// assert!(!operation.has_path("/things/7/parts/"));
    /// assert!(!operation.has_path("/things/parts/7"));
    /// ```
    pub fn has_path(&self, path: &str) -> bool {
        let (mut templates, mut segments) = (segments(self.path), segments(path));
        loop {
            match (templates.next(), segments.next()) {
                (None, None) => return true,
                (Some(template), Some(segment)) if is_instance(segment, template) => {}
                _ => return false,
            }
        }
    }
}

/// The segments of a path, with those before and behind a slash at an end.
fn segments(path: &str) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(path.as_bytes());
    std::iter::from_fn(move || {
        let path = rest.take()?;
        // Faster than `split`, which looks at byte after byte.
        let Some(end) = memchr(b'/', path) else { return Some(path) };
        rest = path.get(end.saturating_add(1)..);
        path.get(..end)
    })
}

/// Whether a path segment is a template with a value for each parameter.
fn is_instance(segment: &[u8], template: &[u8]) -> bool {
    // Nearly every segment is a literal or one parameter, and needs no decoding.
    match template {
        [b'{', name @ .., b'}'] if !name.contains(&b'{') => return !segment.is_empty(),
        literal if literal == segment => return true,
        _ => {}
    }
    let decode = |text| percent_decode(text).decode_utf8_lossy();
    let segment = decode(segment);
    let mut parts = template.split(|byte| *byte == b'{');
    let Some(mut rest) = segment.strip_prefix(&*decode(parts.next().unwrap_or_default())) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        let literal = decode(part.splitn(2, |byte| *byte == b'}').nth(1).unwrap_or_default());
        let mut value = rest.chars();
        if value.next().is_none() {
            return false;
        }
        // A value is at least one character long. The last literal stands at the end.
        rest = match parts.peek() {
            None => return value.as_str().ends_with(&*literal),
            Some(_) => match value.as_str().split_once(&*literal) {
                Some((_, rest)) => rest,
                None => return false,
            },
        };
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operation_is_idempotent_only_if_its_method_is() {
        let idempotent = |method| Operation::new("thing", method, "/things").is_idempotent();
        assert!(["DELETE", "GET", "HEAD", "OPTIONS", "PUT", "TRACE"].into_iter().all(idempotent));
        assert!(!["CONNECT", "PATCH", "POST", "get", ""].into_iter().any(idempotent));
    }

    #[test]
    fn success_is_a_documented_status() {
        let operation = Operation::new("thing", "POST", "/things");
        assert!(operation.is_success(200) && !operation.is_success(201));
        let operation = operation.with_success(&[201..=201, 203..=204]);
        assert_eq!((200..=206).filter(|status| operation.is_success(*status)).collect::<Vec<_>>(), [201, 203, 204]);
    }

    #[test]
    fn path_matches_only_the_template_segment_by_segment() {
        for (template, path, expected) in [
            ("/things", "/things", true),
            ("/things", "/things/", false),
            ("/things", "/Things", false),
            ("/things/", "/things/", true),
            ("/things/{id}", "/things/7", true),
            ("/things/{id}", "/things/", false),
            ("/things/{id}", "/things", false),
            ("/things/{id}", "/things/7/8", false),
            ("/things/{id}", "/others/7", false),
            ("/things/{id}/parts", "/things/a%2Fb/parts", true),
            ("/things/{id}/parts", "/things//parts", false),
            ("/a b/{id}", "/a%20b/1", true),
            ("/things/{id}.json", "/things/7.json", true),
            ("/things/{id}.json", "/things/.json", false),
            ("/things/{id}.json", "/things/7.xml", false),
            ("/things/{a}:{b}", "/things/1:2", true),
            ("/things/{a}:{b}", "/things/1:", false),
            ("/things/{a}:{b}", "/things/12", false),
            ("/things/{a}{b}", "/things/12", true),
            ("/things/x{a}", "/things/y1", false),
        ] {
            assert_eq!(Operation::new("thing", "GET", template).has_path(path), expected, "{template} {path}");
        }
    }
}
