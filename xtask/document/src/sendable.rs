//! The requests that a generated client can send: the importer drops the others, and the generator rejects them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::operation::Parameter;
use crate::resolved::{References, ResolvedSchema};

/// Why a client cannot send requests of a method.
pub fn method_obstacle(method: &str) -> Option<&'static str> {
    matches!(method, "options" | "trace").then_some("has a method that the HTTP library has no function for")
}

/// Why a client cannot send a parameter with any value. A list in one parameter (`explode: false`) can be sent: the
/// importer converts it to text.
pub fn parameter_obstacle(references: &References<'_>, parameter: &Parameter<'_>) -> Option<&'static str> {
    match (parameter.place, parameter.style(), parameter.schema()) {
        ("cookie", ..) => Some("is a cookie"),
        // The generated client would panic.
        ("header", ..) if !is_header_name(parameter.name) => Some("has a name that no header can have"),
        ("path" | "header", "simple", Some(_)) => None,
        ("query", "form", Some(schema)) => (parameter.explodes() && !fits(references, schema, true, &mut Known::new()))
            .then_some("holds a list or an object where a query can hold text, a number or a boolean only"),
        (_, "simple" | "form", None) => parameter.object.contains_key("content").then_some("has content, not a schema"),
        _ => Some("has a style that the generator cannot write"),
    }
}

/// Whether a text is a token, as the name of a header is (RFC 9110, section 5.6.2).
fn is_header_name(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token)
}

/// Whether a property of a query's object can be sent.
pub fn fits_query(references: &References<'_>, schema: &Value) -> bool {
    fits(references, schema, false, &mut Known::new())
}

/// Results of [`fits`], by the address of the schema and by `is_whole`: alternatives can be recursive, and have many uses.
type Known = BTreeMap<(*const Value, bool), bool>;

/// Whether a query can hold values of a schema: scalars and, as a whole, lists and objects of scalars. A free-form
/// schema and a union with one such alternative fit, and so does an object whose other properties are optional.
fn fits<'a>(references: &References<'a>, schema: &'a Value, is_whole: bool, known: &mut Known) -> bool {
    let target = references.resolve(schema);
    let key = (std::ptr::from_ref(target), is_whole);
    if let Some(known) = known.get(&key) {
        return *known;
    }
    known.insert(key, true);
    let result = fits_anew(references, target, is_whole, known);
    known.insert(key, result);
    result
}

fn fits_anew<'a>(references: &References<'a>, schema: &'a Value, is_whole: bool, known: &mut Known) -> bool {
    let schema = ResolvedSchema::of(references, schema);
    if let Some(branches) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
        return branches.iter().any(|branch| fits(references, branch, is_whole, known));
    }
    if schema.properties.is_empty() && !matches!(schema.text("type"), Some("object" | "array")) {
        return true;
    }
    if !is_whole {
        return false;
    }
    let mut part_fits = |part: &'a Value| fits(references, part, false, known);
    let mut parts = ["additionalProperties", "items"].into_iter().filter_map(|keyword| schema.get(keyword));
    let all_parts = parts.all(|part| !part.is_object() || part_fits(part));
    let (sendable, others): (Vec<_>, Vec<_>) = schema.properties.iter().partition(|(_, property)| part_fits(property));
    let required = schema.required();
    all_parts && others.iter().all(|(name, _)| !required.contains(*name)) && (others.is_empty() || !sendable.is_empty())
}
