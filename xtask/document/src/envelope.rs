//! Envelopes: response objects with a boolean `success`, which is the outcome of the call.

mod union;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::keywords::{Role, role};
use crate::operation::operations;
use crate::resolved::{References, ResolvedSchema};
use crate::schemas::{named, reference};

pub use union::{is_union, merged};

/// The properties that only decorate a result.
pub const DECORATIONS: [&str; 3] = ["errors", "messages", "result_info"];

/// The schemas of an envelope's decorations, with their names.
pub fn decorations<'a>(envelope: &ResolvedSchema<'a>) -> impl Iterator<Item = (&'static str, &'a Value)> {
    DECORATIONS.into_iter().filter_map(|name| Some((name, *envelope.properties.get(name)?)))
}

/// Whether an envelope has a `result`, and whether that may be null.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The envelope has no `result`.
    None,
    /// The `result` may be null, or has a free-form schema.
    Nullable,
    /// The `result` must not be null.
    Required,
}

impl Outcome {
    /// The outcome of an envelope.
    pub fn of<'a>(references: &References<'a>, envelope: &ResolvedSchema<'a>) -> Self {
        let Some(result) = envelope.properties.get("result") else { return Self::None };
        let (result, added) = (ResolvedSchema::of(references, result), envelope.added("result"));
        if is_free_form(&result) || result.is("nullable") || added.is("nullable") {
            Self::Nullable
        } else {
            Self::Required
        }
    }
}

/// The names of all envelopes: response schemas that have the shape of one, and their aliases.
/// An object with a `success` within a result is not an envelope.
pub fn names(document: &Value) -> BTreeSet<String> {
    names_of(document, is_envelope)
}

/// The names of the unions that may become envelopes, and their aliases.
pub fn union_names(document: &Value) -> BTreeSet<String> {
    names_of(document, is_union)
}

/// The names of the schemas of responses of a kind, and their aliases.
fn names_of<'a>(document: &'a Value, is_of_kind: fn(&References<'a>, &'a Value) -> bool) -> BTreeSet<String> {
    let references = References::of(document);
    let mut names = BTreeSet::new();
    for schema in response_schemas(document).filter(|schema| is_of_kind(&references, schema)) {
        let mut next = alias(schema);
        while let Some(name) = next.filter(|name| names.insert((*name).to_owned())) {
            next = named(document, name).and_then(alias);
        }
    }
    names
}

/// Whether a response's schema is an envelope. A union is not, but may become one; see [`is_union`].
pub fn is_envelope<'a>(references: &References<'a>, schema: &'a Value) -> bool {
    let schema = ResolvedSchema::of(references, schema);
    let success = schema.properties.get("success").map(|success| ResolvedSchema::of(references, success));
    let is_union = schema.get("anyOf").or_else(|| schema.get("oneOf")).is_some();
    let is_object = !is_union && schema.get("type").is_none_or(|of| of == "object");
    is_object && success.is_some_and(|success| success.text("type") == Some("boolean"))
}

/// The schemas of every operation's responses.
pub fn response_schemas(document: &Value) -> impl Iterator<Item = &Value> {
    let contents =
        operations(document).flat_map(|operation| operation.responses()).flat_map(|response| response.content());
    contents.filter_map(|content| content.schema())
}

/// The target of an alias schema, which adds only annotations to its target. The generator ignores a `type` beside
/// `allOf`, so that counts as an annotation.
pub fn alias(schema: &Value) -> Option<&str> {
    let constrains = |schema: &Value, ignored: &[&str]| {
        let mut keywords = schema.as_object().into_iter().flat_map(Map::keys).map(String::as_str);
        keywords.any(|keyword| keyword == "required" || role(keyword) == Role::Shape && !ignored.contains(&keyword))
    };
    let adds = |schema: &Value| constrains(schema, &["$ref", "allOf", "type"]);
    let Some(parts) = schema.get("allOf").and_then(Value::as_array) else { return reference(schema) };
    let is_annotation = |part: &Value| !constrains(part, &[]);
    let mut parts = parts.iter().filter(|part| !is_annotation(part));
    let only = parts.next().filter(|_| parts.next().is_none() && !adds(schema))?;
    reference(only)
}

/// Whether a schema is valid for any value.
pub fn is_free_form(schema: &ResolvedSchema<'_>) -> bool {
    schema.properties.is_empty() && !schema.keywords().any(|keyword| role(keyword) == Role::Shape)
}
