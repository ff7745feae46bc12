//! Parameters.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::media_types::set;
use super::{Log, Loss, Rule};
use xtask_document::naming::{identifier, snake};
use xtask_document::operation::{Parameter, for_each_operation, parameters_mut};
use xtask_document::resolved::{References, ResolvedSchema, named_schemas};
use xtask_document::walk::escape;

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
            if let Some(obstacle) = obstacle(&references, parameter, &mut arguments) {
                log.note(place, format!("dropped the parameter {name}, which {obstacle}"));
                return false;
            }
            if let Some((schema, dropped)) = sendable_part(&references, parameter) {
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

/// Why the generated client cannot send a parameter, whatever its value. `arguments` has those of the parameters before
/// it. One in a path gets another name.
pub(super) fn obstacle(
    references: &References<'_>,
    parameter: Parameter<'_>,
    arguments: &mut BTreeSet<String>,
) -> Option<&'static str> {
    let obstacle = match (parameter.place, parameter.style(), parameter.schema()) {
        ("cookie", ..) => Some("is a cookie"),
        ("path" | "header", "simple", Some(_)) => None,
        ("query", "form", Some(schema)) => (parameter.explodes() && !fits_query(references, schema, true, 0))
            .then_some("holds a list or an object where a query can hold text, a number or a boolean only"),
        (_, "simple" | "form", None) => parameter.object.contains_key("content").then_some("has content, not a schema"),
        _ => Some("has a style that the generator cannot write"),
    };
    let is_new = |arguments: &mut BTreeSet<String>| arguments.insert(identifier(parameter.name, snake));
    match obstacle {
        None if parameter.place != "path" && !is_new(arguments) => Some("makes the same argument as another one"),
        obstacle => obstacle,
    }
}

/// How deep alternatives of alternatives are followed: they may lead to themselves.
const DEEPEST: usize = 16;

/// Whether a query can hold values of a schema: scalars and, as a whole, lists and objects of scalars. Of any values, it
/// can hold these; of an object, its other properties may be absent.
fn fits_query(references: &References<'_>, schema: &Value, is_whole: bool, depth: usize) -> bool {
    let schema = ResolvedSchema::of(references, schema);
    let fits = |part: &Value, is_whole: bool| fits_query(references, part, is_whole, depth.saturating_add(1));
    if let Some(branches) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
        return depth > DEEPEST || branches.iter().any(|branch| fits(branch, is_whole));
    }
    if schema.properties.is_empty() && schema.get("type").is_none_or(|of| of != "object" && of != "array") {
        return true;
    }
    let (properties, required) = (&schema.properties, schema.required());
    let mut parts = ["additionalProperties", "items"].into_iter().filter_map(|keyword| schema.get(keyword));
    let (sendable, others): (Vec<_>, Vec<_>) = properties.iter().partition(|(_, property)| fits(property, false));
    is_whole
        && parts.all(|part| !part.is_object() || fits(part, false))
        && others.iter().all(|(name, _)| !required.contains(*name))
        && (others.is_empty() || !sendable.is_empty())
}

/// An object that is a query parameter, without the properties that a query cannot hold; and their names.
fn sendable_part(references: &References<'_>, parameter: Parameter<'_>) -> Option<(Map<String, Value>, Vec<String>)> {
    let schema = parameter.schema().filter(|_| parameter.place == "query" && parameter.explodes())?;
    let schema = ResolvedSchema::of(references, schema);
    let others = schema.properties.iter().filter(|(_, property)| !fits_query(references, property, false, 0));
    let others: Vec<_> = others.map(|(name, _)| (*name).to_owned()).collect();
    let mut part = schema.to_schema();
    part.get_mut("properties")?.as_object_mut()?.retain(|name, _| !others.contains(name));
    (!others.is_empty()).then_some((part, others))
}

