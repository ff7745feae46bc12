//! `cargo xtask spec check`: checks the committed revisions of an SDK. For a released SDK, this is also a test.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::sdk::{NO_REVISION, Sdk};
use xtask_document::Fields;
use xtask_document::cycles;
use xtask_document::naming::type_problem;
use xtask_document::open_api;
use xtask_document::operation::{Operation, is_failure, operations};
use xtask_document::read::read;
use xtask_document::schemas::schemas;
use xtask_document::walk::{ObjectKind, for_each_reference};
use xtask_import::{check_listed, unnamed, violations};

/// The problems of the committed revisions of an SDK, each with the file and the place.
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
        problems.push(format!("{}: `current` is {current:?}, which does not exist", path.display()));
    }
    for revision in &revisions {
        let path = sdk.document(revision);
        let of_revision = match read(&root.join(&path)) {
            Ok((_, document)) => revision_problems(&document, sdk, revision),
            Err(error) => vec![format!("{error:#}")],
        };
        problems.extend(of_revision.into_iter().map(|problem| format!("{}: {problem}", path.display())));
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
    problems.extend(dangling.map(|(place, target)| format!("{place} refers to {target:?}, which does not exist")));
    problems
}

/// The place and the text of every reference without a target in the document.
fn dangling(document: &Value) -> Vec<(String, String)> {
    let mut dangling = Vec::new();
    for_each_reference(&mut document.clone(), ObjectKind::Document, &mut |place, reference| {
        let target = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
        if target.is_none() {
            dangling.push((place.to_owned(), reference.to_owned()));
        }
        None
    });
    dangling
}

fn operation_problems(operation: &Operation<'_>) -> Vec<String> {
    let place = operation.route();
    let has_text = |key: &str| operation.text(key).is_some_and(|text| !text.is_empty());
    [
        (has_text("summary"), "no summary"),
        // With an empty list, the operation needs no permission.
        (
            operation.object.get("x-api-token-group").is_some_and(Value::is_array),
            "no permission group (x-api-token-group)",
        ),
        (operation.object.entries("responses").keys().any(|status| is_failure(status)), "no documented failure"),
    ]
    .into_iter()
    .filter(|(is_present, _)| !is_present)
    .map(|(_, problem)| format!("{place} has {problem}"))
    .collect()
}

#[cfg(test)]
mod tests;
