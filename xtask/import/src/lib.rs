//! `cargo xtask spec import`: makes a revision of an SDK from a vendor's document.
//!
//! 1. The importer cuts the slice of `sdk.toml` out of the document, with the components that it uses.
//! 2. It applies the SDK's fixups, then the [rules], which apply to any document.
//! 3. It removes unused components, names unnamed schemas, and converts all names to Rust names.
//! 4. It validates the result. The caller runs the generator on it before writing a file.
//!
//! The result is sorted, so that the same input produces the same bytes. The report lists the changes and losses of
//! each rule, the largest loss first, and every new name. `--strict` rejects a lossy import. Input that would be
//! dropped silently, such as a duplicate key, is rejected.
//!
//! A fixup that does not apply, or that changes nothing, is an error. The result records the patches of its fixups in
//! `x-fixups`, and a further import does not repeat them. Importing a revision therefore changes nothing.
//!
//! A document may have any size and any shape. An import and a comparison visit each object of the document once, not
//! once for each use. Chains of references are followed in loops, and once for all references to them. Merging `allOf`
//! and inlining shared components may make the document at most 8 times as large; beyond that, the import is rejected.
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

pub use error::{Error, FixupProblem, NameFault, ReferenceProblem, SliceProblem};
pub use hoist::{becomes_type, unnamed};
pub use settings::{Fixup, Names, Settings, Slice};
pub use validate::{check_listed, missing_operations, validate, violations};

use std::error::Error as StdError;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::rename::Renamed;
use crate::rules::{Applied, Loss};
use crate::validate::none_missing;
use xtask_document::Fields;
use xtask_document::operation::operations;
use xtask_document::schemas::schemas;
use xtask_document::{cycles, open_api};

/// The result of an import.
pub struct Import {
    /// The revision.
    pub revision: String,
    /// The document.
    pub text: String,
    /// The changes by the rules.
    pub applied: Vec<Applied>,
    /// The reasons for the fixups that were applied.
    fixups: Vec<String>,
    /// The number of fixups that an earlier import had applied.
    earlier_fixups: usize,
    /// The vendor's names, each with ours.
    renamed: Renamed,
    /// The place and the new name of each unnamed schema.
    named: Vec<(String, String)>,
    /// The operations that `sdk.toml` lists and the document does not have.
    missing: Vec<String>,
    operations: usize,
    schemas: usize,
}

impl Import {
    /// Makes a revision of an SDK from a vendor's document. It writes no file.
    ///
    /// # Errors
    ///
    /// - The document is not OpenAPI 3.0, a reference has no target in it, or a schema consists of itself.
    /// - The slice selects no operation, a fixup no longer applies, or a listed type does not exist.
    /// - Two operations or types get one name, or the revision is not a date.
    pub fn of(settings: &Settings<'_>, vendors: &Value, revision: &str) -> Result<Self, Error> {
        Self::recorded(settings, vendors, revision, &mut Vec::new())
    }

    /// Like [`of`](Self::of), and adds the changes by the rules to `record`, even if the import fails after them.
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
        let mut recorded = vendors.list(FIXUPS).to_vec();
        let earlier_fixups = recorded.len();
        let mut fixups = Vec::new();
        for fixup in settings.fixups {
            let patch = patch(fixup)?;
            let text = Value::from(patch.to_string());
            if !recorded.contains(&text) {
                apply_fixup(&mut document, fixup, &patch)?;
                fixups.push(fixup.why.clone());
                recorded.push(text);
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
        if !recorded.is_empty() {
            root.insert(FIXUPS.to_owned(), Value::Array(recorded));
        }
        open_api::check(&document)?;
        validate(&document, settings, revision)?;
        let missing = missing_operations(&document, settings);
        let schemas = schemas(&document).len();
        let operations = operations(&document).count();
        // The order must not depend on the parser.
        document.sort_all_objects();
        let text = format!("{document:#}\n");
        let revision = revision.to_owned();
        Ok(Self { revision, text, applied, fixups, earlier_fixups, renamed, named, missing, operations, schemas })
    }

    /// Checks that every operation in the settings exists.
    ///
    /// # Errors
    ///
    /// If one does not.
    pub fn check_listed(&self) -> Result<(), Error> {
        none_missing("operations", self.missing.clone())
    }

    /// Rejects a lossy import.
    ///
    /// # Errors
    ///
    /// If a change by a rule is lossy.
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
    let is_date = date.is_ok_and(|date| date.to_string() == revision);
    if is_date { Ok(()) } else { Err(Error::NoDate { revision: revision.to_owned() }) }
}

/// The extension with the patches of the fixups that were applied: as text, so that no tool reads them as schemas. A
/// vendor's document does not have it.
const FIXUPS: &str = "x-fixups";

fn patch(fixup: &Fixup) -> Result<Value, Error> {
    let patch: Result<Value, _> = serde_json::from_str(&fixup.patch);
    let mut patch = patch.map_err(|error| fixup_error(fixup, FixupProblem::Invalid, Some(error.into())))?;
    patch.sort_all_objects();
    Ok(patch)
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

/// A listed type that does not exist is misspelt, or the vendor has renamed its schema.
fn check_types(document: &Value, names: &Names) -> Result<(), Error> {
    let missing = names.types.keys().filter(|ours| !schemas(document).contains_key(*ours));
    none_missing("types", missing.cloned().collect())
}

#[cfg(test)]
mod tests;
