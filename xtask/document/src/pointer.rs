//! Parts of JSON pointers (RFC 6901).

/// A name as a part of a JSON pointer.
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name that a part of a JSON pointer in a URI fragment stands for (RFC 6901, section 6).
///
/// ```
/// assert_eq!(xtask_document::pointer::unescape("~1things~1%7Bid%7D"), "/things/{id}");
/// ```
pub fn unescape(part: &str) -> String {
    let mut parts = part.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let byte = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(b'%'));
        bytes.extend(part.bytes().skip(if byte.is_some() { 2 } else { 0 }));
    }
    String::from_utf8_lossy(&bytes).replace("~1", "/").replace("~0", "~")
}
