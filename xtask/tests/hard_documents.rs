//! Documents of ordinary size whose result could be huge: long chains of references, cycles, many schemas of one name,
//! and components that are shared by a great number of others.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what panics here is a test that has found something"
)]

mod support;

use std::fs;

use anyhow::Result;
use serde_json::{Map, Value, json};

fn reference(name: impl std::fmt::Display) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn named(count: usize, schema: impl Fn(usize) -> Value) -> Value {
    (0..count).map(|number| (format!("T{number}"), schema(number))).collect::<Map<_, _>>().into()
}

/// A document of one operation, which gets one schema back.
fn document(response: &Value, schemas: &Value) -> Value {
    json!({
        "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
        "paths": {"/things": {"get": {"operationId": "get_things", "responses": {"200": {
            "description": "d", "content": {"application/json": {"schema": response}},
        }}}}},
        "components": {"schemas": schemas},
    })
}

fn import(document: &Value) -> Result<Value> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("vendor.json");
    fs::write(&file, document.to_string())?;
    let import = support::sdk(support::WHOLE).import(&file, "2026-01-02")?;
    Ok(serde_json::from_str(&import.text)?)
}

fn schema_count(document: &Value) -> usize {
    document["components"]["schemas"].as_object().unwrap().len()
}

#[test]
fn a_long_chain_of_names_has_an_end() {
    const LINKS: usize = 20_000;
    let chain = |last: Value| {
        let link = |number| if number + 1 < LINKS { reference(format!("T{}", number + 1)) } else { last.clone() };
        document(&reference("T0"), &named(LINKS, link))
    };
    let text = chain(json!({"type": "string"}));
    assert_eq!(schema_count(&import(&text).unwrap()), LINKS);
    assert_eq!(xtask_diff::compare(&text, &text), []);
    let error = import(&chain(reference("T7"))).unwrap_err();
    assert!(format!("{error:#}").contains("has itself as its target"), "{error:#}");
}

#[test]
fn what_is_at_the_end_of_a_long_chain_counts_where_it_begins() {
    const LINKS: usize = 20_000;
    let named = |last: &str| {
        named(LINKS, |number| match number + 1 {
            LINKS => json!({"type": "object", "properties": {"a": {"type": last}}}),
            next => reference(format!("T{next}")),
        })
    };
    let response = json!({"allOf": [reference("T0"), {"properties": {"b": {"type": "string"}}}]});
    let whole = |last: &str| document(&response, &named(last));
    let imported = import(&whole("string")).unwrap();
    let properties = json!({"a": {"type": "string"}, "b": {"type": "string"}});
    assert_eq!(imported["components"]["schemas"]["GetThingsResponse"]["properties"], properties);
    let changes = xtask_diff::compare(&whole("string"), &whole("integer"));
    assert!(changes.iter().any(|change| change.place == "GET /things, 200.a"), "{changes:?}");
}

#[test]
fn a_long_chain_of_parts_is_put_together_to_its_end_or_refused() {
    let chain = |links: usize| {
        let named = named(links, |number| {
            if number + 1 == links {
                return json!({"type": "object", "properties": {"a": {"type": "string"}}});
            }
            let parts = [reference(format!("T{}", number + 1)), json!({"properties": {}})];
            json!({"allOf": parts, "description": number.to_string()})
        });
        document(&reference("T0"), &named)
    };
    let imported = import(&chain(300)).unwrap();
    assert_eq!(schema_count(&imported), 1);
    let whole = json!({"type": "object", "properties": {"a": {"type": "string"}}, "description": "0"});
    assert_eq!(imported["components"]["schemas"]["T0"], whole);
    assert_eq!(xtask_diff::compare(&chain(300), &chain(300)), []);
    let error = import(&chain(20_000)).unwrap_err();
    assert!(format!("{error:#}").contains("exceeds 8 times"), "{error:#}");
}

