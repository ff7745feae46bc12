//! What names the types that the generator makes of schemas.

use serde_json::Value;

use xtask_document::keywords::{BRANCHES, Role, branches, gives_shape, role};
use xtask_document::schemas::reference;

/// What names the type of a schema.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Name {
    /// The document.
    Component,
    /// Its own title.
    Title,
    /// Where it stands; or it has no type of its own.
    Place,
}

/// The name of a schema's type: that of what it refers to, also as the only part or alternative of a schema that adds
/// nothing but annotations.
pub(super) fn named_type(schema: &Value) -> Option<&str> {
    let mut schema = schema;
    loop {
        if let Some(name) = reference(schema) {
            return Some(name);
        }
        let is_inner = |keyword: &str| keyword == "type" || BRANCHES.contains(&keyword);
        if schema.as_object()?.iter().any(|(keyword, value)| !is_inner(keyword) && adds_to_type(keyword, value)) {
            return None;
        }
        let mut lists = branches(schema);
        let (Some((keyword, parts)), None) = (lists.next(), lists.next()) else { return None };
        let mut parts = parts.iter().filter(|part| keyword != "allOf" || !is_annotation(part));
        schema = parts.next().filter(|_| parts.next().is_none())?;
    }
}

/// The parts of a schema that give its shape, by their names; none, if it is only one that has a name.
pub(super) fn part_names(schema: &Value) -> Vec<Option<&str>> {
    let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    let names: Vec<_> = parts.filter(|part| gives_shape(part)).map(reference).collect();
    if matches!(names.as_slice(), [Some(_)]) { Vec::new() } else { names }
}

/// Whether a keyword changes the type of a schema, with some value. All others annotate it.
fn adds_to_type(keyword: &str, value: &Value) -> bool {
    *value != false && (role(keyword) == Role::Shape || keyword == "required")
}

/// Whether a part of a schema only annotates the others.
fn is_annotation(part: &Value) -> bool {
    part.as_object().is_some_and(|part| !part.iter().any(|(keyword, value)| adds_to_type(keyword, value)))
}

/// The one alternative that a schema has; and if it is not just that, the schema itself.
pub(super) fn only_alternative(schema: &Value) -> &Value {
    let mut schema = schema;
    while let Some(object) = schema.as_object().filter(|object| object.len() == 1)
        && let Some(Value::Array(alternatives)) = object.get("oneOf").or_else(|| object.get("anyOf"))
        && let [only] = alternatives.as_slice()
    {
        schema = only;
    }
    schema
}
