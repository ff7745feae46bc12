//! Models with properties of one direction, and models with unlisted members.

use serde_json::{Value, json};

/// Adds the models, and an operation that sends and returns them.
pub(crate) fn extend(document: &mut Value) {
    let text = || json!({"type": "string"});
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/acme_{name}")});
    let content = json!({"application/json": {"schema": reference("members")}});
    document["paths"]["/gadgets/members"]["put"] = json!({
        "operationId": "acme-gadgets-members", "requestBody": {"required": true, "content": content},
        "responses": {"200": {"description": "d", "content": content}},
    });
    let schemas = &mut document["components"]["schemas"];
    schemas["acme_members"] = json!({"type": "object", "properties": {
        "account": reference("direction"), "open": reference("open"), "counts": reference("counts"),
    }});
    schemas["acme_direction"] = json!({"type": "object", "required": ["id", "name", "secret"], "properties": {
        "id": {"type": "string", "readOnly": true}, "name": text(), "secret": {"type": "string", "writeOnly": true},
    }});
    schemas["acme_open"] = json!({
        "type": "object", "required": ["name"], "properties": {"name": text(), "extra": text()}, "additionalProperties": true,
    });
    schemas["acme_counts"] = json!({
        "type": "object", "properties": {"name": text()}, "additionalProperties": {"type": "integer"},
    });
}
