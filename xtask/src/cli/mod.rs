//! The tasks and their output.

mod generate;
mod release;
mod sdk;
mod spec;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::{Parser, Subcommand};

use xtask::workspace::Workspace;

/// The arguments of the program.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Development tasks: import documents, generate code, release SDKs"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) task: Task,
}

/// A task of the program.
#[derive(Subcommand)]
pub(crate) enum Task {
    #[command(flatten)]
    InWorkspace(WorkspaceTask),
    /// Run the generator for another task; needs no workspace
    #[command(hide = true)]
    Generator {
        #[arg(long, value_name = "MIB")]
        memory_mib: usize,
    },
}

/// A task for the workspace that contains the working directory.
#[derive(Subcommand)]
pub(crate) enum WorkspaceTask {
    /// Write the low-level client, the typed mocks and the operation methods of every SDK under spec/
    Generate(generate::Arguments),
    /// Work on the SDKs of this workspace
    #[command(subcommand)]
    Sdk(sdk::Task),
    /// Work on the API's documents
    #[command(subcommand)]
    Spec(spec::Task),
    /// Prepare the release of an SDK
    #[command(subcommand)]
    Release(release::Task),
}

/// The default memory limit of the generator for a document: many times what known documents need.
const MEMORY_MIB: usize = 2048;

impl WorkspaceTask {
    /// Runs the task.
    ///
    /// # Errors
    ///
    /// If the task fails or finds problems.
    pub(crate) fn run(self, workspace: &Workspace, output: &mut impl Write) -> Result<ExitCode> {
        match self {
            Self::Generate(arguments) => arguments.run(workspace, output)?,
            Self::Sdk(task) => task.run(workspace, output)?,
            Self::Spec(task) => return task.run(workspace, output),
            Self::Release(task) => task.run(workspace, output)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn fail_on(output: &mut impl Write, problems: &[String]) -> Result<()> {
    for problem in problems {
        writeln!(output, "{problem}")?;
    }
    let count = problems.len();
    ensure!(count == 0, "{count} {}", if count == 1 { "problem" } else { "problems" });
    Ok(())
}

fn print_written(output: &mut impl Write, written: impl IntoIterator<Item = PathBuf>) -> Result<()> {
    for path in written {
        writeln!(output, "wrote {}", path.display())?;
    }
    Ok(())
}
