//! Fields of objects, by the type that OpenAPI gives them. A field of another type counts as absent.

use std::sync::LazyLock;

use serde_json::{Map, Value};

/// Access to the fields of an object. A value that is not an object has no fields.
///
/// ```
/// use serde_json::json;
/// use xtask_document::Fields;
///
/// let schema = json!({"type": "object", "required": ["id"], "nullable": true, "properties": []});
/// assert_eq!((schema.text("type"), schema.list("required").len()), (Some("object"), 1));
/// assert!(schema.is("nullable") && schema.entries("properties").is_empty());
/// ```
pub trait Fields {
    /// The value of a field.
    fn value(&self, name: &str) -> Option<&Value>;

    /// The text of a field.
    fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }

    /// The items of a field; none, if it is absent.
    fn list(&self, name: &str) -> &[Value] {
        self.value(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The fields of an object in a field; none, if it is absent.
    fn entries(&self, name: &str) -> &Map<String, Value> {
        static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        self.value(name).and_then(Value::as_object).unwrap_or(&NONE)
    }

    /// Whether a field is true.
    fn is(&self, name: &str) -> bool {
        self.value(name) == Some(&Value::Bool(true))
    }
}

impl Fields for Value {
    fn value(&self, name: &str) -> Option<&Value> {
        self.get(name)
    }
}

impl Fields for Map<String, Value> {
    fn value(&self, name: &str) -> Option<&Value> {
        self.get(name)
    }
}
