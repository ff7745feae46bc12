//! Changes of bodies.

use serde_json::{Value, json};

use super::row::{Row, verify_once};
use super::{content, reference, text};

#[test]
fn changes_of_request_bodies_are_classified() {
    let content_of = |media_type: &str, schema: Value| json!({media_type: {"x-content-type": "a/b", "schema": schema}});
    let bytes = json!({"type": "string", "format": "binary"});
    verify_once(&[
        Row::of("a required one is new")
            .with("GET/requestBody", json!({"required": true, "content": content("Sent")}))
            .reports(&["breaking! sent GET, body: there is a new required body"]),
        Row::of("an optional one is new")
            .with("GET/requestBody", json!({"content": content("Sent")}))
            .reports(&["breaking sent GET, body: there is a new optional body"]),
        Row::of("it is gone").without("PUT/requestBody").reports(&["breaking sent PUT, body: the body is gone"]),
        Row::of("it is optional now")
            .without("PUT/requestBody/required")
            .reports(&["documentation sent PUT, body: it is optional now"]),
        Row::of("another media type").with("PUT/requestBody/content", json!({"text/plain": {"schema": text()}})).reports(
            &[
                "breaking! sent PUT, body: the media type was application/json and is text/plain",
                "breaking sent PUT, body: the type name was Sent and is none",
                "breaking! sent PUT, body: the type was object and is string",
            ],
        ),
        Row::of("bytes become text, and are sent as what they were")
            .given("PUT/requestBody/content", content_of("application/octet-stream", bytes))
            .with("PUT/requestBody/content", content_of("text/plain", text()))
            .reports(&[
                "breaking sent PUT, body: the media type was application/octet-stream and is text/plain",
                "documentation sent PUT, body: schema changed",
            ]),
        Row::of("one more media type")
            .with("PUT/requestBody/content/text~1plain", json!({"schema": text()}))
            .reports(&["documentation sent PUT, body: there is a new media type \"text/plain\""])
            .not_generated(),
        Row::of("it is said that one is optional")
            .with("GET/requestBody", json!({"required": false, "content": content("Sent")}))
            .reports(&["breaking sent GET, body: there is a new optional body"]),
        Row::of("it is required now")
            .given("PUT/requestBody/required", false)
            .with("PUT/requestBody/required", true)
            .reports(&["documentation sent PUT, body: it is required now"]),
        Row::of("a media type says its characters")
            .with("PUT/requestBody/content", json!({"application/json; charset=utf-8": {"schema": reference("Sent")}}))
            .reports(&[
                "documentation sent PUT, body: the media type was application/json and is application/json; charset=utf-8",
            ]),
        Row::of("another one beside JSON stays")
            .given("PUT/requestBody/content/application~1a", json!({"schema": text()}))
            .with("PUT/requestBody/content/application~1json/example", 1)
            .reports(&["documentation sent PUT, body: example changed"])
            .not_generated(),
        Row::of("another one beside JSON is gone")
            .given("PUT/requestBody/content/application~1a", json!({"schema": text()}))
            .without("PUT/requestBody/content/application~1a")
            .reports(&["documentation sent PUT, body: the media type \"application/a\" is gone"])
            .not_generated(),
        Row::of("JSON is gone")
            .given("PUT/requestBody/content/text~1plain", json!({"schema": reference("Sent")}))
            .without("PUT/requestBody/content/application~1json")
            .reports(&["breaking! sent PUT, body: the media type was application/json and is text/plain"])
            .not_generated(),
        Row::of("it has no content")
            .with("PUT/requestBody/content", json!({}))
            .reports(&["breaking sent PUT, body: the content is gone"])
            .not_generated(),
        Row::of("it has no schema")
            .without("PUT/requestBody/content/application~1json/schema")
            .reports(&["breaking sent PUT, body: it no longer has a schema"])
            .not_generated(),
        Row::of("its annotations")
            .with("PUT/requestBody/description", "d")
            .with("PUT/requestBody/content/application~1json/example", json!({}))
            .reports(&["documentation sent PUT, body: description, example changed"]),
    ]);
}

