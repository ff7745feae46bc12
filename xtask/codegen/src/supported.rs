//! Rejects documents that the generator does not support, before it runs. It would panic, report no place, or write
//! code that does not compile.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::error::Error;
use crate::policies::discriminators;
use xtask_document::envelope::{alias, is_envelope, is_union};
use xtask_document::media_types::FORM;
use xtask_document::naming::{identifier, snake};
use xtask_document::operation::{Operation, Parameter, names_in, operations, route};
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::sendable::{method_obstacle, parameter_obstacle};

/// Checks that the generator supports an imported document, without running it.
///
/// # Errors
///
/// If it does not; the error lists the operations and the reasons.
pub fn check(document: &Value) -> Result<(), Error> {
    let references = References::of(document);
    let mut faults: Vec<_> = operations(document)
        .filter_map(|operation| {
            let fault = fault(&references, &operation)?;
            Some(format!("the operation {:?} ({}) {fault}", operation.id().unwrap_or_default(), operation.route()))
        })
        .collect();
    let unnamed = discriminators::unnamed(document).into_iter();
    faults.extend(unnamed.map(|place| {
        format!("the union at {place} has a discriminator and no name; import the document, or name it with a fixup")
    }));
    if faults.is_empty() { Ok(()) } else { Err(Error::Unsupported { faults }) }
}

fn fault<'a>(references: &References<'a>, operation: &Operation<'a>) -> Option<String> {
    if let Some(obstacle) = method_obstacle(operation.method) {
        return Some(obstacle.to_owned());
    }
    if let Some(fault) = path_fault(operation.path) {
        return Some(format!("has a path with {fault}"));
    }
    if let Some(status) = unnamed_envelope(references, operation) {
        return Some(format!("has an unnamed envelope as its response {status}; import the document, which names it"));
    }
    if let Some(form) = operation.body().and_then(|body| body.schema(FORM)) {
        let form = ResolvedSchema::of(references, form);
        let odd = form.properties.iter().find(|(_, of)| !ResolvedSchema::of(references, of).is_scalar());
        if let Some((name, _)) = odd {
            return Some(format!("sends a form whose field {name:?} is no text, number or boolean"));
        }
    }
    let parameters = operation.parameters();
    let mut arguments = BTreeSet::from_iter(operation.body().map(|_| "body".to_owned()));
    for parameter in &parameters {
        if let Some(fault) = parameter_fault(references, operation, parameter, &mut arguments) {
            return Some(format!("has the parameter {:?}, which {fault}", parameter.name));
        }
    }
    let is_described =
        |name: &&str| parameters.iter().any(|described| (described.place, described.name) == ("path", name));
    let missing = names_in(operation.path).find(|name| !is_described(name))?;
    Some(format!("has {missing:?} in its path, but no parameter with that name"))
}

/// The part of a path that a URL parser removes or does not treat as a path.
fn path_fault(path: &str) -> Option<&'static str> {
    let path = route(path).to_ascii_lowercase().replace("%2e", ".");
    let is_dots = |segment: &str| matches!(segment, "." | "..");
    match () {
        () if path.contains(['?', '#']) => Some("`?` or `#`, where the path of a URL ends"),
        () if path.split('/').any(is_dots) => Some("the segment `.` or `..`, which URL parsers remove"),
        () => None,
    }
}

/// Why a parameter cannot become an argument. `arguments` contains the taken names.
fn parameter_fault<'a>(
    references: &References<'a>,
    operation: &Operation<'a>,
    parameter: &Parameter<'a>,
    arguments: &mut BTreeSet<String>,
) -> Option<&'static str> {
    let is_compound = |schema: &'a Value| !ResolvedSchema::of(references, schema).is_scalar();
    match parameter.place {
        "path" if !parameter.is_required() => Some("is part of the path, but not required"),
        "path" if !names_in(operation.path).any(|name| name == parameter.name) => Some("is no part of the path"),
        "query" if !parameter.explodes() && parameter.schema().is_some_and(is_compound) => {
            Some("is a list in one parameter (`explode: false`)")
        }
        _ => parameter_obstacle(references, parameter).or_else(|| {
            let is_new = arguments.insert(identifier(parameter.name, snake));
            (!is_new).then_some("has the argument name of another one")
        }),
    }
}

