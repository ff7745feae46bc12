use super::*;

#[test]
fn released_sdks_of_this_checkout_pass_the_check() {
    let workspace = Workspace::current().unwrap();
    for sdk in released(&workspace) {
        assert_eq!(judge(&workspace, Some(sdk.name())).unwrap().problems, [""; 0]);
    }
}

#[test]
fn sdk_without_a_revision_has_nothing_to_release() {
    let fake = Fake::new();
    fake.set_current("things", "none");
    for changelog in ["", "# Changelog\n"] {
        fake.write("CHANGELOG.md", changelog);
        let report = judge(&fake.workspace(), Some("things")).unwrap();
        assert_eq!((report.ready, report.problems.len()), (vec![NOTHING.to_owned()], 0));
    }
    // A released SDK has a revision.
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    fake.assert_problems(&["spec/things/sdk.toml: no revision of things is current"]);
    fake.set_changelog(&["things nonsense"]);
    fake.assert_problems(&["\"things nonsense\" has no valid version", "no revision of things is current"]);
}

const NOTHING: &str = "things: no revision yet, and nothing to release";

#[test]
fn current_revision_that_is_not_a_date_is_a_problem() {
    let fake = Fake::new();
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    for current in ["", "2026-1-1", "latest"] {
        fake.set_current("things", current);
        fake.assert_problems(&[&format!("spec/things/sdk.toml: `current`: the revision {current:?} is not a date")]);
    }
}

#[test]
fn release_with_an_entry_is_ready() {
    let fake = Fake::new();
    fake.set_changelog(&["Unreleased", "things 0.1.0+2026-01-01"]);
    fake.assert_problems(&[]);
}

#[test]
fn check_of_an_unknown_sdk_is_an_error() {
    assert!(judge(&Fake::new().workspace(), Some("nothing")).is_err());
}

#[test]
fn invalid_document_is_reported_once() {
    let fake = Fake::new();
    fake.revision("things", "2026-01-01", |document| document["info"]["version"] = json!("another"));
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    // The generator is not run for such a document.
    let report = check(&fake.workspace(), &GeneratorProcess::of("no generator", 1), None).unwrap();
    assert_eq!(report.problems.len(), 1, "{report:?}");
    assert!(report.problems[0].contains("info.version"), "{report:?}");
}

