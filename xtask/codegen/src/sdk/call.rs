//! A sample call: arguments, and the response that a mock sends.

use serde_json::{Map, Value, json};
use syn::Type;
use syn::ext::IdentExt;

use super::super::samples::{TEXT, sample};
use super::method::{Argument, Method};
use crate::syntax::last_segment;
use xtask_document::envelope::Outcome;
use xtask_document::media_types::JSON;
use xtask_document::naming::snake;
use xtask_document::operation::Response;
use xtask_document::resolved::{References, ResolvedSchema};

/// The account of sample calls.
pub(super) const ACCOUNT: &str = "023e105f4ecef8ad9ca31a8372d0c353";

/// The arguments of a call, and its response.
pub(super) struct Call {
    /// The arguments, as the code of a function that returns any error.
    pub(super) arguments: String,
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) body: String,
}

impl Call {
    /// The sample call of a method; `None` if no certain sample exists.
    pub(super) fn of(references: &References<'_>, method: &Method<'_>) -> Option<Self> {
        let operation = &method.operation;
        // A response to HEAD has no body. A mock compares the literal path, so that must need no encoding.
        let is_plain = |char: char| char.is_ascii_alphanumeric() || "/{}-_.~".contains(char);
        if operation.method == "head" || !operation.path.chars().all(is_plain) {
            return None;
        }
        let arguments: Option<Vec<_>> =
            method.arguments.iter().map(|argument| value(references, method, argument)).collect();
        let mut successes = operation.successes();
        let (Some(response), None) = (successes.next(), successes.next()) else { return None };
        let status = if response.status == "2XX" { 200 } else { response.status.parse().ok()? };
        let (content_type, body) = body(references, response, method.is_envelope)?;
        Some(Self { arguments: arguments?.join(", "), status, content_type, body })
    }
}

/// The body of a success.
fn body(references: &References<'_>, response: Response<'_>, is_envelope: bool) -> Option<(&'static str, String)> {
    if response.content().next().is_none() {
        return Some(("text/plain", String::new()));
    }
    let Some(content) = response.content().find(|content| content.name == JSON) else {
        return Some(("application/octet-stream", TEXT.to_owned()));
    };
    let schema = content.schema()?;
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
fn value(references: &References<'_>, method: &Method<'_>, argument: &Argument) -> Option<String> {
    if argument.is_bytes {
        return Some(format!("&b{TEXT:?}[..]"));
    }
    let of = match &argument.of {
        Type::Reference(reference) => &*reference.elem,
        of => of,
    };
    let is_reference = matches!(argument.of, Type::Reference(_));
    match last_segment(of)?.as_str() {
        "Option" => return Some("None".to_owned()),
        "str" => return Some(format!("{TEXT:?}")),
        "String" if !is_reference => return Some(format!("{TEXT:?}.to_owned()")),
        _ => {}
    }
    let json = sample(references, schema(method, argument)?)?;
    // These cannot be segments of a path.
    if ["", ".", ".."].into_iter().any(|text| json == text) {
        return None;
    }
    let borrow = if is_reference { "&" } else { "" };
    Some(format!("{borrow}serde_json::from_str({:?})?", json.to_string()))
}

/// The schema of an argument: that of the body, or of the parameter with its name.
fn schema<'a>(method: &Method<'a>, argument: &Argument) -> Option<&'a Value> {
    let name = argument.name.unraw().to_string();
    if let Some(body) = method.operation.body().filter(|_| name == "body") {
        return body.content().next()?.schema();
    }
    let parameters = method.operation.parameters();
    parameters.iter().find(|parameter| snake(parameter.name) == name.trim_end_matches('_'))?.schema()
}
