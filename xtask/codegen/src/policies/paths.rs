//! The literal text of paths is percent-encoded.
//!
//! In the client, a URL parser encodes it, and mocks compare the encoded path. With encoded text, both have the same
//! path.
//!
//! Seen in: a document of this workspace's tests. No vendor's document so far needs it.

use serde_json::Value;

pub(super) fn encode(document: &mut Value) {
    change_literals(document, encoded);
}

/// Changes the literal text of every path of a document. The names of parameters, in braces, stay.
pub(crate) fn change_literals(document: &mut Value, change: fn(&str) -> String) {
    let changed = |path: &str| {
        let mut parts = path.split('{');
        let first = parts.next().map(change);
        let others = parts.map(|part| match part.split_once('}') {
            Some((parameter, literal)) => format!("{{{parameter}}}{}", change(literal)),
            None => format!("{{{part}"),
        });
        first.into_iter().chain(others).collect()
    };
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        *paths = std::mem::take(paths).into_iter().map(|(path, item)| (changed(&path), item)).collect();
    }
}

/// Encodes the characters of a path's text that are not allowed in URLs (RFC 3986, section 3.3: `pchar`).
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for (index, char) in text.char_indices() {
        let is_escape = char == '%' && text.get(index..index.saturating_add(3)).is_some_and(is_escape);
        if is_escape || char.is_ascii_alphanumeric() || "/-._~!$&'()*+,;=:@}".contains(char) {
            encoded.push(char);
        } else {
            for byte in char.encode_utf8(&mut [0; 4]).bytes() {
                encoded += &format!("%{byte:02X}");
            }
        }
    }
    encoded
}

/// Whether a text of three bytes is a percent-encoded byte.
fn is_escape(text: &str) -> bool {
    text.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_encoded_and_parameters_and_escapes_are_not() {
        let mut document = json!({"paths": {r"/a b/{c d}/%20/5%/\ü|{e}[x]+~": {}}});
        encode(&mut document);
        assert_eq!(document, json!({"paths": {"/a%20b/{c d}/%20/5%25/%5C%C3%BC%7C{e}%5Bx%5D+~": {}}}));
    }
}
