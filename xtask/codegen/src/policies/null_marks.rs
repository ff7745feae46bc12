//! Properties that may be null are marked, for the client only.
//!
//! The generator makes the same type of an optional property whether it may be null or not, so the pass
//! `property_states` could not distinguish them. A description reaches the generated code, so it carries the mark: the
//! property's place, between two characters for private use. The pass removes the marks, and reports one that is missing.
//!
//! Seen in: the generator, which has one type for optional properties, nullable or not.

use std::collections::BTreeSet;

use serde_json::Value;

use xtask_document::pointer::escape;
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::named_schemas;
use xtask_document::walk::for_each_schema;

/// What a mark begins and ends with.
pub(crate) const MARK: char = '\u{e000}';

/// The place in a text's mark.
pub(crate) fn place(text: &str) -> Option<&str> {
    text.split(MARK).nth(1)
}

/// The places of all marks of a document.
pub(crate) fn places(document: &mut Value) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for_each_schema(document, &mut |_, schema| {
        let description = schema.get("description").and_then(Value::as_str);
        places.extend(description.and_then(place).map(str::to_owned));
    });
    places
}

pub(super) fn apply(document: &mut Value) {
    let schemas = named_schemas(document);
    let references = References::of(&schemas);
    // What is free-form allows null in any case; it may also be what one part of an `allOf` says of another's property.
    let is_free_form =
        |property: &Value| xtask_document::envelope::is_free_form(&ResolvedSchema::of(&references, property));
    for_each_schema(document, &mut |place, schema| {
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (name, property) in properties.into_iter().flatten() {
            if property.get("nullable") == Some(&Value::Bool(true))
                && !is_free_form(property)
                && let Some(property) = property.as_object_mut()
            {
                let description = property.get("description").and_then(Value::as_str).unwrap_or_default();
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
        }}}}});
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
