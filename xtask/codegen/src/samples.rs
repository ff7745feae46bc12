//! Small values of schemas, for generated tests and examples.

use serde_json::{Map, Value, json};

use xtask_document::resolved::{References, ResolvedSchema};

/// The most values of a sample. A schema that requires more, such as a schema that requires itself, has no sample.
const LARGEST: usize = 500;

/// The sample of text without a format.
pub(super) const TEXT: &str = "sample";

/// A small value of a schema, with only required properties and the first of listed values. `None` if it is not certain
/// that the generated types accept a value.
pub(super) fn sample<'a>(references: &References<'a>, schema: &'a Value) -> Option<Value> {
    Samples { references, remaining: LARGEST }.of(schema)
}

struct Samples<'a, 'b> {
    references: &'b References<'a>,
    /// The number of values that may still be added.
    remaining: usize,
}

impl<'a> Samples<'a, '_> {
    fn of(&mut self, schema: &'a Value) -> Option<Value> {
        // Each level of a schema counts, so that the limit also bounds the depth of the recursion.
        self.remaining = self.remaining.checked_sub(1)?;
        let schema = ResolvedSchema::of(self.references, schema);
        if schema.is("nullable") {
            return Some(Value::Null);
        }
        let of = schema.text("type");
        // No value fits an `allOf` of, say, an object and text.
        if !schema.properties.is_empty() && (of.is_some_and(|of| of != "object") || schema.get("enum").is_some()) {
            return None;
        }
        if schema.get("enum").is_some() {
            return schema.list("enum").iter().find(|value| !value.is_null()).cloned();
        }
        if schema.get("anyOf").or_else(|| schema.get("not")).is_some() {
            return None;
        }
        if schema.get("oneOf").is_some() {
            // The generated types differ for a union beside properties.
            return if schema.properties.is_empty() { self.of(schema.list("oneOf").first()?) } else { None };
        }
        Some(match of {
            Some("array") => json!([]),
            Some("boolean") => json!(true),
            Some("integer" | "number") => json!(1),
            Some("string") => text(schema.text("format").unwrap_or_default()).into(),
            Some("object") | None => self.object(&schema)?,
            Some(_) => return None,
        })
    }

    fn object(&mut self, schema: &ResolvedSchema<'a>) -> Option<Value> {
        let mut object = Map::new();
        for name in schema.required() {
            let property = schema.properties.get(name).copied();
            let is_null = schema.added(name).is("nullable");
            let value = if is_null { Value::Null } else { self.of(property.unwrap_or(&Value::Null))? };
            object.insert(name.to_owned(), value);
        }
        Some(object.into())
    }
}

fn text(format: &str) -> &'static str {
    match format {
        "date" => "2000-01-02",
        "date-time" => "2000-01-02T03:04:05Z",
        "ip" | "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "uuid" => "11111111-2222-4333-8444-555555555555",
        _ => TEXT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(schema: Value) -> Option<Value> {
        let document = json!({"components": {"schemas": {
            "Node": {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/components/schemas/Node"}}},
            "Level": {"type": "string", "enum": ["low", "high"]},
        }}});
        sample(&References::of(&document), &schema)
    }

    #[test]
    fn sample_has_required_properties_and_the_first_listed_value() {
        let schema = json!({"type": "object", "required": ["a", "b", "c", "d", "e"], "properties": {
            "a": {"$ref": "#/components/schemas/Level"}, "b": {"type": "array", "items": {"type": "string"}},
            "c": {"type": "string", "format": "uuid"}, "d": {"type": "integer", "nullable": true},
            "e": {"oneOf": [{"type": "integer"}, {"type": "string"}]}, "optional": {"type": "string"},
        }});
        let expected = json!({"a": "low", "b": [], "c": "11111111-2222-4333-8444-555555555555", "d": null, "e": 1});
        assert_eq!(of(schema), Some(expected));
        assert_eq!(of(json!({})), Some(json!({})));
    }

    #[test]
    fn schema_without_a_small_or_certain_value_has_no_sample() {
        assert_eq!(of(json!({"$ref": "#/components/schemas/Node"})), None);
        assert_eq!(of(json!({"anyOf": [{"type": "string"}, {"type": "integer"}]})), None);
        assert_eq!(of(json!({"type": "string", "enum": [null]})), None);
        let object = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        for other in [json!({"type": "string"}), json!({"$ref": "#/components/schemas/Level"})] {
            assert_eq!(of(json!({"allOf": [object, other]})), None);
        }
    }
}
