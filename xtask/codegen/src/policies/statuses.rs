//! A status without a reason phrase becomes `default` in the document of the mocks. A mock's `default_response` takes the
//! status as an argument.
//!
//! The generator names the methods of a mock after reason phrases, and panics if a status has none, such as 599. If the
//! responses of several such statuses differ, the body is any JSON.
//!
//! Seen in: the generator, progenitor 0.15 (`canonical_reason().unwrap()`).

use serde_json::{Value, json};

use xtask_document::operation::for_each_operation;

pub(super) fn apply(document: &mut Value) {
    for_each_operation(document, |_, _, operation| {
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
        let unnamed: Vec<_> = responses.keys().filter(|status| !has_name(status)).cloned().collect();
        for response in unnamed.iter().filter_map(|status| responses.remove(status)).collect::<Vec<_>>() {
            let any = responses.entry("default").or_insert_with(|| response.clone());
            if *any != response {
                *any = json!({"description": "Any JSON", "content": {"application/json": {"schema": {}}}});
            }
        }
    });
}

/// Whether the generator has a name for a status. It rejects malformed ones itself.
fn has_name(status: &str) -> bool {
    match status.as_bytes() {
        [class, b'X' | b'x', b'X' | b'x'] => (b'1'..=b'5').contains(class),
        _ => status
            .parse()
            .ok()
            .and_then(|status| http::StatusCode::from_u16(status).ok())
            .is_none_or(|status| status.canonical_reason().is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_without_a_name_is_any_status() {
        let of = |responses: Value| json!({"paths": {"/": {"get": {"responses": responses}}}});
        let [a, b] = ["a", "b"].map(|text| json!({"description": text}));
        let any = json!({"description": "Any JSON", "content": {"application/json": {"schema": {}}}});
        for (responses, expected) in [
            (json!({"200": a, "299": b, "4xx": b}), json!({"200": a, "4xx": b, "default": b})),
            (json!({"200": a, "598": b, "599": b, "6XX": b}), json!({"200": a, "default": b})),
            (json!({"200": a, "599": b, "default": a}), json!({"200": a, "default": any})),
        ] {
            let mut document = of(responses);
            apply(&mut document);
            assert_eq!(document, of(expected));
        }
    }
}
