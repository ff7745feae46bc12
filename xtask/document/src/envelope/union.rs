//! Unions of envelopes that can be merged into one envelope.

use serde_json::{Map, Value, json};

use super::{DECORATIONS, Outcome, alias, is_free_form};
use crate::fields::Fields;
use crate::keywords::{UNIONS, without_annotations};
use crate::resolved::{References, ResolvedSchema};
use crate::schemas::reference_to;

/// Whether a schema is a union that becomes one envelope.
pub fn is_union<'a>(references: &References<'a>, schema: &'a Value) -> bool {
    merged(references, schema).is_some()
}

/// The envelope that a union becomes.
pub fn merged<'a>(references: &References<'a>, schema: &'a Value) -> Option<Map<String, Value>> {
    let whole = ResolvedSchema::of(references, schema);
    let mut unions = UNIONS.into_iter().filter_map(|keyword| whole.get(keyword)?.as_array());
    let (Some(union), None) = (unions.next(), unions.next()) else { return None };
    let own = Branch::of(references, &whole)?;
    let of_union = |branch| Branch::of_union(references, branch, own.has_success);
    let branches: Vec<_> = union.iter().map(of_union).collect::<Option<_>>()?;
    if branches.is_empty() || !branches.iter().chain([&own]).any(|branch| branch.has_success) {
        return None;
    }
    let mut properties = Map::new();
    for (name, property) in [&own].into_iter().chain(&branches).flat_map(|branch| &branch.properties) {
        let first = properties.entry(name.clone()).or_insert_with(|| property.clone());
        if first != property && !is_of_envelope(name) {
            return None;
        }
    }
    if own.result.is_none() && properties.remove("result").is_some() {
        properties.extend(result(references, &own, &branches).map(|result| ("result".to_owned(), result)));
    }
    let mut envelope = whole.to_schema();
    envelope.retain(|keyword, _| ["description", "title"].contains(&keyword.as_str()));
    envelope.insert("type".to_owned(), "object".into());
    envelope.insert("required".to_owned(), json!(["success"]));
    envelope.insert("properties".to_owned(), Value::Object(properties));
    Some(envelope)
}

/// A branch of a union, or the schema around it.
struct Branch<'a> {
    properties: Map<String, Value>,
    result: Option<&'a Value>,
    has_success: bool,
    /// Whether it only allows `success: false`.
    is_failure: bool,
    /// Whether its result may be null or missing.
    allows_null: bool,
}

impl<'a> Branch<'a> {
    /// The branch; `None` if the schema is not an object or its `success` not a boolean.
    fn of(references: &References<'a>, schema: &ResolvedSchema<'a>) -> Option<Self> {
        let success = schema.properties.get("success").map(|success| ResolvedSchema::of(references, success));
        let is_object = schema.get("type").is_none_or(|of| of == "object");
        let is_boolean = success.as_ref().is_none_or(|success| success.text("type") == Some("boolean"));
        let has = |keyword: &&str| schema.get(keyword).is_some_and(|value| !value.is_boolean());
        if !is_object || !is_boolean || ["additionalProperties", "enum", "not"].iter().any(has) {
            return None;
        }
        let result = schema.properties.get("result").copied();
        let is_nullable = |result: &Value| {
            let mut nested = UNIONS.iter().flat_map(|keyword| result.list(keyword));
            nested.any(|branch| branch.is("nullable"))
        };
        Some(Self {
            properties: schema.to_schema().entries("properties").clone(),
            result,
            has_success: success.is_some(),
            is_failure: success.is_some_and(|success| success.get("enum") == Some(&json!([false]))),
            allows_null: Outcome::of(references, schema) != Outcome::Required || result.is_some_and(is_nullable),
        })
    }

    /// The branch, if it is an envelope or a part of one. Without properties it is a part only beside a `success`:
    /// alone, it allows any object.
    fn of_union(references: &References<'a>, schema: &'a Value, is_beside_success: bool) -> Option<Self> {
        let schema = ResolvedSchema::of(references, schema);
        if UNIONS.iter().any(|keyword| schema.get(keyword).is_some()) {
            return None;
        }
        let branch = Self::of(references, &schema)?;
        let is_part = branch.properties.keys().all(|name| is_of_envelope(name))
            && (is_beside_success || !branch.properties.is_empty());
        (branch.has_success || is_part).then_some(branch)
    }
}

