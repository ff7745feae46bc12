//! Random choices, and the helpers of mutations.

use std::collections::BTreeSet;

use fastrand::Rng;
use serde_json::{Map, Value, json};

use xtask_document::pointer::escape;
use xtask_document::schemas::reference_to;
use xtask_document::walk::ObjectKind;

/// One change of a part of a document.
pub(super) struct Mutation {
    pub(super) name: &'static str,
    /// The parts that it changes.
    pub(super) kinds: &'static [ObjectKind],
    pub(super) apply: fn(&mut Dice<'_>, &mut Value),
}

/// Names of properties and parameters. Some clash in Rust, others are keywords of Rust or members of envelopes.
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

impl Dice<'_> {
    /// An item of a list; `None` if the list is empty.
    pub(super) fn choose<T>(&mut self, list: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>) -> Option<T> {
        self.random.choice(list)
    }

    /// An item of a list that is not empty.
    pub(super) fn one<T: Default>(&mut self, list: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>) -> T {
        self.choose(list).unwrap_or_default()
    }

    pub(super) fn flip(&mut self) -> bool {
        self.random.bool()
    }

    pub(super) fn name(&mut self) -> String {
        self.one(NAMES).to_owned()
    }

    pub(super) fn format(&mut self) -> &'static str {
        self.one(FORMATS)
    }

    /// A key of an object.
    pub(super) fn key(&mut self, object: &Map<String, Value>) -> Option<String> {
        self.choose(&object.keys().collect::<Vec<_>>()).map(|key| (*key).clone())
    }

    pub(super) fn scalar(&mut self) -> Value {
        let mut schema = json!({"type": self.one(["string", "string", "integer", "number", "boolean"])});
        match self.random.u8(..8) {
            0 | 1 => set(&mut schema, "format", self.format()),
            2 => set(&mut schema, "enum", json!(["a", "b"])),
            3 => set(&mut schema, "nullable", true),
            _ => {}
        }
        schema
    }

    /// A reference to a component of the document.
    pub(super) fn reference(&mut self) -> Value {
        let references: Vec<_> = self.schemas.iter().filter(|schema| schema.get("$ref").is_some()).collect();
        self.choose(&references).map_or_else(|| json!({}), |reference| (*reference).clone())
    }

    /// A schema with at most this many levels of schemas in it.
    pub(super) fn schema(&mut self, depth: u8) -> Value {
        let Some(deeper) = depth.checked_sub(1) else { return self.scalar() };
        match self.random.u8(..14) {
            0..=3 => self.scalar(),
            4 | 5 => self.reference(),
            6 => json!({"type": "array", "items": self.schema(deeper)}),
            7 => json!({"type": "object", "additionalProperties": self.schema(deeper)}),
            8 => {
                let required = if self.flip() { vec![self.name()] } else { Vec::new() };
                let names: BTreeSet<_> = required.iter().cloned().chain([self.name()]).collect();
                let properties: Map<_, _> = names.into_iter().map(|name| (name, self.schema(deeper))).collect();
                let mut object = json!({"type": "object", "properties": properties});
                if !required.is_empty() {
                    set(&mut object, "required", required);
                }
                object
            }
            9 => json!({self.one(["oneOf", "anyOf"]): [self.schema(deeper), self.schema(deeper)]}),
            10 => json!({"allOf": [self.reference(), self.schema(deeper)]}),
            11 => json!({}),
            _ => self.choose(self.schemas).cloned().unwrap_or_default(),
        }
    }

    /// An alternative whose property `kind` has one value.
    pub(super) fn tagged(&mut self, tag: &str) -> Value {
        let mut properties = Map::from_iter([("kind".to_owned(), json!({"type": "string", "enum": [tag]}))]);
        if self.flip() {
            properties.insert(self.name(), self.scalar());
        }
        json!({"type": "object", "required": ["kind"], "properties": properties})
    }

    /// Gives an entry of an object another key.
    pub(super) fn rename(&mut self, object: Option<&mut Value>, rename: impl FnOnce(&mut Self, &str) -> String) {
        if let Some(object) = object.and_then(Value::as_object_mut)
            && let Some(old) = self.key(object)
            && let Some(value) = object.remove(&old)
        {
            object.insert(rename(self, &old), value);
        }
    }

    /// Copies the value of one key of an object to another key.
    pub(super) fn copy(&mut self, object: Option<&mut Value>) {
        if let Some(object) = object.and_then(Value::as_object_mut)
            && let (Some(from), Some(to)) = (self.key(object), self.key(object))
            && let Some(value) = object.get(&from).cloned()
        {
            object.insert(to, value);
        }
    }

    /// Removes a field of an object, or gives it another value.
    pub(super) fn remove_or_set(&mut self, object: &mut Value, key: &str, value: impl FnOnce(&mut Self) -> Value) {
        if remove(object, key).is_none() || self.flip() {
            set(object, key, value(self));
        }
    }

    pub(super) fn shuffle(&mut self, list: Option<&mut Value>) {
        if let Some(Value::Array(list)) = list {
            self.random.shuffle(list);
        }
    }

    pub(super) fn remove_item(&mut self, list: Option<&mut Value>) {
        if let Some(Value::Array(list)) = list
            && !list.is_empty()
        {
            list.remove(self.random.usize(..list.len()));
        }
    }
}

pub(super) fn set(object: &mut Value, key: &str, value: impl Into<Value>) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value.into());
    }
}

pub(super) fn remove(object: &mut Value, key: &str) -> Option<Value> {
    object.as_object_mut()?.remove(key)
}

pub(super) fn toggle(object: &mut Value, key: &str) {
    if remove(object, key).is_none() {
        set(object, key, true);
    }
}

/// Removes an entry of an object.
pub(super) fn remove_entry(dice: &mut Dice<'_>, object: &mut Value) {
    if let Some(object) = object.as_object_mut()
        && let Some(key) = dice.key(object)
    {
        object.remove(&key);
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
                        pending.push((format!("{place}/{}", escape(key)), kind, value));
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
