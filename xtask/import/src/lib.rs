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
//!
//! # Examples
//!
//! ```
//! use serde_json::json;
//! use xtask_import::{Import, Names, Settings, Slice};
//!
//! let vendors = json!({"openapi": "3.0.3", "paths": {"/things": {"get": {
//!     "operationId": "acme-things-list",
//!     "responses": {"204": {"description": "Nothing."}},
//! }}}});
//! let slice = Slice { paths: ["/things".to_owned()].into(), ..Slice::default() };
//! let names = Names::default();
//! let (title, description) = ("Things", "All of them.");
//! let settings = Settings { name: "things", title, description, slice: &slice, names: &names, fixups: &[] };
//! let import = Import::of(&settings, &vendors, "2026-01-02")?;
//! assert!(import.text.contains("acme_things_list"));
//! # Ok::<(), xtask_import::Error>(())
//! ```

mod error;
mod hoist;
mod inheritance;
mod references;
mod rename;
mod report;
pub mod rules;
pub mod settings;
mod slice;
#[cfg(test)]
mod testing;
mod validate;

pub use error::{Error, FixupProblem, ReferenceProblem, SliceProblem};
pub use hoist::{becomes_type, unnamed};
pub use settings::{Fixup, Names, Settings, Slice};
pub use validate::{check_listed, missing_operations, validate, violations};

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as StdError;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};
use xtask_document::operation::operations;
use xtask_document::schemas::schemas;
use xtask_document::{cycles, open_api};

use crate::rename::Renamed;
use crate::rules::{Applied, Loss};

/// The result of an import.
pub struct Import {
    /// The revision.
    pub revision: String,
    /// The document.
    pub text: String,
    /// What the rules did to it.
    pub applied: Vec<Applied>,
    /// Why each fixup was applied.
    fixups: Vec<String>,
    /// How many of them the document did not need.
    fixed: usize,
    /// The vendor's names, each with ours.
    renamed: Renamed,
    /// The place of each schema that had no name, and its new name.
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
    /// If the document is not OpenAPI 3.0, the slice holds nothing, a reference has no target in the document, a
    /// schema consists of itself, a fixup no longer applies, a name is listed for something that does not exist, two
    /// things get one name, or the date is none.
    pub fn of(settings: &Settings<'_>, vendors: &Value, revision: &str) -> Result<Self, Error> {
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
    ) -> Result<Self, Error> {
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
        slice::prune(&mut document, settings, &applied)?;
        cycles::check(&document)?;
        let mut named = hoist::name_all(&mut document);
        let renamed = rename::apply(&mut document, settings.names)?;
        for (_, name) in &mut named {
            renamed.schemas.get(name).into_iter().for_each(|ours| name.clone_from(ours));
        }
        check_types(&document, settings.names)?;
        let info = json!({"title": settings.title, "description": settings.description, "version": revision});
        let root = document.as_object_mut().ok_or(xtask_document::Error::NoVersion)?;
        root.insert("info".to_owned(), info);
        if !had.is_empty() {
            root.insert(FIXUPS.to_owned(), Value::Array(had));
        }
        open_api::check(&document)?;
        validate(&document, settings, revision)?;
        let missing = missing_operations(&document, settings);
        let schemas = schemas(&document).len();
        let operations = operations(&document).count();
        let mut text = format!("{:#}", sorted(document));
        text.push('\n');
        let revision = revision.to_owned();
        Ok(Self { revision, text, applied, fixups, fixed, renamed, named, missing, operations, schemas })
    }

    /// Checks that every operation that the settings list is there.
    ///
    /// # Errors
    ///
    /// If one is not.
    pub fn check_listed(&self) -> Result<(), Error> {
        validate::none_missing(self.missing.clone())
    }

    /// Rejects the import if a rule lost something.
    ///
    /// # Errors
    ///
    /// If a rule lost something.
    pub fn reject_losses(&self) -> Result<(), Error> {
        let losses = self.applied.iter().filter(|applied| applied.loss != Loss::Lossless).count();
        if losses > 0 {
            return Err(Error::Losses { count: losses });
        }
        Ok(())
    }
}

/// Checks that a revision is a date.
pub fn check_date(revision: &str) -> Result<(), Error> {
    let date = NaiveDate::parse_from_str(revision, "%Y-%m-%d");
    let is_one = date.is_ok_and(|date| date.to_string() == revision);
    if is_one { Ok(()) } else { Err(Error::NoDate { revision: revision.to_owned() }) }
}

/// Where a result notes the patches of the fixups that it has had: as text, since they are no part of the API.
const FIXUPS: &str = "x-fixups";

/// The patches that a document has had. A vendor's has had none.
fn fixups_of(document: &Value) -> Vec<Value> {
    document.get(FIXUPS).and_then(Value::as_array).cloned().unwrap_or_default()
}

fn patch(fixup: &Fixup) -> Result<Value, Error> {
    let patch = serde_json::from_str(&fixup.patch);
    patch.map(sorted).map_err(|error| fixup_error(fixup, FixupProblem::Invalid, Some(error.into())))
}

fn apply_fixup(document: &mut Value, fixup: &Fixup, patch: &Value) -> Result<(), Error> {
    let fails = |error| fixup_error(fixup, FixupProblem::DoesNotApply, Some(error));
    let patch = json_patch::Patch::deserialize(patch).map_err(|error| fails(error.into()))?;
    let before = document.clone();
    json_patch::patch(document, &patch).map_err(|error| fails(error.into()))?;
    if *document == before { Err(fixup_error(fixup, FixupProblem::ChangesNothing, None)) } else { Ok(()) }
}

fn fixup_error(fixup: &Fixup, problem: FixupProblem, source: Option<Box<dyn StdError + Send + Sync>>) -> Error {
    Error::Fixup { why: fixup.why.clone(), problem, source }
}

fn schema_names(document: &Value) -> BTreeSet<String> {
    schemas(document).keys().cloned().collect()
}

/// A name for what is not there is a misspelt one, or the vendor has renamed something.
fn check_types(document: &Value, names: &Names) -> Result<(), Error> {
    let present = schema_names(document);
    let missing: Vec<_> = names.types.keys().filter(|ours| !present.contains(*ours)).cloned().collect();
    if missing.is_empty() { Ok(()) } else { Err(Error::Unlisted { table: "types", names: missing }) }
}

/// The same document with the keys of every object sorted: the order must not depend on the parser.
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
