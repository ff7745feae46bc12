//! Resolved schemas: references are followed, and the parts of an `allOf` are merged.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::keywords::{UNIONS, gives_shape};
use crate::schemas::{reference, schemas};

/// The named schemas of a document, and the targets of references to them.
pub struct References<'a> {
    schemas: &'a Map<String, Value>,
    targets: BTreeMap<&'a str, &'a Value>,
}

impl<'a> References<'a> {
    /// Follows the references between the named schemas of a document.
    pub fn of(document: &'a Value) -> Self {
        let schemas = schemas(document);
        Self { schemas, targets: targets(schemas.keys().map(String::as_str), |name| schemas.get(name), reference) }
    }

    /// A named schema.
    pub fn named(&self, name: &str) -> Option<&'a Value> {
        self.schemas.get(name)
    }

    /// The target of a reference, or the schema itself; null, if the target does not exist.
    pub fn resolve(&self, schema: &'a Value) -> &'a Value {
        reference(schema).map_or(schema, |name| self.targets.get(name).copied().unwrap_or(&Value::Null))
    }
}

/// The value at the end of each chain of references between named values. Each chain is walked once. The target is null
/// if the chain is cyclic or ends at a name without a value.
pub fn targets<'a>(
    names: impl Iterator<Item = &'a str>,
    named: impl Fn(&str) -> Option<&'a Value>,
    reference: impl Fn(&'a Value) -> Option<&'a str>,
) -> BTreeMap<&'a str, &'a Value> {
    let mut targets: BTreeMap<&str, &Value> = BTreeMap::new();
    for first in names {
        let (mut chain, mut name) = (Vec::new(), first);
        let target = loop {
            if let Some(target) = targets.get(name) {
                break *target;
            }
            let Some(value) = named(name) else { break &Value::Null };
            chain.push(name);
            let Some(further) = reference(value) else { break value };
            // A cyclic chain comes back to this entry.
            targets.insert(name, &Value::Null);
            name = further;
        };
        targets.extend(chain.into_iter().map(|name| (name, target)));
    }
    targets
}

/// A schema with its references followed and the parts of its `allOf` merged, as the generator reads it.
///
/// Properties and requirements are those of all parts; of any other keyword, the value of the last part counts. A part
/// without a keyword that gives the shape of a property annotates that of an earlier part. A schema without `nullable`
/// allows null if every part with `nullable` allows it.
///
/// It borrows from the document: nothing is copied, and parts can be compared by address.
#[derive(Default, PartialEq)]
pub struct ResolvedSchema<'a> {
    /// The properties, by their names.
    pub properties: BTreeMap<&'a str, &'a Value>,
    /// In the order of the document.
    required: Vec<&'a str>,
    /// All other keywords.
    keywords: Keywords<'a>,
    /// The annotations of properties in later parts.
    added: BTreeMap<&'a str, Keywords<'a>>,
}

type Keywords<'a> = BTreeMap<&'a str, &'a Value>;

impl<'a> ResolvedSchema<'a> {
    /// Resolves a schema.
    pub fn of(references: &References<'a>, schema: &'a Value) -> Self {
        let mut resolved = Self::default();
        let mut listed = BTreeSet::new();
        let parts = parts(references, schema);
        for (key, value) in parts.iter().copied().flatten().filter(|(key, _)| *key != "allOf") {
            match (key.as_str(), value) {
                ("properties", Value::Object(properties)) => {
                    properties.iter().for_each(|(name, schema)| resolved.add_property(name, schema));
                }
                ("required", Value::Array(names)) => {
                    let names = names.iter().filter_map(Value::as_str);
                    resolved.required.extend(names.filter(|name| listed.insert(*name)));
                }
                (key, _) => drop(resolved.keywords.insert(key, value)),
            }
        }
        let own = parts.last().is_some_and(|whole| whole.contains_key("nullable"));
        let not_nullable = parts.iter().find_map(|part| part.get("nullable").filter(|nullable| **nullable != true));
        if let (false, Some(not_nullable)) = (own, not_nullable) {
            resolved.keywords.insert("nullable", not_nullable);
        }
        resolved
    }

    fn add_property(&mut self, name: &'a str, schema: &'a Value) {
        let Some(earlier) = self.properties.get(name).copied() else {
            self.properties.insert(name, schema);
            return;
        };
        match schema.as_object().filter(|_| gives_shape(earlier) && !gives_shape(schema)) {
            Some(annotations) => {
                let annotations = annotations.iter().map(|(key, value)| (key.as_str(), value));
                self.added.entry(name).or_default().extend(annotations);
            }
            None if earlier == schema => {}
            None => {
                self.properties.insert(name, schema);
                self.added.remove(name);
            }
        }
    }

