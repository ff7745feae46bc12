//! Parts of JSON pointers (RFC 6901).

use percent_encoding::percent_decode_str;

/// A name as a part of a JSON pointer.
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name of a part of a JSON pointer in a URI fragment (RFC 6901, section 6).
///
/// ```
/// assert_eq!(xtask_document::pointer::unescape("~1things~1%7Bid%7D"), "/things/{id}");
/// ```
pub fn unescape(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().replace("~1", "/").replace("~0", "~")
}
