//! Inheritance: bases, which are schemas with a discriminator, and the schemas that have them as parts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use xtask_document::Fields;
use xtask_document::schemas::{SCHEMAS, reference, schemas};

/// The bases of a document.
pub(crate) struct Inheritance<'a> {
    schemas: &'a Map<String, Value>,
    /// The schemas that have a schema as a part, by its name.
    children: BTreeMap<&'a str, Vec<&'a str>>,
    discriminators: BTreeMap<&'a str, &'a Map<String, Value>>,
}

impl<'a> Inheritance<'a> {
    pub(crate) fn of(document: &'a Value) -> Self {
        let schemas = schemas(document);
        let mut children: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (name, schema) in schemas {
            for parent in parts(schema).into_iter().filter(|parent| parent != name) {
                children.entry(parent).or_default().push(name.as_str());
            }
        }
        let mut inheritance = Self { schemas, children, discriminators: BTreeMap::new() };
        let own = schemas.iter().filter_map(|(name, schema)| Some((name.as_str(), discriminator(schema)?)));
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

    /// The bases, with their discriminators. A discriminator may be inherited from a part.
    pub(crate) fn bases(&self) -> &BTreeMap<&'a str, &'a Map<String, Value>> {
        &self.discriminators
    }

    /// The schemas of which a value of a base may be, without the base itself: its descendants, and the alternatives
    /// and mapped schemas of its union.
    pub(crate) fn kinds(&self, base: &str) -> BTreeSet<&'a str> {
        let mut kinds = self.descendants(base);
        if let Some(schema) = self.schemas.get(base) {
            kinds.extend(alternatives(schema).unwrap_or_default());
            kinds.extend(schema.entries("discriminator").entries("mapping").values().filter_map(target));
        }
        kinds.retain(|kind| *kind != base && self.schemas.contains_key(*kind));
        kinds
    }

    fn descendants(&self, base: &str) -> BTreeSet<&'a str> {
        let children = |name: &str| self.children.get(name).into_iter().flatten().copied();
        let (mut descendants, mut pending) = (BTreeSet::new(), children(base).collect::<Vec<_>>());
        while let Some(name) = pending.pop() {
            if descendants.insert(name) {
                pending.extend(children(name));
            }
        }
        descendants
    }
}

/// The name of the schema in a mapping of a discriminator, which is a reference or a name.
pub(crate) fn target(value: &Value) -> Option<&str> {
    let text = value.as_str()?;
    text.strip_prefix(SCHEMAS).or_else(|| (!text.contains(['#', '/'])).then_some(text))
}

/// The alternatives of a union; `None` if one of them is not a reference to a named schema.
pub(crate) fn alternatives(schema: &Value) -> Option<BTreeSet<&str>> {
    let branches = schema.get("oneOf").or_else(|| schema.get("anyOf"))?.as_array()?;
    branches.iter().map(reference).collect()
}

/// The discriminator of a schema that also has parts or properties.
fn discriminator(schema: &Value) -> Option<&Map<String, Value>> {
    ["allOf", "properties"].into_iter().find_map(|keyword| schema.get(keyword))?;
    let discriminator = schema.get("discriminator")?.as_object()?;
    discriminator.text("propertyName").map(|_| discriminator)
}

/// The named parts of a schema.
fn parts(schema: &Value) -> Vec<&str> {
    let (mut names, mut pending) = (Vec::new(), vec![schema]);
    while let Some(schema) = pending.pop() {
        for part in schema.list("allOf") {
            match reference(part) {
                Some(name) => names.push(name),
                None => pending.push(part),
            }
        }
    }
    names
}
