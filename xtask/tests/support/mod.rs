//! Large documents in the shape of a vendor's. The same size always produces the same document.

#![allow(dead_code, unreachable_pub, reason = "tests and benchmarks include it, and each uses a part of it")]

use serde_json::{Map, Value, json};

use xtask::sdk::Sdk;

/// The number of operations of a resource.
pub const OPERATIONS: usize = 5;
/// The number of schemas of a resource after an import.
pub const SCHEMAS: usize = 11;
/// The number of schemas that all resources share, with nested ones.
pub const SHARED_SCHEMAS: usize = 4;

/// The placeholder for a resource's number in its text.
const NUMBER: &str = "NUMBER";

/// The text of a document with at least a number of bytes, and the number of its resources.
pub fn text(bytes: usize) -> (String, usize) {
    let (path, schema) = (members(resource_paths()), members(resource_schemas()));
    let resources = bytes.div_ceil(path.len() + schema.len());
    let all = |one: &str| (0..resources).map(|number| one.replace(NUMBER, &number.to_string())).collect::<Vec<_>>();
    let head = json!({
        "openapi": "3.0.3",
        "info": {"title": "Acme", "version": "1"},
        "security": [{"token": []}],
        "servers": [{"url": "https://acme.example/v4"}],
        "tags": (0..resources).map(|number| json!({"name": tag(number)})).collect::<Vec<_>>(),
    });
    let schemes = json!({"token": {"type": "http", "scheme": "bearer"}});
    let schemas = [vec![members(shared_schemas())], all(&schema)].concat().join(",");
    let text = format!(
        r#"{{{}, "paths": {{{}}}, "components": {{"securitySchemes": {schemes}, "schemas": {{{schemas}}}}}}}"#,
        members(head),
        all(&path).join(","),
    );
    (text, resources)
}

/// The text of an object, without its braces.
fn members(object: Value) -> String {
    object.to_string().strip_prefix('{').unwrap().strip_suffix('}').unwrap().to_owned()
}

/// The document of [`text`] as a value.
pub fn document(bytes: usize) -> (Value, usize) {
    let (text, resources) = text(bytes);
    (serde_json::from_str(&text).unwrap(), resources)
}

/// The document with changes in every `step`th resource: a removed property, a new value, another description.
pub fn changed(document: &Value, resources: usize, step: usize) -> Value {
    let mut document = document.clone();
    for number in (0..resources).step_by(step) {
        let schemas = &mut document["components"]["schemas"];
        let thing = schemas[format!("acme_t{number}-thing")].as_object_mut().unwrap();
        thing["properties"].as_object_mut().unwrap().remove("created_on");
        schemas[format!("acme_t{number}-level")]["enum"].as_array_mut().unwrap().push(json!("critical"));
        let operation = &mut document["paths"][format!("/accounts/{{account_id}}/things_{number}")]["get"];
        operation["description"] = json!("Lists them, in other words.");
    }
    document
}

/// An SDK with a slice of such a document.
pub fn sdk(slice: &str) -> Sdk {
    let manifest = format!(
        r#"
        title = "Things"
        description = "All of them."
        current = "2026-01-02"
        [slice]
        {slice}
        [crates]
        api = "things-api"
        mock = "things-mock"
        [names]
        drop_type_prefix = "acme"
        "#
    );
    Sdk { folder: "spec/things".into(), manifest: toml::from_str(&manifest).unwrap() }
}

/// The slice with the whole document.
pub const WHOLE: &str = r#"paths = ["/"]"#;

/// The slice with one resource.
pub fn slice_of(number: usize) -> String {
    format!("tags = [{:?}]", tag(number))
}

