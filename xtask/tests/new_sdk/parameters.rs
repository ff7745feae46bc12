//! An operation with parameters of every kind, and one for each kind of body.

use serde_json::{Value, json};

/// Adds the operations.
pub(crate) fn extend(document: &mut Value) {
    let text = || json!({"type": "string"});
    let of_format = |format: &str| json!({"type": "string", "format": format});
    let level = || json!({"type": "string", "enum": ["low", "a b"]});
    let parameter = |place: &str, name: &str, schema: Value| json!({"in": place, "name": name, "required": place == "path", "schema": schema});
    let kinds = [
        ("text", text()),
        ("level", level()),
        ("time", of_format("date-time")),
        ("day", of_format("date")),
        ("id", of_format("uuid")),
        ("address", of_format("ipv6")),
        ("count", json!({"type": "integer"})),
        ("ratio", json!({"type": "number"})),
        ("flag", json!({"type": "boolean"})),
    ];
    let mut parameters: Vec<_> = kinds.iter().map(|(name, schema)| parameter("path", name, schema.clone())).collect();
    parameters.extend(kinds.iter().map(|(name, schema)| parameter("header", &format!("X-{name}"), schema.clone())));
    parameters.extend(kinds.iter().map(|(name, schema)| parameter("query", &format!("q-{name}"), schema.clone())));
    let list = |items: Value| json!({"type": "array", "items": items});
    parameters.push(parameter("query", "texts", list(text())));
    parameters.push(parameter("query", "times", list(of_format("date-time"))));
    parameters.push(parameter("query", "lists", list(json!({}))));
    let object =
        json!({"type": "object", "required": ["fo"], "properties": {"fo": text(), "o&o": {"type": "integer"}}});
    parameters.push(parameter("query", "object", object));
    let path: String = kinds.iter().map(|(name, _)| format!("/{{{name}}}")).collect();
    let done = || json!({"204": {"description": "done"}});
    document["paths"][format!("/gadgets/values{path}")]["put"] =
        json!({"operationId": "acme-gadgets-values", "parameters": parameters, "responses": done()});

    let body = json!({"type": "object", "required": ["ratio"], "properties": {
        "ratio": {"type": "number"}, "time": of_format("date-time"), "note": {"type": "string", "nullable": true},
        "map": {"type": "object", "additionalProperties": list(level())}, "large": {"type": "integer", "format": "uint64"},
        "any": {},
    }});
    let form =
        json!({"type": "object", "required": ["a b"], "properties": {"a b": text(), "count": {"type": "integer"}}});
    for (name, media_type, schema) in [
        ("json", "application/json", body),
        ("form", "application/x-www-form-urlencoded", form),
        ("text", "text/plain", text()),
        ("bytes", "application/octet-stream", of_format("binary")),
    ] {
        document["paths"][format!("/gadgets/bodies/{name}")]["post"] = json!({
            "operationId": format!("acme-gadgets-{name}"),
            "requestBody": {"required": true, "content": {media_type: {"schema": schema}}}, "responses": done(),
        });
    }
}
