//! `allOf`.

use serde_json::{Map, Value};

use super::{Log, Loss, Rule};
use crate::effective::{flatten, resolve};
use crate::schemas::for_each_schema;

pub(super) const OBJECTS: Rule = Rule {
    name: "all-of-objects",
    why: "taken strictly, parts that contradict each other make types that no value can have; vendors mean that the later \
          part wins",
    loss: Loss::Widens,
    apply: merge_objects,
};

fn merge_objects(document: &mut Value, log: &mut Log<'_>) {
    let original = document.clone();
    for_each_schema(document, &mut |place, schema| {
        if is_all_of_objects(&original, schema) {
            let parts = schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
            let mut merged = flatten(&original, &Value::Object(schema.clone())).into_owned();
            merged.insert("type".to_owned(), Value::from("object"));
            *schema = merged;
            log.note(place, format!("{parts} parts are one object"));
        }
    });
}

/// Whether a schema consists of objects alone. One that is a single other schema with a few words added is left as it is.
fn is_all_of_objects(document: &Value, schema: &Map<String, Value>) -> bool {
    let Some(parts) = schema.get("allOf").and_then(Value::as_array) else { return false };
    let alone = parts.len() == 1 && !schema.contains_key("properties");
    !alone && !parts.is_empty() && parts.iter().all(|part| is_object(document, part, 16))
}

fn is_object(document: &Value, schema: &Value, depth: u32) -> bool {
    let (Some(schema), Some(deeper)) = (resolve(document, schema).as_object(), depth.checked_sub(1)) else {
        return false;
    };
    let parts = schema.get("allOf").and_then(Value::as_array);
    schema.get("type") == Some(&Value::from("object"))
        || schema.contains_key("properties")
        || parts.is_some_and(|parts| !parts.is_empty() && parts.iter().all(|part| is_object(document, part, deeper)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::run;
    use super::*;

    #[test]
    fn objects_are_put_together_and_the_later_wins() {
        let document = |thing: Value| {
            json!({"components": {"schemas": {
                "Base": {"type": "object", "properties": {"result": {"type": "string"}, "ok": {"type": "boolean"}}, "required": ["ok"]},
                "Thing": thing,
            }}})
        };
        let parts = json!({"allOf": [
            {"$ref": "#/components/schemas/Base"},
            {"properties": {"result": {"type": "integer"}}, "required": ["result"]},
        ]});
        let merged = json!({
            "type": "object",
            "properties": {"result": {"type": "integer"}, "ok": {"type": "boolean"}},
            "required": ["ok", "result"],
        });
        assert_eq!(run(&OBJECTS, document(parts)), (document(merged), 1));
    }

    #[test]
    fn what_is_no_object_and_what_stands_alone_is_left() {
        for schema in [
            json!({"allOf": [{"type": "string"}, {"type": "string"}]}),
            json!({"allOf": [{"type": "object"}], "nullable": true}),
        ] {
            let document = json!({"components": {"schemas": {"Thing": schema}}});
            assert_eq!(run(&OBJECTS, document.clone()), (document, 0));
        }
    }
}
