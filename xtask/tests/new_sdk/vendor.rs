//! The document of a vendor.

mod cycles;
mod media_types;
mod members;
mod numbers;
mod properties;
mod successes;
mod unions;
mod wholes;

use serde_json::{Value, json};

use crate::{parameters, states};

/// A vendor's document with most features that a client supports.
#[allow(clippy::too_many_lines, reason = "the document is one literal")]
pub(crate) fn base() -> Value {
    let content = |schema: Value| json!({"description": "d", "content": {"application/json": {"schema": schema}}});
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/acme_{name}")});
    let id = json!({"in": "path", "name": "id", "required": true, "schema": {"type": "string", "format": "uuid"}});
    let account = json!({"in": "path", "name": "account_id", "required": true, "schema": reference("identifier")});
    let kind = json!({"in": "query", "name": "kind", "schema": {"type": "string", "enum": ["big", "small"]}});
    let names = json!({"in": "query", "name": "name", "schema": {"type": "array", "items": {"type": "string"}}});
    let since = json!({"in": "query", "name": "since", "schema": {"type": "string", "format": "date-time"}});
    let map =
        |nullable: bool| json!({"type": "object", "nullable": nullable, "additionalProperties": {"type": "string"}});
    let maps = json!({"type": "object", "required": ["nullable"], "properties": {
        "nullable": map(true), "list": {"type": "array", "items": map(false)},
    }});
    let gadget = json!({"type": "object", "required": ["name", "kind"], "properties": {
        "name": {"type": "string", "minLength": 1},
        "kind": {"type": "string", "enum": ["big", "small"]},
        "made": {"type": "string", "format": "date-time"},
        "parts": {"type": "array", "items": reference("gadget")},
        "labels": map(false),
        "maps": maps,
        "plan": reference("plan"),
        "size": reference("size"),
        "shape": {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"edges": {"type": "integer"}}}]},
    }});
    let fields =
        (0..56).map(|number| json!({"in": "query", "name": format!("field{number}"), "schema": {"type": "string"}}));
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Acme", "version": "1"},
        "paths": {
            "/gadgets": {
                "get": {
                    "operationId": "acme-gadgets-list", "summary": "See https://acme.test, [gadget] or <b>`x`", "parameters": [kind, names, since],
                    "responses": {"200": content(json!({"type": "array", "items": reference("gadget")}))},
                },
                "post": {
                    "operationId": "acme-gadgets-create", "summary": "Create",
                    "requestBody": {"content": {"application/json": {"schema": reference("gadget")}}},
                    "responses": {"201": content(reference("gadget")), "4XX": content(json!({"type": "object"}))},
                },
            },
            "/accounts/{account_id}/gadgets": {
                "parameters": [account],
                "get": {
                    "operationId": "acme-account-gadgets-list", "summary": "```\nassert!(false);\n```", "parameters": [kind],
                    "description": "    assert!(false);\n\n</div> [link]: x */ \u{202e}",
                    "x-api-token-group": ["Gadgets Read", "Gadgets `Write`"],
                    "responses": {"200": content(reference("list"))},
                },
                "put": {
                    "operationId": "acme-account-gadgets-upload", "summary": "Upload",
                    "requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
                    "responses": {"200": {"description": "d", "content": {"application/octet-stream": {}}}},
                },
            },
            "/accounts/{account_id}/gadgets/{id}": {
                "parameters": [account, id],
                "delete": {
                    "operationId": "acme-account-gadgets-delete", "summary": "Delete", "responses": {"200": content(json!({
                        "type": "object", "properties": {"success": {"type": "boolean"}, "result": {"type": "object", "nullable": true}},
                    }))},
                },
            },
            "/gadgets/pets": {
                "put": {
                    "operationId": "acme-gadgets-pets", "summary": "Unions",
                    "parameters": [{"in": "query", "name": "toy", "schema": reference("toy")}],
                    "requestBody": {"content": {"application/json": {"schema": reference("pet")}}},
                    "responses": {"200": content(reference("pet"))},
                },
            },
            "/gadgets/owners": {
                "get": {
                    "operationId": "acme-gadgets-owners", "summary": "A union of envelopes",
                    "responses": {"200": content(json!({"oneOf": [
                        {"allOf": [reference("common"), {"type": "object", "properties": {
                            "result": {"type": "array", "items": reference("person")}, "result_info": {"type": "object"},
                        }}]},
                        {"allOf": [reference("common"), {"type": "object", "properties": {
                            "result": {"type": "array", "items": reference("company")},
                        }}]},
                        {"properties": {"messages": {"type": "array", "items": {"type": "object"}}}},
                    ]}))},
                },
            },
            "/gadgets/counts": {
                "get": {
                    "operationId": "acme-gadgets-counts",
                    "responses": {"200": content(json!({"type": "object", "properties": {
                        "success": {"type": "boolean"}, "result": {"type": "object", "additionalProperties": {"type": "integer"}},
                    }}))},
                },
            },
            "/gadgets/ids": {
                "get": {
                    "operationId": "acme-gadgets-ids",
                    "responses": {"200": content(json!({"type": "array", "items": {"type": "string", "format": "uuid"}}))},
                },
            },
            "/gadgets/search": {
                "get": {
                    "operationId": "acme-gadgets-search", "summary": "Wide", "parameters": fields.collect::<Vec<_>>(),
                    "responses": {"200": content(reference("gadget"))},
                },
            },
            "/gadgets/{id}": {
                "parameters": [id],
                "get": {"operationId": "acme-gadgets-get", "responses": {"200": content(reference("gadget"))}},
                "head": {"operationId": "acme-gadgets-head", "responses": {"200": {"description": "there"}}},
                "delete": {"operationId": "acme-gadgets-delete", "responses": {"204": {"description": "gone"}}},
            },
        },
        "components": {"schemas": {
            "acme_pet": {"oneOf": [reference("cat"), reference("dog")]},
            "acme_cat": {"type": "object", "required": ["kind"], "properties": {
                "kind": {"type": "string", "enum": ["cat"]}, "a": {"type": "string"},
                "inner": {"type": "object", "required": ["x"], "properties": {"x": {"type": "string"}}},
            }},
            "acme_dog": {"type": "object", "required": ["kind"], "properties": {
                "kind": reference("toy_kind"), "b": {"type": "string"},
            }},
            "acme_plan": {"oneOf": [reference("free"), reference("paid"), reference("team")]},
            "acme_free": {"type": "object", "properties": {
                "note": {"type": "string"}, "limits": {"type": "object", "properties": {"guests": {"type": "integer"}}},
            }},
            "acme_paid": {"type": "object", "required": ["seats"], "properties": {
                "note": {"type": "string"}, "seats": {"type": "integer"},
            }},
            "acme_team": {"type": "object", "properties": {
                "note": {"type": "string"}, "limits": {"type": "object", "properties": {"members": {"type": "integer"}}},
            }},
            "acme_identifier": {"type": "string", "maxLength": 32},
            "acme_common": {"type": "object", "required": ["errors", "success"], "properties": {
                "success": {"type": "boolean", "enum": [true]}, "errors": {"type": "array", "items": {"type": "object"}},
            }},
            "acme_person": {"type": "object", "required": ["age"], "properties": {"age": {"type": "integer"}}},
            "acme_company": {"type": "object", "required": ["seat"], "properties": {"seat": {"type": "string"}}},
            "acme_list": {"allOf": [
                reference("common"),
                {"type": "object", "properties": {
                    "result": {"type": "array", "items": reference("gadget")}, "result_info": {"type": "object"},
                }},
            ]},
            "acme_size": {"oneOf": [{"type": "integer"}, {"type": "boolean"}]},
            "acme_toy": {"type": "object", "required": ["kind"], "properties": {"kind": reference("toy_kind")}},
            "acme_toy_kind": {"type": "string", "enum": ["dog", "hound"]},
            "acme_gadget": gadget,
        }},
    })
}

/// The document with the operations of every topic.
pub(crate) fn document() -> Value {
    let mut document = base();
    let topics = [
        states::extend,
        parameters::extend,
        wholes::extend,
        media_types::extend,
        numbers::extend,
        unions::extend,
        members::extend,
        properties::extend,
        cycles::extend,
        successes::extend,
    ];
    topics.iter().for_each(|extend| extend(&mut document));
    document
}
