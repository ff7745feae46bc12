//! Reads what the rules are about: the packages, the SDKs, and the files of the checkout.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The crate that every SDK is built on.
pub(crate) const CLIENT: &str = "cloudflare-client";
/// The run-time support of generated code.
pub(crate) const RUNTIME: &str = "api-runtime";

/// What `cargo metadata` prints.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
}

/// One package of `cargo metadata`.
#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) source: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) license_file: Option<PathBuf>,
    pub(crate) rust_version: Option<String>,
    pub(crate) readme: Option<PathBuf>,
    #[serde(default)]
    pub(crate) keywords: Vec<String>,
    #[serde(default)]
    pub(crate) categories: Vec<String>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
}

impl Package {
    /// The folder of the package, relative to the workspace.
    pub(crate) fn folder(&self) -> PathBuf {
        let folder = self.manifest_path.parent().unwrap();
        folder.strip_prefix(root()).unwrap_or(folder).to_owned()
    }
}

/// A dependency that a manifest declares.
#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: Option<String>,
}

impl Dependency {
    pub(crate) fn is_for_development(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

/// A library, program, test or benchmark of a package.
#[derive(Deserialize)]
pub(crate) struct Target {
    pub(crate) src_path: PathBuf,
}

/// The crates of one SDK, as its `sdk.toml` lists them.
#[derive(Clone, Debug)]
pub(crate) struct Sdk {
    pub(crate) folder: PathBuf,
    pub(crate) api: String,
    pub(crate) mock: String,
    /// The crate that users depend on.
    pub(crate) sdk: Option<String>,
    /// Hand-written packages on top, such as a command line.
    pub(crate) programs: BTreeSet<String>,
}

impl Sdk {
    /// Every crate of the SDK.
    pub(crate) fn crates(&self) -> BTreeSet<&str> {
        let named = [&self.api, &self.mock].into_iter().chain(&self.sdk).chain(&self.programs);
        named.map(String::as_str).collect()
    }
}

#[derive(Deserialize)]
struct Manifest {
    crates: Crates,
}

#[derive(Deserialize)]
struct Crates {
    api: String,
    mock: String,
    sdk: Option<String>,
    #[serde(default)]
    others: Vec<String>,
}

/// The folder of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The packages of the workspace. Needs no network.
pub(crate) fn packages() -> Vec<Package> {
    metadata(&["--no-deps"]).unwrap().packages
}

/// Runs `cargo metadata` without network access. The error is what cargo printed.
pub(crate) fn metadata(arguments: &[&str]) -> Result<Metadata, String> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version=1"])
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// The SDKs: the folders under `spec/`.
pub(crate) fn sdks() -> Vec<Sdk> {
    let mut folders: Vec<_> = fs::read_dir(root().join("spec")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    assert!(!folders.is_empty(), "spec/ has no SDK");
    folders.into_iter().map(read_sdk).collect()
}

fn read_sdk(folder: PathBuf) -> Sdk {
    let Manifest { crates: Crates { api, mock, sdk, others } } = read_toml(&folder.join("sdk.toml"));
    Sdk { folder, api, mock, sdk, programs: others.into_iter().collect() }
}

/// Reads a TOML file.
pub(crate) fn read_toml<T: DeserializeOwned>(path: &Path) -> T {
    toml::from_str(&fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file below a folder whose name ends with one of the extensions, without hidden folders and build output.
pub(crate) fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extensions.iter().any(|listed| extension == *listed)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A path as reports show it: relative to the workspace.
pub(crate) fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
