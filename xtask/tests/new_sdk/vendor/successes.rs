//! Operations with several successes, and statuses without a reason phrase.

use serde_json::{Value, json};

/// Adds the operations.
pub(crate) fn extend(document: &mut Value) {
    let text = json!({"type": "string"});
    let content = |schema: &Value| json!({"description": "d", "content": {"application/json": {"schema": schema}}});
    let object = |required: &[&str], properties: Value| json!({"type": "object", "required": required, "properties": properties});
    let envelope =
        |result: &Value| content(&object(&["success"], json!({"success": {"type": "boolean"}, "result": result})));
    let job = object(&["message"], json!({"message": text}));
    let deployment = object(&[], json!({"message": text, "id": {"type": "integer"}, "at": text}));
    document["paths"]["/gadgets/deployments"] = json!({
        "post": {"operationId": "acme-gadgets-deploy", "responses": {
            "200": content(&job), "201": content(&deployment), "204": {"description": "d"},
        }},
        "put": {"operationId": "acme-gadgets-redeploy", "responses": {
            "200": envelope(&job), "202": envelope(&deployment),
        }},
        "get": {"operationId": "acme-gadgets-deployment", "responses": {"299": content(&text), "599": content(&job)}},
    });
}
