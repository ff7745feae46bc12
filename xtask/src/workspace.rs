//! Where things are.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

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
}
