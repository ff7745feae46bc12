//! The examples of an operation's successful JSON responses.

use serde_json::Value;
use xtask_document::Fields;
use xtask_document::media_types::is_json;
use xtask_document::operation::{MediaType, Operation, component};

/// The most references that are followed to find the example of a schema.
const MOST_REFERENCES: usize = 16;

/// An example of a response.
pub(super) struct Example<'a> {
    /// Its place, for messages: `GET /things 200 application/json, examples.one`.
    pub(super) place: String,
    pub(super) media_type: &'a str,
    pub(super) value: &'a Value,
    /// The schema of the response.
    pub(super) schema: Option<&'a Value>,
}

/// The examples of an operation.
#[derive(Default)]
pub(super) struct Found<'a> {
    pub(super) examples: Vec<Example<'a>>,
    /// The places of examples that the document only links to.
    pub(super) external: Vec<String>,
}

/// Collects the examples of an operation: of the content of its responses, and of its schema.
pub(super) fn collect<'a>(document: &'a Value, operation: &Operation<'a>) -> Found<'a> {
    let mut found = Found::default();
    for response in operation.successes() {
        for content in response.content().filter(|content| is_json(content.name)) {
            let place = format!("{} {} {}", operation.route(), response.status, content.name);
            of_content(document, &place, content, &mut found);
        }
    }
    found
}

fn of_content<'a>(document: &'a Value, place: &str, content: MediaType<'a>, found: &mut Found<'a>) {
    let (media_type, schema) = (content.name, content.schema());
    let mut add = |name: &str, value| {
        found.examples.push(Example { place: format!("{place}, {name}"), media_type, value, schema });
    };
    content.object.get("example").into_iter().for_each(|value| add("example", value));
    let of_schema = schema.and_then(|schema| example_of(document, schema));
    of_schema.into_iter().for_each(|value| add("example of the schema", value));
    for (name, example) in content.object.entries("examples") {
        let name = format!("examples.{name}");
        match component(document, example) {
            Some(Value::Object(example)) if example.contains_key("value") => {
                example.get("value").into_iter().for_each(|value| add(&name, value));
            }
            _ => found.external.push(format!("{place}, {name}")),
        }
    }
}

/// The example of a schema, or of the one that it refers to.
fn example_of<'a>(document: &'a Value, schema: &'a Value) -> Option<&'a Value> {
    let mut schema = schema;
    for _ in 0..MOST_REFERENCES {
        if !schema.as_object()?.contains_key("$ref") {
            break;
        }
        schema = component(document, schema)?;
    }
    schema.get("example")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use xtask_document::operation::operations;

    use super::*;

    #[test]
    fn examples_are_those_of_successes_in_json_with_references_followed() {
        let document = json!({
            "paths": {"/things": {"get": {"responses": {
                "200": {"content": {
                    "application/json": {
                        "schema": {"$ref": "#/components/schemas/Things"},
                        "examples": {
                            "one": {"value": 1},
                            "two": {"$ref": "#/components/examples/Two"},
                            "three": {"externalValue": "https://acme.test/three.json"},
                        },
                    },
                    "text/plain": {"example": "text"},
                }},
                "201": {"$ref": "#/components/responses/Created"},
                "404": {"content": {"application/json": {"example": "failure"}}},
            }}}},
            "components": {
                "schemas": {"Things": {"$ref": "#/components/schemas/Alias"}, "Alias": {"example": 0}},
                "examples": {"Two": {"value": 2}},
                "responses": {"Created": {"content": {"application/vnd.acme+json; v=1": {"example": 3}}}},
            },
        });
        let found = collect(&document, &operations(&document).next().unwrap());
        let places: Vec<_> = found.examples.iter().map(|found| (found.place.as_str(), found.value.clone())).collect();
        assert_eq!(
            places,
            [
                ("GET /things 200 application/json, example of the schema", json!(0)),
                ("GET /things 200 application/json, examples.one", json!(1)),
                ("GET /things 200 application/json, examples.two", json!(2)),
                ("GET /things 201 application/vnd.acme+json; v=1, example", json!(3)),
            ]
        );
        assert_eq!(found.external, ["GET /things 200 application/json, examples.three"]);
    }
}
