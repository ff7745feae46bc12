//! Parameters.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::media_types::set;
use super::{Log, Loss, Rule};
use xtask_document::Fields;
use xtask_document::naming::{identifier, snake};
use xtask_document::operation::{Parameter, for_each_operation, parameters_mut};
use xtask_document::pointer::escape;
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::named_schemas;
use xtask_document::sendable::{fits_query, parameter_obstacle};

pub(super) const UNSENDABLE: Rule = Rule {
    name: "unsendable-parameter",
    why: "a parameter that the client cannot send must not be an argument; OpenAPI 3.0.3 (Parameter Object) ignores the \
          header parameters `Accept`, `Content-Type` and `Authorization`",
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
                log.note_loss(Loss::Lossless, place, format!("dropped the header parameter {name}, which is ignored"));
                return false;
            }
            if let Some(obstacle) = obstacle(&references, &parameter, &mut arguments) {
                log.note(place, format!("dropped the parameter {name}, which {obstacle}"));
                return false;
            }
            if let Some((schema, dropped)) = sendable_part(&references, &parameter) {
                let dropped = dropped.join(", ");
                let what = format!("dropped properties of the parameter {name} that a query cannot contain: {dropped}");
                log.note(place, what);
                set(object, "schema", Value::Object(schema));
            }
            true
        });
    });
}

/// The header parameters that OpenAPI ignores.
const IGNORED: [&str; 3] = ["Accept", "Authorization", "Content-Type"];

/// The arguments of a method before those of its parameters.
pub(super) fn first_arguments(has_body: bool) -> BTreeSet<String> {
    has_body.then(|| "body".to_owned()).into_iter().collect()
}

/// Why a method cannot have an argument for a parameter. `arguments` contains those of earlier parameters. A clashing
/// path parameter is renamed instead.
pub(super) fn obstacle(
    references: &References<'_>,
    parameter: &Parameter<'_>,
    arguments: &mut BTreeSet<String>,
) -> Option<&'static str> {
    let mut clashes = || parameter.place != "path" && !arguments.insert(identifier(parameter.name, snake));
    parameter_obstacle(references, parameter).or_else(|| clashes().then_some("has the argument name of another one"))
}

/// The schema of a query parameter without the properties that a query cannot contain, and the names of these.
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
    why: "two parameters with the same name in Rust cannot be arguments of one method; a path parameter may have any name, \
          but one that is twice in a path has one value, and its two new names may have two",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 4 paths",
    loss: Loss::Widens,
    apply: rename_clashing,
};

/// Names of parameters, with their new names.
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
        let place = format!("/paths/{}", escape(&new));
        for (from, to) in &names {
            rename_parameter(&mut item, from, to, &new);
            let loss = if is_in_path(&new, from) { Loss::Widens } else { Loss::Lossless };
            log.note_loss(loss, &place, format!("renamed the path parameter {from} to {to}"));
        }
        paths.insert(new, item);
    }
}

/// A new path, not in `taken`, in which every parameter has a unique name in Rust, also among the other parameters of
/// its operations; and the parameters that were renamed.
fn rename(path: &str, item: &Value, taken: &BTreeSet<String>) -> Option<(String, Renamed)> {
    let lists = item.as_object()?.iter().filter_map(|(key, value)| match key.as_str() {
        "parameters" => value.as_array(),
        _ => value.get("parameters").and_then(Value::as_array),
    });
    let seen: BTreeSet<String> = lists
        .flatten()
        .filter(|parameter| parameter.text("in") != Some("path"))
        .filter_map(|parameter| parameter.text("name").map(|name| identifier(name, snake)))
        .collect();
    // It ends: each number makes another path, and finitely many paths are taken.
    let is_free = |renamed: &Option<(String, _)>| renamed.as_ref().is_none_or(|(new, _)| !taken.contains(new));
    (1..).map(|number| rename_from(path, seen.clone(), number)).find(is_free)?
}

/// Like [`rename`], with numbers that are greater than `first`.
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
        // A name continues after its last number, which avoids a search.
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

