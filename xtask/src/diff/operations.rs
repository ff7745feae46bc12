//! What changes in operations mean.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Change, Class, Side};
use super::schemas::Schemas;
use crate::document::{Operation, operations, route};
use crate::schemas::escape;

use Class::{Additive, Breaking, Documentation};

/// Operations by method and path, without the names of the path's parameters: they are no part of a request.
type Operations<'a> = BTreeMap<(String, &'a str), Operation<'a>>;

pub(super) fn compare(schemas: &mut Schemas<'_>) {
    let (old, new) = (by_route(schemas.old), by_route(schemas.new));
    for (route, operation) in &old {
        if !new.contains_key(route) {
            let change = Change::new(Breaking, Side::Operation, place(operation), "the operation is gone");
            schemas.add(change.on_the_wire());
        }
    }
    for (route, operation) in &new {
        match old.get(route) {
            Some(earlier) => compare_one(schemas, earlier, operation),
            None => schemas.add(Change::new(Additive, Side::Operation, place(operation), "there is a new operation")),
        }
    }
}

fn by_route(document: &Value) -> Operations<'_> {
    operations(document).map(|operation| ((route(operation.path), operation.method), operation)).collect()
}

fn place(operation: &Operation<'_>) -> String {
    format!("{} {}", operation.method.to_uppercase(), operation.path)
}

fn compare_one<'a>(schemas: &mut Schemas<'a>, old: &Operation<'a>, new: &Operation<'a>) {
    let place = place(new);
    let mut add = |class, what: String| schemas.add(Change::new(class, Side::Operation, place.clone(), what));
    let text = |operation: &Operation<'_>, key: &str| {
        operation.object.get(key).and_then(Value::as_str).unwrap_or("none").to_owned()
    };
    if text(old, "operationId") != text(new, "operationId") {
        let (before, after) = (text(old, "operationId"), text(new, "operationId"));
        add(Breaking, format!("the operation id was {before} and is {after}"));
    }
    if old.path != new.path {
        add(Documentation, format!("the path was {}", old.path));
    }
    let words: Vec<_> = ["summary", "description", "tags", "x-api-token-group"]
        .into_iter()
        .filter(|key| old.object.get(*key) != new.object.get(*key))
        .collect();
    if !words.is_empty() {
        add(Documentation, format!("{} changed", words.join(", ")));
    }
    if old.object.get("deprecated") != new.object.get("deprecated") {
        add(Additive, "whether it is deprecated changed".to_owned());
    }
    compare_parameters(schemas, old, new, &place);
    compare_bodies(schemas, old.object.get("requestBody"), new.object.get("requestBody"), &place);
    compare_responses(schemas, old, new, &place);
}

/// The parameters that are sent by name. Those of the path are sent by position; the path says which there are.
fn compare_parameters<'a>(schemas: &mut Schemas<'a>, old: &Operation<'a>, new: &Operation<'a>, place: &str) {
    let (before, after) = (parameters(schemas.old, old), parameters(schemas.new, new));
    let is_required = |parameter: &Value| parameter.get("required") == Some(&Value::Bool(true));
    for ((kind, name), parameter) in &before {
        if *kind != "path" && !after.contains_key(&(*kind, name.clone())) {
            let change = Change::new(Breaking, Side::Request, place, format!("the {kind} parameter {name} is gone"));
            schemas.add(if is_required(parameter) { change.on_the_wire() } else { change });
        }
    }
    for ((kind, name), parameter) in &after {
        let Some(earlier) = before.get(&(*kind, name.clone())) else {
            let required = is_required(parameter);
            let word = if required { "required" } else { "optional" };
            let what = format!("there is a new {word} {kind} parameter {name}");
            let change = Change::new(Breaking, Side::Request, place, what);
            schemas.add(if required { change.on_the_wire() } else { change });
            continue;
        };
        match (is_required(earlier), is_required(parameter)) {
            (false, true) => schemas.add(
                Change::new(Breaking, Side::Request, place, format!("the {kind} parameter {name} is required now"))
                    .on_the_wire(),
            ),
            (true, false) => {
                schemas.add(Change::new(
                    Breaking,
                    Side::Request,
                    place,
                    format!("the {kind} parameter {name} is optional now"),
                ));
            }
            _ => {}
        }
        let required = is_required(earlier) && is_required(parameter);
        if let (Some(earlier), Some(later)) = (earlier.get("schema"), parameter.get("schema")) {
            let place = format!("{place}, {kind} parameter {name}");
            schemas.compare(earlier, later, &place, Side::Request, required);
        }
    }
}

