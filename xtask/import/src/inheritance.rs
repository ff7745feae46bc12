//! Inheritance: a schema with a discriminator, and the schemas that have it as a part.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use xtask_document::schemas::{SCHEMAS, reference, schemas};

/// The bases of a document.
pub(crate) struct Inheritance<'a> {
    schemas: BTreeMap<&'a str, &'a Value>,
    /// The schemas that have each one as a part.
    children: BTreeMap<&'a str, Vec<&'a str>>,
    discriminators: BTreeMap<&'a str, &'a Map<String, Value>>,
}

impl<'a> Inheritance<'a> {
    pub(crate) fn of(document: &'a Value) -> Self {
        let schemas: BTreeMap<_, _> = schemas(document).iter().map(|(name, schema)| (name.as_str(), schema)).collect();
        let mut children: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (name, schema) in &schemas {
            for parent in parts(schema).into_iter().filter(|parent| parent != name) {
                children.entry(parent).or_default().push(*name);
            }
        }
        let mut inheritance = Self { schemas, children, discriminators: BTreeMap::new() };
        let own = inheritance.schemas.iter().filter_map(|(name, schema)| Some((*name, discriminator(schema)?)));
        let own: BTreeMap<_, _> = own.collect();
        for (name, discriminator) in &own {
            for child in inheritance.descendants(name).into_iter().filter(|child| !own.contains_key(child)) {
                inheritance.discriminators.entry(child).or_insert(discriminator);
            }
        }
        inheritance.discriminators.extend(own);
        let mut bases = std::mem::take(&mut inheritance.discriminators);
        bases.retain(|name, _| !inheritance.kinds(name).is_empty());
        inheritance.discriminators = bases;
        inheritance
    }

    /// The schemas that others have as a part, each with its discriminator: its own, or that of a part.
    pub(crate) fn bases(&self) -> &BTreeMap<&'a str, &'a Map<String, Value>> {
        &self.discriminators
    }

    /// What a value of a base may be, but for the base itself: the schemas that have it as a part, those that have
    /// them, and those that its union lists.
    pub(crate) fn kinds(&self, base: &str) -> BTreeSet<&'a str> {
        let mut kinds = self.descendants(base);
        let schema = self.schemas.get(base);
        kinds.extend(schema.and_then(|schema| alternatives(schema)).unwrap_or_default());
        let mapping = schema.and_then(|schema| schema.pointer("/discriminator/mapping")?.as_object());
        kinds.extend(mapping.into_iter().flat_map(Map::values).filter_map(target));
        kinds.retain(|kind| *kind != base && self.schemas.contains_key(kind));
        kinds
    }

    fn descendants(&self, base: &str) -> BTreeSet<&'a str> {
        let children = |name: &str| self.children.get(name).into_iter().flatten().copied();
        let (mut found, mut pending) = (BTreeSet::new(), children(base).collect::<Vec<_>>());
        while let Some(name) = pending.pop() {
            if found.insert(name) {
                pending.extend(children(name));
            }
        }
        found
    }
}

/// The schema that a discriminator's mapping names, by a reference or by its name alone.
pub(crate) fn target(value: &Value) -> Option<&str> {
    let text = value.as_str()?;
    text.strip_prefix(SCHEMAS).or_else(|| (!text.contains(['#', '/'])).then_some(text))
}

/// The alternatives of a union that are all named.
pub(crate) fn alternatives(schema: &Value) -> Option<BTreeSet<&str>> {
    let branches = schema.get("oneOf").or_else(|| schema.get("anyOf"))?.as_array()?;
    branches.iter().map(reference).collect()
}

/// The discriminator of a schema that is more than a union.
fn discriminator(schema: &Value) -> Option<&Map<String, Value>> {
    ["allOf", "properties"].into_iter().find_map(|keyword| schema.get(keyword))?;
    let discriminator = schema.get("discriminator")?.as_object()?;
    discriminator.get("propertyName")?.is_string().then_some(discriminator)
}

/// The named parts of a schema.
fn parts(schema: &Value) -> Vec<&str> {
    let (mut names, mut pending) = (Vec::new(), vec![schema]);
    while let Some(schema) = pending.pop() {
        let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
        for part in parts {
            match reference(part) {
                Some(name) => names.push(name),
                None => pending.push(part),
            }
        }
    }
    names
}
