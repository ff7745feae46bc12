//! `sdk.toml`: what one SDK is cut from and what it feeds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

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
    /// The revision that the crates speak.
    pub current: String,
    /// What of the API belongs to the SDK.
    pub slice: Slice,
    /// The packages that are fed.
    pub crates: Crates,
    /// How names are made.
    pub names: Names,
}

/// What of the API belongs to the SDK.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slice {
    /// The beginnings of its paths.
    pub paths: BTreeSet<String>,
}

/// The packages, by the name of their folder under `crates/`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crates {
    /// The low-level client.
    pub api: String,
    /// The typed mocks.
    pub mock: String,
}

/// How names are made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// A prefix of the vendor's schema names that ours must not have.
    pub drop_type_prefix: Option<String>,
    /// Our operation ids, each with the vendor's.
    pub operations: BTreeMap<String, String>,
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
        let manifest = toml::from_str(&text).with_context(|| format!("{} is not valid", path.display()))?;
        let folder = folder.strip_prefix(root).unwrap_or(folder).to_owned();
        Ok(Self { folder, manifest })
    }

    /// Where the document of a revision is, relative to the workspace.
    pub fn document(&self, revision: &str) -> PathBuf {
        self.folder.join(format!("{revision}.json"))
    }
}

impl Crates {
    /// The path by which Rust code names the low-level client.
    pub fn api_path(&self) -> String {
        self.api.replace('-', "_")
    }
}
