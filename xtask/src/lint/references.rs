//! References that lead nowhere.

use serde_json::Value;

use crate::schemas::{escape, for_each_schema};

/// Maps whose keys are names, which may be any. Elsewhere, a key that begins with `x-` is that of data.
const OF_NAMES: [&str; 9] = [
    "callbacks",
    "content",
    "headers",
    "links",
    "parameters",
    "paths",
    "requestBodies",
    "responses",
    "securitySchemes",
];

/// Every reference that leads out of the document or to nothing in it: where it stands, and what it says.
pub(super) fn dangling(document: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    // In schemas.
    for_each_schema(&mut document.clone(), &mut |place, schema| {
        let reference = schema.get("$ref").and_then(Value::as_str).filter(|target| !leads_somewhere(document, target));
        found.extend(reference.map(|target| (place.to_owned(), target.to_owned())));
        let mapping = schema.get("discriminator").and_then(|discriminator| discriminator.get("mapping"));
        let values = mapping.and_then(Value::as_object).into_iter().flatten().filter_map(|(_, value)| value.as_str());
        let dangling = values.filter(|target| !is_schema(document, target) && !leads_somewhere(document, target));
        found.extend(dangling.map(|target| (format!("{place}/discriminator"), target.to_owned())));
    });
    elsewhere(document, document, String::new(), &mut found);
    found
}

/// Outside of schemas.
fn elsewhere(document: &Value, value: &Value, place: String, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => {
            let reference = object.get("$ref").and_then(Value::as_str);
            let reference = reference.filter(|target| !leads_somewhere(document, target));
            found.extend(reference.map(|target| (place.clone(), target.to_owned())));
            let has_names = OF_NAMES.contains(&place.rsplit('/').next().unwrap_or_default());
            for (key, value) in object {
                let is_data = ["example", "examples"].contains(&key.as_str()) || (!has_names && key.starts_with("x-"));
                if !is_data && !["schema", "schemas"].contains(&key.as_str()) {
                    elsewhere(document, value, format!("{place}/{}", escape(key)), found);
                }
            }
        }
        Value::Array(array) => {
            for (index, value) in array.iter().enumerate() {
                elsewhere(document, value, format!("{place}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn is_schema(document: &Value, name: &str) -> bool {
    document.pointer("/components/schemas").is_some_and(|schemas| schemas.get(name).is_some())
}

fn leads_somewhere(document: &Value, target: &str) -> bool {
    target.strip_prefix('#').is_some_and(|pointer| document.pointer(pointer).is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_reference_that_leads_nowhere_is_found_with_its_place() {
        let nowhere = json!({"$ref": "#/components/x/nowhere"});
        let thing = json!({"$ref": "#/components/schemas/Thing"});
        let document = json!({
            "paths": {"/things": {"get": {
                "parameters": [nowhere, {"$ref": "#/components/parameters/x-page"}],
                "responses": {"200": {"content": {"a": {"schema": nowhere, "example": nowhere}}}, "default": nowhere},
                "x-data": nowhere,
            }}},
            "components": {
                "parameters": {"x-page": {"schema": thing}},
                "schemas": {"Thing": {
                    "properties": {"example": nowhere, "good": thing, "other": {"$ref": "other.json"}},
                    "discriminator": {"propertyName": "p", "mapping": {
                        "a": "Thing", "b": "#/components/schemas/Thing", "c": "Cat", "d": "#/components/schemas/Cat",
                    }},
                    "default": nowhere, "example": nowhere, "enum": [nowhere], "x-data": nowhere,
                }},
            },
        });
        let places: Vec<_> = dangling(&document).into_iter().map(|(place, _)| place).collect();
        let mut expected = [
            "/paths/~1things/get/parameters/0",
            "/paths/~1things/get/responses/200/content/a/schema",
            "/paths/~1things/get/responses/default",
            "/components/schemas/Thing/properties/example",
            "/components/schemas/Thing/properties/other",
            "/components/schemas/Thing/discriminator",
            "/components/schemas/Thing/discriminator",
        ];
        let mut places = places;
        places.sort();
        expected.sort_unstable();
        assert_eq!(places, expected);
    }
}
