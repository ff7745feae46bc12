//! The public surface of generated code: everything in it that a user's code can name or rely on, as sorted lines.
//!
//! The rule behind every line: removing or changing a line breaks users, and adding a line breaks nobody. Facts that
//! work the other way are therefore written as the permission that users have. An exhaustive type has a line that lists
//! its fields or variants; `#[non_exhaustive]` removes that line, and a new variant of an exhaustive enum changes it.
//!
//! | line | meaning |
//! |---|---|
//! | `struct types::Thing {..}`, `enum types::Level` | a type, with its form and its generic parameters |
//! | `types::Thing.name: String` | a public field |
//! | `types::Level::High`, `types::Level::Other(..)` | a variant, with its form |
//! | `types::Level is exhaustive: High, Low` | users may match it without a wildcard, or build it |
//! | `impl Clone for types::Thing` | a trait that is derived or implemented |
//! | `async fn Client::get(&self, &str) -> String` | a function: the types of its parameters, without their names |
//! | `const REVISION: &str` | a constant; its value is not compared |
//! | `use Error = progenitor_client::Error` | a re-export |
//!
//! Paths are resolved within the file and names of the standard prelude are shortened, so that another spelling of the
//! same type gives the same line.
//!
//! Not part of the surface: values of constants, attributes other than `#[non_exhaustive]` and `#[derive]`, auto
//! traits, documentation, items marked `#[doc(hidden)]`, and the versions of dependencies whose types appear in
//! signatures. The module `prelude` is skipped, because no crate re-exports it. Hand-written code, such as the `lib.rs`
//! that re-exports the file, is outside the surface too.

mod items;
mod members;
mod paths;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use serde_json::Value;
use xtask_document::Document;
use xtask_document::read::UNDATED;

use crate::Error;
use crate::change::Class;

/// The public surface of one or more generated files.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Surface(BTreeSet<String>);

impl Surface {
    /// Extracts the surface of a generated file.
    ///
    /// # Errors
    ///
    /// If the file has a public item whose users its syntax does not show, such as a macro call.
    pub fn extract(file: &syn::File) -> Result<Self, Error> {
        items::lines(file).map(Self)
    }

    /// Extracts the surface of the low-level client of a document, which is generated in this process.
    ///
    /// # Errors
    ///
    /// If no client can be generated from it.
    pub fn of_document(document: &Value) -> Result<Self, Error> {
        let (path, revision, sha256) = (PathBuf::from("document"), UNDATED.to_owned(), String::new());
        let document = Document { path, revision, sha256, value: document.clone() };
        let file = xtask_codegen::client(document)?;
        Self::extract(&file)
    }

    /// The surface with these lines.
    pub fn from_lines<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        Self(lines.into_iter().map(str::to_owned).collect())
    }

    /// Adds the surface of a package. Each line begins with the package's name.
    pub fn add(&mut self, package: &str, surface: &Self) {
        self.0.extend(surface.0.iter().map(|line| format!("{package}: {line}")));
    }

    /// The lines, sorted.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Compares this surface with the one that replaces it.
    pub fn compare(&self, new: &Self) -> SurfaceDiff {
        let mut added: Vec<_> = new.0.difference(&self.0).cloned().collect();
        let mut changes = Vec::new();
        for old in self.0.difference(&new.0).cloned() {
            let replacement = added.iter().position(|line| subject(line) == subject(&old));
            changes.push(match replacement.map(|index| added.remove(index)) {
                Some(new) => SurfaceChange::Changed { old, new },
                None => SurfaceChange::Removed(old),
            });
        }
        changes.extend(added.into_iter().map(SurfaceChange::Added));
        SurfaceDiff { changes }
    }
}

fn error(problem: impl fmt::Display) -> Error {
    Error::Surface { problem: problem.to_string() }
}

/// The syntax of a path.
fn parsed(path: &str) -> Result<syn::Path, Error> {
    syn::parse_str(path).map_err(error)
}

/// The package and the item that a line describes. Lines with the same subject are versions of one item.
fn subject(line: &str) -> (&str, &str) {
    let package = line.split_once(": ").filter(|(package, _)| !package.contains([' ', '.', ':']));
    let (package, item) = package.unwrap_or(("", line));
    let until = |item: &'_ str, ends: &[&str]| ends.iter().filter_map(|end| item.find(end)).min().unwrap_or(item.len());
    let signature = item.strip_prefix("async ").unwrap_or(item);
    let signature = signature.strip_prefix("unsafe ").unwrap_or(signature);
    if signature.starts_with("fn ") {
        let name = signature.get(..until(signature, &["("])).unwrap_or(signature);
        let generics = name.ends_with('>').then(|| name.rfind('<')).flatten();
        return (package, name.get(..generics.unwrap_or(name.len())).unwrap_or(name));
    }
    if item.starts_with("impl") {
        return (package, item);
    }
    (package, item.get(..until(item, &[": ", " = ", "(", " {"])).unwrap_or(item))
}

/// One difference between two surfaces.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SurfaceChange {
    /// The line is gone.
    Removed(String),
    /// The item has another line.
    Changed {
        /// The line before.
        old: String,
        /// The line after.
        new: String,
    },
    /// The line is new.
    Added(String),
}

impl SurfaceChange {
    /// The effect on code that uses the surface.
    pub fn class(&self) -> Class {
        match self {
            Self::Removed(_) | Self::Changed { .. } => Class::Breaking,
            Self::Added(_) => Class::Additive,
        }
    }

    /// The line before, which users may rely on; the new line if there was none.
    pub fn line(&self) -> &str {
        match self {
            Self::Removed(line) | Self::Changed { old: line, .. } | Self::Added(line) => line,
        }
    }
}

impl fmt::Display for SurfaceChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Removed(line) => write!(f, "removed `{line}`"),
            Self::Changed { old, new } => write!(f, "changed `{old}` to `{new}`"),
            Self::Added(line) => write!(f, "added `{line}`"),
        }
    }
}

/// The differences between two surfaces: first what is removed or changed, then what is added, each sorted by line.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SurfaceDiff {
    changes: Vec<SurfaceChange>,
}

impl SurfaceDiff {
    /// The worst effect on code that uses the surface; `None` if the surfaces are equal.
    pub fn worst(&self) -> Option<Class> {
        self.changes.iter().map(SurfaceChange::class).min()
    }

    /// The changes of a class.
    pub fn of_class(&self, class: Class) -> impl Iterator<Item = &SurfaceChange> {
        self.changes.iter().filter(move |change| change.class() == class)
    }
}
