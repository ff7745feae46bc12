//! Parameters.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::media_types::set;
use super::{Log, Loss, Rule};
use xtask_document::naming::{identifier, snake};
use xtask_document::operation::{Parameter, for_each_operation, parameters_mut};
use xtask_document::pointer::escape;
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::named_schemas;
use xtask_document::sendable::{fits_query, parameter_obstacle};

pub(super) const UNSENDABLE: Rule = Rule {
    name: "unsendable-parameter",
    why: "a parameter that the generated client cannot send must not be an argument; a header parameter `Accept`, \
          `Content-Type` or `Authorization` shall be ignored (OpenAPI 3.0.3, Parameter Object)",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 2 queries with lists in an object; Stripe: 188 operations with the style `deepObject`",
    loss: Loss::Narrows,
    apply: drop_unsendable,
};

fn drop_unsendable(document: &mut Value, log: &mut Log<'_>) {
    let original = named_schemas(document);
    let references = References::of(&original);
    for_each_operation(document, |place, _, operation| {
        let mut arguments = first_arguments(operation.contains_key("requestBody"));
        let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) else { return };
        parameters.retain_mut(|object| {
            let Some(parameter) = Parameter::of(object) else { return true };
            let name = parameter.name;
            if parameter.place == "header" && IGNORED.iter().any(|ignored| ignored.eq_ignore_ascii_case(name)) {
                log.note_loss(Loss::Lossless, place, format!("the header parameter {name} is ignored"));
                return false;
            }
            if let Some(obstacle) = obstacle(&references, &parameter, &mut arguments) {
                log.note(place, format!("dropped the parameter {name}, which {obstacle}"));
                return false;
            }
            if let Some((schema, dropped)) = sendable_part(&references, &parameter) {
                let dropped = dropped.join(", ");
                log.note(
                    place,
                    format!("dropped properties of the parameter {name}, which a query cannot hold: {dropped}"),
                );
                set(object, "schema", Value::Object(schema));
            }
            true
        });
    });
}

/// The header parameters that a document cannot describe.
const IGNORED: [&str; 3] = ["Accept", "Authorization", "Content-Type"];

/// The arguments of a method before those of its parameters.
pub(super) fn first_arguments(has_body: bool) -> BTreeSet<String> {
    has_body.then(|| "body".to_owned()).into_iter().collect()
}

/// Why a method cannot have an argument for a parameter. `arguments` has those of the parameters before it. A path
/// parameter is renamed instead.
pub(super) fn obstacle(
    references: &References<'_>,
    parameter: &Parameter<'_>,
    arguments: &mut BTreeSet<String>,
) -> Option<&'static str> {
    let mut clashes = || parameter.place != "path" && !arguments.insert(identifier(parameter.name, snake));
    parameter_obstacle(references, parameter).or_else(|| clashes().then_some("makes the same argument as another one"))
}

/// An object that is a query parameter, without the properties that a query cannot hold; and their names.
fn sendable_part(references: &References<'_>, parameter: &Parameter<'_>) -> Option<(Map<String, Value>, Vec<String>)> {
    let schema = parameter.schema().filter(|_| parameter.place == "query" && parameter.explodes())?;
    let schema = ResolvedSchema::of(references, schema);
    let others = schema.properties.iter().filter(|(_, property)| !fits_query(references, property));
    let others: Vec<_> = others.map(|(name, _)| (*name).to_owned()).collect();
    let mut part = schema.to_schema();
    part.get_mut("properties")?.as_object_mut()?.retain(|name, _| !others.contains(name));
    (!others.is_empty()).then_some((part, others))
}

pub(super) const CLASHING_NAMES: Rule = Rule {
    name: "clashing-parameters",
    why: "two parameters that are called the same in Rust cannot be arguments of one method; those of a path may be called anything, \
          but one that occurs in it twice has one value, and two of them may have two",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 4 paths",
    loss: Loss::Widens,
    apply: rename_clashing,
};

/// Names of parameters, each with its new one.
type Renamed = Vec<(String, String)>;

fn rename_clashing(document: &mut Value, log: &mut Log<'_>) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    let mut taken: BTreeSet<String> = paths.keys().cloned().collect();
    let mut renamed = Vec::new();
    for (path, item) in &*paths {
        if let Some((new, names)) = rename(path, item, &taken) {
            taken.insert(new.clone());
            renamed.push((path.clone(), new, names));
        }
    }
    for (old, new, names) in renamed {
        let Some(mut item) = paths.remove(&old) else { continue };
        for (from, to) in &names {
            rename_parameter(&mut item, from, to, &new);
            let loss = if stands_in(&new, from) { Loss::Widens } else { Loss::Lossless };
            log.note_loss(
                loss,
                &format!("/paths/{}", escape(&new)),
                format!("the path parameter {from} is called {to}"),
            );
        }
        paths.insert(new, item);
    }
}

/// A path in which no two parameters are called the same in Rust, nor one like another parameter of its operations; and
/// which ones have other names for it. It is none of those that are taken.
fn rename(path: &str, item: &Value, taken: &BTreeSet<String>) -> Option<(String, Renamed)> {
    let lists = item.as_object()?.iter().filter_map(|(key, value)| match key.as_str() {
        "parameters" => value.as_array(),
        _ => value.get("parameters").and_then(Value::as_array),
    });
    let seen: BTreeSet<String> = lists
        .flatten()
        .filter(|parameter| parameter.get("in") != Some(&json!("path")))
        .filter_map(|parameter| parameter.get("name").and_then(Value::as_str).map(|name| identifier(name, snake)))
        .collect();
    // Each number makes another path, and finitely many paths are taken.
    (1..).map(|number| rename_from(path, seen.clone(), number)).find_map(|attempt| match attempt {
        Some((new, _)) if taken.contains(&new) => None,
        attempt => Some(attempt),
    })?
}

