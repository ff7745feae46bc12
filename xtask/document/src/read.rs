//! Reads a document from a file.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::{Error, Format};
use crate::parse;

/// The revision of a document that has none: before all released ones.
pub const UNDATED: &str = "2000-01-01";

/// A document, and where it is from.
#[derive(Deserialize, Serialize)]
pub struct Document {
    /// Its path, as it is reported.
    pub path: PathBuf,
    /// Its revision: a date.
    pub revision: String,
    /// The hash of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its content.
    pub value: Value,
}

/// Reads a document: its bytes, and its content.
///
/// # Errors
///
/// If it cannot be read, is neither JSON nor YAML, has a duplicate key, or is no object.
pub fn read(path: &Path) -> Result<(Vec<u8>, Value), Error> {
    let path = || path.to_owned();
    let bytes = fs::read(path()).map_err(|source| Error::Io { path: path(), source })?;
    // A byte order mark is no part of the text (RFC 8259, section 8.1).
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let is_json = text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let (format, value) = if is_json { (Format::Json, parse::json(text)) } else { (Format::Yaml, parse::yaml(text)) };
    let value = value.map_err(|source| Error::Syntax { path: path(), format, source })?;
    if !value.is_object() {
        return Err(Error::NoObject { path: path() });
    }
    Ok((bytes, value))
}

/// The hash by which a document is known, in hexadecimal.
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_is_read_as_well_as_json() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("document");
        let read = |text: &str| {
            fs::write(&file, text).unwrap();
            read(&file).unwrap().1
        };
        assert_eq!(read("openapi: 3.0.3\npaths: {}\n"), read(r#"{"openapi": "3.0.3", "paths": {}}"#));
        assert_eq!(read("\u{feff}openapi: 3.0.3\n"), read("\u{feff}{\"openapi\": \"3.0.3\"}"), "byte order mark");
    }

    #[test]
    fn text_that_is_neither_json_nor_yaml_is_rejected() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("document");
        for (text, part) in [
            ("{\"openapi\": ", "not valid JSON"),
            ("a: [b", "not valid JSON or YAML"),
            ("\u{0}", "not valid JSON or YAML"),
            ("", "no OpenAPI document"),
            ("[]", "no OpenAPI document"),
            ("text", "no OpenAPI document"),
        ] {
            std::fs::write(&file, text).unwrap();
            let error = read(&file).unwrap_err();
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
