//! `cargo xtask sdk`.

use std::collections::BTreeSet;
use std::io::Write;

use anyhow::Result;
use clap::Subcommand;

use super::{MEMORY_MIB, print_written};
use xtask::scaffold::Scaffold;
use xtask::workspace::Workspace;
use xtask_codegen::GeneratorProcess;
use xtask_import::Slice;

#[derive(Subcommand)]
pub(crate) enum Task {
    /// Create the folder under spec/ and the crates of a new SDK, ready to import a revision and to generate code
    New {
        /// The SDK: lower-case words with hyphens between them
        #[arg(value_name = "NAME")]
        name: String,
        /// The title of its documents; by default, derived from the name
        #[arg(long, value_name = "TEXT")]
        title: Option<String>,
        /// The description of its documents
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// A prefix of the paths that belong to it; may be repeated
        #[arg(long, value_name = "PREFIX")]
        path: Vec<String>,
        /// A tag whose operations belong to it; may be repeated
        #[arg(long, value_name = "TAG")]
        tag: Vec<String>,
        /// An operation that belongs to it, by the vendor's id; may be repeated
        #[arg(long, value_name = "ID")]
        operation: Vec<String>,
    },
}

impl Task {
    pub(super) fn run(self, workspace: &Workspace, output: &mut impl Write) -> Result<()> {
        let Self::New { name, title, description, path, tag, operation } = self;
        let [paths, tags, operations] = [path, tag, operation].map(BTreeSet::from_iter);
        let scaffold = Scaffold::new(&name, title, description, Slice { paths, tags, operations })?;
        print_written(output, scaffold.write(workspace, &GeneratorProcess::of_this_program(MEMORY_MIB)?)?)?;
        writeln!(
            output,
            "next: cargo xtask spec import --sdk {name} --from FILE --revision DATE && cargo xtask generate"
        )?;
        Ok(())
    }
}
