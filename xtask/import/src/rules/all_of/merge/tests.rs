//! Tests of merged parts.

use super::super::super::{apply_rule, losses};
use super::super::OBJECTS;
use super::*;

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn with_property(schema: Value) -> Value {
    json!({"type": "object", "properties": {"p": schema}})
}

fn object(properties: &[&str]) -> Value {
    let properties: Map<_, _> = properties.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
    json!({"type": "object", "properties": properties})
}

/// The schemas of a document in which several parts have one property, after merging, and the largest loss.
fn merged(parts: &[Value], others: Value) -> (Value, Loss) {
    let parts: Vec<_> = parts.iter().cloned().map(with_property).collect();
    let mut document = json!({"components": {"schemas": {"Thing": {"allOf": parts}}}});
    document["components"]["schemas"].as_object_mut().unwrap().extend(others.as_object().cloned().unwrap_or_default());
    let (mut document, lost) = losses(&OBJECTS, document);
    (document["components"]["schemas"].take(), lost.into_iter().max().unwrap())
}

#[test]
fn objects_of_one_property_are_merged_at_every_depth() {
    let deep = |properties: &[&str]| json!({"type": "object", "properties": {"deep": object(properties)}, "required": properties});
    let (schemas, loss) = merged(&[deep(&["a"]), deep(&["b"])], json!({}));
    assert_eq!(schemas["Thing"]["properties"]["p"], reference("ThingP"));
    let inner = json!({"type": "object", "properties": {"deep": reference("ThingPDeep")}, "required": ["a", "b"]});
    assert_eq!((&schemas["ThingP"], &schemas["ThingPDeep"], loss), (&inner, &object(&["a", "b"]), Loss::Lossless));
}

#[test]
fn items_and_values_of_one_property_are_merged() {
    for (keyword, name, of) in [("items", "ThingPItem", "array"), ("additionalProperties", "ThingPValue", "object")] {
        let containing = |properties| json!({"type": of, keyword: object(properties)});
        let (schemas, _) = merged(&[containing(&["a"]), containing(&["b"])], json!({}));
        assert_eq!(schemas["Thing"]["properties"]["p"], json!({"type": of, keyword: reference(name)}));
        assert_eq!(schemas[name], object(&["a", "b"]));
    }
}

#[test]
fn union_is_narrowed_to_the_branch_with_the_type_of_the_other_schema() {
    let free = |kind: &str| json!({"type": kind, "nullable": true});
    let union = json!({"anyOf": [free("object"), free("array"), free("string")]});
    let text = json!({"type": "string", "format": "uuid"});
    for (others, expected, loss) in [
        ([union.clone(), reference("Other")], reference("Other"), Loss::Lossless),
        ([reference("Other"), union.clone()], reference("Other"), Loss::Lossless),
        ([json!({"type": "array", "items": {}}), reference("List")], reference("List"), Loss::Lossless),
        ([union.clone(), text.clone()], text, Loss::Lossless),
        (
            [reference("Other"), json!({"enum": [null], "nullable": true})],
            json!({"enum": [null], "nullable": true}),
            Loss::Widens,
        ),
        ([union.clone(), json!({"type": "integer"})], json!({"type": "integer"}), Loss::Widens),
        ([json!({"oneOf": [object(&["a"]), object(&["b"])]}), reference("Other")], reference("Other"), Loss::Widens),
    ] {
        let (schemas, lost) =
            merged(&others, json!({"Other": object(&["x"]), "List": {"type": "array", "items": object(&["y"])}}));
        assert_eq!((&schemas["Thing"]["properties"]["p"], lost), (&expected, loss), "{others:?}");
    }
}

