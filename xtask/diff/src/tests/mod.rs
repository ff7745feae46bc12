//! The table of changes: each row has a change of a document and the expected report.
//!
//! The generator runs on the document before and after the change, and the public surfaces of the two clients are
//! compared. A row fails if the change is classified below its effect on code compiled against the client. A higher
//! class needs a run-time break of published crates, or a stated reason.

mod bodies;
mod discriminators;
mod envelopes;
mod imported;
mod operations;
mod properties;
mod row;
mod shapes;
mod surface;
mod types;
mod walk;

use serde_json::{Value, json};

use super::*;
use xtask_document::pointer::escape;

fn text() -> Value {
    json!({"type": "string"})
}

fn integer() -> Value {
    json!({"type": "integer"})
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// An object with a required property and an optional one.
fn object(required: &str) -> Value {
    json!({"type": "object", "required": [required], "properties": {required: text(), "b": text()}})
}

fn content(name: &str) -> Value {
    json!({"application/json": {"schema": reference(name)}})
}

/// A document with most of what a client can be made of: two operations, and what is sent has the shape of what comes
/// back.
pub(crate) fn base() -> Value {
    let mut document = json!({
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "2026-01-01"},
        "paths": {
            "/things": {"get": {
                "operationId": "list_things",
                "responses": {"200": {"description": "d", "content": {"application/json": {
                    "schema": {"type": "array", "items": reference("Received")},
                }}}},
            }},
            "/things/{id}": {
                "parameters": [{"in": "path", "name": "id", "required": true, "schema": text()}],
                "put": {
                    "operationId": "put_thing",
                    "parameters": [
                        {"in": "query", "name": "q", "schema": text()},
                        {"in": "query", "name": "r", "required": true, "schema": text()},
                        {"in": "header", "name": "X-Trace", "schema": text()},
                    ],
                    "requestBody": {"required": true, "content": content("Sent")},
                    "responses": {
                        "200": {"description": "d", "content": content("Received")},
                        "4XX": {"$ref": "#/components/responses/Failed"},
                    },
                },
            },
        },
        "components": {
            "responses": {"Failed": {"description": "d", "content": content("Failure")}},
            "schemas": {"Failure": {"type": "object", "properties": {"message": text()}}},
        },
    });
    let schemas = document["components"]["schemas"].as_object_mut().unwrap();
    for side in ["Sent", "Received"] {
        let part = |name: &str| reference(&format!("{side}{name}"));
        let thing = json!({
            "type": "object",
            "required": ["name", "level"],
            "properties": {
                "name": text(), "note": text(), "count": integer(), "weight": {"type": "number"}, "any": {},
                "level": {"type": "string", "enum": ["low", "high"]},
                "list": {"type": "array", "items": text()},
                "map": {"type": "object", "additionalProperties": text()},
                "part": part("Part"), "worded": {"allOf": [part("Part")], "description": "d"},
                "pet": {"oneOf": [part("Cat"), part("Dog"), integer()]},
                "inner": {"type": "object", "title": format!("{side}Inner"), "properties": {"x": text()}},
            },
        });
        schemas.insert(side.to_owned(), thing);
        for (name, property) in [("Part", "a"), ("Cat", "claws"), ("Dog", "barks")] {
            schemas.insert(format!("{side}{name}"), object(property));
        }
        schemas.insert(format!("{side}Options"), json!({"type": "object", "properties": {"o": text()}}));
        schemas[side]["properties"]["options"] = part("Options");
    }
    document
}

