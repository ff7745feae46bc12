mod every_rule;
mod fixups;

use super::*;
use crate::testing::{TestSdk, things};

fn sdk(slice: &str) -> TestSdk {
    let mut sdk = things(slice);
    let names = &mut sdk.names;
    names.operations.insert("list_things".to_owned(), "acme-things-get".to_owned());
    names.types.insert("Thing".to_owned(), "ThingsGetResponseThing".to_owned());
    sdk
}

/// A vendor's document with three operations.
fn vendors() -> Value {
    let answer =
        |schema: Value| json!({"200": {"description": "d", "content": {"application/json": {"schema": schema}}}});
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Acme", "version": "1"},
        "security": [{"token": []}],
        "tags": [{"name": "Things"}, {"name": "Others"}],
        "paths": {
            "/things": {"get": {
                "operationId": "acme-things-get", "tags": ["Things"],
                "responses": answer(json!({"$ref": "#/components/schemas/acme_things-get-response"})),
            }},
            "/things/{id}": {
                "parameters": [{"in": "path", "name": "id", "required": true, "schema": {"type": "string"}}],
                "delete": {"operationId": "acme-things-delete", "tags": ["Things"], "responses": answer(json!({}))},
            },
            "/others": {"get": {
                "operationId": "acme-others-get", "tags": ["Others"],
                "responses": answer(json!({"$ref": "#/components/schemas/acme_other"})),
            }},
        },
        "components": {
            "schemas": {
                "acme_things-get-response": {"type": "object", "properties": {
                    "thing": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/acme_node"}}},
                }},
                "acme_node": {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/acme_node"}}},
                "acme_other": {"type": "object"},
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}, "unused": {"type": "http", "scheme": "basic"}},
        },
    })
}

fn import(slice: &str, document: &Value) -> Result<Import, Error> {
    Import::of(&sdk(slice).settings(), document, "2026-01-02")
}

fn import_text(slice: &str, text: &str, revision: &str) -> Result<Import, Error> {
    Import::of(&sdk(slice).settings(), &serde_json::from_str(text).unwrap(), revision)
}

/// The error of an import of a changed document.
fn import_error(change: impl FnOnce(&mut Value)) -> String {
    let mut document = vendors();
    change(&mut document);
    import(r#"paths = ["/things"]"#, &document).err().unwrap().to_string()
}

const THINGS: &str = r#"paths = ["/things"]"#;

#[test]
fn slice_contains_its_operations_and_only_the_components_that_they_use() {
    let import = import(THINGS, &vendors()).unwrap();
    let document: Value = serde_json::from_str(&import.text).unwrap();
    let keys =
        |pointer: &str| document.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys("/paths"), ["/things", "/things/{id}"]);
    assert_eq!(keys("/components/schemas"), ["Node", "Thing", "ThingsGetResponse"]);
    assert_eq!(keys("/components/securitySchemes"), ["token"]);
    assert_eq!(document["tags"], json!([{"name": "Things"}]));
    assert_eq!(document["info"], json!({"title": "Things", "description": "All of them.", "version": "2026-01-02"}));
    assert_eq!(document["paths"]["/things"]["get"]["operationId"], "list_things");
    assert_eq!(document["paths"]["/things/{id}"]["delete"]["operationId"], "acme_things_delete");
    let thing = &document["components"]["schemas"]["ThingsGetResponse"]["properties"]["thing"];
    assert_eq!(thing["$ref"], "#/components/schemas/Thing");
    assert!(import.report().starts_with("2026-01-02: 2 operations, 3 schemas"));
}

