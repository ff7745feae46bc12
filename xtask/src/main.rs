//! The command line of the workspace's development tasks.

mod cli;

use std::alloc::System;
use std::io::{self, ErrorKind};
use std::process::ExitCode;

use anyhow::{Context, Error, Result};
use cap::Cap;
use clap::Parser;

use crate::cli::{Arguments, Task};
use xtask::workspace::Workspace;
use xtask_codegen::run_worker;

/// Counts the memory of this program, so that the process of the generator can limit it.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        // The reader, such as `head`, has closed the pipe.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

fn run() -> Result<ExitCode> {
    match Arguments::parse().task {
        Task::Generator { memory_mib } => run_generator(memory_mib).map(|()| ExitCode::SUCCESS),
        Task::InWorkspace(task) => task.run(&Workspace::current()?, &mut io::stdout()),
    }
}

/// Generates code for the document in the input, with a memory limit.
fn run_generator(memory_mib: usize) -> Result<()> {
    let bytes = memory_mib.saturating_mul(1 << 20);
    let limit = MEMORY.set_limit(bytes).ok();
    limit.with_context(|| format!("{memory_mib} MiB of memory are not enough to start the generator"))?;
    Ok(run_worker(io::stdin().lock(), io::stdout().lock())?)
}
