//! Decodes and validates OpenAPI 3.0 documents with the types that the generator uses.

use openapiv3::{Header, OpenAPI, Parameter, ReferenceOr, RequestBody, Response, Schema};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::fields::Fields;
use crate::walk::{ObjectKind, for_each_object};

/// The types that a schema can have (OpenAPI 3.0.3, "Data Types").
const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// Checks that the version of a document is supported: 3.0.
///
/// # Errors
///
/// If the document has another version, or none.
pub fn check_version(document: &Value) -> Result<(), Error> {
    let version = match document.get("openapi").or_else(|| document.get("swagger")) {
        Some(Value::String(version)) => version.clone(),
        // In YAML, a version without quotes is a number.
        Some(Value::Number(version)) => version.to_string(),
        _ => return Err(Error::NoVersion),
    };
    if version.starts_with("3.0.") { Ok(()) } else { Err(Error::UnsupportedVersion { version }) }
}

/// Decodes a document into the generator's type.
///
/// # Errors
///
/// If the value is not an OpenAPI 3.0 document. [`check`] reports the place, in less time.
pub fn read(value: &Value) -> Result<OpenAPI, Error> {
    OpenAPI::deserialize(value).map_err(Error::NotOpenApi)
}

/// Checks that a value is an OpenAPI 3.0 document: each schema, parameter, body and response, and then the rest.
///
/// Decoding the whole document takes twice the time for each level at which a malformed schema is nested, and does not
/// report the place.
///
/// # Errors
///
/// If it is not one. The error names the first malformed object.
pub fn check(value: &Value) -> Result<(), Error> {
    let mut rest = value.clone();
    let mut result = Ok(());
    for_each_object(&mut rest, |place, kind, object| {
        if result.is_ok() {
            result = check_object(place, kind, object);
        }
    });
    result?;
    for_each_object(&mut rest, |_, kind, object| {
        if kind == ObjectKind::Schema {
            *object = without_parts(kind, object);
        }
    });
    read(&rest).map(|_| ())
}

/// Checks an object without the schemas in it.
fn check_object(place: &str, kind: ObjectKind, object: &Map<String, Value>) -> Result<(), Error> {
    match kind {
        ObjectKind::Schema => {
            // Keywords beside `$ref` are ignored. The generator accepts any text as a type.
            let unknown = object.text("type").filter(|name| !TYPES.contains(name));
            if let Some(name) = unknown.filter(|_| !object.contains_key("$ref")) {
                return Err(Error::UnknownType { place: place.to_owned(), name: name.to_owned() });
            }
            check_as::<Schema>("schema", place, kind, object)
        }
        ObjectKind::Parameter if object.contains_key("in") => check_as::<Parameter>("parameter", place, kind, object),
        ObjectKind::Parameter => check_as::<Header>("header", place, kind, object),
        ObjectKind::RequestBody => check_as::<RequestBody>("request body", place, kind, object),
        ObjectKind::Response => check_as::<Response>("response", place, kind, object),
        _ => Ok(()),
    }
}

fn check_as<T: DeserializeOwned>(
    name: &'static str,
    place: &str,
    kind: ObjectKind,
    object: &Map<String, Value>,
) -> Result<(), Error> {
    let decoded = ReferenceOr::<T>::deserialize(Value::Object(without_parts(kind, object)));
    decoded.map(drop).map_err(|source| Error::Malformed { kind: name, place: place.to_owned(), source })
}

/// An object whose parts are replaced by empty objects, since they are checked separately.
fn without_parts(kind: ObjectKind, object: &Map<String, Value>) -> Map<String, Value> {
    let emptied = |part: &Value| if part.is_object() { json!({}) } else { part.clone() };
    let without = |(field, value): (&String, &Value)| {
        let value = match (kind.below(field), value) {
            (Some(ObjectKind::Names(ObjectKind::Schema)), Value::Object(parts)) => {
                parts.iter().map(|(name, part)| (name.clone(), emptied(part))).collect()
            }
            (Some(ObjectKind::Names(_)), part) => emptied(part),
            (Some(ObjectKind::Schema), Value::Array(parts)) => parts.iter().map(emptied).collect(),
            (Some(ObjectKind::Schema), part) => emptied(part),
            _ => value.clone(),
        };
        (field.clone(), value)
    };
    object.iter().map(without).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deeply_nested_malformed_schema_is_reported_with_its_place() {
        let mut schema = json!({"type": "integer", "minimum": "none"});
        for _ in 0..50 {
            schema = json!({"type": "object", "properties": {"a": schema}});
        }
        let document = json!({
            "openapi": "3.0.3", "info": {"title": "t", "version": "v"}, "paths": {},
            "components": {"schemas": {"Thing": schema}},
        });
        let error = check(&document).unwrap_err().to_string();
        let place = "/components/schemas/Thing".to_owned() + &"/properties/a".repeat(50);
        assert!(error.starts_with("not an OpenAPI 3.0 document") && error.contains(&place), "{error}");
    }

    #[test]
    fn unknown_type_is_rejected_with_its_place() {
        let of = |schema: Value| {
            let info = json!({"title": "t", "version": "v"});
            let components = json!({"schemas": {"Thing": {"type": "object", "properties": {"type": schema}}}});
            check(&json!({"openapi": "3.0.3", "info": info, "paths": {}, "components": components}))
        };
        let error = of(json!({"type": "strng"})).unwrap_err().to_string();
        assert!(error.contains("/components/schemas/Thing/properties/type: there is no type \"strng\""), "{error}");
        of(json!({"$ref": "#/components/schemas/Thing", "type": "strng"})).unwrap();
        for kind in TYPES {
            of(json!({"type": kind, "items": {}})).unwrap();
        }
    }

    #[test]
    fn malformed_parameter_or_response_is_reported_with_its_place() {
        let with = |operation: Value| {
            let info = json!({"title": "t", "version": "v"});
            check(&json!({"openapi": "3.0.3", "info": info, "paths": {"/a": {"get": operation}}}))
        };
        let responses = json!({"200": {"description": "d", "headers": {"x-a": {"schema": {"type": "string"}}}}});
        with(json!({"responses": responses})).unwrap();
        for (operation, expected) in [
            (json!({"responses": {"200": {}}}), "the response at /paths/~1a/get/responses/200"),
            (
                json!({"parameters": [{"in": "query", "name": "a"}], "responses": responses}),
                "the parameter at /paths/~1a/get/parameters/0",
            ),
            (
                json!({"requestBody": {"content": 1}, "responses": responses}),
                "the request body at /paths/~1a/get/requestBody",
            ),
        ] {
            let error = with(operation).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
