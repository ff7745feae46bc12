//! Constraints on values are dropped.
//!
//! The generator writes types that reject other values: an id that is one character longer than documented, or a code
//! below the documented minimum, would fail a whole response. Hand-written crates validate requests.
//!
//! `not` excludes values, too. Of `not` with `required` the generator would remove the properties that it lists, and it
//! rejects a type, without a place.
//!
//! The format of a number constrains it as well: `int32` becomes an `i32`, which rejects a counter that has grown, and
//! `float` an `f32`, which changes 0.1. All integers are therefore `i64`, or `u64` if their format is `uint64`. The
//! importer gives integers beyond `i64` another type (rule `large-integers`). For numbers, see `passes/numbers.rs`.
//! Strings keep their format; see `passes/formatted.rs`.
//!
//! `items`, `additionalProperties` and `format` beside a union constrain its branches. The generator merges them into
//! each branch, which then has no longer the type of its schema.
//!
//! Seen in: Cloudflare's document of 2024-08-06, where 594 strings have a length or a pattern, 16 numbers a small
//! format, and a body of Workers AI `not`.

use serde_json::Value;

use xtask_document::keywords::{Role, constrains_branches, role};
use xtask_document::walk::for_each_schema;

pub(super) fn apply(document: &mut Value) {
    for_each_schema(document, &mut |_, schema| {
        let is_number = schema.get("type").is_some_and(|of| of == "integer" || of == "number");
        let is_unlimited = schema.get("format").is_none_or(|format| format == "uint64");
        if constrains_branches(schema) {
            schema.retain(|key, _| !["additionalProperties", "format", "items"].contains(&key.as_str()));
        }
        schema.retain(|key, _| role(key) != Role::Limit && (key != "format" || !is_number || is_unlimited));
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn constraint_is_dropped_and_a_property_of_that_name_is_kept() {
        let mut document = json!({"components": {"schemas": {"Rule": {
            "type": "object",
            "minProperties": 1,
            "properties": {"pattern": {"type": "string", "maxLength": 9}},
        }}}});
        apply(&mut document);
        let expected = json!({"components": {"schemas": {"Rule": {
            "type": "object",
            "properties": {"pattern": {"type": "string"}},
        }}}});
        assert_eq!(document, expected);
    }

    #[test]
    fn excluded_values_are_dropped_and_a_property_of_that_name_is_kept() {
        let mut document = json!({"components": {"schemas": {
            "Either": {
                "type": "object",
                "properties": {"a": {"type": "string"}, "not": {"type": "string"}},
                "not": {"required": ["a", "not"]},
            },
            "Any": {"not": {"type": "string"}},
        }}});
        apply(&mut document);
        let expected = json!({
            "Either": {"type": "object", "properties": {"a": {"type": "string"}, "not": {"type": "string"}}},
            "Any": {},
        });
        assert_eq!(document["components"]["schemas"], expected);
    }

    #[test]
    fn branches_of_a_union_are_not_constrained() {
        let text = json!({"type": "string"});
        for (constraint, beside, is_dropped) in [
            (json!({"items": text}), json!({}), true),
            (json!({"additionalProperties": {}}), json!({}), true),
            (json!({"format": "uuid"}), json!({}), true),
            (json!({"format": "uuid"}), json!({"oneOf": [text, {"required": ["a"]}]}), false),
            (json!({"items": text}), json!({"type": "array"}), false),
            (json!({"additionalProperties": text}), json!({"type": "object"}), true),
            (json!({"items": text}), json!({"type": "object"}), true),
            (json!({"additionalProperties": text}), json!({"oneOf": [text, {"required": ["a"]}]}), false),
            (json!({"additionalProperties": text}), json!({"properties": {"a": text}}), false),
        ] {
            let mut union = json!({"oneOf": [text, {"type": "integer"}]});
            union.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
            let mut constrained = union.clone();
            constrained.as_object_mut().unwrap().extend(constraint.as_object().unwrap().clone());
            let of = |schema: &Value| json!({"components": {"schemas": {"Thing": schema}}});
            let mut document = of(&constrained);
            apply(&mut document);
            assert_eq!(document, of(if is_dropped { &union } else { &constrained }), "{constraint}");
        }
    }

    #[test]
    fn format_of_a_number_is_dropped_unless_it_is_uint64() {
        let mut document = json!({"components": {"schemas": {
            "Small": {"type": "integer", "format": "int32"}, "Large": {"type": "integer", "format": "uint64"},
            "Float": {"type": "number", "format": "float"}, "Text": {"type": "string", "format": "uuid"},
        }}});
        apply(&mut document);
        let expected = json!({
            "Small": {"type": "integer"}, "Large": {"type": "integer", "format": "uint64"},
            "Float": {"type": "number"}, "Text": {"type": "string", "format": "uuid"},
        });
        assert_eq!(document["components"]["schemas"], expected);
    }
}
