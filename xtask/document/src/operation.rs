//! A typed view of the operations of a document: parameters, bodies and responses, with references followed.
//!
//! Malformed parts, such as a parameter that is not an object, are omitted:
//! [`open_api::check`](crate::open_api::check) reports them.

use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::media_types::CONTENT_TYPE;
use crate::pointer::{escape, unescape};
use crate::walk::ObjectKind;

pub use crate::walk::METHODS;

/// An operation of a document.
#[derive(Clone, Copy)]
pub struct Operation<'a> {
    /// The path, with its parameters in braces.
    pub path: &'a str,
    /// The method, in lower case.
    pub method: &'a str,
    /// The operation object.
    pub object: &'a Map<String, Value>,
    item: &'a Map<String, Value>,
    document: &'a Value,
}

impl<'a> Operation<'a> {
    /// The operation's id.
    pub fn id(&self) -> Option<&'a str> {
        self.text("operationId")
    }

    /// The text of a field of the operation object.
    pub fn text(&self, field: &str) -> Option<&'a str> {
        self.object.text(field)
    }

    /// The operation's tags.
    pub fn tags(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.object.list("tags").iter().filter_map(Value::as_str)
    }

    /// Method and path, for messages: `GET /things`.
    pub fn route(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// The JSON pointer (RFC 6901) to the operation.
    pub fn pointer(&self) -> String {
        format!("/paths/{}/{}", escape(self.path), self.method)
    }

    /// The parameters: the operation's own, and those of its path that it does not override.
    pub fn parameters(&self) -> Vec<Parameter<'a>> {
        let mut parameters: Vec<Parameter<'a>> = Vec::new();
        let lists = [self.object, self.item].into_iter().flat_map(|owner| owner.list("parameters"));
        for parameter in lists.filter_map(|value| Parameter::of(component(self.document, value)?)) {
            if !parameters.iter().any(|own| (own.name, own.place) == (parameter.name, parameter.place)) {
                parameters.push(parameter);
            }
        }
        parameters
    }

    /// The request body.
    pub fn body(&self) -> Option<Body<'a>> {
        let object = component(self.document, self.object.get("requestBody")?)?.as_object()?;
        Some(Body { object })
    }

    /// The responses, in the order of the document.
    pub fn responses(&self) -> impl Iterator<Item = Response<'a>> + use<'a> {
        let document = self.document;
        let responses = self.object.entries("responses").iter();
        responses.filter(|(status, _)| ObjectKind::Responses.below(status).is_some()).filter_map(
            |(status, response)| Some(Response { status, object: component(document, response)?.as_object()? }),
        )
    }

    /// The responses to calls that succeed.
    pub fn successes(&self) -> impl Iterator<Item = Response<'a>> + use<'a> {
        self.responses().filter(|response| is_success(response.status))
    }
}

/// A parameter of an operation.
#[derive(Clone, Copy)]
pub struct Parameter<'a> {
    /// The name.
    pub name: &'a str,
    /// Where it is sent: `path`, `query`, `header` or `cookie`.
    pub place: &'a str,
    /// The parameter object.
    pub object: &'a Map<String, Value>,
}

impl<'a> Parameter<'a> {
    /// The view of a parameter object; `None` if it has no name or no place.
    pub fn of(value: &'a Value) -> Option<Self> {
        let object = value.as_object()?;
        Some(Self { name: object.text("name")?, place: object.text("in")?, object })
    }

    /// Whether every request must have the parameter.
    pub fn is_required(&self) -> bool {
        self.object.is("required")
    }

    /// The schema of its values; `None` if it has content instead.
    pub fn schema(&self) -> Option<&'a Value> {
        self.object.get("schema")
    }

    /// The style of its values (OpenAPI 3.0.3, "Parameter Object"), or the default of the place.
    pub fn style(&self) -> &'a str {
        let default = if matches!(self.place, "path" | "header") { "simple" } else { "form" };
        self.object.text("style").unwrap_or(default)
    }

    /// Whether each item of a list becomes a separate parameter; by default, if the style is `form`.
    pub fn explodes(&self) -> bool {
        self.object.get("explode").and_then(Value::as_bool).unwrap_or_else(|| self.style() == "form")
    }
}

