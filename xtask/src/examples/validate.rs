//! Whether a value fits a schema of an OpenAPI 3.0 document.
//!
//! Such a schema is nearly one of JSON Schema's draft 4: `exclusiveMinimum` is a boolean there, and nothing beside a
//! `$ref` counts. `nullable` and properties of one direction are converted. Formats are not checked, since responses keep
//! text that does not match its format.

use std::fmt;

use anyhow::{Context, Result};
use jsonschema::{Draft, Registry, Resource};
use serde_json::{Map, Value, json};
use xtask_document::Fields;

/// The URI by which schemas refer to the document.
const DOCUMENT: &str = "urn:document";

/// Whether a value fits its schema.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Fit {
    Fits,
    /// It does not, for this reason.
    Misfits(String),
    /// The schema cannot be used.
    Unknown(String),
}

impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fits => write!(f, "it fits its schema"),
            Self::Misfits(why) => write!(f, "it does not fit its schema: {why}"),
            Self::Unknown(why) => write!(f, "its schema cannot be checked: {why}"),
        }
    }
}

/// The schemas of a document.
pub(super) struct Schemas {
    registry: Registry<'static>,
}

impl Schemas {
    pub(super) fn of(document: &Value) -> Result<Self> {
        let components = document.get("components").cloned().unwrap_or_default();
        let resource = Resource::from_contents(convert(json!({"components": components})));
        let builder = Registry::new().draft(Draft::Draft4).add(DOCUMENT, resource);
        let registry = builder.and_then(|builder| builder.prepare()).context("the schemas cannot be read")?;
        Ok(Self { registry })
    }

    /// Whether a value fits a schema of the document.
    pub(super) fn check(&self, schema: &Value, value: &Value) -> Fit {
        let options = jsonschema::options().with_draft(Draft::Draft4).should_validate_formats(false);
        match options.with_registry(&self.registry).build(&convert(schema.clone())) {
            Ok(validator) => match validator.iter_errors(value).next() {
                None => Fit::Fits,
                Some(error) => Fit::Misfits(format!("{} at {:?}", error.masked(), error.instance_path().as_str())),
            },
            Err(error) => Fit::Unknown(error.masked().to_string()),
        }
    }
}

/// A schema of OpenAPI 3.0, or a map of schemas, as one of draft 4.
fn convert(schema: Value) -> Value {
    match schema {
        Value::Object(object) => convert_object(object),
        Value::Array(list) => list.into_iter().map(convert).collect(),
        other => other,
    }
}

fn convert_object(mut object: Map<String, Value>) -> Value {
    if let Some(reference) = object.text("$ref").filter(|target| target.starts_with('#')) {
        let reference = format!("{DOCUMENT}{reference}");
        return json!({"$ref": reference});
    }
    // OpenAPI 3.0.3, "Schema Object": a write-only property is required in requests only.
    let properties = object.entries("properties");
    let is_required = |name: &&Value| !name.as_str().is_some_and(|name| properties.entries(name).is("writeOnly"));
    let required: Vec<_> = object.list("required").iter().filter(is_required).cloned().collect();
    // In a map of schemas, these names are those of properties.
    object.retain(|keyword, value| keyword != "required" || !value.is_array());
    if !required.is_empty() {
        object.insert("required".to_owned(), required.into());
    }
    let is_nullable = object.is("nullable") && object.remove("nullable").is_some();
    let schema: Value = object.into_iter().map(|(keyword, value)| (keyword, convert(value))).collect();
    if is_nullable { json!({"anyOf": [schema, {"type": "null"}]}) } else { schema }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(schema: &Value, value: &Value) -> bool {
        let document =
            json!({"components": {"schemas": {"Text": {"type": "string", "nullable": true, "format": "odd"}}}});
        match Schemas::of(&document).unwrap().check(schema, value) {
            Fit::Fits => true,
            Fit::Misfits(_) => false,
            Fit::Unknown(why) => panic!("{why}"),
        }
    }

    #[test]
    fn schema_is_read_as_openapi_3_0() {
        let object = json!({
            "type": "object",
            "required": ["id", "secret", "hint"],
            "properties": {
                "id": {"type": "integer", "minimum": 0, "exclusiveMinimum": true},
                "secret": {"type": "string", "writeOnly": true},
                "hint": {"type": "string", "writeOnly": true, "nullable": true},
                "text": {"$ref": "#/components/schemas/Text"},
                "kind": {"type": "string", "enum": ["a"], "nullable": true},
                "nullable": {"type": "boolean"},
                "required": {"type": "boolean"},
            },
        });
        for (value, fits) in [
            (json!({"id": 1}), true),
            (json!({"id": 0}), false),
            (json!({"secret": "s"}), false),
            (json!({"id": 1, "text": null, "kind": null}), true),
            (json!({"id": 1, "text": 1}), false),
            (json!({"id": 1, "kind": "b"}), false),
            (json!({"id": 1, "nullable": "yes"}), false),
            (json!({"id": 1, "required": "yes"}), false),
        ] {
            assert_eq!(check(&object, &value), fits, "{value}");
        }
    }

    #[test]
    fn reference_to_nowhere_is_no_verdict() {
        let fit = Schemas::of(&json!({})).unwrap().check(&json!({"$ref": "#/components/schemas/Gone"}), &json!(1));
        assert!(matches!(fit, Fit::Unknown(_)), "{fit:?}");
    }
}