    /// The annotations of a property in later parts.
    pub fn added(&self, name: &str) -> Self {
        Self { keywords: self.added.get(name).cloned().unwrap_or_default(), ..Self::default() }
    }

    /// The value of a keyword other than `properties` and `required`.
    pub fn get(&self, keyword: &str) -> Option<&'a Value> {
        self.keywords.get(keyword).copied()
    }

    /// The keywords other than `properties` and `required`.
    pub fn keywords(&self) -> impl Iterator<Item = &'a str> {
        self.keywords.keys().copied()
    }

    /// The text of a keyword.
    pub fn text(&self, keyword: &str) -> Option<&'a str> {
        self.get(keyword)?.as_str()
    }

    /// The items of a keyword's list; none, if it is absent.
    pub fn list(&self, keyword: &str) -> &'a [Value] {
        self.get(keyword).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The branches of its unions.
    pub fn union_branches(&self) -> impl Iterator<Item = &'a Value> {
        UNIONS.into_iter().flat_map(|keyword| self.list(keyword))
    }

    /// Whether the value of a keyword is true.
    pub fn is(&self, keyword: &str) -> bool {
        self.get(keyword) == Some(&Value::Bool(true))
    }

    /// Whether its values are text, numbers or booleans.
    pub fn is_scalar(&self) -> bool {
        matches!(self.text("type"), Some("string" | "integer" | "number" | "boolean"))
    }

    /// The names of the required properties.
    pub fn required(&self) -> BTreeSet<&'a str> {
        self.required.iter().copied().collect()
    }

    /// The equivalent schema without references and parts.
    pub fn to_schema(&self) -> Map<String, Value> {
        let owned = |(key, value): (&&str, &&Value)| ((*key).to_owned(), (*value).clone());
        let mut schema: Map<_, _> = self.keywords.iter().map(owned).collect();
        if !self.properties.is_empty() {
            let mut properties: Map<_, _> = self.properties.iter().map(owned).collect();
            for (name, annotations) in &self.added {
                if let Some(Value::Object(property)) = properties.get_mut(*name) {
                    // Keywords beside a reference are ignored.
                    if property.contains_key("$ref") {
                        let reference = Value::Object(std::mem::take(property));
                        property.insert("allOf".to_owned(), Value::Array(vec![reference]));
                    }
                    property.extend(annotations.iter().map(owned));
                }
            }
            schema.insert("properties".to_owned(), Value::Object(properties));
        }
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), Value::from(self.required.clone()));
        }
        schema
    }
}

/// The number of values in a value, itself included.
pub fn size(value: &Value) -> usize {
    let parts: &mut dyn Iterator<Item = &Value> = match value {
        Value::Object(object) => &mut object.values(),
        Value::Array(array) => &mut array.iter(),
        _ => return 1,
    };
    parts.map(size).fold(1, usize::saturating_add)
}

