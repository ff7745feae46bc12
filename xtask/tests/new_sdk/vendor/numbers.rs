//! Numbers of every kind, and unions of them.

use serde_json::{Value, json};

/// Adds the model, and an operation that sends and returns it.
pub(crate) fn extend(document: &mut Value) {
    let number = json!({"type": "number"});
    let schema = json!({"type": "object", "required": ["ratio"], "properties": {
        "ratio": {"$ref": "#/components/schemas/acme_ratio"}, "plain": number,
        "float": {"type": "number", "format": "float"}, "odd": {"type": "number", "format": "int64"},
        "limited": {"type": "number", "minimum": 0, "maximum": 1}, "list": {"type": "array", "items": number},
        "map": {"type": "object", "additionalProperties": number}, "null": {"type": "number", "nullable": true},
        "either": {"oneOf": [number, {"type": "integer"}]}, "or_text": {"oneOf": [{"type": "string"}, number]},
        "count": {"type": "integer"}, "unsigned": {"type": "integer", "minimum": 0, "maximum": u64::MAX},
        "huge": {"type": "integer", "maximum": 1e20},
    }});
    let content = json!({"description": "d", "content": {"application/json": {"schema": schema}}});
    document["components"]["schemas"]["acme_ratio"] = number;
    document["paths"]["/gadgets/states/numbers"]["put"] = json!({
        "operationId": "acme-gadgets-numbers", "requestBody": content, "responses": {"200": content},
    });
}