#[test]
fn schema_that_covers_all_others_keeps_its_name() {
    let others = json!({
        "Base": object(&["a"]), "Derived": {"allOf": [reference("Base"), object(&["b"])]}, "Any": {"type": "object"},
    });
    for (parts, expected) in [
        ([reference("Base"), reference("Derived")], reference("Derived")),
        ([reference("Derived"), reference("Base")], reference("Derived")),
        ([reference("Any"), reference("Base")], reference("Base")),
        ([json!({"type": "object", "properties": object(&["a"])["properties"]}), reference("Base")], reference("Base")),
        (
            [json!({"type": "object", "anyOf": [{"type": "object"}, {"type": "string"}]}), reference("Base")],
            reference("Base"),
        ),
        (
            [json!({"nullable": true, "description": "d"}), reference("Base")],
            json!({"allOf": [reference("Base")], "nullable": true}),
        ),
        (
            [reference("Base"), json!({"readOnly": true, "description": "d"})],
            json!({"allOf": [reference("Base")], "readOnly": true, "description": "d"}),
        ),
    ] {
        let (schemas, loss) = merged(&parts, others.clone());
        assert_eq!((&schemas["Thing"]["properties"]["p"], loss), (&expected, Loss::Lossless), "{parts:?}");
    }
}

#[test]
fn last_type_of_a_property_decides_whether_it_is_nullable() {
    let list = |items: Value, nullable: bool| json!({"type": "array", "items": items, "nullable": nullable});
    let mut never = list(json!({}), false);
    never.as_object_mut().unwrap().remove("nullable");
    for (parts, nullable) in [
        ([list(json!({}), true), never.clone()], None),
        ([never.clone(), list(json!({}), true)], Some(&json!(true))),
        ([never.clone(), json!({"nullable": true})], Some(&json!(true))),
        ([json!({"nullable": true}), never], Some(&json!(true))),
    ] {
        let (schemas, _) = merged(&parts, json!({}));
        assert_eq!(schemas["Thing"]["properties"]["p"].get("nullable"), nullable, "{parts:?}");
    }
}

#[test]
fn recursive_schemas_are_merged_once() {
    let node = |own: &str, next: &str| json!({"type": "object", "properties": {own: {"type": "string"}, "next": reference(next)}});
    let others = json!({"A": node("a", "A"), "B": node("b", "C"), "C": node("c", "B")});
    let (schemas, _) = merged(&[reference("A"), reference("B")], others);
    let names: Vec<_> = schemas.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["A", "B", "C", "Thing", "ThingP", "ThingPNext"]);
    assert_eq!(schemas["ThingP"]["properties"]["next"], reference("ThingPNext"));
    assert_eq!(schemas["ThingPNext"]["properties"]["next"], reference("ThingP"));
    assert_eq!(schemas["ThingPNext"]["properties"]["c"], json!({"type": "string"}));
}

#[test]
fn recursive_lists_are_merged_once() {
    let list = |name: &str| json!({"type": "array", "items": reference(name), "minItems": name.len()});
    let others = json!({"A": list("A"), "B": list("BB"), "BB": list("B")});
    let (schemas, _) = merged(&[reference("A"), reference("B")], others);
    assert_eq!(schemas.as_object().unwrap().len(), 5);
}

#[test]
fn narrowed_union_is_not_narrowed_to_another_branch() {
    let union = json!({"anyOf": [{"type": "object"}, {"type": "array"}]});
    let (schemas, loss) =
        merged(&[union, json!({"type": "array", "items": object(&["a"])}), object(&["b"])], json!({}));
    assert_eq!((&schemas["Thing"]["properties"]["p"], loss), (&object(&["b"]), Loss::Widens));
}

#[test]
fn contradiction_within_a_property_is_reported_with_its_path() {
    let part = |kind: &str| with_property(json!({"type": "array", "items": {"type": kind}}));
    let document = json!({"components": {"schemas": {"Thing": {"allOf": [part("string"), part("integer")]}}}});
    let (document, applied) = apply_rule(&OBJECTS, document);
    let items = &document["components"]["schemas"]["Thing"]["properties"]["p"]["items"];
    assert_eq!(items, &json!({"type": "integer"}));
    assert_eq!(applied[0].what, "merged 2 parts; for p.items, the last part overrides the earlier ones");
}

#[test]
fn single_part_with_keywords_is_reported_as_one_part() {
    let parts = [object(&["a"]), json!({"type": "object"})];
    let (_, applied) = apply_rule(&OBJECTS, json!({"components": {"schemas": {"Thing": {"allOf": parts}}}}));
    assert_eq!(applied[0].what, "merged 1 part");
}