#[test]
fn crates_with_different_versions_are_problems() {
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
fn version_with_another_revision_than_the_current_one_is_a_problem() {
    let fake = Fake::new();
    fake.set_versions("things", "0.1.0+2026-02-02");
    fake.set_changelog(&["things 0.1.0+2026-02-02"]);
    fake.assert_problems(&[
        "CHANGELOG.md:1: cannot read spec/things/2026-02-02.json of things 0.1.0+2026-02-02: ",
        "spec/things/sdk.toml: the current revision, 2026-01-01, is older than that of the last release, things 0.1.0+2",
    ]);
    fake.set_versions("things", "0.1.0");
    fake.set_changelog(&["things 0.1.0"]);
    fake.assert_problems(&[
        "does not name the released revision",
        "version 0.1.0 has to end in +2026-01-01",
        "no entry things 0.1.0",
    ]);
}

#[test]
fn new_current_revision_requires_a_new_version() {
    let fake = second("0.1.0+2026-01-01", breaks);
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    fake.assert_problems(&["the current revision is 2026-02-02", "at least 0.2.0+2026-02-02"]);
}

#[test]
fn version_that_is_too_low_is_a_problem() {
    for (version, change, part) in [
        (
            "0.1.1+2026-02-02",
            breaks as fn(&mut Value),
            "1 breaking change of the API since 0.1.0+2026-01-01, POST /things",
        ),
        ("0.1.0+2026-02-02", adds, "1 additive change of the API since 0.1.0+2026-01-01, GET /other_things"),
        ("0.1.0+2026-02-02", rewords, "1 documentation change"),
        ("0.1.0+2026-02-02", nothing, "every release has a greater version"),
    ] {
        let fake = second(version, change);
        if version.starts_with("0.1.1") {
            fake.assert_problems(&[part]);
        } else {
            fake.assert_problems(&["things 0.1.0+2026-01-01 has the version of 0.1.0+2026-02-02 in line 1;", part]);
        }
        let problem = fake.problems().pop().unwrap();
        let least = if version.starts_with("0.1.1") { "0.2.0+2026-02-02" } else { "0.1.1+2026-02-02" };
        let end =
            format!("at least {least}, in crates/things-api/Cargo.toml, crates/things-mock/Cargo.toml, crates/th");
        assert!(problem.contains(&end), "{problem}");
    }
}

#[test]
fn message_shows_the_first_change_and_their_number() {
    let fake = second("0.1.9+2026-02-02", |document| document["paths"] = json!({"/": {}}));
    fake.assert_problems(&["2 breaking changes of the API since 0.1.0+2026-01-01, the first GET /things: the"]);
}

#[test]
fn version_that_is_high_enough_passes() {
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
fn pre_release_satisfies_the_requirement_of_its_release() {
    second("0.2.0-rc.1+2026-02-02", breaks).assert_problems(&[]);
    second("0.1.1-rc.1+2026-02-02", breaks).assert_problems(&["at least 0.2.0+2026-02-02"]);

    let fake = second("0.2.0+2026-02-02", breaks);
    fake.revision("things", "1999-09-09", nothing);
    let history = ["things 0.2.0+2026-02-02", "things 0.2.0-rc.1+1999-09-09", "things 0.1.0+2026-01-01"];
    fake.set_changelog(&history);
    fake.assert_problems(&[]);
    assert!(fake.notes("things").text.contains("From revision 2026-01-01"), "the changes since the release are listed");

    fake.set_versions("things", "0.2.0-beta.1+2026-02-02");
    fake.set_changelog(&["things 0.2.0-beta.1+2026-02-02", "things 0.2.0-alpha.1+1999-09-09"]);
    fake.assert_problems(&[]);
    fake.set_versions("things", "0.2.0-alpha.1+1999-09-09");
    fake.set_changelog(&["things 0.2.0-alpha.1+1999-09-09"]);
    fake.assert_problems(&[
        "has to end in +2026-02-02",
        "every release has a greater version than the one before; so it has to be at least 0.2.0+2026-02-02",
    ]);
}

#[test]
fn release_with_a_missing_document_is_a_problem() {
    let fake = second("0.2.0+2026-02-02", breaks);
    fake.set_changelog(&["things 0.2.0+2026-02-02", "things 0.1.0+2025-12-31"]);
    fake.assert_problems(&["CHANGELOG.md:7: cannot read spec/things/2025-12-31.json of things 0.1.0+2025-12-31: "]);
}

#[test]
fn edited_document_of_a_release_is_a_problem() {
    let fake = second("0.2.0+2026-02-02", breaks);
    fake.set_versions("things", "0.3.0+2026-02-02");
    fake.set_changelog(&["things 0.3.0+2026-02-02", "things 0.2.0+2026-02-02", "things 0.1.0+2026-01-01"]);
    fake.assert_problems(&[]);
    let hash = |date: &str| fake.sha256(&format!("spec/things/{date}.json"));
    for (date, entries) in [
        ("2026-01-01", &[("0.1.0+2026-01-01", 13)][..]),
        ("2026-02-02", &[("0.3.0+2026-02-02", 1), ("0.2.0+2026-02-02", 7)]),
    ] {
        let before = hash(date);
        fake.revision("things", date, rewords);
        let (after, problems) = (hash(date), fake.problems());
        assert_eq!(problems.len(), entries.len(), "{problems:?}");
        for (problem, (version, line)) in problems.iter().zip(entries) {
            let start = format!(
                "spec/things/{date}.json: its SHA-256 is {after}, and CHANGELOG.md:{line} records {before} for things \
                 {version}; restore"
            );
            assert!(problem.starts_with(&start), "{problem}");
        }
        let undo = if date == "2026-01-01" { nothing } else { breaks };
        fake.revision("things", date, undo);
    }
}

#[test]
fn entry_without_the_hash_of_its_document_is_a_problem() {
    let fake = Fake::new();
    fake.release_code("things", "0.1.0+2026-01-01");
    fake.write("CHANGELOG.md", "## things 0.1.0+2026-01-01\n\nnews\n");
    fake.assert_problems(&[
        "CHANGELOG.md:1: the entry things 0.1.0+2026-01-01 does not record the hash of its document",
    ]);
    let problem = fake.problems().remove(0);
    let (_, line) = problem.split_once("add the line: ").unwrap();
    fake.write("CHANGELOG.md", &format!("## things 0.1.0+2026-01-01\n\nnews\n\n{line}\n"));
    fake.assert_problems(&[]);
}

#[test]
fn earlier_document_need_not_match_the_present_sdk_toml() {
    let fake = second("0.1.1+2026-02-02", |document| {
        document["paths"]["/more"] = json!({"get": {"operationId": "list_more", "responses": {}}});
    });
    let manifest = fs::read_to_string(fake.0.path().join("spec/things/sdk.toml")).unwrap();
    fake.write("spec/things/sdk.toml", &manifest.replace("['/']", "['/things', '/more']"));
    fake.assert_problems(&[]);
}

#[test]
fn current_revision_older_than_the_last_release_is_a_problem() {
    let fake = second("0.2.0+2026-02-02", breaks);
    fake.set_current("things", "2026-01-01");
    fake.set_versions("things", "0.3.0+2026-01-01");
    fake.set_changelog(&["things 0.3.0+2026-01-01", "things 0.2.0+2026-02-02", "things 0.1.0+2026-01-01"]);
    let part =
        "spec/things/sdk.toml: the current revision, 2026-01-01, is older than that of the last release, things 0.2.";
    fake.assert_problems(&[part]);
    fake.set_changelog(&["things 0.2.0+2026-02-02", "things 0.1.0+2026-01-01"]);
    assert!(fake.try_notes("things").err().unwrap().to_string().contains(part));
    // The revision of a pre-release does not count.
    fake.set_versions("things", "0.2.0+2026-01-01");
    fake.set_changelog(&["things 0.2.0+2026-01-01", "things 0.2.0-rc.1+2026-02-02", "things 0.1.0+2026-01-01"]);
    fake.assert_problems(&[]);
}

#[test]
fn missing_or_empty_entry_is_a_problem() {
    let fake = Fake::new();
    fake.assert_problems(&[
        "CHANGELOG.md: it does not exist; write one with `cargo xtask release notes things --write`",
    ]);
    fake.set_changelog(&["Unreleased"]);
    fake.assert_problems(&["CHANGELOG.md: there is no entry things 0.1.0+2026-01-01; write one with `cargo xtask"]);
    fake.write("CHANGELOG.md", "");
    fake.assert_problems(&["CHANGELOG.md: there is no entry things 0.1.0+2026-01-01; write one with `cargo xtask"]);
    let provenance = fake.provenance("2026-01-01");
    fake.release_code("things", "0.1.0+2026-01-01");
    for nothing in ["", "<!-- news -->", "### Breaking\n\n<!--\n- news\n-->"] {
        fake.write("CHANGELOG.md", &format!("## things 0.1.0+2026-01-01\n\n{nothing}\n\n{provenance}\n"));
        fake.assert_problems(&["CHANGELOG.md:1: the entry things 0.1.0+2026-01-01 has no text"]);
    }
    fake.set_changelog(&[]);
    fake.write("CHANGELOG.md", &format!("<!--\n## things 0.1.0+2026-01-01\n\nnews\n\n{provenance}\n-->\n"));
    fake.assert_problems(&["CHANGELOG.md: there is no entry things 0.1.0+2026-01-01"]);
    fake.set_changelog(&["things 0.1.0+2026-01-01", "things nonsense"]);
    fake.assert_problems(&["CHANGELOG.md:7: \"things nonsense\" has no valid version"]);
}

#[test]
fn entry_of_the_crates_version_must_be_the_newest() {
    let fake = second("0.2.0+2026-02-02", breaks);
    fake.set_changelog(&["things 0.1.0+2026-01-01", "things 0.2.0+2026-02-02"]);
    fake.assert_problems(&["CHANGELOG.md:7: things 0.2.0+2026-02-02 is below 0.1.0+2026-01-01, which is older"]);
    fake.set_changelog(&["things 0.3.0+2026-02-02", "things 0.2.0+2026-02-02", "things 0.1.0+2026-01-01"]);
    fake.assert_problems(&["CHANGELOG.md:1: things 0.3.0+2026-02-02 is newer than the crates, which are 0.2.0"]);
}

#[test]
fn version_without_a_revision_is_one_problem() {
    let fake = Fake::new();
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    fake.set_versions("things", "0.1.0");
    let problems = fake.problems();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].ends_with("so the crates' version 0.1.0 has to end in +2026-01-01"), "{problems:?}");
}

