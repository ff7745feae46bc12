//! OpenAPI 3.0, as the generator reads it.

use anyhow::{Context, Result, bail};
use openapiv3::{OpenAPI, ReferenceOr, Schema};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::walk::{ObjectKind, for_each_schema};

/// The document as the generator reads it.
///
/// # Errors
///
/// If it is not an OpenAPI 3.0 document; [`check`] says where, and in less time.
pub fn read(value: &Value) -> Result<OpenAPI> {
    OpenAPI::deserialize(value).context(NOT_OPEN_API)
}

/// The types that a schema can have (OpenAPI 3.0.3, "Data Types").
const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

const NOT_OPEN_API: &str = "not an OpenAPI 3.0 document";

/// Checks that it is an OpenAPI 3.0 document: schema by schema, and then the rest of it.
///
/// Reading it as a whole takes twice the time for each level at which a faulty schema is nested, and does not say where
/// it is.
///
/// # Errors
///
/// If it is none; the error says which schema is the first to be at fault.
pub fn check(value: &Value) -> Result<()> {
    let mut rest = value.clone();
    let mut fault = Ok(());
    for_each_schema(&mut rest, &mut |place, schema| {
        if fault.is_ok() {
            fault = check_schema(schema).with_context(|| format!("{NOT_OPEN_API}: the schema at {place}"));
        }
    });
    fault?;
    for_each_schema(&mut rest, &mut |_, schema| *schema = without_parts(schema));
    read(&rest).map(|_| ())
}

/// Checks a schema without what it consists of.
fn check_schema(schema: &Map<String, Value>) -> Result<()> {
    // Beside `$ref`, nothing is read. What reads the rest takes any text for a type.
    let unknown = schema.get("type").and_then(Value::as_str).filter(|kind| !TYPES.contains(kind));
    if let Some(unknown) = unknown.filter(|_| !schema.contains_key("$ref")) {
        bail!("there is no type {unknown:?}");
    }
    ReferenceOr::<Schema>::deserialize(&Value::Object(without_parts(schema)))?;
    Ok(())
}

/// A schema that consists of empty schemas.
fn without_parts(schema: &Map<String, Value>) -> Map<String, Value> {
    let emptied = |part: &Value| if part.is_object() { json!({}) } else { part.clone() };
    let without = |(keyword, value): (&String, &Value)| {
        let value = match (ObjectKind::Schema.below(keyword), value) {
            (Some(ObjectKind::Names(_)), Value::Object(parts)) => {
                parts.iter().map(|(name, part)| (name.clone(), emptied(part))).collect()
            }
            (Some(ObjectKind::Schema), Value::Array(parts)) => parts.iter().map(emptied).collect(),
            (Some(ObjectKind::Schema), part) => emptied(part),
            _ => value.clone(),
        };
        (keyword.clone(), value)
    };
    schema.iter().map(without).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_found_however_deep_it_is() {
        let mut schema = json!({"type": "integer", "minimum": "none"});
        for _ in 0..50 {
            schema = json!({"type": "object", "properties": {"a": schema}});
        }
        let document = json!({
            "openapi": "3.0.3", "info": {"title": "t", "version": "v"}, "paths": {},
            "components": {"schemas": {"Thing": schema}},
        });
        let error = format!("{:#}", check(&document).unwrap_err());
        let place = "/components/schemas/Thing".to_owned() + &"/properties/a".repeat(50);
        assert!(error.starts_with("not an OpenAPI 3.0 document") && error.contains(&place), "{error}");
    }

    #[test]
    fn a_type_that_there_is_none_of_is_a_fault() {
        let of = |schema: Value| {
            let info = json!({"title": "t", "version": "v"});
            let components = json!({"schemas": {"Thing": {"type": "object", "properties": {"type": schema}}}});
            check(&json!({"openapi": "3.0.3", "info": info, "paths": {}, "components": components}))
        };
        let error = format!("{:#}", of(json!({"type": "strng"})).unwrap_err());
        assert!(error.contains("/components/schemas/Thing/properties/type: there is no type \"strng\""), "{error}");
        of(json!({"$ref": "#/components/schemas/Thing", "type": "strng"})).unwrap();
        for kind in TYPES {
            of(json!({"type": kind, "items": {}})).unwrap();
        }
    }
}
