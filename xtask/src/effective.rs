//! A schema as it works: references followed, and the parts of an `allOf` put together.

use std::collections::{BTreeMap, BTreeSet};

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

/// A copy of the named schemas alone, to look things up in while the document changes.
pub(crate) fn named_schemas(document: &Value) -> Value {
    let holding = |name: &str, value: Value| Value::Object(Map::from_iter([(name.to_owned(), value)]));
    holding("components", holding("schemas", document.pointer("/components/schemas").cloned().unwrap_or_default()))
}

pub(crate) fn named<'a>(document: &'a Value, name: &str) -> Option<&'a Value> {
    document.get("components")?.get("schemas")?.get(name)
}

/// A schema with its references followed and the parts of its `allOf` in it: properties and requirements of all of them, and
/// of everything else what the later part says. The generator reads it in the same way.
///
/// It borrows what the document says, so that nothing is copied and every part of it can be told from every other one.
#[derive(Default, PartialEq)]
pub(crate) struct Effective<'a> {
    pub(crate) properties: BTreeMap<&'a str, &'a Value>,
    /// In the order in which they are listed.
    required: Vec<&'a str>,
    /// Everything else.
    keywords: BTreeMap<&'a str, &'a Value>,
}

impl<'a> Effective<'a> {
    pub(crate) fn of(document: &'a Value, schema: &'a Value) -> Self {
        let mut effective = Self::default();
        let mut listed = BTreeSet::new();
        for (key, value) in parts(document, schema).into_iter().flatten().filter(|(key, _)| *key != "allOf") {
            match (key.as_str(), value) {
                ("properties", Value::Object(properties)) => {
                    effective.properties.extend(properties.iter().map(|(name, schema)| (name.as_str(), schema)));
                }
                ("required", Value::Array(names)) => {
                    let names = names.iter().filter_map(Value::as_str);
                    effective.required.extend(names.filter(|name| listed.insert(*name)));
                }
                (key, _) => {
                    effective.keywords.insert(key, value);
                }
            }
        }
        effective
    }

    /// What it says with a keyword, other than `properties` and `required`.
    pub(crate) fn get(&self, keyword: &str) -> Option<&'a Value> {
        self.keywords.get(keyword).copied()
    }

    /// Whether a keyword is there and true.
    pub(crate) fn is(&self, keyword: &str) -> bool {
        self.get(keyword) == Some(&Value::Bool(true))
    }

    /// The properties that have to be there.
    pub(crate) fn required(&self) -> BTreeSet<&'a str> {
        self.required.iter().copied().collect()
    }

    /// Of how many values it consists.
    pub(crate) fn size(&self) -> usize {
        let values = self.properties.values().chain(self.keywords.values()).map(|value| size(value));
        values.fold(self.required.len(), usize::saturating_add)
    }

    /// The schema that says the same without references and parts.
    pub(crate) fn to_schema(&self) -> Map<String, Value> {
        let owned = |(key, value): (&&str, &&Value)| ((*key).to_owned(), (*value).clone());
        let mut schema: Map<_, _> = self.keywords.iter().map(owned).collect();
        if !self.properties.is_empty() {
            schema.insert("properties".to_owned(), Value::Object(self.properties.iter().map(owned).collect()));
        }
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), Value::from(self.required.clone()));
        }
        schema
    }
}

/// Of how many values a value consists.
pub(crate) fn size(value: &Value) -> usize {
    let parts: &mut dyn Iterator<Item = &Value> = match value {
        Value::Object(object) => &mut object.values(),
        Value::Array(array) => &mut array.iter(),
        _ => return 1,
    };
    parts.map(size).fold(1, usize::saturating_add)
}

/// A schema and all the parts of its `allOf`, and of theirs, the one that says the last word last. One that is a part in
/// several ways is there once: a part of two parts that share one, and so on, would be there more often than can be counted.
fn parts<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a Map<String, Value>> {
    let mut parts = Vec::new();
    let mut seen = BTreeSet::new();
    let mut pending = vec![(schema, LONGEST_CHAIN)];
    while let Some((schema, depth)) = pending.pop() {
        let Some(part) = resolve(document, schema).as_object() else { continue };
        let (true, Some(deeper)) = (seen.insert(std::ptr::from_ref(part)), depth.checked_sub(1)) else { continue };
        parts.push(part);
        let consists_of = part.get("allOf").and_then(Value::as_array).into_iter().flatten();
        pending.extend(consists_of.map(|part| (part, deeper)));
    }
    parts.reverse();
    parts
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
        let thing = Effective::of(&document, named(&document, "Thing").unwrap());
        let expected = json!({
            "properties": {"a": {"type": "integer"}, "b": {}}, "required": ["a", "b"], "type": "object", "description": "d",
        });
        assert_eq!(Value::Object(thing.to_schema()), expected);
    }

    #[test]
    fn a_part_of_two_parts_says_its_last_word_with_the_later_one() {
        let mut schemas = json!({"T0": {"properties": {"a": {}}, "title": "0"}});
        // Every one is twice the one before it: the last one is the first one 2^50 times.
        for number in 1..=50 {
            let before = json!({"$ref": format!("#/components/schemas/T{}", number - 1)});
            schemas[format!("T{number}")] = json!({"allOf": [before, {"title": "other"}, before]});
        }
        schemas["Thing"] = json!({"$ref": "#/components/schemas/T50"});
        let document = json!({"components": {"schemas": schemas}});
        let thing = Effective::of(&document, named(&document, "Thing").unwrap());
        assert_eq!((thing.get("title"), thing.properties.len()), (Some(&json!("0")), 1));
    }

    #[test]
    fn a_schema_that_is_nothing_but_itself_says_nothing() {
        let document = json!({"components": {"schemas": {
            "Loop": {"$ref": "#/components/schemas/Loop"},
            "Knot": {"allOf": [{"$ref": "#/components/schemas/Knot"}], "type": "object"},
        }}});
        assert_eq!(resolve(&document, &json!({"$ref": "#/components/schemas/Loop"})), &Value::Null);
        assert_eq!(resolve(&document, &json!({"$ref": "#/components/schemas/Nowhere"})), &Value::Null);
        assert_eq!(Effective::of(&document, named(&document, "Knot").unwrap()).get("type"), Some(&json!("object")));
    }
}
