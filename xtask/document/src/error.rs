//! Errors of reading and checking a document.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a document cannot be read or is not supported.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read {path}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The text is neither JSON nor YAML, has a duplicate key, or is too large once its aliases are expanded.
    #[error("{path} is not valid {format}", path = path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The format, by the first character of the file.
        format: Format,
        /// The error of the parser.
        source: SyntaxError,
    },
    /// The text is not an object.
    #[error("{path} is no OpenAPI document: it contains no object", path = path.display())]
    NoObject {
        /// The file.
        path: PathBuf,
    },
    /// The document is of another version of OpenAPI.
    #[error("the document is OpenAPI {version}, and only 3.0.x is supported")]
    UnsupportedVersion {
        /// The version.
        version: String,
    },
    /// The document has no version.
    #[error("not an OpenAPI document: it has no field `openapi` with a version; 3.0.x is supported")]
    NoVersion,
    /// An object of the document does not conform to OpenAPI 3.0.
    #[error("not an OpenAPI 3.0 document: the {kind} at {place} is malformed")]
    Malformed {
        /// The kind of the object, such as `schema`.
        kind: &'static str,
        /// The place of the object, as a JSON pointer (RFC 6901).
        place: String,
        /// The error of the decoder.
        source: serde_json::Error,
    },
    /// A schema has a type that does not exist.
    #[error("not an OpenAPI 3.0 document: the schema at {place}: there is no type {name:?}")]
    UnknownType {
        /// The place of the schema, as a JSON pointer (RFC 6901).
        place: String,
        /// The unknown type.
        name: String,
    },
    /// A part of the document outside its schemas, parameters and responses does not conform to OpenAPI 3.0.
    #[error("not an OpenAPI 3.0 document")]
    NotOpenApi(#[source] serde_json::Error),
    /// A schema consists of itself.
    #[error(
        "the schema {schema:?} is one of its own parts or alternatives, so no value of it can be decoded; correct it with \
         a fixup in sdk.toml"
    )]
    Cycle {
        /// The name of the schema.
        schema: String,
    },
}

/// A format of documents.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Format {
    /// JSON (RFC 8259).
    Json,
    /// YAML.
    Yaml,
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Json => "JSON",
            Self::Yaml => "JSON or YAML",
        })
    }
}

/// Why the text of a document cannot be parsed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SyntaxError {
    /// The JSON is not valid.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The YAML is not valid, or JSON cannot express it.
    #[error(transparent)]
    Yaml(#[from] serde_yaml_ng::Error),
    /// The YAML is nested too deep for its parser, which takes quadratic time to detect that.
    #[error("more than {limit} braces are open at once")]
    TooDeep {
        /// The most braces that may be open at once.
        limit: usize,
    },
}
