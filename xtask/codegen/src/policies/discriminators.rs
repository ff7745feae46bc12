//! The discriminators of unions: properties whose value, the tag, selects the branch of an object.
//!
//! The pass `open_unions` decodes a tagged object as the branch of its tag. Each branch keeps the tag as a field, so
//! that it is encoded again; this policy adds the property to a branch that lacks it.
//!
//! `mapping` defines the tags of a branch. A branch that is a union with the same discriminator also has the tags of
//! its branches. The tag of a branch without any is its name (OpenAPI 3.0.3, Discriminator Object).
//!
//! Seen in: `rulesets_RequestRule` of Cloudflare's document, 18 branches by `action`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use xtask_document::Fields;
use xtask_document::naming::type_name;
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::{SCHEMAS, is_named, named, named_schemas, reference, schemas, schemas_mut};
use xtask_document::walk::for_each_schema;

/// The discriminator of a union.
pub(crate) struct Discriminator {
    pub(crate) property: String,
    /// The tags of each branch. No two branches have the same.
    pub(crate) tags: Vec<Vec<String>>,
}

/// The discriminators of all unions, by the names of their types.
pub(crate) fn of(document: &Value) -> BTreeMap<String, Discriminator> {
    let of_union = |union: Union<'_>| Discriminator {
        property: union.property.to_owned(),
        tags: tags_of_union(document, union.discriminator, union.branches),
    };
    unions(document).map(|(name, union)| (type_name(name, None), of_union(union))).collect()
}

/// The places of unnamed unions with a discriminator. They are not supported, since only a name connects the generated
/// code with a union of the document.
pub(crate) fn unnamed(document: &Value) -> Vec<String> {
    let mut places = Vec::new();
    for_each_schema(&mut document.clone(), &mut |place, schema| {
        if !is_named(place) && Union::of(schema).is_some() {
            places.push(place.to_owned());
        }
    });
    places
}

/// Adds the property of the tag to the branches that are objects without it.
pub(super) fn apply(document: &mut Value) {
    let original = named_schemas(document);
    let references = References::of(&original);
    let Some(schemas) = schemas_mut(document) else { return };
    for (_, Union { property, branches, .. }) in unions(&original) {
        for name in branches.iter().filter_map(reference) {
            let branch = named(&original, name).map(|branch| ResolvedSchema::of(&references, branch));
            let lacks_property =
                |branch: ResolvedSchema<'_>| !branch.properties.is_empty() && !branch.properties.contains_key(property);
            if branch.is_some_and(lacks_property)
                && let Some(schema) = schemas.get_mut(name)
            {
                let part = json!({"type": "object", "properties": {property: {"type": "string"}}});
                *schema = json!({"allOf": [schema.take(), part]});
            }
        }
    }
}

/// A union with a discriminator.
struct Union<'a> {
    discriminator: &'a Value,
    property: &'a str,
    branches: &'a [Value],
}

impl<'a> Union<'a> {
    fn of(schema: &'a Map<String, Value>) -> Option<Self> {
        let discriminator = schema.get("discriminator")?;
        let property = discriminator.text("propertyName")?;
        let branches = schema.list("oneOf");
        (branches.len() > 1).then_some(Self { discriminator, property, branches })
    }
}

/// The named unions with a discriminator.
fn unions(document: &Value) -> impl Iterator<Item = (&str, Union<'_>)> {
    schemas(document).iter().filter_map(|(name, schema)| Some((name.as_str(), Union::of(schema.as_object()?)?)))
}

/// The name of the branch for each tag of a union.
pub fn branches_by_tag<'a>(
    document: &'a Value,
    discriminator: &'a Value,
    branches: &'a [Value],
) -> BTreeMap<String, &'a str> {
    let tags = tags_of_union(document, discriminator, branches);
    let branches = branches.iter().zip(tags).filter_map(|(branch, tags)| Some((reference(branch)?, tags)));
    branches.flat_map(|(branch, tags)| tags.into_iter().map(move |tag| (tag, branch))).collect()
}

/// The tags of each branch of a union, without duplicates.
fn tags_of_union(document: &Value, discriminator: &Value, branches: &[Value]) -> Vec<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut tags = tags(document, discriminator, branches, &mut BTreeSet::from([branches.as_ptr()]));
    tags.iter_mut().for_each(|tags| tags.retain(|tag| seen.insert(tag.clone())));
    tags
}

