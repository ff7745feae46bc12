//! Errors of code generation.

use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why no code can be generated.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The document is not an OpenAPI 3.0 document.
    #[error(transparent)]
    Document(#[from] xtask_document::Error),
    /// Operations of the document need something that the generator does not support.
    #[error("{}", faults.join("; "))]
    Unsupported {
        /// The unsupported operations, with the reasons.
        faults: Vec<String>,
    },
    /// The generator panicked, or rejected the document.
    #[error("{message}")]
    Generator {
        /// Its message.
        message: String,
    },
    /// The generator needs more memory than it may take.
    #[error(
        "the generator needs more than {limit_mib} MiB of memory for the document; use a smaller slice, or raise the limit \
         with --memory-mib"
    )]
    Memory {
        /// The limit.
        limit_mib: usize,
    },
    /// The generator wrote code that a pass does not expect. Passes support one version of the generator.
    #[error(transparent)]
    UnexpectedCode(Box<dyn StdError + Send + Sync>),
    /// The code has items with the same name in one module, and would not compile.
    #[error(
        "{code} would not compile: it has more than one item named {}; rename a schema in [names.types] of sdk.toml",
        names.join(", ")
    )]
    Duplicates {
        /// The code, in words.
        code: &'static str,
        /// The names, with their modules.
        names: Vec<String>,
    },
    /// The process of the generator cannot be run.
    #[error("cannot run {}", program.display())]
    Process {
        /// The program.
        program: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The input or output of the generator's process is incomplete.
    #[error("the {what} of the generator's process is incomplete")]
    Pipe {
        /// The input or the output.
        what: &'static str,
        /// The error of the decoder.
        source: serde_json::Error,
    },
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::UnexpectedCode(error.into())
    }
}
