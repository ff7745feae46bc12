//! Facts about the generated type of a schema.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use xtask_codegen::policies::FORMATS;
use xtask_document::keywords::UNIONS;
use xtask_document::naming::{identifier, snake};
use xtask_document::resolved::{References, ResolvedSchema};

/// The depth of nested unions that are compared.
pub(super) const DEEPEST: usize = 4;

/// The type of a schema. Without the keyword `type`, other keywords may imply the type; beside a union, they only
/// constrain its branches.
pub(super) fn type_of<'a>(schema: &ResolvedSchema<'a>) -> Option<&'a str> {
    let implies = |keyword| schema.get(keyword).is_some() && alternatives(schema).is_none();
    match schema.get("type") {
        Some(of) => of.as_str(),
        None if !schema.properties.is_empty() => Some("object"),
        None if implies("additionalProperties") && !is_closed(schema) => Some("object"),
        None if implies("items") => Some("array"),
        None => values(schema).map(|_| "string"),
    }
}

/// The properties of a schema. A required property without a schema has any shape.
pub(super) fn all_properties<'a>(schema: &ResolvedSchema<'a>) -> BTreeMap<&'a str, &'a Value> {
    let required = schema.required().into_iter().map(|name| (name, &Value::Null));
    required.chain(schema.properties.iter().map(|(name, schema)| (*name, *schema))).collect()
}

/// The values of an enum that are strings; `None` without any, since the crates have no type for it.
pub(super) fn values<'a>(schema: &ResolvedSchema<'a>) -> Option<BTreeSet<&'a str>> {
    let values: BTreeSet<_> = schema.list("enum").iter().filter_map(Value::as_str).collect();
    (!values.is_empty()).then_some(values)
}

/// The name of a scalar's generated type. The generator knows some formats; a policy drops number formats that are
/// limits.
pub(super) fn scalar<'a>(of: Option<&'a str>, format: Option<&'a str>) -> &'a str {
    match (of.unwrap_or_default(), format.unwrap_or_default()) {
        ("string", format) if FORMATS.contains(&format) => format,
        ("integer", "uint64") => "uint64",
        (of, _) => of,
    }
}

/// The name of the generated type of a scalar schema.
pub(super) fn scalar_of<'a>(schema: &ResolvedSchema<'a>) -> &'a str {
    scalar(type_of(schema), schema.text("format"))
}

/// The alternatives of a schema, and the keyword that lists them.
pub(super) fn alternatives<'a>(schema: &ResolvedSchema<'a>) -> Option<(&'static str, &'a [Value])> {
    UNIONS
        .into_iter()
        .rev()
        .find_map(|keyword| schema.get(keyword)?.is_array().then(|| (keyword, schema.list(keyword))))
}

/// Whether the generated type is a map.
pub(super) fn is_map(schema: &ResolvedSchema<'_>) -> bool {
    let is_object = type_of(schema) == Some("object") && alternatives(schema).is_none();
    is_object && all_properties(schema).is_empty()
}

/// The field of a model that contains the other properties. A property of that name takes it.
pub(super) fn extra_field(schema: &ResolvedSchema<'_>) -> &'static str {
    let is_taken = all_properties(schema).keys().any(|name| identifier(name, snake) == "extra");
    if is_taken { "extra_" } else { "extra" }
}

/// Whether a schema rejects other properties. The crates accept them.
pub(super) fn is_closed(schema: &ResolvedSchema<'_>) -> bool {
    schema.get("additionalProperties") == Some(&Value::Bool(false))
}

/// Whether the crates accept any value, since the schema has neither a type nor alternatives.
pub(super) fn is_free_form(schema: &ResolvedSchema<'_>) -> bool {
    type_of(schema).is_none() && alternatives(schema).is_none()
}

/// Whether the generated type is a model with a `Default`, which it has if no property is required. Users may rely on
/// it even for a type that is only received.
pub(super) fn has_default(schema: &ResolvedSchema<'_>) -> bool {
    !is_map(schema) && schema.required().is_empty()
}

/// Whether the generated type implements `Display`: scalars, enums, and unions of them do.
/// At most `depth` unions within each other are followed.
pub(super) fn is_displayed<'a>(references: &References<'a>, schema: &ResolvedSchema<'a>, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let is_branch = |branch| is_displayed(references, &ResolvedSchema::of(references, branch), depth);
    match alternatives(schema) {
        Some((_, branches)) => branches.iter().all(is_branch),
        None => schema.is_scalar() || values(schema).is_some(),
    }
}
