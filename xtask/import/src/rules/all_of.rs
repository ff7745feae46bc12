//! `allOf`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Log, Loss, Rule};
use crate::hoist::Names;
use xtask_document::naming::pascal;
use xtask_document::resolved::{References, ResolvedSchema, named, named_schemas, reference};
use xtask_document::walk::{escape, for_each_schema};

pub(super) const NESTED: Rule = Rule {
    name: "nested-all-of",
    why: "what goes into an `allOf` takes along what is nested in it; an `allOf` there would be put together again at every \
          place, and without an end if it leads back",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 18 schemas",
    loss: Loss::Lossless,
    apply: name_nested,
};

/// Gives a name to every `allOf` of objects that is nested in a schema that is a part of another one.
fn name_nested(document: &mut Value, log: &mut Log<'_>) {
    let (objects, parts, mut names) = (objects(document), named_parts(document), Names::of(document));
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten().filter(|(name, _)| parts.contains(name.as_str())) {
        let mut nested = Nested { objects: &objects, names: &mut names, log };
        nested.below(schema, &pascal(name), &format!("/components/schemas/{}", escape(name)));
    }
    names.insert(document);
}

/// The named schemas that are a part of another one.
fn named_parts(document: &mut Value) -> BTreeSet<String> {
    let mut parts = BTreeSet::new();
    for_each_schema(document, &mut |_, schema| {
        let named = schema.get("allOf").and_then(Value::as_array).into_iter().flatten().filter_map(reference);
        parts.extend(named.map(str::to_owned));
    });
    // A name may stand for another name.
    for part in parts.clone() {
        let mut next = named(document, &part).and_then(reference);
        while let Some(name) = next.filter(|name| parts.insert((*name).to_owned())) {
            next = named(document, name).and_then(reference);
        }
    }
    parts
}

/// The way through a named schema, to what is nested in it.
struct Nested<'n, 'l> {
    objects: &'n BTreeSet<String>,
    names: &'n mut Names,
    log: &'n mut Log<'l>,
}

