//! Closed objects become open.
//!
//! The generator makes a closed object reject a property that it does not list. One new property would fail a whole
//! response.

use serde_json::Value;

use xtask_document::walk::for_each_schema;

pub(super) fn apply(document: &mut Value) {
    for_each_schema(document, &mut |_, schema| {
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            schema.remove("additionalProperties");
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_closed_object_is_opened_and_a_map_stays_one() {
        let of = |closed: Value, map: Value| json!({"components": {"schemas": {"Closed": closed, "Map": map}}});
        let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
        let mut document = of(json!({"type": "object", "additionalProperties": false}), map.clone());
        apply(&mut document);
        assert_eq!(document, of(json!({"type": "object"}), map));
    }
}
