//! What the generator makes of a schema.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use xtask_codegen::policies::FORMATS;
use xtask_document::keywords::UNIONS;
use xtask_document::resolved::{References, ResolvedSchema};

/// The type of a schema; if it does not say one, what else it says may leave no other.
pub(super) fn type_of<'a>(schema: &ResolvedSchema<'a>) -> Option<&'a str> {
    let has = |keyword| schema.get(keyword).is_some();
    match schema.get("type") {
        Some(of) => of.as_str(),
        None if has("additionalProperties") && !is_closed(schema) || !schema.properties.is_empty() => Some("object"),
        None if has("items") => Some("array"),
        None => values(schema).map(|_| "string"),
    }
}

/// The properties of a schema. One that is required and not described is one of any shape.
pub(super) fn described<'a>(schema: &ResolvedSchema<'a>) -> BTreeMap<&'a str, &'a Value> {
    let required = schema.required().into_iter().map(|name| (name, &Value::Null));
    required.chain(schema.properties.iter().map(|(name, schema)| (*name, *schema))).collect()
}

/// The values of an enum. What is no text is no enum of the crates.
pub(super) fn values<'a>(schema: &ResolvedSchema<'a>) -> Option<BTreeSet<&'a str>> {
    let values: BTreeSet<_> = schema.get("enum")?.as_array()?.iter().filter_map(Value::as_str).collect();
    (!values.is_empty()).then_some(values)
}

/// What the generator makes of a scalar. It knows some formats; a policy drops those of numbers that only limit them.
pub(super) fn scalar<'a>(of: Option<&'a str>, format: Option<&'a str>) -> &'a str {
    match (of.unwrap_or_default(), format.unwrap_or_default()) {
        ("string", format) if FORMATS.contains(&format) => format,
        ("integer", "uint64") => "uint64",
        (of, _) => of,
    }
}

/// The alternatives of a schema, and the keyword that lists them.
pub(super) fn alternatives<'a>(schema: &ResolvedSchema<'a>) -> Option<(&'static str, &'a [Value])> {
    UNIONS.into_iter().rev().find_map(|keyword| {
        let alternatives = schema.get(keyword)?.as_array()?;
        Some((keyword, alternatives.as_slice()))
    })
}

/// Whether the generator makes a map of it.
pub(super) fn is_map(schema: &ResolvedSchema<'_>) -> bool {
    let is_object = type_of(schema) == Some("object") && alternatives(schema).is_none();
    is_object && described(schema).is_empty()
}

/// Whether it may have no other properties than those that it describes, which the crates do not insist on.
pub(super) fn is_closed(schema: &ResolvedSchema<'_>) -> bool {
    schema.get("additionalProperties") == Some(&Value::Bool(false))
}

/// Whether the crates take whatever comes: it does not say what it is.
pub(super) fn is_free_form(schema: &ResolvedSchema<'_>) -> bool {
    type_of(schema).is_none() && alternatives(schema).is_none()
}

/// Whether the generator makes a model of it that has a `Default`: without it, nothing is required. Whether
/// users need it of what is only received is not known.
pub(super) fn has_default(schema: &ResolvedSchema<'_>) -> bool {
    !is_map(schema) && schema.required().is_empty()
}

/// Whether the generator implements `Display` for the type of a schema: for scalars, enums, and unions of such.
pub(super) fn is_displayed<'a>(references: &References<'a>, schema: &ResolvedSchema<'a>, depth: usize) -> bool {
    all_branches(references, schema, depth, &|schema| schema.is_scalar() || values(schema).is_some())
}

/// Whether the generator implements `FromStr` for a union: if every branch has it, and none takes any text.
pub(super) fn is_parsed<'a>(references: &References<'a>, schema: &ResolvedSchema<'a>, depth: usize) -> bool {
    let is_text = |schema: &ResolvedSchema<'a>| {
        scalar(type_of(schema), schema.get("format").and_then(Value::as_str)) == "string" && values(schema).is_none()
    };
    all_branches(references, schema, depth, &|schema| schema.is_scalar() && !is_text(schema))
}

fn all_branches<'a>(
    references: &References<'a>,
    schema: &ResolvedSchema<'a>,
    depth: usize,
    is_such: &dyn Fn(&ResolvedSchema<'a>) -> bool,
) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let of_branch = |branch| all_branches(references, &ResolvedSchema::of(references, branch), depth, is_such);
    alternatives(schema).map_or_else(|| is_such(schema), |(_, branches)| branches.iter().all(of_branch))
}