/// The tags of each branch of a union. Each list of branches is visited once, since a union can be a branch of itself;
/// `visited` contains these.
fn tags<'a>(
    document: &'a Value,
    discriminator: &'a Value,
    branches: &'a [Value],
    visited: &mut BTreeSet<*const Value>,
) -> Vec<Vec<String>> {
    let property = discriminator.text("propertyName");
    let mapping = discriminator.entries("mapping").iter();
    let mapping: BTreeMap<_, _> = mapping.filter_map(|(tag, to)| Some((tag, to.as_str()?))).collect();
    let of_branch = |branch: &'a Value| {
        let Some(name) = reference(branch) else { return Vec::new() };
        let is_own = |target: &str| target.strip_prefix(SCHEMAS).unwrap_or(target) == name;
        let mut own: Vec<_> =
            mapping.iter().filter(|(_, target)| is_own(target)).map(|(tag, _)| (*tag).clone()).collect();
        let inner = named(document, name).and_then(Value::as_object).and_then(Union::of);
        let mut others = match inner.filter(|inner| Some(inner.property) == property) {
            Some(inner) if visited.insert(inner.branches.as_ptr()) => {
                tags(document, inner.discriminator, inner.branches, visited).concat()
            }
            None if own.is_empty() => vec![name.to_owned()],
            _ => Vec::new(),
        };
        others.retain(|tag| !mapping.contains_key(tag));
        own.extend(others);
        own
    };
    branches.iter().map(of_branch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference_to(name: &str) -> Value {
        json!({"$ref": format!("{SCHEMAS}{name}")})
    }

    fn union(branches: &[&str], mapping: Value) -> Value {
        let branches: Vec<_> = branches.iter().map(|name| reference_to(name)).collect();
        json!({"oneOf": branches, "discriminator": {"propertyName": "kind", "mapping": mapping}})
    }

    fn tags_of(schemas: Value) -> Vec<Vec<String>> {
        of(&json!({"components": {"schemas": schemas}})).remove("Pet").unwrap().tags
    }

    fn tagged<'a>(tags: &[(&str, &'a str)]) -> BTreeMap<String, &'a str> {
        tags.iter().map(|(tag, branch)| ((*tag).to_owned(), *branch)).collect()
    }

    #[test]
    fn branch_has_its_mapped_tags_or_else_its_name() {
        let pet = union(
            &["Cat", "Dog", "Cow"],
            json!({"cat": format!("{SCHEMAS}Cat"), "kitty": "Cat", "x": "Other", "Cow": "Dog"}),
        );
        let by_tag = branches_by_tag(&Value::Null, &pet["discriminator"], pet["oneOf"].as_array().unwrap());
        assert_eq!(by_tag, tagged(&[("Cow", "Dog"), ("cat", "Cat"), ("kitty", "Cat")]));
        assert_eq!(tags_of(json!({"pet": pet})), [vec!["cat", "kitty"], vec!["Cow"], vec![]]);
        assert_eq!(tags_of(json!({"Pet": union(&["Cat", "Dog"], json!({}))})), [["Cat"], ["Dog"]]);
    }

    #[test]
    fn branch_that_is_a_union_has_the_tags_of_its_branches() {
        let cat = union(&["CatBase", "Lion", "Pet"], json!({"cat": "CatBase", "lion": "Lion", "puma": "Lion"}));
        let pet = union(&["Cat", "Dog", "Lion"], json!({"lion": "Lion"}));
        let document = json!({"components": {"schemas": {"Pet": pet, "Cat": cat}}});
        let union = &document["components"]["schemas"]["Pet"];
        let by_tag = branches_by_tag(&document, &union["discriminator"], union["oneOf"].as_array().unwrap());
        assert_eq!(by_tag, tagged(&[("Dog", "Dog"), ("cat", "Cat"), ("lion", "Lion"), ("puma", "Cat")]));
        assert_eq!(tags_of(json!({"Pet": pet, "Cat": cat})), [vec!["cat", "puma"], vec!["Dog"], vec!["lion"]]);
    }

    #[test]
    fn unnamed_union_with_a_discriminator_is_found_with_its_place() {
        let pet = union(&["Cat", "Dog"], json!({}));
        let schemas = json!({"Pet": pet, "Thing": {"properties": {"pet": pet, "one": union(&["Cat"], json!({}))}}});
        let places = unnamed(&json!({"components": {"schemas": schemas}}));
        assert_eq!(places, ["/components/schemas/Thing/properties/pet"]);
    }

    #[test]
    fn branch_without_the_property_of_its_tag_gets_it() {
        let object = |property: &str| json!({"type": "object", "properties": {property: {"type": "string"}}});
        let pet = union(&["Cat", "Dog", "Map"], json!({}));
        let mut document = json!({"components": {"schemas": {
            "Pet": pet, "Cat": object("kind"), "Dog": object("name"), "Map": {"type": "object"},
        }}});
        let mut expected = document.clone();
        expected["components"]["schemas"]["Dog"] = json!({"allOf": [object("name"), object("kind")]});
        apply(&mut document);
        assert_eq!(document, expected);
    }
}
