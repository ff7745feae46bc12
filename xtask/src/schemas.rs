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
    Walk { place: String::new(), change }.elsewhere(document);
}

/// A name as a part of a JSON pointer.
pub(crate) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

struct Walk<'w, 'c> {
    /// Where it is: one text for the whole way, since most places are never told to anybody.
    place: String,
    change: &'w mut Change<'c>,
}

impl Walk<'_, '_> {
    /// Goes one step down and comes back.
    fn below(&mut self, step: &str, go: impl FnOnce(&mut Self)) {
        let length = self.place.len();
        self.place.push('/');
        if step.contains(['~', '/']) {
            self.place += &escape(step);
        } else {
            self.place += step;
        }
        go(self);
        self.place.truncate(length);
    }

    fn schema(&mut self, value: &mut Value) {
        let Some(object) = value.as_object_mut() else { return };
        (self.change)(&self.place, object);
        for (keyword, value) in object {
            match keyword.as_str() {
                "properties" => self.below(keyword, |walk| walk.schemas(value)),
                "additionalProperties" | "items" | "not" => self.below(keyword, |walk| walk.schema(value)),
                "allOf" | "anyOf" | "oneOf" => self.below(keyword, |walk| {
                    for (index, branch) in value.as_array_mut().into_iter().flatten().enumerate() {
                        walk.below(&index.to_string(), |walk| walk.schema(branch));
                    }
                }),
                _ => {}
            }
        }
    }

    fn schemas(&mut self, value: &mut Value) {
        for (name, named) in value.as_object_mut().into_iter().flatten() {
            self.below(name, |walk| walk.schema(named));
        }
    }

    /// Outside of the named schemas, a schema is whatever stands under the key `schema`: of a parameter, a header or a media
    /// type.
    fn elsewhere(&mut self, value: &mut Value) {
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    match key.as_str() {
                        "schema" => self.below(key, |walk| walk.schema(value)),
                        "schemas" => self.below(key, |walk| walk.schemas(value)),
                        "example" | "examples" => {}
                        _ => self.below(key, |walk| walk.elsewhere(value)),
                    }
                }
            }
            Value::Array(array) => {
                for (index, value) in array.iter_mut().enumerate() {
                    self.below(&index.to_string(), |walk| walk.elsewhere(value));
                }
            }
            _ => {}
        }
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
