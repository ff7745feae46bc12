//! Merges the parts of an `allOf`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::missing_types::implied_type;
use super::super::{Log, Loss};
use super::parts::{Description, Part, Source, allows_all, annotations, compatible, includes, nullable, parts};
use super::{is_all_of_objects, overridden};
use crate::hoist::SchemaNames;
use xtask_document::naming::pascal;
use xtask_document::pointer::escape;
use xtask_document::resolved::{References, size};
use xtask_document::schemas::{place_of, reference_to};

/// Keywords that can contradict each other.
const CONFLICTING: [&str; 4] = ["anyOf", "enum", "format", "oneOf"];

/// The most levels of lists and maps that are merged in place.
const DEEPEST: usize = 32;

/// The most characters of a component's name that prefix the names of nested schemas. Without a limit, chains of
/// merged schemas would produce names of any length.
const LONGEST_PREFIX: usize = 64;

/// The place of a schema in the result.
pub(super) struct At {
    /// The name that it gets if it becomes a component.
    pub(super) name: String,
    /// A JSON pointer (RFC 6901).
    pub(super) place: String,
    /// Whether other schemas use it as a part. Its nested schemas are then named: otherwise each of those would merge
    /// them again, in a cycle without end.
    pub(super) is_shared: bool,
}

impl At {
    fn below(&self, step: &str, name: &str) -> Self {
        let Self { name: outer, place, is_shared } = self;
        Self { name: format!("{outer}{name}"), place: format!("{place}/{step}"), is_shared: *is_shared }
    }

    fn shared(&self, is_shared: bool) -> Self {
        Self { name: self.name.clone(), place: self.place.clone(), is_shared }
    }

    fn property(&self, name: &str) -> Self {
        self.below(&format!("properties/{}", escape(name)), &pascal(name))
    }
}

/// Copies schemas of a document, with every `allOf` of objects merged.
pub(super) struct Merger<'a, 'l, 'd> {
    pub(super) references: &'a References<'a>,
    pub(super) objects: &'a BTreeSet<String>,
    pub(super) names: SchemaNames,
    pub(super) log: &'l mut Log<'d>,
    /// The names of merged components, by their parts. A cycle of parts ends at the same name.
    merged: BTreeMap<Vec<*const Map<String, Value>>, String>,
    /// Merged components that have a name and no content yet.
    pending: Vec<(String, Vec<Part<'a>>)>,
}

impl<'a, 'l, 'd> Merger<'a, 'l, 'd> {
    pub(super) fn of(
        references: &'a References<'a>,
        objects: &'a BTreeSet<String>,
        names: SchemaNames,
        log: &'l mut Log<'d>,
    ) -> Self {
        Self { references, objects, names, log, merged: BTreeMap::new(), pending: Vec::new() }
    }

    /// The number of parts of a schema, at every depth. Merging it visits each of them.
    pub(super) fn count(&mut self, schema: &'a Value) -> usize {
        let count = if self.log.too_large.is_some() { 0 } else { parts(self.references, schema, false).len() };
        self.log.copy("/components/schemas", || count);
        count
    }

    /// The merged copy of a schema that is not nested in another one.
    pub(super) fn outermost(&mut self, schema: &'a Value, at: &At) -> Value {
        // The document will be rejected.
        if self.log.too_large.is_some() {
            return Value::Null;
        }
        if is_all_of_objects(self.objects, schema) {
            return self.object(&parts(self.references, schema, at.is_shared), at);
        }
        self.nested(schema, at)
    }

    /// Merges and adds the pending components.
    pub(super) fn finish(mut self, document: &mut Value) {
        while let Some((name, parts)) = self.pending.pop().filter(|_| self.log.too_large.is_none()) {
            let prefix = name.chars().take(LONGEST_PREFIX).collect();
            let at = At { place: place_of(&name), name: prefix, is_shared: true };
            let mut schema = self.object(&parts, &at);
            self.names.give(name, &mut schema);
        }
        self.names.insert(document);
    }

    fn schema(&mut self, schema: &'a Value, at: &At) -> Value {
        match is_all_of_objects(self.objects, schema) {
            true if at.is_shared => self.component(parts(self.references, schema, true), at),
            true => self.object(&parts(self.references, schema, false), at),
            false => self.nested(schema, at),
        }
    }

