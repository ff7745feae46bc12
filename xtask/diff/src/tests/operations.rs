//! Changes of operations and their parameters.

use serde_json::{Value, json};

use super::row::{Row, verify_once};
use super::{base, integer, text};

fn parameter(kind: &str, name: &str, required: bool, schema: Value) -> Value {
    json!({"in": kind, "name": name, "required": required, "schema": schema})
}

#[test]
fn added_and_removed_operations_are_classified() {
    verify_once(&[
        Row::of("one is gone").without("/paths/~1things").reports(&["breaking! GET: the operation is gone"]),
        Row::of("one is new")
            .with(
                "/paths/~1things/post",
                json!({"operationId": "add_thing", "responses": {"204": {"description": "d"}}}),
            )
            .reports(&["additive POST /things: there is a new operation"]),
        Row::of("one is elsewhere")
            .without("/paths/~1things")
            .with("/paths/~1all-things", base()["paths"]["/things"].clone())
            .reports(&["breaking! GET /all-things: the route was GET /things and is GET /all-things"]),
        Row::of("one is elsewhere, and does something else")
            .without("/paths/~1things")
            .with("/paths/~1all-things", base()["paths"]["/things"].clone())
            .without("/paths/~1all-things/get/responses/200/content")
            .reports(&[
                "breaking! GET /all-things: the route was GET /things and is GET /all-things",
                "breaking! received GET /all-things, 200: the content is gone",
            ]),
        Row::of("one has no id")
            .without("PUT/operationId")
            .reports(&["breaking PUT: the operation id was put_thing and is none"])
            .not_generated(),
        Row::of("one is no longer deprecated")
            .given("PUT/deprecated", true)
            .without("PUT/deprecated")
            .reports(&["additive PUT: it is no longer deprecated"])
            .because("users see a warning"),
        Row::of("one has another id")
            .with("PUT/operationId", "set_thing")
            .reports(&["breaking PUT: the operation id was put_thing and is set_thing"]),
        Row::of("one is deprecated")
            .with("PUT/deprecated", true)
            .reports(&["additive PUT: it is deprecated"])
            .because("users see a warning"),
        Row::of("its annotations")
            .with("PUT/summary", "s")
            .with("PUT/tags", json!(["t"]))
            .with("PUT/x-api-token-group", json!(["g"]))
            .reports(&["documentation PUT: summary, tags, x-api-token-group changed"]),
        Row::of("no credentials, as before").with("PUT/security", json!([])).reports(&[]),
        Row::of("credentials of its own").with("PUT/security", json!([{"key": ["write"]}])).reports(&[
            "documentation! PUT: credentials are needed now",
            "documentation! PUT: there is a new scope \"key: write\"",
            "documentation! PUT: there is a new security scheme \"key\"",
        ]),
        Row::of("one more scope")
            .given("/security", json!([{"key": ["read"]}]))
            .with("PUT/security", json!([{"key": ["read", "write"]}]))
            .reports(&["documentation! PUT: there is a new scope \"key: write\""]),
        Row::of("other credentials are enough, too")
            .given("PUT/security", json!([{"key": []}]))
            .with("PUT/security/-", json!({"token": []}))
            .reports(&["documentation PUT: there is a new security scheme \"token\""]),
        Row::of("both are needed, and either was enough")
            .given("PUT/security", json!([{"key": []}, {"token": []}]))
            .with("PUT/security", json!([{"key": [], "token": []}]))
            .reports(&["documentation! PUT: the alternative of security changed"]),
        Row::of("its end has a date")
            .given("PUT/x-sunset", "2027-01-01")
            .with("PUT/x-sunset", "2026-12-01")
            .with("PUT/x-deprecation-date", "2026-06-01")
            .reports(&[
                "documentation PUT: the deprecation date was none and is 2026-06-01",
                "documentation PUT: the sunset date was 2027-01-01 and is 2026-12-01",
            ]),
        Row::of("a callback")
            .with("PUT/callbacks", json!({"done": {"{$url}": {"post": {"responses": {"200": {"description": "d"}}}}}}))
            .reports(&["documentation PUT: there is a new callback \"done\""]),
        Row::of("a header and a link of a response")
            .given("PUT/responses/200/headers", json!({"X-Gone": {"schema": text()}, "X-A": {"schema": text()}}))
            .with("PUT/responses/200/headers", json!({"X-A": {"schema": integer()}}))
            .with("PUT/responses/200/links", json!({"next": {"operationId": "list_things"}}))
            .reports(&[
                "documentation received PUT, 200: the header \"X-A\" changed",
                "documentation received PUT, 200: the header \"X-Gone\" is gone",
                "documentation received PUT, 200: there is a new link \"next\"",
            ]),
    ]);
}

#[test]
fn changes_outside_operations_are_documentation() {
    verify_once(&[
        Row::of("a path")
            .with("/paths/~1things/description", "d")
            .reports(&["documentation /things: description changed"]),
        Row::of("servers")
            .with("/servers", json!([{"url": "https://example.com"}]))
            .reports(&["documentation the document: servers changed"]),
        Row::of("credentials")
            .with("/components/securitySchemes", json!({"key": {"type": "http", "scheme": "bearer"}}))
            .reports(&["documentation components: there is a new security scheme \"key\""]),
        Row::of("its title").with("/info/title", "Other").reports(&["documentation info: title changed"]),
        Row::of("its version").with("/info/version", "2026-02-02").reports(&[]),
    ]);
}