/// A request body.
#[derive(Clone, Copy)]
pub struct Body<'a> {
    /// The request body object.
    pub object: &'a Map<String, Value>,
}

impl<'a> Body<'a> {
    /// Whether every request must have the body.
    pub fn is_required(&self) -> bool {
        self.object.is("required")
    }

    /// The content, by media type.
    pub fn content(&self) -> impl Iterator<Item = MediaType<'a>> + use<'a> {
        content(self.object)
    }

    /// The schema of the content of a media type.
    pub fn schema(&self, media_type: &str) -> Option<&'a Value> {
        self.content().find(|content| content.name == media_type)?.schema()
    }
}

/// A response.
#[derive(Clone, Copy)]
pub struct Response<'a> {
    /// The status, a range of statuses (`2XX`), or `default`.
    pub status: &'a str,
    /// The response object.
    pub object: &'a Map<String, Value>,
}

impl<'a> Response<'a> {
    /// The content, by media type.
    pub fn content(&self) -> impl Iterator<Item = MediaType<'a>> + use<'a> {
        content(self.object)
    }
}

/// The content of a body or a response in one media type.
#[derive(Clone, Copy)]
pub struct MediaType<'a> {
    /// The media type.
    pub name: &'a str,
    /// The media type object.
    pub object: &'a Map<String, Value>,
}

impl<'a> MediaType<'a> {
    /// The schema.
    pub fn schema(&self) -> Option<&'a Value> {
        self.object.get("schema")
    }

    /// The media type to send: that of the extension, or else the name.
    pub fn content_type(&self) -> &'a str {
        self.object.text(CONTENT_TYPE).unwrap_or(self.name)
    }
}

fn content(owner: &Map<String, Value>) -> impl Iterator<Item = MediaType<'_>> {
    owner.entries("content").iter().filter_map(|(name, value)| Some(MediaType { name, object: value.as_object()? }))
}

/// Every operation of a document, in its order.
pub fn operations(document: &Value) -> impl Iterator<Item = Operation<'_>> {
    let items = document
        .entries("paths")
        .iter()
        .filter(|(path, _)| is_path(path))
        .filter_map(|(path, item)| Some((path, item.as_object()?)));
    items.flat_map(move |(path, item)| {
        let methods = item.iter().filter(|(method, _)| METHODS.contains(&method.as_str()));
        methods.filter_map(move |(method, operation)| {
            Some(Operation { path, method, object: operation.as_object()?, item, document })
        })
    })
}

/// Calls `change` with the JSON pointer, the method and the operation object of every operation.
pub fn for_each_operation(document: &mut Value, mut change: impl FnMut(&str, &str, &mut Map<String, Value>)) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten().filter(|(path, _)| is_path(path)) {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            if METHODS.contains(&method.as_str())
                && let Some(operation) = operation.as_object_mut()
            {
                change(&format!("/paths/{}/{method}", escape(path)), method, operation);
            }
        }
    }
}

/// The responses of an operation object, to be changed.
pub fn responses_mut(operation: &mut Map<String, Value>) -> impl Iterator<Item = (&str, &mut Map<String, Value>)> {
    let responses = operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
    responses.filter_map(|(status, response)| Some((status.as_str(), response.as_object_mut()?)))
}

/// The parameters of an operation object, to be changed.
pub fn parameters_mut(operation: &mut Map<String, Value>) -> impl Iterator<Item = &mut Map<String, Value>> {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten();
    parameters.filter_map(Value::as_object_mut)
}

/// The content of a request body or response object, to be changed.
pub fn content_mut(owner: &mut Map<String, Value>) -> Option<&mut Map<String, Value>> {
    owner.get_mut("content")?.as_object_mut()
}

