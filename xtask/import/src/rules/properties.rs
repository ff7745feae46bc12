//! Properties of objects.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Loss, Rule};
use xtask_document::Fields;
use xtask_document::naming::{identifier, snake};
use xtask_document::walk::for_each_schema;

pub(super) const CLASHING_NAMES: Rule = Rule {
    name: "clashing-properties",
    why: "two properties with the same name in Rust cannot be fields of one struct",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 2 schemas",
    loss: Loss::Widens,
    apply: |document, log| {
        for_each_schema(document, &mut |place, schema| {
            if has_clash(schema) {
                schema.remove("properties");
                schema.remove("required");
                schema.insert("additionalProperties".to_owned(), json!({}));
                log.note(place, "made it a map of any JSON");
            }
        });
    },
};

fn has_clash(schema: &Map<String, Value>) -> bool {
    let properties = schema.entries("properties").keys();
    // A required property without a schema is a field of any JSON.
    let required = schema.list("required").iter().filter_map(Value::as_str);
    let names: BTreeSet<&str> = properties.map(String::as_str).chain(required).collect();
    let mut seen = BTreeSet::new();
    names.into_iter().any(|name| !seen.insert(identifier(name, snake)))
}

pub(super) const WRONG_DEFAULT: Rule = Rule {
    name: "wrong-default",
    why: "a default that its own schema forbids is a mistake, and the document does not show the intended value",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 72 schemas",
    loss: Loss::Narrows,
    apply: |document, log| {
        for_each_schema(document, &mut |place, schema| {
            if is_wrong(schema) {
                schema.remove("default");
                log.note(place, "dropped its default");
            }
        });
    },
};

fn is_wrong(schema: &Map<String, Value>) -> bool {
    let Some(default) = schema.get("default") else { return false };
    if default.is_null() && schema.is("nullable") {
        return false;
    }
    let of_type = match schema.text("type") {
        Some("array") => default.is_array(),
        Some("boolean") => default.is_boolean(),
        Some("integer") => default.as_f64().is_some_and(|real| real.fract() == 0.0),
        Some("number") => default.is_number(),
        Some("object") => default.is_object(),
        Some("string") => default.is_string(),
        _ => true,
    };
    let listed = schema.get("enum").and_then(Value::as_array).is_none_or(|values| values.contains(default));
    !(of_type && listed)
}

#[cfg(test)]
mod tests {
    use super::super::run;
    use super::*;

    fn document(schema: Value) -> Value {
        json!({"components": {"schemas": {"Thing": schema}}})
    }

    #[test]
    fn object_with_clashing_property_names_becomes_a_map() {
        let clash = document(json!({"type": "object", "properties": {"a-b": {}, "a_b": {}}, "required": ["a-b"]}));
        let map = document(json!({"type": "object", "additionalProperties": {}}));
        assert_eq!(run(&CLASHING_NAMES, clash), (map.clone(), 1));
        let with_required = document(json!({"type": "object", "properties": {"a-b": {}}, "required": ["a-b", "a_b"]}));
        assert_eq!(run(&CLASHING_NAMES, with_required), (map, 1));
        for names in [["@", "x"], ["1", "x1"], ["it's", "its"], ["type", "type_"]] {
            let properties = Map::from_iter(names.map(|name| (name.to_owned(), json!({}))));
            assert_eq!(run(&CLASHING_NAMES, document(json!({"properties": properties}))).1, 1, "{names:?}");
        }
        let distinct = document(json!({"type": "object", "properties": {"a": {}, "extra": {}, "+1": {}, "-1": {}}}));
        assert_eq!(run(&CLASHING_NAMES, distinct.clone()), (distinct, 0));
    }

    #[test]
    fn default_that_its_schema_forbids_is_dropped() {
        for (schema, wrong) in [
            (json!({"type": "string", "default": 1}), true),
            (json!({"type": "integer", "default": "1"}), true),
            (json!({"type": "string", "enum": ["a"], "default": "b"}), true),
            (json!({"type": "string", "default": null}), true),
            (json!({"type": "string", "nullable": true, "default": null}), false),
            (json!({"type": "string", "enum": ["a"], "default": "a"}), false),
            (json!({"default": 1}), false),
            (json!({"type": "integer", "default": 1.5}), true),
            (json!({"type": "integer", "default": 10.0}), false),
        ] {
            assert_eq!(run(&WRONG_DEFAULT, document(schema.clone())).1, usize::from(wrong), "{schema}");
        }
    }
}