/// A schema and the parts of its `allOf` at every depth. Later parts override earlier ones. A part that several parts
/// share is listed once, since the number of uses can grow exponentially.
fn parts<'a>(references: &References<'a>, schema: &'a Value) -> Vec<&'a Map<String, Value>> {
    let mut parts = Vec::new();
    let mut seen = BTreeSet::new();
    let mut pending = vec![schema];
    while let Some(schema) = pending.pop() {
        let Some(part) = references.resolve(schema).as_object() else { continue };
        if seen.insert(std::ptr::from_ref(part)) {
            parts.push(part);
            pending.extend(part.list("allOf"));
        }
    }
    parts.reverse();
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schemas::{SCHEMAS, named};

    fn of<'a>(document: &'a Value, schema: &'a Value) -> ResolvedSchema<'a> {
        ResolvedSchema::of(&References::of(document), schema)
    }

    #[test]
    fn parts_of_an_all_of_are_merged_into_one_object() {
        let document = json!({"components": {"schemas": {
            "Base": {"properties": {"a": {"type": "string"}}, "required": ["a"], "type": "object"},
            "Thing": {"allOf": [
                {"$ref": "#/components/schemas/Base"},
                {"properties": {"a": {"type": "integer"}, "b": {}}, "required": ["a", "b"]},
            ], "description": "d"},
        }}});
        let thing = of(&document, named(&document, "Thing").unwrap());
        let expected = json!({
            "properties": {"a": {"type": "integer"}, "b": {}}, "required": ["a", "b"], "type": "object", "description": "d",
        });
        assert_eq!(Value::Object(thing.to_schema()), expected);
    }

    #[test]
    fn annotations_in_a_later_part_are_added_to_the_property() {
        let name = json!({"$ref": "#/components/schemas/Name"});
        let document = json!({"allOf": [
            {"properties": {"a": {"type": "string", "description": "old"}, "b": name, "c": {"type": "string"}}},
            {"properties": {"a": {"description": "new", "readOnly": true}, "b": {"example": "x"}, "c": {"type": "integer"}}},
        ]});
        let thing = of(&document, &document);
        let expected = json!({"properties": {
            "a": {"type": "string", "description": "new", "readOnly": true},
            "b": {"allOf": [name], "example": "x"},
            "c": {"type": "integer"},
        }});
        assert_eq!(Value::Object(thing.to_schema()), expected);
        assert_eq!(thing.added("a").get("description"), Some(&json!("new")));
    }

    #[test]
    fn schema_is_nullable_by_its_own_keyword_or_if_all_its_parts_are() {
        for (parts, own, nullable) in [
            ([Some(true), None], None, true),
            ([Some(false), Some(true)], None, false),
            ([Some(true), Some(true)], Some(false), false),
            ([Some(false), None], Some(true), true),
        ] {
            let mut schema =
                json!({"allOf": parts.map(|part| part.map_or(json!({}), |part| json!({"nullable": part})))});
            if let Some(own) = own {
                schema["nullable"] = json!(own);
            }
            assert_eq!(of(&schema, &schema).is("nullable"), nullable, "{schema}");
        }
    }

    #[test]
    fn shared_part_is_merged_once_with_the_precedence_of_its_last_use() {
        let mut schemas = json!({"T0": {"properties": {"a": {}}, "title": "0"}});
        // Each schema refers to the one before it twice, so the last one refers to the first one 2^50 times.
        for number in 1..=50 {
            let before = json!({"$ref": format!("#/components/schemas/T{}", number - 1)});
            schemas[format!("T{number}")] = json!({"allOf": [before, {"title": "other"}, before]});
        }
        schemas["Thing"] = json!({"$ref": "#/components/schemas/T50"});
        let document = json!({"components": {"schemas": schemas}});
        let thing = of(&document, named(&document, "Thing").unwrap());
        assert_eq!((thing.get("title"), thing.properties.len()), (Some(&json!("0")), 1));
    }

    #[test]
    fn cyclic_or_missing_reference_resolves_to_null() {
        let document = json!({"components": {"schemas": {
            "Loop": {"$ref": "#/components/schemas/Loop"},
            "ToLoop": {"$ref": "#/components/schemas/Loop"},
            "ToNowhere": {"$ref": "#/components/schemas/Nowhere"},
            "Here": {"$ref": "#/components/schemas/There"},
            "There": {"$ref": "#/components/schemas/Here"},
            "Knot": {"allOf": [{"$ref": "#/components/schemas/Knot"}], "type": "object"},
        }}});
        for name in ["Loop", "Nowhere", "ToLoop", "ToNowhere", "Here", "There"] {
            let reference = json!({"$ref": format!("{SCHEMAS}{name}")});
            assert_eq!(References::of(&document).resolve(&reference), &Value::Null, "{name}");
        }
        assert_eq!(of(&document, named(&document, "Knot").unwrap()).get("type"), Some(&json!("object")));
    }

    #[test]
    fn long_chains_of_references_and_parts_are_resolved() {
        const LINKS: usize = 1_000;
        let chain = |link: &dyn Fn(Value) -> Value| {
            let next = |number: usize| json!({"$ref": format!("{SCHEMAS}T{}", number + 1)});
            let mut schemas: Map<_, _> = (0..LINKS).map(|number| (format!("T{number}"), link(next(number)))).collect();
            schemas.insert(format!("T{LINKS}"), json!({"type": "string"}));
            json!({"components": {"schemas": schemas}})
        };
        let names = chain(&|next| next);
        let references = References::of(&names);
        let every = names["components"]["schemas"].as_object().unwrap().values();
        assert!(every.map(|schema| references.resolve(schema)).all(|end| end == &json!({"type": "string"})));
        let parts = chain(&|next| json!({"allOf": [next]}));
        assert_eq!(of(&parts, named(&parts, "T0").unwrap()).get("type"), Some(&json!("string")));
    }
}
