//! Tests of merged values.

use super::super::super::{apply_rule, losses, run};
use super::*;

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn document(thing: Value) -> Value {
    json!({"components": {"schemas": {
        "Kinds": {"type": "string", "title": "Kinds", "description": "d", "enum": ["a", "b"]},
        "Object": {"type": "object", "properties": {"a": {"type": "string"}}},
        "Words": {"description": "d"},
        "Flag": {"type": "boolean", "enum": [true, false]},
        "Thing": thing,
    }}})
}

/// The schema after the rule, and the loss of the only change.
fn merged(thing: Value) -> (Value, Loss) {
    let (mut fixed, lost) = losses(&VALUES, document(thing.clone()));
    assert_eq!(lost.len(), 1, "{thing}");
    (fixed["components"]["schemas"]["Thing"].take(), lost[0])
}

fn assert_unchanged(thing: Value) {
    assert_eq!(run(&VALUES, document(thing.clone())), (document(thing), 0));
}

#[test]
fn parts_that_only_annotate_a_type_are_merged() {
    for of in ["boolean", "integer", "number", "object", "string"] {
        let whole = |part: Value| json!({"type": of, "allOf": [part]});
        assert_eq!(merged(whole(json!({}))), (json!({"type": of}), Loss::Lossless));
        let limited = json!({"type": of, "minimum": 1, "nullable": true});
        assert_eq!(merged(whole(json!({"minimum": 1, "nullable": true}))), (limited, Loss::Lossless));
    }
    let list = json!({"type": "array", "items": {"type": "string"}, "allOf": [{"description": "d"}]});
    let fixed = json!({"type": "array", "items": {"type": "string"}, "description": "d"});
    assert_eq!(merged(list), (fixed, Loss::Lossless));
}

#[test]
fn integers_and_numbers_are_integers() {
    let (integer, number) = (json!({"type": "integer"}), json!({"type": "number", "maximum": 9}));
    let fixed = json!({"type": "integer", "maximum": 9});
    for parts in [[&integer, &number], [&number, &integer]] {
        assert_eq!(merged(json!({"allOf": parts})), (fixed.clone(), Loss::Lossless));
    }
}

#[test]
fn last_type_overrides_earlier_types_and_scalars() {
    let object = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
    let uuid = json!({"type": "string", "format": "uuid", "enum": ["a"]});
    let list = json!({"type": "array", "items": {"type": "string"}, "nullable": true});
    for (parts, expected) in [
        ([&object, &json!({"type": "integer"})], object.clone()),
        ([&json!({"type": "boolean"}), &json!({"type": "integer"})], json!({"type": "integer"})),
        ([&uuid, &json!({"type": "integer", "format": "int64"})], json!({"type": "integer", "format": "int64"})),
        ([&object, &list], list.clone()),
        (
            [&json!({"type": "integer", "format": "int64"}), &json!({"enum": ["a"]})],
            json!({"type": "string", "enum": ["a"]}),
        ),
    ] {
        assert_eq!(merged(json!({"allOf": parts})), (expected, Loss::Widens), "{parts:?}");
    }
    for part in [json!({"type": "integer"}), json!({"type": "array", "items": {"type": "string"}})] {
        let mut whole = object.clone();
        whole["allOf"] = json!([part]);
        assert_eq!(merged(whole), (object.clone(), Loss::Widens));
    }
    let applied = apply_rule(&VALUES, document(json!({"allOf": [object, {"type": "integer"}]}))).1;
    assert_eq!(applied[0].what, "merged its parts; ignored parts of another type than object");
}

#[test]
fn contradictory_formats_are_dropped() {
    let of = |format: &str| json!({"type": "string", "format": format});
    assert_eq!(merged(json!({"allOf": [of("uri"), of("email")]})), (json!({"type": "string"}), Loss::Widens));
    assert_eq!(merged(json!({"allOf": [of("uri"), of("uri")]})), (of("uri"), Loss::Lossless));
    assert_eq!(merged(json!({"type": "string", "allOf": [{"format": "uri"}]})), (of("uri"), Loss::Lossless));
    let applied = apply_rule(&VALUES, document(json!({"allOf": [of("uri"), of("email")]}))).1;
    assert_eq!(applied[0].what, "merged its parts; dropped its format, which differs between parts");
}

#[test]
fn items_of_several_lists_are_merged() {
    let list = |items: Value| json!({"type": "array", "items": items});
    let (mut fixed, lost) = losses(
        &VALUES,
        document(json!({"allOf": [list(json!({"type": "number"})), list(json!({"type": "integer"}))]})),
    );
    let expected = list(json!({"type": "integer"}));
    assert_eq!((fixed["components"]["schemas"]["Thing"].take(), lost), (expected, vec![Loss::Lossless; 2]));
    let texts = list(json!({"type": "string"}));
    for parts in [[texts.clone(), list(json!({}))], [texts.clone(), list(json!({"type": "string", "example": "a"}))]] {
        let (fixed, loss) = merged(json!({"allOf": parts}));
        assert_eq!((&fixed["items"]["type"], loss), (&json!("string"), Loss::Lossless));
    }
    let map = |others: Value| json!({"type": "object", "additionalProperties": others});
    let mut closed = map(json!(false));
    closed["allOf"] = json!([map(json!({"type": "string"}))]);
    assert_eq!(merged(closed), (map(json!(false)), Loss::Widens));
}

