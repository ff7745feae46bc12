//! Closed objects become open, and objects that are open by name keep all members.
//!
//! The generator makes a closed object reject a property that it does not list. One new property would fail a whole
//! response. It also ignores `additionalProperties: true` beside properties, and drops what the schema allows by name.
//!
//! Seen in: Cloudflare's document of 2024-08-06 (`false`) and GitHub's REST document (`true`).

use serde_json::{Value, json};

use xtask_document::walk::for_each_schema;

pub(super) fn apply(document: &mut Value) {
    for_each_schema(document, &mut |_, schema| {
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            schema.remove("additionalProperties");
        }
    });
}

/// Makes the generator keep the members of objects that allow any.
pub(super) fn keep_members(document: &mut Value) {
    for_each_schema(document, &mut |_, schema| {
        if let Some(members) = schema.get_mut("additionalProperties").filter(|members| **members == Value::Bool(true)) {
            *members = json!({});
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_object_is_opened_and_one_that_is_open_by_name_keeps_its_members() {
        let of = |closed: Value, map: Value| json!({"components": {"schemas": {"Closed": closed, "Map": map}}});
        let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
        let mut document = of(json!({"type": "object", "additionalProperties": false}), map.clone());
        apply(&mut document);
        assert_eq!(document, of(json!({"type": "object"}), map.clone()));
        let open = json!({"type": "object", "additionalProperties": true});
        let mut document = of(open.clone(), map.clone());
        apply(&mut document);
        assert_eq!(document, of(open, map.clone()));
        keep_members(&mut document);
        assert_eq!(document, of(json!({"type": "object", "additionalProperties": {}}), map));
    }
}
