//! Reads the JSON bodies of requests. An error names the part that is invalid, as the API's errors do.

use serde_json::{Map, Value};

use super::response::Response;

/// An object in a body, and the JSON pointer to it.
pub(super) struct Object<'a> {
    fields: &'a Map<String, Value>,
    pointer: String,
}

/// Parses a body.
pub(super) fn parse(body: &[u8]) -> Result<Value, Response> {
    serde_json::from_slice(body).map_err(|error| Response::invalid_body("", &format!("Invalid JSON: {error}")))
}

impl<'a> Object<'a> {
    /// The body itself.
    pub(super) fn of_body(body: &'a Value) -> Result<Self, Response> {
        Self::new(body, String::new())
    }

    fn new(value: &'a Value, pointer: String) -> Result<Self, Response> {
        match value.as_object() {
            Some(fields) => Ok(Self { fields, pointer }),
            None => Err(Response::invalid_body(&pointer, "must be an object")),
        }
    }

    fn pointer_to(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1"))
    }

    fn required(&self, name: &str) -> Result<&'a Value, Response> {
        self.fields.get(name).ok_or_else(|| self.invalid(name, "is missing"))
    }

    /// The response to a field that is invalid.
    pub(super) fn invalid(&self, name: &str, problem: &str) -> Response {
        Response::invalid_body(&self.pointer_to(name), problem)
    }

    /// A required object.
    pub(super) fn object(&self, name: &str) -> Result<Self, Response> {
        Self::new(self.required(name)?, self.pointer_to(name))
    }

    /// The names of the fields.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a String> {
        self.fields.keys()
    }

    /// A required boolean.
    pub(super) fn boolean(&self, name: &str) -> Result<bool, Response> {
        self.required(name)?.as_bool().ok_or_else(|| self.invalid(name, "must be a boolean"))
    }

    /// A required string.
    pub(super) fn string(&self, name: &str) -> Result<&'a str, Response> {
        self.required(name)?.as_str().ok_or_else(|| self.invalid(name, "must be a string"))
    }

    /// A string that may be absent (`None`) or null (`Some(None)`).
    pub(super) fn optional_string(&self, name: &str) -> Result<Option<Option<&'a str>>, Response> {
        match self.fields.get(name) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(Value::String(text)) => Ok(Some(Some(text))),
            Some(_) => Err(self.invalid(name, "must be a string or null")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointer(response: Response) -> String {
        let body: Value = serde_json::from_slice(&response.into_body()).unwrap();
        body["errors"][0]["source"]["pointer"].as_str().unwrap().to_owned()
    }

    #[test]
    fn error_points_to_the_part_that_is_invalid() {
        assert_eq!(pointer(parse(b"{").unwrap_err()), "");
        assert_eq!(pointer(Object::of_body(&json!([])).err().unwrap()), "");
        let body = json!({"a/b~c": {"x": 1, "y": null}});
        let inner = Object::of_body(&body).unwrap().object("a/b~c").unwrap();
        assert_eq!(pointer(inner.boolean("x").unwrap_err()), "/a~1b~0c/x");
        assert_eq!(pointer(inner.string("y").unwrap_err()), "/a~1b~0c/y");
        assert_eq!(pointer(inner.string("z").unwrap_err()), "/a~1b~0c/z");
        assert_eq!(pointer(inner.optional_string("x").unwrap_err()), "/a~1b~0c/x");
        assert_eq!(pointer(Object::of_body(&body).unwrap().object("b").err().unwrap()), "/b");
    }

    #[test]
    fn optional_string_tells_absent_from_null() {
        let body = json!({"null": null, "text": "t"});
        let body = Object::of_body(&body).unwrap();
        assert_eq!(body.optional_string("absent").unwrap(), None);
        assert_eq!(body.optional_string("null").unwrap(), Some(None));
        assert_eq!(body.optional_string("text").unwrap(), Some(Some("t")));
    }
}
