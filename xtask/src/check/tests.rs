use serde_json::json;

use super::*;
use crate::release::tests::released;
use crate::sdk::tests::things;
use crate::workspace::Workspace;
use xtask_import::Import;

#[test]
fn what_has_been_released_is_as_it_should_be() {
    let workspace = Workspace::current().unwrap();
    for sdk in released(&workspace) {
        assert_eq!(check(workspace.root(), &sdk).unwrap(), Vec::<String>::new());
    }
}

#[test]
fn everything_that_is_wrong_is_listed_with_its_place() {
    let document = json!({
        "openapi": "3.0.3", "info": {"title": "t", "version": "v"},
        "paths": {"/things": {"get": {"operationId": "list_things", "responses": {"200": {
            "description": "d",
            "content": {"application/json": {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}}},
        }}}}},
        "components": {"schemas": {"acme_thing": {"type": "object"}, "Good": {"type": "string", "enum": ["a"]}}},
    });
    let problems = document_problems(&document);
    let parts = ["no summary", "no permission group", "no documented failure", "\"acme_thing\"", "has no name"];
    assert_eq!(problems.len(), parts.len(), "{problems:?}");
    for (problem, part) in problems.iter().zip(parts) {
        assert!(problem.contains(part), "{problem}");
    }
}

#[test]
fn what_is_no_openapi_is_a_problem() {
    assert!(document_problems(&json!({}))[0].contains("not an OpenAPI 3.0 document"));
}

fn sdk(current: &str) -> Sdk {
    let mut sdk = things(r#"paths = ["/things"]"#);
    current.clone_into(&mut sdk.manifest.current);
    sdk
}

/// What is wrong with an SDK of one revision.
fn problems_of(document: &Value, current: &str) -> Vec<String> {
    let (root, sdk) = (tempfile::tempdir().unwrap(), sdk(current));
    fs::create_dir_all(root.path().join(&sdk.folder)).unwrap();
    fs::write(root.path().join(sdk.document("2026-01-02")), document.to_string()).unwrap();
    check(root.path(), &sdk).unwrap()
}

/// A document without problems.
fn good() -> Value {
    json!({
        "openapi": "3.0.3", "info": {"title": "t", "version": "2026-01-02"},
        "paths": {"/things": {"get": {
            "operationId": "list_things", "summary": "s", "x-api-token-group": ["Things Read"],
            "responses": {"default": {"description": "d"}},
        }}},
    })
}

#[test]
fn operation_needs_a_list_of_permissions_which_may_be_empty() {
    let mut document = good();
    document["paths"]["/things"]["get"]["x-api-token-group"] = json!([]);
    assert_eq!(problems_of(&document, "2026-01-02"), [""; 0]);
    document["paths"]["/things"]["get"].as_object_mut().unwrap().remove("x-api-token-group");
    assert!(problems_of(&document, "2026-01-02")[0].contains("no permission group"));
}

#[test]
fn a_revision_that_disagrees_with_sdk_toml_is_checked_to_its_end() {
    assert_eq!(problems_of(&good(), "2026-01-02"), [""; 0]);
    let mut document = good();
    document["info"]["version"] = json!("2026-01-03");
    document["paths"]["/others"] = json!({"get": document["paths"]["/things"]["get"]});
    document["paths"]["/things"]["get"]["operationId"] = json!("2fa_get");
    document["paths"]["/things"]["get"]["summary"] = json!("");
    document["components"] = json!({"schemas": {"AcmeThing": {}, "1thing": {}, "Self": {}}});
    let problems = problems_of(&document, "2026-01-02");
    let parts = ["info.version", "outside", "2fa_get", "summary", "prefix", "\"X1thing\" would", "\"Self\" is"];
    assert_eq!(problems.len(), parts.len(), "{problems:?}");
    for part in parts {
        assert!(problems.iter().any(|problem| problem.contains(part)), "{part}: {problems:?}");
    }
}

#[test]
fn a_current_revision_that_is_not_there_is_a_problem() {
    let problems = problems_of(&good(), "2026-01-03");
    assert_eq!(problems, ["spec/things/sdk.toml: `current` is \"2026-01-03\", and there is no such revision"]);
    assert_eq!(problems_of(&good(), NO_REVISION), [""; 0]);
}

#[test]
fn an_import_leaves_no_name_to_complain_about() {
    let model =
        |property: &str| json!({"type": "object", "properties": {property: {"type": "string", "enum": ["a", "b"]}}});
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let header = json!({"description": "d", "schema": {"type": "string", "enum": ["on"]}});
    let vendors = json!({
        "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"put": {
            "operationId": "b-get",
            "parameters": [{"$ref": "#/components/parameters/acme_order"}],
            "requestBody": {"content": {"application/json": {"schema": {"oneOf": [model("a"), reference("acme")]}}}},
            "responses": {
                "200": {"description": "d", "headers": {"x-state": header}, "content": {"application/json": {"schema":
                    {"anyOf": [model("b"), {"type": "array", "items": model("c")}, reference("acmeist")]},
                }}},
                "4XX": {"$ref": "#/components/responses/failure"},
            },
        }}},
        "components": {
            "parameters": {"acme_order": {"in": "query", "name": "order", "schema": {"type": "string", "enum": ["up"]}}},
            "responses": {"failure": {"description": "d", "content": {"application/json": {"schema":
                {"allOf": [reference("acme_acme_other"), {"description": "d", "not": model("d")}]},
            }}}},
            "schemas": {"acme": model("e"), "acmeist": model("f"), "acme_acme_other": {"oneOf": [model("g"), model("h")]}},
        },
    });
    let import = Import::of(&sdk(NO_REVISION).settings(), &vendors, "2026-01-02").unwrap();
    let problems = problems_of(&serde_json::from_str(&import.text).unwrap(), "2026-01-02");
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].ends_with("has no summary") && problems[1].contains("has no permission group"), "{problems:?}");
    let again =
        Import::of(&sdk(NO_REVISION).settings(), &serde_json::from_str(&import.text).unwrap(), "2026-01-02").unwrap();
    assert_eq!(again.text, import.text, "the names are what they would be made of");
}

