//! Unions whose branches are distinguished by a discriminator, constants, properties or formats.

use serde_json::{Value, json};

/// Adds the unions, and an operation that sends and returns them.
pub(crate) fn extend(document: &mut Value) {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/acme_{name}")});
    let text = || json!({"type": "string"});
    let object = |properties: Value| json!({"type": "object", "required": ["name"], "properties": properties});
    let object_of = |properties: Value| json!({"type": "object", "properties": properties});
    let union = |branches: &[&str], mapping: &[(&str, &str)]| {
        let branches: Vec<_> = branches.iter().map(|name| reference(name)).collect();
        let mapping: serde_json::Map<_, _> =
            mapping.iter().map(|(tag, name)| ((*tag).to_owned(), reference(name)["$ref"].clone())).collect();
        json!({"oneOf": branches, "discriminator": {"propertyName": "kind", "mapping": mapping}})
    };
    // The generator would make tagged enums of these unions, because of their constants.
    let tagged = |tag: &str, value: &str, property: &str, of: Value| {
        json!({"type": "object", "required": [tag, property], "properties": {
            tag: {"type": "string", "enum": [value]}, property: of,
        }})
    };
    let named = json!({
        "bird": object(json!({"kind": text(), "name": text(), "wings": {"type": "integer"}})),
        "fish": object(json!({"kind": {"type": "string", "enum": ["fish"]}, "name": text(), "fins": {"type": "integer"}})),
        "snail": object(json!({"name": text()})),
        "animal": union(&["bird", "fish", "snail"], &[("bird", "bird"), ("parrot", "bird"), ("carp", "fish"), ("snail", "snail")]),
        "plant": object(json!({"kind": text(), "name": text()})),
        "being": union(&["plant", "animal"], &[("plant", "plant"), ("carp", "plant")]),
        "event": {"oneOf": [tagged("type", "started", "at", text()), tagged("type", "stopped", "code", json!({"type": "integer"}))]},
        "setting": {"oneOf": [
            tagged("id", "limit", "value", json!({"type": "integer"})), tagged("id", "label", "value", text()),
        ]},
        "choice": {"oneOf": [
            {"type": "object", "required": ["a"], "properties": {"a": text()}},
            {"type": "object", "required": ["b"], "properties": {"b": {"type": "integer"}}},
        ]},
        "bound": {"oneOf": [
            {"type": "string", "format": "date-time"}, {"type": "string", "format": "uuid"}, {"type": "integer"},
        ]},
        "time": {"type": "string", "format": "date-time"},
        "word": {"type": "string", "enum": ["never", "always"]},
        "note": {"anyOf": [
            object_of(json!({"kind": text()})), {"type": "object", "additionalProperties": text()},
        ]},
        "mark": {"anyOf": [
            object_of(json!({"kind": text()})), object_of(json!({"level": {"type": "string", "nullable": true}})),
        ]},
        "limit": {"oneOf": [
            reference("time"), reference("word"), {"type": "integer"},
        ]},
    });
    let unions = ["animal", "being", "event", "setting", "choice", "bound", "limit", "note", "mark"]
        .map(|name| (name.to_owned(), reference(name)));
    let properties: serde_json::Map<_, _> = unions.into_iter().collect();
    let schema = json!({"type": "object", "properties": properties});
    let content = json!({"description": "d", "content": {"application/json": {"schema": schema}}});
    document["paths"]["/gadgets/states/unions"]["put"] = json!({
        "operationId": "acme-gadgets-unions", "requestBody": content, "responses": {"200": content},
    });
    for (name, schema) in named.as_object().into_iter().flatten() {
        document["components"]["schemas"][format!("acme_{name}")] = schema.clone();
    }
}
