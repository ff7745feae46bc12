//! A parameter that refers to a string with a format has the format's type.
//!
//! The string's component is a type of its own. If a response uses it, it also holds text that does not match the
//! format, which a program cannot send by mistake in a parameter of the format's type.

use serde_json::{Map, Value, json};

use crate::effective::{Effective, References, named_schemas};
use crate::schemas::for_each_schema;

/// The formats of strings that the generator has types for.
pub(crate) const FORMATS: [&str; 6] = ["date", "date-time", "ip", "ipv4", "ipv6", "uuid"];

pub(super) fn apply(document: &mut Value) {
    let schemas = named_schemas(document);
    let references = References::of(&schemas);
    for_each_schema(document, &mut |place, schema| {
        let mut parts = place.rsplit('/');
        let is_parameter = (parts.next(), parts.nth(1)) == (Some("schema"), Some("parameters"));
        if is_parameter {
            inline(&references, schema);
            if let Some(items) = schema.get_mut("items").and_then(Value::as_object_mut) {
                inline(&references, items);
            }
        }
    });
}

fn inline(references: &References<'_>, schema: &mut Map<String, Value>) {
    if !schema.contains_key("$ref") {
        return;
    }
    let format = format(&Effective::of(references, &Value::Object(schema.clone()))).map(str::to_owned);
    if let Some(format) = format {
        schema.clear();
        schema.insert("type".to_owned(), json!("string"));
        schema.insert("format".to_owned(), json!(format));
    }
}

/// The format of a string that the generator has a type for.
fn format<'a>(schema: &Effective<'a>) -> Option<&'a str> {
    let format = schema.get("format")?.as_str()?;
    let is_text = schema.get("type").is_some_and(|of| of == "string") && schema.get("enum").is_none();
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
        apply(&mut document);
        assert_eq!(document, of(&json!({"type": "string", "format": "uuid"})));
    }
}
