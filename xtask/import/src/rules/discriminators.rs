//! Discriminators.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Log, Loss, Rule};
use crate::hoist::SchemaNames;
use crate::inheritance::{Inheritance, alternatives, target};
use xtask_document::Fields;
use xtask_document::keywords::UNIONS;
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::{SCHEMAS, is_named, place_of, reference, reference_to};
use xtask_document::walk::for_each_schema;

pub(super) const INHERITANCE: Rule = Rule {
    name: "inheritance",
    why: "a value of a schema with a discriminator may be of any schema that has it as a part; the generator decodes \
          it as the schema itself and drops all other properties",
    seen_in: "OpenAPI 3.0.3, Discriminator Object: `Pet` is a part of `Cat` and `Dog`",
    loss: Loss::Lossless,
    apply: make_unions,
};

/// Replaces each base by a union of it and its children. The base itself gets another name, which the children use.
fn make_unions(document: &mut Value, log: &mut Log<'_>) {
    let original = document.clone();
    let (inheritance, mut names) = (Inheritance::of(&original), SchemaNames::of(&original));
    let references = References::of(&original);
    let base_names = inheritance.bases().keys().map(|name| (*name, names.free(&format!("{name}_base"))));
    let base_names: BTreeMap<&str, String> = base_names.collect();
    refer_to_bases(document, &base_names);
    for (name, discriminator) in inheritance.bases() {
        let place = place_of(name);
        let Some(schema) = document.pointer_mut(&place).and_then(Value::as_object_mut) else { continue };
        schema.remove("discriminator");
        let mut kinds = inheritance.kinds(name);
        if original.pointer(&place).and_then(alternatives).is_some() {
            schema.retain(|keyword, _| !UNIONS.contains(&keyword.as_str()));
        } else {
            kinds.insert(name);
        }
        let described = ["description", "nullable", "title"].into_iter();
        let mut union: Map<_, _> = described.filter_map(|keyword| schema.remove_entry(keyword)).collect();
        let reference_to = |name: &str| format!("{SCHEMAS}{}", base_names.get(name).map_or(name, String::as_str));
        let mut discriminator = (*discriminator).clone();
        let mapping = full_mapping(&references, &discriminator, &kinds, reference_to);
        discriminator.insert("mapping".to_owned(), mapping);
        union.insert("discriminator".to_owned(), discriminator.into());
        union.insert("oneOf".to_owned(), kinds.iter().map(|name| json!({"$ref": reference_to(name)})).collect());
        let mut base = Value::Object(std::mem::replace(schema, union));
        let base_name = base_names.get(name).cloned().unwrap_or_default();
        log.note(&place, format!("made a union of {} schemas, and named the base {base_name}", kinds.len()));
        names.give(base_name, &mut base);
    }
    names.insert(document);
}

/// Makes children refer to the base, not to the union of all children.
fn refer_to_bases(document: &mut Value, base_names: &BTreeMap<&str, String>) {
    for_each_schema(document, &mut |place, schema| {
        // A component may be a child that adds nothing. Elsewhere, a single part is a use with annotations.
        let is_alone = !is_named(place) && !schema.contains_key("properties");
        let parts = schema.get_mut("allOf").and_then(Value::as_array_mut);
        for part in parts.filter(|parts| !is_alone || parts.len() > 1).into_iter().flatten() {
            if let Some(base) = reference(part).and_then(|name| base_names.get(name)) {
                *part = reference_to(base);
            }
        }
    });
}

/// The mapping of a discriminator for some schemas: that of the document, completed by the values of unmapped schemas.
/// The value of a schema is its name, unless the schema allows only another one.
fn full_mapping(
    references: &References<'_>,
    discriminator: &Map<String, Value>,
    schemas: &BTreeSet<&str>,
    reference_to: impl Fn(&str) -> String,
) -> Value {
    let mapping = discriminator.entries("mapping").iter();
    let property = discriminator.text("propertyName").unwrap_or_default();
    let mut full: BTreeMap<String, &str> =
        mapping.filter_map(|(value, name)| Some((value.clone(), *schemas.get(target(name)?)?))).collect();
    let mapped: BTreeSet<&str> = full.values().copied().collect();
    for name in schemas.difference(&mapped) {
        let value = only_value(references, name, property).unwrap_or(name);
        full.entry(value.to_owned()).or_insert(name);
    }
    full.into_iter().map(|(value, name)| (value, reference_to(name))).collect()
}

/// The value of a property of a named schema, if the schema allows a single one.
fn only_value<'a>(references: &References<'a>, name: &str, property: &str) -> Option<&'a str> {
    let schema = ResolvedSchema::of(references, references.named(name)?);
    let values = ResolvedSchema::of(references, schema.properties.get(property)?).get("enum")?.as_array()?;
    values.first()?.as_str().filter(|_| values.len() == 1)
}

