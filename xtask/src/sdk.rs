//! `sdk.toml`: what one SDK is cut from and what it feeds.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use toml_edit::DocumentMut;

use xtask_codegen::packages::Packages;
use xtask_import::settings::{Fixup, Names, Settings, Slice};

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
    /// Fixes of defects of the vendor's document that no rule covers.
    #[serde(default)]
    pub fixups: Vec<Fixup>,
}

/// The packages, by the name of their folder under `crates/`.
#[derive(Clone, Deserialize)]
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
    pub fn name(&self) -> &str {
        self.folder.file_name().and_then(OsStr::to_str).unwrap_or_default()
    }

    /// The settings of an import.
    pub fn settings(&self) -> Settings<'_> {
        let Manifest { title, description, slice, names, fixups, .. } = &self.manifest;
        Settings { name: self.name(), title, description, slice, names, fixups }
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
    /// Requires that the packages exist: a misspelt name must not leave the workspace without generated code, or a
    /// package out of a release.
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

    /// Those that code is generated for.
    pub fn generated(&self) -> Packages {
        Packages { api: self.api.clone(), mock: self.mock.clone(), sdk: self.sdk.clone() }
    }
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
        let sdk = Workspace::current().unwrap().sdks().unwrap().remove(0);
        let path = root.path().join(&sdk.folder).join("sdk.toml");
        let text = fs::read_to_string(Workspace::current().unwrap().root().join(&sdk.folder).join("sdk.toml")).unwrap();
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
