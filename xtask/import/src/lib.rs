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

mod hoist;
mod references;
mod rename;
mod report;
pub mod rules;
pub mod settings;
mod slice;
#[cfg(test)]
mod testing;
mod validate;

pub use hoist::{becomes_type, unnamed};
pub use settings::{Fixup, Names, Settings, Slice};
pub use validate::{check_listed, missing_operations, validate, violations};

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail, ensure};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use xtask_document::operation::operations;
use xtask_document::{cycles, open_api};

use crate::rename::Renamed;
use crate::rules::{Applied, Loss};

/// What an import has come to.
pub struct Import {
    /// The revision.
    pub revision: String,
    /// The document.
    pub text: String,
    /// What the rules did to it.
    pub applied: Vec<Applied>,
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
    /// If the document is not OpenAPI 3.0, the slice holds nothing, a reference leads nowhere or out of the document, a
    /// schema is nothing but itself, a fixup no longer applies, a name is listed for something that does not exist, two
    /// things get one name, or the date is none.
    pub fn of(settings: &Settings<'_>, vendors: &Value, revision: &str) -> Result<Self> {
        Self::recorded(settings, vendors, revision, &mut Vec::new())
    }

    /// The same as [`of`](Self::of), and adds to `record` what the rules did, even if the import fails after that.
    ///
    /// # Errors
    ///
    /// As for [`of`](Self::of).
    pub fn recorded(
        settings: &Settings<'_>,
        vendors: &Value,
        revision: &str,
        record: &mut Vec<Applied>,
    ) -> Result<Self> {
        check_date(revision)?;
        open_api::check_version(vendors)?;
        let mut document = slice::cut(vendors, settings)?;
        let mut had = fixups_of(vendors);
        let fixed = had.len();
        let mut fixups = Vec::new();
        for fixup in settings.fixups {
            let patch = patch(fixup)?;
            let noted = Value::from(patch.to_string());
            if !had.contains(&noted) {
                apply_fixup(&mut document, fixup, &patch)?;
                fixups.push(fixup.why.clone());
                had.push(noted);
            }
        }
        let applied = rules::apply(&mut document)?;
        record.extend(applied.iter().cloned());
        slice::prune(&mut document, settings)?;
        cycles::check(&document)?;
        let mut named = hoist::name_all(&mut document);
        let renamed = rename::apply(&mut document, settings.names)?;
        for (_, name) in &mut named {
            renamed.schemas.get(name).into_iter().for_each(|ours| name.clone_from(ours));
        }
        check_types(&document, settings.names)?;
        let Some(root) = document.as_object_mut() else { bail!("the document is no object") };
        root.insert(
            "info".to_owned(),
            json!({"title": settings.title, "description": settings.description, "version": revision}),
        );
        if !had.is_empty() {
            root.insert(FIXUPS.to_owned(), Value::Array(had));
        }
        open_api::check(&document)?;
        validate(&document, settings, revision).context("the result disagrees with sdk.toml")?;
        let missing = missing_operations(&document, settings);
        let schemas = document.pointer("/components/schemas").and_then(Value::as_object).map_or(0, Map::len);
        let operations = operations(&document).count();
        let mut text = serde_json::to_string_pretty(&sorted(document))?;
        text.push('\n');
        let revision = revision.to_owned();
        Ok(Self { revision, text, applied, fixups, fixed, renamed, named, missing, operations, schemas })
    }

    /// Checks that every operation that the settings list is there.
    ///
    /// # Errors
    ///
    /// If one is not.
    pub fn check_listed(&self) -> Result<()> {
        ensure!(self.missing.is_empty(), "names.operations lists operations that do not exist: {:?}", self.missing);
        Ok(())
    }

    /// Rejects the import if a rule lost something.
    ///
    /// # Errors
    ///
    /// If a rule lost something.
    pub fn reject_losses(&self) -> Result<()> {
        let losses = self.applied.iter().filter(|applied| applied.loss != Loss::Lossless).count();
        let changes = if losses == 1 { "change loses" } else { "changes lose" };
        ensure!(losses == 0, "{losses} {changes} something of the document");
        Ok(())
    }
}

/// Checks that a revision is a date.
pub fn check_date(revision: &str) -> Result<()> {
    let date = NaiveDate::parse_from_str(revision, "%Y-%m-%d");
    let is_one = date.is_ok_and(|date| date.to_string() == revision);
    ensure!(is_one, "the revision {revision:?} is no date; write it as 2026-11-22");
    Ok(())
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
fn check_types(document: &Value, names: &Names) -> Result<()> {
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