#[test]
fn malformed_heading_is_a_problem() {
    let fake = Fake::new();
    fake.add_sdk("more");
    for (heading, part) in [
        (
            "## thing 0.1.0+2026-01-01",
            "\"thing 0.1.0+2026-01-01\" is no release of an SDK; there are [\"more\", \"things\"]",
        ),
        ("## Things 0.1.0+2026-01-01", "is no release of an SDK"),
        ("## 0.1.0+2026-01-01", "is no release of an SDK"),
        ("## all things 0.1.0+2026-01-01", "is no release of an SDK"),
        ("## [Things v0.1.0] - 2026-01-01", "is no release of an SDK"),
        ("# things 0.1.0+2026-01-01", "begins with ##: \"## things 0.1.0+2026-01-01\""),
        ("### things 0.1.0+2026-01-01", "begins with ##"),
        (
            "text\n##things 0.1.0+2026-01-01",
            "\"##things 0.1.0+2026-01-01\" is no heading; write \"## things 0.1.0+2026-01-01\"",
        ),
    ] {
        fake.write("CHANGELOG.md", &format!("# Changelog\n\n{heading}\n\nnews\n"));
        fake.assert_problems(&[part, "there is no entry things 0.1.0+2026-01-01"]);
        let line = if heading.starts_with("text") { 4 } else { 3 };
        let problem = fake.problems().remove(0);
        assert!(problem.starts_with(&format!("CHANGELOG.md:{line}: ")), "{problem}");
        assert_eq!(fake.try_notes("more").err().unwrap().to_string(), problem);
    }
    fake.write("CHANGELOG.md", "\u{feff}## things 0.1.0+2026-01-01\n\nnews\n");
    fake.assert_problems(&["CHANGELOG.md:1: ", "there is no entry"]);
    fake.set_changelog(&["Unreleased", "Since last year", "things 0.1.0+2026-01-01"]);
    fake.assert_problems(&[]);
}

#[test]
fn break_after_version_one_raises_the_first_number() {
    for (change, least) in
        [(breaks as fn(&mut Value), "2.0.0"), (adds, "1.3.0"), (rewords, "1.2.4"), (nothing, "1.2.4")]
    {
        let fake = second("1.2.3-rc.1+2026-02-02", change);
        fake.set_changelog(&["things 1.2.3+2026-01-01"]);
        fake.set_versions("things", "1.2.3+2026-01-01");
        let expected = format!("so it has to be at least {least}+2026-02-02, in crates/");
        fake.assert_problems(&["has to end in +2026-02-02", &expected]);
        let heading = format!("## things {least}+2026-02-02\n");
        assert!(fake.notes("things").text.starts_with(&heading), "{least}");
    }
}

#[test]
fn each_of_several_sdks_is_checked_alone() {
    let fake = Fake::new();
    fake.add_sdk("more");
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    let report = judge(&fake.workspace(), None).unwrap();
    assert_eq!(report.ready, ["things 0.1.0+2026-01-01: ready to be released"]);
    assert_eq!(report.problems.len(), 1, "{report:?}");
    assert!(report.problems[0].contains("no entry more 0.1.0+2026-01-01"), "{report:?}");
    fake.assert_problems(&[]);
}
