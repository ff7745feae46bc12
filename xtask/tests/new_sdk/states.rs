//! Properties of every kind in every state, in models of requests, of responses, and of both.

use serde_json::{Map, Value, json};

/// The kinds of properties, each with its schema.
fn kinds() -> Vec<(&'static str, Value)> {
    let text = json!({"type": "string"});
    vec![
        ("text", text.clone()),
        ("flag", json!({"type": "boolean"})),
        ("count", json!({"type": "integer", "format": "int32"})),
        ("large", json!({"type": "integer", "format": "uint64"})),
        ("level", json!({"type": "string", "enum": ["low", "high"]})),
        ("list", json!({"type": "array", "items": text})),
        ("anys", json!({"type": "array", "items": {}})),
        ("counts", json!({"type": "array", "items": {"type": "integer"}})),
        ("map", json!({"type": "object", "additionalProperties": text})),
        ("counters", json!({"type": "object", "additionalProperties": {"type": "integer"}})),
        ("fields", json!({"type": "object"})),
        ("object", json!({"type": "object", "properties": {"x": text}})),
        ("time", json!({"type": "string", "format": "date-time"})),
        ("times", json!({"type": "array", "items": {"type": "string", "format": "date-time"}})),
        ("day", json!({"type": "string", "format": "date"})),
        ("id", json!({"type": "string", "format": "uuid"})),
        ("address", json!({"type": "string", "format": "ipv4"})),
        ("either", json!({"oneOf": [{"type": "boolean"}, {"type": "object", "properties": {"y": text}}]})),
        ("any", json!({})),
    ]
}

/// Adds the models, and an operation that sends and returns them.
pub(crate) fn extend(document: &mut Value) {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/acme_{name}")});
    let mut schemas = Map::new();
    let nullable = |schema: &Value| {
        let mut schema = schema.clone();
        schema["nullable"] = true.into();
        schema
    };
    for direction in ["request", "response", "both"] {
        let mut models = Map::new();
        for (state, is_required, is_nullable) in [
            ("required", true, false),
            ("optional", false, false),
            ("required_null", true, true),
            ("optional_null", false, true),
        ] {
            let mut properties = Map::new();
            for (kind, schema) in kinds() {
                let [component, null] = ["some", "null"].map(|of| format!("{of}_{kind}_{direction}"));
                schemas.insert(format!("acme_{component}"), schema.clone());
                schemas.insert(format!("acme_{null}"), nullable(&schema));
                let mut add = |form: &str, schema: Value| drop(properties.insert(format!("{kind}_{form}"), schema));
                if is_nullable {
                    add("inline", nullable(&schema));
                    add("named", reference(&null));
                    add("part", json!({"allOf": [reference(&component)], "nullable": true, "description": "d"}));
                } else {
                    add("inline", schema);
                    add("named", reference(&component));
                }
            }
            let required: Vec<_> = properties.keys().filter(|_| is_required).cloned().collect();
            let mut model = json!({"type": "object", "properties": properties});
            if is_required {
                model["required"] = required.into();
            }
            models.insert(state.to_owned(), reference(&format!("{state}_{direction}")));
            schemas.insert(format!("acme_{state}_{direction}"), model);
        }
        schemas.insert(format!("acme_states_{direction}"), json!({"type": "object", "properties": models}));
    }
    let content = |name: &str| {
        let schema =
            json!({"type": "object", "properties": {"own": reference(name), "both": reference("states_both")}});
        json!({"description": "d", "content": {"application/json": {"schema": schema}}})
    };
    document["paths"]["/gadgets/states"]["put"] = json!({
        "operationId": "acme-gadgets-states", "summary": "States",
        "requestBody": content("states_request"), "responses": {"200": content("states_response")},
    });
    document["components"]["schemas"].as_object_mut().into_iter().for_each(|all| all.extend(schemas.clone()));
}
