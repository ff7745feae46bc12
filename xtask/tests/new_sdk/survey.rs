//! An SDK of every tag of a vendor's document.

use std::fs;

use serde_json::json;

use crate::{vendor, xtask};

#[test]
fn survey_makes_an_sdk_of_every_tag_and_reports_the_problems_of_each() {
    let mut document = vendor::base();
    let kept = ["/files", "/gadgets", "/gadgets/owners", "/gadgets/search", "/gadgets/{id}"];
    document["paths"].as_object_mut().unwrap().retain(|path, _| kept.contains(&path.as_str()));
    document["paths"]["/untagged"] = json!({"get": {"operationId": "untagged", "responses": {}}});
    document["paths"]["/gadgets"]["get"]["tags"] = json!(["lists"]);
    document["paths"]["/gadgets"]["post"]["tags"] = json!(["writes"]);
    for path in ["/gadgets/owners", "/gadgets/search"] {
        document["paths"][path]["get"]["tags"] = json!(["lists"]);
    }
    document["paths"]["/gadgets/{id}"]["get"]["tags"] = json!(["lists", "broken"]);
    for method in ["head", "delete"] {
        document["paths"]["/gadgets/{id}"][method]["tags"] = json!(["broken"]);
    }
    document["paths"]["/gadgets/{id}"]["delete"]["operationId"] = json!("acme_gadgets_get");
    document["paths"]["/files"]["post"] = json!({
        "operationId": "acme-files-upload", "tags": ["writes"],
        "requestBody": {"content": {"multipart/form-data": {}}}, "responses": {},
    });
    let folder = tempfile::tempdir().unwrap();
    let (from, out) = (folder.path().join("vendors.json"), folder.path().join("out"));
    fs::write(&from, document.to_string()).unwrap();

    let [from, out] = [from, out].map(|path| path.to_string_lossy().into_owned());
    let (is_success, text, errors) = xtask(&["spec", "survey", "--check", "--from", &from, "--out", &out]);
    let expected = "1 of 3 groups cannot be generated; 1 operation has no tag and was not tried; add --by path";
    assert_eq!((is_success, errors), (false, format!("error: {expected}\n")));
    for part in [
        "2 of 3 groups generated\n2 of 2 groups compile\n",
        "broken: the operations \"acme_gadgets_get\" and \"acme-gadgets-get\" both get the name",
        "not tried (1)\n  GET /untagged\n",
        "unsupported-operation: dropped the operation acme-files-upload: it takes only multipart bodies",
        "unsupported-operation (drops operations): 1\n",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let (is_success, _, errors) = xtask(&["spec", "survey", "--from", &from, "--out", &out]);
    assert!(!is_success && errors.ends_with("already exists\n"), "{errors}");
}
