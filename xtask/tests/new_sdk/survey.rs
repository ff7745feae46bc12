//! An SDK of every tag of a vendor's document.

use std::fs;

use serde_json::json;
use xtask::groups::By;
use xtask::survey::{Options, Survey};
use xtask::workspace::Workspace;

use crate::{process, vendor};

#[test]
fn survey_makes_an_sdk_of_every_tag_and_reports_the_problems_of_each() {
    let mut document = vendor::base();
    let paths = document["paths"].as_object_mut().unwrap();
    let left_out = ["/accounts", "/gadgets/counts", "/gadgets/ids"];
    paths.retain(|path, _| !left_out.iter().any(|start| path.starts_with(start)));
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

    let options = Options { has_sdk: true, by: By::Tag, is_checked: true, sample: None };
    let make = || Survey::make(&Workspace::current().unwrap(), &process(), &from, &out, &options);
    let survey = make().unwrap();
    assert_eq!(
        survey.check().unwrap_err().to_string(),
        "1 of 3 groups cannot be generated; 1 operation has no tag and was not tried; add --by path"
    );
    let text = survey.to_string();
    for part in [
        "2 of 3 groups generated\n2 of 2 groups compile",
        "broken: the operations \"acme_gadgets_get\" and \"acme-gadgets-get\" both get the name",
        "unsupported-operation: dropped the operation acme-files-upload: it takes nothing but multipart bodies",
        "unsupported-operation (drops operations): 1\n",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let again = make().err().unwrap();
    assert!(again.to_string().ends_with("already exists"));
}
