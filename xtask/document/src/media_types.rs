//! Media types of bodies.

/// JSON (RFC 8259).
pub const JSON: &str = "application/json";

/// A form: names and values, encoded as in a query.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// The extension of a media type object for the media type to send. The generator supports few media types, so the
/// importer lists the object under one of those.
pub const CONTENT_TYPE: &str = "x-content-type";

/// A media type without its parameters, in lower case.
pub fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether the content of a media type is JSON: `application/json`, `text/json` and the suffix `+json` (RFC 6839,
/// section 3.1).
pub fn is_json(media_type: &str) -> bool {
    essence(media_type).split_once('/').is_some_and(|(_, subtype)| subtype == "json" || subtype.ends_with("+json"))
}

/// Whether a media type names one type, so that a header can hold it: `*/*` and `image/*` are ranges.
pub fn is_sendable(media_type: &str) -> bool {
    media_type.contains('/') && media_type.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_type_is_json_by_its_subtype() {
        for json in ["application/json", "Text/JSON; charset=utf-8", "application/vnd.api+json", "application/*+json"] {
            assert!(is_json(json), "{json}");
        }
        for other in ["application/x-ndjson", "application/json-seq", "application/json+sarif", "*/*", "json"] {
            assert!(!is_json(other), "{other}");
        }
    }

    #[test]
    fn range_of_media_types_is_not_sendable() {
        assert!(is_sendable("text/csv; header=present"));
        for range in ["*/*", "image/*", "application/*+json", "binary", "text/ü", ""] {
            assert!(!is_sendable(range), "{range}");
        }
    }
}
