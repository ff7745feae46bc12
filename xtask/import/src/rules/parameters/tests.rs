//! Tests of the rules for parameters.

use super::super::{losses, run};
use super::*;

fn document(path: &str, parameters: Value) -> Value {
    json!({"paths": {path: {"get": {"parameters": parameters}}}})
}

fn parameter(name: &str, schema: Value) -> Value {
    json!({"in": "path", "name": name, "schema": schema})
}

#[test]
fn ignored_header_parameter_is_dropped() {
    let header = |name: &str| json!({"in": "header", "name": name, "required": true, "schema": {"type": "string"}});
    let (x, query) = (header("X-Accept"), json!({"in": "query", "name": "Accept", "schema": {"type": "string"}}));
    let ignored = ["Accept", "content-type", "AUTHORIZATION"].map(header);
    let all = ignored.iter().chain([&x, &query]).collect::<Vec<_>>();
    let (rest, lost) = losses(&UNSENDABLE, document("/a", json!(all)));
    assert_eq!((rest, lost), (document("/a", json!([x, query])), vec![Loss::Lossless; 3]));
}

#[test]
fn header_parameter_with_a_name_that_no_header_can_have_is_dropped() {
    for (name, is_kept) in
        [("X-Trace_1.a", true), ("X Trace", false), ("X:Trace", false), ("Größe", false), ("", false)]
    {
        let header = json!({"in": "header", "name": name, "schema": {"type": "string"}});
        let (rest, lost) = losses(&UNSENDABLE, document("/a", json!([header])));
        let expected = if is_kept { (json!([header]), vec![]) } else { (json!([]), vec![Loss::Narrows]) };
        assert_eq!((rest, lost), (document("/a", expected.0), expected.1), "{name:?}");
    }
}

#[test]
fn unsendable_optional_parameter_is_dropped() {
    let text = json!({"type": "string"});
    let list = |items: &Value| json!({"type": "array", "items": items});
    let object = |value: &Value| json!({"type": "object", "properties": {"a": value}});
    let map = |value: &Value| json!({"type": "object", "additionalProperties": value});
    let is_kept = |parameter: Value| {
        let document = document("/a", json!([parameter]));
        losses(&UNSENDABLE, document.clone()) == (document, vec![])
    };
    let query = |schema: &Value| parameter_in("query", schema);
    let tags = &list(&text);
    for sendable in [
        &text,
        tags,
        &object(&text),
        &map(&text),
        &json!({}),
        &list(&json!({})),
        &json!({"type": "object"}),
        &json!({"oneOf": [text, list(tags)]}),
        &map(&json!({"oneOf": [text, tags]})),
        &map(&json!(true)),
    ] {
        assert!(is_kept(query(sendable)), "{sendable}");
    }
    for other in [
        &object(tags),
        &object(&object(&text)),
        &list(tags),
        &list(&object(&text)),
        &map(tags),
        &json!({"oneOf": [list(tags), map(tags)]}),
        &map(&json!({"type": "object"})),
    ] {
        assert!(!is_kept(query(other)), "{other}");
    }
    let mut joined = query(&list(tags));
    joined["explode"] = json!(false);
    assert!(is_kept(joined), "it becomes text");
    assert!(is_kept(parameter_in("header", &list(tags))), "it becomes text");
    let mut deep = query(&object(&text));
    deep["style"] = json!("deepObject");
    for other in [deep, parameter_in("cookie", &text), json!({"in": "query", "name": "p", "content": {}})] {
        let (rest, lost) = losses(&UNSENDABLE, document("/a", json!([other])));
        assert_eq!((rest, lost), (document("/a", json!([])), vec![Loss::Narrows]));
    }
}

#[test]
fn unsendable_optional_property_of_a_query_is_dropped() {
    let text = json!({"type": "string"});
    let list = json!({"type": "array", "items": text});
    let query = |schema: Value| document("/a", json!([parameter_in("query", &schema)]));
    let object = json!({"type": "object", "properties": {"a": text, "b": list}, "required": ["a"]});
    let part = query(json!({"type": "object", "properties": {"a": text}, "required": ["a"]}));
    assert_eq!(losses(&UNSENDABLE, query(object)), (part, vec![Loss::Narrows]));
    let required = json!({"type": "object", "properties": {"a": text, "b": list}, "required": ["b"]});
    assert_eq!(losses(&UNSENDABLE, query(required)), (document("/a", json!([])), vec![Loss::Narrows]));
}

#[test]
fn parameter_with_the_argument_name_of_another_one_is_dropped() {
    let [at, before, body] = ["At", "At<", "body"].map(|name| json!({"in": "query", "name": name, "schema": {}}));
    let with_body = |parameters: Value| {
        let mut document = document("/a", parameters);
        document["paths"]["/a"]["get"]["requestBody"] = json!({});
        document
    };
    let (rest, lost) = losses(&UNSENDABLE, with_body(json!([at, before, body])));
    assert_eq!((rest, lost), (with_body(json!([at])), vec![Loss::Narrows; 2]));
    assert_eq!(run(&UNSENDABLE, document("/a", json!([body]))), (document("/a", json!([body])), 0));
}

fn parameter_in(place: &str, schema: &Value) -> Value {
    json!({"in": place, "name": "p", "schema": schema})
}