/// Whether a property belongs to an envelope.
fn is_of_envelope(name: &str) -> bool {
    DECORATIONS.contains(&name) || matches!(name, "result" | "success")
}

/// The one result of several branches; `None` if only failures have one.
fn result<'a>(references: &References<'a>, own: &Branch<'a>, branches: &[Branch<'a>]) -> Option<Value> {
    let successes = || branches.iter().filter(|branch| !branch.is_failure);
    let refines = |branch: &Branch<'a>, result| {
        !branch.has_success && branch.result.is_some_and(|part| is_vaguer(references, result, part))
    };
    let results: Vec<_> = successes()
        .filter(|branch| {
            !branch.has_success || !successes().any(|part| branch.result.is_some_and(|all| refines(part, all)))
        })
        .filter_map(|branch| branch.properties.get("result"))
        .flat_map(alternatives)
        .collect();
    if results.is_empty() {
        return None;
    }
    let is_nullable = successes().any(|branch| branch.allows_null && (own.has_success || branch.has_success));
    let mut result = one_of(&results);
    if is_nullable {
        if result.get("$ref").is_some() {
            result = json!({"allOf": [result]});
        }
        result.as_object_mut()?.insert("nullable".to_owned(), true.into());
    }
    Some(result)
}

/// Whether a schema only constrains a value's type, and another schema of that type constrains more.
fn is_vaguer<'a>(references: &References<'a>, schema: &'a Value, other: &'a Value) -> bool {
    let [schema, other] = [schema, other].map(|schema| ResolvedSchema::of(references, schema));
    let is_free_list = |list: &ResolvedSchema<'a>| {
        list.get("items").is_none_or(|items| is_free_form(&ResolvedSchema::of(references, items)))
    };
    let constrains_members = |object: &ResolvedSchema<'a>| {
        let keywords = UNIONS.iter().chain(&["additionalProperties"]);
        !object.properties.is_empty() || keywords.into_iter().any(|keyword| object.get(keyword).is_some())
    };
    let common_type = schema.text("type").filter(|of| other.text("type") == Some(of));
    match common_type {
        Some("array") => is_free_list(&schema) && !is_free_list(&other),
        Some("object") => !constrains_members(&schema) && constrains_members(&other),
        _ => is_free_form(&schema) && !is_free_form(&other),
    }
}

/// The branches of a union; the schema itself if it is not a union.
fn alternatives(schema: &Value) -> Vec<&Value> {
    let mut unions = UNIONS.iter().filter_map(|keyword| schema.get(keyword)?.as_array());
    let is_more_than_union = ["allOf", "properties"].iter().any(|keyword| schema.get(keyword).is_some());
    match (unions.next(), unions.next()) {
        (Some(branches), None) if !is_more_than_union => branches.iter().collect(),
        _ => vec![schema],
    }
}

/// The union of several schemas, without null.
fn one_of(schemas: &[&Value]) -> Value {
    let mut distinct: Vec<Value> = Vec::new();
    for schema in schemas.iter().map(|schema| without_null(schema)) {
        if !distinct.iter().any(|earlier| without_annotations(earlier) == without_annotations(&schema)) {
            distinct.push(schema);
        }
    }
    if distinct.iter().any(|schema| without_annotations(schema).is_empty()) {
        return json!({});
    }
    let is_list = |schema: &Value| schema.text("type") == Some("array");
    let lists: Option<Vec<_>> = distinct.iter().map(|schema| schema.get("items").filter(|_| is_list(schema))).collect();
    match (distinct.as_slice(), lists) {
        ([only], _) => only.clone(),
        (_, Some(items)) => {
            let items: Vec<_> = items.into_iter().flat_map(alternatives).collect();
            json!({"type": "array", "items": one_of(&items)})
        }
        _ => json!({"oneOf": distinct}),
    }
}

fn without_null(schema: &Value) -> Value {
    if let Some(name) = alias(schema) {
        return reference_to(name);
    }
    let mut schema = schema.clone();
    schema.as_object_mut().map(|schema| schema.remove("nullable"));
    schema
}
