//! A sample call: arguments, and the response that a mock sends.

use serde_json::{Map, Value, json};
use syn::Type;
use syn::ext::IdentExt;

use super::super::passes::type_name;
use super::super::samples::{TEXT, sample};
use super::method::{Argument, Method};
use xtask_document::envelope::Outcome;
use xtask_document::naming::snake;
use xtask_document::operation::{component, is_success};
use xtask_document::resolved::{References, ResolvedSchema};

/// The account of sample calls.
pub(super) const ACCOUNT: &str = "023e105f4ecef8ad9ca31a8372d0c353";

const JSON: &str = "application/json";

/// What a call takes, and what comes back.
pub(super) struct Call {
    /// The arguments, as they stand in a function that returns any error.
    pub(super) arguments: String,
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) body: String,
}

impl Call {
    /// The sample call of a method; nothing, if the document is not clear about one.
    pub(super) fn of(document: &Value, references: &References<'_>, method: &Method<'_>) -> Option<Self> {
        let operation = &method.operation;
        // A response to HEAD has no body; and a mock compares the path as the document has it.
        let is_plain = |char: char| char.is_ascii_alphanumeric() || "/{}-_.~".contains(char);
        if operation.method == "head" || !operation.path.chars().all(is_plain) {
            return None;
        }
        let arguments: Option<Vec<_>> =
            method.arguments.iter().map(|argument| value(document, references, method, argument)).collect();
        let responses = operation.object.get("responses")?.as_object()?;
        let mut successes = responses.iter().filter(|(status, _)| is_success(status));
        let (Some((status, response)), None) = (successes.next(), successes.next()) else { return None };
        let status = if status == "2XX" { 200 } else { status.parse().ok()? };
        let content = component(document, response)?.get("content").and_then(Value::as_object);
        let (content_type, body) = match content.filter(|content| !content.is_empty()) {
            None => ("text/plain", String::new()),
            Some(content) => body(references, content, method.is_envelope)?,
        };
        Some(Self { arguments: arguments?.join(", "), status, content_type, body })
    }
}

/// The body of a success.
fn body(
    references: &References<'_>,
    content: &Map<String, Value>,
    is_envelope: bool,
) -> Option<(&'static str, String)> {
    let Some(content) = content.get(JSON) else { return Some(("application/octet-stream", TEXT.to_owned())) };
    let schema = content.get("schema")?;
    if !is_envelope {
        return Some((JSON, sample(references, schema)?.to_string()));
    }
    let envelope = ResolvedSchema::of(references, schema);
    let mut body = Map::from_iter([("success".to_owned(), json!(true))]);
    for name in envelope.required() {
        let property = envelope.properties.get(name).copied().unwrap_or(&Value::Null);
        let is_read = !["errors", "messages", "result", "result_info", "success"].contains(&name);
        if is_read {
            body.insert(name.to_owned(), sample(references, property)?);
        }
    }
    if Outcome::of(references, &envelope) == Outcome::Required {
        body.insert("result".to_owned(), sample(references, envelope.properties.get("result")?)?);
    }
    Some((JSON, Value::Object(body).to_string()))
}

/// The code of an argument.
fn value(document: &Value, references: &References<'_>, method: &Method<'_>, argument: &Argument) -> Option<String> {
    if argument.is_bytes {
        return Some(format!("&b{TEXT:?}[..]"));
    }
    let of = match &argument.of {
        Type::Reference(reference) => &*reference.elem,
        of => of,
    };
    let is_reference = matches!(argument.of, Type::Reference(_));
    match type_name(of)?.as_str() {
        "Option" => return Some("None".to_owned()),
        "str" => return Some(format!("{TEXT:?}")),
        "String" if !is_reference => return Some(format!("{TEXT:?}.to_owned()")),
        _ => {}
    }
    let json = sample(references, schema(document, method, argument)?)?;
    // Neither is a segment of a path.
    if ["", ".", ".."].into_iter().any(|text| json == text) {
        return None;
    }
    let borrow = if is_reference { "&" } else { "" };
    Some(format!("{borrow}serde_json::from_str({:?})?", json.to_string()))
}

/// The schema of an argument: that of the body, or of the parameter of that name.
fn schema<'a>(document: &'a Value, method: &Method<'a>, argument: &Argument) -> Option<&'a Value> {
    let operation = &method.operation;
    let name = argument.name.unraw().to_string();
    let body = operation.object.get("requestBody").and_then(|body| component(document, body));
    if let Some(body) = body.filter(|_| name == "body") {
        return body.get("content")?.as_object()?.values().next()?.get("schema");
    }
    let item = document.get("paths")?.get(operation.path)?;
    let lists = [operation.object.get("parameters"), item.get("parameters")].into_iter().flatten();
    let mut parameters =
        lists.filter_map(Value::as_array).flatten().filter_map(|parameter| component(document, parameter));
    let is_it = |parameter: &&Value| {
        parameter.get("name").and_then(Value::as_str).is_some_and(|called| snake(called) == name.trim_end_matches('_'))
    };
    parameters.find(is_it)?.get("schema")
}