/// The parameters of an operation and of its path, by kind and name; those of the path by position.
fn parameters<'a>(document: &'a Value, operation: &Operation<'a>) -> BTreeMap<(&'a str, String), &'a Value> {
    let shared = document.pointer(&format!("/paths/{}/parameters", escape(operation.path)));
    let own = operation.object.get("parameters");
    let segments = operation
        .path
        .split('/')
        .enumerate()
        .filter_map(|(position, segment)| Some((segment.strip_prefix('{')?.strip_suffix('}')?, position)));
    let mut positions = BTreeMap::new();
    for (name, position) in segments {
        positions.entry(name).or_insert(position);
    }
    [shared, own]
        .into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .flatten()
        .map(|parameter| component(document, parameter))
        .filter_map(|parameter| {
            let kind = parameter.get("in")?.as_str()?;
            let name = parameter.get("name")?.as_str()?;
            let name = if kind == "path" { format!("at segment {}", positions.get(name)?) } else { name.to_owned() };
            Some(((kind, name), parameter))
        })
        .collect()
}

/// What an object has, by name.
fn members(object: Option<&Value>) -> BTreeMap<&str, &Value> {
    let members = object.and_then(Value::as_object).into_iter().flatten();
    members.map(|(name, value)| (name.as_str(), value)).collect()
}

/// What a reference to a component of any kind leads to.
fn component<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let path = value.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
    path.and_then(|path| document.pointer(path)).unwrap_or(value)
}

fn compare_bodies<'a>(schemas: &mut Schemas<'a>, old: Option<&'a Value>, new: Option<&'a Value>, place: &str) {
    let mut breaking = |what: &str| schemas.add(Change::new(Breaking, Side::Request, place, what));
    let (old, new) = match (old, new) {
        (None, None) => return,
        (Some(_), None) => return breaking("it no longer takes a body"),
        (None, Some(_)) => return breaking("it takes a body now"),
        (Some(old), Some(new)) => (component(schemas.old, old), component(schemas.new, new)),
    };
    let is_required = |body: &Value| body.get("required") == Some(&Value::Bool(true));
    if is_required(old) != is_required(new) {
        let what = if is_required(new) { "its body is required now" } else { "its body is optional now" };
        schemas.add(Change::new(Breaking, Side::Request, place, what));
    }
    compare_contents(schemas, old, new, &format!("{place} body"), Side::Request);
}

fn compare_responses<'a>(schemas: &mut Schemas<'a>, old: &Operation<'a>, new: &Operation<'a>, place: &str) {
    let (before, after) = (members(old.object.get("responses")), members(new.object.get("responses")));
    for status in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let is_success = status.starts_with('2');
        match (before.get(status), after.get(status)) {
            (Some(old), Some(new)) if is_success => {
                let (old, new) = (component(schemas.old, old), component(schemas.new, new));
                compare_contents(schemas, old, new, &format!("{place} {status}"), Side::Response);
            }
            // The crates read a failure without its document.
            (Some(old), Some(new)) if old != new => {
                schemas.add(Change::new(Documentation, Side::Response, place, format!("the failure {status} changed")));
            }
            (Some(_), Some(_)) | (None, None) => {}
            (before, _) => {
                let word = if before.is_some() { "no longer documented" } else { "documented now" };
                let class = if is_success { Breaking } else { Documentation };
                schemas.add(Change::new(class, Side::Response, place, format!("status {status} is {word}")));
            }
        }
    }
}

/// Compares what a body may be, by media type.
fn compare_contents<'a>(schemas: &mut Schemas<'a>, old: &'a Value, new: &'a Value, place: &str, side: Side) {
    let (before, after) = (members(old.get("content")), members(new.get("content")));
    for media_type in before.keys().filter(|media_type| !after.contains_key(*media_type)) {
        schemas.add(Change::new(Breaking, side, place, format!("{media_type} is gone")).on_the_wire());
    }
    for (media_type, content) in after {
        match (before.get(&media_type).map(|content| content.get("schema")), content.get("schema")) {
            (None, _) => schemas.add(Change::new(Breaking, side, place, format!("there is also {media_type} now"))),
            (Some(Some(old)), Some(new)) => schemas.compare(old, new, place, side, true),
            (Some(None), None) => {}
            (Some(_), _) => {
                schemas.add(Change::new(Breaking, side, place, format!("whether {media_type} has a schema changed")));
            }
        }
    }
}