#[test]
fn recursive_schemas_of_a_parameter_are_visited_once() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let of_schema = |schema: &Value| {
        let mut document = document("/a", json!([parameter_in("query", &reference("Schema"))]));
        document["components"] = json!({"schemas": {"Schema": schema}});
        document
    };
    let union = of_schema(&json!({"oneOf": [reference("Schema"), {"type": "string"}]}));
    assert_eq!(run(&UNSENDABLE, union.clone()), (union, 0));
    let text = json!({"type": "string"});
    let (_, lost) = losses(&UNSENDABLE, of_schema(&json!({"properties": {"a": text, "b": reference("Schema")}})));
    assert_eq!(lost, [Loss::Narrows], "it can be sent without the property");
    let mut levels = of_schema(&json!({"oneOf": [reference("T0"), reference("T0"), reference("T0")]}));
    for level in 0..40 {
        let next = reference(&format!("T{}", level + 1));
        levels["components"]["schemas"][format!("T{level}")] = json!({"oneOf": [next, next, next]});
    }
    levels["components"]["schemas"]["T40"] =
        json!({"type": "array", "items": {"type": "object", "properties": {"a": text}}});
    assert_eq!(losses(&UNSENDABLE, levels).1, [Loss::Narrows]);
}

#[test]
fn path_parameters_with_one_name_are_numbered() {
    let (id, other) = (parameter("id", json!({})), parameter("Id", json!({})));
    let fixed = document("/a/{id}/b/{Id_2}", json!([id, parameter("Id_2", json!({}))]));
    let two = document("/a/{id}/b/{Id}", json!([id, other]));
    assert_eq!(losses(&CLASHING_NAMES, two), (fixed, vec![Loss::Lossless]));
    let in_one_segment = document("/a/{id}.{Id}", json!([id, other]));
    let fixed = document("/a/{id}.{Id_2}", json!([id, parameter("Id_2", json!({}))]));
    assert_eq!(losses(&CLASHING_NAMES, in_one_segment), (fixed, vec![Loss::Lossless]));
    let twice = document("/a/{id}/b/{id}", json!([id, id]));
    let fixed = document("/a/{id}/b/{id_2}", json!([id, parameter("id_2", json!({}))]));
    assert_eq!(losses(&CLASHING_NAMES, twice), (fixed.clone(), vec![Loss::Widens]));
    let described_once = document("/a/{id}/b/{id}", json!([id]));
    assert_eq!(run(&CLASHING_NAMES, described_once), (fixed, 1));
}

#[test]
fn renamed_path_differs_from_every_other_path() {
    let item = |id: &str| json!({"get": {"operationId": id}});
    let paths =
        json!({"paths": {"/a/{id}/b/{Id}": item("x"), "/a/{id}/b/{Id_2}": item("y"), "/a/{id}/b/{Id_3}": item("z")}});
    let fixed =
        json!({"paths": {"/a/{id}/b/{Id_4}": item("x"), "/a/{id}/b/{Id_2}": item("y"), "/a/{id}/b/{Id_3}": item("z")}});
    assert_eq!(run(&CLASHING_NAMES, paths), (fixed, 1));
}

#[test]
fn path_parameter_is_renamed_if_a_query_parameter_has_its_name() {
    let query = json!({"in": "query", "name": "id"});
    let clash = document("/a/{id}", json!([parameter("id", json!({})), query]));
    let fixed = document("/a/{id_2}", json!([parameter("id_2", json!({})), query]));
    assert_eq!(run(&CLASHING_NAMES, clash), (fixed, 1));
}

#[test]
fn path_parameter_is_text() {
    let one = |schema: Value| document("/a/{id}", json!([parameter("id", schema)]));
    let text = json!({"type": "string"});
    for (schema, fixed, loss) in [
        (json!({"type": "object"}), text.clone(), Loss::Widens),
        (json!({"oneOf": [{"type": "integer"}, {"type": "boolean"}]}), text.clone(), Loss::Widens),
        (json!({"description": "d"}), text, Loss::Lossless),
        (
            json!({"type": "string", "enum": ["a", null], "nullable": true}),
            json!({"type": "string", "enum": ["a"]}),
            Loss::Lossless,
        ),
    ] {
        assert_eq!(losses(&WITHOUT_TEXT, one(schema)), (one(fixed), vec![loss]));
    }
    let number = document("/a/{id}", json!([parameter("id", json!({"type": "integer"}))]));
    assert_eq!(run(&WITHOUT_TEXT, number.clone()), (number, 0));
    let query =
        json!({"paths": {"/a": {"get": {"parameters": [{"in": "query", "name": "q", "schema": {"type": "object"}}]}}}});
    assert_eq!(run(&WITHOUT_TEXT, query.clone()), (query, 0));
}

#[test]
fn list_in_one_parameter_becomes_text() {
    let query = |explode: Option<bool>, schema: Value| {
        let mut parameter = json!({"in": "query", "name": "ids", "style": "form", "schema": schema});
        if let Some(explode) = explode {
            parameter["explode"] = json!(explode);
        }
        let list = json!({"type": "array", "items": {"type": "integer"}});
        json!({
            "paths": {"/a": {"get": {"parameters": [parameter]}}}, "components": {"schemas": {"Ids": list}},
        })
    };
    let list = json!({"$ref": "#/components/schemas/Ids"});
    let text = json!({"type": "string"});
    for schema in [&list, &json!({"type": "object"}), &json!({"oneOf": [list, text]})] {
        let fixed = query(Some(false), text.clone());
        assert_eq!(losses(&LIST_IN_ONE, query(Some(false), schema.clone())), (fixed, vec![Loss::Widens]));
    }
    for exploded in [query(None, list.clone()), query(Some(true), list), query(Some(false), json!({"type": "integer"}))]
    {
        assert_eq!(run(&LIST_IN_ONE, exploded.clone()), (exploded, 0));
    }
}
