//! A component is never null; the places that refer to it may be nullable.
//!
//! The generator wraps a nullable component, and gives the wrapper the component's name. A property that refers to one
//! has another type than a property that is nullable itself, although the JSON is the same. Nullability therefore
//! moves:
//!
//! - from a component to each place that refers to it;
//! - from the parts of an `allOf` and the branches of a union to the whole schema, if that allows null.
//!
//! An envelope is never null. A free-form schema always allows null, which a type name would hide: a place that refers
//! to a free-form component becomes free-form.
//!
//! Seen in: GitHub's REST document: 17 of its 31 clients did not compile.

use serde_json::{Map, Value, json};

use super::parameters;
use xtask_document::Fields;
use xtask_document::envelope;
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::{is_named, named_schemas};
use xtask_document::walk::for_each_schema;

/// The most levels of nested unions that are followed. A union can be a branch of itself.
const DEEPEST: usize = 8;

pub(super) fn apply(document: &mut Value) {
    let envelopes = envelope::names(document);
    let schemas = named_schemas(document);
    let references = References::of(&schemas);
    for_each_schema(document, &mut |place, schema| {
        if is_part(place) {
            return remove_null(schema);
        }
        // For parameters, see `parameters.rs`.
        if parameters::is_parameter(place) {
            return;
        }
        let target = schema.text("$ref").and_then(|path| path.rsplit('/').next());
        let is_envelope = target.is_some_and(|name| envelopes.contains(name));
        let is_named = target.is_some() || schema.contains_key("allOf");
        if is_named && is_free_form(&references, &Value::Object(schema.clone())) {
            schema.retain(|keyword, _| keyword == "description");
        } else if !is_envelope && allows_null(&references, &Value::Object(schema.clone()), DEEPEST) {
            add_null(schema);
        }
    });
}

/// Whether a place is that of a component, or of a part of another schema.
fn is_part(place: &str) -> bool {
    let mut parts = place.rsplit('/');
    let (last, before) = (parts.next(), parts.next());
    let is_branch = matches!(before, Some("allOf" | "anyOf" | "oneOf"))
        && last.is_some_and(|index| index.bytes().all(|byte| byte.is_ascii_digit()));
    // Properties may be named `not` or `properties`.
    let is_property = place.rsplit('/').skip(1).take_while(|part| *part == "properties").count() % 2 == 1;
    is_named(place) || is_branch || last == Some("not") && !is_property
}

fn is_free_form<'a>(references: &References<'a>, schema: &'a Value) -> bool {
    envelope::is_free_form(&ResolvedSchema::of(references, schema))
}

/// Whether a schema allows null and is not free-form.
fn allows_null<'a>(references: &References<'a>, schema: &'a Value, deepest: usize) -> bool {
    let Some(deepest) = deepest.checked_sub(1) else { return false };
    let schema = ResolvedSchema::of(references, schema);
    let is_branch_nullable = || schema.union_branches().any(|branch| allows_null(references, branch, deepest));
    !envelope::is_free_form(&schema) && (schema.is("nullable") || is_branch_nullable())
}

fn add_null(schema: &mut Map<String, Value>) {
    if let Some(reference) = schema.remove("$ref") {
        schema.clear();
        schema.insert("allOf".to_owned(), json!([{"$ref": reference}]));
    }
    schema.insert("nullable".to_owned(), true.into());
}