    /// The copy of a schema that is not merged itself, with the schemas in it merged.
    fn nested(&mut self, schema: &'a Value, at: &At) -> Value {
        let Some(schema) = schema.as_object() else { return schema.clone() };
        let mut copy = Map::new();
        for (keyword, value) in schema {
            let value = match (keyword.as_str(), value) {
                ("properties", Value::Object(properties)) => {
                    let copies =
                        properties.iter().map(|(name, schema)| (name.clone(), self.schema(schema, &at.property(name))));
                    Value::Object(copies.collect())
                }
                ("items", _) => self.schema(value, &at.below(keyword, "Item")),
                ("additionalProperties", _) => self.schema(value, &at.below(keyword, "Value")),
                ("not", _) => self.schema(value, &at.below(keyword, "Not")),
                ("allOf" | "anyOf" | "oneOf", Value::Array(branches)) => {
                    let copies = branches.iter().enumerate().map(|(index, branch)| {
                        self.schema(branch, &at.below(&format!("{keyword}/{index}"), &format!("Variant{index}")))
                    });
                    Value::Array(copies.collect())
                }
                _ => value.clone(),
            };
            copy.insert(keyword.clone(), value);
        }
        Value::Object(copy)
    }

    /// A reference to the component into which parts are merged.
    fn component(&mut self, parts: Vec<Part<'a>>, at: &At) -> Value {
        let key = parts.iter().map(|part| std::ptr::from_ref(part.schema)).collect();
        let name = self.merged.entry(key).or_insert_with(|| {
            let name = self.names.free(&at.name);
            self.log.note_loss(Loss::Lossless, &at.place, format!("named it {name}"));
            self.pending.push((name.clone(), parts));
            name
        });
        reference_to(name)
    }

