//! Tests of releases of invented SDKs.

mod check;
mod notes;
mod public_surface;

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::changelog::{Changelog, provenance};
use super::check::judge;
use super::*;
use crate::sdk::Sdk;
use crate::workspace::Workspace;
use xtask_codegen::GeneratorProcess;
use xtask_document::read::sha256;

/// A workspace of invented SDKs. Its generated code does not match its documents.
struct Fake(TempDir);

impl Fake {
    /// A workspace with the SDK things at its first release.
    fn new() -> Self {
        let fake = Self(tempfile::tempdir().unwrap());
        fake.add_sdk("things");
        fake
    }

    fn add_sdk(&self, name: &str) {
        self.revision(name, "2026-01-01", |_| ());
        self.set_current(name, "2026-01-01");
        self.set_versions(name, "0.1.0+2026-01-01");
        self.set_code(name, CODE);
    }

    /// Sets the generated code of the api crate.
    fn set_code(&self, name: &str, code: &str) {
        self.write(&format!("crates/{name}-api/src/generated.rs"), code);
    }

    /// The text of the record of a version of the SDK things.
    fn record(&self, version: &str) -> String {
        fs::read_to_string(self.0.path().join(record_path(version))).unwrap()
    }

    /// Writes the record of a release as if the present code had been released.
    fn release_code(&self, name: &str, version: &str) {
        let (workspace, version) = (self.workspace(), version.parse().unwrap());
        let sdk = workspace.sdk(Some(name)).unwrap();
        let surface = surfaces::of_code(workspace.root(), &sdk).unwrap();
        surfaces::write(workspace.root(), &sdk, &version, &surface).unwrap();
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn revision(&self, name: &str, date: &str, change: impl FnOnce(&mut Value)) {
        let mut document = json!({
            "openapi": "3.0.3",
            "info": {"title": "t", "version": date},
            "paths": {"/things": {
                "get": {"operationId": "list_things", "summary": "List\nthem *all*", "responses": {}},
                "post": {"operationId": "add_thing", "responses": {}},
            }},
        });
        change(&mut document);
        self.write(&format!("spec/{name}/{date}.json"), &document.to_string());
    }

    fn set_current(&self, name: &str, date: &str) {
        let manifest = format!(
            "title = 't'\ndescription = 'd'\ncurrent = '{date}'\nslice.paths = ['/']\nnames = {{}}\n\
             [crates]\napi = '{name}-api'\nmock = '{name}-mock'\nothers = ['{name}']\n"
        );
        self.write(&format!("spec/{name}/sdk.toml"), &manifest);
    }

    fn set_version(&self, package: &str, version: &str) {
        self.write(&format!("crates/{package}/Cargo.toml"), &format!("[package]\nversion = {version:?}\n"));
    }

    fn set_versions(&self, name: &str, version: &str) {
        for suffix in ["", "-api", "-mock"] {
            self.set_version(&format!("{name}{suffix}"), version);
        }
    }

    /// Writes an entry below each heading, with the document's hash if there is a document. Every release has the
    /// present code.
    fn set_changelog(&self, headings: &[&str]) {
        for name in ["things", "more"] {
            let _ = fs::remove_dir_all(self.0.path().join(format!("spec/{name}/surfaces")));
        }
        let releases = headings.iter().filter_map(|heading| heading.split_once(' '));
        for (name, version) in
            releases.filter(|(name, version)| ["things", "more"].contains(name) && version.contains('+'))
        {
            self.release_code(name, version);
        }
        let provenance = |heading: &str| {
            let (name, version) = heading.split_once(' ')?;
            let document = format!("spec/{name}/{}.json", version.split_once('+')?.1);
            self.0.path().join(&document).is_file().then(|| format!("\n{}\n", provenance(&self.sha256(&document))))
        };
        let entry = |heading: &&str| format!("## {heading}\n\nnews\n{}", provenance(heading).unwrap_or_default());
        self.write("CHANGELOG.md", &headings.iter().map(entry).collect::<Vec<_>>().join("\n"));
    }

    fn sha256(&self, path: &str) -> String {
        sha256(fs::read(self.0.path().join(path)).unwrap())
    }

    /// The line of an entry with the hash of a document of the SDK things.
    fn provenance(&self, date: &str) -> String {
        provenance(&self.sha256(&format!("spec/things/{date}.json")))
    }

    fn changelog(&self) -> String {
        fs::read_to_string(self.0.path().join("CHANGELOG.md")).unwrap()
    }

    fn workspace(&self) -> Workspace {
        Workspace::at(self.0.path())
    }

    /// The problems of the SDK things, without a check of the generated code.
    fn problems(&self) -> Vec<String> {
        judge(&self.workspace(), Some("things")).unwrap().problems
    }

    /// Asserts that these are the problems, each by a part of its line.
    #[track_caller]
    fn assert_problems(&self, parts: &[&str]) {
        let problems = self.problems();
        assert_eq!(problems.len(), parts.len(), "{problems:#?}");
        for (problem, part) in problems.iter().zip(parts) {
            assert!(problem.contains(part) && !problem.contains('\n'), "{problem}");
        }
    }

    fn try_notes(&self, name: &str) -> anyhow::Result<Notes> {
        let workspace = self.workspace();
        Notes::make(&workspace, workspace.sdk(Some(name)).unwrap())
    }

    fn notes(&self, name: &str) -> Notes {
        self.try_notes(name).unwrap()
    }
}

/// Generated code with one operation and one type.
const CODE: &str = "pub mod types { #[non_exhaustive] pub struct Thing { pub id: u8 } }
                    pub struct Client { url: String }
                    impl Client { pub async fn list_things(&self) -> types::Thing {} }";

/// The same code after a change that breaks its users.
const BROKEN_CODE: &str = "pub mod types { #[non_exhaustive] pub struct Thing { pub id: u16 } }
                           pub struct Client { url: String }
                           impl Client { pub fn new() -> Self {} }";

/// The same code after an addition.
const MORE_CODE: &str = "pub mod types { #[non_exhaustive] pub struct Thing { pub id: u8, pub name: String } }
                         pub struct Client { url: String }
                         impl Client { pub async fn list_things(&self) -> types::Thing {} }";

fn record_path(version: &str) -> String {
    format!("spec/things/surfaces/{version}.txt")
}

/// A workspace after its first release, with another current revision and a version in the crates and the changelog.
fn second(version: &str, change: impl FnOnce(&mut Value)) -> Fake {
    let fake = Fake::new();
    fake.revision("things", "2026-02-02", change);
    fake.set_current("things", "2026-02-02");
    fake.set_versions("things", version);
    fake.set_changelog(&[&format!("things {version}"), "things 0.1.0+2026-01-01"]);
    fake
}

fn nothing(_: &mut Value) {}

fn breaks(document: &mut Value) {
    document["paths"]["/things"].as_object_mut().unwrap().remove("post");
    adds(document);
}

fn adds(document: &mut Value) {
    document["paths"]["/other_things"] = json!({"get": {"operationId": "list_other_things", "responses": {}}});
    rewords(document);
}

fn rewords(document: &mut Value) {
    document["paths"]["/things"]["get"]["summary"] = json!("All");
}

/// The released SDKs of a checkout. An unreleased one may be incomplete.
pub(crate) fn released(workspace: &Workspace) -> Vec<Sdk> {
    let changelog = Changelog::read(workspace.root()).unwrap().unwrap();
    let mut sdks = workspace.sdks().unwrap();
    sdks.retain(|sdk| changelog.entries(sdk.name()) != (vec![], vec![]));
    assert!(sdks.iter().any(|sdk| sdk.name() == "risk-scoring"));
    sdks
}