#[test]
fn changes_of_parameters_are_classified() {
    verify_once(&[
        Row::of("a required one is new")
            .with("PUT/parameters/-", parameter("query", "new", true, text()))
            .reports(&["breaking! sent PUT, query parameter new: there is a new required parameter"]),
        Row::of("an optional one is new")
            .with("PUT/parameters/-", parameter("query", "new", false, text()))
            .reports(&["breaking sent PUT, query parameter new: there is a new optional parameter"]),
        Row::of("a required one is gone")
            .without("PUT/parameters/1")
            .reports(&["breaking! sent PUT, query parameter r: the parameter is gone"]),
        Row::of("an optional one is gone")
            .without("PUT/parameters/0")
            .reports(&["breaking sent PUT, query parameter q: the parameter is gone"]),
        Row::of("one is required now")
            .with("PUT/parameters/0/required", true)
            .reports(&["breaking! sent PUT, query parameter q: it is required now"]),
        Row::of("one is optional now")
            .without("PUT/parameters/1/required")
            .reports(&["breaking sent PUT, query parameter r: it is optional now"]),
        Row::of("the type of one")
            .with("PUT/parameters/0/schema/type", "integer")
            .reports(&["breaking! sent PUT, query parameter q: the type was string and is integer"]),
        Row::of("the type of one in the path")
            .with("/paths/~1things~1{id}/parameters/0/schema/type", "integer")
            .reports(&["breaking! sent PUT, path parameter id: the type was string and is integer"]),
        Row::of("the operation says another type of one in the path")
            .with("PUT/parameters/-", parameter("path", "id", true, integer()))
            .reports(&["breaking! sent PUT, path parameter id: the type was string and is integer"]),
        Row::of("an optional one may be null")
            .with("PUT/parameters/0/schema/nullable", true)
            .reports(&["documentation sent PUT, query parameter q: nullable changed"]),
        Row::of("a required one may be null")
            .with("PUT/parameters/1/schema/nullable", true)
            .reports(&["documentation sent PUT, query parameter r: nullable changed"]),
        Row::of("a header is written otherwise")
            .with("PUT/parameters/2/name", "x-trace")
            .reports(&["documentation sent PUT, header parameter x-trace: the name was X-Trace and is x-trace"]),
        Row::of("headers whose order is another one when one is written otherwise")
            .given("PUT/parameters/-", parameter("header", "Y-Count", false, integer()))
            .with("PUT/parameters/2/name", "x-trace")
            .reports(&[
                "breaking sent PUT: the order of the header parameters changed",
                "documentation sent PUT, header parameter x-trace: the name was X-Trace and is x-trace",
            ]),
        Row::of("a header is another one")
            .with("PUT/parameters/2/name", "X-Span")
            .reports(&[
                "breaking sent PUT, header parameter X-Span: there is a new optional parameter",
                "breaking sent PUT, header parameter X-Trace: the parameter is gone",
            ])
            .because("the argument means something else"),
        Row::of("a query parameter is written otherwise")
            .with("PUT/parameters/0/name", "Q")
            .reports(&[
                "breaking sent PUT, query parameter Q: there is a new optional parameter",
                "breaking sent PUT, query parameter q: the parameter is gone",
            ])
            .because("the argument means something else"),
        Row::of("one is required now and may be null")
            .with("PUT/parameters/0/required", true)
            .with("PUT/parameters/0/schema/nullable", true)
            .reports(&[
                "breaking! sent PUT, query parameter q: it is required now",
                "documentation sent PUT, query parameter q: nullable changed",
            ]),
        Row::of("one is optional now and may be null")
            .without("PUT/parameters/1/required")
            .with("PUT/parameters/1/schema/nullable", true)
            .reports(&[
                "breaking sent PUT, query parameter r: it is optional now",
                "documentation sent PUT, query parameter r: nullable changed",
            ]),
        Row::of("one that several share")
            .given("/components/parameters", json!({"Shared": parameter("query", "shared", true, text())}))
            .given("PUT/parameters/-", json!({"$ref": "#/components/parameters/Shared"}))
            .with("/components/parameters/Shared/schema/type", "integer")
            .reports(&["breaking! sent PUT, query parameter shared: the type was string and is integer"]),
        Row::of("one has a content and no schema")
            .without("PUT/parameters/0/schema")
            .with("PUT/parameters/0/content", json!({"application/json": {"schema": text()}}))
            .reports(&[
                "breaking! sent PUT, query parameter q: it no longer has a schema",
                "documentation sent PUT, query parameter q: content changed",
            ])
            .not_generated(),
        Row::of("the values in a list")
            .given("PUT/parameters/0/schema", json!({"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}))
            .without("PUT/parameters/0/schema/items/enum/0")
            .reports(&["breaking! sent PUT, query parameter q[]: the value \"a\" is gone"]),
        Row::of("one is sent elsewhere").with("PUT/parameters/0/in", "header").reports(&[
            "breaking sent PUT, header parameter q: there is a new optional parameter",
            "breaking sent PUT, query parameter q: the parameter is gone",
        ]),
        Row::of("one is deprecated")
            .with("PUT/parameters/0/deprecated", true)
            .reports(&["additive sent PUT, query parameter q: it is deprecated"])
            .because("users see a warning"),
        Row::of("how a list is written")
            .with("PUT/parameters/0/explode", false)
            .reports(&["documentation sent PUT, query parameter q: a list is one parameter now"]),
        Row::of("their order")
            .with(
                "PUT/parameters",
                json!([
                    parameter("header", "X-Trace", false, text()),
                    parameter("query", "r", true, text()),
                    parameter("query", "q", false, text())
                ]),
            )
            .reports(&[]),
    ]);
}