/// Renames the last path parameter with a name; the ones before it keep it. A parameter that is twice in the path, but
/// described once, is then described twice.
fn rename_parameter(item: &mut Value, from: &str, to: &str, path: &str) {
    let is_still_used = is_in_path(path, from);
    let lists = item.as_object_mut().into_iter().flatten().filter_map(|(key, value)| match key.as_str() {
        "parameters" => Some(value),
        _ => value.get_mut("parameters"),
    });
    for list in lists.filter_map(Value::as_array_mut) {
        let has_name = |parameter: &Value| parameter.text("in") == Some("path") && parameter.text("name") == Some(from);
        let count = list.iter().filter(|parameter| has_name(parameter)).count();
        let Some(last) = list.iter_mut().rfind(|parameter| has_name(parameter)) else { continue };
        let mut renamed = last.clone();
        set(&mut renamed, "name", json!(to));
        if is_still_used && count == 1 {
            list.push(renamed);
        } else {
            *last = renamed;
        }
    }
}

fn is_in_path(path: &str, parameter: &str) -> bool {
    path.contains(&format!("{{{parameter}}}"))
}

pub(super) const WITHOUT_TEXT: Rule = Rule {
    name: "parameter-without-text",
    why: "a path or a header contains text, and the generator has no text for an object, a list or null",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 151 parameters; GitHub, REST API: 6",
    loss: Loss::Widens,
    apply: to_text,
};

fn to_text(document: &mut Value, log: &mut Log<'_>) {
    let original = named_schemas(document);
    let references = References::of(&original);
    for_each_operation(document, |place, _, operation| {
        let is_text = |parameter: &&mut Map<String, Value>| matches!(parameter.text("in"), Some("path" | "header"));
        for parameter in parameters_mut(operation).filter(is_text) {
            let Some((schema, loss)) = parameter.get("schema").and_then(|schema| as_text(&references, schema)) else {
                continue;
            };
            let name = parameter.text("name").unwrap_or("without a name").to_owned();
            parameter.insert("schema".to_owned(), schema);
            log.note_loss(loss, place, format!("made the parameter {name} text"));
        }
    });
}

pub(super) const LIST_IN_ONE: Rule = Rule {
    name: "list-in-one-parameter",
    why: "the generator sends every value of a list as a separate parameter; with `explode: false`, one parameter contains \
          all values, separated by commas, and a server may accept one of the two forms only",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 1 parameter",
    loss: Loss::Widens,
    apply: list_to_text,
};

fn list_to_text(document: &mut Value, log: &mut Log<'_>) {
    let original = named_schemas(document);
    let references = References::of(&original);
    for_each_operation(document, |place, _, operation| {
        for parameter in parameters_mut(operation) {
            let Some(schema) = parameter.get("schema") else { continue };
            if parameter.text("in") != Some("query")
                || parameter.get("explode") != Some(&Value::Bool(false))
                || ResolvedSchema::of(&references, schema).is_scalar()
            {
                continue;
            }
            let name = parameter.text("name").unwrap_or("without a name").to_owned();
            parameter.insert("schema".to_owned(), json!({"type": "string"}));
            log.note(place, format!("made the parameter {name} text: its values, separated by commas"));
        }
    });
}

/// The schema for the text of a schema's values, and the loss; `None` if the schema already has text for every value.
/// The text of a free-form schema is any text.
fn as_text<'a>(references: &References<'a>, schema: &'a Value) -> Option<(Value, Loss)> {
    let schema = ResolvedSchema::of(references, schema);
    match schema.text("type") {
        Some("string" | "integer" | "number" | "boolean") => schema.is("nullable").then(|| {
            let mut schema = schema.to_schema();
            schema.remove("nullable");
            if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
                values.retain(|value| !value.is_null());
            }
            (Value::Object(schema), Loss::Lossless)
        }),
        other => {
            let is_free_form =
                other.is_none() && ["anyOf", "enum", "oneOf"].iter().all(|keyword| schema.get(keyword).is_none());
            Some((json!({"type": "string"}), if is_free_form { Loss::Lossless } else { Loss::Widens }))
        }
    }
}

#[cfg(test)]
mod tests;
