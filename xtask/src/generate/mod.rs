//! `cargo xtask generate`: writes the generated code of every SDK.
//!
//! One plan has the path and the content of every generated file: `generated.rs` of the api crate, of the mock crate
//! and, if `sdk.toml` names one, of the SDK crate. `write` and `check` compare the same plan with the checkout, so they
//! cannot disagree. A file that is stale, missing or orphaned fails the check, which is also a test.
//!
//! The header of a file names the document, its hash and the generator's version.

mod drift;
mod file;

use std::fs;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::sdk::{Manifest, Sdk};
use crate::workspace::Workspace;
use drift::{Drift, Kind};
use file::GeneratedFile;
use xtask_codegen::GeneratorProcess;
use xtask_document::Document;
use xtask_document::read::sha256;
use xtask_import::Import;

/// Writes what is stale or missing and removes what is orphaned. A file that is current is not touched.
///
/// # Errors
///
/// If a document cannot be read or generated from, or a file cannot be written.
pub fn write(workspace: &Workspace, process: &GeneratorProcess) -> Result<()> {
    for drift in drift::find(workspace.root(), &plan(workspace, process)?)? {
        let path = workspace.root().join(&drift.path);
        match drift.kind {
            Kind::Stale | Kind::Missing => {
                write_file(&path, &drift.planned)?;
                writeln!(stdout(), "wrote {}", drift.path.display())?;
            }
            Kind::Orphaned => {
                fs::remove_file(&path).with_context(|| format!("cannot remove {}", drift.path.display()))?;
                writeln!(stdout(), "removed {}", drift.path.display())?;
            }
        }
    }
    Ok(())
}

/// Prints a diff for every file that is not as it would be written. Writes nothing.
///
/// # Errors
///
/// If there is such a file, or a document cannot be read or generated from.
pub fn check(workspace: &Workspace, process: &GeneratorProcess) -> Result<()> {
    let drifts = drift::find(workspace.root(), &plan(workspace, process)?)?;
    for drift in &drifts {
        writeln!(stdout(), "{}: {}\n{}", drift.kind, drift.path.display(), drift.diff())?;
    }
    fail_on(&drifts)
}

/// As `check`, without printing diffs.
pub(crate) fn check_quietly(workspace: &Workspace, process: &GeneratorProcess) -> Result<()> {
    fail_on(&drift::find(workspace.root(), &plan(workspace, process)?)?)
}

fn fail_on(drifts: &[Drift]) -> Result<()> {
    if drifts.is_empty() {
        return Ok(());
    }
    let list: Vec<_> = drifts.iter().map(|drift| format!("{} ({})", drift.path.display(), drift.kind)).collect();
    bail!("generated files are not current: {}; run `cargo xtask generate`", list.join(", "))
}

/// Writes the generated files of any revision of one SDK below another folder, so that it can be rebuilt and compared.
/// The result is what was written, relative to that folder.
///
/// # Errors
///
/// If there is no such SDK or revision, or a file cannot be written.
pub fn write_to(
    workspace: &Workspace,
    process: &GeneratorProcess,
    sdk: &str,
    revision: Option<&str>,
    out: &Path,
) -> Result<Vec<PathBuf>> {
    let sdk = workspace.sdk(Some(sdk))?;
    let document = match revision {
        Some(revision) => sdk.revision(workspace.root(), revision)?,
        None => sdk.current(workspace.root())?,
    };
    let mut written = Vec::new();
    for file in files(process, &sdk, document)? {
        write_file(&out.join(&file.path), &file.content)?;
        written.push(file.path);
    }
    Ok(written)
}

/// Generates from a document that is not a revision yet, and keeps nothing of it.
///
/// # Errors
///
/// If no code can be generated from it.
pub fn try_generate(process: &GeneratorProcess, sdk: &Sdk, import: &Import) -> Result<()> {
    let value = serde_json::from_str(&import.text)?;
    let (path, revision, sha256) = (sdk.document(&import.revision), import.revision.clone(), sha256(&import.text));
    files(process, sdk, Document { path, revision, sha256, value }).map(|_| ())
}

/// Writes a file, and the folder that it is in.
pub(crate) fn write_file(path: &Path, content: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

fn plan(workspace: &Workspace, process: &GeneratorProcess) -> Result<Vec<GeneratedFile>> {
    let mut plan = Vec::new();
    for sdk in workspace.sdks()? {
        plan.extend(files(process, &sdk, sdk.current(workspace.root())?)?);
    }
    Ok(plan)
}

/// The generated files of one document.
fn files(process: &GeneratorProcess, sdk: &Sdk, document: Document) -> Result<Vec<GeneratedFile>> {
    let Manifest { crates, slice, .. } = &sdk.manifest;
    let header = file::header(&document)?;
    let context = format!("cannot generate from {} ({slice})", document.path.display());
    let code = process.run(document, crates.generated()).context(context)?;
    let file = |package: &str, code: &str| GeneratedFile::new(package, &header, code);
    let front = crates.sdk.as_deref().zip(code.sdk.as_deref()).map(|(package, code)| file(package, code));
    Ok([file(&crates.api, &code.client), file(&crates.mock, &code.mocks)].into_iter().chain(front).collect())
}
