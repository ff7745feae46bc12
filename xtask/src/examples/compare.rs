//! The differences between an example and its encoded value.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

use crate::groups::shortened;
use xtask_document::Fields;
use xtask_document::keywords::BRANCHES;
use xtask_document::operation::component;

/// The differences of an encoded value. List items have the index `*`, so that equal differences have equal text.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Differences {
    /// Members of objects that the schema declares.
    pub(super) lost: Vec<String>,
    /// Members that are null, which the schema does not allow: an optional one is decoded as absent.
    pub(super) lost_nulls: Vec<String>,
    /// Members that it does not declare.
    pub(super) lost_undeclared: Vec<String>,
    /// Changed values, before and after.
    pub(super) changed: Vec<String>,
    /// Members that the example does not have.
    pub(super) added: Vec<String>,
}

impl Differences {
    /// Compares an example of a schema with the value that it was encoded as.
    pub(super) fn of(document: &Value, schema: Option<&Value>, example: &Value, encoded: &Value) -> Self {
        let mut found = Self::default();
        found.compare(document, &Vec::from_iter(schema), "", example, encoded);
        found
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn compare(&mut self, document: &Value, schemas: &[&Value], path: &str, example: &Value, encoded: &Value) {
        let parts = parts(document, schemas);
        match (example, encoded) {
            (Value::Object(example), Value::Object(encoded)) => {
                for (name, value) in example {
                    let path = format!("{path}/{name}");
                    let declared = properties(&parts, name);
                    match (encoded.get(name), &declared) {
                        (Some(other), _) => self.compare(document, &declared.unwrap_or_default(), &path, value, other),
                        (None, Some(of)) if value.is_null() && !allows_null(document, of) => self.lost_nulls.push(path),
                        (None, Some(_)) => self.lost.push(path),
                        (None, None) => self.lost_undeclared.push(path),
                    }
                }
                let added = encoded.keys().filter(|name| !example.contains_key(*name));
                self.added.extend(added.map(|name| format!("{path}/{name}")));
            }
            (Value::Array(example), Value::Array(encoded)) if example.len() == encoded.len() => {
                let items: Vec<_> = parts.iter().filter_map(|part| part.get("items")).collect();
                for (value, other) in example.iter().zip(encoded) {
                    self.compare(document, &items, &format!("{path}/*"), value, other);
                }
            }
            (Value::Number(example), Value::Number(encoded)) if is_same(example, encoded) => {}
            _ if example == encoded => {}
            _ => self.changed.push(format!("{path}: {} became {}", short(example), short(encoded))),
        }
    }
}

/// Whether two numbers have the same value.
fn is_same(one: &Number, other: &Number) -> bool {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => one == other,
        _ => one.as_f64() == other.as_f64(),
    }
}

/// The beginning of a value's text.
fn short(value: &Value) -> String {
    shortened(value.to_string(), 60)
}

