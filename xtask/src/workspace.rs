//! The checkout of the workspace, and its SDKs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::sdk::Sdk;

/// A checkout of the workspace.
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The checkout that contains the working directory: its nearest ancestor that is a workspace with a `spec/`.
    ///
    /// # Errors
    ///
    /// If the working directory is in no checkout.
    pub fn current() -> Result<Self> {
        Self::containing(&env::current_dir().context("cannot find the working directory")?)
    }

    /// The checkout that contains a folder.
    ///
    /// # Errors
    ///
    /// If the folder is in none.
    pub fn containing(folder: &Path) -> Result<Self> {
        let is_workspace = |folder: &&Path| {
            let manifest = fs::read_to_string(folder.join("Cargo.toml")).ok();
            let manifest = manifest.and_then(|text| text.parse::<toml_edit::DocumentMut>().ok());
            manifest.is_some_and(|manifest| manifest.contains_key("workspace")) && folder.join("spec").is_dir()
        };
        let root = folder.ancestors().find(is_workspace);
        root.map(Self::at).with_context(|| {
            format!("{} is in no workspace with a folder spec/; change into the checkout of one", folder.display())
        })
    }

    /// The checkout in a folder.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder of the checkout. Paths in messages are relative to it.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Every SDK: the folders under `spec/`, in the order of their names.
    ///
    /// # Errors
    ///
    /// If `spec/` or one of the `sdk.toml` files cannot be read.
    pub fn sdks(&self) -> Result<Vec<Sdk>> {
        let spec = self.root.join("spec");
        let mut folders = Vec::new();
        for entry in fs::read_dir(&spec).with_context(|| format!("cannot list {}", spec.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            }
        }
        folders.sort();
        folders.iter().map(|folder| Sdk::load(&self.root, folder)).collect()
    }

    /// The SDK with a name; without one, the only SDK.
    ///
    /// # Errors
    ///
    /// If no SDK has that name, or there are several SDKs and no name is given.
    pub fn sdk(&self, name: Option<&str>) -> Result<Sdk> {
        let mut sdks = self.sdks()?;
        let names: Vec<_> = sdks.iter().map(|sdk| sdk.name().to_owned()).collect();
        let Some(name) = name else {
            ensure!(sdks.len() < 2, "there is more than one SDK, so name one of {names:?}");
            return sdks.pop().context("there is no SDK; make one with `cargo xtask sdk new`");
        };
        sdks.retain(|sdk| sdk.name() == name);
        sdks.pop().with_context(|| format!("there is no SDK {name:?}; there are {names:?}"))
    }
}
