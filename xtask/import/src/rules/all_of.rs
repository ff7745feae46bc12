//! `allOf`.

mod merge;
mod parts;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::merge::{At, Merger};
pub(super) use self::values::VALUES;
use super::{Log, Loss, Rule};
use crate::hoist::{SchemaNames, name_at, place_names};
use xtask_document::Fields;
use xtask_document::naming::pascal;
use xtask_document::resolved::References;
use xtask_document::schemas::{is_named, named, place_of, reference, schemas};
use xtask_document::walk::{for_each_outermost_schema, for_each_schema};

pub(super) const OBJECTS: Rule = Rule {
    name: "all-of-objects",
    why: "parts that contradict each other allow no value at all, strictly; vendors intend that the later part overrides \
          the earlier one",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 2,193 schemas; PagerDuty: properties of several parts in 8 operations",
    loss: Loss::Widens,
    apply: merge_objects,
};

fn merge_objects(document: &mut Value, log: &mut Log<'_>) {
    let original = document.clone();
    let (objects, shared, place_names) = (objects(&original), named_parts(document), place_names(&original));
    let references = References::of(&original);
    let mut merger = Merger::of(&references, &objects, SchemaNames::of(&original), log);
    // Schemas with fewer parts are merged first, so that a nested schema is named after the part that defines it.
    let mut named: Vec<_> =
        schemas(&original).iter().map(|(name, schema)| (merger.count(schema), name, schema)).collect();
    named.sort_by_key(|(parts, ..)| *parts);
    for (_, name, schema) in named {
        let at = At { name: pascal(name), place: place_of(name), is_shared: shared.contains(name) };
        let merged = merger.outermost(schema, &at);
        if let Some(schema) = document.pointer_mut(&at.place) {
            *schema = merged;
        }
    }
    for_each_outermost_schema(document, |place, schema| {
        if is_named(place) {
            return;
        }
        let at = At { name: name_at(place, &place_names), place: place.to_owned(), is_shared: false };
        if let Some(Value::Object(merged)) = original.pointer(place).map(|schema| merger.outermost(schema, &at)) {
            *schema = merged;
        }
    });
    merger.finish(document);
}

/// The named schemas that are a part of another one.
fn named_parts(document: &mut Value) -> BTreeSet<String> {
    let mut parts = BTreeSet::new();
    for_each_schema(document, &mut |_, schema| {
        let named = schema.list("allOf").iter().filter_map(reference);
        parts.extend(named.map(str::to_owned));
    });
    // A named schema may be a reference to another one.
    for part in parts.clone() {
        let mut next = named(document, &part).and_then(reference);
        while let Some(name) = next.filter(|name| parts.insert((*name).to_owned())) {
            next = named(document, name).and_then(reference);
        }
    }
    parts
}

/// The most overridden properties of one object that are named in the report.
const MOST_NAMED: usize = 10;

/// The overridden names, for the report.
fn overridden(names: &BTreeSet<String>) -> String {
    if names.is_empty() {
        return String::new();
    }
    let named: Vec<&str> = names.iter().map(String::as_str).take(MOST_NAMED).collect();
    let others = match names.len().saturating_sub(named.len()) {
        0 => String::new(),
        others => format!(" and {others} others"),
    };
    format!("; for {}{others}, the last part overrides the earlier ones", named.join(", "))
}

