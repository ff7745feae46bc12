//! What the generator gets to see of a document.
//!
//! A document in `spec/` says what is known about the API. These policies, each a choice for every SDK of the workspace,
//! make of it a client that stays right when the API does not keep to its document.

mod constraints;
mod defaults;
pub(crate) mod lenient;
mod raw_failures;

use serde_json::{Map, Value};

/// The document that the low-level client is generated from.
pub fn for_client(document: &Value) -> Value {
    let mut document = for_mocks(document);
    raw_failures::apply(&mut document);
    document
}

/// The document that the mocks are generated from: a mock may name the shape of a failure, a client must not rely on it.
pub fn for_mocks(document: &Value) -> Value {
    let mut document = document.clone();
    constraints::apply(&mut document);
    defaults::apply(&mut document);
    lenient::apply(&mut document);
    document
}

/// Calls `change` with every schema of a document, the named ones and all that are nested in something.
///
/// A property may have any name, so the maps of properties are walked as such: a property called `pattern` is not a
/// constraint. Examples, defaults and enum values are data, not schemas, and are left alone.
fn for_each_schema(document: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    fn schema(value: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
        let Some(object) = value.as_object_mut() else { return };
        change(object);
        for (keyword, value) in object {
            match keyword.as_str() {
                "properties" => schemas(value, change),
                "additionalProperties" | "items" | "not" => schema(value, change),
                "allOf" | "anyOf" | "oneOf" => {
                    for branch in value.as_array_mut().into_iter().flatten() {
                        schema(branch, change);
                    }
                }
                _ => {}
            }
        }
    }

    fn schemas(value: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
        for named in value.as_object_mut().into_iter().flat_map(Map::values_mut) {
            schema(named, change);
        }
    }

    // Outside of the named schemas, a schema is whatever stands under the key `schema`: of a parameter, a header or a
    // media type.
    fn elsewhere(value: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    match key.as_str() {
                        "schema" => schema(value, change),
                        "schemas" => schemas(value, change),
                        "example" | "examples" => {}
                        _ => elsewhere(value, change),
                    }
                }
            }
            Value::Array(array) => array.iter_mut().for_each(|value| elsewhere(value, change)),
            _ => {}
        }
    }

    elsewhere(document, change);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_schema_is_visited_and_no_data_is() {
        let mut document = json!({
            "paths": {"/things": {"get": {
                "parameters": [{"schema": {"title": "parameter"}}],
                "requestBody": {"content": {"application/json": {
                    "schema": {"title": "body", "items": {"title": "item"}},
                    "example": {"schema": {"title": "no schema but an example"}},
                }}},
            }}},
            "components": {"schemas": {"Thing": {
                "title": "named",
                "properties": {"title": {"title": "property"}},
                "additionalProperties": {"title": "value"},
                "oneOf": [{"title": "branch"}],
                "default": {"title": "no schema but a default"},
            }}},
        });
        let mut seen = Vec::new();
        for_each_schema(&mut document, &mut |schema| {
            seen.extend(schema.get("title").and_then(Value::as_str).map(str::to_owned));
        });
        seen.sort();
        assert_eq!(seen, ["body", "branch", "item", "named", "parameter", "property", "value"]);
    }
}
