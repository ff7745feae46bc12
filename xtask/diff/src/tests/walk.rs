//! The walk through two documents.

use serde_json::{Value, json};

use super::super::{Change, Class, Side, compare};
use super::{base, content, edited, object, reference, text};

fn places(changes: &[Change]) -> Vec<&str> {
    changes.iter().map(|change| change.place.as_str()).collect()
}

#[test]
fn recursive_schemas_are_compared_once() {
    let recursive = |property: &str| {
        let thing = json!({"type": "object", "properties": {property: reference("@")}});
        edited(base(), &[("@", Some(thing))], "Sent")
    };
    let knot = |text: &Value| {
        let parts = json!([reference("@"), {"properties": {"x": text}}]);
        let knot = json!({"type": "object", "properties": {"next": {"allOf": parts}}});
        edited(base(), &[("@", Some(knot))], "Sent")
    };
    assert_eq!(compare(&knot(&text()), &knot(&text())), []);
    assert_eq!(places(&compare(&knot(&text()), &knot(&json!({})))), ["Sent.next.x"]);
    assert_eq!(compare(&recursive("next"), &recursive("next")), []);
    assert_eq!(places(&compare(&recursive("next"), &recursive("previous"))), ["Sent.next", "Sent.previous"]);
}

#[test]
fn part_of_several_schemas_is_reported_for_each_of_them() {
    let of = |errors: Value| {
        let whole = json!({"allOf": [reference("Base"), {"properties": {"own": text()}}]});
        let edits = [
            ("@/properties/a", Some(reference("A"))),
            ("@/properties/b", Some(reference("B"))),
            ("A", Some(whole.clone())),
            ("B", Some(whole)),
            ("Notes", Some(json!({"type": "array", "items": text()}))),
            ("Base", Some(json!({"type": "object", "properties": {"errors": errors}}))),
        ];
        edited(base(), &edits, "Received")
    };
    let changes = compare(&of(json!({"type": "array", "items": {"type": "integer"}})), &of(reference("Notes")));
    let retyped: Vec<_> =
        changes.into_iter().filter(|change| change.kind.to_string().contains("the type was")).collect();
    assert_eq!(places(&retyped), ["A.errors[]", "B.errors[]", "Base.errors[]"]);
}

#[test]
fn type_that_no_response_uses_is_compared() {
    let of = |failure: Value| edited(base(), &[("Failure", Some(failure))], "");
    let changes = compare(
        &of(object("code")),
        &of(json!({"type": "object", "required": ["code"], "properties": {"code": text()}})),
    );
    assert_eq!((changes[0].class, places(&changes)), (Class::Breaking, vec!["Failure.b"]));
    assert_eq!(changes.len(), 1);
}

#[test]
fn nullable_type_is_reported_at_each_of_its_uses() {
    for required in ["part", "worded"] {
        let of = |nullable: bool| {
            let edits = [("@/required/-", Some(json!(required))), ("@Part/nullable", Some(json!(nullable)))];
            edited(base(), &edits, "Received")
        };
        let changes = compare(&of(false), &of(true));
        // The other of the two is an optional property, where published crates read null as absent.
        for change in &changes {
            assert_eq!(change.breaks_published, change.place.ends_with(required), "{required}: {}", change.place);
        }
        assert_eq!(places(&changes), ["Received.part", "Received.worded"], "{required}");
    }
}

#[test]
fn schema_with_a_format_is_reported_if_its_use_in_responses_changes() {
    let of = |response: &str| {
        let mut document = base();
        let schemas = &mut document["components"]["schemas"];
        schemas["SentPart"]["properties"]["at"] = json!({"type": "string", "format": "date-time"});
        schemas["ReceivedPart"]["properties"]["at"] = json!({"type": "string", "format": "date-time"});
        schemas["Received"]["properties"]["shared"] = super::reference(response);
        document
    };
    let (before, after) = (of("ReceivedPart"), of("SentPart"));
    for (old, new, what) in
        [(&before, &after, "a response uses it now"), (&after, &before, "no response uses it any more")]
    {
        let changes = compare(old, new);
        let found: Vec<_> = changes.iter().filter(|change| change.kind.to_string().starts_with(what)).collect();
        assert_eq!((found.len(), found[0].place.as_str(), found[0].class), (1, "SentPart", Class::Breaking), "{what}");
        let surfaces = [old, new].map(super::surface::surface);
        let diff = surfaces[0].compare(&surfaces[1]);
        assert!(format!("{diff:?}").contains("SentPart.at"), "{diff:?}");
    }
}

