//! The settings of an import: those of an SDK.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;
use serde_json::Value;
use xtask_document::naming::snake;
use xtask_document::operation::{Operation, operations, route};

/// The settings of an import: those of an SDK.
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
    /// How names are made.
    pub names: &'a Names,
    /// Changes to the vendor's document.
    pub fixups: &'a [Fixup],
}

/// What of the API belongs to the SDK: an operation that fits one of these.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slice {
    /// The beginnings of its paths. The names of their parameters are not compared.
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
    /// Whether nothing can belong to it.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.tags.is_empty() && self.operations.is_empty()
    }

    /// Whether an operation of a path may belong to it.
    pub fn may_hold(&self, path: &str) -> bool {
        !self.tags.is_empty() || !self.operations.is_empty() || self.has_path(path)
    }

    fn has_path(&self, path: &str) -> bool {
        self.paths.iter().any(|prefix| begins(path, prefix))
    }

    /// Whether an operation belongs to it. Its id is the vendor's, or ours once it has been imported.
    pub fn holds(&self, operation: &Operation<'_>, names: &Names) -> bool {
        self.has_path(operation.path)
            || operation.tags().any(|tag| self.tags.contains(tag))
            || names.vendors_id(operation).is_some_and(|id| {
                self.operations.contains(id) || self.operations.iter().any(|listed| snake(listed) == id)
            })
    }

    /// What of it chooses no operation of a document.
    pub fn unmatched(&self, document: &Value, names: &Names) -> Self {
        let mut left = self.clone();
        for operation in operations(document) {
            left.paths.retain(|prefix| !begins(operation.path, prefix));
            for tag in operation.tags() {
                left.tags.remove(tag);
            }
            if let Some(id) = names.vendors_id(&operation)
                && !left.operations.remove(id)
            {
                left.operations.retain(|listed| snake(listed) != id);
            }
        }
        left
    }
}

/// Whether a path begins with another one. The names of their parameters are not compared.
fn begins(path: &str, prefix: &str) -> bool {
    route(path).starts_with(&route(prefix))
}

/// A change to the vendor's document.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixup {
    /// What is wrong, and how that is known.
    pub why: String,
    /// The change, as a JSON patch (RFC 6902). It should begin with a `test`: one that no longer applies is an error.
    pub patch: String,
}

/// How names are made.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// A prefix of the vendor's schema names that ours must not have.
    pub drop_type_prefix: Option<String>,
    /// Our operation ids, each with the vendor's. One that is not listed is made of the vendor's.
    #[serde(default)]
    pub operations: BTreeMap<String, String>,
    /// Our names of schemas, each with the vendor's, or with the one that would be made of it.
    #[serde(default)]
    pub types: BTreeMap<String, String>,
}

impl Names {
    /// The vendor's id of an operation that may have ours. One that is not listed keeps the id that it has.
    fn vendors_id<'a>(&'a self, operation: &Operation<'a>) -> Option<&'a str> {
        let id = operation.id()?;
        Some(self.operations.get(id).map_or(id, String::as_str))
    }
}
