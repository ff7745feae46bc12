//! Failures stay raw.
//!
//! The generated decoding of a failure loses the status and the headers when the body is not what the document says, and
//! a failure's body often is not: it may come from the edge, as HTML.

use serde_json::{Value, json};

use crate::document::operations_mut;

/// For the client: no failure is decoded.
pub(super) fn all(document: &mut Value) {
    for_each_failure(document, |failure| {
        *failure = json!({"description": "A failure, undecoded", "content": {"*/*": {}}});
    });
}

/// For the mocks: a failure whose schema has no name is any JSON. The generator would give it one, of a type that the client
/// does not have.
pub(super) fn without_name(document: &mut Value) {
    for_each_failure(document, |failure| {
        let contents = failure.get_mut("content").and_then(Value::as_object_mut);
        for schema in contents.into_iter().flatten().filter_map(|(_, content)| content.get_mut("schema")) {
            if schema.get("$ref").is_none() {
                *schema = json!({});
            }
        }
    });
}

fn for_each_failure(document: &mut Value, mut change: impl FnMut(&mut Value)) {
    for operation in operations_mut(document) {
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        for (status, response) in responses.into_iter().flatten() {
            if status.starts_with(['4', '5']) || status == "default" {
                change(response);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_become_raw_and_successes_stay_typed() {
        let typed = json!({"description": "", "content": {"application/json": {"schema": {"type": "object"}}}});
        let mut document = json!({"paths": {"/": {"get": {"responses": {
            "200": typed.clone(), "404": typed.clone(), "4XX": typed.clone(), "503": typed.clone(), "default": typed.clone(),
        }}}}});
        all(&mut document);
        let responses = &document["paths"]["/"]["get"]["responses"];
        assert_eq!(responses["200"], typed);
        for status in ["404", "4XX", "503", "default"] {
            assert_eq!(responses[status]["content"], json!({"*/*": {}}), "{status}");
        }
    }

    #[test]
    fn only_a_failure_that_has_a_name_has_a_type_in_the_mocks() {
        let content = |schema: Value| json!({"content": {"application/json": {"schema": schema}}});
        let (named, unnamed) = (content(json!({"$ref": "#/x"})), content(json!({"allOf": [{"$ref": "#/x"}, {}]})));
        let of = |success: &Value, failure: &Value, other: &Value| json!({"paths": {"/": {"get": {"responses": {"200": success, "404": failure, "default": other}}}}});
        let mut document = of(&unnamed, &named, &unnamed);
        without_name(&mut document);
        assert_eq!(document, of(&unnamed, &named, &content(json!({}))));
    }
}
