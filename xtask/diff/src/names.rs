//! The names of generated types.

use serde_json::Value;

use xtask_document::Fields;
use xtask_document::keywords::{BRANCHES, Role, branches, gives_shape, role};
use xtask_document::schemas::reference;

/// Where the name of a schema's type comes from.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Name {
    /// The name of the schema in the document.
    Component,
    /// The title of the schema.
    Title,
    /// The place of the schema, or it has no generated type.
    Place,
}

/// The named schema whose type a schema has: the target of its reference, or of the reference in its only part or
/// alternative if it adds annotations only.
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

/// The names of the `allOf` parts that give a schema its shape; empty if the only such part has a name.
pub(super) fn part_names(schema: &Value) -> Vec<Option<&str>> {
    let parts = schema.list("allOf").iter();
    let names: Vec<_> = parts.filter(|part| gives_shape(part)).map(reference).collect();
    if matches!(names.as_slice(), [Some(_)]) { Vec::new() } else { names }
}

/// Whether a keyword with this value changes the type of a schema, and does not only annotate it.
fn adds_to_type(keyword: &str, value: &Value) -> bool {
    *value != false && (role(keyword) == Role::Shape || keyword == "required")
}

/// Whether a part of a schema only annotates the other parts.
fn is_annotation(part: &Value) -> bool {
    part.as_object().is_some_and(|part| !part.iter().any(|(keyword, value)| adds_to_type(keyword, value)))
}

/// The only alternative of a schema that consists of a union of one; otherwise the schema itself.
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
