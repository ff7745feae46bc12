//! Mutations of operations, parameters, bodies, responses and components.

use serde_json::{Map, Value, json};

use super::dice::{Dice, Mutation, remove, remove_entry, set, toggle};
use xtask_document::Fields;
use xtask_document::operation::METHODS;
use xtask_document::schemas::{SCHEMAS, reference_to};
use xtask_document::walk::ObjectKind::{
    self, Document, Names, Operation, Parameter, PathItem, Paths, RequestBody, Response, Responses, Schema,
};
use xtask_document::walk::for_each_reference;

const fn of(name: &'static str, kinds: &'static [ObjectKind], apply: fn(&mut Dice<'_>, &mut Value)) -> Mutation {
    Mutation { name, kinds, apply }
}

const BODY: &[ObjectKind] = &[RequestBody, Response];

pub(super) const ALL: &[Mutation] = &[
    of("flag of a parameter", &[Parameter], |dice, parameter| {
        toggle(parameter, dice.one(["required", "required", "deprecated", "allowEmptyValue", "allowReserved"]));
    }),
    of("style of a parameter", &[Parameter], parameter_style),
    of("location of a parameter", &[Parameter], |dice, parameter| {
        set(parameter, "in", dice.one(["query", "header", "path", "cookie"]));
    }),
    of("name of a parameter", &[Parameter], |dice, parameter| set(parameter, "name", dice.name())),
    of("schema of a parameter", &[Parameter], |dice, parameter| set(parameter, "schema", dice.schema(1))),
    of("content of a parameter", &[Parameter], |_, parameter| {
        if let Some(schema) = remove(parameter, "schema") {
            set(parameter, "content", json!({"application/json": {"schema": schema}}));
        }
    }),
    of("new parameter of an operation", &[Operation], new_parameter),
    of("new parameter of a path", &[PathItem], new_parameter),
    of("parameter removed", &[Operation], |dice, operation| dice.remove_item(operation.get_mut("parameters"))),
    of("order of parameters", &[Operation], |dice, operation| dice.shuffle(operation.get_mut("parameters"))),
    of("required body", BODY, |_, body| toggle(body, "required")),
    of("media type", BODY, |dice, body| {
        let new = media_type(dice).to_owned();
        dice.rename(body.get_mut("content"), |_, _| new);
    }),
    of("new media type", BODY, new_media_type),
    of("content removed", BODY, |_, body| drop(remove(body, "content"))),
    of("header of a response", BODY, |dice, body| set(body, "headers", json!({"X-Other": {"schema": dice.schema(1)}}))),
    of("body", &[Operation], body),
    of("status", &[Responses], |dice, responses| dice.rename(Some(responses), |dice, _| status(dice).to_owned())),
    of("new response", &[Responses], new_response),
    of("response removed", &[Responses], remove_entry),
    of("operation id", &[Operation], |dice, operation| {
        set(operation, "operationId", dice.one(["other", "get_other", "otherThing", "new"]));
    }),
    of("field of an operation", &[Operation], operation_field),
    of("operation removed", &[PathItem], remove_entry),
    of("method", &[PathItem], |dice, item| dice.rename(Some(item), other_method)),
    of("path removed", &[Paths], remove_entry),
    of("path", &[Paths], |dice, paths| dice.rename(Some(paths), other_path)),
    of("path copied", &[Paths], path_copied),
    of("component renamed", &[Document], component_renamed),
    of("component copied", &[Document], component_copied),
    of("component becomes an alias", &[Document], component_alias),
    of("component replaced by a copy of another", &[Names(&Schema)], |dice, names| dice.copy(Some(names))),
    of("field of the document", &[Document], document_field),
];

fn parameter_style(dice: &mut Dice<'_>, parameter: &mut Value) {
    if dice.flip() {
        set(parameter, "explode", dice.flip());
    } else {
        set(parameter, "style", dice.one(["form", "simple", "deepObject", "matrix"]));
    }
}

fn new_parameter(dice: &mut Dice<'_>, owner: &mut Value) {
    let place = dice.one(["query", "query", "header"]);
    let name = if dice.random.u8(..6) == 0 { "Accept".to_owned() } else { dice.name() };
    let parameter = json!({"in": place, "name": name, "required": dice.flip(), "schema": dice.schema(1)});
    match owner.get_mut("parameters").and_then(Value::as_array_mut) {
        Some(parameters) => parameters.insert(dice.random.usize(..=parameters.len()), parameter),
        None => set(owner, "parameters", json!([parameter])),
    }
}

fn media_type(dice: &mut Dice<'_>) -> &'static str {
    dice.one([
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
    ])
}

fn new_media_type(dice: &mut Dice<'_>, body: &mut Value) {
    let new = json!({"schema": dice.schema(1)});
    match body.get_mut("content").and_then(Value::as_object_mut) {
        Some(content) => drop(content.insert(media_type(dice).to_owned(), new)),
        None => set(body, "content", json!({media_type(dice): new})),
    }
}

fn body(dice: &mut Dice<'_>, operation: &mut Value) {
    dice.remove_or_set(operation, "requestBody", |dice| {
        let content = json!({media_type(dice): {"schema": dice.schema(2)}});
        json!({"required": dice.flip(), "content": content})
    });
}

fn status(dice: &mut Dice<'_>) -> &'static str {
    dice.one(["200", "201", "202", "204", "206", "2XX", "default", "400", "4XX", "500", "302", "101"])
}

fn new_response(dice: &mut Dice<'_>, responses: &mut Value) {
    let mut response = json!({"description": "Other."});
    if dice.flip() {
        set(&mut response, "content", json!({media_type(dice): {"schema": dice.schema(2)}}));
    }
    set(responses, status(dice), response);
}

fn operation_field(dice: &mut Dice<'_>, operation: &mut Value) {
    let callbacks = json!({"done": {"{$request.body#/url}": {"post": {"responses": {"200": {"description": "d"}}}}}});
    let (key, value) = dice.one([
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
    ]);
    set(operation, key, value);
}

/// Keeps keys of a path item that are no methods.
fn other_method(dice: &mut Dice<'_>, key: &str) -> String {
    if METHODS.contains(&key) { dice.one(METHODS).to_owned() } else { key.to_owned() }
}

fn other_path(dice: &mut Dice<'_>, path: &str) -> String {
    match dice.random.u8(..3) {
        0 => format!("{path}/other"),
        1 => path.replace('{', "{other_"),
        _ => path.replace("}", "}.json"),
    }
}

fn path_copied(dice: &mut Dice<'_>, paths: &mut Value) {
    let Some(paths) = paths.as_object_mut() else { return };
    if let Some(old) = dice.key(paths)
        && let Some(mut item) = paths.get(&old).cloned()
    {
        for operation in item.as_object_mut().into_iter().flatten().map(|(_, operation)| operation) {
            let id = operation.text("operationId").map(|id| format!("{id}_copy"));
            if let Some(id) = id {
                set(operation, "operationId", id);
            }
        }
        paths.insert(format!("{old}/copy"), item);
    }
}

/// The components of a document, the name of one of them, and a new name for it.
fn component<'v>(dice: &mut Dice<'_>, document: &'v mut Value) -> Option<(&'v mut Map<String, Value>, String, String)> {
    let schemas = document.pointer_mut("/components/schemas")?.as_object_mut()?;
    let old = dice.key(schemas)?;
    let new = match dice.random.u8(..4) {
        0 => "Other".to_owned(),
        1 => format!("{old}2"),
        2 => old.to_uppercase(),
        _ => format!("{old}Response"),
    };
    Some((schemas, old, new))
}

fn component_renamed(dice: &mut Dice<'_>, document: &mut Value) {
    let Some((schemas, old, new)) = component(dice, document) else { return };
    if let Some(schema) = schemas.remove(&old) {
        schemas.insert(new.clone(), schema);
    }
    redirect(document, &old, &new, 0);
}

/// Copies a component. Some references to it become references to the copy.
fn component_copied(dice: &mut Dice<'_>, document: &mut Value) {
    let Some((schemas, old, new)) = component(dice, document) else { return };
    if let Some(schema) = schemas.get(&old).cloned() {
        schemas.insert(new.clone(), schema);
    }
    redirect(document, &old, &new, dice.random.u8(..3));
}

/// Replaces the references to a component, but keeps the first ones.
fn redirect(document: &mut Value, old: &str, new: &str, mut kept: u8) {
    let [old, new] = [old, new].map(|name| format!("{SCHEMAS}{name}"));
    for_each_reference(document, ObjectKind::Document, &mut |_, reference| {
        if reference != old {
            return None;
        }
        let is_kept = kept > 0;
        kept = kept.saturating_sub(1);
        (!is_kept).then(|| new.clone())
    });
}

fn component_alias(dice: &mut Dice<'_>, document: &mut Value) {
    let Some((schemas, old, new)) = component(dice, document) else { return };
    if let Some(schema) = schemas.insert(old, reference_to(&new)) {
        schemas.insert(new, schema);
    }
}

fn document_field(dice: &mut Dice<'_>, document: &mut Value) {
    let (key, value) = dice.one([
        ("security", json!([{"other": []}])),
        ("servers", json!([{"url": "https://example.com"}])),
        ("tags", json!([{"name": "other"}])),
        ("x-a", json!(1)),
        ("info", json!({"title": "Other", "version": "2"})),
    ]);
    set(document, key, value);
}
