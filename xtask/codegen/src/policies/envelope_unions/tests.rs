//! Tests of unions of envelopes.

use serde_json::json;

use super::*;

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// An envelope with further properties.
fn envelope(properties: Value) -> Value {
    let mut all = json!({"success": {"type": "boolean"}, "errors": {"type": "array", "items": {}}});
    all.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
    json!({"type": "object", "required": ["success", "errors"], "properties": all})
}

fn list(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

/// The schema of a response after the policy.
fn applied(schema: &Value) -> Value {
    let thing = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}});
    let content = json!({"application/json": {"schema": reference("Alias")}});
    let mut document = json!({
        "paths": {"/things": {"get": {"responses": {"200": {"content": content}}}}},
        "components": {"schemas": {
            "Alias": reference("Union"), "Union": schema, "A": thing("a"), "B": thing("b"), "Common": envelope(json!({})),
        }},
    });
    apply(&mut document);
    assert_eq!(document["components"]["schemas"]["Alias"], reference("Union"));
    document["components"]["schemas"]["Union"].take()
}

/// The result of the envelope that a union of branches becomes.
fn result(branches: &Value) -> Value {
    let envelope = applied(&json!({"anyOf": branches}));
    assert_eq!(envelope["required"], json!(["success"]), "{envelope}");
    envelope["properties"]["result"].clone()
}

#[test]
fn union_of_envelopes_with_different_lists_is_an_envelope_with_one_list() {
    let branch = |name: &str| envelope(json!({"result": list(reference(name)), "result_info": {"type": "object"}}));
    let union = json!({"oneOf": [branch("A"), branch("B")], "description": "d"});
    let mut expected = envelope(json!({
        "result": list(json!({"oneOf": [reference("A"), reference("B")]})), "result_info": {"type": "object"},
    }));
    expected["required"] = json!(["success"]);
    expected["description"] = json!("d");
    assert_eq!(applied(&union), expected);
}

#[test]
fn result_is_nullable_if_a_success_envelope_has_none() {
    let of = |result: Value| envelope(json!({"result": result}));
    let failure = envelope(
        json!({"success": {"type": "boolean", "enum": [false]}, "result": {"type": "string", "nullable": true}}),
    );
    let nullable = json!({"allOf": [reference("A")], "nullable": true});
    for (branches, expected) in [
        (json!([of(reference("A")), reference("Common")]), nullable.clone()),
        (json!([of(reference("A")), of(nullable.clone())]), nullable),
        (json!([of(reference("A")), of(reference("A"))]), reference("A")),
        (json!([failure, of(reference("A"))]), reference("A")),
        (json!([of(reference("A")), {"properties": {"errors": {}, "messages": {}}}]), reference("A")),
        (json!([reference("Common"), failure]), Value::Null),
    ] {
        assert_eq!(result(&branches), expected, "{branches}");
    }
}

#[test]
fn part_of_an_envelope_refines_a_result_of_its_type() {
    let of = |result: Value| envelope(json!({"result": result}));
    let part = |result: Value| json!({"properties": {"result": result}});
    let any = json!({"type": "array", "items": {}, "nullable": true});
    let of_a = json!({"type": "array", "items": reference("A"), "nullable": true});
    let scalar = json!({"oneOf": [{"type": "object", "nullable": true}, {"type": "string", "nullable": true}]});
    for (branches, expected) in [
        (json!([of(any), part(list(reference("A")))]), of_a),
        (json!([of(json!({"type": "object"})), part(reference("A"))]), reference("A")),
        (json!([of(json!({})), part(reference("A"))]), json!({"allOf": [reference("A")], "nullable": true})),
        (
            json!([of(scalar), part(json!({"type": "object"}))]),
            json!({"oneOf": [{"type": "object"}, {"type": "string"}], "nullable": true}),
        ),
        (json!([of(list(json!({}))), of(list(reference("A")))]), list(json!({}))),
        (json!([of(reference("A")), part(reference("B"))]), json!({"oneOf": [reference("A"), reference("B")]})),
    ] {
        assert_eq!(result(&branches), expected, "{branches}");
    }
}

#[test]
fn result_beside_a_union_replaces_those_of_its_branches() {
    let branches = json!([envelope(json!({"result": {"type": "string", "nullable": true}})), envelope(json!({}))]);
    let around = json!({"properties": {"result": reference("A")}});
    let envelope = applied(&json!({"allOf": [{"oneOf": branches}, around]}));
    assert_eq!(envelope["properties"]["result"], reference("A"));
    assert!(envelope.get("allOf").is_none() && envelope.get("oneOf").is_none(), "{envelope}");
}

#[test]
fn success_beside_a_union_makes_an_envelope_of_its_parts() {
    let parts = json!([{"properties": {"result": reference("A")}}, {"required": ["errors"]}]);
    let envelope = applied(&json!({"allOf": [reference("Common"), {"oneOf": parts}]}));
    assert_eq!(envelope["properties"]["success"], json!({"type": "boolean"}));
    assert_eq!(envelope["properties"]["result"], json!({"allOf": [reference("A")], "nullable": true}));
}

#[test]
fn union_with_another_branch_is_not_changed() {
    let with_cursor = |of: &str| envelope(json!({"cursor": {"type": of}}));
    for union in [
        json!({"oneOf": [reference("Common"), {"type": "string"}]}),
        json!({"oneOf": [reference("Common"), {"type": "object"}]}),
        json!({"oneOf": [reference("Common"), reference("A")]}),
        json!({"oneOf": [reference("Common"), {"oneOf": [reference("Common")]}]}),
        json!({"oneOf": [reference("Common"), {"properties": {"success": {"type": "string"}}}]}),
        json!({"oneOf": [{"properties": {"result": {}}}, {"properties": {"errors": {}}}]}),
        json!({"oneOf": [with_cursor("string"), with_cursor("integer")]}),
        json!({"oneOf": [reference("Common")], "anyOf": [reference("Common")]}),
        json!({"oneOf": []}),
    ] {
        assert_eq!(applied(&union), union);
    }
    assert_eq!(applied(&json!({"oneOf": [with_cursor("string"), reference("Common")]}))["type"], "object");
}
