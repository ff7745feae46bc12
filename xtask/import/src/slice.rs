//! Cuts a slice out of a document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::references;
use crate::error::{Error, SliceProblem};
use crate::rules::{Applied, Loss};
use crate::settings::{Settings, Slice};
use xtask_document::Fields;
use xtask_document::operation::{METHODS, is_path, operations};

/// A document with the operations of the slice and the components that they use.
pub(super) fn cut(vendors: &Value, settings: &Settings<'_>) -> Result<Value, Error> {
    let slice = settings.slice;
    let error = |problem| Err(Error::Slice { sdk: settings.name.to_owned(), problem });
    if slice.is_empty() {
        return error(SliceProblem::Empty);
    }
    check_paths(vendors, slice)?;
    let mut selected: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for operation in operations(vendors).filter(|operation| slice.holds(operation, settings.names)) {
        selected.entry(operation.path).or_default().insert(operation.method);
    }
    if selected.is_empty() {
        if operations(vendors).next().is_none() {
            return Err(Error::NoOperations);
        }
        return error(SliceProblem::NoMatch(slice.clone()));
    }
    let unmatched = slice.unmatched(vendors, settings.names);
    if !unmatched.is_empty() {
        return error(SliceProblem::PartWithoutMatch(unmatched));
    }

    let cut = |(path, methods): (&str, BTreeSet<&str>)| {
        let item = vendors.entries("paths").entries(path).iter();
        let kept = item.filter(|(key, _)| !METHODS.contains(&key.as_str()) || methods.contains(key.as_str()));
        (path.to_owned(), kept.map(|(key, value)| (key.clone(), value.clone())).collect())
    };
    complete(vendors, selected.into_iter().map(cut).collect())
}

/// Removes paths without operations and components without uses, which the rules leave behind.
pub(super) fn prune(document: &mut Value, settings: &Settings<'_>, applied: &[Applied]) -> Result<(), Error> {
    let mut paths = document.get_mut("paths").and_then(Value::as_object_mut).map(std::mem::take).unwrap_or_default();
    paths.retain(|_, item| METHODS.iter().any(|method| item.get(method).is_some()));
    let slice = settings.slice;
    if paths.is_empty() {
        let dropped = applied.iter().filter(|applied| applied.loss == Loss::Drops);
        let dropped = dropped.map(|applied| applied.what.clone()).collect();
        let problem = SliceProblem::NothingLeft { slice: slice.clone(), dropped };
        return Err(Error::Slice { sdk: settings.name.to_owned(), problem });
    }
    *document = complete(document, paths)?;
    Ok(())
}

/// A document with paths and the parts of the whole document that they use.
fn complete(whole: &Value, paths: Map<String, Value>) -> Result<Value, Error> {
    let mut document = Value::from_iter([("openapi", json!(whole.get("openapi"))), ("paths", Value::Object(paths))]);
    let mut components = references::components(whole, &mut document)?;
    let schemes = security_schemes(whole, &document);
    if !schemes.is_empty() {
        components.insert("securitySchemes".to_owned(), Value::Object(schemes));
    }
    let tags = tags(whole, &document);
    let parts = [
        ("components", (!components.is_empty()).then_some(Value::Object(components))),
        ("security", whole.get("security").cloned()),
        ("servers", whole.get("servers").cloned()),
        ("tags", (!tags.is_empty()).then_some(Value::Array(tags))),
    ];
    if let Some(document) = document.as_object_mut() {
        document.extend(parts.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    }
    Ok(document)
}

/// Rejects an unsupported path item that may have operations of the slice.
fn check_paths(vendors: &Value, slice: &Slice) -> Result<(), Error> {
    for (path, item) in vendors.entries("paths") {
        if !is_path(path) || !slice.may_hold(path) {
            continue;
        }
        let error = |problem: String| Err(Error::Path { path: path.clone(), problem });
        if !path.starts_with('/') {
            return error("does not begin with a slash".to_owned());
        }
        let Some(item) = item.as_object() else { return error("is not an object".to_owned()) };
        if item.contains_key("$ref") {
            return error("is a reference, which is not supported".to_owned());
        }
        for (key, value) in item {
            if METHODS.contains(&key.as_str()) {
                if !value.is_object() {
                    return error(format!("has an operation {key:?} that is not an object"));
                }
            } else if !key.starts_with("x-")
                && !matches!(key.as_str(), "description" | "parameters" | "servers" | "summary")
            {
                return error(format!(
                    "has {key:?}, which is neither a method in lower case nor another field of a path item"
                ));
            }
        }
    }
    Ok(())
}

/// The security schemes of the operations and of the whole document.
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
    let schemes = vendors
        .entries("components")
        .entries("securitySchemes")
        .iter()
        .filter(|(name, _)| named.contains(name.as_str()));
    schemes.map(|(name, scheme)| (name.clone(), scheme.clone())).collect()
}

/// The tags that the operations have.
fn tags(vendors: &Value, slice: &Value) -> Vec<Value> {
    let used: BTreeSet<&str> = operations(slice).flat_map(|operation| operation.tags()).collect();
    let tags = vendors.list("tags").iter();
    tags.filter(|tag| tag.text("name").is_some_and(|name| used.contains(name))).cloned().collect()
}