/// The same with numbers that are greater than one.
fn rename_from(path: &str, mut seen: BTreeSet<String>, first: u32) -> Option<(String, Renamed)> {
    let mut renamed = Vec::new();
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let mut parts = path.split('{');
    let mut new = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let Some((name, rest)) = part.split_once('}') else {
            new.extend(["{", part]);
            continue;
        };
        let mut unique = name.to_owned();
        // The numbers that a name has used up need not be tried again.
        let number = numbers.entry(name).or_insert(first);
        while !seen.insert(identifier(&unique, snake)) {
            *number = number.saturating_add(1);
            unique = format!("{name}_{number}");
        }
        new.extend(["{", &unique, "}", rest]);
        if unique != name {
            renamed.push((name.to_owned(), unique));
        }
    }
    (!renamed.is_empty()).then_some((new, renamed))
}

/// Renames the last path parameter of a name: the ones before it keep theirs. One that occurs in the path
/// twice, but is described once, is described twice after that.
fn rename_parameter(item: &mut Value, from: &str, to: &str, path: &str) {
    let stays = stands_in(path, from);
    let mut lists: Vec<&mut Value> = Vec::new();
    for (key, value) in item.as_object_mut().into_iter().flatten() {
        match key.as_str() {
            "parameters" => lists.push(value),
            _ => lists.extend(value.get_mut("parameters")),
        }
    }
    for list in lists.into_iter().filter_map(Value::as_array_mut) {
        let is_meant = |parameter: &Value| {
            parameter.get("in") == Some(&json!("path")) && parameter.get("name") == Some(&json!(from))
        };
        let described = list.iter().filter(|parameter| is_meant(parameter)).count();
        let Some(position) = list.iter().rposition(is_meant) else { continue };
        let Some(mut parameter) = list.get(position).cloned() else { continue };
        if let Some(parameter) = parameter.as_object_mut() {
            parameter.insert("name".to_owned(), json!(to));
        }
        if stays && described == 1 {
            list.push(parameter);
        } else if let Some(place) = list.get_mut(position) {
            *place = parameter;
        }
    }
}

fn stands_in(path: &str, parameter: &str) -> bool {
    path.contains(&format!("{{{parameter}}}"))
}

pub(super) const WITHOUT_TEXT: Rule = Rule {
    name: "parameter-without-text",
    why: "a path or a header contains text, and an object, a list or null has no text",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 151 parameters; GitHub, REST API: 6",
    loss: Loss::Widens,
    apply: to_text,
};

fn to_text(document: &mut Value, log: &mut Log<'_>) {
    let original = named_schemas(document);
    let references = References::of(&original);
    for_each_operation(document, |place, _, operation| {
        for parameter in parameters_mut(operation) {
            let in_text = matches!(parameter.get("in").and_then(Value::as_str), Some("path" | "header"));
            let Some((schema, loss)) = parameter.get("schema").and_then(|schema| as_text(&references, schema)) else {
                continue;
            };
            if in_text {
                let name = parameter.get("name").and_then(Value::as_str).unwrap_or("without a name").to_owned();
                parameter.insert("schema".to_owned(), schema);
                log.note_loss(loss, place, format!("the parameter {name} is text"));
            }
        }
    });
}

pub(super) const LIST_IN_ONE: Rule = Rule {
    name: "list-in-one-parameter",
    why: "the generator writes every value of a list as a parameter of its own; with `explode: false` one \
          parameter holds all of them, with commas between them, and a server may accept one of the two forms only",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 1 parameter",
    loss: Loss::Widens,
    apply: list_to_text,
};

fn list_to_text(document: &mut Value, log: &mut Log<'_>) {
    let original = named_schemas(document);
    let references = References::of(&original);
    for_each_operation(document, |place, _, operation| {
        for parameter in parameters_mut(operation) {
            let has = |key: &str, value: Value| parameter.get(key) == Some(&value);
            let Some(schema) = parameter.get("schema") else { continue };
            if !has("in", json!("query"))
                || !has("explode", json!(false))
                || ResolvedSchema::of(&references, schema).is_scalar()
            {
                continue;
            }
            let name = parameter.get("name").and_then(Value::as_str).unwrap_or("without a name").to_owned();
            parameter.insert("schema".to_owned(), json!({"type": "string"}));
            log.note(place, format!("the parameter {name} is text: its values, with commas between them"));
        }
    });
}

/// The schema of the text that there is for a value, and what is lost by that, unless every value has one. That of
/// anything is any text.
fn as_text<'a>(references: &References<'a>, schema: &'a Value) -> Option<(Value, Loss)> {
    let schema = ResolvedSchema::of(references, schema);
    match schema.get("type").and_then(Value::as_str) {
        Some("string" | "integer" | "number" | "boolean") => schema.is("nullable").then(|| {
            let mut schema = schema.to_schema();
            schema.remove("nullable");
            if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
                values.retain(|value| !value.is_null());
            }
            (Value::Object(schema), Loss::Lossless)
        }),
        found => {
            let says_nothing =
                found.is_none() && ["anyOf", "enum", "oneOf"].iter().all(|keyword| schema.get(keyword).is_none());
            Some((json!({"type": "string"}), if says_nothing { Loss::Lossless } else { Loss::Widens }))
        }
    }
}

#[cfg(test)]
mod tests;
