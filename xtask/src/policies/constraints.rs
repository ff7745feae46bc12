//! Limits on values are dropped.
//!
//! The generator makes types of them that reject other values: an id that is one character longer than documented, or a
//! code below the documented minimum, would fail a whole response. Hand-written crates check what is sent.

use serde_json::Value;

use crate::schemas::for_each_schema;

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
    for_each_schema(document, &mut |_, schema| schema.retain(|key, _| !CONSTRAINTS.contains(&key.as_str())));
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
}
