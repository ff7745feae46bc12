//! Default values are dropped.
//!
//! With a default, an absent field looks as if the API had sent it, and the next write sends it to the API.
//!
//! Seen in: Cloudflare's document of 2024-08-06, which has 795 default values.

use serde_json::Value;

use xtask_document::walk::for_each_schema;

pub(super) fn apply(document: &mut Value) {
    for_each_schema(document, &mut |_, schema| {
        schema.remove("default");
    });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn default_is_dropped_and_a_property_of_that_name_is_kept() {
        let mut document = json!({"components": {"schemas": {"Rule": {
            "properties": {"default": {"type": "boolean", "default": true}},
        }}}});
        apply(&mut document);
        let expected = json!({"components": {"schemas": {"Rule": {
            "properties": {"default": {"type": "boolean"}},
        }}}});
        assert_eq!(document, expected);
    }
}