#[test]
fn a_long_chain_of_objects_is_compared_to_its_end() {
    const LINKS: usize = 20_000;
    let chain = |last: &str| {
        let link = |number| {
            let next = if number + 1 < LINKS { reference(format!("T{}", number + 1)) } else { json!({"type": last}) };
            json!({"type": "object", "properties": {"next": next}})
        };
        document(&reference("T0"), &named(LINKS, link))
    };
    assert_eq!(schema_count(&import(&chain("string")).unwrap()), LINKS);
    let changes = xtask_diff::compare(&chain("string"), &chain("integer"));
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].place, format!("T{}.next", LINKS - 1));
}

#[test]
fn circles_of_different_lengths_are_compared_once_around() {
    let inline = |next: Value| json!({"type": "object", "properties": {"next": next}});
    let after_one = document(&reference("T"), &json!({"T": inline(reference("T"))}));
    // The names are never met at the same time: one circle is named at every odd step, the other one at every even
    // step.
    let odd = document(&reference("T"), &json!({"T": inline(inline(reference("T")))}));
    let even = document(&inline(reference("T")), &json!({"T": inline(inline(reference("T")))}));
    for (old, new) in [(&after_one, &odd), (&odd, &even), (&even, &odd)] {
        assert!(!xtask_diff::compare(old, new).is_empty());
    }
    let nullable = json!({"allOf": [reference("T")], "nullable": true});
    let parent = document(&reference("T"), &json!({"T": inline(nullable)}));
    assert_eq!(xtask_diff::compare(&parent, &parent), []);
}

#[test]
fn parts_that_are_shared_at_every_level_are_put_together_once() {
    for keyword in ["allOf", "oneOf", "anyOf"] {
        let level = |number: usize| match number.checked_sub(1) {
            None => json!({"type": "object", "properties": {"a": {"type": "string"}}}),
            Some(before) => {
                let before = reference(format!("T{before}"));
                json!({keyword: [before, before], "properties": {format!("p{number}"): {"type": "string"}}})
            }
        };
        let diamonds = document(&reference("T199"), &named(200, level));
        // What is only a part of something is not there on its own.
        let left = if keyword == "allOf" { 1 } else { 200 };
        assert_eq!(schema_count(&import(&diamonds).unwrap()), left, "{keyword}");
        assert_eq!(xtask_diff::compare(&diamonds, &diamonds), [], "{keyword}");
    }
}

#[test]
fn merged_parts_in_a_cycle_end() {
    let with = |name: &str| json!({"allOf": [reference(name), {"properties": {"x": {"type": "string"}}}]});
    let node = |other: &str| {
        json!({"type": "object", "properties": {
            "left": with(other), "right": {"type": "array", "items": with("Node")},
        }})
    };
    let tree = document(&reference("Node"), &json!({"Node": node("Leaf"), "Leaf": node("Node")}));
    let imported = import(&tree).unwrap();
    let left = &imported["components"]["schemas"]["NodeLeft"]["properties"];
    assert_eq!((&left["left"], &left["x"]), (&reference("LeafLeft"), &json!({"type": "string"})));
}

#[test]
fn long_chains_of_schemas_of_one_property_are_merged_to_their_ends() {
    const LINKS: usize = 5_000;
    let link = |chain: &str, number: usize| {
        let next =
            if number + 1 < LINKS { reference(format!("{chain}{}", number + 1)) } else { json!({"type": "string"}) };
        (format!("{chain}{number}"), json!({"type": "object", "properties": {chain: {"type": "string"}, "next": next}}))
    };
    let mut schemas: Map<_, _> =
        ["A", "B"].iter().flat_map(|chain| (0..LINKS).map(|number| link(chain, number))).collect();
    let part = |first: &str| json!({"properties": {"p": reference(first)}});
    schemas.insert("Thing".to_owned(), json!({"allOf": [part("A0"), part("B0")]}));
    let imported = import(&document(&reference("Thing"), &schemas.into())).unwrap();
    assert_eq!(schema_count(&imported), LINKS + 1);
    assert_eq!(imported["components"]["schemas"]["ThingP"]["properties"].as_object().unwrap().len(), 3);
}

