//! Discriminators.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Log, Loss, Rule};
use crate::hoist::SchemaNames;
use crate::inheritance::{Inheritance, alternatives, target};
use xtask_document::schemas::{SCHEMAS, is_named, place_of, reference, reference_to};
use xtask_document::walk::for_each_schema;

pub(super) const INHERITANCE: Rule = Rule {
    name: "inheritance",
    why: "where a schema with a discriminator is used, the value may be any schema that has it as a part; the generator reads \
          it as the schema itself and drops all other properties",
    seen_in: "OpenAPI 3.0.3, Discriminator Object: `Pet` is a part of `Cat` and `Dog`",
    loss: Loss::Lossless,
    apply: make_unions,
};

/// Makes a union of each base and its children. The base itself gets another name, to which the children refer.
fn make_unions(document: &mut Value, log: &mut Log<'_>) {
    let original = document.clone();
    let (inheritance, mut names) = (Inheritance::of(&original), SchemaNames::of(&original));
    let of_bases = inheritance.bases().keys().map(|name| (*name, names.free(&format!("{name}_base"))));
    let of_bases: BTreeMap<&str, String> = of_bases.collect();
    refer_to_bases(document, &of_bases);
    for (name, discriminator) in inheritance.bases() {
        let place = place_of(name);
        let Some(schema) = document.pointer_mut(&place).and_then(Value::as_object_mut) else { continue };
        schema.remove("discriminator");
        let mut kinds = inheritance.kinds(name);
        if original.pointer(&place).and_then(alternatives).is_some() {
            schema.retain(|keyword, _| keyword != "anyOf" && keyword != "oneOf");
        } else {
            kinds.insert(name);
        }
        let described = ["description", "nullable", "title"].into_iter();
        let mut union: Map<_, _> =
            described.filter_map(|keyword| Some((keyword.to_owned(), schema.remove(keyword)?))).collect();
        let reference_to = |name: &str| format!("{SCHEMAS}{}", of_bases.get(name).map_or(name, String::as_str));
        let mut discriminator = (*discriminator).clone();
        let mapping = full_mapping(discriminator.get("mapping"), &kinds);
        let mapping = mapping.into_iter().map(|(value, name)| (value, Value::from(reference_to(name))));
        discriminator.insert("mapping".to_owned(), mapping.collect::<Map<_, _>>().into());
        union.insert("discriminator".to_owned(), discriminator.into());
        union.insert("oneOf".to_owned(), kinds.iter().map(|name| json!({"$ref": reference_to(name)})).collect());
        let mut base = Value::Object(std::mem::replace(schema, union));
        let own = of_bases.get(name).cloned().unwrap_or_default();
        log.note(&place, format!("it is one of {} schemas; by itself, it is {own}", kinds.len()));
        names.give(own, &mut base);
    }
    names.insert(document);
}

/// Makes children refer to the base alone, and not to the union of all children.
fn refer_to_bases(document: &mut Value, of_bases: &BTreeMap<&str, String>) {
    for_each_schema(document, &mut |place, schema| {
        // A component may be a child that adds nothing. Elsewhere, a single part is a use with annotations.
        let is_alone = !is_named(place) && !schema.contains_key("properties");
        let parts = schema.get_mut("allOf").and_then(Value::as_array_mut);
        for part in parts.filter(|parts| !is_alone || parts.len() > 1).into_iter().flatten() {
            if let Some(base) = reference(part).and_then(|name| of_bases.get(name)) {
                *part = reference_to(base);
            }
        }
    });
}

/// The schema that each value of a discriminator means, for each of some schemas: what the document says, or the name
/// of the schema.
fn full_mapping<'a>(mapping: Option<&Value>, schemas: &BTreeSet<&'a str>) -> BTreeMap<String, &'a str> {
    let mapping = mapping.and_then(Value::as_object).into_iter().flatten();
    let mut full: BTreeMap<String, &str> =
        mapping.filter_map(|(value, name)| Some((value.clone(), *schemas.get(target(name)?)?))).collect();
    let mapped: BTreeSet<&str> = full.values().copied().collect();
    for name in schemas.difference(&mapped) {
        full.entry((*name).to_owned()).or_insert(name);
    }
    full
}