impl Nested<'_, '_> {
    /// Gives names to what a schema consists of, called after it.
    fn below(&mut self, schema: &mut Value, name: &str, place: &str) {
        let Some(schema) = schema.as_object_mut() else { return };
        let is_put_together = is_all_of_objects(self.objects, schema);
        for (keyword, value) in schema {
            let place = format!("{place}/{keyword}");
            match keyword.as_str() {
                "properties" => {
                    for (property, schema) in value.as_object_mut().into_iter().flatten() {
                        let name = format!("{name}{}", pascal(property));
                        self.one(schema, &name, &format!("{place}/{}", escape(property)));
                    }
                }
                "items" => self.one(value, &format!("{name}Item"), &place),
                "additionalProperties" => self.one(value, &format!("{name}Value"), &place),
                "not" => self.one(value, &format!("{name}Not"), &place),
                "allOf" | "anyOf" | "oneOf" => {
                    for (index, branch) in value.as_array_mut().into_iter().flatten().enumerate() {
                        let place = format!("{place}/{index}");
                        if keyword == "allOf" && is_put_together {
                            self.below(branch, name, &place);
                        } else {
                            self.one(branch, &format!("{name}Variant{index}"), &place);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn one(&mut self, schema: &mut Value, name: &str, place: &str) {
        if schema.as_object().is_some_and(|schema| is_all_of_objects(self.objects, schema)) {
            let name = self.names.free(name);
            self.below(schema, &name, place);
            self.log.note(place, format!("it has the name {name}"));
            self.names.give(name, schema);
        } else {
            self.below(schema, name, place);
        }
    }
}

pub(super) const OBJECTS: Rule = Rule {
    name: "all-of-objects",
    why: "taken strictly, parts that contradict each other make types that no value can have; vendors mean that the later \
          part wins",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 2,193 schemas, 562 properties of several parts",
    loss: Loss::Widens,
    apply: merge_objects,
};

fn merge_objects(document: &mut Value, log: &mut Log<'_>) {
    let original = named_schemas(document);
    let (objects, references) = (objects(&original), References::of(&original));
    for_each_schema(document, &mut |place, schema| {
        // A document that is refused need not be put together.
        if log.too_large.is_none() && is_all_of_objects(&objects, schema) {
            let parts = schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
            let whole = Value::Object(std::mem::take(schema));
            let merged = ResolvedSchema::of(&references, &whole);
            if log.copy(place, || merged.size()) {
                *schema = merged.to_schema();
                schema.insert("type".to_owned(), Value::from("object"));
                log.note_loss(loss(&merged), place, format!("{parts} parts are one object{}", overridden(&merged)));
            }
        }
    });
}

/// What is lost by putting parts together: something, if a later part overrides an earlier one, or one limits the
/// properties of the others.
fn loss(merged: &ResolvedSchema<'_>) -> Loss {
    let is_closed = merged.get("additionalProperties").is_some_and(|others| *others != true && *others != json!({}));
    if merged.overridden().is_empty() && !is_closed { Loss::Lossless } else { Loss::Widens }
}

/// The most properties of one object that are named, if a later part overrides them.
const MOST_NAMED: usize = 10;

/// What is not there any more of earlier parts, in words.
fn overridden(merged: &ResolvedSchema<'_>) -> String {
    let names = merged.overridden();
    if names.is_empty() {
        return String::new();
    }
    let named: Vec<&str> = names.iter().copied().take(MOST_NAMED).collect();
    let others = match names.len().saturating_sub(named.len()) {
        0 => String::new(),
        others => format!(" and {others} others"),
    };
    format!("; of {}{others}, only what the last part says is kept", named.join(", "))
}

/// The named schemas that are objects: by themselves, or since all their parts are.
fn objects(document: &Value) -> BTreeSet<String> {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let (mut objects, mut found) = (BTreeSet::new(), Vec::new());
    // Those that are objects if so many others are, and which of them wait for whom.
    let (mut missing, mut waiting) = (BTreeMap::new(), BTreeMap::<_, Vec<_>>::new());
    for (name, schema) in schemas.into_iter().flatten() {
        let mut parts = Vec::new();
        let may_be = is_object(schema, &mut |part| {
            parts.push(part);
            true
        });
        match parts.len() {
            _ if !may_be => {}
            0 => found.push(name.as_str()),
            count => {
                missing.insert(name.as_str(), count);
                parts.into_iter().for_each(|part| waiting.entry(part).or_default().push(name.as_str()));
            }
        }
    }
    while let Some(name) = found.pop() {
        objects.insert(name.to_owned());
        for whole in waiting.remove(name).unwrap_or_default() {
            if let Some(count) = missing.get_mut(whole) {
                *count = count.saturating_sub(1);
                found.extend((*count == 0).then_some(whole));
            }
        }
    }
    objects
}

/// Whether a schema is an object, if it is known which named ones are.
fn is_object<'a>(schema: &'a Value, is_named_one: &mut dyn FnMut(&'a str) -> bool) -> bool {
    if let Some(name) = reference(schema) {
        return is_named_one(name);
    }
    let parts = schema.get("allOf").and_then(Value::as_array);
    schema.get("type").and_then(Value::as_str) == Some("object")
        || schema.get("properties").is_some()
        || parts.is_some_and(|parts| !parts.is_empty() && parts.iter().all(|part| is_object(part, is_named_one)))
}

/// Whether a schema consists of objects alone. One that is a single other schema with a few words added is left as it
/// is.
fn is_all_of_objects(objects: &BTreeSet<String>, schema: &Map<String, Value>) -> bool {
    let Some(parts) = schema.get("allOf").and_then(Value::as_array) else { return false };
    let alone = parts.len() == 1 && !schema.contains_key("properties");
    let is_object = |part| is_object(part, &mut |name| objects.contains(name));
    !alone && !parts.is_empty() && parts.iter().all(is_object)
}

#[cfg(test)]
mod tests {
    use super::super::{fire, losses, run};
    use super::*;

    #[test]
    fn objects_are_put_together_and_the_later_wins() {
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
    fn what_an_earlier_part_says_is_not_lost_without_a_word() {
        let typed = json!({"type": "string", "format": "uuid"});
        let document = |thing: Value| json!({"components": {"schemas": {"Thing": thing}}});
        let parts = json!({"allOf": [
            {"type": "object", "properties": {"id": typed, "name": typed}, "oneOf": [{"required": ["id"]}]},
            {"properties": {"id": {"readOnly": true}, "name": {"type": "integer"}}, "oneOf": [{"required": ["name"]}]},
        ], "type": "object"});
        let (mended, applied) = fire(&OBJECTS, document(parts));
        let id = json!({"type": "string", "format": "uuid", "readOnly": true});
        assert_eq!(mended["components"]["schemas"]["Thing"]["properties"]["id"], id);
        assert_eq!(
            applied.iter().map(|applied| applied.what.as_str()).collect::<Vec<_>>(),
            ["2 parts are one object; of name, oneOf, only what the last part says is kept"]
        );
        let many =
            |kind: &str| (0..20).map(|number| (format!("p{number}"), json!({"type": kind}))).collect::<Map<_, _>>();
        let parts = json!({"allOf": [{"properties": many("string")}, {"properties": many("integer")}]});
        let what = fire(&OBJECTS, document(parts)).1.remove(0).what;
        assert!(what.contains(" and 10 others, only"), "{what}");
    }

    #[test]
    fn parts_that_do_not_contradict_each_other_lose_nothing() {
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
    fn what_is_nested_in_a_part_has_a_name() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let of_node = json!({"allOf": [reference("node"), {"properties": {"x": {"type": "string"}}}]});
        let node = |child: Value| json!({"type": "object", "properties": {"child": child}});
        let document = json!({"components": {"schemas": {"node": node(of_node.clone())}}});
        let named = json!({"components": {"schemas": {"node": node(reference("NodeChild")), "NodeChild": of_node}}});
        assert_eq!(run(&NESTED, document), (named.clone(), 1));
        let child = json!({
            "type": "object",
            "properties": {"child": reference("NodeChild"), "x": {"type": "string"}},
        });
        let merged = json!({"components": {"schemas": {"node": node(reference("NodeChild")), "NodeChild": child}}});
        assert_eq!(run(&OBJECTS, named), (merged, 1));
        let in_no_part = json!({"components": {"schemas": {"other": node(of_node.clone()), "node": node(json!({}))}}});
        assert_eq!(run(&NESTED, in_no_part.clone()), (in_no_part, 0));
    }

    #[test]
    fn parts_that_are_shared_again_and_again_are_put_together_once() {
        let mut schemas = json!({"T0": {"type": "object", "properties": {"a": {"type": "string"}}}});
        for number in 1..12 {
            let before = json!({"$ref": format!("#/components/schemas/T{}", number - 1)});
            schemas[format!("T{number}")] = json!({"allOf": vec![before; 10]});
        }
        let (mended, fired) = run(&OBJECTS, json!({"components": {"schemas": schemas}}));
        assert_eq!((&mended["components"]["schemas"]["T11"], fired), (&mended["components"]["schemas"]["T0"], 11));
    }

    #[test]
    fn what_is_an_object_is_known_however_far_away_that_is_said() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let mut schemas = json!({
            "T0": {"type": "object"}, "Text": {"type": "string"},
            "Circle": {"allOf": [reference("Circle")]}, "Broken": {"allOf": [reference("T0"), reference("Nowhere")]},
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
    fn what_is_no_object_and_what_stands_alone_is_left() {
        for schema in [
            json!({"allOf": [{"type": "string"}, {"type": "string"}]}),
            json!({"allOf": [{"type": "object"}], "nullable": true}),
        ] {
            let document = json!({"components": {"schemas": {"Thing": schema}}});
            assert_eq!(run(&OBJECTS, document.clone()), (document, 0));
        }
    }
}
