//! The command line of the workspace's development tasks.

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::{generate, workspace::Workspace};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Development tasks: everything generated is generated here")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write the low-level client and the typed mocks of every SDK under spec/
    Generate {
        /// Write nothing: print a diff for every stale, missing or orphaned file, and fail if there is one
        #[arg(long)]
        check: bool,
    },
}

fn main() -> Result<()> {
    let workspace = Workspace::current();
    match Arguments::parse().task {
        Task::Generate { check: true } => generate::check(&workspace),
        Task::Generate { check: false } => generate::write(&workspace),
    }
}
