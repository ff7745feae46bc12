//! A schema as it works: references followed, and the parts of an `allOf` put together.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// The most references in a row that are followed: a schema that is nothing but itself has no end.
const LONGEST_CHAIN: usize = 64;

/// The name of the component that a schema refers to.
pub(crate) fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

/// The schema that a reference leads to, or the schema itself. A reference to nowhere is a schema that says nothing.
pub(crate) fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    for _ in 0..LONGEST_CHAIN {
        match reference(schema) {
            Some(name) => schema = named(document, name).unwrap_or(&Value::Null),
            None => return schema,
        }
    }
    &Value::Null
}

pub(crate) fn named<'a>(document: &'a Value, name: &str) -> Option<&'a Value> {
    document.get("components")?.get("schemas")?.get(name)
}

/// A resolved schema with the parts of its `allOf` in it: properties and requirements of all of them, and of everything
/// else what the later part says. The generator reads it in the same way.
pub(crate) fn flatten<'a>(document: &'a Value, schema: &'a Value) -> Cow<'a, Map<String, Value>> {
    let resolved = resolve(document, schema);
    match resolved.as_object() {
        Some(object) if !object.contains_key("allOf") => Cow::Borrowed(object),
        Some(object) => {
            let mut merged = Map::new();
            merge(document, object, &mut merged, LONGEST_CHAIN);
            Cow::Owned(merged)
        }
        None => Cow::Owned(Map::new()),
    }
}

fn merge(document: &Value, object: &Map<String, Value>, into: &mut Map<String, Value>, depth: usize) {
    let Some(deeper) = depth.checked_sub(1) else { return };
    for part in object.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        if let Some(part) = resolve(document, part).as_object() {
            merge(document, part, into, deeper);
        }
    }
    for (key, value) in object {
        match (key.as_str(), value) {
            ("allOf", _) => {}
            ("properties", Value::Object(properties)) => {
                if let Value::Object(merged) = into.entry(key.clone()).or_insert_with(|| Map::new().into()) {
                    merged.extend(properties.clone());
                }
            }
            ("required", Value::Array(names)) => {
                if let Value::Array(merged) = into.entry(key.clone()).or_insert_with(|| Value::Array(Vec::new())) {
                    merged.extend(names.iter().filter(|name| !merged.contains(name)).cloned().collect::<Vec<_>>());
                }
            }
            _ => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_parts_of_an_all_of_are_one_object() {
        let document = json!({"components": {"schemas": {
            "Base": {"properties": {"a": {"type": "string"}}, "required": ["a"], "type": "object"},
            "Thing": {"allOf": [
                {"$ref": "#/components/schemas/Base"},
                {"properties": {"a": {"type": "integer"}, "b": {}}, "required": ["a", "b"]},
            ], "description": "d"},
        }}});
        let flat = flatten(&document, named(&document, "Thing").unwrap()).into_owned();
        let expected = json!({
            "properties": {"a": {"type": "integer"}, "b": {}}, "required": ["a", "b"], "type": "object", "description": "d",
        });
        assert_eq!(Value::Object(flat), expected);
    }

    #[test]
    fn a_schema_that_is_nothing_but_itself_says_nothing() {
        let document = json!({"components": {"schemas": {
            "Loop": {"$ref": "#/components/schemas/Loop"},
            "Knot": {"allOf": [{"$ref": "#/components/schemas/Knot"}], "type": "object"},
        }}});
        assert_eq!(resolve(&document, &json!({"$ref": "#/components/schemas/Loop"})), &Value::Null);
        assert_eq!(resolve(&document, &json!({"$ref": "#/components/schemas/Nowhere"})), &Value::Null);
        assert_eq!(flatten(&document, named(&document, "Knot").unwrap()).get("type"), Some(&json!("object")));
    }
}
