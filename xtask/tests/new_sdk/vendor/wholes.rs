//! Schemas that are merged from parts, inherit from others, or may be null beside a reference.

use serde_json::{Value, json};

/// Adds the schemas, and an operation that sends and returns them.
pub(super) fn extend(document: &mut Value) {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/acme_{name}")});
    let or_null = |name: &str| json!({"$ref": reference(name)["$ref"], "nullable": true});
    let object = |properties: Value| json!({"type": "object", "properties": properties});
    let text = json!({"type": "string"});
    let of_animal =
        |property: &str| json!({"allOf": [reference("animal"), object(json!({property: {"type": "integer"}}))]});
    let mut animal = object(json!({"kind": text, "name": text}));
    animal["required"] = json!(["kind"]);
    animal["discriminator"] = json!({"propertyName": "kind", "mapping": {"b": reference("bird")["$ref"]}});
    let mut open = object(json!({"a": text}));
    open["additionalProperties"] = json!(true);
    let base = object(json!({
        "part": object(json!({"a": text, "deep": object(json!({"x": text}))})),
        "list": {"type": "array", "items": object(json!({"a": text}))},
        "next": reference("left"),
    }));
    let own = object(json!({
        "part": object(json!({"b": text, "deep": object(json!({"y": text}))})),
        "list": {"type": "array", "items": object(json!({"b": text}))},
        "next": reference("right"),
        "animals": {"type": "array", "items": or_null("animal")},
        "by_name": {"type": "object", "additionalProperties": or_null("animal")},
        "best": or_null("animal"),
        "either": {"oneOf": [or_null("bird"), text]},
        "open": open,
    }));
    let schemas = document["components"]["schemas"].as_object_mut().unwrap();
    for (name, schema) in [
        ("acme_animal", animal),
        ("acme_bird", of_animal("wings")),
        ("acme_fish", of_animal("fins")),
        ("acme_left", object(json!({"l": text, "next": {"type": "array", "items": reference("left")}}))),
        ("acme_right", object(json!({"r": text, "next": {"type": "array", "items": reference("right")}}))),
        ("acme_base", base),
        ("acme_whole", json!({"allOf": [reference("base"), own]})),
    ] {
        assert!(schemas.insert(name.to_owned(), schema).is_none(), "{name}");
    }
    let content = |schema: &Value| json!({"application/json": {"schema": schema}});
    document["paths"]["/gadgets/wholes"] = json!({"put": {
        "operationId": "acme-gadgets-wholes", "summary": "Wholes",
        "requestBody": {"required": true, "content": content(&reference("whole"))},
        "responses": {"200": {"description": "d", "content": content(&reference("whole"))}},
    }});
}
