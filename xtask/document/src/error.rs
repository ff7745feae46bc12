//! Errors of reading and checking a document.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a document cannot be read, or is none that can be worked with.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read {path}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The text is neither JSON nor YAML, has a duplicate key, or is too large once its aliases are expanded.
    #[error("{path} is not valid {format}", path = path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The format that its first character promises.
        format: Format,
        /// What is wrong, and where.
        source: SyntaxError,
    },
    /// The text is no object.
    #[error("{path} is no OpenAPI document: it holds no object", path = path.display())]
    NoObject {
        /// The file.
        path: PathBuf,
    },
    /// The document is of another version of OpenAPI.
    #[error("it is OpenAPI {version}, and only 3.0.x is supported")]
    UnsupportedVersion {
        /// The version.
        version: String,
    },
    /// The document does not say its version.
    #[error("it is no OpenAPI document: it does not say which version it is; 3.0 is supported")]
    NoVersion,
    /// A part of the document is not as OpenAPI 3.0 has it.
    #[error("not an OpenAPI 3.0 document: the {what} at {place}")]
    Malformed {
        /// What it should be, such as `schema`.
        what: &'static str,
        /// Where it is, as a JSON pointer (RFC 6901).
        place: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A schema has a type that does not exist.
    #[error("not an OpenAPI 3.0 document: the schema at {place}: there is no type {name:?}")]
    UnknownType {
        /// Where the schema is, as a JSON pointer (RFC 6901).
        place: String,
        /// The type that it names.
        name: String,
    },
    /// A part of the document outside its schemas, parameters and responses is not as OpenAPI 3.0 has it.
    #[error("not an OpenAPI 3.0 document")]
    NotOpenApi(#[source] serde_json::Error),
    /// A schema consists of itself.
    #[error(
        "the schema {schema:?} is one of its own parts or alternatives, so no value of it can be read; fix it by a fixup in \
         sdk.toml"
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

/// What is wrong with the text of a document.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SyntaxError {
    /// The JSON is not valid.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The YAML is not valid, or JSON cannot express it.
    #[error(transparent)]
    Yaml(#[from] serde_yaml_ng::Error),
    /// The YAML nests too deep for its parser, which takes quadratic time to find out.
    #[error("more than {limit} braces are open at once")]
    TooDeep {
        /// How many may be open.
        limit: usize,
    },
}
