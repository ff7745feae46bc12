use serde_json::{Value, json};

use super::*;

/// A document of one operation that sends one schema and gets another back.
fn document(sent: Value, received: Value) -> Value {
    let reference = |name: &str| json!({"content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}});
    json!({
        "paths": {"/things/{id}": {"put": {
            "operationId": "put_thing",
            "parameters": [{"in": "path", "name": "id", "required": true, "schema": {"type": "string"}}],
            "requestBody": reference("Sent"),
            "responses": {"200": reference("Received"), "4XX": {"description": "failed"}},
        }}},
        "components": {"schemas": {"Sent": sent, "Received": received}},
    })
}

fn base() -> Value {
    let thing = json!({
        "type": "object", "required": ["name"],
        "properties": {"name": {"type": "string"}, "level": {"type": "string", "enum": ["low", "high"]}},
    });
    document(thing.clone(), thing)
}

/// The changes that a change to the base document makes: class, side and whether published crates break.
fn verdicts(change: impl FnOnce(&mut Value)) -> Vec<(Class, Side, bool)> {
    let (old, mut new) = (base(), base());
    change(&mut new);
    compare(&old, &new).into_iter().map(|change| (change.class, change.side, change.breaks_published)).collect()
}

/// The verdict on a change to what is sent, and on the same change to what comes back.
fn both(change: impl Fn(&mut Value)) -> [Vec<(Class, bool)>; 2] {
    ["Sent", "Received"].map(|name| {
        let verdicts = verdicts(|document| change(&mut document["components"]["schemas"][name]));
        verdicts.into_iter().map(|(class, _, wire)| (class, wire)).collect()
    })
}

const BREAKING: (Class, bool) = (Class::Breaking, false);
const BREAKING_NOW: (Class, bool) = (Class::Breaking, true);
const ADDITIVE: (Class, bool) = (Class::Additive, false);
const PATCH: (Class, bool) = (Class::Documentation, false);

#[test]
fn a_document_does_not_differ_from_itself() {
    assert_eq!(compare(&base(), &base()), []);
}

#[test]
fn what_is_sent_and_what_comes_back_are_judged_apart() {
    let string = || json!({"type": "string"});
    for (what, verdict, change) in [
        (
            "a required property is new",
            [BREAKING_NOW, ADDITIVE],
            (&|schema: &mut Value| {
                schema["properties"]["new"] = string();
                schema["required"] = json!(["name", "new"]);
            }) as &dyn Fn(&mut Value),
        ),
        ("an optional property is new", [ADDITIVE, ADDITIVE], &|schema| schema["properties"]["new"] = string()),
        ("a required property is gone", [BREAKING, BREAKING_NOW], &|schema| {
            schema["properties"].as_object_mut().unwrap().remove("name");
            schema["required"] = json!([]);
        }),
        ("an optional property is gone", [BREAKING, BREAKING], &|schema| {
            schema["properties"].as_object_mut().unwrap().remove("level");
        }),
        ("a property is required now", [BREAKING_NOW, BREAKING], &|schema| {
            schema["required"] = json!(["name", "level"])
        }),
        ("a property is optional now", [BREAKING, BREAKING_NOW], &|schema| schema["required"] = json!([])),
        ("a required property may be null", [BREAKING, BREAKING_NOW], &|schema| {
            schema["properties"]["name"]["nullable"] = json!(true);
        }),
        ("an optional property may be null", [PATCH, PATCH], &|schema| {
            schema["properties"]["level"]["nullable"] = json!(true);
        }),
        ("a value is new", [ADDITIVE, ADDITIVE], &|schema| {
            schema["properties"]["level"]["enum"] = json!(["low", "high", "critical"]);
        }),
        ("a value is gone", [BREAKING_NOW, BREAKING], &|schema| schema["properties"]["level"]["enum"] = json!(["low"])),
        ("a type changed", [BREAKING_NOW, BREAKING_NOW], &|schema| {
            schema["properties"]["name"]["type"] = json!("integer")
        }),
        ("a format changed", [BREAKING_NOW, BREAKING_NOW], &|schema| {
            schema["properties"]["name"]["format"] = json!("uuid")
        }),
        ("a constraint changed", [PATCH, PATCH], &|schema| schema["properties"]["name"]["maxLength"] = json!(9)),
        ("a default changed", [PATCH, PATCH], &|schema| schema["properties"]["name"]["default"] = json!("x")),
        ("a description changed", [PATCH, PATCH], &|schema| schema["description"] = json!("d")),
        ("a property is deprecated", [ADDITIVE, ADDITIVE], &|schema| {
            schema["properties"]["name"]["deprecated"] = json!(true);
        }),
    ] {
        let found = both(change);
        for (side, (found, expected)) in ["sent", "received"].iter().zip(found.iter().zip(verdict)) {
            assert_eq!(found, &[expected], "{what}, {side}");
        }
    }
}

#[test]
fn what_is_read_leniently_is_documentation() {
    let lenient = |shape: &str| {
        let mut document = base();
        document["components"]["schemas"]["Received"]["properties"]["name"] = json!({"type": shape, "x-lenient": true});
        document
    };
    let classes =
        |old: &Value, new: &Value| compare(old, new).into_iter().map(|change| change.class).collect::<Vec<_>>();
    assert_eq!(classes(&lenient("array"), &lenient("string")), [Class::Documentation]);
    assert_eq!(classes(&base(), &lenient("string")), [Class::Breaking]);
}

/// The verdicts on a change of one property, while it is sent and while it comes back.
fn of_property(old: Value, new: Value) -> [Vec<(Class, bool)>; 2] {
    let with = |property: &Value| json!({"type": "object", "properties": {"a": property}});
    let changes = |sent: [&Value; 2], received: [&Value; 2]| {
        let [old, new] = [0, 1].map(|index| document(with(sent[index]), with(received[index])));
        compare(&old, &new).into_iter().map(|change| (change.class, change.breaks_published)).collect()
    };
    [changes([&old, &new], [&old, &old]), changes([&old, &old], [&old, &new])]
}

#[test]
fn what_a_list_or_a_map_holds_is_judged() {
    let list = |items: Value| json!({"type": "array", "items": items});
    let map = |values: Value| json!({"type": "object", "additionalProperties": values});
    let nullable = |mut schema: Value| {
        schema["nullable"] = json!(true);
        schema
    };
    for (old, new, sent, received) in [
        (list(json!({})), list(json!({"type": "string"})), BREAKING, BREAKING),
        (map(json!(true)), map(json!({"type": "string"})), BREAKING, BREAKING),
        (map(json!({"type": "string"})), map(json!({})), BREAKING, BREAKING),
        // An object of which nothing is known is a map, too.
        (json!({"type": "object"}), map(json!({"type": "string"})), BREAKING, BREAKING),
        (list(json!({})), nullable(list(json!({}))), BREAKING, BREAKING_NOW),
        (nullable(map(json!(true))), map(json!(true)), BREAKING, BREAKING),
        (json!({"type": "string"}), nullable(json!({"type": "string"})), PATCH, PATCH),
    ] {
        assert_eq!(of_property(old.clone(), new.clone()), [vec![sent], vec![received]], "{old} -> {new}");
    }
}

#[test]
fn an_object_that_gets_its_first_property_or_refuses_others_is_another_type() {
    let object = json!({"type": "object"});
    let first = json!({"type": "object", "properties": {"b": {"type": "string"}}});
    let closed = json!({"type": "object", "properties": {"b": {"type": "string"}}, "additionalProperties": false});
    for (old, new) in [(&object, &first), (&first, &object), (&first, &closed), (&closed, &first)] {
        for verdicts in of_property(old.clone(), new.clone()) {
            assert!(verdicts.iter().any(|(class, _)| *class == Class::Breaking), "{old} -> {new}");
        }
    }
}

#[test]
fn a_type_that_no_answer_leads_to_is_compared_as_well() {
    let with = |failure: Value| {
        let mut document = base();
        document["components"]["schemas"]["Failure"] = failure;
        document
    };
    let old =
        with(json!({"type": "object", "properties": {"message": {"type": "string"}, "code": {"type": "integer"}}}));
    let new = with(json!({"type": "object", "properties": {"code": {"type": "integer"}}}));
    let changes = compare(&old, &new);
    let told: Vec<_> = changes.iter().map(|change| (change.class, change.place.as_str())).collect();
    assert_eq!(told, [(Class::Breaking, "Failure.message")]);
}

#[test]
fn order_means_nothing() {
    assert_eq!(
        verdicts(|document| document["components"]["schemas"]["Sent"]["properties"]["level"]["enum"] =
            json!(["high", "low"])),
        []
    );
}

#[test]
fn changes_of_operations_are_judged() {
    use Class::{Additive, Breaking, Documentation};
    use Side::{Operation, Request, Response};
    fn put(document: &mut Value) -> &mut Value {
        &mut document["paths"]["/things/{id}"]["put"]
    }
    let query =
        |required: bool| json!({"in": "query", "name": "q", "required": required, "schema": {"type": "string"}});
    let path = json!({"in": "path", "name": "id", "required": true, "schema": {"type": "string"}});

    assert_eq!(verdicts(|d| d["paths"] = json!({})), [(Breaking, Operation, true)]);
    assert_eq!(
        verdicts(|d| d["paths"]["/new"] = json!({"get": {"operationId": "get_new"}})),
        [(Additive, Operation, false)]
    );
    assert_eq!(verdicts(|d| put(d)["operationId"] = json!("set_thing")), [(Breaking, Operation, false)]);
    assert_eq!(verdicts(|d| put(d)["summary"] = json!("s")), [(Documentation, Operation, false)]);
    assert_eq!(verdicts(|d| put(d)["deprecated"] = json!(true)), [(Additive, Operation, false)]);
    assert_eq!(verdicts(|d| put(d)["parameters"] = json!([path, query(true)])), [(Breaking, Request, true)]);
    assert_eq!(verdicts(|d| put(d)["parameters"] = json!([path, query(false)])), [(Breaking, Request, false)]);
    assert_eq!(
        verdicts(|d| {
            put(d).as_object_mut().unwrap().remove("requestBody");
        }),
        [(Breaking, Request, false)]
    );
    assert_eq!(verdicts(|d| put(d)["requestBody"]["required"] = json!(true)), [(Breaking, Request, false)]);
    assert_eq!(
        verdicts(|d| put(d)["responses"]["201"] = json!({"description": "made"})),
        [(Breaking, Response, false)]
    );
    assert_eq!(
        verdicts(|d| put(d)["responses"]["5XX"] = json!({"description": "failed"})),
        [(Documentation, Response, false)]
    );
    assert_eq!(
        verdicts(|d| put(d)["responses"]["4XX"] = json!({"description": "f"})),
        [(Documentation, Response, false)]
    );
}

#[test]
fn another_name_of_a_path_parameter_is_not_seen_by_users() {
    let renamed = base().to_string().replace("{id}", "{thing_id}").replace(r#""name":"id""#, r#""name":"thing_id""#);
    let changes = compare(&base(), &serde_json::from_str(&renamed).unwrap());
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].class, Class::Documentation);
}

#[test]
fn a_schema_of_another_name_is_one_change_and_not_two() {
    let renamed = base().to_string().replace("Received", "Answer");
    let changes = compare(&base(), &serde_json::from_str(&renamed).unwrap());
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!((changes[0].class, changes[0].place.as_str()), (Class::Breaking, "Answer"));
}

#[test]
fn schemas_that_refer_to_themselves_come_to_an_end() {
    let recursive = |property: &str| {
        let thing = json!({"type": "object", "properties": {property: {"$ref": "#/components/schemas/Sent"}}});
        document(thing.clone(), thing)
    };
    assert_eq!(compare(&recursive("next"), &recursive("next")), []);
    assert!(!compare(&recursive("next"), &recursive("previous")).is_empty());
}

#[test]
fn what_is_a_part_of_several_schemas_is_told_for_each_of_them() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let of = |errors: Value| {
        let received = json!({"type": "object", "properties": {"a": reference("A"), "b": reference("B")}});
        let mut document = document(json!({}), received);
        let schemas = &mut document["components"]["schemas"];
        let whole = json!({"allOf": [reference("Base"), {"properties": {"own": {"type": "string"}}}]});
        schemas["A"] = whole.clone();
        schemas["B"] = whole;
        schemas["Notes"] = json!({"type": "array", "items": {"type": "string"}});
        schemas["Base"] = json!({"type": "object", "properties": {"errors": errors}});
        document
    };
    let changes = compare(&of(json!({"type": "array", "items": {"type": "integer"}})), &of(reference("Notes")));
    let retyped: Vec<_> = changes.iter().filter(|change| change.what.contains("the type was")).collect();
    assert_eq!(
        retyped.iter().map(|change| change.place.as_str()).collect::<Vec<_>>(),
        ["A.errors[]", "B.errors[]", "Base.errors[]"]
    );
}

