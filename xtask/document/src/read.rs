//! Reads a document from a file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::parse;

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
pub fn read(path: &Path) -> Result<(Vec<u8>, Value)> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let is_json = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let value = if is_json {
        parse::json(&bytes).with_context(|| format!("{} is not valid JSON", path.display()))?
    } else {
        parse::yaml(&bytes).with_context(|| format!("{} is neither JSON nor YAML", path.display()))?
    };
    ensure!(value.is_object(), "{} is no OpenAPI document: it holds no object", path.display());
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
    }

    #[test]
    fn text_that_is_neither_json_nor_yaml_is_rejected() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("document");
        for (text, part) in [
            ("{\"openapi\": ", "not valid JSON"),
            ("a: [b", "neither JSON nor YAML"),
            ("\u{0}", "neither JSON nor YAML"),
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
