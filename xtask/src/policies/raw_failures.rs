//! Failures stay raw.
//!
//! The generated decoding of a failure loses the status and the headers when the body is not what the document says, and
//! a failure's body often is not: it may come from the edge, as HTML.

use serde_json::{Value, json};

use crate::document::operations_mut;

pub(super) fn apply(document: &mut Value) {
    for operation in operations_mut(document) {
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        for (status, response) in responses.into_iter().flatten() {
            if status.starts_with(['4', '5']) || status == "default" {
                *response = json!({"description": "A failure, undecoded", "content": {"*/*": {}}});
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
        apply(&mut document);
        let responses = &document["paths"]["/"]["get"]["responses"];
        assert_eq!(responses["200"], typed);
        for status in ["404", "4XX", "503", "default"] {
            assert_eq!(responses[status]["content"], json!({"*/*": {}}), "{status}");
        }
    }
}
