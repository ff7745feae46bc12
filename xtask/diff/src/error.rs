//! Errors of comparisons.

use std::fmt;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// A document or generated code that cannot be compared.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The importer rejected a vendor's document.
    Import(Source),
    /// No client can be generated from a document.
    Generate(Source),
    /// Generated code has a public item that the surface has no line for.
    Surface(String),
    /// Changes could not be written as JSON.
    Json(serde_json::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Import(_) => f.write_str("the document cannot be imported"),
            Self::Generate(_) => f.write_str("no client can be generated from the document"),
            Self::Surface(problem) => f.write_str(problem),
            Self::Json(_) => f.write_str("the changes cannot be written as JSON"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Import(source) | Self::Generate(source) => Some(source.as_ref()),
            Self::Surface(_) => None,
            Self::Json(source) => Some(source),
        }
    }
}