#[test]
fn slice_can_be_chosen_by_path_by_tag_and_by_operation() {
    let count = |slice: &str| {
        let mut sdk = sdk(slice);
        sdk.names.types.clear();
        Import::of(&sdk.settings(), &vendors(), "2026-01-02").unwrap().operations
    };
    assert_eq!(count(r#"paths = ["/"]"#), 3);
    assert_eq!(count(r#"paths = ["/things/{other}"]"#), 1);
    assert_eq!(count(r#"tags = ["Others"]"#), 1);
    assert_eq!(count(r#"operations = ["acme-things-delete"]"#), 1);
    assert_eq!(count("paths = [\"/others\"]\ntags = [\"Things\"]"), 3);
}

#[test]
fn document_that_cannot_be_imported_is_rejected_with_the_reason() {
    assert!(import_error(|d| d["openapi"] = json!("3.1.0")).contains("OpenAPI 3.1.0, and only 3.0"));
    assert!(import_error(|d| *d = json!({"swagger": "2.0"})).contains("OpenAPI 2.0, and only 3.0"));
    assert!(import_error(|d| *d = json!({"swagger": 2.0})).contains("OpenAPI 2.0, and only 3.0"));
    assert!(import_error(|d| *d = json!({})).contains("not an OpenAPI document"));
    let node = |d: &mut Value, reference: &str| d["components"]["schemas"]["acme_node"] = json!({"$ref": reference});
    assert!(import_error(|d| node(d, "#/components/schemas/nowhere")).contains("has no target"));
    assert!(import_error(|d| node(d, "other.json#/x")).contains("in another document"));
    assert!(import_error(|d| node(d, "#/components/schemas/acme_node")).contains("has itself as its target"));
    let alternatives = json!({"anyOf": [{"$ref": "#/components/schemas/acme_node"}, {"type": "string"}]});
    let itself = import_error(|d| d["components"]["schemas"]["acme_node"] = alternatives);
    assert!(itself.contains("\"acme_node\" is one of its own parts"), "{itself}");
    let clash = import_error(|d| d["paths"]["/things"]["get"]["operationId"] = json!("acme_things-delete"));
    assert!(clash.contains("both get the name \"acme_things_delete\""), "{clash}");
    let nothing = import(r#"paths = ["/nothing"]"#, &vendors()).err().unwrap();
    assert!(format!("{nothing:#}").contains("matches no operation of the document: slice.paths = [\"/nothing\"]"));
    let no_operations = import_error(|d| d["paths"] = json!({"/things": {"description": "d"}}));
    assert_eq!(no_operations, "the document has no operations");
    let empty = import("", &vendors()).err().unwrap();
    assert!(format!("{empty:#}").contains("is empty"));
}

#[test]
fn unsupported_path_that_may_have_an_operation_of_the_slice_is_rejected() {
    let mut elsewhere = vendors();
    elsewhere["paths"]["/more"] = json!({"$ref": "#/paths/~1things"});
    import(THINGS, &elsewhere).unwrap();
    assert!(import(r#"tags = ["Things"]"#, &elsewhere).err().unwrap().to_string().contains(r#""/more""#));
    for (item, part) in [
        (json!({"$ref": "#/paths/~1things"}), r#"the path "/things/more" is a reference"#),
        (json!({"$ref": "more.json"}), r#"the path "/things/more" is a reference"#),
        (json!({"GET": {}}), r#"the path "/things/more" has "GET", which is neither a method"#),
        (json!({"query": {}}), r#"the path "/things/more" has "query", which is neither a method"#),
        (json!({"get": null}), r#"the path "/things/more" has an operation "get" that is not an object"#),
        (json!(null), r#"the path "/things/more" is not an object"#),
    ] {
        let error = import_error(|d| d["paths"]["/things/more"] = item);
        assert!(error.contains(part), "{error}");
    }
    let mut document = vendors();
    for key in ["summary", "description", "x-anything"] {
        document["paths"]["/things"][key] = json!("text");
    }
    import(THINGS, &document).unwrap();
    document["paths"]["things"] = document["paths"]["/things"].clone();
    let error = import(r#"tags = ["Things"]"#, &document).err().unwrap().to_string();
    assert!(error.contains(r#"the path "things" does not begin with a slash"#), "{error}");
}

#[test]
fn operation_in_an_extension_is_ignored() {
    let mut document = vendors();
    document["paths"]["x-things"] = document["paths"]["/things"].clone();
    let imported = import(r#"tags = ["Things"]"#, &document).unwrap();
    assert_eq!(imported.text, import(r#"tags = ["Things"]"#, &vendors()).unwrap().text);
}

#[test]
fn revision_that_is_no_date_is_rejected() {
    for revision in ["", "today", "2026-13-01", "2026-02-30", "2026-1-2", "../2026-01-02", "2026-01-02.json"] {
        let error = import_text(THINGS, &vendors().to_string(), revision).err().unwrap();
        assert!(error.to_string().contains("is not a date"), "{error}");
    }
}

#[test]
fn listed_item_that_does_not_exist_is_rejected_with_its_name() {
    for (slice, part) in [
        ("paths = [\"/things\", \"/thigns\"]", "matches no operation: slice.paths = [\"/thigns\"]"),
        ("paths = [\"/things\"]\ntags = [\"Thigns\"]", "matches no operation: slice.tags = [\"Thigns\"]"),
        (
            "operations = [\"acme-things-get\", \"acme-thigns-get\"]",
            "matches no operation: slice.operations = [\"acme-thigns-get\"]",
        ),
    ] {
        let error = import(slice, &vendors()).err().unwrap().to_string();
        assert!(error.contains(part), "{error}");
    }
    let mut sdk = sdk(THINGS);
    sdk.names.types.insert("Thign".to_owned(), "ThignsGetResponse".to_owned());
    let error = Import::of(&sdk.settings(), &vendors(), "2026-01-02").err().unwrap().to_string();
    assert!(error.contains("names.types") && error.contains("Thign") && !error.contains("\"Thing\""), "{error}");
}

#[test]
fn unusable_or_missing_operation_is_rejected_with_its_name() {
    let mut sdk = sdk(THINGS);
    sdk.names.operations.insert("List-Them".to_owned(), "acme-things-delete".to_owned());
    let error = format!("{:#}", Import::of(&sdk.settings(), &vendors(), "2026-01-02").err().unwrap());
    assert!(error.contains("\"List-Them\" does not follow the naming convention"), "{error}");
    sdk.names.operations = [("make_things".to_owned(), "acme-things-make".to_owned())].into();
    let report = Import::of(&sdk.settings(), &vendors(), "2026-01-02").unwrap().report();
    assert!(report.contains("operations of names.operations that do not exist: make_things\n"), "{report}");
    let error = Import::of(&sdk.settings(), &vendors(), "2026-01-02").unwrap().check_listed().unwrap_err().to_string();
    assert!(error.contains("make_things"), "{error}");
}

#[test]
fn report_lists_new_names() {
    let report = Import::of(&sdk(THINGS).settings(), &vendors(), "2026-01-02").unwrap().report();
    for part in [
        "renamed operations (2):\n  acme-things-delete: acme_things_delete\n  acme-things-get: list_things\n",
        "renamed schemas (2):\n  acme_node: Node\n  acme_things-get-response: ThingsGetResponse\n",
        "named schemas that had no name (1):\n  /components/schemas/acme_things-get-response/properties/thing: Thing\n",
    ] {
        assert!(report.contains(part), "{report}");
    }
    let text = import(THINGS, &vendors()).unwrap().text;
    assert!(!import_text(THINGS, &text, "2026-01-02").unwrap().report().contains("name"));
}

#[test]
fn schema_with_an_escaped_name_is_imported() {
    let mut document = vendors();
    let schemas = &mut document["components"]["schemas"];
    schemas["first of/two"] = json!({"type": "object", "properties": {"d": {"type": "string"}}});
    schemas["acme_node"]["properties"]["child"] = json!({"$ref": "#/components/schemas/first%20of~1two"});
    let document: Value = serde_json::from_str(&import(THINGS, &document).unwrap().text).unwrap();
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["Node"]["properties"]["child"]["$ref"], "#/components/schemas/FirstOfTwo");
    assert_eq!(schemas["FirstOfTwo"]["properties"], json!({"d": {"type": "string"}}));
}

#[test]
fn import_of_an_imported_document_changes_nothing() {
    let mut document = vendors();
    let object = |property: &str| json!({"type": "object", "properties": {property: {"type": "string"}}});
    let upload = json!({"multipart/form-data": {"schema": {"$ref": "#/components/schemas/acme_upload"}}});
    document["paths"]["/things/{id}/upload"] = json!({"post": {
        "operationId": "acme-things-upload", "tags": ["Uploads"], "requestBody": {"content": upload},
        "security": [{"unused": []}], "responses": {},
    }});
    document["tags"] = json!([{"name": "Things"}, {"name": "Uploads"}]);
    let schemas = &mut document["components"]["schemas"];
    schemas["acme_upload"] = object("file");
    schemas["acme_base"] = object("base");
    let inline = json!({"type": "object", "properties": {"values": {"type": "array", "items": object("value")}}});
    schemas["acme_node"]["properties"]["all"] = json!({"allOf": [{"$ref": "#/components/schemas/acme_base"}, inline]});
    let imported = import(THINGS, &document).unwrap().text;
    let again = import_text(THINGS, &imported, "2026-01-02").unwrap();
    assert_eq!(again.applied, []);
    assert_eq!(again.text, imported);
    assert_eq!(import_text(THINGS, &again.text, "2026-01-02").unwrap().text, imported);
    for unused in ["Base\"", "Upload", "upload", "unused"] {
        assert!(!imported.contains(unused), "{unused} in {imported}");
    }
}

#[test]
fn slice_whose_operations_are_all_dropped_is_rejected() {
    let error = import_error(|d| {
        d["paths"] = json!({"/things": {"post": {
            "operationId": "acme-things-upload", "requestBody": {"content": {"multipart/form-data": {}}}, "responses": {},
        }}});
    });
    assert!(error.contains("no operation left that can be generated: slice.paths = [\"/things\"]"), "{error}");
    assert!(error.contains("dropped the operation acme-things-upload: it takes only multipart"), "{error}");
}

#[test]
fn lossy_import_can_be_rejected() {
    let mut document = vendors();
    import(THINGS, &document).unwrap().reject_losses().unwrap();
    document["paths"]["/things"]["post"] = json!({
        "operationId": "acme-things-upload", "requestBody": {"content": {"multipart/form-data": {}}}, "responses": {},
    });
    let import = import(THINGS, &document).unwrap();
    let report = import.report();
    assert!(report.contains("unsupported-operation (drops operations), once:"), "{report}");
    assert!(report.contains("dropped the operation acme-things-upload"), "{report}");
    assert_eq!(
        import.reject_losses().unwrap_err().to_string(),
        "1 change loses a part of the document; see the report"
    );
}

#[test]
fn slice_contains_the_children_of_the_bases_that_it_uses() {
    let mut document = vendors();
    let object = |property: &str| json!({"type": "object", "properties": {property: {"type": "string"}}});
    let of = |part: &str, property: &str| json!({"allOf": [{"$ref": format!("#/components/schemas/{part}")}, object(property)]});
    let schemas = document["components"]["schemas"].as_object_mut().unwrap();
    let mut node = object("kind");
    node["discriminator"] = json!({"propertyName": "kind"});
    schemas.insert("acme_node".to_owned(), node);
    schemas.insert("acme_leaf".to_owned(), of("acme_node", "color"));
    schemas.insert("acme_red-leaf".to_owned(), of("acme_leaf", "red"));
    schemas.insert("acme_child".to_owned(), of("acme_other", "name"));
    let document: Value = serde_json::from_str(&import(THINGS, &document).unwrap().text).unwrap();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let names: Vec<_> = schemas.keys().map(String::as_str).collect();
    assert_eq!(names, ["LeafBase", "Node", "NodeBase", "RedLeaf", "Thing", "ThingsGetResponse"]);
    let reference = |name: &str| format!("#/components/schemas/{name}");
    let mapping = [("acme_leaf", "LeafBase"), ("acme_node", "NodeBase"), ("acme_red-leaf", "RedLeaf")];
    let mapping: serde_json::Map<_, _> =
        mapping.map(|(value, name)| (value.to_owned(), json!(reference(name)))).into_iter().collect();
    assert_eq!(schemas["Node"]["discriminator"], json!({"propertyName": "kind", "mapping": mapping}));
    assert_eq!(schemas["RedLeaf"]["properties"].as_object().unwrap().len(), 3);
}
