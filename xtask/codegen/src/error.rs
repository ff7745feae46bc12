//! Errors of code generation.

use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why no code can be generated.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The document is no OpenAPI 3.0 document.
    #[error(transparent)]
    Document(#[from] xtask_document::Error),
    /// Operations of the document need something that the generator does not support.
    #[error("{}", faults.join("; "))]
    Unsupported {
        /// Each operation, with what it needs.
        faults: Vec<String>,
    },
    /// The generator panicked, or rejected the document.
    #[error("{message}")]
    Generator {
        /// What it said.
        message: String,
    },
    /// The generator needs more memory than it may take.
    #[error(
        "the generator needs more than {limit_mib} MiB of memory for it; take a smaller slice, or allow more with \
         --memory-mib"
    )]
    Memory {
        /// The limit.
        limit_mib: usize,
    },
    /// The generator wrote code that a pass does not know: passes are made for one version of the generator.
    #[error(transparent)]
    UnexpectedCode(Box<dyn StdError + Send + Sync>),
    /// The code has items of one name in one module, and would not compile.
    #[error(
        "{code} would not compile, it has more than one item named {}; rename a schema in [names.types] of sdk.toml",
        names.join(", ")
    )]
    Duplicates {
        /// Which code it is.
        code: &'static str,
        /// The names, with their modules.
        names: Vec<String>,
    },
    /// The process of the generator cannot be run.
    #[error("cannot run {}", program.display())]
    Process {
        /// The program.
        program: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// What is sent between the processes is not complete.
    #[error("the {what} of the generator's process is not complete")]
    Pipe {
        /// The input or the output.
        what: &'static str,
        /// Where it ends.
        source: serde_json::Error,
    },
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::UnexpectedCode(error.into())
    }
}