    /// Merges parts that are objects into one object.
    fn object(&mut self, parts: &[Part<'a>], at: &At) -> Value {
        let mut lost = BTreeSet::new();
        let mut merged = self.merge(parts, at, "", &mut lost);
        if !merged.contains_key("type") {
            merged.insert("type".to_owned(), Value::from(implied_type(&merged).unwrap_or("object")));
        }
        let are_limited = merged.get("additionalProperties").is_some_and(|others| !allows_all(others));
        let loss = if lost.is_empty() && !are_limited { Loss::Lossless } else { Loss::Widens };
        let count = parts.iter().filter(|part| part.keywords().any(|(keyword, _)| keyword != "type")).count();
        let parts = if count == 1 { "part" } else { "parts" };
        let what = format!("merged {count} {parts}{}", overridden(&lost));
        self.log.note_loss(loss, &at.place, what);
        Value::Object(merged)
    }

    /// Merges parts. Of contradictory keywords, the last one is kept.
    fn merge(&mut self, parts: &[Part<'a>], at: &At, path: &str, lost: &mut BTreeSet<String>) -> Map<String, Value> {
        let sizes = parts.iter().flat_map(|part| part.schema.values()).map(size);
        if !self.log.copy(&at.place, || sizes.fold(parts.len(), usize::saturating_add)) {
            return Map::new();
        }
        let Collected { keywords, required, properties, items, others, conflicts } = Collected::of(parts);
        lost.extend(conflicts.into_iter().map(|keyword| format!("{path}{keyword}")));
        let mut merged: Map<_, _> = keywords.into_iter().map(|(key, value)| (key.to_owned(), value.clone())).collect();
        if !required.is_empty() {
            merged.insert("required".to_owned(), Value::from(required));
        }
        if !properties.is_empty() {
            let properties = properties.into_iter().map(|(name, sources)| {
                (name.to_owned(), self.of_sources(sources, &at.property(name), &format!("{path}{name}"), lost))
            });
            merged.insert("properties".to_owned(), properties.collect::<Map<_, _>>().into());
        }
        for (keyword, name, sources) in [("items", "Item", items), ("additionalProperties", "Value", others)] {
            if !sources.is_empty() {
                let (at, path) = (at.below(keyword, name), format!("{path}{keyword}"));
                merged.insert(keyword.to_owned(), self.of_sources(sources, &at, &path, lost));
            }
        }
        merged
    }

    /// Merges the schemas that several parts have for one property, for items or for other values.
    fn of_sources(&mut self, mut sources: Vec<Source<'a>>, at: &At, path: &str, lost: &mut BTreeSet<String>) -> Value {
        let mut seen: Vec<&Value> = Vec::new();
        sources.retain(|source| {
            let is_new = !seen.contains(&source.schema);
            seen.extend(is_new.then_some(source.schema));
            is_new
        });
        if let [only] = sources.as_slice() {
            return self.schema(only.schema, &at.shared(only.is_shared));
        }
        let (kept, is_conflict) = compatible(self.references, &sources);
        if is_conflict {
            lost.insert(path.to_owned());
        }
        let parts = || kept.iter().flat_map(|one| one.parts.iter().copied());
        if !self.log.copy(&at.place, || parts().count()) {
            return Value::Null;
        }
        // A named schema that covers all others keeps its name.
        let typed: Vec<_> = kept.iter().filter(|one| !one.is_bare()).collect();
        let covers_all = |one: &Description<'_>| one.is_named() && typed.iter().all(|other| one.covers(other));
        if let Some((index, one)) = kept.iter().enumerate().find(|(_, one)| kept.len() == 1 || covers_all(one)) {
            let schema = self.schema(one.source.schema, &at.shared(one.source.is_shared));
            return with(schema, annotations(&kept, index));
        }
        let mut seen = BTreeSet::new();
        let mut parts: Vec<_> = parts().collect();
        parts.reverse();
        parts.retain(|part| seen.insert(std::ptr::from_ref(part.schema)));
        parts.reverse();
        let is_struct = parts.iter().any(|part| part.schema.contains_key("properties"));
        // Lists can be recursive, too.
        if is_struct || at.place.matches('/').count() > DEEPEST {
            return self.component(parts, at);
        }
        Value::Object(self.merge(&parts, at, &format!("{path}."), lost))
    }
}

/// The content of all parts of a schema, before it is merged.
#[derive(Default)]
struct Collected<'a> {
    keywords: BTreeMap<&'a str, &'a Value>,
    /// In the order of the parts.
    required: Vec<&'a str>,
    properties: BTreeMap<&'a str, Vec<Source<'a>>>,
    items: Vec<Source<'a>>,
    /// The schemas of `additionalProperties`.
    others: Vec<Source<'a>>,
    /// The keywords that contradict those of an earlier part.
    conflicts: BTreeSet<&'a str>,
}

impl<'a> Collected<'a> {
    fn of(parts: &[Part<'a>]) -> Self {
        let (mut all, mut required) = (Self::default(), BTreeSet::new());
        for part in parts {
            for (keyword, value) in part.keywords() {
                let source = |schema| Source { schema, is_shared: part.is_shared };
                match (keyword, value) {
                    ("properties", Value::Object(schemas)) => {
                        for (name, schema) in schemas {
                            all.properties.entry(name).or_default().push(source(schema));
                        }
                    }
                    ("required", Value::Array(names)) => {
                        let names = names.iter().filter_map(Value::as_str);
                        all.required.extend(names.filter(|name| required.insert(*name)));
                    }
                    ("items", _) => all.items.push(source(value)),
                    ("additionalProperties", _) => all.others.push(source(value)),
                    _ => {
                        let earlier = all.keywords.insert(keyword, value);
                        if CONFLICTING.contains(&keyword) && earlier.is_some_and(|earlier| !includes(earlier, value)) {
                            all.conflicts.insert(keyword);
                        }
                    }
                }
            }
        }
        all.keywords.extend(nullable(parts).map(|nullable| ("nullable", nullable)));
        if all.others.iter().any(|other| !allows_all(other.schema)) {
            all.others.retain(|other| !allows_all(other.schema));
        }
        all
    }
}

/// Adds annotations to a schema.
fn with(mut schema: Value, mut annotations: Map<String, Value>) -> Value {
    match schema.as_object_mut() {
        _ if annotations.is_empty() => {}
        // Keywords beside a reference are ignored.
        Some(schema) if !schema.contains_key("$ref") => schema.extend(annotations),
        _ => {
            annotations.insert("allOf".to_owned(), json!([schema]));
            schema = annotations.into();
        }
    }
    schema
}

#[cfg(test)]
mod tests;
