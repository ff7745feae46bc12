//! Tests of reading, importing and writing revisions.

use std::fs;

use serde_json::{Value, json};

use super::*;
use crate::sdk::tests::things;

const THINGS: &str = r#"paths = ["/things"]"#;

fn vendors() -> Value {
    let operation = |id: &str| json!({"operationId": id, "responses": {"204": {"description": "d"}}});
    let id = json!({"in": "path", "name": "id", "required": true, "schema": {"type": "string"}});
    json!({"openapi": "3.0.3", "paths": {
        "/things": {"get": operation("acme-things-get")},
        "/things/{id}": {"parameters": [id], "delete": operation("acme-things-delete")},
    }})
}

fn import(sdk: &Sdk, revision: &str) -> Result<Import> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vendors");
    fs::write(&file, vendors().to_string()).unwrap();
    sdk.import(&file, revision)
}

#[test]
fn operation_selected_by_the_vendors_id_is_still_selected_after_the_import() {
    let root = tempfile::tempdir().unwrap();
    let workspace = Workspace::at(root.path());
    fs::create_dir_all(root.path().join("spec/things")).unwrap();
    let slice = r#"operations = ["acme-things-delete", "acme-things-get"]"#;
    let sdk = things(slice);
    sdk.write(&workspace, &import(&sdk, "2026-01-02").unwrap()).unwrap();
    sdk.revision(root.path(), "2026-01-02").unwrap();
}

#[test]
fn existing_revision_is_not_overwritten() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("spec/things")).unwrap();
    let workspace = Workspace::at(root.path());
    let sdk = things(THINGS);
    let import = import(&sdk, "2026-01-02").unwrap();
    sdk.write(&workspace, &import).unwrap();
    sdk.write(&workspace, &import).unwrap();
    let mut other = import;
    other.text = "{}".to_owned();
    assert!(sdk.write(&workspace, &other).unwrap_err().to_string().contains("already exists"));
    assert!(sdk.has(&workspace, &other).unwrap_err().to_string().contains("already exists"));
}

#[test]
fn first_revision_becomes_current_and_the_next_one_does_not() {
    let root = tempfile::tempdir().unwrap();
    let workspace = Workspace::at(root.path());
    let manifest = root.path().join("spec/things/sdk.toml");
    fs::create_dir_all(root.path().join("spec/things")).unwrap();
    fs::write(&manifest, "current = \"none\"\n").unwrap();
    let mut new = things(THINGS);
    new.manifest.current = NO_REVISION.to_owned();
    new.write(&workspace, &import(&new, "2026-01-02").unwrap()).unwrap();
    assert_eq!(fs::read_to_string(&manifest).unwrap(), "current = \"2026-01-02\"\n");
    let sdk = things(THINGS);
    sdk.write(&workspace, &import(&sdk, "2026-02-03").unwrap()).unwrap();
    assert_eq!(fs::read_to_string(&manifest).unwrap(), "current = \"2026-01-02\"\n");
}

#[test]
fn import_of_a_committed_revision_changes_nothing() {
    let workspace = Workspace::current().unwrap();
    for sdk in workspace.sdks().unwrap().iter().filter(|sdk| sdk.manifest.current != NO_REVISION) {
        let revision = sdk.manifest.current.clone();
        let path = workspace.root().join(sdk.document(&revision));
        let committed = fs::read_to_string(&path).unwrap();
        let once = sdk.import(&path, &revision).unwrap();
        assert_eq!(once.text, committed);
        assert_eq!(once.applied, []);
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy.json");
        fs::write(&copy, &once.text).unwrap();
        assert_eq!(sdk.import(&copy, &revision).unwrap().text, committed);
    }
}

#[test]
fn listed_operation_may_be_missing_in_an_earlier_revision_only() {
    let root = tempfile::tempdir().unwrap();
    let mut sdk = things(THINGS);
    sdk.manifest.names.operations.insert("list_things".to_owned(), "acme-things-list".to_owned());
    let document =
        json!({"info": {"version": "2026-01-02"}, "paths": {"/things": {"get": {"operationId": "list_things"}}}});
    fs::create_dir_all(root.path().join(&sdk.folder)).unwrap();
    let file = root.path().join(sdk.document("2026-01-02"));
    fs::write(file, document.to_string()).unwrap();
    sdk.current(root.path()).unwrap();
    sdk.manifest.names.operations.insert("make_thing".to_owned(), "acme-things-new".to_owned());
    sdk.revision(root.path(), "2026-01-02").unwrap();
    let error = format!("{:#}", sdk.current(root.path()).err().unwrap());
    assert!(error.starts_with("spec/things/2026-01-02.json violates") && error.contains("make_thing"), "{error}");
}
