//! `cargo xtask spec import`: makes a revision of an SDK from a vendor's document.
//!
//! 1. The slice that `sdk.toml` describes is cut out, with everything that it refers to.
//! 2. The SDK's fixups are applied, then the [rules], which fix any document.
//! 3. Components that are no longer used are removed. Unnamed schemas get a name, and names become Rust names.
//! 4. The result is checked, and the caller runs the generator on it before anything is written.
//!
//! The result is sorted, so that the same input gives the same bytes. The report lists what each rule changed and lost,
//! the worst loss first, and every new name. `--strict` rejects an import that loses anything. Input that would be
//! dropped silently, such as a duplicate key, is rejected.
//!
//! A fixup that no longer applies, or that changes nothing, is an error. The result records the patches of the fixups
//! that were applied to it, in `x-fixups`, and importing it again does not repeat them. So importing a revision changes
//! nothing.
//!
//! A document may have any size and any shape. An import and a comparison walk the parsed document once, and not once
//! for each use of a part. Chains of references are followed in loops, and once for all references to them. Merging
//! `allOf` and inlining shared components may make the document at most 8 times as large; then the import is rejected.
//! The tests `large_documents` and `hard_documents` check sizes and shapes, and `cargo bench -p xtask` measures the
//! speed.

pub(crate) mod circles;
pub(crate) mod inline;
mod references;
mod rename;
mod report;
mod slice;

pub(crate) use inline::{Names, unnamed};

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::document::{Document, agree, check_listed, missing_operations, operations};
use crate::generate::supported;
use crate::open_api;
use crate::rules::{self, Firing, Loss};
use crate::sdk::{self, Fixup, NO_REVISION, Sdk};
use crate::workspace::Workspace;
use rename::Renamed;

/// What an import has come to.
pub struct Import {
    /// Where the revision belongs, relative to the workspace.
    pub path: PathBuf,
    /// The revision.
    pub revision: String,
    /// The document.
    pub text: String,
    /// What the rules did to it.
    pub firings: Vec<Firing>,
    /// Why each fixup was applied.
    fixups: Vec<String>,
    /// How many the document had had before.
    fixed: usize,
    /// Our names of what the vendor calls otherwise.
    renamed: Renamed,
    /// Where each schema stood that had no name, and the name that it has got.
    named: Vec<(String, String)>,
    /// The operations that `sdk.toml` lists and the document does not have.
    missing: Vec<String>,
    operations: usize,
    schemas: usize,
}

impl Import {
    /// Makes a revision of an SDK from a vendor's document. Nothing is written.
    ///
    /// # Errors
    ///
    /// If the document cannot be read or is not OpenAPI 3.0, the slice holds nothing, a reference leads nowhere or out
    /// of the document, a schema is nothing but itself, a fixup no longer applies, something that `sdk.toml` lists is
    /// not there, two things get one name, the date is none, or the code of the result could not be generated.
    pub fn make(sdk: &Sdk, from: &Path, revision: &str) -> Result<Self> {
        check_date(revision)?;
        let (_, vendors) = Document::read(from)?;
        Self::of(sdk, &vendors, revision).with_context(|| format!("cannot import {}", from.display()))
    }

    /// The same from a document that has been read.
    pub(crate) fn of(sdk: &Sdk, vendors: &Value, revision: &str) -> Result<Self> {
        check_version(vendors)?;
        let mut document = slice::cut(vendors, sdk)?;
        let mut had = fixups_of(vendors);
        let fixed = had.len();
        let mut fixups = Vec::new();
        for fixup in &sdk.manifest.fixups {
            let patch = patch(fixup)?;
            let noted = Value::from(patch.to_string());
            if !had.contains(&noted) {
                apply_fixup(&mut document, fixup, &patch)?;
                fixups.push(fixup.why.clone());
                had.push(noted);
            }
        }
        let firings = rules::apply(&mut document)?;
        slice::prune(&mut document, sdk)?;
        circles::check(&document)?;
        let mut named = inline::name_all(&mut document);
        let renamed = rename::apply(&mut document, &sdk.manifest.names)?;
        for (_, name) in &mut named {
            renamed.schemas.get(name).into_iter().for_each(|ours| name.clone_from(ours));
        }
        check_types(&document, &sdk.manifest.names)?;
        let Some(root) = document.as_object_mut() else { bail!("the document is no object") };
        root.insert(
            "info".to_owned(),
            json!({"title": sdk.manifest.title, "description": sdk.manifest.description, "version": revision}),
        );
        if !had.is_empty() {
            root.insert(FIXUPS.to_owned(), Value::Array(had));
        }
        open_api::check(&document)?;
        // What could not be generated must not be written, let alone become current.
        supported::check(&document).context("no code can be generated from the result")?;
        agree(&document, sdk, revision).context("the result disagrees with sdk.toml")?;
        if sdk.manifest.current == NO_REVISION {
            check_listed(&document, sdk)?;
        }
        let missing = missing_operations(&document, sdk);
        let schemas = document.pointer("/components/schemas").and_then(Value::as_object).map_or(0, Map::len);
        let operations = operations(&document).count();
        let mut text = serde_json::to_string_pretty(&sorted(document))?;
        text.push('\n');
        let (path, revision) = (sdk.document(revision), revision.to_owned());
        Ok(Self { path, revision, text, firings, fixups, fixed, renamed, named, missing, operations, schemas })
    }