pub(super) const MAPPING: Rule = Rule {
    name: "discriminator-mapping",
    why: "a value of a discriminator means the schema of that name, unless it is mapped; names change in an import. Of the \
          alternatives of `anyOf`, the discriminator chooses one",
    seen_in: "OpenAPI 3.0.3, Discriminator Object: `oneOf` of `Cat`, `Dog` and `Lizard` without a mapping",
    loss: Loss::Narrows,
    apply: complete_mappings,
};

fn complete_mappings(document: &mut Value, log: &mut Log<'_>) {
    for_each_schema(document, &mut |place, schema| {
        let keyword = if schema.contains_key("oneOf") { "oneOf" } else { "anyOf" };
        let Some(branches) = schema.get(keyword).and_then(Value::as_array) else { return };
        let Some(discriminator) = schema.get("discriminator").and_then(Value::as_object) else { return };
        let names: Option<BTreeSet<&str>> = branches.iter().map(reference).collect();
        let Some(names) = names.filter(|_| discriminator.get("propertyName").is_some_and(Value::is_string)) else {
            schema.remove("discriminator");
            return log.note(place, "its discriminator is dropped: an alternative has no name, and so no known value");
        };
        let mapping = full_mapping(discriminator.get("mapping"), &names);
        let mapping: Map<_, _> =
            mapping.into_iter().map(|(value, name)| (value, Value::from(format!("{SCHEMAS}{name}")))).collect();
        let (mapping, branches) = (Value::Object(mapping), Value::Array(branches.clone()));
        let is_full = discriminator.get("mapping") == Some(&mapping);
        if is_full && keyword == "oneOf" {
            return;
        }
        if let Some(discriminator) = schema.get_mut("discriminator").and_then(Value::as_object_mut) {
            discriminator.insert("mapping".to_owned(), mapping);
        }
        schema.remove(keyword);
        schema.insert("oneOf".to_owned(), branches);
        log.note_loss(Loss::Lossless, place, "its discriminator lists the value of every alternative");
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
    fn a_base_becomes_a_union_of_itself_and_its_children() {
        let tag = json!({"propertyName": "kind", "mapping": {"c": "Cat"}});
        let pet = with(with(object("kind"), "discriminator", tag), "description", json!("d"));
        let house = json!({"properties": {"pet": to("Pet"), "or_null": {"allOf": [to("Pet")], "nullable": true}}});
        let found = json!({"properties": {"a": {"allOf": [to("Pet"), object("extra")]}}});
        let vendors = document(json!({
            "Pet": pet, "House": house, "Found": found,
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
    fn a_child_that_has_children_is_a_union_of_its_own() {
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
    fn a_base_that_lists_its_children_is_one_of_them() {
        let tag = json!({"propertyName": "kind"});
        let pet = with(with(object("kind"), "discriminator", tag), "oneOf", json!([to("Cat")]));
        let (result, _) =
            losses(&INHERITANCE, document(json!({"Pet": pet, "Cat": {"allOf": [to("Pet"), object("claws")]}})));
        let schemas = &result["components"]["schemas"];
        assert_eq!((&schemas["Pet"], &schemas["PetBase"]), (&union(&["Cat"], &[("Cat", "Cat")]), &object("kind")));
    }

    #[test]
    fn schema_without_children_or_without_discriminator_stays() {
        let childless = with(object("kind"), "discriminator", json!({"propertyName": "kind"}));
        let schemas = json!({
            "Alone": childless, "Base": object("a"), "Child": {"allOf": [to("Base"), object("b")]},
            "Union": union(&["Base"], &[("Base", "Base")]), "Stricter": {"allOf": [to("Union"), {"required": ["a"]}]},
        });
        assert_eq!(losses(&INHERITANCE, document(schemas.clone())), (document(schemas), vec![]));
    }

    #[test]
    fn every_alternative_of_a_discriminator_has_a_value() {
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
    fn a_discriminator_of_alternatives_without_names_is_dropped_and_reported() {
        let pet = json!({"oneOf": [to("Cat"), object("kind")], "discriminator": {"propertyName": "kind"}});
        let (result, applied) = apply_rule(&MAPPING, document(json!({"Cat": object("kind"), "Pet": pet})));
        assert_eq!(result["components"]["schemas"]["Pet"], json!({"oneOf": [to("Cat"), object("kind")]}));
        assert_eq!((applied[0].loss, applied[0].place.as_str()), (Loss::Narrows, "/components/schemas/Pet"));
    }
}