#[test]
fn every_reference_without_a_target_is_found_with_its_place() {
    let nowhere = json!({"$ref": "#/components/x/nowhere"});
    let thing = json!({"$ref": "#/components/schemas/Thing"});
    let document = json!({
        "paths": {"/things": {"get": {
            "parameters": [nowhere, {"$ref": "#/components/parameters/x-page"}],
            "responses": {
                "200": {"content": {"a": {"schema": nowhere, "example": nowhere, "examples": {
                    "a": {"$ref": "#/components/examples/nowhere"},
                }}}}, "default": nowhere,
                "201": {"headers": {"example": nowhere, "x-a": nowhere}, "links": {"a": nowhere}}, "x-data": nowhere,
            },
            "x-data": nowhere,
        }}},
        "components": {
            "parameters": {"x-page": {"schema": thing, "examples": {
                "a": {"$ref": "#/components/examples/nowhere"}, "b": {"value": nowhere}, "c": nowhere,
            }}},
            "schemas": {"Thing": {
                "properties": {"example": nowhere, "good": thing, "other": {"$ref": "other.json"}},
                "discriminator": {"propertyName": "p", "mapping": {
                    "a": "Thing", "b": "#/components/schemas/Thing", "c": "Cat", "d": "#/components/schemas/Cat",
                }},
                "default": nowhere, "example": nowhere, "enum": [nowhere], "x-data": nowhere,
            }},
        },
    });
    let places: BTreeSet<_> = dangling(&document).into_iter().map(|(place, _)| place).collect();
    let expected = [
        "/components/parameters/x-page/examples/a",
        "/components/schemas/Thing/discriminator/mapping",
        "/components/schemas/Thing/properties/example",
        "/components/schemas/Thing/properties/other",
        "/paths/~1things/get/parameters/0",
        "/paths/~1things/get/responses/200/content/a/examples/a",
        "/paths/~1things/get/responses/200/content/a/schema",
        "/paths/~1things/get/responses/201/headers/example",
        "/paths/~1things/get/responses/201/headers/x-a",
        "/paths/~1things/get/responses/201/links/a",
        "/paths/~1things/get/responses/default",
    ];
    assert_eq!(places, expected.map(str::to_owned).into());
    assert_eq!(dangling(&document).len(), expected.len() + 1, "a mapping may have two");
}
