//! `cargo xtask generate`: writes the generated code of every SDK.
//!
//! A plan has the path and the content of every generated file: `generated.rs` of the api crate, of the mock crate and,
//! if `sdk.toml` names one, of the SDK crate. `write` and `check` compare the same plan with the checkout. A stale,
//! missing or orphaned file fails the check, which is also a test.
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
use drift::{Drift, DriftKind};
use file::GeneratedFile;
use xtask_codegen::GeneratorProcess;
use xtask_document::Document;
use xtask_document::read::sha256;
use xtask_import::Import;

/// Writes stale and missing files, and removes orphaned ones. Current files are not touched.
///
/// # Errors
///
/// If a document cannot be read, no code can be generated for it, or a file cannot be written.
pub fn write(workspace: &Workspace, process: &GeneratorProcess) -> Result<()> {
    for drift in drift::find(workspace.root(), &plan(workspace, process)?)? {
        let path = workspace.root().join(&drift.path);
        match drift.kind {
            DriftKind::Stale | DriftKind::Missing => {
                write_file(&path, &drift.planned)?;
                writeln!(stdout(), "wrote {}", drift.path.display())?;
            }
            DriftKind::Orphaned => {
                fs::remove_file(&path).with_context(|| format!("cannot remove {}", drift.path.display()))?;
                writeln!(stdout(), "removed {}", drift.path.display())?;
            }
        }
    }
    Ok(())
}

/// Prints a diff of every stale, missing or orphaned file. It writes no file.
///
/// # Errors
///
/// If there is such a file, a document cannot be read, or no code can be generated for it.
pub fn check(workspace: &Workspace, process: &GeneratorProcess) -> Result<()> {
    let drifts = drift::find(workspace.root(), &plan(workspace, process)?)?;
    for drift in &drifts {
        writeln!(stdout(), "{}: {}\n{}", drift.kind, drift.path.display(), drift.diff())?;
    }
    fail_on(&drifts)
}

/// Like [`check`], without printing diffs.
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

/// Writes the generated files of any revision of one SDK into another folder, for comparisons. Returns the paths of the
/// written files, relative to that folder.
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

/// Generates code for an import, and discards it.
///
/// # Errors
///
/// If no code can be generated for it.
pub fn try_generate(process: &GeneratorProcess, sdk: &Sdk, import: &Import) -> Result<()> {
    let value = serde_json::from_str(&import.text)?;
    let (path, revision, sha256) = (sdk.document(&import.revision), import.revision.clone(), sha256(&import.text));
    files(process, sdk, Document { path, revision, sha256, value }).map(|_| ())
}

/// Writes a file, and creates its folder.
pub(crate) fn write_file(path: &Path, content: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
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
    let context = format!("cannot generate code for {} ({slice})", document.path.display());
    let code = process.run(document, crates.generated()).context(context)?;
    let file = |package: &str, code: &str| GeneratedFile::new(package, &header, code);
    let front = crates.sdk.as_deref().zip(code.sdk.as_deref()).map(|(package, code)| file(package, code));
    Ok([file(&crates.api, &code.client), file(&crates.mock, &code.mocks)].into_iter().chain(front).collect())
}
