//! `cargo xtask spec check`: whether the committed revisions of an SDK are what everything else relies on.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use crate::document::{Document, Operation, check_open_api, operations};
use crate::import::becomes_type;
use crate::names::pascal;
use crate::schemas::for_each_schema;
use crate::sdk::Sdk;

/// Everything that is wrong with the committed revisions of an SDK, each with the file and the place.
///
/// # Errors
///
/// If the SDK's folder cannot be listed.
pub fn check(root: &Path, sdk: &Sdk) -> Result<Vec<String>> {
    let folder = root.join(&sdk.folder);
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut revisions = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            revisions.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    revisions.sort();

    let mut problems = Vec::new();
    for revision in revisions {
        let path = sdk.document(&revision);
        let found = match Document::revision(root, sdk, &revision) {
            Ok(document) => document_problems(&document.value),
            Err(error) => vec![format!("{error:#}")],
        };
        problems.extend(found.into_iter().map(|problem| format!("{}: {problem}", path.display())));
    }
    Ok(problems)
}

fn document_problems(document: &Value) -> Vec<String> {
    let mut problems: Vec<String> =
        check_open_api(document).err().map(|error| format!("{error:#}")).into_iter().collect();
    problems.extend(operations(document).flat_map(|operation| operation_problems(&operation)));
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    for name in schemas.into_iter().flat_map(Map::keys).filter(|name| pascal(name) != **name) {
        problems.push(format!("the schema {name:?} does not make a good Rust name; {:?} would", pascal(name)));
    }
    for_each_schema(&mut document.clone(), &mut |place, schema| {
        let is_named = place.strip_prefix("/components/schemas/").is_some_and(|name| !name.contains('/'));
        if !is_named && becomes_type(schema) {
            problems.push(format!("the schema at {place} becomes a type and has no name"));
        }
    });
    problems
}

fn operation_problems(operation: &Operation<'_>) -> Vec<String> {
    let place = format!("{} {}", operation.method.to_uppercase(), operation.path);
    let has_text = |key: &str| operation.object.get(key).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    let permissions = operation.object.get("x-api-token-group").and_then(Value::as_array);
    let statuses = operation.object.get("responses").and_then(Value::as_object);
    let is_failure = |status: &String| status.starts_with(['4', '5']) || status == "default";
    [
        (has_text("summary"), "no summary"),
        (permissions.is_some_and(|list| !list.is_empty()), "no permission group (x-api-token-group)"),
        (statuses.is_some_and(|statuses| statuses.keys().any(is_failure)), "no documented failure"),
    ]
    .into_iter()
    .filter(|(is_there, _)| !is_there)
    .map(|(_, problem)| format!("{place} has {problem}"))
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn the_committed_revisions_are_as_they_should_be() {
        let workspace = Workspace::current();
        for sdk in workspace.sdks().unwrap() {
            assert_eq!(check(workspace.root(), &sdk).unwrap(), Vec::<String>::new());
        }
    }

    #[test]
    fn everything_that_is_wrong_is_listed_with_its_place() {
        let document = json!({
            "openapi": "3.0.3", "info": {"title": "t", "version": "v"},
            "paths": {"/things": {"get": {"operationId": "list_things", "responses": {"200": {
                "description": "d",
                "content": {"application/json": {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}}},
            }}}}},
            "components": {"schemas": {"acme_thing": {"type": "object"}, "Good": {"type": "string", "enum": ["a"]}}},
        });
        let problems = document_problems(&document);
        let parts = ["no summary", "no permission group", "no documented failure", "\"acme_thing\"", "has no name"];
        assert_eq!(problems.len(), parts.len(), "{problems:?}");
        for (problem, part) in problems.iter().zip(parts) {
            assert!(problem.contains(part), "{problem}");
        }
    }

    #[test]
    fn what_is_no_openapi_is_a_problem() {
        assert!(document_problems(&json!({}))[0].contains("not an OpenAPI 3.0 document"));
    }
}
