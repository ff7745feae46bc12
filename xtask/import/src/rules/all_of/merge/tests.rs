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

/// What becomes of the schemas of a document in which several parts have a property, and what is lost.
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
        let held = |properties| json!({"type": of, keyword: object(properties)});
        let (schemas, _) = merged(&[held(&["a"]), held(&["b"])], json!({}));
        assert_eq!(schemas["Thing"]["properties"]["p"], json!({"type": of, keyword: reference(name)}));
        assert_eq!(schemas[name], object(&["a", "b"]));
    }
}

#[test]
fn the_branch_of_a_union_that_has_the_type_of_the_other_schema_is_taken() {
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
fn a_schema_that_describes_all_that_the_others_do_keeps_its_name() {
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
fn the_last_type_of_a_property_says_whether_it_may_be_null() {
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
fn schemas_that_refer_back_to_themselves_are_merged_once() {
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
fn lists_that_are_their_own_items_are_merged_once() {
    let list = |name: &str| json!({"type": "array", "items": reference(name), "minItems": name.len()});
    let others = json!({"A": list("A"), "B": list("BB"), "BB": list("B")});
    let (schemas, _) = merged(&[reference("A"), reference("B")], others);
    assert_eq!(schemas.as_object().unwrap().len(), 5);
}

#[test]
fn a_branch_that_was_taken_is_not_replaced_by_another_one() {
    let union = json!({"anyOf": [{"type": "object"}, {"type": "array"}]});
    let (schemas, loss) =
        merged(&[union, json!({"type": "array", "items": object(&["a"])}), object(&["b"])], json!({}));
    assert_eq!((&schemas["Thing"]["properties"]["p"], loss), (&object(&["b"]), Loss::Widens));
}

#[test]
fn what_contradicts_within_a_property_is_reported_with_its_name() {
    let part = |kind: &str| with_property(json!({"type": "array", "items": {"type": kind}}));
    let document = json!({"components": {"schemas": {"Thing": {"allOf": [part("string"), part("integer")]}}}});
    let (document, applied) = apply_rule(&OBJECTS, document);
    let items = &document["components"]["schemas"]["Thing"]["properties"]["p"]["items"];
    assert_eq!(items, &json!({"type": "integer"}));
    assert_eq!(applied[0].what, "2 parts are merged; of p.items, only what the last part says is kept");
}