pub(super) const CLASHING_NAMES: Rule = Rule {
    name: "clashing-parameters",
    why: "two parameters that are called the same in Rust cannot be arguments of one method; those of a path may be called anything, \
          but one that stands in it twice has one value, and two of them may have two",
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
    // Every number leads to another path, and the ones that are taken have an end.
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

/// Renames the last path parameter of a name: the ones before it keep theirs. One that stands in the path twice, but is
/// described once, is described twice after that.
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
    why: "the generator writes every value of a list as a parameter of its own; with `explode: false` they have to stand in \
          one, with commas between them, and a server may take one of them only",
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
mod tests {
    use super::super::{losses, run};
    use super::*;

    fn document(path: &str, parameters: Value) -> Value {
        json!({"paths": {path: {"get": {"parameters": parameters}}}})
    }

    fn parameter(name: &str, schema: Value) -> Value {
        json!({"in": "path", "name": name, "schema": schema})
    }

    #[test]
    fn header_parameter_that_shall_be_ignored_is_dropped() {
        let header = |name: &str| json!({"in": "header", "name": name, "required": true, "schema": {"type": "string"}});
        let (x, query) = (header("X-Accept"), json!({"in": "query", "name": "Accept", "schema": {"type": "string"}}));
        let ignored = ["Accept", "content-type", "AUTHORIZATION"].map(header);
        let all = ignored.iter().chain([&x, &query]).collect::<Vec<_>>();
        let (rest, lost) = losses(&UNSENDABLE, document("/a", json!(all)));
        assert_eq!((rest, lost), (document("/a", json!([x, query])), vec![Loss::Lossless; 3]));
    }

    #[test]
    fn optional_parameter_that_cannot_be_sent_is_dropped() {
        let text = json!({"type": "string"});
        let list = |items: &Value| json!({"type": "array", "items": items});
        let object = |value: &Value| json!({"type": "object", "properties": {"a": value}});
        let map = |value: &Value| json!({"type": "object", "additionalProperties": value});
        let is_kept = |parameter: Value| {
            let document = document("/a", json!([parameter]));
            losses(&UNSENDABLE, document.clone()) == (document, vec![])
        };
        let query = |schema: &Value| parameter_in("query", schema);
        let tags = &list(&text);
        for sendable in [
            &text,
            tags,
            &object(&text),
            &map(&text),
            &json!({}),
            &list(&json!({})),
            &json!({"type": "object"}),
            &json!({"oneOf": [text, list(tags)]}),
            &map(&json!({"oneOf": [text, tags]})),
            &map(&json!(true)),
        ] {
            assert!(is_kept(query(sendable)), "{sendable}");
        }
        for other in [
            &object(tags),
            &object(&object(&text)),
            &list(tags),
            &list(&object(&text)),
            &map(tags),
            &json!({"oneOf": [list(tags), map(tags)]}),
            &map(&json!({"type": "object"})),
        ] {
            assert!(!is_kept(query(other)), "{other}");
        }
        let mut joined = query(&list(tags));
        joined["explode"] = json!(false);
        assert!(is_kept(joined), "it becomes text");
        assert!(is_kept(parameter_in("header", &list(tags))), "it becomes text");
        let mut deep = query(&object(&text));
        deep["style"] = json!("deepObject");
        for other in [deep, parameter_in("cookie", &text), json!({"in": "query", "name": "p", "content": {}})] {
            let (rest, lost) = losses(&UNSENDABLE, document("/a", json!([other])));
            assert_eq!((rest, lost), (document("/a", json!([])), vec![Loss::Narrows]));
        }
    }

    #[test]
    fn optional_property_that_a_query_cannot_hold_is_dropped() {
        let text = json!({"type": "string"});
        let list = json!({"type": "array", "items": text});
        let query = |schema: Value| document("/a", json!([parameter_in("query", &schema)]));
        let object = json!({"type": "object", "properties": {"a": text, "b": list}, "required": ["a"]});
        let part = query(json!({"type": "object", "properties": {"a": text}, "required": ["a"]}));
        assert_eq!(losses(&UNSENDABLE, query(object)), (part, vec![Loss::Narrows]));
        let required = json!({"type": "object", "properties": {"a": text, "b": list}, "required": ["b"]});
        assert_eq!(losses(&UNSENDABLE, query(required)), (document("/a", json!([])), vec![Loss::Narrows]));
    }

    #[test]
    fn parameter_that_makes_the_argument_of_another_one_is_dropped() {
        let [at, before, body] = ["At", "At<", "body"].map(|name| json!({"in": "query", "name": name, "schema": {}}));
        let with_body = |parameters: Value| {
            let mut document = document("/a", parameters);
            document["paths"]["/a"]["get"]["requestBody"] = json!({});
            document
        };
        let (rest, lost) = losses(&UNSENDABLE, with_body(json!([at, before, body])));
        assert_eq!((rest, lost), (with_body(json!([at])), vec![Loss::Narrows; 2]));
        assert_eq!(run(&UNSENDABLE, document("/a", json!([body]))), (document("/a", json!([body])), 0));
    }

    fn parameter_in(place: &str, schema: &Value) -> Value {
        json!({"in": place, "name": "p", "schema": schema})
    }

    #[test]
    fn alternatives_of_a_parameter_that_lead_to_themselves_have_an_end() {
        let mut document =
            document("/a", json!([parameter_in("query", &json!({"$ref": "#/components/schemas/Loop"}))]));
        document["components"] = json!({"schemas": {"Loop": {"oneOf": [{"$ref": "#/components/schemas/Loop"}]}}});
        assert_eq!(run(&UNSENDABLE, document.clone()), (document, 0));
    }

    #[test]
    fn parameters_of_one_name_get_two() {
        let (id, other) = (parameter("id", json!({})), parameter("Id", json!({})));
        let fixed = document("/a/{id}/b/{Id_2}", json!([id, parameter("Id_2", json!({}))]));
        let two = document("/a/{id}/b/{Id}", json!([id, other]));
        assert_eq!(losses(&CLASHING_NAMES, two), (fixed, vec![Loss::Lossless]));
        let in_one_segment = document("/a/{id}.{Id}", json!([id, other]));
        let fixed = document("/a/{id}.{Id_2}", json!([id, parameter("Id_2", json!({}))]));
        assert_eq!(losses(&CLASHING_NAMES, in_one_segment), (fixed, vec![Loss::Lossless]));
        let twice = document("/a/{id}/b/{id}", json!([id, id]));
        let fixed = document("/a/{id}/b/{id_2}", json!([id, parameter("id_2", json!({}))]));
        assert_eq!(losses(&CLASHING_NAMES, twice), (fixed.clone(), vec![Loss::Widens]));
        let described_once = document("/a/{id}/b/{id}", json!([id]));
        assert_eq!(run(&CLASHING_NAMES, described_once), (fixed, 1));
    }

    #[test]
    fn a_path_gets_no_name_that_another_one_has() {
        let item = |id: &str| json!({"get": {"operationId": id}});
        let paths = json!({"paths": {"/a/{id}/b/{Id}": item("x"), "/a/{id}/b/{Id_2}": item("y"), "/a/{id}/b/{Id_3}": item("z")}});
        let fixed = json!({"paths": {"/a/{id}/b/{Id_4}": item("x"), "/a/{id}/b/{Id_2}": item("y"), "/a/{id}/b/{Id_3}": item("z")}});
        assert_eq!(run(&CLASHING_NAMES, paths), (fixed, 1));
    }

    #[test]
    fn a_path_parameter_gives_way_to_a_query_parameter_of_its_name() {
        let query = json!({"in": "query", "name": "id"});
        let clash = document("/a/{id}", json!([parameter("id", json!({})), query]));
        let fixed = document("/a/{id_2}", json!([parameter("id_2", json!({})), query]));
        assert_eq!(run(&CLASHING_NAMES, clash), (fixed, 1));
    }

    #[test]
    fn what_goes_into_a_path_is_text() {
        let one = |schema: Value| document("/a/{id}", json!([parameter("id", schema)]));
        let text = json!({"type": "string"});
        for (schema, fixed, loss) in [
            (json!({"type": "object"}), text.clone(), Loss::Widens),
            (json!({"oneOf": [{"type": "integer"}, {"type": "boolean"}]}), text.clone(), Loss::Widens),
            (json!({"description": "d"}), text, Loss::Lossless),
            (
                json!({"type": "string", "enum": ["a", null], "nullable": true}),
                json!({"type": "string", "enum": ["a"]}),
                Loss::Lossless,
            ),
        ] {
            assert_eq!(losses(&WITHOUT_TEXT, one(schema)), (one(fixed), vec![loss]));
        }
        let number = document("/a/{id}", json!([parameter("id", json!({"type": "integer"}))]));
        assert_eq!(run(&WITHOUT_TEXT, number.clone()), (number, 0));
        let query = json!({"paths": {"/a": {"get": {"parameters": [{"in": "query", "name": "q", "schema": {"type": "object"}}]}}}});
        assert_eq!(run(&WITHOUT_TEXT, query.clone()), (query, 0));
    }

    #[test]
    fn a_list_that_stands_in_one_parameter_is_text() {
        let query = |explode: Option<bool>, schema: Value| {
            let mut parameter = json!({"in": "query", "name": "ids", "style": "form", "schema": schema});
            if let Some(explode) = explode {
                parameter["explode"] = json!(explode);
            }
            let list = json!({"type": "array", "items": {"type": "integer"}});
            json!({
                "paths": {"/a": {"get": {"parameters": [parameter]}}}, "components": {"schemas": {"Ids": list}},
            })
        };
        let list = json!({"$ref": "#/components/schemas/Ids"});
        let text = json!({"type": "string"});
        for schema in [&list, &json!({"type": "object"}), &json!({"oneOf": [list, text]})] {
            let fixed = query(Some(false), text.clone());
            assert_eq!(losses(&LIST_IN_ONE, query(Some(false), schema.clone())), (fixed, vec![Loss::Widens]));
        }
        for exploded in
            [query(None, list.clone()), query(Some(true), list), query(Some(false), json!({"type": "integer"}))]
        {
            assert_eq!(run(&LIST_IN_ONE, exploded.clone()), (exploded, 0));
        }
    }
}
