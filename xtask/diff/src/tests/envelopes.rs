//! How changes of response envelopes are classified.

use serde_json::{Value, json};

use super::row::{Row, verify_once};
use super::{content, integer, reference, text};

/// A row of a document whose operation responds with an envelope.
fn row(what: &str) -> Row<'_> {
    let operation = json!({
        "operationId": "get_box", "responses": {"200": {"description": "d", "content": content("Box")}},
    });
    let envelope = json!({"type": "object", "required": ["success"], "properties": {
        "success": {"type": "boolean"}, "errors": {"type": "array", "items": text()}, "result": text(),
        "list": {"type": "object"},
    }});
    Row::of(what).given("/paths/~1box", json!({"get": operation})).given("Box", envelope)
}

#[test]
fn changes_of_decorations_are_classified() {
    let documentation =
        &["documentation received Box.errors: the documented shape, which the crates read as any JSON, changed"][..];
    verify_once(&[
        row("the shape of errors").with("Box/properties/errors", reference("Failure")).reports(documentation),
        row("its annotations")
            .with("Box/properties/errors/description", "d")
            .reports(&["documentation received Box.errors: description changed"]),
        row("errors are required").with("Box/required", json!(["success", "errors"])).reports(&[]),
        row("success is not required").with("Box/required", json!([])).reports(&[]),
        row("success may be null").with("Box/properties/success/nullable", true).reports(&[]),
        row("messages are new")
            .with("Box/properties/messages", json!({"type": "array", "items": text()}))
            .reports(&["additive received Box.messages: there is a new optional property"]),
    ]);
}

#[test]
fn changes_of_results_are_classified() {
    let nullable = "breaking received Box.result: the result of calls was required and is optional";
    verify_once(&[
        row("it is required").with("Box/required", json!(["success", "result"])).reports(&[]),
        row("it may be null")
            .with("Box/properties/result/nullable", true)
            .reports(&["breaking received Box.result: it may be null now", nullable]),
        row("a list may be null")
            .given("Box/properties/result", json!({"type": "array", "items": text()}))
            .with("Box/properties/result/nullable", true)
            .reports(&[nullable]),
        row("it is gone").without("Box/properties/result").reports(&[
            "breaking received Box.result: the optional property is gone",
            "breaking received Box.result: the result of calls was required and is none",
        ]),
        row("it is new")
            .given("Box/properties", json!({"success": {"type": "boolean"}}))
            .with("Box/properties/result", text())
            .reports(&[
                "breaking received Box.result: the result of calls was none and is required",
                "additive received Box.result: there is a new optional property",
            ]),
        row("it has another type")
            .with("Box/properties/result", integer())
            .reports(&["breaking! received Box.result: the type was string and is integer"]),
    ]);
}

#[test]
fn model_that_becomes_an_envelope_is_breaking() {
    let plain: Value = json!({"type": "object", "properties": {"result": text()}});
    verify_once(&[row("success is new")
        .given("Box", plain)
        .with("Box/properties/success", json!({"type": "boolean"}))
        .reports(&[
            "breaking received Box: it is an envelope now, so calls return something else",
            "breaking received Box.success: there is a new required property",
        ])]);
}

#[test]
fn changes_of_unions_of_envelopes_are_classified() {
    let envelope = |properties: Value| json!({"type": "object", "required": ["success"], "properties": properties});
    let success = json!({"type": "boolean"});
    let part = json!({"type": "object", "properties": {"errors": {"type": "array", "items": text()}}});
    let union = json!({"oneOf": [envelope(json!({"success": success, "result": text()})), part]});
    let row = |what| row(what).given("Box", union.clone());
    let nullable = &[
        "breaking received Box.result: it may be null now",
        "breaking received Box.result: the result of calls was required and is optional",
    ][..];
    let errors = part["properties"]["errors"].clone();
    let whole = envelope(json!({"success": success, "result": text(), "errors": errors}));
    verify_once(&[
        row("it is the same envelope without a union").with("Box", whole).reports(&[]),
        row("the result of a branch may be null")
            .with("Box/oneOf/0/properties/result/nullable", true)
            .reports(nullable),
        row("a branch without result is new")
            .with("Box/oneOf/-", envelope(json!({"success": success})))
            .reports(nullable),
    ]);
}
