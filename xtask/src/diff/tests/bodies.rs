//! Changes of bodies.

use serde_json::json;

use super::row::{Row, verify_once};
use super::{content, text};

#[test]
fn bodies_of_requests() {
    verify_once(&[
        Row::of("a required one is new")
            .with("GET/requestBody", json!({"required": true, "content": content("Sent")}))
            .told(&["breaking! sent GET, body: there is a new required body"]),
        Row::of("an optional one is new")
            .with("GET/requestBody", json!({"content": content("Sent")}))
            .told(&["breaking sent GET, body: there is a new optional body"]),
        Row::of("it is gone").without("PUT/requestBody").told(&["breaking sent PUT, body: the body is gone"]),
        Row::of("it is optional now")
            .without("PUT/requestBody/required")
            .told(&["documentation sent PUT, body: it is optional now, and the crates always send it"]),
        Row::of("another media type").with("PUT/requestBody/content", json!({"text/plain": {"schema": text()}})).told(
            &[
                "breaking sent PUT, body: its type no longer has the name Sent",
                "breaking! sent PUT, body: the media type was application/json and is text/plain",
                "breaking! sent PUT, body: the type was object and is string",
            ],
        ),
        Row::of("one more media type")
            .with("PUT/requestBody/content/text~1plain", json!({"schema": text()}))
            .told(&["documentation sent PUT, body: it can be text/plain, too"])
            .unmended(),
        Row::of("its words")
            .with("PUT/requestBody/description", "d")
            .with("PUT/requestBody/content/application~1json/example", json!({}))
            .told(&[
                "documentation sent PUT, body: description changed",
                "documentation sent PUT, body: example changed",
            ]),
    ]);
}

#[test]
fn successes_and_failures() {
    verify_once(&[
        Row::of("another success")
            .without("PUT/responses/200")
            .with("PUT/responses/201", json!({"description": "d", "content": content("Received")}))
            .told(&["breaking! received PUT, 201: the success was 200"]),
        Row::of("one more success")
            .with("PUT/responses/201", json!({"description": "d", "content": content("Received")}))
            .told(&["breaking! received PUT, 201: there is a new success"])
            .unmended(),
        Row::of("no success").without("PUT/responses/200").told(&["breaking received PUT, 200: the success is gone"]),
        Row::of("no content")
            .without("PUT/responses/200/content")
            .told(&["breaking! received PUT, 200: it no longer has a content"]),
        Row::of("another media type")
            .with("PUT/responses/200/content", json!({"text/plain": {"schema": text()}}))
            .told(&[
                "breaking received PUT, 200: its type no longer has the name Received",
                "breaking! received PUT, 200: the media type was application/json and is text/plain",
                "breaking! received PUT, 200: the type was object and is string",
            ]),
        Row::of("one more media type")
            .with("PUT/responses/200/content/text~1plain", json!({"schema": text()}))
            .told(&["documentation received PUT, 200: it can be text/plain, too"])
            .unmended(),
        Row::of("no schema").with("PUT/responses/200/content/application~1json/schema", json!({})).told(&[
            "breaking received PUT, 200: its type no longer has the name Received",
            "breaking! received PUT, 200: the type was object and is none",
        ]),
        Row::of("the words of a success")
            .with("PUT/responses/200/description", "e")
            .with("PUT/responses/200/headers", json!({"X-A": {"schema": text()}}))
            .told(&["documentation received PUT, 200: description, headers changed"]),
        Row::of("a failure is new")
            .with("PUT/responses/5XX", json!({"description": "d"}))
            .told(&["documentation received PUT, 5XX: the failure is documented now"]),
        Row::of("a failure is gone")
            .without("PUT/responses/4XX")
            .told(&["documentation received PUT, 4XX: the failure is no longer documented"]),
        Row::of("a failure that several share")
            .with("/components/responses/Failed/description", "e")
            .told(&["documentation received PUT, 4XX: the failure changed"]),
        Row::of("the schema of a failure").without("Failure/properties/message").told(&[
            "breaking! received Failure: it takes any property now",
            "breaking received Failure.message: the optional property is gone",
        ]),
        Row::of("what a failure of any status is")
            .with("PUT/responses/default", json!({"description": "d", "content": content("Received")}))
            .told(&["documentation received PUT, default: the failure is documented now"])
            .unmended(),
    ]);
}
