//! Properties that may be null are marked, for the client only.
//!
//! The generator uses the same type for an optional property whether it may be null or not, so the pass
//! `property_states` could not distinguish them. The generated code contains descriptions, so these contain the mark:
//! the property's place, between two characters for private use. The pass removes the marks, and reports a missing one.
//!
//! Seen in: the generator, which has one type for optional properties, nullable or not.

use std::collections::BTreeSet;

use serde_json::Value;

use xtask_document::Fields;
use xtask_document::pointer::escape;
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::named_schemas;
use xtask_document::walk::for_each_schema;

/// The first and the last character of a mark.
pub(crate) const MARK: char = '\u{e000}';

/// The place in a text's mark.
pub(crate) fn place(text: &str) -> Option<&str> {
    text.split(MARK).nth(1)
}

/// The places of all marks of a document.
pub(crate) fn places(document: &mut Value) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for_each_schema(document, &mut |_, schema| {
        let description = schema.text("description");
        places.extend(description.and_then(place).map(str::to_owned));
    });
    places
}

pub(super) fn apply(document: &mut Value) {
    let schemas = named_schemas(document);
    let references = References::of(&schemas);
    // A free-form schema always allows null. It may also annotate a property of another part of an `allOf`.
    let is_free_form =
        |property: &Value| xtask_document::envelope::is_free_form(&ResolvedSchema::of(&references, property));
    for_each_schema(document, &mut |place, schema| {
        // The generator ignores the properties of other types.
        if schema.text("type").is_some_and(|of| of != "object") {
            return;
        }
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (name, property) in properties.into_iter().flatten() {
            if property.is("nullable")
                && !is_free_form(property)
                && let Some(property) = property.as_object_mut()
            {
                let description = property.text("description").unwrap_or_default();
                property.insert(
                    "description".to_owned(),
                    format!("{description}{MARK}{place}/properties/{}{MARK}", escape(name)).into(),
                );
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
            "c": {"type": "string", "nullable": false}, "nullable": {"type": "boolean"}, "any": {"nullable": true},
        }}, "List": {"type": "array", "properties": {"a": {"type": "string", "nullable": true}}}}}});
        apply(&mut document);
        let properties = &document["components"]["schemas"]["Thing"]["properties"];
        let mark = |name: &str| format!("{MARK}/components/schemas/Thing/properties/{name}{MARK}");
        assert_eq!(properties["a"]["description"], format!("d{}", mark("a")));
        assert_eq!(properties["b"]["description"], mark("b"));
        for name in ["c", "nullable", "any"] {
            assert_eq!(properties[name].get("description"), None, "{name}");
        }
        let expected = ["a", "b"].map(|name| format!("/components/schemas/Thing/properties/{name}"));
        assert_eq!(places(&mut document), expected.into());
    }
}
