use super::*;

/// A schema that becomes a type.
fn object() -> Value {
    json!({"type": "object", "properties": {"a": {"type": "string"}}})
}

/// The names that an import gives to the unnamed schemas of a document.
fn names(document: Value) -> Vec<String> {
    let mut named = document.clone();
    name_all(&mut named);
    assert_eq!(unnamed(&named), [], "every schema has a name");
    unnamed(&document).into_iter().map(|(_, name)| name).collect()
}

fn names_in(schema: Value) -> Vec<String> {
    names(json!({"components": {"schemas": {"Thing": schema}}}))
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

#[test]
fn every_schema_that_becomes_a_type_is_named_after_its_place() {
    let content = json!({"content": {"application/json": {"schema": object()}}});
    let header = json!({"schema": {"type": "string", "enum": ["x"]}});
    let parameter = json!({"in": "query", "name": "order", "schema": {"type": "string", "enum": ["x"]}});
    let names = names(json!({
        "paths": {"/things/{id}": {
            "parameters": [parameter],
            "get": {
                "operationId": "get_thing",
                "parameters": [parameter],
                "requestBody": content,
                "responses": {
                    "200": {"headers": {"x-state": header}, "content": content["content"]},
                    "404": content,
                },
                "callbacks": {"done": {"/done": {"post": {"requestBody": content}}}},
            },
        }},
        "components": {
            "headers": {"state": header},
            "parameters": {"order": parameter},
            "requestBodies": {"thing": content, "thing_body": content},
            "responses": {"200": content, "failure": content},
        },
    }));
    let mut expected = [
        "X200Response",
        "FailureResponse",
        "GetThing404Response",
        "GetThingBody",
        "GetThingCallbacksDoneDonePostRequestBodyContentApplicationJsonSchema",
        "GetThingOrder",
        "GetThingResponse",
        "GetThingXStateHeader",
        "Order",
        "StateHeader",
        "ThingBody",
        "ThingBody2",
        "ThingsIdOrder",
    ];
    expected.sort_unstable();
    let mut names = names;
    names.sort_unstable();
    assert_eq!(names, expected);
}

#[test]
fn branch_is_named_after_its_title_or_its_distinguishing_property() {
    let of = |property: &str, schema: Value| json!({"properties": {property: schema, "id": {}}, "required": [property, "id"]});
    let constant = |value: &str| json!({"type": "string", "enum": [value]});
    let names = names_in(json!({"oneOf": [
        {"title": "By group", "properties": {"a": {}}},
        {"title": "This is the one that has a long text", "properties": {"a": {}}},
        of("email", json!({})),
        of("address", object()),
        {"type": "array", "items": object()},
        {"$ref": "#/components/schemas/Thing"},
        {"properties": {"kind": constant("by-name")}},
    ]}));
    let expected = [
        "ThingByGroup",
        "ThingVariant1",
        "ThingEmail",
        "ThingAddressAddress",
        "ThingAddress",
        "ThingVariant4Item",
        "ThingByNameKind",
        "ThingByName",
    ];
    assert_eq!(sorted(names), sorted(expected.map(str::to_owned).into()));
}

#[test]
fn branches_with_a_constant_are_named_after_it() {
    let variant = |kind: &str| {
        json!({
            "type": "object",
            "properties": {"kind": {"type": "string", "enum": [kind]}, "part": object()},
            "required": ["kind"],
        })
    };
    let union = json!({"oneOf": [variant("a"), variant("b")]});
    assert_eq!(names_in(union), ["ThingA", "ThingAKind", "ThingAPart", "ThingB", "ThingBKind", "ThingBPart"]);
}

#[test]
fn schema_and_its_parts_become_one_type() {
    let part = json!({"allOf": [{"$ref": "#/components/schemas/Thing"}, object()]});
    assert_eq!(names_in(json!({"properties": {"part": part}})), ["ThingPart"]);
    assert_eq!(names_in(json!({"properties": {"part": {"oneOf": [object()]}}})), ["ThingPart"]);
    assert_eq!(names_in(json!({"allOf": [object()]})), [""; 0]);
    assert_eq!(names_in(json!({"allOf": [{"properties": {"part": object()}}]})), ["ThingPart"]);
    assert_eq!(names_in(json!({"properties": {"a": {"allOf": [{"$ref": "#/components/schemas/Thing"}]}}})), [""; 0]);
}

#[test]
fn names_that_are_equal_in_rust_are_numbered() {
    let names = names_in(json!({"properties": {"a": {"properties": {"b": object(), "x": {}}}, "ab": object()}}));
    assert_eq!(names, ["ThingA", "ThingAb", "ThingAb2"]);
}

#[test]
fn unnamed_union_gets_a_name_that_no_component_has() {
    let union = json!({"oneOf": [{"type": "string"}, {"type": "integer"}], "title": "Other"});
    let content = json!({"content": {"application/json": {"schema": union}}});
    let map = |value: &Value| json!({"type": "object", "additionalProperties": value});
    let properties = json!({
        "card": union, "list": {"type": "array", "items": union}, "map": map(&union), "nested": {"oneOf": [union, {}]},
    });
    let taken =
        ["Other", "ThingCard", "ThingListItem", "ThingMapValue", "ThingNestedVariant0", "GetMResponse", "GetMU"];
    let mut schemas: Map<_, _> = taken.map(|name| (name.to_owned(), json!({"type": "string"}))).into_iter().collect();
    schemas.insert("Thing".to_owned(), json!({"properties": properties}));
    let names = names(json!({
        "paths": {"/m": {"get": {
            "operationId": "get_m", "parameters": [{"in": "query", "name": "u", "schema": union}],
            "responses": {"200": content},
        }}},
        "components": {"schemas": schemas},
    }));
    let expected = [
        "ThingCard2",
        "ThingListItem2",
        "ThingMapValue2",
        "ThingNested",
        "ThingNestedOther",
        "GetMu2",
        "GetMResponse2",
    ];
    assert_eq!(sorted(names), sorted(expected.map(str::to_owned).into()));
}

#[test]
fn unnamed_union_of_envelopes_in_a_success_gets_a_name() {
    let envelope = json!({"type": "object", "properties": {"success": {"type": "boolean"}}});
    let reference = json!({"$ref": "#/components/schemas/Envelope"});
    let success = |schema: Value| {
        let content = json!({"content": {"application/json": {"schema": schema}}});
        names(json!({
            "paths": {"/things": {"get": {"operationId": "get_things", "responses": {"200": content, "404": content}}}},
            "components": {"schemas": {"Envelope": envelope}},
        }))
    };
    assert_eq!(success(json!({"oneOf": [reference]})), ["GetThingsResponse"]);
    assert_eq!(success(reference), [""; 0]);
}
