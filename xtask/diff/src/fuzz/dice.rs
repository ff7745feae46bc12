//! What mutations are made of.

use fastrand::Rng;
use serde_json::{Map, Value, json};
use xtask_document::schemas::reference_to;
use xtask_document::walk::ObjectKind;

use super::below;

/// One change of a part of a document.
pub(super) struct Mutation {
    pub(super) name: &'static str,
    /// Which parts it changes.
    pub(super) kind: fn(ObjectKind) -> bool,
    pub(super) apply: fn(&mut Dice<'_>, &mut Value),
}

/// Names of properties and parameters, some of which clash in Rust or have a meaning for the tools.
const NAMES: [&str; 15] = [
    "added", "type", "id", "success", "result", "errors", "extra", "self", "fooBar", "foo_bar", "foo-bar", "Added",
    "1st", "body", "kind",
];

const FORMATS: [&str; 10] = ["date", "date-time", "uuid", "ipv4", "ip", "int32", "int64", "uint64", "float", "unknown"];

/// Random choices, and schemas to choose from.
pub(super) struct Dice<'a> {
    pub(super) random: Rng,
    pub(super) schemas: &'a [Value],
}

impl<'a> Dice<'a> {
    pub(super) fn one<T>(&mut self, list: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>) -> Option<T> {
        self.random.choice(list)
    }

    pub(super) fn flip(&mut self) -> bool {
        self.random.bool()
    }

    pub(super) fn name(&mut self) -> String {
        self.one(NAMES).unwrap_or_default().to_owned()
    }

    pub(super) fn format(&mut self) -> &'static str {
        self.one(FORMATS).unwrap_or_default()
    }

    /// A key of an object.
    pub(super) fn key(&mut self, object: &Map<String, Value>) -> Option<String> {
        self.one(&object.keys().collect::<Vec<_>>()).map(|key| (*key).clone())
    }

    pub(super) fn scalar(&mut self) -> Value {
        let of = self.one(["string", "string", "integer", "number", "boolean"]).unwrap_or_default();
        let mut schema = json!({"type": of});
        if let Some(schema) = schema.as_object_mut() {
            match self.random.u8(..8) {
                0 | 1 => drop(schema.insert("format".to_owned(), self.format().into())),
                2 => drop(schema.insert("enum".to_owned(), json!(["a", "b"]))),
                3 => drop(schema.insert("nullable".to_owned(), true.into())),
                _ => {}
            }
        }
        schema
    }

    /// A reference to a component of the document.
    pub(super) fn reference(&mut self) -> Value {
        let references: Vec<_> = self.schemas.iter().filter(|schema| schema.get("$ref").is_some()).collect();
        self.one(&references).map_or_else(|| json!({}), |reference| (*reference).clone())
    }

    /// A schema, which may consist of others.
    pub(super) fn schema(&mut self, depth: u8) -> Value {
        let Some(deeper) = depth.checked_sub(1) else { return self.scalar() };
        match self.random.u8(..14) {
            0..=3 => self.scalar(),
            4 | 5 => self.reference(),
            6 => json!({"type": "array", "items": self.schema(deeper)}),
            7 => json!({"type": "object", "additionalProperties": self.schema(deeper)}),
            8 => {
                let required = if self.flip() { vec![self.name()] } else { Vec::new() };
                let properties =
                    Map::from_iter(required.iter().cloned().chain([self.name()]).map(|name| (name, json!({}))));
                let properties: Map<_, _> =
                    properties.into_iter().map(|(name, _)| (name, self.schema(deeper))).collect();
                let mut object = json!({"type": "object", "properties": properties});
                if let Some(object) = object.as_object_mut().filter(|_| !required.is_empty()) {
                    object.insert("required".to_owned(), json!(required));
                }
                object
            }
            9 => {
                let keyword = self.one(["oneOf", "anyOf"]).unwrap_or_default();
                json!({keyword: [self.schema(deeper), self.schema(deeper)]})
            }
            10 => json!({"allOf": [self.reference(), self.schema(deeper)]}),
            11 => json!({}),
            _ => self.one(self.schemas).cloned().unwrap_or_default(),
        }
    }

    /// A tagged alternative.
    pub(super) fn tagged(&mut self, property: &str, tag: &str) -> Value {
        let mut properties = Map::from_iter([(property.to_owned(), json!({"type": "string", "enum": [tag]}))]);
        if self.flip() {
            properties.insert(self.name(), self.scalar());
        }
        json!({"type": "object", "required": [property], "properties": properties})
    }
}

/// The places of the objects of a document, with their kinds.
pub(super) fn sites(document: &Value) -> Vec<(String, ObjectKind)> {
    let mut sites = Vec::new();
    let mut pending = vec![(String::new(), ObjectKind::Document, document)];
    while let Some((place, kind, value)) = pending.pop() {
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    if let Some(kind) = kind.below(key) {
                        pending.push((below(&place, key), kind, value));
                    }
                }
                sites.push((place, kind));
            }
            Value::Array(list) => {
                pending.extend(list.iter().enumerate().map(|(index, value)| (format!("{place}/{index}"), kind, value)));
            }
            _ => {}
        }
    }
    sites
}

/// The schemas of a document, and a reference to each that has a name.
pub(super) fn schemas(document: &Value) -> Vec<Value> {
    let sites = sites(document).into_iter().filter(|(_, kind)| *kind == ObjectKind::Schema);
    let mut schemas: Vec<_> = sites.filter_map(|(place, _)| document.pointer(&place).cloned()).collect();
    schemas.extend(xtask_document::schemas::schemas(document).keys().map(|name| reference_to(name)));
    schemas
}
