//! Properties that may be null are marked, for the client only.
//!
//! The generator makes the same type of an optional property whether it may be null or not, so the pass
//! `property_states` could not distinguish them. A description reaches the generated code, so it carries the mark, and the
//! pass removes it.

use serde_json::Value;

use crate::schemas::for_each_schema;

/// The mark. A document does not have this character: it is for private use.
pub(crate) const MARK: char = '\u{e000}';

pub(super) fn apply(document: &mut Value) {
    for_each_schema(document, &mut |_, schema| {
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for property in properties.into_iter().flat_map(|properties| properties.values_mut()) {
            if property.get("nullable") == Some(&Value::Bool(true))
                && let Some(property) = property.as_object_mut()
            {
                let description = property.get("description").and_then(Value::as_str).unwrap_or_default();
                property.insert("description".to_owned(), format!("{description}{MARK}").into());
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn description_of_a_nullable_property_is_marked() {
        let mut document = json!({"components": {"schemas": {"Thing": {"properties": {
            "a": {"type": "string", "nullable": true, "description": "d"}, "b": {"type": "string", "nullable": true},
            "c": {"type": "string", "nullable": false}, "nullable": {"type": "boolean"},
        }}}}});
        apply(&mut document);
        let properties = &document["components"]["schemas"]["Thing"]["properties"];
        assert_eq!(properties["a"]["description"], format!("d{MARK}"));
        assert_eq!(properties["b"]["description"], MARK.to_string());
        assert_eq!((properties["c"].get("description"), properties["nullable"].get("description")), (None, None));
    }
}