    /// Whether the workspace has the revision.
    ///
    /// # Errors
    ///
    /// If there is one of that date with another content, or it cannot be read.
    pub fn is_there(&self, workspace: &Workspace) -> Result<bool> {
        let path = self.path.display();
        match fs::read_to_string(workspace.root().join(&self.path)) {
            Ok(present) => ensure!(
                present == self.text,
                "{path} exists already, with another content; a revision does not change: take another date, or delete the \
                 file if it has not been released"
            ),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
        }
        Ok(true)
    }

    /// Writes the revision into the workspace. The first one of an SDK becomes the current one. The result is what was
    /// written, relative to the workspace.
    ///
    /// # Errors
    ///
    /// As for [`is_there`](Self::is_there); and if a file cannot be written.
    pub fn write(&self, workspace: &Workspace, sdk: &Sdk) -> Result<Vec<PathBuf>> {
        let mut written = Vec::new();
        if !self.is_there(workspace)? {
            let path = workspace.root().join(&self.path);
            fs::write(path, &self.text).with_context(|| format!("cannot write {}", self.path.display()))?;
            written.push(self.path.clone());
        }
        if sdk.manifest.current == NO_REVISION {
            written.push(sdk.make_current(workspace.root(), &self.revision)?);
        }
        Ok(written)
    }

    /// Rejects the import if a rule lost something.
    ///
    /// # Errors
    ///
    /// If a rule lost something.
    pub fn reject_losses(&self) -> Result<()> {
        let losses = self.firings.iter().filter(|firing| firing.loss != Loss::Lossless).count();
        let changes = if losses == 1 { "change loses" } else { "changes lose" };
        ensure!(losses == 0, "{losses} {changes} something of the document");
        Ok(())
    }
}

/// Checks that a revision is a date.
pub(crate) fn check_date(revision: &str) -> Result<()> {
    let date = NaiveDate::parse_from_str(revision, "%Y-%m-%d");
    let is_one = date.is_ok_and(|date| date.to_string() == revision);
    ensure!(is_one, "the revision {revision:?} is no date; write it as 2026-11-22");
    Ok(())
}

/// Checks that a document is of a version that can be read.
///
/// # Errors
///
/// If it is of another version, or says none.
pub fn check_version(document: &Value) -> Result<()> {
    let version = document.get("openapi").or_else(|| document.get("swagger"));
    match version {
        Some(Value::String(version)) if version.starts_with("3.0.") => Ok(()),
        Some(Value::String(version)) => bail!("it is OpenAPI {version}, and only 3.0.x is supported"),
        // YAML without quotes.
        Some(Value::Number(version)) => bail!("it is OpenAPI {version}, and only 3.0.x is supported"),
        _ => bail!("it is no OpenAPI document: it does not say which version it is; 3.0 is supported"),
    }
}

/// Where a result notes the patches of the fixups that it has had: as text, since they are no part of the API.
const FIXUPS: &str = "x-fixups";

/// The patches that a document has had. A vendor's has had none.
fn fixups_of(document: &Value) -> Vec<Value> {
    document.get(FIXUPS).and_then(Value::as_array).cloned().unwrap_or_default()
}

fn patch(fixup: &Fixup) -> Result<Value> {
    let patch = serde_json::from_str(&fixup.patch);
    patch.map(sorted).with_context(|| format!("the patch of the fixup {:?} is not valid", fixup.why))
}

fn apply_fixup(document: &mut Value, fixup: &Fixup, patch: &Value) -> Result<()> {
    let context = || format!("the fixup {:?} does not apply (any more)", fixup.why);
    let patch = json_patch::Patch::deserialize(patch).with_context(context)?;
    let before = document.clone();
    json_patch::patch(document, &patch).with_context(context)?;
    ensure!(*document != before, "the fixup {:?} changes nothing (any more)", fixup.why);
    Ok(())
}

fn schema_names(document: &Value) -> BTreeSet<String> {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    schemas.into_iter().flat_map(Map::keys).cloned().collect()
}

/// A name for what is not there is a misspelt one, or the vendor has renamed something.
fn check_types(document: &Value, names: &sdk::Names) -> Result<()> {
    let present = schema_names(document);
    let missing: Vec<_> = names.types.iter().filter(|(ours, _)| !present.contains(*ours)).collect();
    ensure!(missing.is_empty(), "names.types lists schemas that do not exist: {missing:?}");
    Ok(())
}

/// The same document with every object in the order of its keys, whatever order the parser keeps.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let sorted_fields: BTreeMap<String, Value> =
                object.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(sorted_fields.into_iter().collect())
        }
        Value::Array(array) => Value::Array(array.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests;
