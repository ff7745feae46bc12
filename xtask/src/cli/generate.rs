//! `cargo xtask generate`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;

use super::{MEMORY_MIB, print_written};
use xtask::generate;
use xtask::workspace::Workspace;
use xtask_codegen::GeneratorProcess;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; print a diff of every stale, missing or orphaned file, and fail if there is one
    #[arg(long)]
    check: bool,
    /// Generate only this SDK, into another folder
    #[arg(long, value_name = "NAME", requires = "out", conflicts_with = "check")]
    sdk: Option<String>,
    /// The revision to generate; by default, the current one
    #[arg(long, value_name = "DATE", requires = "out")]
    revision: Option<String>,
    /// The other folder
    #[arg(long, value_name = "DIR", requires = "sdk")]
    out: Option<PathBuf>,
    /// The memory limit of the generator for a document; it fails above that
    #[arg(long, value_name = "MIB", default_value_t = MEMORY_MIB)]
    memory_mib: usize,
}

impl Arguments {
    pub(super) fn run(self, workspace: &Workspace, output: &mut impl Write) -> Result<()> {
        let Self { check, sdk, revision, out, memory_mib } = self;
        let process = GeneratorProcess::of_this_program(memory_mib)?;
        match (sdk, out) {
            (Some(sdk), Some(out)) => {
                let written = generate::write_to(workspace, &process, &sdk, revision.as_deref(), &out)?;
                print_written(output, written.iter().map(|path| out.join(path)))
            }
            _ if check => generate::check(workspace, &process),
            _ => generate::write(workspace, &process),
        }
    }
}