pub(super) const MAPPING: Rule = Rule {
    name: "discriminator-mapping",
    why: "a value of a discriminator selects the schema of that name, unless it is mapped or the schema allows only \
          another value, and an import changes names. The discriminator selects one alternative of `anyOf` as well",
    seen_in: "OpenAPI 3.0.3, Discriminator Object: `oneOf` of `Cat`, `Dog` and `Lizard` without a mapping",
    loss: Loss::Narrows,
    apply: complete_mappings,
};

fn complete_mappings(document: &mut Value, log: &mut Log<'_>) {
    let original = document.clone();
    let references = References::of(&original);
    for_each_schema(document, &mut |place, schema| {
        let keyword = if schema.contains_key("oneOf") { "oneOf" } else { "anyOf" };
        let Some(branches) = schema.get(keyword).and_then(Value::as_array) else { return };
        let Some(discriminator) = schema.get("discriminator").and_then(Value::as_object) else { return };
        let names: Option<BTreeSet<&str>> = branches.iter().map(reference).collect();
        let Some(names) = names.filter(|_| discriminator.text("propertyName").is_some()) else {
            schema.remove("discriminator");
            return log.note(place, "dropped its discriminator: an unnamed alternative has no value");
        };
        let mapping = full_mapping(&references, discriminator, &names, |name| format!("{SCHEMAS}{name}"));
        let branches = Value::Array(branches.clone());
        let is_full = discriminator.get("mapping") == Some(&mapping);
        if is_full && keyword == "oneOf" {
            return;
        }
        if let Some(discriminator) = schema.get_mut("discriminator").and_then(Value::as_object_mut) {
            discriminator.insert("mapping".to_owned(), mapping);
        }
        schema.remove(keyword);
        schema.insert("oneOf".to_owned(), branches);
        log.note_loss(Loss::Lossless, place, "completed the mapping of its discriminator");
    });
}

#[cfg(test)]
mod tests {
    use super::super::{apply_rule, losses};
    use super::*;

    fn to(name: &str) -> Value {
        json!({"$ref": format!("{SCHEMAS}{name}")})
    }

    fn object(property: &str) -> Value {
        json!({"type": "object", "properties": {property: {"type": "string"}}})
    }

    fn document(schemas: Value) -> Value {
        json!({"components": {"schemas": schemas}})
    }

    fn with(mut schema: Value, keyword: &str, value: Value) -> Value {
        schema[keyword] = value;
        schema
    }

    fn discriminator(mapping: &[(&str, &str)]) -> Value {
        let mapping: Map<_, _> =
            mapping.iter().map(|(value, name)| ((*value).to_owned(), json!(format!("{SCHEMAS}{name}")))).collect();
        json!({"propertyName": "kind", "mapping": mapping})
    }

    fn union(names: &[&str], mapping: &[(&str, &str)]) -> Value {
        let branches: Vec<_> = names.iter().map(|name| to(name)).collect();
        json!({"oneOf": branches, "discriminator": discriminator(mapping)})
    }

    #[test]
    fn base_becomes_a_union_of_itself_and_its_children() {
        let tag = json!({"propertyName": "kind", "mapping": {"c": "Cat"}});
        let pet = with(with(object("kind"), "discriminator", tag), "description", json!("d"));
        let house = json!({"properties": {"pet": to("Pet"), "or_null": {"allOf": [to("Pet")], "nullable": true}}});
        let extended = json!({"properties": {"a": {"allOf": [to("Pet"), object("extra")]}}});
        let vendors = document(json!({
            "Pet": pet, "House": house, "Found": extended,
            "Cat": {"allOf": [to("Pet"), object("claws")]}, "Dog": {"allOf": [to("Pet")]},
        }));
        let (result, lost) = losses(&INHERITANCE, vendors);
        let pets = union(&["Cat", "Dog", "PetBase"], &[("c", "Cat"), ("Dog", "Dog"), ("Pet", "PetBase")]);
        let expected = document(json!({
            "Pet": with(pets, "description", json!("d")), "PetBase": object("kind"), "House": house,
            "Found": {"properties": {"a": {"allOf": [to("PetBase"), object("extra")]}}},
            "Cat": {"allOf": [to("PetBase"), object("claws")]}, "Dog": {"allOf": [to("PetBase")]},
        }));
        assert_eq!((result, lost), (sorted(expected), vec![Loss::Lossless]));
    }

    /// Alternatives are in the order of their vendors' names.
    fn sorted(mut document: Value) -> Value {
        let branches = document["components"]["schemas"]["Pet"]["oneOf"].as_array_mut().unwrap();
        branches.sort_by_key(|branch| branch["$ref"].as_str().unwrap().replace("Base", ""));
        document
    }

