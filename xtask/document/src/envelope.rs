//! Envelopes: objects of responses with a boolean `success`, which say whether a call worked.

mod union;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::operation::{component, operations};
use crate::resolved::{References, ResolvedSchema, named, reference};

pub use union::{is_union, merged};

/// The properties that only decorate a result.
pub const DECORATIONS: [&str; 3] = ["errors", "messages", "result_info"];

/// Keywords that constrain a value.
const CONSTRAINING: [&str; 9] =
    ["additionalProperties", "anyOf", "enum", "format", "items", "not", "oneOf", "properties", "type"];

/// The properties that decorate the result of an envelope, as the document has them.
pub fn decorations<'a>(envelope: &ResolvedSchema<'a>) -> impl Iterator<Item = (&'static str, &'a Value)> {
    DECORATIONS.into_iter().filter_map(|name| Some((name, *envelope.properties.get(name)?)))
}

/// What a document says of an envelope's `result`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It has none.
    None,
    /// It may be null, or anything.
    Nullable,
    /// It is there, and not null.
    Required,
}

impl Outcome {
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

/// The names of all envelopes: the schemas of responses that have the shape of one, and the names that stand for them.
/// An object with a `success` within a result is none.
pub fn names(document: &Value) -> BTreeSet<String> {
    let references = References::of(document);
    let mut names = BTreeSet::new();
    for schema in response_schemas(document).filter(|schema| is_envelope(&references, schema)) {
        let mut next = alias(schema);
        while let Some(name) = next.filter(|name| names.insert((*name).to_owned())) {
            next = named(document, name).and_then(alias);
        }
    }
    names
}

/// Whether a response's schema is an envelope. A union is none; see [`envelope_unions`](super::envelope_unions).
pub fn is_envelope<'a>(references: &References<'a>, schema: &'a Value) -> bool {
    let schema = ResolvedSchema::of(references, schema);
    let success = schema.properties.get("success").map(|success| ResolvedSchema::of(references, success));
    let is_union = schema.get("anyOf").or_else(|| schema.get("oneOf")).is_some();
    let is_object = !is_union && schema.get("type").is_none_or(|of| of == "object");
    is_object && success.is_some_and(|success| success.get("type").is_some_and(|of| of == "boolean"))
}

/// The schemas of every operation's responses.
pub fn response_schemas(document: &Value) -> impl Iterator<Item = &Value> {
    let responses = operations(document).filter_map(|operation| operation.object.get("responses")?.as_object());
    let responses = responses.flatten().filter_map(|(_, response)| component(document, response));
    let contents = responses.filter_map(|response| response.get("content")?.as_object()).flatten();
    contents.filter_map(|(_, content)| content.get("schema"))
}

/// The target of an alias schema: one that only adds annotations. To the generator, an object's `type` is one, too.
pub fn alias(schema: &Value) -> Option<&str> {
    let adds = |schema: &Value| {
        CONSTRAINING.iter().chain(&["required"]).any(|keyword| *keyword != "type" && schema.get(keyword).is_some())
    };
    let Some(parts) = schema.get("allOf").and_then(Value::as_array) else { return reference(schema) };
    let is_annotation =
        |part: &Value| !adds(part) && ["$ref", "allOf", "type"].iter().all(|keyword| part.get(keyword).is_none());
    let mut parts = parts.iter().filter(|part| !is_annotation(part));
    let only = parts.next().filter(|_| parts.next().is_none() && !adds(schema))?;
    reference(only)
}

pub fn is_free_form(schema: &ResolvedSchema<'_>) -> bool {
    schema.properties.is_empty() && !CONSTRAINING.iter().any(|keyword| schema.get(keyword).is_some())
}
