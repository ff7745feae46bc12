//! `cargo xtask release`.

use std::io::Write;

use anyhow::Result;
use clap::Subcommand;

use super::{MEMORY_MIB, fail_on};
use xtask::release::{self, Notes};
use xtask::workspace::Workspace;
use xtask_codegen::GeneratorProcess;

#[derive(Subcommand)]
pub(crate) enum Task {
    /// Check versions, changelog, generated code, and the documents and public surfaces of releases; exits with 1 if
    /// there is a problem
    Check {
        /// The SDK; by default, every SDK
        #[arg(value_name = "NAME")]
        sdk: Option<String>,
    },
    /// Print the changes since the last release, as a section of the changelog
    Notes {
        /// The SDK; may be omitted if there is only one
        #[arg(value_name = "NAME")]
        sdk: Option<String>,
        /// Write the section into CHANGELOG.md as the newest entry, and record the code's public surface under
        /// spec/NAME/surfaces/; if the crates' version already has an entry, only record the surface
        #[arg(long)]
        write: bool,
    },
}

impl Task {
    pub(super) fn run(self, workspace: &Workspace, output: &mut impl Write) -> Result<()> {
        match self {
            Self::Check { sdk } => {
                let process = GeneratorProcess::of_this_program(MEMORY_MIB)?;
                let report = release::check(workspace, &process, sdk.as_deref())?;
                fail_on(output, &report.problems)?;
                for ready in &report.ready {
                    writeln!(output, "{ready}")?;
                }
            }
            Self::Notes { sdk, write } => {
                let notes = Notes::make(workspace, workspace.sdk(sdk.as_deref())?)?;
                if write {
                    notes.write(workspace)?;
                } else {
                    write!(output, "{}", notes.text)?;
                }
            }
        }
        Ok(())
    }
}
