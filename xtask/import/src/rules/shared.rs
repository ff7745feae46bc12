//! Components that operations share.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Log, Loss, Rule};
use xtask_document::Fields;
use xtask_document::operation::METHODS;
use xtask_document::pointer::escape;
use xtask_document::resolved::{size, targets};
use xtask_document::walk::{ObjectKind, for_each_reference};

/// The groups of components that operations use.
const KINDS: [&str; 3] = ["parameters", "requestBodies", "responses"];

pub(super) const PARTS: Rule = Rule {
    name: "shared-parts",
    why: "the other rules read only an operation's own parameters, body and responses",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 169 places; GitHub, REST API: 2,931",
    loss: Loss::Lossless,
    apply: give_to_operations,
};

fn give_to_operations(document: &mut Value, log: &mut Log<'_>) {
    let components = document.get("components").cloned().unwrap_or_default();
    let components = entries(&components);
    let names = components.keys().map(String::as_str);
    let shared = targets(names, |name| components.get(name).copied(), |part| part.text("$ref"));
    for (path, item) in document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten() {
        let Some(item) = item.as_object_mut() else { continue };
        let place = format!("/paths/{}", escape(path));
        let mut of_path = item.remove("parameters");
        for (index, parameter) in of_path.iter_mut().filter_map(Value::as_array_mut).flatten().enumerate() {
            inline(parameter, &shared, &format!("{place}/parameters/{index}"), log);
        }
        let of_path = of_path.as_ref().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for (method, operation) in item.iter_mut().filter(|(key, _)| METHODS.contains(&key.as_str())) {
            let Some(operation) = operation.as_object_mut() else { continue };
            let place = format!("{place}/{method}");
            for (keyword, part) in operation.iter_mut() {
                let place = format!("{place}/{keyword}");
                match (keyword.as_str(), part) {
                    ("requestBody", body) => inline(body, &shared, &place, log),
                    ("parameters", Value::Array(parameters)) => {
                        for (index, parameter) in parameters.iter_mut().enumerate() {
                            inline(parameter, &shared, &format!("{place}/{index}"), log);
                        }
                    }
                    ("responses", Value::Object(responses)) => {
                        for (status, response) in responses {
                            inline(response, &shared, &format!("{place}/{}", escape(status)), log);
                        }
                    }
                    _ => {}
                }
            }
            add_parameters(operation, of_path, &place, log);
        }
    }
    remove_shared(document);
}

/// Replaces a reference by a copy of its target.
fn inline(part: &mut Value, shared: &BTreeMap<&str, &Value>, place: &str, log: &mut Log<'_>) {
    let Some(reference) = part.text("$ref") else { return };
    let Some(target) = shared.get(reference).copied().filter(|target| target.is_object()) else { return };
    if log.copy(place, || size(target)) {
        log.note(place, format!("copied {reference}"));
        *part = target.clone();
    }
}

/// Adds the parameters of a path to an operation, unless the operation overrides them.
fn add_parameters(operation: &mut Map<String, Value>, of_path: &[Value], place: &str, log: &mut Log<'_>) {
    let own: BTreeSet<_> = operation.list("parameters").iter().map(identity).collect();
    let new: Vec<&Value> = of_path.iter().filter(|parameter| !own.contains(&identity(parameter))).collect();
    if new.is_empty() || !log.copy(place, || new.iter().map(|parameter| size(parameter)).fold(0, usize::saturating_add))
    {
        return;
    }
    log.note(place, format!("copied {} parameters of its path", new.len()));
    let parameters = operation.entry("parameters").or_insert_with(|| Value::Array(Vec::new()));
    if let Some(parameters) = parameters.as_array_mut() {
        parameters.extend(new.into_iter().cloned());
    }
}

/// The identity of a parameter: its name and its place, or its reference.
fn identity(parameter: &Value) -> [Option<&str>; 3] {
    ["name", "in", "$ref"].map(|key| parameter.text(key))
}

/// All shared parts, by the references to them.
fn entries(components: &Value) -> BTreeMap<String, &Value> {
    let entry = |kind: &str, name: &str| format!("#/components/{kind}/{name}");
    let of_kind = |kind| components.entries(kind).iter().map(move |(name, part)| (entry(kind, name), part));
    KINDS.into_iter().flat_map(of_kind).collect()
}

/// Removes the shared parts, except for kinds with remaining references, such as those in callbacks.
fn remove_shared(document: &mut Value) {
    let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) else { return };
    let mut shared: Vec<_> = KINDS.into_iter().filter_map(|kind| components.remove_entry(kind)).collect();
    let mut used = BTreeSet::new();
    for_each_reference(document, ObjectKind::Document, &mut |_, reference| {
        let kind = reference.strip_prefix("#/components/").and_then(|path| path.split('/').next());
        used.extend(kind.map(str::to_owned));
        None
    });
    shared.retain(|(kind, _)| used.contains(kind));
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.extend(shared);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::run;
    use super::*;

    #[test]
    fn shared_parts_are_copied_into_operations() {
        let reference = |part: &str| json!({"$ref": format!("#/components/{part}")});
        let (id, body, response) =
            (json!({"in": "path", "name": "id"}), json!({"content": {}}), json!({"description": "d"}));
        let shared = json!({
            "paths": {"/a/{id}": {"post": {
                "parameters": [reference("parameters/Alias")],
                "requestBody": reference("requestBodies/Body"),
                "responses": {"200": reference("responses/Answer")},
            }}},
            "components": {
                "parameters": {"Alias": reference("parameters/Id"), "Id": id},
                "requestBodies": {"Body": body},
                "responses": {"Answer": response},
                "schemas": {},
            },
        });
        let fixed = json!({
            "paths": {"/a/{id}": {"post": {"parameters": [id], "requestBody": body, "responses": {"200": response}}}},
            "components": {"schemas": {}},
        });
        assert_eq!(run(&PARTS, shared), (fixed, 3));
    }

    #[test]
    fn parameters_of_a_path_are_copied_into_its_operations() {
        let parameter = |name: &str, kind: &str, value: &str| json!({"in": kind, "name": name, "x": value});
        let (id, in_query) = (parameter("id", "path", "shared"), parameter("id", "query", "own"));
        let own = parameter("id", "path", "own");
        let shared = json!({"paths": {"/a/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "get": {}, "put": {"parameters": [in_query]}, "delete": {"parameters": [own]},
        }}, "components": {"parameters": {"Id": id}}});
        let fixed = json!({"paths": {"/a/{id}": {
            "get": {"parameters": [id]}, "put": {"parameters": [in_query, id]}, "delete": {"parameters": [own]},
        }}, "components": {}});
        assert_eq!(run(&PARTS, shared), (fixed, 3));
    }

    #[test]
    fn cyclic_reference_and_part_used_by_a_callback_are_kept() {
        let reference = json!({"$ref": "#/components/responses/Loop"});
        let document = json!({
            "paths": {"/a": {"get": {"responses": {"200": reference}}}},
            "components": {"responses": {"Loop": reference}},
        });
        assert_eq!(run(&PARTS, document.clone()), (document, 0));
        let callback =
            json!({"{$request.body#/url}": {"post": {"responses": {"200": {"$ref": "#/components/responses/Ok"}}}}});
        let document = json!({
            "paths": {"/a": {"get": {"callbacks": {"done": callback}}}},
            "components": {"responses": {"Ok": {"description": "d"}}, "parameters": {}},
        });
        let (fixed, applied) = run(&PARTS, document);
        assert_eq!((&fixed["components"], applied), (&json!({"responses": {"Ok": {"description": "d"}}}), 0));
    }
}
