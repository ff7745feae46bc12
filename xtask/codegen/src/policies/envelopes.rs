//! The decorations of an envelope cannot fail the decoding of its result.
//!
//! An envelope is a response's object with a boolean property `success`, and the vendor's documents are often wrong
//! about the rest: one entry of `errors` with another shape would fail the whole response. `success` is therefore the
//! only required field, and `errors`, `messages` and `result_info` are free-form. A missing or null `result` is decoded
//! as well: the SDK reports it where the document requires a result.
//!
//! Seen in: Cloudflare's document of 2024-08-06, where 254 successes have only `success` and `result`.

use serde_json::{Map, Value, json};

use xtask_document::Fields;
use xtask_document::envelope::{DECORATIONS, alias, is_free_form, names};
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::{named, named_schemas, schemas_mut};

pub(crate) fn apply(document: &mut Value) {
    free_decorations(document);
    let schemas = named_schemas(document);
    let references = References::of(&schemas);
    change_envelopes(document, |envelope| {
        if let Some(required) = envelope.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|name| name != "result");
        }
        let Some(result) = envelope.get_mut("properties").and_then(|properties| properties.get_mut("result")) else {
            return;
        };
        if is_free_form(&ResolvedSchema::of(&references, &result.clone())) {
            *result = annotations(result);
        } else if let Some(result) = result.as_object_mut().filter(|result| is_list_or_map(result)) {
            // The generated code decodes an absent list or map as an empty one.
            result.insert("nullable".to_owned(), true.into());
        }
    });
}

/// Makes the decorations of every envelope free-form, and requires its `success`.
fn free_decorations(document: &mut Value) {
    change_envelopes(document, |envelope| {
        let required = envelope.entry("required").or_insert_with(|| json!([]));
        if let Some(required) = required.as_array_mut() {
            required.retain(|name| name != "success" && !DECORATIONS.iter().any(|decoration| name == decoration));
            required.push("success".into());
        }
        let Some(properties) = envelope.get_mut("properties").and_then(Value::as_object_mut) else { return };
        for (name, property) in properties {
            if DECORATIONS.contains(&name.as_str()) {
                *property = annotations(property);
            } else if name == "success" {
                let annotations = annotations(property);
                *property = json!({"type": "boolean"});
                if let (Some(property), Value::Object(annotations)) = (property.as_object_mut(), annotations) {
                    property.extend(annotations);
                }
            }
        }
    });
}

/// Calls `change` with every envelope that is no alias. Its parts are merged first.
fn change_envelopes(document: &mut Value, mut change: impl FnMut(&mut Map<String, Value>)) {
    let original = named_schemas(document);
    let references = References::of(&original);
    for name in names(document) {
        let Some(envelope) = named(&original, &name).filter(|envelope| alias(envelope).is_none()) else { continue };
        let schema = schemas_mut(document).and_then(|schemas| schemas.get_mut(&name)?.as_object_mut());
        let Some(schema) = schema else { continue };
        if schema.contains_key("allOf") {
            *schema = ResolvedSchema::of(&references, envelope).to_schema();
        }
        change(schema);
    }
}

fn is_list_or_map(schema: &Map<String, Value>) -> bool {
    let of = schema.text("type");
    of == Some("array") || of == Some("object") && schema.entries("properties").is_empty()
}

