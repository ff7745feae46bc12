//! Walking the schemas of a document.

use serde_json::{Map, Value};

/// A schema, and where it stands.
pub(crate) type Change<'c> = dyn FnMut(&str, &mut Map<String, Value>) + 'c;

/// Calls `change` with every schema of a document, the named ones and all that are nested in something, and its place: a JSON
/// pointer (RFC 6901). What a schema consists of comes after the schema itself.
///
/// A property may have any name, so the maps of properties are walked as such: a property called `pattern` is not a
/// constraint. Examples, defaults and enum values are data, not schemas, and are left alone.
pub(crate) fn for_each_schema(document: &mut Value, change: &mut Change<'_>) {
    elsewhere(document, "", change);
}

/// A name as a part of a JSON pointer.
pub(crate) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn schema(value: &mut Value, place: &str, change: &mut Change<'_>) {
    let Some(object) = value.as_object_mut() else { return };
    change(place, object);
    for (keyword, value) in object {
        let place = || format!("{place}/{keyword}");
        match keyword.as_str() {
            "properties" => schemas(value, &place(), change),
            "additionalProperties" | "items" | "not" => schema(value, &place(), change),
            "allOf" | "anyOf" | "oneOf" => {
                for (index, branch) in value.as_array_mut().into_iter().flatten().enumerate() {
                    schema(branch, &format!("{}/{index}", place()), change);
                }
            }
            _ => {}
        }
    }
}

fn schemas(value: &mut Value, place: &str, change: &mut Change<'_>) {
    for (name, named) in value.as_object_mut().into_iter().flatten() {
        schema(named, &format!("{place}/{}", escape(name)), change);
    }
}

/// Outside of the named schemas, a schema is whatever stands under the key `schema`: of a parameter, a header or a media
/// type.
fn elsewhere(value: &mut Value, place: &str, change: &mut Change<'_>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let place = || format!("{place}/{}", escape(key));
                match key.as_str() {
                    "schema" => schema(value, &place(), change),
                    "schemas" => schemas(value, &place(), change),
                    "example" | "examples" => {}
                    _ => elsewhere(value, &place(), change),
                }
            }
        }
        Value::Array(array) => {
            for (index, value) in array.iter_mut().enumerate() {
                elsewhere(value, &format!("{place}/{index}"), change);
            }
        }
        _ => {}
    }
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
        for_each_schema(&mut document, &mut |_, schema| {
            seen.extend(schema.get("title").and_then(Value::as_str).map(str::to_owned));
        });
        seen.sort();
        assert_eq!(seen, ["body", "branch", "item", "named", "parameter", "property", "value"]);
    }

    #[test]
    fn a_place_is_a_pointer_to_the_schema() {
        let mut document =
            json!({"paths": {"/a/b": {"get": {"parameters": [{"schema": {"items": {"oneOf": [{"x": 1}]}}}]}}}});
        let original = document.clone();
        let mut places = Vec::new();
        for_each_schema(&mut document, &mut |place, schema| {
            places.push((place.to_owned(), Value::Object(schema.clone())))
        });
        assert_eq!(places.len(), 3);
        assert!(places.iter().all(|(place, schema)| original.pointer(place) == Some(schema)), "{places:?}");
    }
}