/// A document with something else at some places: JSON pointers, within the named schemas or one of the operations
/// unless they begin with a slash. An `@` stands for the side.
fn edited(mut document: Value, edits: &[(&str, Option<Value>)], side: &str) -> Value {
    for (place, value) in edits {
        let place = place.replace('@', side);
        let pointer = match place.split_once('/') {
            Some(("", _)) => place,
            Some(("GET", rest)) => format!("/paths/~1things/get/{rest}"),
            Some(("PUT", rest)) => format!("/paths/~1things~1{{id}}/put/{rest}"),
            _ => format!("/components/schemas/{place}"),
        };
        let value: Option<Value> =
            value.as_ref().map(|value| serde_json::from_str(&value.to_string().replace('@', side)).unwrap());
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let key = key.replace("~1", "/");
        match (document.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}")), value) {
            (Value::Array(array), Some(value)) => array.push(value),
            (Value::Array(array), None) => drop(array.remove(key.parse().unwrap())),
            (parent, Some(value)) => parent[&key] = value,
            (parent, None) => drop(parent.as_object_mut().unwrap().remove(&key).unwrap()),
        }
    }
    document
}

#[test]
fn a_document_does_not_differ_from_itself() {
    assert_eq!(compare(&base(), &base()), []);
}

#[test]
fn the_report_leads_with_the_class() {
    let changes = compare(&base(), &edited(base(), &[("/paths/~1things", None)], ""));
    let text = super::text(&changes);
    assert!(text.starts_with("breaking: code that uses the crates has to change"), "{text}");
    assert!(text.contains("GET /things: the operation is gone (published crates break at run time)"), "{text}");
    assert!(text.contains("\nbreaking (1)\n"), "{text}");
    let json: Value = serde_json::from_str(&json(&changes).unwrap()).unwrap();
    assert_eq!(json["class"], "breaking");
    assert_eq!(json["changes"][0]["breaks_published"], true);
    assert_eq!(super::text(&[]), "nothing changed\n");
}

#[test]
fn the_report_names_an_operation_or_a_schema_once_and_each_of_its_changes_below() {
    let edits = [
        ("/paths/~1things/description", Some(json!("d"))),
        ("GET/summary", Some(json!("s"))),
        ("PUT/summary", Some(json!("s"))),
        ("PUT/parameters/0/description", Some(json!("d"))),
        ("Received/description", Some(json!("d"))),
        ("Received/properties/list/items/description", Some(json!("d"))),
        ("ReceivedPart/properties/a/description", Some(json!("d"))),
        ("/info/title", Some(json!("Other"))),
    ];
    let text = super::text(&compare(&base(), &edited(base(), &edits, "")));
    let expected = "
documentation (8)
  /things: description changed
  GET /things: summary changed
  PUT /things/{id}
    summary changed
    query parameter q: description changed (request)
  Received
    description changed (response)
    .list[]: description changed (response)
  ReceivedPart.a: description changed (response)
  info: title changed
";
    assert_eq!(text.split_once('\n').unwrap().1, expected);
}

#[test]
fn every_edit_is_reported_and_none_panics() {
    /// What else is said leaves no other type.
    fn goes_without_saying(place: &str) -> bool {
        place.ends_with("/type") || place == "/info/version"
    }
    let document = base();
    let mut places = Vec::new();
    let mut pending = vec![(String::new(), &document)];
    while let Some((place, value)) = pending.pop() {
        let below = |(key, value)| (format!("{place}/{key}"), value);
        match value {
            Value::Object(object) => pending.extend(object.iter().map(|(key, value)| below((escape(key), value)))),
            Value::Array(array) => {
                pending.extend(array.iter().enumerate().map(|(at, value)| below((at.to_string(), value))))
            }
            _ => {}
        }
        places.push(place);
    }
    for place in places.iter().filter(|place| !place.is_empty()) {
        let (parent, key) = place.rsplit_once('/').unwrap();
        let mut without = document.clone();
        match without.pointer_mut(parent).unwrap() {
            Value::Array(array) => drop(array.remove(key.parse().unwrap())),
            object => drop(object.as_object_mut().unwrap().remove(&key.replace("~1", "/"))),
        }
        let mut with_another = document.clone();
        *with_another.pointer_mut(place).unwrap() = json!([{"other": 1}]);
        for other in [without, with_another] {
            let is_reported = !compare(&document, &other).is_empty() && !compare(&other, &document).is_empty();
            // A schema that is none says as little as an empty one.
            assert!(is_reported || goes_without_saying(place) || place.ends_with("/any"), "{place}: {other}");
        }
    }
}
