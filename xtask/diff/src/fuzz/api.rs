//! Mutations of operations, parameters, bodies, responses and components.

use serde_json::{Map, Value, json};
use xtask_document::operation::METHODS;
use xtask_document::schemas::SCHEMAS;
use xtask_document::walk::{ObjectKind, for_each_reference};

use super::dice::{Dice, Mutation};

const fn of(name: &'static str, kind: fn(ObjectKind) -> bool, apply: fn(&mut Dice<'_>, &mut Value)) -> Mutation {
    Mutation { name, kind, apply }
}

const OPERATION: fn(ObjectKind) -> bool = |kind| kind == ObjectKind::Operation;
const PARAMETER: fn(ObjectKind) -> bool = |kind| kind == ObjectKind::Parameter;
const BODY: fn(ObjectKind) -> bool = |kind| matches!(kind, ObjectKind::RequestBody | ObjectKind::Response);
const DOCUMENT: fn(ObjectKind) -> bool = |kind| kind == ObjectKind::Document;
const PATHS: fn(ObjectKind) -> bool = |kind| kind == ObjectKind::Paths;
const ITEM: fn(ObjectKind) -> bool = |kind| kind == ObjectKind::PathItem;
const RESPONSES: fn(ObjectKind) -> bool = |kind| kind == ObjectKind::Responses;
const SCHEMA_NAMES: fn(ObjectKind) -> bool = |kind| kind == ObjectKind::Names(&ObjectKind::Schema);

pub(super) const ALL: &[Mutation] = &[
    of("a flag of a parameter", PARAMETER, parameter_flag),
    of("the style of a parameter", PARAMETER, parameter_style),
    of("the place of a parameter", PARAMETER, |dice, parameter| {
        set(parameter, "in", dice.one(["query", "header", "path", "cookie"]).unwrap_or_default());
    }),
    of("the name of a parameter", PARAMETER, |dice, parameter| set(parameter, "name", dice.name())),
    of("the schema of a parameter", PARAMETER, |dice, parameter| set(parameter, "schema", dice.schema(1))),
    of("content of a parameter", PARAMETER, parameter_content),
    of("a new parameter", OPERATION, new_parameter),
    of("a parameter of all of a path", ITEM, new_parameter),
    of("a parameter gone", OPERATION, parameter_gone),
    of("parameters in another order", OPERATION, |dice, operation| {
        if let Some(Value::Array(parameters)) = operation.get_mut("parameters") {
            dice.random.shuffle(parameters);
        }
    }),
    of("whether a body is required", BODY, |_, body| toggle(body, "required")),
    of("another media type", BODY, another_media_type),
    of("one more media type", BODY, one_more_media_type),
    of("content gone", BODY, |_, body| drop(remove(body, "content"))),
    of("a header of a response", BODY, |dice, body| {
        set(body, "headers", json!({"X-Other": {"schema": dice.schema(1)}}))
    }),
    of("a body", OPERATION, body),
    of("another status", RESPONSES, another_status),
    of("a new response", RESPONSES, new_response),
    of("a response gone", RESPONSES, one_gone),
    of("an operation id", OPERATION, |dice, operation| {
        set(operation, "operationId", dice.one(["other", "get_other", "otherThing", "new"]).unwrap_or_default());
    }),
    of("something else of an operation", OPERATION, operation_others),
    of("an operation gone", ITEM, one_gone),
    of("another method", ITEM, another_method),
    of("a path gone", PATHS, one_gone),
    of("another path", PATHS, another_path),
    of("a copy of a path", PATHS, copy_of_path),
    of("a component renamed", DOCUMENT, component_renamed),
    of("a component copied", DOCUMENT, component_copied),
    of("a component is a name for another one", DOCUMENT, component_alias),
    of("properties exchanged", SCHEMA_NAMES, |dice, names| {
        let Some(names) = names.as_object_mut() else { return };
        if let (Some(one), Some(other)) = (dice.key(names), dice.key(names))
            && let Some(schema) = names.get(&one).cloned()
        {
            names.insert(other, schema);
        }
    }),
    of("something else of the document", DOCUMENT, document_others),
];

fn set(part: &mut Value, key: &str, value: impl Into<Value>) {
    if let Some(part) = part.as_object_mut() {
        part.insert(key.to_owned(), value.into());
    }
}

fn remove(part: &mut Value, key: &str) -> Option<Value> {
    part.as_object_mut()?.remove(key)
}

fn toggle(part: &mut Value, key: &str) {
    if remove(part, key).is_none() {
        set(part, key, true);
    }
}