    #[test]
    fn child_with_children_becomes_a_union_as_well() {
        let pet = with(object("kind"), "discriminator", json!({"propertyName": "kind"}));
        let (result, _) = losses(
            &INHERITANCE,
            document(json!({
                "Pet": pet, "Cat": {"allOf": [to("Pet"), object("claws")]}, "Lion": {"allOf": [to("Cat"), object("mane")]},
            })),
        );
        let schemas = &result["components"]["schemas"];
        let (cat, lion, own) = (("Cat", "CatBase"), ("Lion", "Lion"), ("Pet", "PetBase"));
        assert_eq!(schemas["Pet"], union(&["CatBase", "Lion", "PetBase"], &[cat, lion, own]));
        assert_eq!(schemas["Cat"], union(&["CatBase", "Lion"], &[cat, lion]));
        assert_eq!(schemas["CatBase"], json!({"allOf": [to("PetBase"), object("claws")]}));
        assert_eq!(schemas["Lion"], json!({"allOf": [to("CatBase"), object("mane")]}));
    }

    #[test]
    fn base_with_a_union_of_its_children_becomes_that_union() {
        let tag = json!({"propertyName": "kind"});
        let pet = with(with(object("kind"), "discriminator", tag), "oneOf", json!([to("Cat")]));
        let (result, _) =
            losses(&INHERITANCE, document(json!({"Pet": pet, "Cat": {"allOf": [to("Pet"), object("claws")]}})));
        let schemas = &result["components"]["schemas"];
        assert_eq!((&schemas["Pet"], &schemas["PetBase"]), (&union(&["Cat"], &[("Cat", "Cat")]), &object("kind")));
    }

    #[test]
    fn schema_without_children_or_without_discriminator_is_not_changed() {
        let childless = with(object("kind"), "discriminator", json!({"propertyName": "kind"}));
        let schemas = json!({
            "Alone": childless, "Base": object("a"), "Child": {"allOf": [to("Base"), object("b")]},
            "Union": union(&["Base"], &[("Base", "Base")]), "Stricter": {"allOf": [to("Union"), {"required": ["a"]}]},
        });
        assert_eq!(losses(&INHERITANCE, document(schemas.clone())), (document(schemas), vec![]));
    }

    #[test]
    fn every_alternative_gets_a_value_of_the_discriminator() {
        let names = json!({"Cat": object("kind"), "Dog": object("kind")});
        for (keyword, tag) in [
            ("oneOf", json!({"propertyName": "kind"})),
            ("anyOf", json!({"propertyName": "kind", "mapping": {"c": "Cat", "d": "#/components/schemas/Dog"}})),
            ("anyOf", json!({"propertyName": "kind", "mapping": {"c": "Cat", "lizard": "Lizard"}})),
        ] {
            let mapped = if tag["mapping"]["c"] == "Cat" { "c" } else { "Cat" };
            let dog = if tag["mapping"]["d"].is_string() { "d" } else { "Dog" };
            let pet = json!({keyword: [to("Cat"), to("Dog")], "discriminator": tag});
            let (result, lost) = losses(&MAPPING, document(with(names.clone(), "Pet", pet)));
            let expected = union(&["Cat", "Dog"], &[(mapped, "Cat"), (dog, "Dog")]);
            assert_eq!((&result["components"]["schemas"]["Pet"], lost), (&expected, vec![Loss::Lossless]));
        }
    }

    #[test]
    fn schema_with_a_single_value_of_the_discriminator_is_selected_by_it() {
        let only = |values: &[&str]| json!({"properties": {"kind": {"type": "string", "enum": values}}});
        let names = json!({
            "Cat": {"allOf": [object("claws"), only(&["cat"])]}, "Dog": only(&["dog", "puppy"]), "Lizard": only(&["lizard"]),
        });
        let mapping = |mapped: &[(&str, &str)]| union(&["Cat", "Dog", "Lizard"], mapped);
        let pet = mapping(&[("reptile", "Lizard")]);
        let (result, _) = losses(&MAPPING, document(with(names, "Pet", pet)));
        let expected = mapping(&[("cat", "Cat"), ("Dog", "Dog"), ("reptile", "Lizard")]);
        assert_eq!(result["components"]["schemas"]["Pet"], expected);
    }

    #[test]
    fn child_with_a_single_value_of_the_discriminator_is_selected_by_it() {
        let pet = with(object("kind"), "discriminator", json!({"propertyName": "kind"}));
        let own = json!({"properties": {"kind": {"type": "string", "enum": ["cat"]}}});
        let (result, _) = losses(&INHERITANCE, document(json!({"Pet": pet, "Cat": {"allOf": [to("Pet"), own]}})));
        let mapping = &result["components"]["schemas"]["Pet"]["discriminator"]["mapping"];
        assert_eq!(*mapping, json!({"cat": format!("{SCHEMAS}Cat"), "Pet": format!("{SCHEMAS}PetBase")}));
    }

    #[test]
    fn discriminator_of_unnamed_alternatives_is_dropped_and_reported() {
        let pet = json!({"oneOf": [to("Cat"), object("kind")], "discriminator": {"propertyName": "kind"}});
        let (result, applied) = apply_rule(&MAPPING, document(json!({"Cat": object("kind"), "Pet": pet})));
        assert_eq!(result["components"]["schemas"]["Pet"], json!({"oneOf": [to("Cat"), object("kind")]}));
        assert_eq!((applied[0].loss, applied[0].place.as_str()), (Loss::Narrows, "/components/schemas/Pet"));
    }
}
