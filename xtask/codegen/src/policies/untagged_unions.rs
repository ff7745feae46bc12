//! No union is one of serde's tagged enums.
//!
//! The generator makes a tagged enum of a union whose branches are objects, written in place, that require a constant. It is
//! closed: an unlisted tag is an error, an alternative more breaks users, and a property more may change all variants. So
//! the generator is kept from it, and all unions have the one open form that `passes/open_unions.rs` gives them. It takes
//! no object for a variant that has a least number of properties, and reads nothing else from that keyword.
//!
//! Seen in: the body of D1's import in Cloudflare's document (`action`); typify 0.8 chooses the form (`convert_one_of`).

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