/// The named schemas that are objects, by themselves or because all their parts are.
fn objects(document: &Value) -> BTreeSet<String> {
    let (mut objects, mut pending) = (BTreeSet::new(), Vec::new());
    // The number of parts that are not known to be objects yet, by schema; and the schemas with a part, by the part.
    let (mut unknown_parts, mut wholes) = (BTreeMap::new(), BTreeMap::<_, Vec<_>>::new());
    for (name, schema) in schemas(document) {
        let mut parts = Vec::new();
        let may_be = is_object(schema, &mut |part| {
            parts.push(part);
            true
        });
        match parts.len() {
            _ if !may_be => {}
            0 => pending.push(name.as_str()),
            count => {
                unknown_parts.insert(name.as_str(), count);
                parts.into_iter().for_each(|part| wholes.entry(part).or_default().push(name.as_str()));
            }
        }
    }
    while let Some(name) = pending.pop() {
        objects.insert(name.to_owned());
        for whole in wholes.remove(name).unwrap_or_default() {
            if let Some(count) = unknown_parts.get_mut(whole) {
                *count = count.saturating_sub(1);
                pending.extend((*count == 0).then_some(whole));
            }
        }
    }
    objects
}

/// Whether a schema is an object. `is_named_object` decides for named schemas.
fn is_object<'a>(schema: &'a Value, is_named_object: &mut dyn FnMut(&'a str) -> bool) -> bool {
    if let Some(name) = reference(schema) {
        return is_named_object(name);
    }
    let parts = schema.list("allOf");
    schema.text("type") == Some("object")
        || schema.get("properties").is_some()
        || !parts.is_empty() && parts.iter().all(|part| is_object(part, is_named_object))
}

