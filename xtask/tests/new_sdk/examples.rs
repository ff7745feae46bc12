//! Examples of a document, decoded and encoded with the types that are generated from it.

use std::fs;

use serde_json::json;

use crate::xtask;

#[test]
fn examples_are_decoded_and_what_is_rejected_lost_or_not_decoded_is_reported() {
    let thing = json!({
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "integer"}, "size": {"type": "number"}, "note": {"type": "string", "nullable": true}},
    });
    let get = |examples: serde_json::Value| {
        json!({"operationId": "get", "tags": ["things"], "responses": {"200": {"description": "d", "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}, "examples": examples},
        }}}})
    };
    let mut other = get(json!({"one": {"value": {"id": 1}}}));
    other["operationId"] = json!("other");
    other["tags"] = json!([]);
    let mut document = json!({
        "openapi": "3.0.3",
        "info": {"title": "Acme", "version": "1"},
        "paths": {
            "/things/{id}": {
                "parameters": [{"in": "path", "name": "id", "required": true, "schema": {"type": "string"}}],
                "get": get(json!({
                    "same": {"value": {"id": 1, "size": 2, "note": null}},
                    "other": {"value": {"id": 1, "unknown": true}},
                    "odd": {"value": {"id": "one"}},
                    "linked": {"externalValue": "https://acme.test/thing.json"},
                })),
            },
            "/others": {"get": other},
        },
        "components": {"schemas": {"Thing": thing}},
    });
    document["paths"]["/things/{id}"]["get"]["responses"]["200"]["content"]["application/vnd.acme+json"] =
        json!({"schema": {"type": "array"}, "example": [1]});
    let folder = tempfile::tempdir().unwrap();
    let (from, out) = (folder.path().join("acme.json"), folder.path().join("out"));
    fs::write(&from, document.to_string()).unwrap();

    let [from, out] = [from, out].map(|path| path.to_string_lossy().into_owned());
    let arguments = |tag| ["spec", "examples", "--from", &from, "--out", &out, "--by", "path", "--tag", tag];
    let (is_success, _, errors) = xtask(&arguments("nothing"));
    assert_eq!((is_success, errors.as_str()), (false, "error: the document has no operations of [\"nothing\"]\n"));
    let (is_success, text, errors) = xtask(&arguments("things"));
    assert!(is_success && errors.is_empty(), "{errors}");
    let place = "GET /things/{id} 200 application/json, examples";
    for part in [
        "1 of 1 groups with examples have a client\n2 examples decoded, 1 of them without a difference\n",
        "1 examples rejected: 0 fit their schema, 1 do not, 0 have one",
        "declared values lost: 0 in 0 examples\n",
        "\nundeclared values lost: 1 in 1 examples\n",
        &format!("{place}.odd: id: invalid type: string \"one\""),
        "it does not fit its schema: value is not of type \"integer\" at \"/id\"",
        &format!("{place}.other: /unknown\n"),
        "the client does not ask for (1)\n  GET /things/{id} 200 application/vnd.acme+json, example\n",
        &format!("the document only links to (1)\n  {place}.linked\n"),
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}
