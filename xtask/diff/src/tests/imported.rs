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

#[test]
fn component_that_nothing_uses_is_not_compared() {
    let mut without = document(list(), object("a"));
    without["components"]["schemas"].as_object_mut().unwrap().remove("Unused");
    assert_eq!(class(&document(list(), object("a")), &without), None);
}