/// Whether a schema is merged: all its parts are objects. A schema that annotates a single other schema is not merged.
fn is_all_of_objects(objects: &BTreeSet<String>, schema: &Value) -> bool {
    let parts = schema.list("allOf");
    let is_annotated_part = parts.len() == 1 && schema.get("properties").is_none();
    let is_object = |part| is_object(part, &mut |name| objects.contains(name));
    !is_annotated_part && !parts.is_empty() && parts.iter().all(is_object)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::super::{apply_rule, losses, run};
    use super::*;

    #[test]
    fn later_part_overrides_earlier_parts() {
        let document = |thing: Value| {
            json!({"components": {"schemas": {
                "Base": {"type": "object", "properties": {"result": {"type": "string"}, "ok": {"type": "boolean"}}, "required": ["ok"]},
                "Thing": thing,
            }}})
        };
        let parts = json!({"allOf": [
            {"$ref": "#/components/schemas/Base"},
            {"properties": {"result": {"type": "integer"}}, "required": ["result"]},
        ]});
        let merged = json!({
            "type": "object",
            "properties": {"result": {"type": "integer"}, "ok": {"type": "boolean"}},
            "required": ["ok", "result"],
        });
        assert_eq!(run(&OBJECTS, document(parts)), (document(merged), 1));
    }

    #[test]
    fn overridden_properties_and_keywords_are_reported() {
        let typed = json!({"type": "string", "format": "uuid"});
        let document = |thing: Value| json!({"components": {"schemas": {"Thing": thing}}});
        let parts = json!({"allOf": [
            {"type": "object", "properties": {"id": typed, "name": typed}, "oneOf": [{"required": ["id"]}]},
            {"properties": {"id": {"readOnly": true}, "name": {"type": "integer"}}, "oneOf": [{"required": ["name"]}]},
        ], "type": "object"});
        let (fixed, applied) = apply_rule(&OBJECTS, document(parts));
        let id = json!({"type": "string", "format": "uuid", "readOnly": true});
        assert_eq!(fixed["components"]["schemas"]["Thing"]["properties"]["id"], id);
        assert_eq!(
            applied.iter().map(|applied| applied.what.as_str()).collect::<Vec<_>>(),
            ["merged 2 parts; for name, oneOf, the last part overrides the earlier ones"]
        );
        let many =
            |kind: &str| (0..20).map(|number| (format!("p{number}"), json!({"type": kind}))).collect::<Map<_, _>>();
        let parts = json!({"allOf": [{"properties": many("string")}, {"properties": many("integer")}]});
        let what = apply_rule(&OBJECTS, document(parts)).1.remove(0).what;
        assert!(what.contains(" and 10 others, the last part"), "{what}");
    }

    #[test]
    fn merging_parts_without_contradictions_is_lossless() {
        let one = |kind: &str| json!({"type": "object", "properties": {kind: {"type": "string"}}, "required": [kind]});
        let closed = |mut part: Value| {
            part["additionalProperties"] = json!(false);
            part
        };
        let mut other = one("a");
        other["properties"]["a"] = json!({"type": "integer"});
        for (parts, loss) in [
            ([one("a"), one("b")], Loss::Lossless),
            ([one("a"), one("a")], Loss::Lossless),
            ([one("a"), other], Loss::Widens),
            ([closed(one("a")), one("b")], Loss::Widens),
        ] {
            let document = json!({"components": {"schemas": {"Thing": {"allOf": parts}}}});
            assert_eq!(losses(&OBJECTS, document).1, [loss], "{parts:?}");
        }
    }

    #[test]
    fn nested_all_of_of_a_part_gets_a_name() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let of_node = json!({"allOf": [reference("node"), {"properties": {"x": {"type": "string"}}}]});
        let node = |child: Value| json!({"type": "object", "properties": {"child": child}});
        let document = json!({"components": {"schemas": {"node": node(of_node.clone()), "a": of_node.clone()}}});
        let child = json!({
            "type": "object",
            "properties": {"child": reference("NodeChild"), "x": {"type": "string"}},
        });
        let merged = json!({"components": {"schemas": {
            "node": node(reference("NodeChild")), "NodeChild": child, "a": child,
        }}});
        assert_eq!(run(&OBJECTS, document), (merged, 3));
        let in_no_part = json!({"components": {"schemas": {
            "other": node(json!({"allOf": [{"properties": {}}, {"properties": {}}]})),
        }}});
        let merged = json!({"components": {"schemas": {"other": node(json!({"type": "object"}))}}});
        assert_eq!(run(&OBJECTS, in_no_part), (merged, 1));
    }

    #[test]
    fn parts_that_are_shared_at_every_level_are_merged_once() {
        let mut schemas = json!({"T0": {"type": "object", "properties": {"a": {"type": "string"}}}});
        for number in 1..12 {
            let before = json!({"$ref": format!("#/components/schemas/T{}", number - 1)});
            schemas[format!("T{number}")] = json!({"allOf": vec![before; 10]});
        }
        let (fixed, count) = run(&OBJECTS, json!({"components": {"schemas": schemas}}));
        assert_eq!((&fixed["components"]["schemas"]["T11"], count), (&fixed["components"]["schemas"]["T0"], 11));
    }

    #[test]
    fn objects_are_found_at_the_end_of_long_chains() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let mut schemas = json!({
            "T0": {"type": "object"}, "Text": {"type": "string"},
            "Cycle": {"allOf": [reference("Cycle")]}, "Broken": {"allOf": [reference("T0"), reference("Nowhere")]},
        });
        // The names are in the order of the chain, or against it.
        for number in 1..100 {
            schemas[format!("T{number}")] = json!({"allOf": [reference(&format!("T{}", number - 1))]});
            schemas[format!("U{}", 100 - number)] = reference(&format!("U{}", 101 - number));
        }
        schemas["U100"] = json!({"allOf": [reference("T99"), reference("T99"), {"properties": {}}]});
        schemas["Mixed"] = json!({"allOf": [reference("U1"), reference("Text")]});
        let objects = objects(&json!({"components": {"schemas": schemas}}));
        assert_eq!(objects.len(), 200);
        assert!(objects.iter().all(|name| name.starts_with(['T', 'U']) && name != "Text"), "{objects:?}");
    }

    #[test]
    fn parts_that_are_no_objects_and_single_parts_are_not_merged() {
        for schema in [
            json!({"allOf": [{"type": "string"}, {"type": "string"}]}),
            json!({"allOf": [{"type": "object"}], "nullable": true}),
        ] {
            let document = json!({"components": {"schemas": {"Thing": schema}}});
            assert_eq!(run(&OBJECTS, document.clone()), (document, 0));
        }
    }
}