#[test]
fn changes_of_successes_and_failures_are_classified() {
    verify_once(&[
        Row::of("another success")
            .without("PUT/responses/200")
            .with("PUT/responses/201", json!({"description": "d", "content": content("Received")}))
            .reports(&["breaking! received PUT, 201: the success was 200 and is 201"]),
        Row::of("another success with another type")
            .given("PUT/responses/200/content", content("ReceivedPart"))
            .without("PUT/responses/200")
            .with("PUT/responses/201", json!({"description": "d", "content": content("Received")}))
            .without("PUT/responses/201/content")
            .reports(&["breaking! received PUT, 201: the content is gone", "breaking! received PUT, 201: the success was 200 and is 201"]),
        Row::of("several successes in its place")
            .without("PUT/responses/200")
            .with("PUT/responses/201", json!({"description": "d", "content": content("Received")}))
            .with("PUT/responses/202", json!({"description": "d", "content": content("Received")}))
            .reports(&[
                "breaking received PUT, 200: the success is gone",
                "breaking! received PUT, 201: there is a new success",
                "breaking! received PUT, 202: there is a new success",
            ])
            .not_generated(),
        Row::of("one more success")
            .with("PUT/responses/201", json!({"description": "d", "content": content("Received")}))
            .reports(&["breaking! received PUT, 201: there is a new success"])
            .not_generated(),
        Row::of("no success").without("PUT/responses/200").reports(&["breaking received PUT, 200: the success is gone"]),
        Row::of("no content")
            .without("PUT/responses/200/content")
            .reports(&["breaking! received PUT, 200: the content is gone"]),
        Row::of("a content where there was none")
            .given("PUT/responses/200", json!({"description": "d"}))
            .with("PUT/responses/200/content", content("Received"))
            .reports(&["breaking received PUT, 200: there is a new content"]),
        Row::of("a redirect is new")
            .with("PUT/responses/302", json!({"description": "d"}))
            .reports(&["documentation received PUT, 302: there is a new response"]),
        Row::of("a media type says its characters")
            .with("PUT/responses/200/content", json!({"application/json;charset=utf-8": {"schema": reference("Received")}}))
            .reports(&[
                "documentation received PUT, 200: the media type was application/json and is application/json;charset=utf-8",
            ]),
        Row::of("another media type")
            .with("PUT/responses/200/content", json!({"text/plain": {"schema": text()}}))
            .reports(&[
                "breaking! received PUT, 200: the media type was application/json and is text/plain",
                "breaking received PUT, 200: the type name was Received and is none",
                "breaking! received PUT, 200: the type was object and is string",
            ]),
        Row::of("one more media type")
            .with("PUT/responses/200/content/text~1plain", json!({"schema": text()}))
            .reports(&["documentation received PUT, 200: there is a new media type \"text/plain\""])
            .not_generated(),
        Row::of("no schema").with("PUT/responses/200/content/application~1json/schema", json!({})).reports(&[
            "breaking received PUT, 200: the type name was Received and is none",
            "breaking! received PUT, 200: the type was object and is none",
        ]),
        Row::of("the annotations of a success")
            .with("PUT/responses/200/description", "e")
            .with("PUT/responses/200/headers", json!({"X-A": {"schema": text()}}))
            .reports(&["documentation received PUT, 200: description changed", "documentation received PUT, 200: there is a new header \"X-A\""]),
        Row::of("a failure is new")
            .with("PUT/responses/5XX", json!({"description": "d"}))
            .reports(&["documentation received PUT, 5XX: there is a new failure"]),
        Row::of("a failure is gone")
            .without("PUT/responses/4XX")
            .reports(&["documentation received PUT, 4XX: the failure is gone"]),
        Row::of("a failure that several share")
            .with("/components/responses/Failed/description", "e")
            .reports(&["documentation received PUT, 4XX: the failure changed"]),
        Row::of("the schema of a failure").without("Failure/properties/message").reports(&[
            "breaking! received Failure: it takes any property now",
            "breaking received Failure.message: the optional property is gone",
        ]),
        Row::of("what a failure of any status is")
            .with("PUT/responses/default", json!({"description": "d", "content": content("Received")}))
            .reports(&["documentation received PUT, default: there is a new failure"])
            .not_generated(),
    ]);
}
