//! Cutting a slice out of a document.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};
use serde_json::{Map, Value, json};

use super::references;
use crate::rules::{Applied, Loss};
use crate::settings::{Settings, Slice};
use xtask_document::operation::{METHODS, is_path, operations};

/// The operations of the slice, with all that they refer to and nothing else.
pub(super) fn cut(vendors: &Value, settings: &Settings<'_>) -> Result<Value> {
    let slice = settings.slice;
    ensure!(!slice.is_empty(), "the slice of {} is empty: say in its sdk.toml what belongs to it", settings.name);
    check_paths(vendors, slice)?;
    let chosen: BTreeSet<(&str, &str)> = operations(vendors)
        .filter(|operation| slice.holds(operation, settings.names))
        .map(|operation| (operation.path, operation.method))
        .collect();
    ensure!(!chosen.is_empty(), "the slice of {} matches no operation of the document: {slice}", settings.name);
    let unmatched = slice.unmatched(vendors, settings.names);
    ensure!(unmatched.is_empty(), "a part of the slice of {} matches no operation: {unmatched}", settings.name);

    let mut paths = Map::new();
    for (path, item) in vendors.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let Some(item) = item.as_object() else { continue };
        let belongs = |key: &str| !METHODS.contains(&key) || chosen.contains(&(path.as_str(), key));
        if item.keys().any(|key| chosen.contains(&(path.as_str(), key.as_str()))) {
            let kept = item.iter().filter(|(key, _)| belongs(key)).map(|(key, value)| (key.clone(), value.clone()));
            paths.insert(path.clone(), Value::Object(kept.collect()));
        }
    }

    complete(vendors, paths)
}

/// Takes out what nothing belongs to any more: operations are dropped and parts put together by the rules.
pub(super) fn prune(document: &mut Value, settings: &Settings<'_>, applied: &[Applied]) -> Result<()> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).map(std::mem::take).unwrap_or_default();
    let is_used = |item: &Value| {
        let item = item.as_object();
        item.into_iter().flat_map(Map::keys).any(|key| METHODS.contains(&key.as_str()))
    };
    let paths: Map<_, _> = paths.into_iter().filter(|(_, item)| is_used(item)).collect();
    let slice = settings.slice;
    ensure!(
        !paths.is_empty(),
        "the slice of {} has no operation left that can be generated: {slice}; {}",
        settings.name,
        applied
            .iter()
            .filter(|applied| applied.loss == Loss::Drops)
            .map(|applied| &*applied.what)
            .collect::<Vec<_>>()
            .join("; ")
    );
    *document = complete(document, paths)?;
    Ok(())
}

/// The paths, with all of a document that they refer to and nothing else.
fn complete(whole: &Value, paths: Map<String, Value>) -> Result<Value> {
    let mut document = json!({"openapi": whole.get("openapi"), "paths": {}});
    if let Some(document) = document.get_mut("paths") {
        *document = Value::Object(paths);
    }
    let mut components = references::components(whole, &mut document)?;
    let schemes = security_schemes(whole, &document);
    if !schemes.is_empty() {
        components.insert("securitySchemes".to_owned(), Value::Object(schemes));
    }
    let tags = tags(whole, &document);
    for (key, value) in [
        ("components", (!components.is_empty()).then_some(Value::Object(components))),
        ("security", whole.get("security").cloned()),
        ("servers", whole.get("servers").cloned()),
        ("tags", (!tags.is_empty()).then_some(Value::Array(tags))),
    ] {
        if let (Some(document), Some(value)) = (document.as_object_mut(), value) {
            document.insert(key.to_owned(), value);
        }
    }
    Ok(document)
}

/// Refuses what could hold an operation of the slice that nobody would see.
fn check_paths(vendors: &Value, slice: &Slice) -> Result<()> {
    for (path, item) in vendors.get("paths").and_then(Value::as_object).into_iter().flatten() {
        if !is_path(path) || !slice.may_hold(path) {
            continue;
        }
        ensure!(path.starts_with('/'), "the path {path:?} does not begin with a slash");
        let Some(item) = item.as_object() else { bail!("the path {path:?} is no object") };
        ensure!(!item.contains_key("$ref"), "the path {path:?} is a reference, which is not supported");
        for (key, value) in item {
            if METHODS.contains(&key.as_str()) {
                ensure!(value.is_object(), "the operation {} {path} is no object", key.to_uppercase());
            } else {
                let is_known = matches!(key.as_str(), "description" | "parameters" | "servers" | "summary");
                ensure!(
                    is_known || key.starts_with("x-"),
                    "the path {path:?} has {key:?}, which is no method in lower case and nothing else that a path can have"
                );
            }
        }
    }
    Ok(())
}

/// The security schemes that the operations name, or that hold for all.
fn security_schemes(vendors: &Value, slice: &Value) -> Map<String, Value> {
    let own = operations(slice).filter_map(|operation| operation.object.get("security"));
    let named: BTreeSet<&str> = own
        .chain(vendors.get("security"))
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(Value::as_object)
        .flat_map(Map::keys)
        .map(String::as_str)
        .collect();
    let schemes = vendors.pointer("/components/securitySchemes").and_then(Value::as_object);
    let schemes = schemes.into_iter().flatten().filter(|(name, _)| named.contains(name.as_str()));
    schemes.map(|(name, scheme)| (name.clone(), scheme.clone())).collect()
}

/// The tags that the operations have.
fn tags(vendors: &Value, slice: &Value) -> Vec<Value> {
    let used: BTreeSet<&str> = operations(slice).flat_map(|operation| operation.tags()).collect();
    let tags = vendors.get("tags").and_then(Value::as_array).into_iter().flatten();
    tags.filter(|tag| tag.get("name").and_then(Value::as_str).is_some_and(|name| used.contains(name)))
        .cloned()
        .collect()
}