pub(super) fn remove_null(schema: &mut Map<String, Value>) {
    if schema.remove("nullable") == Some(Value::Bool(true))
        && let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut)
    {
        values.retain(|value| !value.is_null());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(name: &str) -> Value {
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    fn nullable(name: &str) -> Value {
        json!({"allOf": [reference(name)], "nullable": true})
    }

    /// A schema beside nullable components, after the policy.
    fn applied(schema: Value) -> Value {
        let object = |properties: Value| json!({"type": "object", "properties": properties});
        let mut document = json!({"components": {"schemas": {
            "Thing": object(json!({"it": schema})),
            "Null": {"type": "string", "nullable": true, "enum": ["a", null]},
            "Alias": reference("Null"),
            "Whole": {"allOf": [reference("Null"), {"description": "d"}]},
            "Either": {"oneOf": [reference("Null"), {"type": "integer"}]},
            "Text": {"type": "string"},
            "Never": {"allOf": [reference("Null")], "nullable": false},
            "Free": {"nullable": true},
        }}});
        apply(&mut document);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Null"], json!({"type": "string", "enum": ["a"]}));
        assert_eq!(schemas["Alias"], reference("Null"));
        assert_eq!(schemas["Either"], json!({"oneOf": [reference("Null"), {"type": "integer"}]}));
        schemas["Thing"]["properties"]["it"].clone()
    }

    #[test]
    fn reference_to_a_nullable_component_becomes_nullable() {
        for name in ["Null", "Alias", "Whole", "Either"] {
            assert_eq!(applied(reference(name)), nullable(name), "{name}");
            let list = |items: Value| json!({"type": "array", "items": items});
            assert_eq!(applied(list(reference(name))), list(nullable(name)), "{name}");
            let map = |values: Value| json!({"type": "object", "additionalProperties": values});
            assert_eq!(applied(map(reference(name))), map(nullable(name)), "{name}");
        }
        for name in ["Text", "Never"] {
            assert_eq!(applied(reference(name)), reference(name), "{name}");
        }
        assert_eq!(applied(reference("Free")), json!({}));
        assert_eq!(applied(json!({"allOf": [reference("Free")], "description": "d"})), json!({"description": "d"}));
    }

    #[test]
    fn whole_is_nullable_if_its_parts_are() {
        let part = |nullable: Value| json!({"type": "object", "properties": {}, "nullable": nullable});
        let bare = json!({"type": "object", "properties": {}});
        assert_eq!(applied(json!({"allOf": [part(json!(true))]})), json!({"allOf": [bare], "nullable": true}));
        let both = applied(json!({"allOf": [part(json!(true)), part(json!(false))]}));
        assert_eq!(both, json!({"allOf": [bare, bare]}));
        let union = json!({"oneOf": [reference("Text"), reference("Alias")]});
        let expected = json!({"oneOf": [reference("Text"), reference("Alias")], "nullable": true});
        assert_eq!(applied(union), expected);
    }

    #[test]
    fn property_with_the_name_of_a_keyword_is_a_property() {
        let object = |properties: Value| json!({"type": "object", "properties": properties});
        for name in ["not", "allOf", "properties", "schema"] {
            let text = json!({"type": "string", "nullable": true});
            let properties = object(json!({name: text, "parameters": object(json!({name: reference("Null")}))}));
            let expected = object(json!({name: text, "parameters": object(json!({name: nullable("Null")}))}));
            assert_eq!(applied(properties), expected, "{name}");
        }
        let not = |schema: Value| object(json!({"properties": {"not": schema}, "not": {"not": schema}}));
        let expected = not(json!({"type": "string"}));
        assert_eq!(applied(not(json!({"type": "string", "nullable": true}))), expected);
    }

    #[test]
    fn body_is_nullable_if_its_component_is_and_a_parameter_is_not() {
        let content = |schema: Value| json!({"content": {"application/json": {"schema": schema}}});
        let paths = |body: Value| {
            let parameters = json!([{"in": "query", "name": "a", "schema": reference("Null")}]);
            let responses = json!({"200": content(body.clone())});
            json!({"/": {"put": {"parameters": parameters, "requestBody": content(body), "responses": responses}}})
        };
        let schemas = json!({"Null": {"type": "string", "nullable": true}});
        let mut document = json!({"paths": paths(reference("Null")), "components": {"schemas": schemas}});
        apply(&mut document);
        assert_eq!(document["paths"], paths(nullable("Null")));
    }

    #[test]
    fn envelope_is_never_null() {
        let content = json!({"application/json": {"schema": reference("Box")}});
        let envelope = json!({"type": "object", "nullable": true, "properties": {"success": {"type": "boolean"}}});
        let mut document = json!({
            "paths": {"/": {"get": {"responses": {"200": {"content": content}}}}},
            "components": {"schemas": {"Box": envelope}},
        });
        let paths = document["paths"].clone();
        apply(&mut document);
        assert_eq!(document["paths"], paths);
        assert_eq!(document["components"]["schemas"]["Box"].get("nullable"), None);
    }
}
