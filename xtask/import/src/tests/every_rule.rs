//! Every rule, in one import.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::Import;
use crate::rules::{self, Loss};
use crate::testing::things;

/// One change of each rule, by its name: its loss in the report, and its place.
const EXPECTED: [(&str, &str, &str); 35] = [
    ("all-of-objects", "widens", "/components/schemas/acme_whole"),
    ("all-of-values", "loses nothing", "/components/schemas/acme_whole/properties/subset"),
    ("body-without-schema", "narrows", "/paths/~1bodies/delete"),
    ("clashing-parameters", "loses nothing", "/paths/~1clash~1{id}~1{Id_2}"),
    ("clashing-properties", "widens", "/components/schemas/acme_whole/properties/clashing"),
    ("clashing-values", "widens", "/components/schemas/acme_whole/properties/signs"),
    ("discriminator-mapping", "loses nothing", "/components/schemas/acme_whole/allOf/2/properties/kind"),
    ("dropshot-extensions", "loses nothing", "/paths/~1parts/get"),
    ("enum-of-text-only", "widens", "/components/schemas/acme_whole/properties/success"),
    ("enum-without-other-limits", "loses nothing", "/components/schemas/acme_whole/properties/limited"),
    ("first-match", "narrows", "/components/schemas/acme_whole/properties/either"),
    ("format-of-no-scalar", "loses nothing", "/components/schemas/acme_whole/properties/flag"),
    ("free-form-body", "loses nothing", "/paths/~1bodies/post"),
    ("impossible-content", "loses nothing", "/paths/~1answers/get/responses/204"),
    ("inheritance", "loses nothing", "/components/schemas/acme_pet"),
    ("json-by-another-name", "loses nothing", "/paths/~1answers/delete/responses/default"),
    ("large-integers", "narrows", "/components/schemas/acme_whole/properties/large"),
    ("list-in-one-parameter", "widens", "/paths/~1parts/get"),
    ("media-type-parameters", "loses nothing", "/paths/~1parts/get/responses/200"),
    ("missing-type", "narrows", "/components/schemas/acme_whole/properties/untyped"),
    ("nullable-reference", "widens", "/components/schemas/acme_whole/allOf/2/properties/pet"),
    ("odd-media-type", "widens", "/paths/~1bodies/patch"),
    ("one-body-type", "narrows", "/paths/~1bodies/put"),
    ("one-response-type", "narrows", "/paths/~1answers/get/responses/200"),
    ("one-success", "narrows", "/paths/~1answers/get"),
    ("one-success-schema", "loses nothing", "/paths/~1answers/get/responses/201"),
    ("parameter-without-text", "widens", "/paths/~1clash~1{id}~1{Id_2}/get"),
    ("response-without-schema", "loses nothing", "/paths/~1bodies/post/responses/200"),
    ("shared-parts", "loses nothing", "/paths/~1clash~1{id}~1{Id}/parameters/0"),
    ("success-by-default", "loses nothing", "/paths/~1answers/delete"),
    ("union-of-one-scalar", "widens", "/components/schemas/acme_whole/properties/address"),
    ("union-without-shape", "loses nothing", "/components/schemas/acme_whole/properties/count"),
    ("unsendable-parameter", "narrows", "/paths/~1parts/get"),
    ("unsupported-operation", "drops operations", "/paths/~1parts/post"),
    ("wrong-default", "narrows", "/components/schemas/acme_whole/properties/wrong"),
];

