//! Bodies and responses of media types that the generator does not support.

use serde_json::{Value, json};

/// Adds an operation for each media type.
pub(crate) fn extend(document: &mut Value) {
    let patch = json!({"type": "object", "properties": {
        "note": {"type": "string", "nullable": true},
        // Its type must not be the component of the same name.
        "kind": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    }});
    document["components"]["schemas"]["acme_patch"] = patch;
    document["components"]["schemas"]["acme_patch_kind"] =
        json!({"type": "object", "properties": {"x": {"type": "string"}}});
    let schema = json!({"$ref": "#/components/schemas/acme_patch"});
    let content = |media_type: &str| json!({"description": "d", "content": {media_type: {"schema": schema}}});
    document["paths"]["/gadgets/merge"]["patch"] = json!({
        "operationId": "acme-gadgets-merge", "requestBody": content("application/merge-patch+json"),
        "responses": {"200": content("application/vnd.api+json")},
    });
    let kind = json!({"in": "query", "name": "x", "schema": {"$ref": "#/components/schemas/acme_patch_kind"}});
    document["paths"]["/gadgets/xml"]["post"] = json!({
        "operationId": "acme-gadgets-xml", "parameters": [kind], "requestBody": {"content": {"application/xml": {}}},
        "responses": {"default": content("*/*")},
    });
}
