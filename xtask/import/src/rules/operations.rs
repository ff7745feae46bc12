//! Operations as a whole.

use serde_json::{Map, Value};

use super::parameters::{first_arguments, obstacle};
use super::{Log, Loss, Rule, unions};
use xtask_document::media_types::{FORM, JSON};
use xtask_document::operation::{Operation, for_each_operation, operations};
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::named_schemas;
use xtask_document::sendable::method_obstacle;

pub(super) const UNSUPPORTED: Rule = Rule {
    name: "unsupported-operation",
    why: "a method could not be generated, or could not be called; the others of the slice still can",
    seen_in: "Cloudflare, openapi.json of 2024-08-06: 18 operations; Twilio, api_v2010: forms with lists",
    loss: Loss::Drops,
    apply: drop_unsupported,
};

fn drop_unsupported(document: &mut Value, log: &mut Log<'_>) {
    let original = named_schemas(document);
    let references = References::of(&original);
    let problem = |operation: Operation<'_>| {
        let id = operation.id().unwrap_or("without an id");
        Some((operation.pointer(), format!("dropped the operation {id}: it {}", problem(&references, &operation)?)))
    };
    let dropped: Vec<_> = operations(document).filter_map(problem).collect();
    for (place, what) in dropped {
        let item = place.rsplit_once('/').and_then(|(item, method)| Some((document.pointer_mut(item)?, method)));
        if let Some((Value::Object(item), method)) = item {
            item.remove(method);
            log.note(&place, what);
        }
    }
}

/// Why an operation cannot be generated or called.
fn problem(references: &References<'_>, operation: &Operation<'_>) -> Option<String> {
    if let Some(obstacle) = method_obstacle(operation.method) {
        return Some(obstacle.to_owned());
    }
    if operation.responses().any(|response| response.status == "101") || operation.object.contains_key(WEBSOCKET) {
        return Some("switches protocols (response 101), which a call cannot".to_owned());
    }
    let mut arguments = first_arguments(operation.body().is_some());
    for parameter in operation.parameters() {
        let obstacle = obstacle(references, &parameter, &mut arguments).filter(|_| parameter.is_required());
        if let Some(obstacle) = obstacle {
            return Some(format!("requires the parameter {:?}, which {obstacle}", parameter.name));
        }
    }
    let contents: Vec<_> = operation.body().into_iter().flat_map(|body| body.content()).collect();
    if !contents.is_empty() && contents.iter().all(|content| is_multipart(content.name)) {
        return Some("takes nothing but multipart bodies, which the generator cannot send".to_owned());
    }
    let has_json = contents.iter().any(|content| content.name == JSON);
    let form = contents.iter().find(|content| content.name == FORM).filter(|_| !has_json)?;
    let form = ResolvedSchema::of(references, form.schema()?);
    let is_scalar = |schema: &Value| {
        ResolvedSchema::of(references, schema).is_scalar()
            || schema.as_object().is_some_and(|schema| unions::scalar(references, schema).is_some())
    };
    let (name, _) = form.properties.iter().find(|(_, schema)| !is_scalar(schema))?;
    Some(format!("takes a form, in which {name:?} is no text, number or boolean"))
}

pub(super) fn is_multipart(media_type: &str) -> bool {
    media_type.starts_with("multipart/")
}

/// Marks an operation that becomes a web socket.
const WEBSOCKET: &str = "x-dropshot-websocket";

pub(super) const DROPSHOT: Rule = Rule {
    name: "dropshot-extensions",
    why: "for an extension of Dropshot, the generator writes methods of another shape, with crates that are no dependencies",
    seen_in: "the generator reads `x-dropshot-pagination` and `x-dropshot-websocket` (documents of Oxide)",
    loss: Loss::Lossless,
    apply: |document, log| {
        for_each_operation(document, |place, _, operation: &mut Map<String, Value>| {
            let extensions: Vec<_> = operation.keys().filter(|key| key.starts_with("x-dropshot-")).cloned().collect();
            for extension in extensions {
                operation.remove(&extension);
                log.note(place, format!("{extension} is not used"));
            }
        });
    },
};

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{apply_rule, run};
    use super::*;

    #[test]
    fn operation_that_cannot_be_called_is_dropped_with_its_reason() {
        let body = |content: Value| json!({"requestBody": {"content": content}});
        let form = |of: Value| body(json!({FORM: {"schema": {"properties": {"a": of}}}}));
        let parameter = |place: &str, schema: Value| json!({"parameters": [{"in": place, "name": "p", "required": true, "schema": schema}]});
        for (method, operation, reason) in [
            ("options", json!({}), "has a method that the HTTP library has no function for"),
            ("trace", json!({}), "has a method that the HTTP library has no function for"),
            (
                "get",
                json!({"responses": {"101": {}, "default": {}}}),
                "switches protocols (response 101), which a call cannot",
            ),
            ("get", json!({WEBSOCKET: {}}), "switches protocols (response 101), which a call cannot"),
            ("get", parameter("cookie", json!({"type": "string"})), r#"requires the parameter "p", which is a cookie"#),
            (
                "get",
                parameter("query", json!({"type": "array", "items": {"type": "object"}})),
                r#"requires the parameter "p", which holds a list or an object where a query can hold text, a number or a boolean only"#,
            ),
            (
                "post",
                body(json!({"multipart/form-data": {}, "multipart/mixed": {}})),
                "takes nothing but multipart bodies, which the generator cannot send",
            ),
            ("post", form(json!({"type": "array"})), r#"takes a form, in which "a" is no text, number or boolean"#),
        ] {
            let of = |methods: Value| json!({"paths": {"/a": methods}});
            let fine = json!({"operationId": "fine"});
            let mut operation = operation;
            operation["operationId"] = json!("bad");
            let (rest, applied) = apply_rule(&UNSUPPORTED, of(json!({"put": fine, method: operation})));
            assert_eq!(rest, of(json!({"put": fine})));
            assert_eq!(applied[0].what, format!("dropped the operation bad: it {reason}"));
            assert_eq!((applied[0].place.as_str(), applied[0].loss), (&*format!("/paths/~1a/{method}"), Loss::Drops));
        }
        for operation in [
            body(json!({"multipart/form-data": {}, JSON: {}})),
            body(json!({FORM: {"schema": {"properties": {"a": {"type": "array"}}}}, JSON: {}})),
            form(json!({"oneOf": [{"type": "string"}, {"type": "string", "format": "uri"}]})),
            parameter("query", json!({"type": "array", "items": {"type": "string"}})),
        ] {
            let document = json!({"paths": {"/a": {"post": operation}}});
            assert_eq!(run(&UNSUPPORTED, document.clone()), (document, 0));
        }
    }

    #[test]
    fn extensions_of_dropshot_are_removed() {
        let document = |operation: Value| json!({"paths": {"/a": {"get": operation}}});
        let paginated = document(json!({"x-dropshot-pagination": {"required": []}, "x-other": {}}));
        assert_eq!(run(&DROPSHOT, paginated), (document(json!({"x-other": {}})), 1));
    }
}
