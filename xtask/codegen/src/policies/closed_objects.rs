//! Closed objects become open, and explicitly open objects keep all members.
//!
//! With the generator's code, a closed object rejects an unlisted property. One new property would fail a whole
//! response. The generator also ignores `additionalProperties: true` beside properties, and drops members that it
//! allows.
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

/// Makes the generator keep the unlisted members of explicitly open objects.
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
    fn closed_object_becomes_open_and_an_explicitly_open_one_keeps_its_members() {
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
