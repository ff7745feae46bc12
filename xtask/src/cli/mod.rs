//! The tasks, and what they print.

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
#[command(name = "cargo xtask", about = "Development tasks: everything generated is generated here")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) task: Task,
}

/// A task of the program.
#[derive(Subcommand)]
pub(crate) enum Task {
    #[command(flatten)]
    InWorkspace(WorkspaceTask),
    /// What other tasks run in a process of its own; it needs no workspace
    #[command(hide = true)]
    Generator {
        #[arg(long, value_name = "MIB")]
        memory_mib: usize,
    },
}

/// A task for the workspace that contains the working directory.
#[derive(Subcommand)]
pub(crate) enum WorkspaceTask {
    /// Write the low-level client, the typed mocks and the SDK's methods of every SDK under spec/
    Generate(generate::Arguments),
    /// Work on the SDKs of this workspace
    #[command(subcommand)]
    Sdk(sdk::Task),
    /// Work on the API's documents
    #[command(subcommand)]
    Spec(spec::Task),
    /// Get an SDK ready to be released
    #[command(subcommand)]
    Release(release::Task),
}

/// How much memory the generator may take for a document by default: many times what known documents need.
const MEMORY_MIB: usize = 2048;

impl WorkspaceTask {
    /// Runs the task.
    ///
    /// # Errors
    ///
    /// If it fails, or finds problems.
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