#[test]
fn renamed_path_parameter_is_documentation() {
    for path in ["/things/{id}", "/things/{id}.json"] {
        let with = |name: &str| -> Value {
            let document = base().to_string().replace("/things/{id}", path);
            let document = document.replace("{id}", &format!("{{{name}}}"));
            serde_json::from_str(&document.replace(r#""name":"id""#, &format!(r#""name":"{name}""#))).unwrap()
        };
        let mut renamed = with("thing_id");
        let new_path = path.replace("{id}", "{thing_id}");
        renamed["paths"][&new_path]["description"] = json!("d");
        renamed["paths"][&new_path]["put"]["summary"] = json!("s");
        let changes = compare(&with("id"), &renamed);
        let reported: Vec<_> =
            changes.iter().map(|change| (change.class, change.place.as_str(), change.kind.to_string())).collect();
        let operation = format!("PUT {new_path}");
        let parameter = format!("{operation}, path parameter thing_id");
        let expected = [
            (new_path.as_str(), "description changed"),
            (operation.as_str(), "summary changed"),
            (parameter.as_str(), "the name was id and is thing_id"),
        ];
        assert_eq!(reported, expected.map(|(place, what)| (Class::Documentation, place, what.to_owned())));
    }
}

#[test]
fn change_of_text_beside_a_path_parameter_is_another_route() {
    let with =
        |path: &str| -> Value { serde_json::from_str(&base().to_string().replace("/things/{id}", path)).unwrap() };
    let changes = compare(&with("/things/{id}.json"), &with("/things/{id}.xml"));
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (changes[0].kind.to_string(), changes[0].breaks_published),
        ("the route was PUT /things/{id}.json and is PUT /things/{id}.xml".to_owned(), true)
    );
}

#[test]
fn body_behind_a_reference_is_compared() {
    let of = |name: &str| {
        let edits = [
            ("/components/requestBodies", Some(json!({"Shared": {"content": content(name)}}))),
            ("PUT/requestBody", Some(json!({"$ref": "#/components/requestBodies/Shared"}))),
        ];
        edited(base(), &edits, "")
    };
    let changes = compare(&of("SentCat"), &of("SentDog"));
    assert_eq!(changes[0].kind.to_string(), "the type name was SentCat and is SentDog");
    assert!(places(&changes).iter().all(|place| place.starts_with("PUT /things/{id}, body")), "{changes:?}");
}

#[test]
fn removed_operations_with_one_id_are_reported_separately() {
    let operation = base()["paths"]["/things"]["get"].clone();
    let item = || Some(json!({"get": operation}));
    let old = edited(base(), &[("/paths/~1more", item()), ("/paths/~1others", item())], "");
    assert_eq!(places(&compare(&old, &base())), ["GET /more", "GET /others"]);
}

#[test]
fn change_of_a_request_schema_is_reported_through_every_kind_of_use() {
    let leaf = reference("Leaf");
    let places = [
        ("a list", json!({"type": "array", "items": leaf})),
        ("a map", json!({"type": "object", "additionalProperties": leaf})),
        ("other properties", json!({"type": "object", "properties": {"a": text()}, "additionalProperties": leaf})),
        ("an alternative", json!({"oneOf": [leaf, text()]})),
        ("alternatives without names", json!({"oneOf": [leaf, text(), text()]})),
        ("a list in a map", json!({"type": "object", "additionalProperties": {"type": "array", "items": leaf}})),
        ("a part", json!({"allOf": [{"properties": {"leaf": leaf}}, {"properties": {"a": text()}}]})),
        ("a name for a name", reference("Name")),
        ("a union with a name", reference("Union")),
    ];
    for (what, place) in places {
        let of = |leaf: Value| {
            let edits = [
                ("Leaf", Some(leaf)),
                ("Name", Some(reference("Leaf"))),
                ("Union", Some(json!({"oneOf": [{"type": "array", "items": reference("Leaf")}, text()]}))),
                ("Sent/properties/place", Some(place.clone())),
            ];
            edited(base(), &edits, "")
        };
        let changes = compare(&of(json!({"type": "object", "properties": {"x": text()}})), &of(object("new")));
        let reported: Vec<_> =
            changes.iter().map(|change| (change.side, change.breaks_published, change.place.as_str())).collect();
        assert!(reported.contains(&(Side::Request, true, "Leaf.new")), "{what}: {reported:?}");
    }
}

#[test]
fn change_of_a_schema_of_both_sides_is_reported_for_each_side() {
    let of = |part: Value| {
        let edits = [("Both", Some(part)), ("Sent/properties/part", Some(reference("Both")))];
        edited(edited(base(), &edits, ""), &[("Received/properties/part", Some(reference("Both")))], "")
    };
    let changes = compare(&of(object("a")), &of(json!({"type": "object", "properties": {"a": text(), "b": text()}})));
    let reported: Vec<_> =
        changes.iter().map(|change| (change.place.as_str(), change.side, change.breaks_published)).collect();
    assert_eq!(reported, [("Both.a", Side::Request, false), ("Both.a", Side::Response, true)]);
}

#[test]
fn title_of_a_named_type_is_documentation() {
    let changes = compare(&base(), &edited(base(), &[("Failure/title", Some(json!("Other")))], ""));
    let reported: Vec<_> = changes.iter().map(|change| (change.class, change.kind.to_string())).collect();
    assert_eq!(reported, [(Class::Documentation, "title changed".to_owned())]);
}

#[test]
fn replaced_type_is_reported_at_each_of_its_uses() {
    let of = |name: &str| {
        let success = json!({"description": "d", "content": content(name)});
        edited(base(), &[("GET/responses/200", Some(success.clone())), ("PUT/responses/200", Some(success))], "")
    };
    let gone = |change: &&Change| change.kind.to_string() == "the required property is gone";
    let changes: Vec<_> = compare(&of("ReceivedCat"), &of("ReceivedDog"));
    let gone: Vec<_> = changes.iter().filter(gone).map(|change| change.place.as_str()).collect();
    assert_eq!(gone, ["GET /things, 200.claws", "PUT /things/{id}, 200.claws"]);
}