/// Some schemas, with their parts and alternatives at every depth, and with references followed. A part that several
/// parts share is listed once, since the number of uses can grow exponentially.
fn parts<'a>(document: &'a Value, schemas: &[&'a Value]) -> Vec<&'a Map<String, Value>> {
    let (mut parts, mut seen, mut pending) = (Vec::new(), BTreeSet::new(), schemas.to_vec());
    while let Some(schema) = pending.pop() {
        if !seen.insert(std::ptr::from_ref(schema)) {
            continue;
        }
        if schema.get("$ref").is_some() {
            pending.extend(component(document, schema));
        } else if let Some(object) = schema.as_object() {
            parts.push(object);
            pending.extend(BRANCHES.into_iter().flat_map(|keyword| object.list(keyword)));
        }
    }
    parts
}

/// Whether one of some schemas allows null, or leaves the type open.
fn allows_null(document: &Value, schemas: &[&Value]) -> bool {
    let parts = parts(document, schemas);
    parts.iter().any(|part| part.is("nullable")) || !parts.iter().any(|part| part.contains_key("type"))
}

/// The schemas that declare a member of an object; none, if it is not declared.
fn properties<'a>(parts: &[&'a Map<String, Value>], name: &str) -> Option<Vec<&'a Value>> {
    let own: Vec<_> = parts.iter().filter_map(|part| part.get("properties")?.get(name)).collect();
    if !own.is_empty() {
        return Some(own);
    }
    let others = parts.iter().filter_map(|part| part.get("additionalProperties"));
    let others: Vec<_> = others.filter(|others| **others != Value::Bool(false)).collect();
    (!others.is_empty()).then_some(others)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use xtask_document::schemas::reference_to;

    use super::*;

    fn differences(example: &Value, encoded: &Value) -> Differences {
        let document = json!({"components": {"schemas": {
            "Thing": {"allOf": [{"properties": {"id": {}}}, {"oneOf": [{"$ref": "#/components/schemas/Named"}]}]},
            "Named": {"properties": {
                "name": {},
                "list": {"items": {"properties": {"a": {}}}},
                "map": {"additionalProperties": {"properties": {"b": {}}}},
                "self": {"$ref": "#/components/schemas/Named"},
            }},
        }}});
        Differences::of(&document, Some(&json!({"$ref": "#/components/schemas/Thing"})), example, encoded)
    }

    #[test]
    fn lost_members_are_declared_if_a_part_an_alternative_or_a_map_has_them() {
        let example = json!({
            "id": 1, "name": "n", "other": 2,
            "list": [{"a": 1, "x": 1}, {"a": 2}], "map": {"k": {"b": 1, "y": 1}, "l": {}}, "self": {"name": 1},
        });
        let encoded = json!({"list": [{}, {}], "map": {"k": {}}, "self": {}});
        let found = differences(&example, &encoded);
        assert_eq!(found.lost, ["/id", "/list/*/a", "/list/*/a", "/map/k/b", "/map/l", "/name", "/self/name"]);
        assert_eq!(found.lost_undeclared, ["/list/*/x", "/map/k/y", "/other"]);
        assert!(found.changed.is_empty() && found.added.is_empty() && !found.is_empty());
    }

    #[test]
    fn lost_null_is_a_lost_value_only_where_the_schema_allows_null() {
        let schema = json!({"properties": {
            "open": {}, "text": {"type": "string"}, "null": {"allOf": [{"type": "string"}, {"nullable": true}]},
        }});
        let example = json!({"open": null, "text": null, "null": null});
        let found = Differences::of(&json!({}), Some(&schema), &example, &json!({}));
        assert_eq!(
            (found.lost, found.lost_nulls),
            (vec!["/null".to_owned(), "/open".to_owned()], vec!["/text".to_owned()])
        );
    }

    #[test]
    fn numbers_of_one_value_are_equal_and_other_values_are_changed() {
        assert!(differences(&json!([1, 1.5, 1e3]), &json!([1.0, 1.5, 1000])).is_empty());
        let found = differences(
            &json!({"name": "a", "list": [1], "id": 9_007_199_254_740_993_u64}),
            &json!({"name": null, "list": [], "id": 9_007_199_254_740_992_u64, "new": 1}),
        );
        let changed =
            ["/id: 9007199254740993 became 9007199254740992", "/list: [1] became []", "/name: \"a\" became null"];
        assert_eq!((found.changed, found.added), (changed.map(str::to_owned).to_vec(), vec!["/new".to_owned()]));
    }

    #[test]
    fn parts_that_are_shared_at_every_level_are_found_once() {
        let mut schemas = json!({"T0": {"properties": {"a": {}}}});
        for number in 1..40 {
            let before = reference_to(&format!("T{}", number - 1));
            schemas[format!("T{number}")] = json!({"allOf": [before, before]});
        }
        schemas["T0"]["anyOf"] = json!([reference_to("T39")]);
        let document = json!({"components": {"schemas": schemas}});
        let found = parts(&document, &[&document["components"]["schemas"]["T39"]]);
        assert_eq!((found.len(), properties(&found, "a").map(|of| of.len())), (40, Some(1)));
    }
}
