use super::*;

/// A workspace after its first release, with other code, and another version of crates and changelog. The document is
/// the same.
fn second_code(version: &str, code: &str) -> Fake {
    let fake = Fake::new();
    fake.release_code("things", "0.1.0+2026-01-01");
    let record = fake.record("0.1.0+2026-01-01");
    fake.set_code("things", code);
    fake.set_versions("things", version);
    fake.set_changelog(&[&format!("things {version}"), "things 0.1.0+2026-01-01"]);
    fake.write(&record_path("0.1.0+2026-01-01"), &record);
    fake
}

#[test]
fn code_that_breaks_users_needs_a_breaking_version_although_the_document_is_the_same() {
    let fake = second_code("0.1.1+2026-01-01", BROKEN_CODE);
    fake.assert_problems(&[
        "things 0.1.1+2026-01-01: 2 breaking changes of the generated code's public surface since 0.1.0+2026-01-01: removed \
         `things-api: async fn Client::list_things(&self) -> types::Thing`; changed `things-api: types::Thing.id: u8` to \
         `things-api: types::Thing.id: u16`; so it has to be at least 0.2.0+2026-01-01, in crates/things-api/Cargo.toml",
    ]);
    second_code("0.2.0+2026-01-01", BROKEN_CODE).assert_problems(&[]);
    second_code("0.2.0-rc.1+2026-01-01", BROKEN_CODE).assert_problems(&[]);
}

#[test]
fn code_with_an_addition_needs_an_additive_version() {
    second_code("0.1.1+2026-01-01", MORE_CODE).assert_problems(&[]);
    // Before 1.0.0, an addition needs no more than any release does.
    let fake = second_code("1.0.1+2026-01-01", MORE_CODE);
    fake.set_changelog(&["things 1.0.1+2026-01-01", "things 1.0.0+2026-01-01"]);
    fake.set_code("things", CODE);
    fake.release_code("things", "1.0.0+2026-01-01");
    fake.set_code("things", MORE_CODE);
    fake.assert_problems(&[
        "1 additive change of the generated code's public surface since 1.0.0+2026-01-01: added `things-api: types::Thing.name: \
         String`; so it has to be at least 1.1.0+2026-01-01",
    ]);
}

#[test]
fn required_version_is_the_higher_one_of_document_and_code() {
    for (change, code, part) in [
        (breaks as fn(&mut Value), MORE_CODE, "1 breaking change of the API since 0.1.0+2026-01-01, POST /things"),
        (adds, BROKEN_CODE, "2 breaking changes of the generated code's public surface"),
        (breaks, BROKEN_CODE, "1 breaking change of the API since"),
    ] {
        let fake = second("0.1.1+2026-02-02", change);
        fake.set_code("things", code);
        fake.release_code("things", "0.1.1+2026-02-02");
        fake.assert_problems(&[part]);
        let problem = fake.problems().remove(0);
        assert!(problem.contains("at least 0.2.0+2026-02-02"), "{problem}");
    }
}

#[test]
fn message_shows_the_first_changes_and_counts_the_others() {
    let types: Vec<_> = (0..5).map(|index| format!("pub struct T{index} {{ f: u8 }}\n")).collect();
    let fake = Fake::new();
    fake.set_code("things", &types.concat());
    fake.release_code("things", "0.1.0+2026-01-01");
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    fake.set_code("things", "");
    fake.assert_problems(&["removed `things-api: struct T2 {..}`; and 2 more; if things 0.1.0+2026-01-01 is released"]);
}

#[test]
fn record_that_differs_from_the_code_is_a_problem() {
    let fake = Fake::new();
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    for (code, least) in [(BROKEN_CODE, "0.2.0"), (MORE_CODE, "0.1.1")] {
        fake.set_code("things", code);
        fake.assert_problems(&[
            "spec/things/surfaces/0.1.0+2026-01-01.txt: the code's public surface differs from the",
        ]);
        let end = format!(
            "; if things 0.1.0+2026-01-01 is released, raise the crates' version to at least {least}; if not, update the record \
             with `cargo xtask release notes things --write`"
        );
        let problem = fake.problems().remove(0);
        assert!(problem.ends_with(&end), "{problem}");
    }
    fake.notes("things").write(&fake.workspace()).unwrap();
    fake.assert_problems(&[]);
}

#[test]
fn stale_record_of_a_pre_release_requires_its_release() {
    let fake = second_code("0.2.0-rc.1+2026-01-01", BROKEN_CODE);
    fake.set_code("things", "pub struct Other;");
    fake.assert_problems(&[
        "if things 0.2.0-rc.1+2026-01-01 is released, raise the crates' version to at least 0.2.0; if not",
    ]);
}

