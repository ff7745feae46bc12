use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::check::judge;
use super::*;
use crate::generate::Process;
use crate::sdk::Sdk;
use crate::workspace::Workspace;

/// A workspace of made-up SDKs. Its generated code is not current.
struct Fake(TempDir);

impl Fake {
    /// With the SDK things, of two crates, at its first release.
    fn new() -> Self {
        let fake = Self(tempfile::tempdir().unwrap());
        fake.add_sdk("things");
        fake
    }

    fn add_sdk(&self, name: &str) {
        self.revision(name, "2026-01-01", |_| ());
        self.set_current(name, "2026-01-01");
        self.set_versions(name, "0.1.0+2026-01-01");
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

    fn set_changelog(&self, headings: &[&str]) {
        let entries: Vec<_> = headings.iter().map(|heading| format!("## {heading}\n\nnews\n")).collect();
        self.write("CHANGELOG.md", &entries.join("\n"));
    }

    fn changelog(&self) -> String {
        fs::read_to_string(self.0.path().join("CHANGELOG.md")).unwrap()
    }

    fn workspace(&self) -> Workspace {
        Workspace::at(self.0.path())
    }

    /// Checks everything but the generated code, for which there is no generator.
    fn check(&self, sdk: Option<&str>) -> anyhow::Result<Report> {
        let mut report = check(&self.workspace(), &Process::of("no generator", 1), sdk)?;
        report.problems.retain(|problem| !problem.contains("cannot run no generator"));
        Ok(report)
    }

    /// What is wrong with the SDK things.
    fn problems(&self) -> Vec<String> {
        judge(self.0.path(), &self.workspace().sdk(Some("things")).unwrap()).err().unwrap_or_default()
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

    fn notes(&self, name: &str) -> Notes {
        let workspace = self.workspace();
        Notes::make(&workspace, &workspace.sdk(Some(name)).unwrap()).unwrap()
    }
}

/// After a first release, with another revision current and these versions in the crates and the changelog.
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

/// The SDKs of a checkout that have been released. Before that, one may lack what only its maintainers know.
pub(crate) fn released(workspace: &Workspace) -> Vec<Sdk> {
    let text = changelog::read(workspace.root()).unwrap().unwrap();
    let mut sdks = workspace.sdks().unwrap();
    sdks.retain(|sdk| !changelog::entries(&text, &sdk.name()).is_empty());
    assert!(sdks.iter().any(|sdk| sdk.name() == "risk-scoring"));
    sdks
}

#[test]
fn what_has_been_released_of_this_checkout_can_be_released_again() {
    let workspace = Workspace::current();
    for sdk in released(&workspace) {
        judge(workspace.root(), &sdk).unwrap();
    }
}

#[test]
fn there_is_nothing_to_release_before_the_first_revision() {
    let fake = Fake::new();
    fake.set_current("things", "none");
    let report = fake.check(Some("things")).unwrap();
    assert_eq!(report.ready, ["things: no revision yet, and nothing to release"]);
}

#[test]
fn a_release_with_its_entry_is_ready() {
    let fake = Fake::new();
    fake.set_changelog(&["Unreleased", "things 0.1.0+2026-01-01"]);
    fake.assert_problems(&[]);
}

#[test]
fn an_sdk_that_is_not_there_cannot_be_checked() {
    assert!(Fake::new().check(Some("nothing")).is_err());
}

#[test]
fn a_document_that_cannot_be_used_is_told_once() {
    let fake = Fake::new();
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    fake.revision("things", "2026-01-01", |document| document["info"]["version"] = json!("another"));
    let report = fake.check(None).unwrap();
    assert_eq!(report.problems.len(), 1, "{report:?}");
    assert!(report.problems[0].contains("info.version"), "{report:?}");
}

#[test]
fn crates_of_other_versions_are_problems() {
    let fake = Fake::new();
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    fake.set_version("things-mock", "0.0.9+2026-01-01");
    fake.assert_problems(&[
        "crates/things-mock/Cargo.toml: the version is 0.0.9+2026-01-01, and that of other crates 0.1",
    ]);
    fake.write("crates/things/Cargo.toml", "package.version.workspace = true");
    fake.assert_problems(&["crates/things/Cargo.toml: the version is the workspace's", "things-mock"]);
}

#[test]
fn another_revision_than_the_current_one_is_a_problem() {
    let fake = Fake::new();
    fake.set_versions("things", "0.1.0+2026-02-02");
    fake.set_changelog(&["things 0.1.0+2026-02-02"]);
    fake.assert_problems(&[
        "spec/things/sdk.toml: the current revision is 2026-01-01, so the crates' version 0.1.0+2026-02-02 has to end",
        "the last release, 0.1.0+2026-02-02, cannot be compared with",
    ]);
    fake.set_versions("things", "0.1.0");
    fake.set_changelog(&["things 0.1.0"]);
    fake.assert_problems(&["which revision", "version 0.1.0 has to end in +2026-01-01", "no entry things 0.1.0"]);
}

#[test]
fn a_revision_is_not_made_current_without_a_release_of_its_own() {
    let fake = second("0.1.0+2026-01-01", breaks);
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    fake.assert_problems(&["the current revision is 2026-02-02", "at least 0.2.0+2026-02-02"]);
}

#[test]
fn a_version_that_is_too_small_is_a_problem() {
    for (version, change, part) in [
        (
            "0.1.1+2026-02-02",
            breaks as fn(&mut Value),
            "a breaking change of the API since 0.1.0+2026-01-01, POST /things",
        ),
        ("0.1.0+2026-02-02", adds, "a compatible change of the API since 0.1.0+2026-01-01, GET /other_things"),
        ("0.1.0+2026-02-02", rewords, "a documentary change"),
        ("0.1.0+2026-02-02", nothing, "every release has a greater version"),
    ] {
        let fake = second(version, change);
        fake.assert_problems(&[part]);
        let problem = fake.problems().remove(0);
        let least = if version.starts_with("0.1.1") { "0.2.0+2026-02-02" } else { "0.1.1+2026-02-02" };
        let end =
            format!("at least {least}, in crates/things-api/Cargo.toml, crates/things-mock/Cargo.toml, crates/th");
        assert!(problem.contains(&end), "{problem}");
    }
}

#[test]
fn the_first_of_several_changes_is_told_with_their_number() {
    let fake = second("0.1.9+2026-02-02", |document| document["paths"] = json!({"/": {}}));
    fake.assert_problems(&[
        "there are 2 breaking changes of the API since 0.1.0+2026-01-01, the first GET /things: the",
    ]);
}

#[test]
fn a_version_that_is_great_enough_is_none() {
    for (version, change) in [
        ("0.2.0+2026-02-02", breaks as fn(&mut Value)),
        ("1.0.0+2026-02-02", breaks),
        ("0.1.1+2026-02-02", adds),
        ("0.1.1+2026-02-02", nothing),
    ] {
        second(version, change).assert_problems(&[]);
    }
}

#[test]
fn a_pre_release_is_as_great_as_its_release_and_promises_nothing() {
    second("0.2.0-rc.1+2026-02-02", breaks).assert_problems(&[]);
    second("0.1.1-rc.1+2026-02-02", breaks).assert_problems(&["at least 0.2.0+2026-02-02"]);

    let fake = second("0.2.0+2026-02-02", breaks);
    let history = ["things 0.2.0+2026-02-02", "things 0.2.0-rc.1+1999-09-09", "things 0.1.0+2026-01-01"];
    fake.set_changelog(&history);
    fake.assert_problems(&[]);
    assert!(fake.notes("things").text.contains("From revision 2026-01-01"), "its changes are those since the release");

    fake.set_versions("things", "0.2.0-beta.1+2026-02-02");
    fake.set_changelog(&["things 0.2.0-beta.1+2026-02-02", "things 0.2.0-alpha.1+1999-09-09"]);
    fake.assert_problems(&[]);
    fake.set_versions("things", "0.2.0-alpha.1+2026-02-02");
    fake.set_changelog(&["things 0.2.0-alpha.1+2026-02-02", "things 0.2.0-alpha.1+1999-09-09"]);
    fake.assert_problems(&["every release has a greater version than the one before; so it has to be at least 0.2.0"]);
}

#[test]
fn a_last_release_whose_document_is_not_there_is_a_problem() {
    let fake = second("0.2.0+2026-02-02", breaks);
    fake.set_changelog(&["things 0.2.0+2026-02-02", "things 0.1.0+2025-12-31"]);
    fake.assert_problems(&["0.1.0+2025-12-31, cannot be compared with: cannot read"]);
}

#[test]
fn a_changelog_that_says_nothing_of_the_release_is_a_problem() {
    let fake = Fake::new();
    fake.assert_problems(&["CHANGELOG.md: it does not exist; `cargo xtask release notes things --write` writes one"]);
    fake.set_changelog(&["Unreleased"]);
    fake.assert_problems(&["CHANGELOG.md: there is no entry things 0.1.0+2026-01-01; `cargo xtask"]);
    fake.write("CHANGELOG.md", "## things 0.1.0+2026-01-01\n\n## other 0.1.0\nnews\n");
    fake.assert_problems(&["CHANGELOG.md:1: the entry things 0.1.0+2026-01-01 is empty"]);
    fake.set_changelog(&["things 0.1.0+2026-01-01", "things nonsense"]);
    fake.assert_problems(&["CHANGELOG.md:5: \"things nonsense\" has no valid version"]);
}

#[test]
fn an_entry_that_is_not_the_newest_is_a_problem() {
    let fake = second("0.2.0+2026-02-02", breaks);
    fake.set_changelog(&["things 0.1.0+2026-01-01", "things 0.2.0+2026-02-02"]);
    fake.assert_problems(&["CHANGELOG.md:5: the entry things 0.2.0+2026-02-02 is not above"]);
    fake.set_changelog(&["things 0.3.0+2026-02-02", "things 0.2.0+2026-02-02", "things 0.1.0+2026-01-01"]);
    fake.assert_problems(&["CHANGELOG.md:1: things 0.3.0+2026-02-02 is newer than the crates, which are 0.2.0"]);
}

#[test]
fn the_notes_of_a_first_release_list_the_operations() {
    let text = "## things 0.1.0+2026-01-01\n\nThe first release, of revision 2026-01-01 of the API:\n\n\
                - `GET /things` — List them \\*all\\*\n- `POST /things`\n";
    assert_eq!(Fake::new().notes("things").text, text);
}

#[test]
fn the_notes_of_another_release_list_the_changes() {
    let text = "## things 0.2.0+2026-02-02\n\n### Breaking\n\n\
                - `POST /things`: the operation is gone (operation; published crates break at run time)\n\n\
                ### Compatible\n\n- `GET /other_things`: there is a new operation (operation)\n\n\
                ### Documentation\n\n- 1 change that code does not see, at `GET /things`\n\n\
                From revision 2026-01-01 of the API to 2026-02-02.\n";
    assert_eq!(second("0.2.0+2026-02-02", breaks).notes("things").text, text);
    let text = second("0.1.1+2026-02-02", adds).notes("things").text;
    assert!(text.starts_with("## things 0.1.1+2026-02-02\n\n### Compatible\n"), "{text}");
}

#[test]
fn the_notes_say_that_nothing_changed() {
    let text = "## things 0.1.1+2026-02-02\n\nNothing changed in the API from revision 2026-01-01 to 2026-02-02.\n";
    assert_eq!(second("0.1.1+2026-02-02", nothing).notes("things").text, text);

    let fake = Fake::new();
    fake.set_versions("things", "0.1.1+2026-01-01");
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    let text = "## things 0.1.1+2026-01-01\n\nThe API is that of 0.1.0+2026-01-01: revision 2026-01-01.\n";
    assert_eq!(fake.notes("things").text, text);
}

#[test]
fn the_notes_have_the_version_that_is_called_for() {
    for (crates, heading) in [
        ("0.1.0+2026-01-01", "## things 0.2.0+2026-02-02\n"),
        ("0.1.7+2026-02-02", "## things 0.2.0+2026-02-02\n"),
        ("0.3.0+2026-01-01", "## things 0.3.0+2026-02-02\n"),
    ] {
        let fake = second(crates, breaks);
        fake.set_changelog(&["things 0.1.0+2026-01-01"]);
        assert!(fake.notes("things").text.starts_with(heading), "{crates}");
    }
}

#[test]
fn notes_are_written_once() {
    let fake = second("0.1.0+2026-01-01", breaks);
    fake.set_changelog(&["Unreleased", "things 0.1.0+2026-01-01"]);
    let notes = fake.notes("things");
    notes.write(&fake.workspace()).unwrap();
    let text = fake.changelog();
    assert_eq!(text, format!("## Unreleased\n\nnews\n\n{}\n## things 0.1.0+2026-01-01\n\nnews\n", notes.text));

    // Also if the crates have not followed yet, and if another revision has become current.
    for date in ["2026-02-02", "2026-03-03"] {
        fake.revision("things", date, breaks);
        fake.set_current("things", date);
        let error = fake.notes("things").write(&fake.workspace()).unwrap_err().to_string();
        assert!(error.starts_with("CHANGELOG.md:5: there is an entry things 0.2.0+2026-02-02 already"), "{error}");
    }
    assert_eq!(fake.changelog(), text);
}

#[test]
fn written_notes_make_an_sdk_ready_and_leave_the_others_alone() {
    let fake = Fake::new();
    fake.add_sdk("things-more");
    for name in ["things", "things-more"] {
        fake.notes(name).write(&fake.workspace()).unwrap();
    }
    fake.assert_problems(&[]);
    let more = fake.workspace().sdk(Some("things-more")).unwrap();
    assert_eq!(judge(Path::new(fake.0.path()), &more).unwrap().to_string(), "0.1.0+2026-01-01");
    let text = fake.changelog();
    let headings: Vec<_> = text.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(headings, ["# Changelog", "## things-more 0.1.0+2026-01-01", "## things 0.1.0+2026-01-01"]);
    assert!(fake.workspace().sdk(None).is_err(), "the notes of one have to be asked for by its name");
}

#[test]
fn crates_that_do_not_say_their_revision_have_that_one_problem() {
    let fake = Fake::new();
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    fake.set_versions("things", "0.1.0");
    let problems = fake.problems();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].ends_with("so the crates' version 0.1.0 has to end in +2026-01-01"), "{problems:?}");
}
