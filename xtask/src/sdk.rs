//! `sdk.toml`: what one SDK is cut from and what it feeds.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use toml_edit::DocumentMut;

use crate::document::{Operation, operations, route};
use crate::names::snake;

/// What `current` is until the first import.
pub const NO_REVISION: &str = "none";

/// One SDK: a folder under `spec/`.
pub struct Sdk {
    /// The folder, relative to the workspace.
    pub folder: PathBuf,
    /// The content of its `sdk.toml`.
    pub manifest: Manifest,
}

/// The content of an `sdk.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The title of its documents.
    pub title: String,
    /// The description of its documents.
    pub description: String,
    /// The revision that the crates speak, or [`NO_REVISION`].
    pub current: String,
    /// What of the API belongs to the SDK.
    pub slice: Slice,
    /// The packages that are fed.
    pub crates: Crates,
    /// How names are made.
    pub names: Names,
    /// What is wrong with the vendor's document and no rule mends.
    #[serde(default)]
    pub fixups: Vec<Fixup>,
}

/// A change to the vendor's document.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixup {
    /// What is wrong, and how that is known.
    pub why: String,
    /// The change, as a JSON patch (RFC 6902). It should begin with a `test`: one that no longer applies is an error.
    pub patch: String,
}

/// What of the API belongs to the SDK: an operation that fits one of these.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slice {
    /// The beginnings of its paths, whatever the names of their parameters.
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

/// Whether a path begins with another one, whatever the names of their parameters.
fn begins(path: &str, prefix: &str) -> bool {
    route(path).starts_with(&route(prefix))
}

/// The packages, by the name of their folder under `crates/`.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Crates {
    /// The low-level client.
    pub api: String,
    /// The typed mocks.
    pub mock: String,
    /// The SDK: hand-written, but for one checked method per operation. Without it, none is generated.
    pub sdk: Option<String>,
    /// Hand-written packages that are released with them, in the same version.
    #[serde(default)]
    pub others: Vec<String>,
}

/// How names are made.
#[derive(Deserialize)]
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

impl Sdk {
    /// Reads the SDK in a folder.
    ///
    /// # Errors
    ///
    /// If there is no `sdk.toml`, or it has an unknown or missing key.
    pub fn load(root: &Path, folder: &Path) -> Result<Self> {
        let path = folder.join("sdk.toml");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let manifest: Manifest = toml::from_str(&text).with_context(|| format!("{} is not valid", path.display()))?;
        manifest.crates.check(root).with_context(|| format!("{} is not valid", path.display()))?;
        let folder = folder.strip_prefix(root).unwrap_or(folder).to_owned();
        Ok(Self { folder, manifest })
    }

    /// The name: that of the folder.
    pub fn name(&self) -> Cow<'_, str> {
        self.folder.file_name().unwrap_or_default().to_string_lossy()
    }

    /// Makes a revision the current one, and gives back the file that says so, relative to the workspace.
    ///
    /// # Errors
    ///
    /// If `sdk.toml` cannot be read or written.
    pub fn make_current(&self, root: &Path, revision: &str) -> Result<PathBuf> {
        let relative = self.folder.join("sdk.toml");
        let path = root.join(&relative);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut manifest: DocumentMut = text.parse().with_context(|| format!("{} is not valid", path.display()))?;
        let current = manifest.get_mut("current").with_context(|| format!("{} has no `current`", path.display()))?;
        *current = toml_edit::value(revision);
        fs::write(&path, manifest.to_string()).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(relative)
    }

    /// Where the document of a revision is, relative to the workspace.
    pub fn document(&self, revision: &str) -> PathBuf {
        self.folder.join(format!("{revision}.json"))
    }
}

