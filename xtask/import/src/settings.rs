//! The settings of an import, which an SDK defines in `sdk.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use xtask_document::naming::snake;
use xtask_document::operation::{Operation, operations, route};

/// The settings of an import.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    /// The name of the SDK, for messages.
    pub name: &'a str,
    /// The title of its documents.
    pub title: &'a str,
    /// The description of its documents.
    pub description: &'a str,
    /// The part of the API that belongs to it.
    pub slice: &'a Slice,
    /// The rules for names.
    pub names: &'a Names,
    /// Changes to the vendor's document.
    pub fixups: &'a [Fixup],
}

/// The part of the API that belongs to the SDK: the operations that match one of these.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slice {
    /// Prefixes of its paths. The names of their parameters are not compared.
    #[serde(default)]
    pub paths: BTreeSet<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeSet<String>,
    /// Its operations, by the vendor's ids.
    #[serde(default)]
    pub operations: BTreeSet<String>,
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [("paths", &self.paths), ("tags", &self.tags), ("operations", &self.operations)];
        let parts = parts.into_iter().filter(|(_, chosen)| !chosen.is_empty());
        let parts: Vec<_> = parts.map(|(key, chosen)| format!("slice.{key} = {:?}", Vec::from_iter(chosen))).collect();
        f.write_str(&parts.join(", "))
    }
}

impl Slice {
    /// Whether it selects nothing in any document.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.tags.is_empty() && self.operations.is_empty()
    }

    /// Whether an operation of a path may belong to it.
    pub fn may_hold(&self, path: &str) -> bool {
        !self.tags.is_empty() || !self.operations.is_empty() || self.has_path(path)
    }

    fn has_path(&self, path: &str) -> bool {
        self.paths.iter().any(|prefix| has_prefix(path, prefix))
    }

    /// Whether an operation belongs to it. Its id is the vendor's, or ours once it has been imported.
    pub fn holds(&self, operation: &Operation<'_>, names: &Names) -> bool {
        self.has_path(operation.path)
            || operation.tags().any(|tag| self.tags.contains(tag))
            || names.vendors_id(operation).is_some_and(|id| {
                self.operations.contains(id) || self.operations.iter().any(|listed| snake(listed) == id)
            })
    }

    /// The parts of it that select no operation of a document.
    pub fn unmatched(&self, document: &Value, names: &Names) -> Self {
        let mut unmatched = self.clone();
        for operation in operations(document) {
            unmatched.paths.retain(|prefix| !has_prefix(operation.path, prefix));
            for tag in operation.tags() {
                unmatched.tags.remove(tag);
            }
            if let Some(id) = names.vendors_id(&operation)
                && !unmatched.operations.remove(id)
            {
                unmatched.operations.retain(|listed| snake(listed) != id);
            }
        }
        unmatched
    }
}

/// Whether a path has a prefix. The names of their parameters are not compared.
pub(crate) fn has_prefix(path: &str, prefix: &str) -> bool {
    route(path).starts_with(&route(prefix))
}

/// A change to the vendor's document.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixup {
    /// The mistake in the document, and the evidence for it.
    pub why: String,
    /// The change, as a JSON patch (RFC 6902). It should begin with a `test`, which fails once the vendor has changed
    /// the document.
    pub patch: String,
}

/// The rules for names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// A prefix that is removed from the vendor's schema names.
    pub drop_type_prefix: Option<String>,
    /// Our operation ids, each with the vendor's. Other ids are derived from the vendor's.
    #[serde(default)]
    pub operations: BTreeMap<String, String>,
    /// Our names of schemas, each with the vendor's name or the name that is derived from it.
    #[serde(default)]
    pub types: BTreeMap<String, String>,
}

impl Names {
    /// The vendor's id of an operation that may have ours. An unlisted operation has one id.
    fn vendors_id<'a>(&'a self, operation: &Operation<'a>) -> Option<&'a str> {
        let id = operation.id()?;
        Some(self.operations.get(id).map_or(id, String::as_str))
    }
}
