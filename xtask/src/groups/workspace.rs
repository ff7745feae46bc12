//! A workspace in which an SDK is made of each group.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, absolute};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use toml_edit::{Array, DocumentMut};
use xtask_codegen::GeneratorProcess;
use xtask_document::open_api::check_version;
use xtask_document::operation::operations;
use xtask_document::read::{UNDATED, read, sha256};
use xtask_import::Import;
use xtask_import::rules::Applied;

use super::{By, Group, groups};
use crate::generate::{self, write_file};
use crate::scaffold::Scaffold;
use crate::workspace::Workspace;

/// A new workspace for the groups of a vendor's document.
pub struct GroupWorkspace<'a> {
    /// The workspace.
    pub workspace: Workspace,
    /// The vendor's document.
    pub vendors: Value,
    /// The chosen groups, of which no SDK is made yet.
    pub groups: Vec<Group>,
    /// The operations that are in no group.
    pub ungrouped: BTreeSet<String>,
    /// What the names of all crates begin with. It depends on the document and the folder, so that workspaces can share
    /// a target folder: cargo takes crates of one name for the same.
    pub prefix: String,
    process: &'a GeneratorProcess,
}

impl<'a> GroupWorkspace<'a> {
    /// Reads a vendor's document and makes a workspace for the groups that `choose` returns, in a new folder, with the
    /// dependencies of this workspace.
    ///
    /// # Errors
    ///
    /// If the document cannot be read, is not OpenAPI 3.0 or has no operations, `choose` fails, or the folder exists or
    /// cannot be written to.
    pub fn new(
        workspace: &Workspace,
        process: &'a GeneratorProcess,
        from: &Path,
        out: &Path,
        by: By,
        choose: impl FnOnce(&Value, Vec<Group>) -> Result<Vec<Group>>,
    ) -> Result<Self> {
        let (_, vendors) = read(from)?;
        check_version(&vendors).with_context(|| format!("{} cannot be divided into groups", from.display()))?;
        ensure!(operations(&vendors).next().is_some(), "{} has no operations", from.display());
        ensure!(!out.exists(), "{} already exists", out.display());
        let out = absolute(out).with_context(|| format!("cannot find {}", out.display()))?;
        let prefix = prefix(from, &out);
        let (groups, ungrouped) = groups(&vendors, by, &prefix);
        let groups = choose(&vendors, groups)?;
        Ok(Self { workspace: new_workspace(workspace, &out)?, vendors, groups, ungrouped, prefix, process })
    }

    /// Makes the SDK of a group: scaffold, import, generated code. The result is the imported document. What the rules
    /// changed is added to `record`, even if the SDK cannot be made.
    ///
    /// # Errors
    ///
    /// If the group cannot be imported or generated.
    pub fn add(&self, group: &Group, has_sdk: bool, record: &mut Vec<Applied>) -> Result<Value> {
        let Self { workspace, process, .. } = self;
        let scaffold = Scaffold::new(&group.sdk, Some(group.title.clone()), None, group.slice())?;
        let scaffold = if has_sdk { scaffold } else { scaffold.without_sdk() };
        scaffold.write(workspace, process)?;
        let sdk = workspace.sdk(Some(&group.sdk))?;
        let import = Import::recorded(&sdk.settings(), &self.vendors, UNDATED, record)?;
        sdk.write(workspace, &import)?;
        let written = generate::write_to(workspace, process, &group.sdk, Some(UNDATED), workspace.root());
        // The context names the file and the slice, which a report does not need.
        written.map_err(|error| error.downcast::<xtask_codegen::Error>().map_or_else(|error| error, Into::into))?;
        Ok(serde_json::from_str(&import.text)?)
    }

    /// The generated low-level client of a group that has been added.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn client(&self, group: &Group) -> Result<String> {
        let path = self.workspace.root().join(format!("crates/{}-api/src/generated.rs", group.sdk));
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }
}

/// The document's name, as a word, and a hash of the folder.
fn prefix(from: &Path, out: &Path) -> String {
    let stem = from.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    let word: String = stem.chars().filter(char::is_ascii_alphanumeric).take(24).collect();
    let word = word.trim_start_matches(|char: char| char.is_ascii_digit());
    let hash: String = sha256(out.to_string_lossy().as_bytes()).chars().take(6).collect();
    format!("{}-x{hash}", if word.is_empty() { "document" } else { word })
}

/// A workspace with the dependencies of this one and no crates of its own.
fn new_workspace(workspace: &Workspace, out: &Path) -> Result<Workspace> {
    let read = |name: &str| {
        let path = workspace.root().join(name);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let mut manifest: DocumentMut = read("Cargo.toml")?.parse()?;
    let shared = manifest.get_mut("workspace").and_then(toml_edit::Item::as_table_like_mut);
    let shared = shared.context("Cargo.toml has no [workspace]")?;
    shared.insert("members", toml_edit::value(Array::from_iter(["crates/*"])));
    let dependencies = shared.get_mut("dependencies").and_then(toml_edit::Item::as_table_like_mut);
    for (_, dependency) in dependencies.into_iter().flat_map(|dependencies| dependencies.iter_mut()) {
        let path = dependency.as_inline_table_mut().and_then(|table| table.get_mut("path"));
        if let Some(path) = path
            && let Some(relative) = path.as_str()
        {
            *path = workspace.root().join(relative).to_string_lossy().into_owned().into();
        }
    }
    write_file(&out.join("Cargo.toml"), &manifest.to_string())?;
    write_file(&out.join("Cargo.lock"), &read("Cargo.lock")?)?;
    Ok(Workspace::at(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_of_two_folders_or_documents_have_different_names() {
        let of = |from: &str, out: &str| prefix(Path::new(from), Path::new(out));
        let names = [of("a/open-api.json", "/1"), of("open-api.json", "/2"), of("github.yaml", "/2")];
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 3);
        assert!(names[0].starts_with("openapi-x") && of("2024.json", "/").starts_with("document-x"), "{names:?}");
        for name in names {
            Scaffold::new(&format!("{name}-tag0"), None, None, xtask_import::Slice::default()).unwrap();
        }
    }
}
