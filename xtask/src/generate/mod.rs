//! `cargo xtask generate`: everything that is written by a machine.
//!
//! One plan says what every generated file holds. Writing and checking both compare it with what is there, so that they
//! can never disagree.

mod client;
mod drift;
mod file;
mod mocks;
mod passes;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::document::Document;
use crate::sdk::Sdk;
use crate::workspace::Workspace;
use drift::Kind;
use file::GeneratedFile;

/// Writes what is stale or missing and removes what is orphaned. A file that is current is not touched.
///
/// # Errors
///
/// If a document cannot be read or generated from, or a file cannot be written.
pub fn write(workspace: &Workspace) -> Result<()> {
    for drift in drift::find(workspace.root(), &plan(workspace)?)? {
        let path = workspace.root().join(&drift.path);
        match drift.kind {
            Kind::Stale | Kind::Missing => {
                write_file(&path, &drift.planned)?;
                println!("wrote {}", drift.path.display());
            }
            Kind::Orphaned => {
                fs::remove_file(&path).with_context(|| format!("cannot remove {}", drift.path.display()))?;
                println!("removed {}", drift.path.display());
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
pub fn check(workspace: &Workspace) -> Result<()> {
    let drifts = drift::find(workspace.root(), &plan(workspace)?)?;
    for drift in &drifts {
        println!("{}: {}\n{}", drift.kind, drift.path.display(), drift.diff());
    }
    if drifts.is_empty() {
        return Ok(());
    }
    let list: Vec<_> = drifts.iter().map(|drift| format!("{} ({})", drift.path.display(), drift.kind)).collect();
    bail!("generated files are not current: {}; run `cargo xtask generate`", list.join(", "))
}

/// Writes the generated files of any revision of one SDK below another folder, so that it can be rebuilt and compared.
///
/// # Errors
///
/// If there is no such SDK or revision, or a file cannot be written.
pub fn elsewhere(workspace: &Workspace, sdk: &str, revision: Option<&str>, out: &Path) -> Result<()> {
    let sdk = workspace.sdk(Some(sdk))?;
    let revision = revision.unwrap_or(&sdk.manifest.current);
    let document = Document::revision(workspace.root(), &sdk, revision)?;
    for file in files(&sdk, &document)? {
        let path = out.join(&file.path);
        write_file(&path, &file.content)?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

fn write_file(path: &Path, content: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

fn plan(workspace: &Workspace) -> Result<Vec<GeneratedFile>> {
    let mut plan = Vec::new();
    for sdk in workspace.sdks()? {
        plan.extend(files(&sdk, &Document::current(workspace.root(), &sdk)?)?);
    }
    Ok(plan)
}

/// The generated files of one document.
fn files(sdk: &Sdk, document: &Document) -> Result<[GeneratedFile; 2]> {
    let context = || format!("cannot generate from {}", document.path.display());
    let crates = &sdk.manifest.crates;
    let client = client::generate(document).with_context(context)?;
    let mocks = mocks::generate(document, &crates.api_path()).with_context(context)?;
    Ok([GeneratedFile::new(&crates.api, document, &client)?, GeneratedFile::new(&crates.mock, document, &mocks)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generated_code_of_this_checkout_is_current() {
        check(&Workspace::current()).unwrap();
    }

    #[test]
    fn the_current_revision_is_the_same_elsewhere() {
        let (workspace, out) = (Workspace::current(), tempfile::tempdir().unwrap());
        elsewhere(&workspace, "risk-scoring", None, out.path()).unwrap();
        for file in plan(&workspace).unwrap() {
            assert_eq!(fs::read_to_string(out.path().join(&file.path)).unwrap(), file.content);
        }
        assert!(elsewhere(&workspace, "nonsense", None, out.path()).unwrap_err().to_string().contains("risk-scoring"));
        assert!(elsewhere(&workspace, "risk-scoring", Some("1999-01-01"), out.path()).is_err());
    }

    #[test]
    fn two_plans_agree_to_the_byte() {
        let contents = || plan(&Workspace::current()).unwrap().into_iter().map(|file| file.content);
        assert!(contents().eq(contents()));
    }
}