#[test]
fn unions_of_one_property_that_are_their_own_alternatives_are_merged() {
    let level = |number: usize| {
        let next = reference(format!("T{}", (number + 1) % 100));
        json!({"oneOf": [next, next, {"type": "object", "properties": {"a": {"type": "string"}}}]})
    };
    let mut schemas = named(100, level);
    let part = |property: Value| json!({"properties": {"p": property}});
    let own = json!({"type": "object", "properties": {"b": {"type": "string"}}});
    schemas["Thing"] = json!({"allOf": [part(reference("T0")), part(own)]});
    let imported = import(&document(&reference("Thing"), &schemas)).unwrap();
    let merged = &imported["components"]["schemas"]["ThingP"]["properties"];
    assert_eq!(merged.as_object().unwrap().len(), 2);
}

#[test]
fn what_is_shared_by_too_many_is_rejected() {
    let large = json!({"type": "object", "properties": named(2_000, |_| json!({"type": "string"}))});
    let mut schemas = named(2_000, |_| json!({"allOf": [reference("Large"), {"properties": {"own": {}}}]}));
    schemas["Large"] = large;
    let response = json!({"oneOf": (0..2_000).map(|number| reference(format!("T{number}"))).collect::<Vec<_>>()});
    let error = import(&document(&response, &schemas)).unwrap_err();
    assert!(format!("{error:#}").contains("exceeds 8 times"), "{error:#}");
}

#[test]
fn many_properties_and_many_values_are_read() {
    const MANY: usize = 50_000;
    let names: Vec<String> = (0..MANY).map(|number| format!("n{number}")).collect();
    let large = json!({"allOf": [
        {"type": "object", "properties": named(MANY, |_| json!({"type": "string"})), "required": names},
        {"type": "object", "properties": {"level": {"type": "string", "enum": names}}, "required": names},
    ]});
    let large = document(&reference("Large"), &json!({"Large": large}));
    let imported = import(&large).unwrap();
    let schemas = &imported["components"]["schemas"];
    assert_eq!(schemas["Large"]["required"].as_array().unwrap().len(), MANY);
    assert_eq!(schemas["LargeLevel"]["enum"].as_array().unwrap().len(), MANY);
    assert_eq!(xtask_diff::compare(&large, &large), []);
}

#[test]
fn many_schemas_of_one_name_are_numbered() {
    const MANY: usize = 3_000;
    let mut numbered = document(&json!({"type": "string"}), &json!({}));
    let parameter = |number: usize| {
        // Names that differ as names of arguments, and not as names of types.
        let name: String = (0..13).map(|bit| if number >> bit & 1 == 1 { "1_" } else { "1" }).collect();
        json!({"in": "query", "name": format!("x{name}1"), "schema": {"type": "string", "enum": ["a"]}})
    };
    numbered["paths"]["/things"]["get"]["parameters"] = (0..MANY).map(parameter).collect();
    let imported = import(&numbered).unwrap();
    assert_eq!(schema_count(&imported), MANY);
    assert!(imported["components"]["schemas"].get(format!("GetThingsX11111111111111{MANY}")).is_some());
}

#[test]
fn many_schemas_that_all_have_new_names_are_told() {
    const MANY: usize = 20_000;
    let of = |prefix: &str| {
        let all = named(MANY, |_| json!({"type": "string"}));
        let schemas: Map<_, _> =
            all.as_object().unwrap().iter().map(|(name, schema)| (format!("{prefix}{name}"), schema.clone())).collect();
        let response = json!({"oneOf": schemas.keys().map(reference).collect::<Vec<_>>()});
        document(&response, &Value::Object(schemas))
    };
    let changes = xtask_diff::compare(&of("Old"), &of("New"));
    assert_eq!(changes.len(), MANY);
    assert!(changes.iter().all(|change| change.kind.to_string().starts_with("the name was Old")));
}
