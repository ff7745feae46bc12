//! The keywords of schemas (OpenAPI 3.0.3, "Schema Object"), in the one table that all tools use.

use serde_json::{Map, Value};

use crate::fields::Fields;

/// What a keyword defines.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// The set of values.
    Shape,
    /// The set of values, but only beside a keyword with the role [`Shape`](Role::Shape): `nullable` and `required`.
    Presence,
    /// A constraint on values of that shape.
    Limit,
    /// The use of a value: its direction, its default, the property that distinguishes alternatives.
    Annotation,
    /// Text for people.
    Documentation,
}

/// A keyword.
#[derive(Clone, Copy, Debug)]
pub struct Keyword {
    /// The name.
    pub name: &'static str,
    /// The role.
    pub role: Role,
    /// The only type that the keyword applies to.
    pub of_type: Option<&'static str>,
    /// Whether its value is a schema, a list of schemas, or a map of names to schemas.
    pub has_schemas: bool,
}

const fn keyword(name: &'static str, role: Role) -> Keyword {
    Keyword { name, role, of_type: None, has_schemas: false }
}

impl Keyword {
    const fn of(self, of_type: &'static str) -> Self {
        Self { of_type: Some(of_type), ..self }
    }

    const fn with_schemas(self) -> Self {
        Self { has_schemas: true, ..self }
    }
}

/// Every keyword.
pub const KEYWORDS: [Keyword; 36] = [
    keyword("$ref", Role::Shape),
    keyword("additionalProperties", Role::Shape).of("object").with_schemas(),
    keyword("allOf", Role::Shape).with_schemas(),
    keyword("anyOf", Role::Shape).with_schemas(),
    keyword("default", Role::Annotation),
    keyword("deprecated", Role::Annotation),
    keyword("description", Role::Documentation),
    keyword("discriminator", Role::Annotation),
    keyword("enum", Role::Shape),
    keyword("example", Role::Documentation),
    keyword("exclusiveMaximum", Role::Limit),
    keyword("exclusiveMinimum", Role::Limit),
    keyword("externalDocs", Role::Documentation),
    keyword("format", Role::Shape),
    keyword("items", Role::Shape).of("array").with_schemas(),
    keyword("maxItems", Role::Limit).of("array"),
    keyword("maxLength", Role::Limit).of("string"),
    keyword("maxProperties", Role::Limit).of("object"),
    keyword("maximum", Role::Limit),
    keyword("minItems", Role::Limit).of("array"),
    keyword("minLength", Role::Limit).of("string"),
    keyword("minProperties", Role::Limit).of("object"),
    keyword("minimum", Role::Limit),
    keyword("multipleOf", Role::Limit),
    keyword("not", Role::Limit).with_schemas(),
    keyword("nullable", Role::Presence),
    keyword("oneOf", Role::Shape).with_schemas(),
    keyword("pattern", Role::Limit).of("string"),
    keyword("properties", Role::Shape).of("object").with_schemas(),
    keyword("readOnly", Role::Annotation),
    keyword("required", Role::Presence),
    keyword("title", Role::Documentation),
    keyword("type", Role::Shape),
    keyword("uniqueItems", Role::Limit).of("array"),
    keyword("writeOnly", Role::Annotation),
    keyword("xml", Role::Documentation),
];

/// The keywords whose values are lists of schemas.
pub const BRANCHES: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// The keywords of [`BRANCHES`] that make a union.
pub const UNIONS: [&str; 2] = ["anyOf", "oneOf"];

fn find(name: &str) -> Option<&'static Keyword> {
    KEYWORDS.iter().find(|keyword| keyword.name == name)
}

/// The role of a keyword. Extensions and unknown keywords are documentation.
pub fn role(name: &str) -> Role {
    find(name).map_or(Role::Documentation, |keyword| keyword.role)
}

/// Whether the value of a keyword is a schema, a list of schemas, or a map of names to schemas.
pub fn has_schemas(name: &str) -> bool {
    find(name).is_some_and(|keyword| keyword.has_schemas)
}

/// The type that the keywords of a schema without `type` apply to. Keywords of objects precede those of lists, and
/// those precede the keywords of text.
pub fn implied_type(schema: &Map<String, Value>) -> Option<&'static str> {
    let of_type = |of: &str| schema.keys().filter_map(|name| find(name)).any(|keyword| keyword.of_type == Some(of));
    ["object", "array", "string"].into_iter().find(|of| of_type(of))
}

/// Whether a schema has a keyword with the role [`Role::Shape`]. Without one it is valid for any value, or annotates
/// another schema.
///
/// ```
/// use serde_json::json;
/// use xtask_document::keywords::gives_shape;
///
/// assert!(gives_shape(&json!({"type": "string"})));
/// assert!(!gives_shape(&json!({"description": "A name.", "maxLength": 9})));
/// ```
pub fn gives_shape(schema: &Value) -> bool {
    schema.as_object().is_some_and(|schema| schema.keys().any(|name| role(name) == Role::Shape))
}

/// Whether the keywords for items and other properties only constrain the branches of a union, since each of these has
/// a shape of its own.
///
/// ```
/// use serde_json::json;
/// use xtask_document::keywords::constrains_branches;
///
/// let constrains = |schema: serde_json::Value| schema.as_object().is_some_and(constrains_branches);
/// assert!(constrains(json!({"oneOf": [{"type": "string"}, {"type": "integer"}], "additionalProperties": {}})));
/// assert!(!constrains(json!({"oneOf": [{"required": ["a"]}], "additionalProperties": {"type": "string"}})));
/// ```
pub fn constrains_branches(schema: &Map<String, Value>) -> bool {
    let branches: Vec<_> = UNIONS.into_iter().flat_map(|union| schema.list(union)).collect();
    let is_object = schema.get("type").is_none_or(|of| of == "object");
    is_object && !schema.contains_key("properties") && !branches.is_empty() && branches.into_iter().all(gives_shape)
}

/// A schema without its documentation.
pub fn without_documentation(schema: &Value) -> Map<String, Value> {
    without(schema, &[Role::Documentation])
}

/// A schema without its annotations and its documentation.
pub fn without_annotations(schema: &Value) -> Map<String, Value> {
    without(schema, &[Role::Annotation, Role::Documentation])
}

fn without(schema: &Value, roles: &[Role]) -> Map<String, Value> {
    let keywords = schema.as_object().into_iter().flatten().filter(|(name, _)| !roles.contains(&role(name)));
    keywords.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The lists of schemas of a schema, each with its keyword.
pub fn branches(schema: &Value) -> impl Iterator<Item = (&'static str, &Vec<Value>)> {
    BRANCHES.into_iter().filter_map(|keyword| Some((keyword, schema.get(keyword)?.as_array()?)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schema_without_annotations_keeps_shape_presence_and_limits() {
        let schema = json!({"type": "string", "nullable": true, "maxLength": 9, "title": "t", "x-a": 1, "unknown": 2});
        assert_eq!(
            Value::Object(without_annotations(&schema)),
            json!({"type": "string", "nullable": true, "maxLength": 9})
        );
    }
}
