//! Walks a document: the kind of each of its objects, the schemas in it, and the references.
//!
//! This is the only module that decides whether a value is a schema, a reference or data, by the objects of OpenAPI
//! 3.0. A value under an unknown key is data, and so are examples, defaults, enum values and extensions. Data is not
//! searched for schemas or references.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::keywords;
use crate::pointer::escape;
use crate::schemas::SCHEMAS;

/// The methods that a path item can have (OpenAPI 3.0.3, "Path Item Object").
pub const METHODS: [&str; 8] = ["delete", "get", "head", "options", "patch", "post", "put", "trace"];

/// The prefix of a reference to an example.
const EXAMPLES: &str = "#/components/examples/";

/// The kind of an object of a document, which defines its fields.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ObjectKind {
    /// The path items of a callback, by their expression.
    Callback,
    /// The components, by their groups.
    Components,
    /// A discriminator, which selects an alternative of a union.
    Discriminator,
    /// The document itself.
    Document,
    /// The encoding of a property of a body.
    Encoding,
    /// An example.
    Example,
    /// A link to another operation.
    Link,
    /// The values of a discriminator, with schemas.
    Mapping,
    /// The content of a body in one media type.
    MediaType,
    /// A map of names to objects of a kind. Its keys are no keywords: a property may be named `default`.
    Names(&'static ObjectKind),
    /// An operation.
    Operation,
    /// A parameter, or a header, which has the same fields.
    Parameter,
    /// The operations of a path.
    PathItem,
    /// The path items, by their paths.
    Paths,
    /// A request body.
    RequestBody,
    /// A response.
    Response,
    /// The responses of an operation, by their statuses.
    Responses,
    /// A schema.
    Schema,
    /// A security scheme.
    SecurityScheme,
}

impl ObjectKind {
    /// The kind of the object, or of the listed objects, under a key; `None` if the value is data.
    pub fn below(self, key: &str) -> Option<Self> {
        Some(match (self, key) {
            (Self::Names(kind), _) => *kind,
            _ if key.starts_with("x-") => return None,
            (Self::Document, "components") => Self::Components,
            (Self::Document, "paths") => Self::Paths,
            (Self::Components, "callbacks") | (Self::Operation, "callbacks") => Self::Names(&Self::Callback),
            (Self::Components, "examples") => Self::Names(&Self::Example),
            (Self::Components, "headers" | "parameters") => Self::Names(&Self::Parameter),
            (Self::Components, "links") => Self::Names(&Self::Link),
            (Self::Components, "requestBodies") => Self::Names(&Self::RequestBody),
            (Self::Components, "responses") => Self::Names(&Self::Response),
            (Self::Components, "schemas") => Self::Names(&Self::Schema),
            (Self::Components, "securitySchemes") => Self::Names(&Self::SecurityScheme),
            (Self::Paths | Self::Callback, _) => Self::PathItem,
            (Self::PathItem, "parameters") | (Self::Operation, "parameters") => Self::Parameter,
            (Self::PathItem, method) if METHODS.contains(&method) => Self::Operation,
            (Self::Operation, "requestBody") => Self::RequestBody,
            (Self::Operation, "responses") => Self::Responses,
            (Self::Responses, _) => Self::Response,
            (Self::Response, "links") => Self::Names(&Self::Link),
            (Self::Response | Self::Encoding, "headers") => Self::Names(&Self::Parameter),
            (Self::Response | Self::RequestBody | Self::Parameter, "content") => Self::Names(&Self::MediaType),
            (Self::Parameter | Self::MediaType, "examples") => Self::Names(&Self::Example),
            (Self::Parameter | Self::MediaType, "schema") => Self::Schema,
            (Self::MediaType, "encoding") => Self::Names(&Self::Encoding),
            (Self::Schema, "discriminator") => Self::Discriminator,
            (Self::Schema, "properties") => Self::Names(&Self::Schema),
            (Self::Schema, keyword) if keywords::has_schemas(keyword) => Self::Schema,
            (Self::Discriminator, "mapping") => Self::Mapping,
            _ => return None,
        })
    }
}

/// Calls `change` with the place (a JSON pointer, RFC 6901), the kind and the content of every object of a document
/// that is not data. An object is visited before the objects in it.
pub fn for_each_object(document: &mut Value, change: impl FnMut(&str, ObjectKind, &mut Map<String, Value>)) {
    Walk { place: String::new(), visit: change }.object(document, ObjectKind::Document);
}