/// The target of a reference to a component of any kind, or else the value itself; `None` if the target does not exist.
/// A reference with escapes may name a key without them.
pub fn component<'a>(document: &'a Value, value: &'a Value) -> Option<&'a Value> {
    let path = value.text("$ref").and_then(|reference| reference.strip_prefix('#'));
    let unescaped = |path: &str| path.split('/').skip(1).try_fold(document, |value, part| value.get(unescape(part)));
    path.map_or(Some(value), |path| document.pointer(path).or_else(|| unescaped(path)))
}

/// Whether a response with a status is a success.
pub fn is_success(status: &str) -> bool {
    status.starts_with('2')
}

/// Whether a response with a status is a failure. `default` applies to all statuses without a response.
pub fn is_failure(status: &str) -> bool {
    status.starts_with(['4', '5']) || status == "default"
}

/// A path without the names of its parameters, which requests do not contain: `/things/{}`.
pub fn route(path: &str) -> String {
    let mut parts = path.split('{');
    let mut route = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        route += "{}";
        route += part.split_once('}').map_or("", |(_, rest)| rest);
    }
    route
}

/// The names of the parameters in a path, in their order.
pub fn names_in(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name))
}

/// Whether a key of `paths` is a path, not an extension.
pub fn is_path(key: &str) -> bool {
    ObjectKind::Paths.below(key).is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn own_parameter_overrides_that_of_the_path_and_references_are_followed() {
        let parameter = |name: &str, place: &str, style: &str| json!({"name": name, "in": place, "style": style});
        let document = json!({
            "paths": {"x-paths": {"get": {}}, "/things/{id}": {
                "parameters": [parameter("id", "path", "shared"), parameter("page", "query", "shared")],
                "get": {"parameters": [{"$ref": "#/components/parameters/Id"}, parameter("page", "header", "own"), {}]},
            }},
            "components": {"parameters": {"Id": parameter("id", "path", "own")}},
        });
        let operation = operations(&document).next().unwrap();
        assert_eq!(
            (operation.route().as_str(), operation.pointer().as_str()),
            ("GET /things/{id}", "/paths/~1things~1{id}/get")
        );
        let parameters: Vec<_> = operation
            .parameters()
            .iter()
            .map(|parameter| (parameter.name, parameter.place, parameter.style()))
            .collect();
        assert_eq!(parameters, [("id", "path", "own"), ("page", "header", "own"), ("page", "query", "shared")]);
    }

    #[test]
    fn style_and_explode_have_the_defaults_of_the_place() {
        for (place, style, explodes) in
            [("path", "simple", false), ("header", "simple", false), ("query", "form", true), ("cookie", "form", true)]
        {
            let value = json!({"name": "a", "in": place});
            let parameter = Parameter::of(&value).unwrap();
            assert_eq!((parameter.style(), parameter.explodes()), (style, explodes), "{place}");
        }
        let value = json!({"name": "a", "in": "query", "style": "pipeDelimited"});
        assert!(!Parameter::of(&value).unwrap().explodes());
    }

    #[test]
    fn bodies_and_responses_are_found_behind_references() {
        let content = json!({"application/json": {"schema": {"type": "string"}}, "x": 1});
        let document = json!({
            "paths": {"/things": {"post": {
                "requestBody": {"$ref": "#/components/requestBodies/Body"},
                "responses": {
                    "200": {"$ref": "#/components/responses/Ok"}, "404": {}, "x-note": {}, "201": {"$ref": "#/nowhere"},
                },
            }}},
            "components": {"requestBodies": {"Body": {"content": content}}, "responses": {"Ok": {"content": content}}},
        });
        let operation = operations(&document).next().unwrap();
        let schema = json!({"type": "string"});
        assert_eq!(operation.body().unwrap().schema("application/json"), Some(&schema));
        let statuses: Vec<_> = operation.responses().map(|response| response.status).collect();
        assert_eq!(statuses, ["200", "404"]);
        let success = operation.successes().next().unwrap();
        assert_eq!(success.content().map(|content| content.schema()).collect::<Vec<_>>(), [Some(&schema)]);
    }
}