#[test]
fn the_report_leads_with_the_verdict() {
    let mut new = base();
    new["paths"] = json!({});
    let changes = compare(&base(), &new);
    let text = text(&changes);
    assert!(text.starts_with("it breaks users") && text.contains("PUT /things/{id}: the operation is gone"), "{text}");
    let json: Value = serde_json::from_str(&json(&changes).unwrap()).unwrap();
    assert_eq!(json["class"], "breaking");
    assert_eq!(json["changes"][0]["breaks_published"], true);
    assert_eq!(super::text(&[]), "nothing changed\n");
}

#[test]
fn another_type_of_the_same_shape_is_another_type() {
    let of = |name: &str, wrapped: bool| {
        let reference = json!({"$ref": format!("#/components/schemas/{name}")});
        let part = if wrapped { json!({"allOf": [reference], "description": "d"}) } else { reference };
        let mut document = document(json!({}), json!({"type": "object", "properties": {"part": part}}));
        for name in ["A", "B"] {
            document["components"]["schemas"][name] =
                json!({"type": "object", "properties": {"a": {"type": "string"}}});
        }
        document
    };
    for (old, new) in [(of("A", false), of("B", false)), (of("A", true), of("B", true))] {
        let changes = compare(&old, &new);
        assert_eq!(changes.len(), 1, "{changes:?}");
        assert_eq!((changes[0].class, changes[0].place.as_str()), (Class::Breaking, "Received.part"));
    }
    let changes = compare(&of("A", false), &of("A", true));
    assert!(changes.iter().all(|change| change.class == Class::Documentation), "{changes:?}");
}
