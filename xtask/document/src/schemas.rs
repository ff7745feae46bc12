//! The named schemas of a document, in `components/schemas`: their places, and references to them.

use serde_json::{Map, Value, json};

use crate::fields::Fields;
use crate::pointer::escape;

/// The prefix of a reference to a named schema.
pub const SCHEMAS: &str = "#/components/schemas/";

/// The named schemas of a document, by their names.
pub fn schemas(document: &Value) -> &Map<String, Value> {
    document.entries("components").entries("schemas")
}

/// The named schemas of a document, to be changed; `None` if the document has none.
pub fn schemas_mut(document: &mut Value) -> Option<&mut Map<String, Value>> {
    document.pointer_mut("/components/schemas")?.as_object_mut()
}

/// A document with copies of the named schemas only, for look-ups while the original changes.
pub fn named_schemas(document: &Value) -> Value {
    let components = Value::from_iter([("schemas", schemas(document).clone())]);
    Value::from_iter([("components", components)])
}

/// The named schema of a document.
pub fn named<'a>(document: &'a Value, name: &str) -> Option<&'a Value> {
    schemas(document).get(name)
}

/// The name of the schema that a schema refers to.
pub fn reference(schema: &Value) -> Option<&str> {
    schema.text("$ref")?.strip_prefix(SCHEMAS)
}

/// A schema that refers to a named one.
pub fn reference_to(name: &str) -> Value {
    json!({"$ref": format!("{SCHEMAS}{name}")})
}

/// The JSON pointer (RFC 6901) to a named schema.
pub fn place_of(name: &str) -> String {
    format!("/components/schemas/{}", escape(name))
}

/// Whether a JSON pointer is that of a named schema, not of a part of one.
pub fn is_named(place: &str) -> bool {
    place.strip_prefix("/components/schemas/").is_some_and(|name| !name.contains('/'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn named_schema_is_found_by_its_reference_and_its_place() {
        let document = json!({"components": {"schemas": {"a/b": {"type": "string"}}}});
        let schema = reference(&reference_to("a/b")).and_then(|name| named(&document, name)).cloned();
        assert_eq!(schema, Some(json!({"type": "string"})));
        assert_eq!(document.pointer(&place_of("a/b")), schema.as_ref());
        assert_eq!((is_named(&place_of("a/b")), is_named("/components/schemas/a/items")), (true, false));
        assert_eq!(named_schemas(&document), document);
        assert!(schemas(&json!({"paths": {}})).is_empty());
    }
}
