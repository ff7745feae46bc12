//! Where things are.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::sdk::Sdk;

/// A checkout of the workspace.
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The checkout that this program was built from.
    pub fn current() -> Self {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self::at(package.parent().unwrap_or(package))
    }

    /// The checkout in a folder.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder of the checkout. Every path that is reported is relative to it.
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

    /// The SDK of a name, or the only one there is.
    ///
    /// # Errors
    ///
    /// If there is none of that name, or more than one and no name.
    pub fn sdk(&self, name: Option<&str>) -> Result<Sdk> {
        let mut sdks = self.sdks()?;
        let names: Vec<_> = sdks.iter().map(|sdk| sdk.name().into_owned()).collect();
        match name {
            Some(name) => sdks.retain(|sdk| sdk.name() == name),
            None => ensure!(sdks.len() == 1, "there is more than one SDK, so name one of {names:?}"),
        }
        sdks.pop().with_context(|| format!("there is no SDK of that name; there are {names:?}"))
    }
}
