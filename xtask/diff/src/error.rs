//! Errors of comparisons.

use thiserror::Error;

/// Why documents or generated code cannot be compared.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The importer rejects the document.
    #[error("the document cannot be imported")]
    Import(#[from] xtask_import::Error),
    /// No client can be generated from the document.
    #[error("no client can be generated from the document")]
    Generate(#[from] xtask_codegen::Error),
    /// Generated code has a public item that the surface has no line for.
    #[error("{problem}")]
    Surface {
        /// The item, and why.
        problem: String,
    },
    /// An imported document, or changes, cannot be read or written as JSON.
    #[error("cannot read or write JSON")]
    Json(#[from] serde_json::Error),
}