/// Calls `change` with the place and the content of every schema of a document, named or nested.
/// A schema is visited before the schemas in it.
pub fn for_each_schema(document: &mut Value, change: &mut dyn FnMut(&str, &mut Map<String, Value>)) {
    for_each_object(document, |place, kind, object| {
        if kind == ObjectKind::Schema {
            change(place, object);
        }
    });
}

/// Calls `change` with the place and the content of every schema of a document that is not a part of another schema.
pub fn for_each_outermost_schema(document: &mut Value, mut change: impl FnMut(&str, &mut Map<String, Value>)) {
    let mut outermost = String::new();
    for_each_schema(document, &mut |place, schema| {
        let is_below = place.strip_prefix(&outermost).is_some_and(|rest| rest.starts_with('/'));
        if outermost.is_empty() || !is_below {
            place.clone_into(&mut outermost);
            change(place, schema);
        }
    });
}

/// Calls `change` with every reference in a part of a document, and the place of the object with the reference. A
/// returned reference replaces it. A discriminator's mapping may contain the name of a schema instead of a reference:
/// `change` receives the reference, and the replacement is a name again.
pub fn for_each_reference(part: &mut Value, kind: ObjectKind, change: &mut dyn FnMut(&str, &str) -> Option<String>) {
    let visit = |place: &str, kind: ObjectKind, object: &mut Map<String, Value>| {
        if kind == ObjectKind::Mapping {
            for value in object.values_mut() {
                change_mapping(value, &mut |reference| change(place, reference));
            }
        } else if let Some(Value::String(reference)) = object.get_mut("$ref")
            // Vendors also write data in place of an example object.
            && (kind != ObjectKind::Example || reference.starts_with(EXAMPLES))
            && let Some(new) = change(place, reference)
        {
            *reference = new;
        }
    };
    Walk { place: String::new(), visit }.object(part, kind);
}

fn change_mapping(value: &mut Value, change: &mut dyn FnMut(&str) -> Option<String>) {
    let Value::String(text) = value else { return };
    let is_name = !text.contains(['#', '/']);
    let new = if is_name { change(&format!("{SCHEMAS}{text}")) } else { change(text) };
    if let Some(new) = new {
        *text = new.strip_prefix(SCHEMAS).filter(|_| is_name).map(str::to_owned).unwrap_or(new);
    }
}

/// A walk. It is recursive, which is safe: the parser rejects documents with more than 128 levels.
struct Walk<F> {
    /// The JSON pointer to the object. The whole walk shares one buffer, since most pointers are not used.
    place: String,
    visit: F,
}