/// The status of a success with an unnamed envelope. The generated crate could not implement `Envelope` for it, and a
/// failed call would look like a success.
fn unnamed_envelope<'a>(references: &References<'a>, operation: &Operation<'a>) -> Option<&'a str> {
    let is_unnamed = |schema: &'a Value| {
        alias(schema).is_none() && (is_envelope(references, schema) || is_union(references, schema))
    };
    let mut successes = operation.successes();
    let envelope = successes.find(|response| response.content().filter_map(|content| content.schema()).any(is_unnamed));
    envelope.map(|response| response.status)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fault_of(method: &str, parameter: &Value) -> String {
        let reference = json!([{"$ref": "#/components/parameters/one"}]);
        let operation = json!({"operationId": "do_it", "parameters": reference, "requestBody": {}});
        let document = json!({
            "paths": {"/things": {method: operation}}, "components": {"parameters": {"one": parameter}},
        });
        check(&document).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn unsupported_operation_is_rejected_with_its_name_and_reason() {
        let text = json!({"type": "string"});
        let query = json!({"in": "query", "name": "a", "schema": text});
        for method in ["get", "head", "put", "post", "patch", "delete"] {
            assert_eq!(fault_of(method, &query), "");
        }
        assert_eq!(
            fault_of("trace", &query),
            r#"the operation "do_it" (TRACE /things) has a method that the HTTP library has no function for"#
        );
        assert!(fault_of("options", &query).contains("has a method"));
        for (parameter, fault) in [
            (json!({"in": "cookie", "name": "a", "schema": text}), "is a cookie"),
            (json!({"in": "header", "name": "X A", "schema": text}), "has a name that no header can have"),
            (json!({"in": "query", "name": "a", "content": {"application/json": {}}}), "has content, not a schema"),
            (json!({"in": "path", "name": "a", "schema": text}), "is part of the path, but not required"),
            (json!({"in": "query", "name": "a", "style": "deepObject", "schema": text}), "has a style"),
            (
                json!({"in": "query", "name": "a", "explode": false, "schema": {"type": "array", "items": text}}),
                "is a list in one parameter (`explode: false`)",
            ),
            (json!({"in": "header", "name": "Body", "schema": text}), "has the argument name of another one"),
        ] {
            let error = fault_of("put", &parameter);
            assert!(error.starts_with(r#"the operation "do_it" (PUT /things) has the parameter"#), "{error}");
            assert!(error.contains(fault), "{error}");
        }
    }

    #[test]
    fn unnamed_union_with_a_discriminator_is_rejected_with_its_place() {
        let union = json!({"oneOf": [{}, {}], "discriminator": {"propertyName": "kind"}});
        let error = check(&json!({"components": {"schemas": {"Things": {"items": union}}}})).unwrap_err().to_string();
        assert!(error.starts_with("the union at /components/schemas/Things/items has a discriminator"), "{error}");
        check(&json!({"components": {"schemas": {"Thing": union}}})).unwrap();
    }

    #[test]
    fn unnamed_envelope_is_rejected_with_its_operation() {
        let envelope = json!({"type": "object", "properties": {"success": {"type": "boolean"}}});
        let check = |status: &str, schema: &Value| {
            let content = json!({"application/json": {"schema": schema}});
            let operation = json!({"operationId": "do_it", "responses": {status: {"content": content}}});
            let schemas = json!({"Envelope": envelope});
            check(&json!({"paths": {"/things": {"get": operation}}, "components": {"schemas": schemas}}))
        };
        let fault = check("200", &envelope).unwrap_err().to_string();
        assert!(fault.contains("(GET /things) has an unnamed envelope as its response 200"), "{fault}");
        let union = json!({"oneOf": [{"$ref": "#/components/schemas/Envelope"}, {"properties": {"result": {}}}]});
        assert_eq!(check("200", &union).unwrap_err().to_string(), fault);
        check("200", &json!({"$ref": "#/components/schemas/Envelope"})).unwrap();
        check("200", &json!({"type": "object"})).unwrap();
        check("400", &envelope).unwrap();
    }

    #[test]
    fn path_and_its_parameters_must_have_the_same_names() {
        let with = |names: &[&str]| {
            let parameter =
                |name: &&str| json!({"in": "path", "name": name, "required": true, "schema": {"type": "string"}});
            let parameters: Vec<_> = names.iter().map(parameter).collect();
            let operation = json!({"operationId": "do_it", "parameters": parameters});
            let document = json!({"paths": {"/things/{id}/parts/{part}": {"get": operation}}});
            check(&document).err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert_eq!(with(&["id", "part"]), "");
        assert_eq!(
            with(&["id"]),
            r#"the operation "do_it" (GET /things/{id}/parts/{part}) has "part" in its path, but no parameter with that name"#
        );
        assert!(with(&["id", "part", "other"]).ends_with(r#"has the parameter "other", which is no part of the path"#));
    }

    #[test]
    fn path_that_a_url_cannot_have_is_rejected() {
        for (path, is_rejected) in
            [("/a?b=c", true), ("/a#b", true), ("/a/../b", true), ("/%2E/b", true), ("/...", false), ("/a b%3F", false)]
        {
            let document = json!({"paths": {path: {"get": {"operationId": "do_it"}}}});
            assert_eq!(check(&document).is_err(), is_rejected, "{path}");
        }
    }

    #[test]
    fn form_with_a_field_that_is_no_scalar_is_rejected() {
        let problem = |property: Value| {
            let form = json!({"schema": {"type": "object", "properties": {"a": property}}});
            let operation = json!({"operationId": "do_it", "requestBody": {"content": {FORM: form}}});
            check(&json!({"paths": {"/things": {"post": operation}}})).err().map(|error| error.to_string())
        };
        assert_eq!(problem(json!({"type": "string"})), None);
        let list = problem(json!({"type": "array", "items": {"type": "string"}})).unwrap();
        assert!(list.contains(r#"(POST /things) sends a form whose field "a" is no text"#), "{list}");
    }

    #[test]
    fn parameters_with_one_argument_name_are_rejected() {
        let parameter = |place: &str, name: &str| json!({"in": place, "name": name, "schema": {"type": "string"}});
        for (other, is_rejected) in [("header", true), ("query", false)] {
            let parameters =
                [parameter("query", "page-size"), parameter(other, if is_rejected { "Page-Size" } else { "page" })];
            let operation = json!({"operationId": "do_it", "parameters": parameters});
            let fault = check(&json!({"paths": {"/things": {"get": operation}}})).err().map(|error| error.to_string());
            assert_eq!(fault.is_some(), is_rejected, "{fault:?}");
            assert!(fault.is_none_or(|fault| fault.ends_with("has the argument name of another one")));
        }
    }

    #[test]
    fn parameter_of_an_operation_replaces_that_of_its_path() {
        let parameter = |style: &str| json!({"in": "query", "name": "a", "style": style, "schema": {}});
        let document = |own: &str, shared: &str| {
            json!({"paths": {"/things": {
                "get": {"operationId": "get_things", "parameters": [parameter(own)]}, "parameters": [parameter(shared)],
            }}})
        };
        check(&document("form", "deepObject")).unwrap();
        check(&document("deepObject", "form")).unwrap_err();
    }
}