fn one_gone(dice: &mut Dice<'_>, part: &mut Value) {
    if let Some(part) = part.as_object_mut()
        && let Some(key) = dice.key(part)
    {
        part.remove(&key);
    }
}

fn parameter_flag(dice: &mut Dice<'_>, parameter: &mut Value) {
    let flag = dice.one(["required", "required", "deprecated", "allowEmptyValue", "allowReserved"]);
    toggle(parameter, flag.unwrap_or_default());
}

fn parameter_style(dice: &mut Dice<'_>, parameter: &mut Value) {
    if dice.flip() {
        set(parameter, "explode", dice.flip());
    } else {
        set(parameter, "style", dice.one(["form", "simple", "deepObject", "matrix"]).unwrap_or_default());
    }
}

fn parameter_content(_: &mut Dice<'_>, parameter: &mut Value) {
    if let Some(schema) = remove(parameter, "schema") {
        set(parameter, "content", json!({"application/json": {"schema": schema}}));
    }
}

fn new_parameter(dice: &mut Dice<'_>, owner: &mut Value) {
    let place = dice.one(["query", "query", "header"]).unwrap_or_default();
    let name = if dice.random.u8(..6) == 0 { "Accept".to_owned() } else { dice.name() };
    let parameter = json!({"in": place, "name": name, "required": dice.flip(), "schema": dice.schema(1)});
    match owner.get_mut("parameters").and_then(Value::as_array_mut) {
        Some(parameters) => parameters.insert(dice.random.usize(..=parameters.len()), parameter),
        None => set(owner, "parameters", json!([parameter])),
    }
}

fn parameter_gone(dice: &mut Dice<'_>, operation: &mut Value) {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    if let Some(parameters) = parameters.filter(|parameters| !parameters.is_empty()) {
        parameters.remove(dice.random.usize(..parameters.len()));
    }
}

