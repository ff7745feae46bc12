//! The program that decodes and encodes examples: its source, and how it is run.

use std::fmt::Write;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use xtask_codegen::packages::crate_path;

use super::Made;
use crate::generate::write_file;
use crate::groups::{GroupWorkspace, run};

/// A line of the program's input.
#[derive(Serialize)]
pub(super) struct Input<'a> {
    /// The SDK.
    pub(super) group: &'a str,
    /// The operation's id.
    pub(super) operation: &'a str,
    /// The example.
    pub(super) text: String,
}

/// A line of the program's output.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Output {
    /// The encoded value.
    Encoded(String),
    /// Why the example was rejected.
    Rejected(String),
}

const MAIN: &str = include_str!("../../templates/examples/main.rs");
const MANIFEST: &str = include_str!("../../templates/examples/Cargo.toml");

/// Writes the program for the types of some groups, by operation id, compiles it, and runs it with all inputs.
pub(super) fn decode_and_encode(
    groups: &GroupWorkspace<'_>,
    types: &[Made<'_>],
    inputs: &[Input<'_>],
) -> Result<Vec<Output>> {
    let package = format!("{}-examples", groups.prefix);
    let folder = groups.workspace.root().join("crates").join(&package);
    let (mut manifest, mut modules, mut table) = (MANIFEST.replace("PACKAGE", &package), String::new(), String::new());
    for (group, _, types) in types {
        let (api, module) = (format!("{}-api", group.sdk), crate_path(&group.sdk));
        writeln!(manifest, "{api}.workspace = true")?;
        writeln!(modules, "mod {module};")?;
        writeln!(table, "    ({:?}, {module}::OPERATIONS),", group.sdk)?;
        let mut text = format!(
            "#[allow(unused_imports)]\nuse {}::types;\n\npub(crate) const OPERATIONS: &[crate::Operation] = &[\n",
            crate_path(&api)
        );
        for (operation, of) in types {
            writeln!(text, "    ({operation:?}, crate::decode::<{of}>),")?;
        }
        write_file(&folder.join(format!("src/{module}.rs")), &(text + "];\n"))?;
    }
    let main = MAIN.replace("// MODULES\n", &modules).replace("    // GROUPS\n", &table);
    write_file(&folder.join("Cargo.toml"), &manifest)?;
    write_file(&folder.join("src/main.rs"), &main)?;

    let lines = inputs.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    let output = run(groups.workspace.root(), &package, lines.join("\n").as_bytes())?;
    let lines = output.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let outputs = lines.map(serde_json::from_slice).collect::<Result<Vec<_>, _>>();
    let outputs = outputs.with_context(|| format!("the output of {package} is not understood"))?;
    ensure!(outputs.len() == inputs.len(), "{package} read {} examples and wrote {}", inputs.len(), outputs.len());
    Ok(outputs)
}