impl Crates {
    /// What is generated goes into packages that exist: a misspelt name must not leave the workspace without its code,
    /// or a package out of a release.
    fn check(&self, root: &Path) -> Result<()> {
        ensure!(self.api != self.mock, "crates.api and crates.mock are the same package");
        let mut seen = BTreeSet::new();
        for name in self.all() {
            ensure!(seen.insert(name), "the package {name:?} is listed twice");
            let is_name = name.chars().all(|char| char.is_ascii_alphanumeric() || char == '-' || char == '_');
            ensure!(is_name && !name.is_empty(), "{name:?} is no name of a package");
            let manifest = Path::new("crates").join(name).join("Cargo.toml");
            ensure!(root.join(&manifest).is_file(), "the package {name:?} does not exist: no {}", manifest.display());
        }
        Ok(())
    }

    /// All of them: the packages that carry the SDK's version.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        [&self.api, &self.mock].into_iter().chain(&self.sdk).chain(&self.others).map(String::as_str)
    }

    /// The package that users depend on: the SDK, or the low-level client if there is none.
    pub fn front(&self) -> &str {
        self.sdk.as_deref().unwrap_or(&self.api)
    }
}

/// The path by which Rust code names a package.
pub(crate) fn crate_path(package: &str) -> String {
    package.replace('-', "_")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::workspace::Workspace;

    /// The SDK things, with what its slice says.
    pub(crate) fn things(slice: &str) -> Sdk {
        let manifest = format!(
            "title = 'Things'\ndescription = 'All of them.'\ncurrent = '2026-01-02'\n[slice]\n{slice}\n\
             [crates]\napi = 'things-api'\nmock = 'things-mock'\n[names]\ndrop_type_prefix = 'acme'\n"
        );
        Sdk { folder: "spec/things".into(), manifest: toml::from_str(&manifest).unwrap() }
    }

    #[test]
    fn making_a_revision_current_changes_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let sdk = Workspace::current().sdks().unwrap().remove(0);
        let path = root.path().join(&sdk.folder).join("sdk.toml");
        let text = fs::read_to_string(Workspace::current().root().join(&sdk.folder).join("sdk.toml")).unwrap();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
        sdk.make_current(root.path(), "2030-01-02").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text.replace(&sdk.manifest.current, "2030-01-02"));
    }

    #[test]
    fn only_packages_that_exist_are_listed_and_each_once() {
        let root = tempfile::tempdir().unwrap();
        for name in ["things", "things-api", "things-mock"] {
            let folder = root.path().join("crates").join(name);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("Cargo.toml"), "").unwrap();
        }
        let with = |api: &str, mock: &str, sdk: Option<&str>, others: &[&str]| {
            let others = others.iter().map(|&name| name.to_owned()).collect();
            Crates { api: api.into(), mock: mock.into(), sdk: sdk.map(str::to_owned), others }
        };
        let check = |api: &str, mock: &str, others: &[&str]| with(api, mock, None, others).check(root.path());
        let with_sdk = with("things-api", "things-mock", Some("things"), &[]);
        with_sdk.check(root.path()).unwrap();
        assert_eq!(with_sdk.all().collect::<Vec<_>>(), ["things-api", "things-mock", "things"]);
        let twice = with("things-api", "things-mock", Some("things"), &["things"]).check(root.path()).unwrap_err();
        assert!(twice.to_string().contains("listed twice"));
        check("things-api", "things-mock", &[]).unwrap();
        check("things-api", "things-mock", &["things"]).unwrap();
        for (api, mock, others, problem) in [
            ("things-ap", "things-mock", &[][..], "does not exist"),
            ("things-api", "../../things-mock", &[], "no name"),
            ("things-api", "", &[], "no name"),
            ("things-api", "things-api", &[], "same package"),
            ("things-api", "things-mock", &["thing"], "does not exist"),
            ("things-api", "things-mock", &["../crates/things"], "no name"),
            ("things-api", "things-mock", &["things", "things"], "listed twice"),
            ("things-api", "things-mock", &["things-mock"], "listed twice"),
        ] {
            assert!(check(api, mock, others).unwrap_err().to_string().contains(problem), "{api} {mock} {others:?}");
        }
    }
}
