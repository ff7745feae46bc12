//! Changes whose effect only an import shows.

use serde_json::{Value, json};

use super::super::{Class, compare, imported, worst};
use super::{object, reference, text};

/// A vendor's document: one operation with a query parameter, and a schema that it returns.
fn document(parameter: Value, thing: Value) -> Value {
    let content = json!({"application/json": {"schema": reference("Thing")}});
    let operation = json!({
        "operationId": "getThing",
        "parameters": [parameter],
        "responses": {"200": {"description": "d", "content": content}},
    });
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1"},
        "paths": {"/thing": {"get": operation}},
        "components": {"schemas": {"Thing": thing, "Unused": object("a")}},
    })
}

fn list() -> Value {
    json!({"in": "query", "name": "f", "schema": {"type": "array", "items": text()}})
}

fn class(old: &Value, new: &Value) -> Option<Class> {
    worst(&compare(&imported(old).unwrap(), &imported(new).unwrap()))
}

#[test]
fn value_or_property_that_clashes_in_rust_is_breaking() {
    let with = |thing: Value| document(list(), thing);
    let level = |values: Value| json!({"type": "object", "properties": {"level": {"type": "string", "enum": values}}});
    assert_eq!(class(&with(level(json!(["low"]))), &with(level(json!(["low", "Low"])))), Some(Class::Breaking));
    let properties = |names: &[&str]| {
        let properties: serde_json::Map<_, _> = names.iter().map(|name| ((*name).to_owned(), text())).collect();
        json!({"type": "object", "properties": properties})
    };
    let clash = class(&with(properties(&["foo_bar"])), &with(properties(&["foo_bar", "fooBar"])));
    assert_eq!(clash, Some(Class::Breaking));
}

#[test]
fn list_that_becomes_one_parameter_is_breaking_and_a_default_written_out_is_none() {
    let with = |explode: Value| {
        let mut parameter = list();
        parameter["explode"] = explode;
        document(parameter, object("a"))
    };
    let before = document(list(), object("a"));
    assert_eq!(class(&before, &with(json!(false))), Some(Class::Breaking));
    assert_eq!(class(&before, &with(json!(true))), None);
}

/// Two documents with an operation behind a reference, which takes another parameter in the second one.
fn behind_reference(required: bool, reference: &str) -> [Value; 2] {
    [false, true].map(|has_parameter| {
        let mut document = document(list(), object("a"));
        let mut item = json!({"get": {"operationId": "getMore", "responses": {"204": {"description": "d"}}}});
        if has_parameter {
            item["get"]["parameters"] = json!([{"in": "query", "name": "q", "required": required, "schema": text()}]);
        }
        document["x-items"] = json!({"/{more}": item, "next": {"$ref": "#/x-items/~1{more}"}});
        document["paths"]["/more"] = json!({"$ref": reference});
        document
    })
}

#[test]
fn parameter_of_a_path_item_behind_a_reference_is_reported() {
    let parameter = |kind: &str, breaks_published| {
        let place = "GET /more, query parameter q".to_owned();
        (Class::Breaking, place, format!("there is a new {kind} parameter"), breaks_published)
    };
    for reference in ["#/x-items/~1{more}", "#/x-items/~1%7Bmore%7D", "#/x-items/next"] {
        for (required, expected) in [(true, parameter("required", true)), (false, parameter("optional", false))] {
            let [old, new] = behind_reference(required, reference);
            let raw = compare(&old, &new);
            for changes in [&raw, &compare(&imported(&old).unwrap(), &imported(&new).unwrap())] {
                let first = &changes[0];
                let found = (first.class, first.place.clone(), first.kind.to_string(), first.breaks_published);
                assert_eq!(found, expected, "{reference}");
            }
        }
    }
}

#[test]
fn field_of_a_path_overrides_that_of_the_path_item_behind_its_reference() {
    let [mut old, mut new] = behind_reference(true, "#/x-items/~1{more}");
    for document in [&mut old, &mut new] {
        document["paths"]["/more"]["get"] = json!({"operationId": "own", "responses": {"204": {"description": "d"}}});
    }
    assert_eq!(class(&old, &new), None);
}

#[test]
fn path_item_whose_reference_has_no_target_cannot_be_imported() {
    for reference in ["#/paths/~1more", "#/x-items/nowhere", "items.json"] {
        let [document, _] = behind_reference(true, reference);
        let error = imported(&document).unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains(r#"the path "/more" is a reference"#), "{cause}");
        assert_eq!(compare(&document, &document), []);
    }
}

#[test]
fn component_that_nothing_uses_is_not_compared() {
    let mut without = document(list(), object("a"));
    without["components"]["schemas"].as_object_mut().unwrap().remove("Unused");
    assert_eq!(class(&document(list(), object("a")), &without), None);
}
