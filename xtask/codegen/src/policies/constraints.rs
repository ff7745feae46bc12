//! Limits on values are dropped.
//!
//! The generator makes types of them that reject other values: an id that is one character longer than documented, or a
//! code below the documented minimum, would fail a whole response. Hand-written crates check what is sent.
//!
//! The format of a number limits it, too: `int32` becomes an `i32`, which rejects a counter that has grown, and `float` an
//! `f32`, which changes 0.1. So all integers are `i64`, or `u64` if their format is `uint64`; the importer gives integers
//! beyond `i64` another type (rule `large-integers`). For numbers, see `passes/numbers.rs`. Strings with a format keep
//! it; see `passes/formatted.rs`.
//!
//! Seen in: Cloudflare's document of 2024-08-06, where 594 strings have a length or a pattern, and 16 numbers a small
//! format.

use serde_json::Value;

use xtask_document::walk::for_each_schema;

/// Keywords that limit values.
pub(crate) const CONSTRAINTS: [&str; 13] = [
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "uniqueItems",
];

pub(super) fn apply(document: &mut Value) {
    for_each_schema(document, &mut |_, schema| {
        let is_number = schema.get("type").is_some_and(|of| of == "integer" || of == "number");
        let is_unlimited = schema.get("format").is_none_or(|format| format == "uint64");
        schema.retain(|key, _| !CONSTRAINTS.contains(&key.as_str()) && (key != "format" || !is_number || is_unlimited));
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_constraint_goes_and_a_property_of_that_name_stays() {
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
    fn format_of_a_number_goes_unless_its_type_reads_more_numbers() {
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
