//! No union becomes one of serde's tagged enums.
//!
//! The generator writes a tagged enum for a union of inline objects that require a constant. That enum is closed: an
//! unlisted tag is an error, a further alternative breaks users, and a further property may change all variants. This
//! policy prevents it, so that all unions have the open form of `passes/open_unions.rs`. It adds `minProperties`: the
//! generator makes no tagged variant of an object with that keyword, and ignores it otherwise.
//!
//! Seen in: the body of D1's import in Cloudflare's document (`action`); typify 0.8 chooses the form
//! (`convert_one_of`).

use serde_json::Value;

use xtask_document::walk::for_each_schema;

pub(super) fn apply(document: &mut Value) {
    for_each_schema(document, &mut |_, schema| {
        if schema.contains_key("properties") {
            schema.insert("minProperties".to_owned(), 0.into());
        }
    });
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use xtask_document::Document;

    #[test]
    fn union_of_constants_is_an_untagged_enum_of_structs() {
        let variant = |kind: &str, of: &str| {
            json!({"type": "object", "required": ["kind", "value"], "properties": {
                "kind": {"type": "string", "enum": [kind]}, "value": {"type": of},
            }})
        };
        let only = |name: &str, of: Value| json!({"type": "object", "required": [name], "properties": {name: of}});
        for branches in [
            json!([variant("a", "string"), variant("b", "integer")]),
            json!([variant("a", "string"), {"allOf": [only("kind", json!({"enum": ["b"]}))]}]),
            json!([only("a", json!({"type": "string"})), only("b", json!({"type": "string"}))]),
        ] {
            let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Union"}}});
            let get = json!({"operationId": "get", "responses": {"200": {"description": "d", "content": content}}});
            let value = json!({
                "openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/": {"get": get}},
                "components": {"schemas": {"Union": {"oneOf": branches}}},
            });
            let [path, revision, sha256] = [(); 3].map(|()| "a".to_owned());
            let client = crate::client(Document { path: path.into(), revision, sha256, value }).unwrap();
            let code = prettyplease::unparse(&client);
            assert!(code.contains("#[serde(untagged)]\n    #[non_exhaustive]\n    pub enum Union {"), "{code}");
            assert!(code.contains("Unknown(::serde_json::Value)"), "{code}");
        }
    }
}