fn annotations(schema: &Value) -> Value {
    schema.get("description").map_or_else(|| json!({}), |words| json!({"description": words}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use xtask_document::envelope::Outcome;

    fn reference(name: &str) -> Value {
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    /// A document with schemas and an operation that responds with the named one.
    fn document(response: &str, schemas: &Value) -> Value {
        let content = json!({"application/json": {"schema": reference(response)}});
        json!({
            "paths": {"/things": {"get": {"responses": {"200": {"content": content}}}}},
            "components": {"schemas": schemas},
        })
    }

    fn applied(response: &str, schemas: &Value) -> Value {
        let mut document = document(response, schemas);
        apply(&mut document);
        document["components"]["schemas"].take()
    }

    #[test]
    fn envelope_requires_success_alone_and_its_decorations_are_free_form() {
        let messages = json!({"type": "array", "items": {"type": "string"}, "description": "d"});
        let schemas = json!({"Box": {
            "type": "object",
            "required": ["errors", "result", "other"],
            "properties": {
                "success": {"type": "boolean", "nullable": true, "enum": [true]}, "errors": messages, "messages": reference("X"),
                "result_info": {"type": "object"}, "result": reference("X"), "other": {"type": "integer"},
            },
        }, "X": {"type": "string"}});
        let expected = json!({"Box": {
            "type": "object",
            "required": ["other", "success"],
            "properties": {
                "success": {"type": "boolean"}, "errors": {"description": "d"}, "messages": {}, "result_info": {},
                "result": reference("X"), "other": {"type": "integer"},
            },
        }, "X": {"type": "string"}});
        assert_eq!(applied("Box", &schemas), expected);
    }

    #[test]
    fn envelope_is_found_through_aliases_and_merged_from_its_parts() {
        let schemas = json!({
            "Alias": reference("Worded"),
            "Worded": {"allOf": [reference("Whole"), {"example": 1}], "description": "d", "type": "object"},
            "Whole": {"allOf": [reference("Base"), {"properties": {"result": {"type": "array", "items": {}}}}]},
            "Base": {"type": "object", "properties": {"success": {"type": "boolean"}, "errors": {"type": "array", "items": {}}}},
        });
        assert_eq!(names(&document("Alias", &schemas)), ["Alias", "Whole", "Worded"].map(str::to_owned).into());
        let applied = applied("Alias", &schemas);
        for name in ["Alias", "Worded", "Base"] {
            assert_eq!(applied[name], schemas[name], "{name}");
        }
        let properties = json!({
            "success": {"type": "boolean"}, "errors": {}, "result": {"type": "array", "items": {}, "nullable": true},
        });
        let expected = json!({"type": "object", "required": ["success"], "properties": properties});
        assert_eq!(applied["Whole"], expected);
    }

    #[test]
    fn schema_outside_responses_or_without_boolean_success_is_no_envelope() {
        let success = |of: Value| json!({"type": "object", "properties": {"success": of, "errors": {"type": "array", "items": {}}}});
        let inner = json!({"type": "object", "properties": {"task": reference("Task")}});
        for schemas in [
            json!({"Box": inner, "Task": success(json!({"type": "boolean"}))}),
            json!({"Box": success(json!({"type": "string"}))}),
            json!({"Box": {"oneOf": [success(json!({"type": "boolean"}))], "properties": {"success": {"type": "boolean"}}}}),
            json!({"Box": {"type": "array", "items": reference("Task")}, "Task": success(json!({"type": "boolean"}))}),
        ] {
            assert!(names(&document("Box", &schemas)).is_empty());
            assert_eq!(applied("Box", &schemas), schemas);
        }
    }

    #[test]
    fn outcome_is_nullable_where_the_document_allows_null_or_anything() {
        let schemas = json!({
            "Null": {"type": "object", "nullable": true}, "Alias": reference("Null"), "Free": {"description": "d"},
            "Thing": {"type": "object", "properties": {"id": {"type": "string"}}},
        });
        let document = document("Thing", &schemas);
        let outcome = |properties: Value| {
            let envelope = json!({"properties": properties, "required": ["result"]});
            let references = References::of(&document);
            Outcome::of(&references, &ResolvedSchema::of(&references, &envelope))
        };
        assert_eq!(outcome(json!({})), Outcome::None);
        for result in [
            reference("Null"),
            reference("Alias"),
            reference("Free"),
            json!({}),
            json!({"type": "string", "nullable": true}),
        ] {
            assert_eq!(outcome(json!({"result": result})), Outcome::Nullable, "{result}");
        }
        for result in [reference("Thing"), json!({"type": "array", "items": {}}), json!({"type": "string"})] {
            assert_eq!(outcome(json!({"result": result})), Outcome::Required, "{result}");
        }
        let worded = json!({"result": {"allOf": [reference("Thing")], "nullable": true}});
        assert_eq!(outcome(worded), Outcome::Nullable);
    }

    #[test]
    fn free_form_result_is_decoded_as_any_json() {
        let envelope = |result: Value| json!({"required": ["success"], "properties": {"success": {"type": "boolean"}, "result": result}});
        let schemas = json!({"Box": envelope(reference("Free")), "Free": {"description": "d", "nullable": true}});
        assert_eq!(applied("Box", &schemas)["Box"], envelope(json!({})));
    }
}
