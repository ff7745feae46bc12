//! `cargo xtask spec check`: checks the committed revisions of an SDK. For a released SDK, this is also a test.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::sdk::{NO_REVISION, Sdk};
use xtask_document::cycles;
use xtask_document::naming::type_problem;
use xtask_document::open_api;
use xtask_document::operation::{Operation, is_failure, operations};
use xtask_document::read::read;
use xtask_document::schemas::schemas;
use xtask_document::walk::{ObjectKind, for_each_reference};
use xtask_import::{check_listed, unnamed, violations};

/// Everything that is wrong with the committed revisions of an SDK, each with the file and the place.
///
/// # Errors
///
/// If the SDK's folder cannot be listed.
pub fn check(root: &Path, sdk: &Sdk) -> Result<Vec<String>> {
    let folder = root.join(&sdk.folder);
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut revisions = BTreeSet::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            revisions.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }

    let mut problems = Vec::new();
    let current = &sdk.manifest.current;
    if current != NO_REVISION && !revisions.contains(current) {
        let path = sdk.folder.join("sdk.toml");
        problems.push(format!("{}: `current` is {current:?}, and there is no such revision", path.display()));
    }
    for revision in &revisions {
        let path = sdk.document(revision);
        let found = match read(&root.join(&path)) {
            Ok((_, document)) => revision_problems(&document, sdk, revision),
            Err(error) => vec![format!("{error:#}")],
        };
        problems.extend(found.into_iter().map(|problem| format!("{}: {problem}", path.display())));
    }
    Ok(problems)
}

fn revision_problems(document: &Value, sdk: &Sdk, revision: &str) -> Vec<String> {
    let mut problems = violations(document, &sdk.settings(), revision);
    if revision == sdk.manifest.current {
        problems.extend(check_listed(document, &sdk.settings()).err().map(|error| error.to_string()));
    }
    problems.extend(document_problems(document));
    problems
}

fn document_problems(document: &Value) -> Vec<String> {
    let mut problems: Vec<String> =
        open_api::check(document).err().map(|error| format!("{error:#}")).into_iter().collect();
    problems.extend(cycles::check(document).err().map(|error| error.to_string()));
    problems.extend(operations(document).flat_map(|operation| operation_problems(&operation)));
    let names = schemas(document).keys().filter_map(|name| type_problem(name));
    problems.extend(names.map(|problem| format!("the name of a schema: {problem}")));
    let unnamed = unnamed(document).into_iter();
    problems.extend(unnamed.map(|(place, _)| format!("the schema at {place} becomes a type and has no name")));
    let dangling = dangling(document).into_iter();
    problems.extend(dangling.map(|(place, target)| format!("{place} refers to {target:?}, which is not there")));
    problems
}

/// Every reference without a target in the document: its place and its text.
fn dangling(document: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for_each_reference(&mut document.clone(), ObjectKind::Document, &mut |place, reference| {
        let target = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
        if target.is_none() {
            found.push((place.to_owned(), reference.to_owned()));
        }
        None
    });
    found
}

fn operation_problems(operation: &Operation<'_>) -> Vec<String> {
    let place = format!("{} {}", operation.method.to_uppercase(), operation.path);
    let has_text = |key: &str| operation.object.get(key).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    let permissions = operation.object.get("x-api-token-group").and_then(Value::as_array);
    let statuses = operation.object.get("responses").and_then(Value::as_object);
    [
        (has_text("summary"), "no summary"),
        // An empty list says that the operation needs no permission.
        (permissions.is_some(), "no permission group (x-api-token-group)"),
        (statuses.is_some_and(|statuses| statuses.keys().any(|status| is_failure(status))), "no documented failure"),
    ]
    .into_iter()
    .filter(|(is_there, _)| !is_there)
    .map(|(_, problem)| format!("{place} has {problem}"))
    .collect()
}

#[cfg(test)]
mod tests;
