//! A parameter has the type of its format, and is never null.
//!
//! A component that is a string with a format becomes a newtype. If a response uses it, it may also contain text that
//! does not match the format. With the format's own type, a program cannot send such text in a parameter. Null has no
//! text: an optional parameter is omitted.
//!
//! Seen in: Cloudflare's document of 2024-08-06: 52 parameters refer to a string with a format, and 6 may be null.

use serde_json::{Map, Value, json};

use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::named_schemas;
use xtask_document::walk::for_each_schema;

/// The formats of strings that the generator has types for.
pub const FORMATS: [&str; 6] = ["date", "date-time", "ip", "ipv4", "ipv6", "uuid"];

/// Replaces a parameter's reference to a string with a format, or to a list of such strings, by the format itself.
pub(super) fn inline_formats(document: &mut Value) {
    let schemas = named_schemas(document);
    let references = References::of(&schemas);
    for_each_parameter(document, |schema| {
        inline(&references, schema);
        if let Some(items) = schema.get_mut("items").and_then(Value::as_object_mut) {
            inline(&references, items);
        }
    });
}

/// Makes every parameter non-nullable.
pub(super) fn remove_null(document: &mut Value) {
    for_each_parameter(document, super::nullable::remove_null);
}

fn for_each_parameter(document: &mut Value, change: impl Fn(&mut Map<String, Value>)) {
    for_each_schema(document, &mut |place, schema| {
        if is_parameter(place) {
            change(schema);
        }
    });
}

/// Whether a place is that of a parameter's schema. A property or a component may also be named `parameters`.
pub(super) fn is_parameter(place: &str) -> bool {
    let mut parts = place.rsplit('/');
    let (Some("schema"), Some(name), Some("parameters")) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    name.bytes().all(|byte| byte.is_ascii_digit()) || parts.eq(["components", ""])
}

fn inline(references: &References<'_>, schema: &mut Map<String, Value>) {
    if !schema.contains_key("$ref") {
        return;
    }
    let format = format(&ResolvedSchema::of(references, &Value::Object(schema.clone()))).map(str::to_owned);
    if let Some(format) = format {
        schema.clear();
        schema.insert("type".to_owned(), json!("string"));
        schema.insert("format".to_owned(), json!(format));
    }
}

/// The format of a string that the generator has a type for.
fn format<'a>(schema: &ResolvedSchema<'a>) -> Option<&'a str> {
    let format = schema.text("format")?;
    let is_text = schema.text("type") == Some("string") && schema.get("enum").is_none();
    (is_text && FORMATS.contains(&format)).then_some(format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameter_has_the_type_of_the_format_and_a_body_that_of_the_component() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let of = |id: &Value| {
            let list = json!({"type": "array", "items": id});
            let parameter = |schema: &Value| json!({"in": "query", "name": "a", "schema": schema});
            let parameters = [id, &list, &reference("Level"), &reference("Url")].map(parameter);
            let body = json!({"content": {"application/json": {"schema": reference("Id")}}});
            let operation = json!({"parameters": parameters, "requestBody": body});
            json!({"paths": {"/": {"put": operation}}, "components": {
                "parameters": {"p": {"in": "query", "name": "p", "schema": id}},
                "schemas": {
                    "Id": {"type": "string", "format": "uuid"}, "Level": {"type": "string", "enum": ["a"]},
                    "Url": {"type": "string", "format": "uri"},
                },
            }})
        };
        let mut document = of(&reference("Id"));
        inline_formats(&mut document);
        assert_eq!(document, of(&json!({"type": "string", "format": "uuid"})));
    }

    #[test]
    fn parameter_is_never_null_and_its_properties_may_be() {
        let object = json!({"type": "object", "properties": {"a": {"type": "string", "nullable": true}}});
        let of = |schema: Value| json!({"components": {"parameters": {"p": {"in": "query", "schema": schema}}}});
        let mut document = of(json!({"type": "string", "nullable": true, "enum": ["a", null]}));
        remove_null(&mut document);
        assert_eq!(document, of(json!({"type": "string", "enum": ["a"]})));
        let mut document = of(object.clone());
        remove_null(&mut document);
        assert_eq!(document, of(object));
    }

    #[test]
    fn property_of_an_object_named_parameters_may_be_null() {
        let object = |properties: Value| json!({"type": "object", "properties": properties});
        let of = object(json!({"schema": {"type": "string", "nullable": true}}));
        let mut document = json!({"components": {"schemas": {
            "parameters": of, "Thing": object(json!({"parameters": of})),
        }}});
        let before = document.clone();
        remove_null(&mut document);
        assert_eq!(document, before);
    }
}
