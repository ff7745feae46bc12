//! A schema marked `x-lenient` is free-form.
//!
//! What decorates an answer, such as a list of messages, must not fail it: one entry of another shape would take the result
//! down with it, or the other entries. The document keeps the shape that is known; who reads it takes what fits.

use serde_json::{Map, Value};

use crate::schemas::for_each_schema;

/// The mark.
pub(crate) const MARK: &str = "x-lenient";

pub(super) fn apply(document: &mut Value) {
    for_each_schema(document, &mut |_, schema| {
        if schema.get(MARK) == Some(&Value::Bool(true)) {
            *schema = Map::from_iter(schema.remove_entry("description"));
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_marked_schema_keeps_its_description_only() {
        let mut document = json!({"components": {"schemas": {
            "Notes": {"type": "array", "items": {"type": "string"}, "description": "d", "x-lenient": true},
            "Note": {"type": "string", "x-lenient": false},
        }}});
        apply(&mut document);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Notes"], json!({"description": "d"}));
        assert_eq!(schemas["Note"]["type"], "string");
    }
}
