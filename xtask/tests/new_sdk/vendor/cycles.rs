//! Types that contain themselves.

use serde_json::{Value, json};

/// Adds the types, and an operation that sends and returns them.
pub(crate) fn extend(document: &mut Value) {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/acme_{name}")});
    let or_null = |name: &str| json!({"allOf": [reference(name)], "nullable": true});
    let nodes = json!({"type": "object", "required": ["required_null"], "properties": {
        "optional": reference("node"), "null": or_null("node"), "required_null": or_null("node"), "maybe": reference("maybe"),
        "tree": reference("tree"),
    }});
    let maybe = json!({"type": "object", "nullable": true, "properties": {"again": reference("maybe")}});
    let tree = json!({"oneOf": [{"type": "string"}, {"type": "object", "required": ["left"], "properties": {
        "left": reference("tree"), "right": reference("tree"), "null": or_null("tree"),
    }}]});
    for (name, schema) in [("node", nodes), ("maybe", maybe), ("tree", tree)] {
        document["components"]["schemas"][format!("acme_{name}")] = schema;
    }
    let content = json!({"description": "d", "content": {"application/json": {"schema": reference("node")}}});
    document["paths"]["/gadgets/cycles"]["put"] =
        json!({"operationId": "acme-gadgets-cycles", "requestBody": content, "responses": {"200": content}});
}