#[test]
fn missing_record_is_a_problem() {
    let fake = second_code("0.2.0+2026-01-01", BROKEN_CODE);
    let path = |version: &str| fake.0.path().join(record_path(version));
    fs::remove_file(path("0.2.0+2026-01-01")).unwrap();
    let part = "CHANGELOG.md:1: cannot read spec/things/surfaces/0.2.0+2026-01-01.txt, the record of the public surface of things";
    fake.assert_problems(&[part]);
    let problem = fake.problems().remove(0);
    let end = "is not released yet, write it with `cargo xtask release notes things --write`";
    assert!(problem.ends_with(end), "{problem}");
    fake.notes("things").write(&fake.workspace()).unwrap();
    fake.assert_problems(&[]);

    fs::remove_file(path("0.1.0+2026-01-01")).unwrap();
    fake.assert_problems(&["CHANGELOG.md:7: cannot read spec/things/surfaces/0.1.0+2026-01-01.txt"]);
    let problem = fake.problems().remove(0);
    assert!(problem.ends_with("restore the file from version control"), "{problem}");
    assert_eq!(fake.try_notes("things").err().unwrap().to_string(), problem);
}

#[test]
fn edited_record_is_a_problem() {
    let fake = second_code("0.2.0+2026-01-01", BROKEN_CODE);
    let (path, record) = (record_path("0.1.0+2026-01-01"), fake.record("0.1.0+2026-01-01"));
    for (edited, part) in [
        (record.replace("u8", "u16"), "0.1.0+2026-01-01.txt: the content does not match its SHA-256"),
        (record.replacen("things-api: mod types\n", "", 1), "the content does not match its SHA-256"),
        (fake.record("0.2.0+2026-01-01"), "or is not the record of things 0.1.0+2026-01-01; restore the file"),
        (
            record.replace("# sha-256", "# sha"),
            "0.1.0+2026-01-01.txt: there is no line \"# sha-256: …\"; restore the file",
        ),
        (String::new(), "there is no line \"# sha-256: …\""),
    ] {
        assert_ne!(edited, record);
        fake.write(&path, &edited);
        fake.assert_problems(&[part]);
    }
    fake.write(&path, &record);
    fake.assert_problems(&[]);
}

#[test]
fn line_ends_of_a_record_do_not_matter() {
    let fake = second_code("0.2.0+2026-01-01", BROKEN_CODE);
    for version in ["0.1.0+2026-01-01", "0.2.0+2026-01-01"] {
        fake.write(&record_path(version), &fake.record(version).replace('\n', "\r\n"));
    }
    fake.assert_problems(&[]);
}

#[test]
fn record_without_an_entry_is_a_problem() {
    let fake = Fake::new();
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    fake.release_code("things", "0.0.9+2026-01-01");
    fake.write("spec/things/surfaces/notes.md", "");
    fake.assert_problems(&[
        "spec/things/surfaces/0.0.9+2026-01-01.txt: CHANGELOG.md has no entry of that version; remove the file, or add the entry",
        "spec/things/surfaces/notes.md: CHANGELOG.md has no entry",
    ]);
}

#[test]
fn generated_code_that_cannot_be_read_is_a_problem() {
    let fake = Fake::new();
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    for (code, part) in [
        (Some("pub struct"), "crates/things-api/src/generated.rs: its public surface cannot be extracted: "),
        (
            Some("make! {}"),
            "crates/things-api/src/generated.rs: its public surface cannot be extracted: `make!` may expand",
        ),
        (None, "cannot read crates/things-api/src/generated.rs: "),
    ] {
        match code {
            Some(code) => fake.set_code("things", code),
            None => fs::remove_file(fake.0.path().join("crates/things-api/src/generated.rs")).unwrap(),
        }
        fake.assert_problems(&[part]);
        assert_eq!(format!("{:#}", fake.try_notes("things").err().unwrap()), fake.problems().remove(0));
    }
    assert!(fake.problems()[0].ends_with("; write it with `cargo xtask generate`"));
}

#[test]
fn surface_has_the_generated_code_of_the_sdk_crate_and_not_that_of_the_mocks() {
    let fake = Fake::new();
    fake.write("crates/things/src/generated.rs", "pub struct Operations { client: u8 }");
    fake.write("crates/things-mock/src/generated.rs", "pub struct Mocks { server: u8 }");
    fake.release_code("things", "0.1.0+2026-01-01");
    let record = fake.record("0.1.0+2026-01-01");
    let lines: Vec<_> = record.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        lines,
        [
            "things-api: async fn Client::list_things(&self) -> types::Thing",
            "things-api: mod types",
            "things-api: struct Client {..}",
            "things-api: struct types::Thing {..}",
            "things-api: types::Thing.id: u8",
            "things: struct Operations {..}",
        ]
    );
}