#[test]
fn enum_lists_the_values_of_all_parts_or_else_those_of_the_last_part() {
    let listed = |values: Value| json!({"type": "string", "enum": values});
    for (parts, own, expected, loss) in [
        (vec![listed(json!(["a", "b"])), listed(json!(["b", "c"]))], json!(["c", "b"]), json!(["b"]), Loss::Lossless),
        (vec![listed(json!(["a", "b"]))], json!(["c"]), json!(["c"]), Loss::Widens),
        (vec![reference("Kinds")], json!(["b"]), json!(["b"]), Loss::Lossless),
        (vec![json!({"description": "d"})], json!(["a"]), json!(["a"]), Loss::Lossless),
    ] {
        let (fixed, lost) = merged(json!({"allOf": parts, "enum": own}));
        assert_eq!(
            (&fixed["type"], &fixed["enum"], fixed.get("title"), lost),
            (&json!("string"), &expected, None, loss)
        );
    }
}

#[test]
fn keywords_that_repeat_a_named_part_are_dropped() {
    for (part, beside, loss) in [
        ("Kinds", json!({"enum": ["b", "a"]}), Loss::Lossless),
        ("Kinds", json!({"enum": ["c", "b", "a"]}), Loss::Lossless),
        ("Kinds", json!({"enum": []}), Loss::Widens),
        ("Object", json!({"enum": [{}], "type": "object"}), Loss::Widens),
        ("Object", json!({"enum": ["a"]}), Loss::Widens),
    ] {
        let mut whole = json!({"allOf": [reference(part)], "nullable": true});
        let expected = whole.clone();
        whole.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
        assert_eq!(merged(whole), (expected, loss), "{beside}");
    }
}

#[test]
fn objects_are_merged_only_if_their_parts_contradict_each_other() {
    assert_unchanged(json!({"allOf": [reference("Object"), {"required": ["a"]}]}));
    assert_unchanged(json!({"allOf": [reference("Object")], "additionalProperties": false}));
    assert_unchanged(json!({"allOf": [reference("Object")], "properties": {"a": {"type": "string"}}}));
    let parts = json!([reference("Object"), {"required": ["a"]}, {"properties": {"a": {"type": "integer"}}}]);
    let fixed = json!({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]});
    assert_eq!(merged(json!({"allOf": parts})), (fixed, Loss::Widens));
}

#[test]
fn aliases_annotations_and_unions_are_not_merged() {
    assert_unchanged(json!({"allOf": [reference("Kinds"), {"description": "d"}], "type": "string"}));
    assert_unchanged(json!({"allOf": [reference("Words"), {"nullable": true}], "minimum": 1}));
    let union = json!({"allOf": [reference("Kinds"), {"anyOf": [{"type": "string"}, {"type": "integer"}]}]});
    assert_unchanged(union.clone());
    let mut listed = union.clone();
    listed["enum"] = json!(["a"]);
    assert_eq!(merged(listed), (union, Loss::Widens));
}

#[test]
fn lists_that_contain_each_other_are_merged_to_a_depth() {
    let both = json!({"allOf": [reference("A"), reference("B")]});
    let mut recursive = document(both.clone());
    recursive["components"]["schemas"]["A"] = json!({"type": "array", "items": reference("B")});
    recursive["components"]["schemas"]["B"] = json!({"type": "array", "items": both});
    let (fixed, applied) = apply_rule(&VALUES, recursive);
    let cut: Vec<_> =
        applied.iter().filter(|applied| applied.what.starts_with("replaced its `allOf` by the last")).collect();
    assert_eq!((cut.len(), cut[0].loss), (2, Loss::Widens));
    assert!(!fixed.to_string().contains("allOf"));
}

#[test]
fn named_part_is_kept_if_no_other_part_changes_its_values() {
    let (kinds, object) = (reference("Kinds"), reference("Object"));
    assert_unchanged(json!({"allOf": [kinds, {"type": "string", "readOnly": true}], "type": "string"}));
    assert_unchanged(json!({"allOf": [{"type": "string", "minLength": 1}, kinds]}));
    let flag = json!({"allOf": [reference("Flag")]});
    assert_unchanged(json!({"allOf": [reference("Flag"), {"enum": [true]}]}));
    let listed = json!({"allOf": [reference("Flag")], "enum": [true]});
    assert_eq!(merged(listed.clone()), (flag, Loss::Widens));
    let applied = apply_rule(&VALUES, document(listed)).1;
    assert_eq!(applied[0].what, "replaced its `allOf` by one of the parts; ignored enum beside it");
    for (parts, expected, loss) in [
        (
            json!([kinds, {"enum": ["a", "b", "c"], "title": "t"}]),
            json!({"allOf": [kinds], "title": "t"}),
            Loss::Lossless,
        ),
        (json!([object, kinds]), json!({"allOf": [object]}), Loss::Widens),
        (json!([{"allOf": [kinds]}, object]), json!({"allOf": [object]}), Loss::Widens),
    ] {
        assert_eq!(merged(json!({"allOf": parts})), (expected, loss));
    }
}