impl<F: FnMut(&str, ObjectKind, &mut Map<String, Value>)> Walk<F> {
    fn object(&mut self, value: &mut Value, kind: ObjectKind) {
        let length = self.place.len();
        match value {
            Value::Object(object) => {
                if !matches!(kind, ObjectKind::Names(_)) {
                    (self.visit)(&self.place, kind, object);
                }
                for (key, value) in object {
                    if let Some(kind) = kind.below(key) {
                        self.place.push('/');
                        if key.contains(['~', '/']) {
                            self.place += &escape(key);
                        } else {
                            self.place += key;
                        }
                        self.object(value, kind);
                        self.place.truncate(length);
                    }
                }
            }
            Value::Array(array) => {
                for (index, value) in array.iter_mut().enumerate() {
                    let _ = write!(self.place, "/{index}");
                    self.object(value, kind);
                    self.place.truncate(length);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The titles of the schemas that are visited. Asserts that each place is that of its schema.
    fn titles(document: &Value) -> Vec<String> {
        let mut titles = Vec::new();
        for_each_schema(&mut document.clone(), &mut |place, schema| {
            let at_place = document.pointer(place).and_then(Value::as_object);
            assert_eq!(at_place, Some(&*schema), "{place}");
            titles.extend(schema.get("title").and_then(Value::as_str).map(str::to_owned));
        });
        titles.sort();
        titles
    }

    #[test]
    fn walk_visits_every_schema_with_its_place_and_no_data() {
        let data = || json!({"schema": {"title": "data"}, "properties": {"a": {"title": "data"}}});
        let schema = |title: &str| json!({"schema": {"title": title}, "example": data(), "examples": {"a": data()}, "x-a": data()});
        let with = |key: &str, part: Value| json!({key: part, "x-data": data()});
        let response = |title: &str| {
            json!({
                "headers": {"x-schema": schema(&format!("{title} header"))},
                "content": {"a/b~c": {
                    "schema": {"title": title},
                    "encoding": {"x-part": with("headers", json!({"schema": schema(&format!("{title} part"))}))},
                }},
                "links": {"next": {"parameters": data(), "requestBody": data()}},
            })
        };
        let item = |title: &str| {
            json!({
                "parameters": [schema(&format!("{title} path"))],
                "get": {
                    "parameters": [schema(title), with("content", json!({"a": schema(&format!("{title} content"))}))],
                    "requestBody": with("content", json!({"a": schema(&format!("{title} body"))})),
                    "responses": with("200", response(title)),
                },
            })
        };
        let mut document = json!({
            "info": data(), "x-data": data(),
            "paths": with("/a/b~c", item("get")),
            "components": {
                "callbacks": {"x-c": with("{$url}", item("callback"))},
                "examples": {"schema": data()},
                "headers": {"schema": schema("header")},
                "parameters": {"example": schema("parameter")},
                "requestBodies": {"examples": with("content", json!({"a": schema("body")}))},
                "responses": {"schemas": response("response")},
                "schemas": {"x-schema": {
                    "title": "named",
                    "properties": {"default": {"title": "property"}, "x-a": {"title": "x"}, "$ref": {"title": "ref"}},
                    "additionalProperties": {"title": "value"},
                    "items": {"title": "item"},
                    "not": {"title": "not"},
                    "allOf": [{"title": "all"}], "anyOf": [{"title": "any"}], "oneOf": [{"title": "one"}],
                    "default": data(), "enum": [data()], "example": data(), "x-data": data(), "unknown": data(),
                    "discriminator": {"mapping": {"title": "data"}},
                }},
            },
        });
        document["paths"]["/a/b~c"]["get"]["callbacks"] = json!({"done": with("{$url}", item("done"))});
        let of_item = |title: &str| {
            ["", " body", " content", " header", " part", " path", ""].map(|suffix| format!("{title}{suffix}"))
        };
        let others = ["all", "any", "body", "header", "item", "named", "not", "one", "parameter", "property", "ref"];
        let others = others.into_iter().chain(["response", "response header", "response part", "value", "x"]);
        let mut expected: Vec<_> = ["get", "callback", "done"].into_iter().flat_map(of_item).collect();
        expected.extend(others.map(str::to_owned));
        expected.sort();
        assert_eq!(titles(&document), expected);
    }

    /// The references that are found, each with its place.
    fn references(document: &Value) -> Vec<(String, String)> {
        let mut references = Vec::new();
        for_each_reference(&mut document.clone(), ObjectKind::Document, &mut |place, reference| {
            references.push((place.to_owned(), reference.to_owned()));
            None
        });
        references
    }

    #[test]
    fn reference_is_visited_in_every_group_of_components() {
        let reference = json!({"$ref": "#/components/examples/a"});
        let groups = [
            "callbacks",
            "examples",
            "headers",
            "links",
            "parameters",
            "requestBodies",
            "responses",
            "schemas",
            "securitySchemes",
        ];
        for group in groups {
            let place = format!("/components/{group}/x-a");
            let references = references(&json!({"components": {group: {"x-a": reference}}}));
            assert_eq!(references, [(place, "#/components/examples/a".to_owned())]);
        }
        assert_eq!(references(&json!({"paths": {"/a": reference}})).len(), 1);
        assert_eq!(references(&json!({"components": {"headers": reference}})), [], "a map of names is none");
        assert_eq!(references(&json!({"components": {"unknown": {"a": reference}, "x-a": {"a": reference}}})), []);
    }

    #[test]
    fn reference_is_replaced_and_a_name_in_a_mapping_stays_a_name() {
        let schema = |name: &str, reference: &str, elsewhere: &str| {
            json!({"components": {"schemas": {"Pet": {
                "properties": {"$ref": {"$ref": reference}},
                "discriminator": {"mapping": {"$ref": name, "b": reference, "c": elsewhere}},
            }}}})
        };
        let mut document = schema("Cat", "#/components/schemas/Cat", "pets.json#/Cat");
        for_each_reference(&mut document, ObjectKind::Document, &mut |_, reference| {
            (reference == "#/components/schemas/Cat").then(|| "#/components/schemas/Dog".to_owned())
        });
        assert_eq!(document, schema("Dog", "#/components/schemas/Dog", "pets.json#/Cat"));
    }
}
