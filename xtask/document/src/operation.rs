//! The operations of a document, and what is in them.

use serde_json::{Map, Value};

use crate::walk::ObjectKind;

/// The methods that a path item can have (OpenAPI 3.0.3, "Path Item Object").
pub const METHODS: [&str; 8] = ["delete", "get", "head", "options", "patch", "post", "put", "trace"];

/// An operation of a document, with where it stands there.
pub struct Operation<'a> {
    /// The path, with its parameters in braces.
    pub path: &'a str,
    /// The method, in lower case.
    pub method: &'a str,
    /// The operation itself.
    pub object: &'a Map<String, Value>,
}

impl<'a> Operation<'a> {
    /// The operation's id.
    pub fn id(&self) -> Option<&'a str> {
        self.object.get("operationId")?.as_str()
    }

    /// The operation's tags.
    pub fn tags(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let tags = self.object.get("tags").and_then(Value::as_array);
        tags.into_iter().flatten().filter_map(Value::as_str)
    }
}

/// A path with its parameters' names blanked, since they are no part of a request: `/things/{}`.
pub fn route(path: &str) -> String {
    let mut parts = path.split('{');
    let mut route = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        route += "{}";
        route += part.split_once('}').map_or("", |(_, rest)| rest);
    }
    route
}

/// The names of the parameters in a path, in their order.
pub fn names_in(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name))
}

/// What a reference to a component of any kind leads to, or else the value itself; nothing, if it leads nowhere.
pub fn component<'a>(document: &'a Value, value: &'a Value) -> Option<&'a Value> {
    let path = value.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
    path.map_or(Some(value), |path| document.pointer(path))
}

/// Whether a status is that of an answer to a call that worked.
pub fn is_success(status: &str) -> bool {
    status.starts_with('2')
}

/// Whether a status is that of an answer to a call that failed, or stands for whatever is not described.
pub fn is_failure(status: &str) -> bool {
    status.starts_with(['4', '5']) || status == "default"
}

/// Every operation of a document, in its order.
pub fn operations(document: &Value) -> impl Iterator<Item = Operation<'_>> {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    paths.filter(|(path, _)| is_path(path)).flat_map(|(path, item)| {
        item.as_object()
            .into_iter()
            .flatten()
            .filter(|(method, _)| METHODS.contains(&method.as_str()))
            .filter_map(|(method, operation)| Some(Operation { path, method, object: operation.as_object()? }))
    })
}

/// Every operation of a document, to be changed.
pub fn operations_mut(document: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    document
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
        .filter(|(path, _)| is_path(path))
        .filter_map(|(_, item)| item.as_object_mut())
        .flatten()
        .filter(|(method, _)| METHODS.contains(&method.as_str()))
        .filter_map(|(_, operation)| operation.as_object_mut())
}

/// Whether a key of `paths` is one. Another one is that of an extension.
pub fn is_path(key: &str) -> bool {
    ObjectKind::Paths.below(key).is_some()
}