fn media_type(dice: &mut Dice<'_>) -> &'static str {
    let types = [
        "application/json",
        "application/json; charset=utf-8",
        "application/vnd.x+json",
        "application/problem+json",
        "text/plain",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/merge-patch+json",
        "application/xml",
        "*/*",
    ];
    dice.one(types).unwrap_or_default()
}

fn another_media_type(dice: &mut Dice<'_>, body: &mut Value) {
    let new = media_type(dice);
    if let Some(content) = body.get_mut("content").and_then(Value::as_object_mut)
        && let Some(old) = dice.key(content)
        && let Some(value) = content.remove(&old)
    {
        content.insert(new.to_owned(), value);
    }
}

fn one_more_media_type(dice: &mut Dice<'_>, body: &mut Value) {
    let new = json!({"schema": dice.schema(1)});
    match body.get_mut("content").and_then(Value::as_object_mut) {
        Some(content) => drop(content.insert(media_type(dice).to_owned(), new)),
        None => set(body, "content", json!({media_type(dice): new})),
    }
}

fn body(dice: &mut Dice<'_>, operation: &mut Value) {
    if remove(operation, "requestBody").is_none() || dice.flip() {
        let content = json!({media_type(dice): {"schema": dice.schema(2)}});
        set(operation, "requestBody", json!({"required": dice.flip(), "content": content}));
    }
}

fn status(dice: &mut Dice<'_>) -> &'static str {
    dice.one(["200", "201", "202", "204", "206", "2XX", "default", "400", "4XX", "500", "302", "101"])
        .unwrap_or_default()
}

fn another_status(dice: &mut Dice<'_>, responses: &mut Value) {
    let Some(responses) = responses.as_object_mut() else { return };
    if let Some(old) = dice.key(responses)
        && let Some(response) = responses.remove(&old)
    {
        responses.insert(status(dice).to_owned(), response);
    }
}

fn new_response(dice: &mut Dice<'_>, responses: &mut Value) {
    let mut response = json!({"description": "Other."});
    if dice.flip() {
        set(&mut response, "content", json!({media_type(dice): {"schema": dice.schema(2)}}));
    }
    set(responses, status(dice), response);
}

fn operation_others(dice: &mut Dice<'_>, operation: &mut Value) {
    let callbacks = json!({"done": {"{$request.body#/url}": {"post": {"responses": {"200": {"description": "d"}}}}}});
    let others = [
        ("deprecated", json!(true)),
        ("tags", json!(["other"])),
        ("summary", json!("Other.")),
        ("security", json!([{"other": ["a"]}])),
        ("security", json!([])),
        ("callbacks", callbacks),
        ("x-dropshot-pagination", json!({"required": []})),
        ("x-dropshot-websocket", json!({})),
        ("x-a", json!(1)),
        ("x-sunset", json!("2027-01-01")),
        ("servers", json!([{"url": "https://example.com"}])),
        ("externalDocs", json!({"url": "https://example.com"})),
    ];
    let (key, value) = dice.one(others).unwrap_or_default();
    set(operation, key, value);
}

fn another_method(dice: &mut Dice<'_>, item: &mut Value) {
    let Some(item) = item.as_object_mut() else { return };
    if let Some(old) = dice.key(item).filter(|key| METHODS.contains(&key.as_str()))
        && let Some(operation) = item.remove(&old)
    {
        item.insert(dice.one(METHODS).unwrap_or_default().to_owned(), operation);
    }
}

fn other_path(dice: &mut Dice<'_>, path: &str) -> String {
    match dice.random.u8(..3) {
        0 => format!("{path}/other"),
        1 => path.replace('{', "{other_"),
        _ => path.replace("}", "}.json"),
    }
}

fn another_path(dice: &mut Dice<'_>, paths: &mut Value) {
    let Some(paths) = paths.as_object_mut() else { return };
    if let Some(old) = dice.key(paths)
        && let Some(item) = paths.remove(&old)
    {
        paths.insert(other_path(dice, &old), item);
    }
}

fn copy_of_path(dice: &mut Dice<'_>, paths: &mut Value) {
    let Some(paths) = paths.as_object_mut() else { return };
    if let Some(old) = dice.key(paths)
        && let Some(mut item) = paths.get(&old).cloned()
    {
        for operation in item.as_object_mut().into_iter().flatten().map(|(_, operation)| operation) {
            let id = operation.get("operationId").and_then(Value::as_str).map(|id| format!("{id}_copy"));
            if let Some(id) = id {
                set(operation, "operationId", id);
            }
        }
        paths.insert(format!("{old}/copy"), item);
    }
}

fn components(document: &mut Value) -> Option<&mut Map<String, Value>> {
    document.pointer_mut("/components/schemas")?.as_object_mut()
}

fn new_name(dice: &mut Dice<'_>, old: &str) -> String {
    match dice.random.u8(..4) {
        0 => "Other".to_owned(),
        1 => format!("{old}2"),
        2 => old.to_uppercase(),
        _ => format!("{old}Response"),
    }
}

fn component_renamed(dice: &mut Dice<'_>, document: &mut Value) {
    let Some(schemas) = components(document) else { return };
    let Some(old) = dice.key(schemas) else { return };
    let new = new_name(dice, &old);
    let Some(schema) = schemas.remove(&old) else { return };
    schemas.insert(new.clone(), schema);
    let old = format!("{SCHEMAS}{old}");
    for_each_reference(document, ObjectKind::Document, &mut |_, reference| {
        (reference == old).then(|| format!("{SCHEMAS}{new}"))
    });
}

fn component_copied(dice: &mut Dice<'_>, document: &mut Value) {
    let Some(schemas) = components(document) else { return };
    let Some(old) = dice.key(schemas) else { return };
    let new = new_name(dice, &old);
    let Some(schema) = schemas.get(&old).cloned() else { return };
    schemas.insert(new.clone(), schema);
    // Some of what referred to the old one refers to the new one.
    let (old, first) = (format!("{SCHEMAS}{old}"), dice.random.u8(..3));
    let mut index: u8 = 0;
    for_each_reference(document, ObjectKind::Document, &mut |_, reference| {
        if reference != old {
            return None;
        }
        index = index.saturating_add(1);
        (index > first).then(|| format!("{SCHEMAS}{new}"))
    });
}

fn component_alias(dice: &mut Dice<'_>, document: &mut Value) {
    let Some(schemas) = components(document) else { return };
    let Some(old) = dice.key(schemas) else { return };
    let new = new_name(dice, &old);
    if let Some(schema) = schemas.insert(old.clone(), json!({"$ref": format!("{SCHEMAS}{new}")})) {
        schemas.insert(new, schema);
    }
}

fn document_others(dice: &mut Dice<'_>, document: &mut Value) {
    let others = [
        ("security", json!([{"other": []}])),
        ("servers", json!([{"url": "https://example.com"}])),
        ("tags", json!([{"name": "other"}])),
        ("x-a", json!(1)),
        ("info", json!({"title": "Other", "version": "2"})),
    ];
    let (key, value) = dice.one(others).unwrap_or_default();
    set(document, key, value);
}