fn tag(number: impl std::fmt::Display) -> String {
    format!("Things {number}")
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn shared_schemas() -> Value {
    json!({
        "acme_message": {
            "type": "object",
            "properties": {"code": {"type": "integer", "minimum": 1000}, "message": {"type": "string"}},
            "required": ["code", "message"],
        },
        "acme_messages": {"type": "array", "items": reference("acme_message"), "example": []},
        "acme_envelope": {
            "type": "object",
            "properties": {
                "errors": reference("acme_messages"),
                "messages": reference("acme_messages"),
                "success": {"type": "boolean", "description": "Whether the API call was successful.", "enum": [true]},
            },
            "required": ["success", "errors", "messages"],
        },
        "acme_failure": {
            "allOf": [reference("acme_envelope"), {"properties": {"result": {"type": "object", "nullable": true}}}],
        },
        "acme_identifier": {"type": "string", "maxLength": 32, "description": "Identifier."},
    })
}

fn resource_schemas() -> Value {
    let name = |what: &str| format!("acme_t{NUMBER}-{what}");
    let words = "The words that a vendor has for it, which say at some length what could be said in one line. ";
    Value::Object(Map::from_iter([
        (
            name("thing"),
            json!({
                "type": "object",
                "description": words.repeat(3),
                "properties": {
                    "id": reference("acme_identifier"),
                    "name": {"type": "string", "description": words, "minLength": 1, "x-auditable": true},
                    "level": reference(&name("level")),
                    "comment": {"type": "string", "nullable": true, "description": words},
                    "created_on": {"type": "string", "format": "date-time", "readOnly": true},
                    "owner": {"properties": {"email": {"format": "email"}, "roles": {"items": {"type": "string"}}}},
                    "children": {"type": "array", "items": reference(&name("thing"))},
                    "parent": {"allOf": [reference(&name("thing"))], "nullable": true, "description": words},
                    "limit": {"oneOf": [{"type": "integer"}, {"type": "string", "enum": ["unlimited"]}]},
                },
                "required": ["id", "name", "level"],
            }),
        ),
        (
            name("level"),
            json!({"type": "string", "enum": ["low", "medium", "high"], "default": "low", "description": words}),
        ),
        (
            name("thing-response"),
            json!({"allOf": [reference("acme_envelope"), {"properties": {"result": reference(&name("thing"))}}]}),
        ),
    ]))
}

fn resource_paths() -> Value {
    let name = |what: &str| format!("acme_t{NUMBER}-{what}");
    let content = |schema: Value| json!({"application/json": {"schema": schema}});
    let responses = |schema: Value| {
        json!({
            "200": {"description": "The response.", "content": content(schema)},
            "4XX": {"description": "The failure.", "content": content(reference("acme_failure"))},
        })
    };
    let id = |name: &str| json!({"in": "path", "name": name, "required": true, "schema": reference("acme_identifier")});
    let operation = |verb: &str, parameters: Value, body: Value, response: Value| {
        let mut operation = json!({
            "operationId": format!("things-{NUMBER}-{verb}"),
            "summary": format!("{verb} a thing"),
            "description": "What is to be known about the operation before it is called, and what it does then.",
            "tags": [tag(NUMBER)],
            "x-api-token-group": ["Things Read", "Things Write"],
            "parameters": parameters,
            "responses": responses(response),
        });
        if !body.is_null() {
            operation["requestBody"] = json!({"required": true, "content": content(body)});
        }
        operation
    };
    let one = || reference(&name("thing-response"));
    let list = json!({"allOf": [reference("acme_envelope"), {
        "type": "object",
        "properties": {
            "result": {"type": "array", "items": reference(&name("thing"))},
            "result_info": {"type": "object", "properties": {"page": {"type": "integer"}, "total": {"type": "integer"}}},
        },
    }]});
    let page = json!({"in": "query", "name": "page", "schema": {"type": "integer", "minimum": 1, "default": 1}});
    let order = json!({"in": "query", "name": "order", "schema": {"type": "string", "enum": ["name", "level"]}});
    let written = || {
        json!({
            "type": "object",
            "properties": {"name": {"type": "string"}, "level": reference(&name("level")), "tags": {"type": "array", "items": {"type": "string"}}},
            "required": ["name"],
        })
    };
    let (account, thing) = (id("account_id"), id("thing_id"));
    Value::Object(Map::from_iter([
        (
            format!("/accounts/{{account_id}}/things_{NUMBER}"),
            json!({
                "get": operation("list", json!([account, page, order]), Value::Null, list),
                "post": operation("create", json!([account]), written(), one()),
            }),
        ),
        (
            format!("/accounts/{{account_id}}/things_{NUMBER}/{{thing_id}}"),
            json!({
                "get": operation("get", json!([account, thing]), Value::Null, one()),
                "put": operation("update", json!([account, thing]), written(), one()),
                "delete": operation("delete", json!([account, thing]), Value::Null, one()),
            }),
        ),
    ]))
}