#[test]
fn notes_list_the_breaking_changes_of_the_code_that_no_document_change_explains() {
    let text = second_code("0.2.0+2026-01-01", BROKEN_CODE).notes("things").text;
    let expected = "## things 0.2.0+2026-01-01\n\n### Breaking in the generated code\n\n\
                    - `things-api: async fn Client::list_things(&self) -> types::Thing` is gone\n\
                    - `things-api: types::Thing.id: u8` is now `types::Thing.id: u16`\n\n\
                    The API is that of 0.1.0+2026-01-01: revision 2026-01-01.\n\n";
    assert!(text.starts_with(expected), "{text}");
    let text = second_code("0.1.1+2026-01-01", MORE_CODE).notes("things").text;
    assert!(!text.contains("###"), "{text}");
}

#[test]
fn change_of_an_operation_explains_the_lines_that_mention_it() {
    let fake = second("0.2.0+2026-02-02", |document| {
        document["paths"]["/things"].as_object_mut().unwrap().remove("get");
    });
    fake.set_code("things", BROKEN_CODE);
    let text = fake.notes("things").text;
    let expected = "### Breaking\n\n- `GET /things`: the operation is gone (published crates break at run time)\n\n\
                    ### Breaking in the generated code\n\n\
                    - `things-api: types::Thing.id: u8` is now `types::Thing.id: u16`\n\nFrom revision";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn change_of_a_schema_explains_the_lines_that_mention_it() {
    let schema = |of: &'static str| {
        move |document: &mut Value| {
            let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}});
            document["paths"]["/things"]["get"]["responses"] = json!({"200": {"description": "d", "content": content}});
            let thing = json!({"type": "object", "properties": {"id": {"type": of}}});
            document["components"] = json!({"schemas": {"Thing": thing}});
        }
    };
    let fake = second("0.2.0+2026-02-02", schema("string"));
    fake.revision("things", "2026-01-01", schema("integer"));
    fake.set_changelog(&["things 0.2.0+2026-02-02", "things 0.1.0+2026-01-01"]);
    fake.set_code(
        "things",
        &CODE.replace("u8", "String").replace("url: String }", "url: String } pub struct New { a: u8 }"),
    );
    assert!(!fake.notes("things").text.contains("generated code"));
    fake.set_code("things", &CODE.replace("pub struct Client", "pub struct Other { a: u8 } struct Client"));
    assert!(fake.notes("things").text.contains("- `things-api: struct Client {..}` is gone\n"));
}

#[test]
fn notes_list_ten_changes_of_the_code_and_count_the_others() {
    let types: Vec<_> = (0..12).map(|index| format!("pub struct T{index:02} {{ f: u8 }}\n")).collect();
    let fake = Fake::new();
    fake.set_code("things", &types.concat());
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    fake.set_code("things", "");
    fake.set_versions("things", "0.2.0+2026-01-01");
    let text = fake.notes("things").text;
    let end = "- `things-api: struct T09 {..}` is gone\n- and 2 more; compare the files in `surfaces/`\n\n";
    assert!(text.contains(end) && !text.contains("T10"), "{text}");
}

#[test]
fn notes_write_the_record_with_the_entry() {
    let fake = second_code("0.2.0+2026-01-01", BROKEN_CODE);
    let expected = fake.record("0.2.0+2026-01-01");
    fs::remove_file(fake.0.path().join(record_path("0.2.0+2026-01-01"))).unwrap();
    let earlier = fake.record("0.1.0+2026-01-01");
    fake.set_changelog(&["things 0.1.0+2026-01-01"]);
    fake.write(&record_path("0.1.0+2026-01-01"), &earlier);
    fake.notes("things").write(&fake.workspace()).unwrap();
    assert_eq!(fake.record("0.2.0+2026-01-01"), expected);
    assert_eq!(fake.record("0.1.0+2026-01-01"), earlier);
    fake.assert_problems(&[]);
}

#[test]
fn notes_do_not_change_the_entry_of_the_crates_version() {
    let fake = second_code("0.2.0+2026-01-01", BROKEN_CODE);
    let (changelog, earlier) = (fake.changelog(), fake.record("0.1.0+2026-01-01"));
    fake.set_code("things", "pub struct Other;");
    fake.notes("things").write(&fake.workspace()).unwrap();
    assert_eq!((fake.changelog(), fake.record("0.1.0+2026-01-01")), (changelog, earlier));
    assert!(fake.record("0.2.0+2026-01-01").contains("struct Other"));
    fake.assert_problems(&[]);
}

#[test]
fn surface_of_every_generated_client_of_this_checkout_can_be_extracted() {
    let workspace = Workspace::current().unwrap();
    for sdk in workspace.sdks().unwrap() {
        let path = workspace.root().join("crates").join(&sdk.manifest.crates.api).join("src/generated.rs");
        let surface =
            xtask_diff::surface::Surface::extract(&syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap())
                .unwrap();
        assert!(surface.lines().any(|line| line == "struct Client {..}"));
    }
}