/// A document with every defect that the rules correct.
#[allow(clippy::too_many_lines, reason = "the document is one literal")]
fn vendors() -> Value {
    let content = |media_type: &str, schema: &Value| json!({"content": {media_type: {"schema": schema}}});
    let text = json!({"type": "string"});
    let response = |schema: &Value| {
        let mut response = content("application/json", schema);
        response["description"] = json!("d");
        response
    };
    let operation =
        |id: &str, body: Value| json!({"operationId": id, "requestBody": body, "responses": {"200": response(&text)}});
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/acme_{name}")});

    let mut free_form = operation("create_body", json!({"content": {"application/json": {}}}));
    free_form["responses"]["200"]["content"] = json!({"application/json": {}});
    let mut by_another_name = content("application/vnd.api+json", &text);
    by_another_name["description"] = json!("d");
    let mut several = content("application/json", &text);
    several["content"]["text/plain"] = json!({"schema": text});
    let alike = json!({"type": "object", "properties": {"whole": reference("whole")}});
    let mut first = response(&alike);
    first["content"]["text/csv"] = json!({"schema": text});
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Acme", "version": "1"},
        "paths": {
            "/parts": {
                "get": {
                    "operationId": "get_parts",
                    "parameters": [
                        {"in": "query", "name": "ids", "explode": false, "schema": {"type": "array", "items": text}},
                        {"in": "cookie", "name": "session", "schema": text},
                    ],
                    "x-dropshot-pagination": {"required": []},
                    "responses": {"200": {
                        "description": "d", "content": {"application/json; charset=utf-8": {"schema": text}},
                    }},
                },
                "post": operation("send_parts", content("multipart/form-data", &json!({"type": "object"}))),
            },
            "/bodies": {
                "delete": operation("delete_body", json!({"content": {"application/json": {}}})),
                "patch": operation("stream_body", content("application/x-ndjson", &json!({"type": "object"}))),
                "post": free_form,
                "put": operation("update_body", several),
            },
            "/answers": {
                "get": {"operationId": "get_answers", "responses": {
                    "200": first, "201": response(&alike), "204": response(&text),
                }},
                "delete": {"operationId": "delete_answers", "responses": {"default": by_another_name}},
            },
            "/clash/{id}/{Id}": {
                "parameters": [{"$ref": "#/components/parameters/id"}],
                "get": {
                    "operationId": "get_clash",
                    "parameters": [{"in": "path", "name": "Id", "required": true, "schema": {"type": "object"}}],
                    "responses": {"200": response(&text)},
                },
            },
        },
        "components": {
            "parameters": {"id": {"in": "path", "name": "id", "required": true, "schema": text}},
            "schemas": {
                "acme_base": {"type": "object", "properties": {"name": text, "changed": text}},
                "acme_pet": {"type": "object", "properties": {"kind": text}, "discriminator": {"propertyName": "kind"}},
                "acme_cat": {"allOf": [reference("pet"), {"properties": {"claws": {"type": "integer"}}}]},
                "acme_part": {"type": "object", "properties": {"nested": {"allOf": [
                    reference("base"), {"type": "object", "properties": {"more": text}},
                ]}}},
                "acme_whole": {"allOf": [reference("base"), reference("part"), {"type": "object", "properties": {
                    "name": {"readOnly": true, "description": "What it is called."},
                    "changed": {"type": "integer"},
                    "untyped": {"items": text},
                    "address": {"anyOf": [text, {"type": "string", "nullable": true, "format": "ipv4"}]},
                    "either": {"anyOf": [{"type": "object"}, {"type": "object"}]},
                    "large": {"type": "integer", "maximum": 1e20},
                    "success": {"type": "boolean", "enum": [true]},
                    "signs": {"type": "string", "enum": ["<", "<="]},
                    "subset": {"allOf": [{"type": "string", "enum": ["a", "b"]}], "enum": ["a"]},
                    "count": {"type": "integer", "anyOf": [{"description": "How many."}]},
                    "limited": {"type": "string", "enum": ["a"], "pattern": "a"},
                    "clashing": {"type": "object", "properties": {"a-b": text, "a_b": text}},
                    "wrong": {"type": "integer", "default": "1"},
                    "pet": {"$ref": reference("pet")["$ref"], "nullable": true},
                    "kind": {"anyOf": [reference("cat"), reference("base")], "discriminator": {"propertyName": "name"}},
                    "flag": {"type": "boolean", "format": "flag"},
                }}]},
            },
        },
    })
}

fn import() -> Import {
    Import::of(&things(r#"paths = ["/"]"#).settings(), &vendors(), "2026-01-02").unwrap()
}

#[test]
fn every_rule_is_applied_and_reported_with_its_place_and_loss() {
    let import = import();
    let mut all: Vec<&str> = rules::ALL.iter().map(|rule| rule.name).collect();
    all.sort_unstable();
    assert_eq!(all, EXPECTED.map(|(name, ..)| name));

    let report = import.report();
    let mut places: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    let mut heading = ("", "");
    let is_change = |line: &&str| !line.is_empty() && !line.starts_with("changes by rules, ");
    for line in report.lines().skip(2).filter(is_change) {
        match line.strip_prefix("  ") {
            Some(applied) => places.entry(heading).or_default().push(applied.split(": ").next().unwrap()),
            None => {
                let (name, rest) = line.split_once(" (").unwrap();
                heading = (name, rest.split_once(')').unwrap().0);
                assert!(!places.contains_key(&heading), "the report has the heading {heading:?} twice");
            }
        }
    }
    for (name, loss, place) in EXPECTED {
        let places = places.get(&(name, loss)).unwrap();
        assert!(places.contains(&place), "{name} is applied at {places:?}");
    }
    assert!(import.reject_losses().is_err());
}

#[test]
fn no_change_exceeds_the_loss_of_its_rule_and_some_are_below_it() {
    let worst: BTreeMap<&str, Loss> = rules::ALL.iter().map(|rule| (rule.name, rule.loss)).collect();
    let applied = import().applied;
    assert!(applied.iter().all(|applied| applied.loss <= worst[applied.rule]));
    assert!(applied.iter().any(|applied| applied.loss < worst[applied.rule]));
}

#[test]
fn largest_loss_is_reported_first() {
    let report = import().report();
    assert!(
        report.contains("\nchanges by rules, narrows: the crates support less than the document allows\n"),
        "{report}"
    );
    let positions = ["(drops operations)", "(narrows)", "(widens)", "(loses nothing)"]
        .map(|loss| (report.find(loss).unwrap(), report.rfind(loss).unwrap()));
    assert!(positions.windows(2).all(|pair| pair[0].1 < pair[1].0), "{report}");
}

#[test]
fn import_keeps_every_operation_that_no_rule_drops() {
    let document: Value = serde_json::from_str(&import().text).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let mut ids: Vec<&str> = paths
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    let expected = [
        "create_body",
        "delete_answers",
        "delete_body",
        "get_answers",
        "get_clash",
        "get_parts",
        "stream_body",
        "update_body",
    ];
    assert_eq!(ids, expected);
    let properties = &document["components"]["schemas"]["Whole"]["properties"];
    assert_eq!(properties["name"], json!({"type": "string", "readOnly": true, "description": "What it is called."}));
    assert_eq!(properties["address"], json!({"type": "string", "nullable": true}));
    let answers = &document["paths"]["/answers"]["get"]["responses"];
    assert_eq!(answers.as_object().unwrap().keys().collect::<Vec<_>>(), ["200", "201"]);
    let schema = |status: &str| &answers[status]["content"]["application/json"]["schema"];
    assert_eq!(
        (schema("200"), schema("201")),
        (&json!({"$ref": "#/components/schemas/GetAnswersResponse"}), schema("200"))
    );
}
