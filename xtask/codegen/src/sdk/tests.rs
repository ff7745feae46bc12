//! Tests of the whole generated part of an SDK.

use serde_json::{Value, json};

use super::*;

/// The generated part of an SDK with one operation that has a body, a query and an envelope.
fn generated(change: impl FnOnce(&mut Value)) -> String {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let content = |name: &str| json!({"application/json": {"schema": reference(name)}});
    let id = json!({"in": "path", "name": "id", "required": true, "schema": {"type": "string", "format": "uuid"}});
    let mut value = json!({
        "paths": {"/accounts/{account_id}/things/{id}": {
            "parameters": [id],
            "put": {
                "operationId": "put_thing", "summary": "Put it", "requestBody": {"content": content("Thing")},
                "responses": {"201": {"content": content("Envelope")}, "4XX": {}},
            },
        }},
        "components": {"schemas": {
            "Thing": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            "Envelope": {"type": "object", "required": ["errors", "cursor"], "properties": {
                "success": {"type": "boolean"}, "errors": {"type": "array", "items": {}}, "result": reference("Thing"),
                "cursor": {"type": "integer"},
            }},
        }},
    });
    change(&mut value);
    let client: syn::File = parse_quote! {
        impl Client {
            pub fn put_thing<'a>(
                &'a self,
                account_id: &'a str,
                id: &'a ::uuid::Uuid,
                kind: Option<&'a str>,
                body: &'a types::Thing,
            ) -> Result<::api_runtime::ApiRequest<types::Envelope>, ::api_runtime::RequestError> {}
        }
        mod types {
            struct Thing;
            struct Envelope;
            impl ::api_runtime::Envelope for Envelope { type Result = Thing; }
        }
    };
    let packages = Packages { api: "the-api".into(), mock: "the-mock".into(), sdk: Some("the-sdk".into()) };
    let document = Document { path: "d".into(), revision: "r".into(), sha256: "s".into(), value };
    prettyplease::unparse(&generate(&document, &client, &packages, "the-sdk").unwrap())
}

const CALL: &str = r#"put_thing(
                &serde_json::from_str("\"11111111-2222-4333-8444-555555555555\"")?,
                None,
                &serde_json::from_str("{\"name\":\"sample\"}")?,
            )"#;

#[test]
fn operation_has_a_test_and_an_example_with_sample_values() {
    let text = generated(|_| {});
    for part in [
        "use ::the_api::{Client, operations, types};",
        "async fn put_thing_succeeds_with_one_request()",
        "201u16,",
        r#""{\"cursor\":1,\"result\":{\"name\":\"sample\"},\"success\":true}""#,
        "use ::the_mock::MockServerExt;",
        "/// use the_sdk::{Client, Credentials};",
        "/// let result = client.operations().put_thing(&serde_json::from_str(",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.contains(CALL), "{text}");
}

#[test]
fn operation_without_certain_samples_has_a_method_and_no_test() {
    for change in [
        |document: &mut Value| document["components"]["schemas"]["Thing"] = json!({"anyOf": []}),
        |document: &mut Value| {
            let operation = &mut document["paths"]["/accounts/{account_id}/things/{id}"]["put"];
            operation["responses"]["200"] = json!({});
        },
        |document: &mut Value| {
            let item = &mut document["paths"]["/accounts/{account_id}/things/{id}"];
            item["parameters"][0]["schema"] = json!({"type": "string", "enum": [".."]});
        },
    ] {
        let text = generated(change);
        assert!(text.contains("pub fn put_thing<'a>") && !text.contains("mod tests"), "{text}");
        assert!(!text.contains("```"), "{text}");
    }
}

#[test]
fn document_without_operations_has_no_methods_and_no_tests() {
    let text = generated(|document| document["paths"] = json!({}));
    assert!(text.contains("pub(crate) fn new") && !text.contains("pub fn ") && !text.contains("mod tests"), "{text}");
}
