use super::*;

/// Asserts the notes of the SDK things, above the hash of the current document.
#[track_caller]
fn assert_notes(fake: &Fake, current: &str, text: &str) {
    assert_eq!(fake.notes("things").text, format!("{text}\n{}\n", fake.provenance(current)));
}

#[test]
fn notes_of_a_first_release_list_the_operations() {
    let text = "## things 0.1.0+2026-01-01\n\nThe first release, of revision 2026-01-01 of the API:\n\n\
                - `GET /things` — List them \\*all\\*\n- `POST /things`\n";
    assert_notes(&Fake::new(), "2026-01-01", text);
}

#[test]
fn notes_of_a_later_release_list_the_changes() {
    let text = "## things 0.2.0+2026-02-02\n\n### Breaking\n\n\
                - `POST /things`: the operation is gone (published crates break at run time)\n\n\
                ### Additive\n\n- `GET /other_things`: there is a new operation\n\n\
                ### Documentation\n\n- 1 change that code does not see, at `GET /things`\n\n\
                From revision 2026-01-01 of the API to 2026-02-02.\n";
    assert_notes(&second("0.2.0+2026-02-02", breaks), "2026-02-02", text);
    let text = second("0.1.1+2026-02-02", adds).notes("things").text;
    assert!(text.starts_with("## things 0.1.1+2026-02-02\n\n### Additive\n"), "{text}");
}

#[test]
fn notes_without_changes_name_the_revisions() {
    let text = "## things 0.1.1+2026-02-02\n\nNothing changed in the API from revision 2026-01-01 to 2026-02-02.\n";
    assert_notes(&second("0.1.1+2026-02-02", nothing), "2026-02-02", text);

    let fake = Fake::new();
    fake.set_versions("things", "0.1.1+2026-01-01");
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    let text = "## things 0.1.1+2026-01-01\n\nThe API is that of 0.1.0+2026-01-01: revision 2026-01-01.\n";
    assert_notes(&fake, "2026-01-01", text);
}

#[test]
fn notes_have_the_required_version() {
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
    let (before, notes) = (fake.changelog(), fake.notes("things"));
    notes.write(&fake.workspace()).unwrap();
    let text = fake.changelog();
    assert_eq!(text, before.replace("## things", &format!("{}\n## things", notes.text)));

    // The versions of the crates are still lower, and another revision may be current.
    for date in ["2026-02-02", "2026-03-03"] {
        fake.revision("things", date, breaks);
        fake.set_current("things", date);
        let error = fake.notes("things").write(&fake.workspace()).unwrap_err().to_string();
        assert!(error.starts_with("CHANGELOG.md:5: there is an entry things 0.2.0+2026-02-02 already"), "{error}");
    }
    assert_eq!(fake.changelog(), text);
}

#[test]
fn written_notes_make_one_sdk_ready_and_no_other() {
    let fake = Fake::new();
    fake.add_sdk("things-more");
    for name in ["things", "things-more"] {
        fake.notes(name).write(&fake.workspace()).unwrap();
    }
    fake.assert_problems(&[]);
    let report = judge(&fake.workspace(), Some("things-more")).unwrap();
    assert_eq!(report.ready, ["things-more 0.1.0+2026-01-01: ready to be released"]);
    let text = fake.changelog();
    let headings: Vec<_> = text.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(headings, ["# Changelog", "## things-more 0.1.0+2026-01-01", "## things 0.1.0+2026-01-01"]);
    assert!(fake.workspace().sdk(None).is_err(), "with several SDKs, a name is required");
}

#[test]
fn change_of_request_and_response_is_listed_once() {
    let with = |properties: Value| {
        move |document: &mut Value| {
            let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}});
            let post = &mut document["paths"]["/things"]["post"];
            post["requestBody"] = json!({"content": content});
            post["responses"] = json!({"200": {"description": "d", "content": content}});
            document["components"] = json!({"schemas": {"Thing": {"type": "object", "properties": properties}}});
        }
    };
    let fake = second("0.1.1+2026-02-02", with(json!({"a": {"type": "string"}, "b": {"type": "string"}})));
    fake.revision("things", "2026-01-01", with(json!({"a": {"type": "string"}})));
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    let text = fake.notes("things").text;
    let lines: Vec<_> = text.lines().filter(|line| line.starts_with("- ")).collect();
    assert!(lines.len() == 1 && lines[0].ends_with(" (request and response)"), "{text}");
}

#[test]
fn line_ends_of_the_changelog_are_kept() {
    let fake = second("0.2.0+2026-02-02", breaks);
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    fake.write("CHANGELOG.md", &fake.changelog().replace('\n', "\r\n"));
    fake.notes("things").write(&fake.workspace()).unwrap();
    let text = fake.changelog();
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{text:?}");
    fake.assert_problems(&[]);
}

#[test]
fn notes_need_a_valid_changelog_and_an_unedited_document() {
    let fake = second("0.2.0+2026-02-02", breaks);
    for (headings, part) in [
        (&["things 0.1.0"][..], "does not name the released revision"),
        (&["thing 0.1.0+2026-01-01"], "is no release of an SDK"),
        (&["things 0.1.0+2026-01-01", "things 0.1.5+2026-01-01"], "is below"),
        (&["things 0.1.0+2025-12-31"], "cannot read spec/things/2025-12-31.json"),
    ] {
        fake.set_changelog(headings);
        let error = fake.try_notes("things").err().unwrap().to_string();
        assert!(error.starts_with("CHANGELOG.md:") && error.contains(part), "{error}");
    }
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    fake.revision("things", "2026-01-01", rewords);
    let error = fake.try_notes("things").err().unwrap().to_string();
    assert!(error.starts_with("spec/things/2026-01-01.json: its SHA-256 is "), "{error}");
}

#[test]
fn notes_need_a_revision() {
    let fake = Fake::new();
    fake.set_current("things", "none");
    let error = fake.try_notes("things").err().unwrap().to_string();
    assert_eq!(error, "spec/things/sdk.toml: no revision of things is current, so there is nothing to release");
}

#[test]
fn notes_are_not_written_into_a_comment_or_code_block() {
    for above in ["# Changelog\n\n<!--\nplans\n", "# Changelog\n\n```\nplans\n"] {
        let fake = Fake::new();
        fake.write("CHANGELOG.md", above);
        let error = fake.notes("things").write(&fake.workspace()).unwrap_err().to_string();
        assert!(error.contains("part of a comment or a code block; close that first"), "{error}");
        assert_eq!(fake.changelog(), above);
    }
}
