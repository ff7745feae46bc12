//! Calls of generated operations: every form of response.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic fails the test")]

use std::time::{Duration, Instant};

use api_runtime::{ApiRequest, RequestError};
use cloudflare_client::sdk::PlainBody;
use cloudflare_client::{Connection, Error, ErrorKind, Request, ResultInfo, RetryConfig, sdk};
use serde_json::{Value, json};
use uuid::Uuid;
use zt_risk_scoring::Client;
use zt_risk_scoring::operations::types::{
    CreateIntegrationBody, IntegrationType, UpdateBehaviorsBody, UpdateIntegrationBody,
};
use zt_risk_scoring_tests::things_api::{ThingsApi, operations};
use zt_risk_scoring_tests::{ACCOUNT_ID, ScriptedServer, Step, TOKEN, brief_retries, builder, client};

/// A server that sends the same JSON again and again, and a client of it.
async fn responding(body: &Value) -> (ScriptedServer, Client) {
    let headers = [("content-type", "application/json")];
    let server = ScriptedServer::start(vec![Step::respond("200 OK", &headers, body.to_string())]).await;
    let client = client(server.base_url());
    (server, client)
}

/// A server that sends the same body again and again, and a connection to it.
async fn connected(status: &str, body: &str) -> (ScriptedServer, Connection) {
    let server = ScriptedServer::start(vec![Step::respond(status, &[], body)]).await;
    let connection = client(server.base_url()).connection().clone();
    (server, connection)
}

/// A request that has no envelope.
fn plain<T: Send + 'static, B: PlainBody<K, Value = T>, K: 'static>(
    connection: &Connection,
    build: impl Fn(ThingsApi) -> Result<ApiRequest<B>, RequestError> + Send + Sync + 'static,
) -> Request<'static, T> {
    let build = move |connection: &Connection, _: &_| Ok(build(sdk::api(connection))?);
    Request::plain(connection, operations::LIST_THINGS, build)
}

fn list_things(connection: &Connection) -> Request<'static, Vec<u32>> {
    plain(connection, |api| api.list_things())
}

fn get_file(connection: &Connection, name: &'static str) -> Request<'static, bytes::Bytes> {
    plain(connection, |api| api.get_file(name))
}

fn create_thing(connection: &Connection) -> Request<'static, u32> {
    Request::envelope(connection, operations::CREATE_THING, |connection, _| {
        Ok(sdk::api::<ThingsApi>(connection).create_thing()?)
    })
}

fn attempts(max: u32) -> RetryConfig {
    let mut retry = brief_retries();
    retry.max_attempts = max;
    retry
}

fn user() -> Value {
    json!({"email": "e", "name": "n", "events": []})
}

#[tokio::test]
async fn envelope_with_only_success_and_result_is_a_value() {
    let (_server, client) = responding(&json!({"success": true, "result": user()})).await;
    assert_eq!(client.operations().get_user_risk(&Uuid::nil()).await.unwrap().email, "e");
}

#[tokio::test]
async fn odd_envelope_metadata_does_not_fail_a_good_result() {
    let body = json!({
        "success": true, "result": user(), "errors": {"a": 1}, "messages": [7, null, {"code": "x", "message": "m"}],
        "result_info": ["odd"],
    });
    let (_server, client) = responding(&body).await;
    let response = client.operations().get_user_risk(&Uuid::nil()).send().await.unwrap();
    let metadata = response.metadata();
    assert_eq!((metadata.errors().len(), metadata.messages().len(), metadata.result_info()), (0, 3, None));
    assert_eq!(metadata.messages()[2].message(), Some("m"));
}

#[tokio::test]
async fn result_info_is_part_of_the_metadata() {
    let info = json!({"count": 1, "page": 1.0, "total_count": 9});
    let (_server, client) = responding(&json!({"success": true, "result": {"users": []}, "result_info": info})).await;
    let response = client.operations().get_summary().send().await.unwrap();
    let ResultInfo { count, page, per_page, total_count, .. } = response.metadata().result_info().unwrap().clone();
    assert_eq!((count, page, per_page, total_count), (Some(1), Some(1), None, Some(9)));
}

#[tokio::test]
async fn reset_and_delete_succeed_with_null_an_empty_object_or_no_result() {
    for (body, expected) in [
        (json!({"success": true, "result": null}), None),
        (json!({"success": true, "result": {}}), Some(json!({}))),
        (json!({"success": true}), None),
    ] {
        let (_server, client) = responding(&body).await;
        assert_eq!(client.operations().reset_user_risk(&Uuid::nil()).await.unwrap(), expected);
        assert_eq!(client.operations().delete_integration(&Uuid::nil()).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn nullable_list_without_a_value_is_none() {
    for body in [json!({"success": true, "result": null}), json!({"success": true})] {
        let (_server, client) = responding(&body).await;
        assert!(client.operations().list_integrations().await.unwrap().is_none());
    }
    let (_server, client) = responding(&json!({"success": true, "result": []})).await;
    assert_eq!(client.operations().list_integrations().await.unwrap().unwrap().len(), 0);
}

/// The errors of every operation whose document requires a result that is not null.
async fn errors_of_required_results(client: &Client) -> Vec<Error> {
    let (operations, id) = (client.operations(), Uuid::nil());
    let create = CreateIntegrationBody::new(IntegrationType::Okta, "https://tenant.okta.com".to_owned());
    let update = UpdateBehaviorsBody::new([].into());
    let changed = UpdateIntegrationBody::new(true, "https://tenant.okta.com".to_owned());
    vec![
        operations.get_behaviors().await.unwrap_err(),
        operations.update_behaviors(&update).await.unwrap_err(),
        operations.get_summary().await.unwrap_err(),
        operations.get_user_risk(&id).await.unwrap_err(),
        operations.create_integration(&create).await.unwrap_err(),
        operations.get_integration(&id).await.unwrap_err(),
        operations.update_integration(&id, &changed).await.unwrap_err(),
        operations.get_integration_by_reference_id("r").await.unwrap_err(),
    ]
}

#[tokio::test]
async fn required_result_that_is_null_or_missing_is_an_error() {
    for body in [json!({"success": true, "result": null}), json!({"success": true})] {
        let (_server, client) = responding(&body).await;
        for error in errors_of_required_results(&client).await {
            assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Decode, 200), "{error}");
        }
    }
}

#[tokio::test]
async fn success_false_is_an_error_for_every_operation_and_prints_neither_body_nor_token() {
    let errors = json!([{"code": 1001, "message": format!("no {TOKEN}")}]);
    let body = json!({"success": false, "errors": errors, "result": null, "hunter2": "x".repeat(100_000)});
    let (_server, client) = responding(&body).await;
    let mut errors = errors_of_required_results(&client).await;
    errors.push(client.operations().reset_user_risk(&Uuid::nil()).await.unwrap_err());
    errors.push(client.operations().delete_integration(&Uuid::nil()).await.unwrap_err());
    errors.push(client.operations().list_integrations().await.unwrap_err());
    for error in errors {
        assert_eq!((error.kind(), error.errors()[0].code(), error.attempts()), (ErrorKind::Api, Some(1001), 1));
        let text = format!("{error} {error:?}");
        assert!(!text.contains(TOKEN) && !text.contains("hunter2") && text.len() < 1_000, "{text}");
    }
}

#[tokio::test]
async fn plain_json_is_decoded_and_its_problems_have_a_place() {
    let (_server, connection) = connected("200 OK", "[1, 2]").await;
    let response = list_things(&connection).send().await.unwrap();
    assert_eq!((response.value().as_slice(), response.metadata().attempts()), (&[1, 2][..], 1));

    let (_server, connection) = connected("200 OK", r#"[1, "hunter2"]"#).await;
    let error = list_things(&connection).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some("list_things")));
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "`[1]`: expected u32, found string");
}

#[tokio::test]
async fn plain_json_with_success_false_is_an_error() {
    let (_server, connection) = connected("200 OK", r#"{"success": false, "errors": [{"code": 7}]}"#).await;
    let error = plain(&connection, |api| api.import_thing()).await.unwrap_err();
    assert_eq!((error.kind(), error.errors()[0].code()), (ErrorKind::Api, Some(7)));
}

#[tokio::test]
async fn response_of_bytes_is_returned_unchanged() {
    for body in ["\u{0}\u{1}plain", r#"{"success": false}"#, ""] {
        let headers = [("content-type", "application/octet-stream")];
        let server = ScriptedServer::start(vec![Step::respond("200 OK", &headers, body)]).await;
        let connection = client(server.base_url()).connection().clone();
        assert_eq!(get_file(&connection, "a.bin").await.unwrap(), body.as_bytes());
    }
    let (_server, connection) = connected("404 Not Found", r#"{"success": false, "errors": [{"code": 7003}]}"#).await;
    let error = get_file(&connection, "a.bin").await.unwrap_err();
    assert_eq!((error.kind(), error.errors()[0].code()), (ErrorKind::NotFound, Some(7003)));
}

#[tokio::test]
async fn envelope_with_success_false_instead_of_bytes_is_an_error() {
    for content_type in ["application/json", "Application/JSON; charset=utf-8", "application/problem+json"] {
        let failure = r#"{"success": false, "errors": [{"code": 10000}]}"#;
        let steps = vec![Step::respond("200 OK", &[("content-type", content_type)], failure)];
        let server = ScriptedServer::start(steps).await;
        let connection = client(server.base_url()).connection().clone();
        let error = get_file(&connection, "a.bin").await.unwrap_err();
        assert_eq!((error.kind(), error.errors()[0].code()), (ErrorKind::Permission, Some(10000)), "{content_type}");
    }
}

#[tokio::test]
async fn documented_success_status_is_a_success_and_another_one_is_not() {
    for (status, is_success) in [("200 OK", true), ("201 Created", true), ("202 Accepted", true), ("206 Oh", false)] {
        let (_server, connection) = connected(status, r#"{"success": true, "result": 1}"#).await;
        let result = create_thing(&connection).await;
        match is_success {
            true => assert_eq!(result.unwrap(), 1),
            false => assert_eq!(result.unwrap_err().kind(), ErrorKind::UnexpectedStatus),
        }
    }
    let (_server, connection) = connected("201 Created", "[1]").await;
    assert_eq!(list_things(&connection).await.unwrap_err().kind(), ErrorKind::UnexpectedStatus);
}

#[tokio::test]
async fn success_without_a_body_is_a_success_whatever_comes_with_it() {
    for (status, body) in [("204 No Content", ""), ("204 No Content", "ignored")] {
        let (_server, connection) = connected(status, body).await;
        plain(&connection, |api| api.delete_file("a")).await.unwrap();
    }
}

#[tokio::test]
async fn request_to_another_path_than_the_operations_is_rejected_before_sending() {
    let server = ScriptedServer::start(vec![Step::respond("200 OK", &[], "x")]).await;
    let connection = client(format!("{}/client/v4", server.base_url())).connection().clone();
    for (name, problem) in [
        ("..", "another path than /files/{name}"),
        (".", "another path than /files/{name}"),
        ("", "another path than /files/{name}"),
        ("a/b", "another path than /files/{name}"),
        ("..\\things", "another path than /files/{name}"),
        ("%2e%2e", "another path than /files/{name}"),
        ("../../../files/outside", "not below the base URL"),
    ] {
        let error = get_file(&connection, name).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0), "{name:?}");
        assert!(error.to_string().contains(problem) && !error.may_have_been_sent(), "{error}");
        assert_eq!(error.operation(), Some("get_file"));
    }
    let error = plain(&connection, |api| api.post_as_list()).await.unwrap_err();
    assert!(error.to_string().contains("method is not that of its operation"), "{error}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn malformed_account_id_fails_the_call_also_where_no_path_has_an_account() {
    let (server, connection) = connected("200 OK", "[1]").await;
    let error = list_things(&connection).account_id("../../short").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0));
    let error = create_thing(&connection).account_id("../../short").await.unwrap_err();
    assert!(error.to_string().contains("account id"), "{error}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn path_parameter_that_no_url_can_carry_is_rejected_by_name() {
    let (server, client) = responding(&json!({})).await;
    for reference in ["", ".", ".."] {
        let error = client.operations().get_integration_by_reference_id(reference).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0));
        assert!(error.to_string().contains("the path parameter `reference_id`"), "{error}");
        assert_eq!(error.operation(), Some("get_integration_by_reference_id"));
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn post_is_never_retried_however_it_is_called() {
    for step in
        [Step::respond("500 Oh", &[], ""), Step::respond("429 Oh", &[("retry-after", "0")], ""), Step::Reset(vec![])]
    {
        let retry = attempts(5);
        for kind_of_call in 0..4 {
            let server = ScriptedServer::start(vec![step.clone()]).await;
            let client = builder(server.base_url()).retry(retry.clone()).build().unwrap();
            let (connection, id) = (client.connection(), Uuid::nil());
            let error = match kind_of_call {
                0 => client.operations().reset_user_risk(&id).retry(retry.clone()).await.unwrap_err(),
                1 => create_thing(connection).retry(retry.clone()).await.unwrap_err(),
                2 => plain(connection, |api| api.import_thing()).retry(retry.clone()).await.unwrap_err(),
                _ => client.operations().reset_user_risk(&id).map(|_| ()).retry(retry.clone()).await.unwrap_err(),
            };
            assert!(error.may_have_been_sent(), "{error}");
            assert_eq!((error.attempts(), server.requests().len()), (1, 1), "{kind_of_call} {step:?}");
        }
    }
}

#[tokio::test]
async fn get_is_retried_with_and_without_an_envelope() {
    let steps = |body: &str| vec![Step::respond("503 Oh", &[], ""), Step::respond("200 OK", &[], body)];
    let server = ScriptedServer::start(steps("[1]")).await;
    let connection = client(server.base_url()).connection().clone();
    let response = list_things(&connection).retry(brief_retries()).send().await.unwrap();
    assert_eq!(response.metadata().attempts(), 2);

    let server = ScriptedServer::start(steps(r#"{"success":true,"result":{"users":[]}}"#)).await;
    let client = client(server.base_url());
    let response = client.operations().get_summary().retry(brief_retries()).send().await.unwrap();
    assert_eq!(response.metadata().attempts(), 2);
}

#[tokio::test]
async fn options_of_a_call_override_those_of_the_connection() {
    let server = ScriptedServer::stalling("").await;
    let client = builder(server.base_url()).build().unwrap();
    let start = Instant::now();
    let error = client.operations().get_summary().timeout(Duration::from_millis(50)).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 1));
    let retry = attempts(2);
    let request = client.operations().get_summary().attempt_timeout(Duration::from_millis(50)).retry(retry);
    let error = request.await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 2));
    assert!(start.elapsed() < Duration::from_secs(5));

    let (server, client) = responding(&json!({"success": true, "result": {"users": []}})).await;
    let other = "0123456789abcdef0123456789abcdef";
    client.operations().get_summary().account_id(other).await.unwrap();
    assert!(server.heads()[0].contains(other) && !server.heads()[0].contains(ACCOUNT_ID));
    let error = client.operations().get_summary().account_id("short").await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Configuration, Some("get_summary")));
    let error = client.operations().get_summary().retry(attempts(0));
    assert!(error.await.unwrap_err().to_string().contains("`max_attempts` is 0"));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn request_can_be_cloned_and_sent_again() {
    let (server, client) = responding(&json!({"success": true, "result": user()})).await;
    let id = Uuid::nil();
    let request = client.operations().get_user_risk(&id).map(|user| user.name);
    assert_eq!(request.clone().await.unwrap(), "n");
    assert_eq!(request.await.unwrap(), "n");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn user_agent_names_the_sdk_of_the_call_and_the_client() {
    let (server, connection) = connected("200 OK", "[1]").await;
    list_things(&connection).await.unwrap();
    let head = &server.heads()[0];
    assert!(head.contains("user-agent: things/1.2.3 cloudflare-client/"), "{head}");
}

/// Futures of calls can move between threads. This compiles or not.
#[test]
fn futures_of_calls_are_send() {
    fn check<T: Send>(_: T) {}
    fn all(connection: &Connection, client: &Client) {
        check(create_thing(connection).send());
        check(get_file(connection, "a").send());
        check(client.operations().get_summary().send());
        check(client.behaviors().get());
    }
    let _: fn(&Connection, &Client) = all;
}

#[tokio::test]
async fn header_of_a_call_is_sent_unless_it_is_the_clients_own() {
    let (server, connection) = connected("200 OK", "[1]").await;
    let header = |name: &'static str| http::HeaderName::from_static(name);
    let value = http::HeaderValue::from_static("00-0af7-b7ad-01");
    let request = list_things(&connection).header(header("traceparent"), value.clone());
    let request = request.header(header("baggage"), value.clone()).header(header("baggage"), value.clone());
    assert!(!format!("{request:?}").contains("0af7"), "{request:?}");
    request.await.unwrap();
    assert!(server.heads()[0].contains("traceparent: 00-0af7-b7ad-01"));
    assert_eq!(server.heads()[0].matches("baggage: ").count(), 2);
    for name in [
        "authorization",
        "x-auth-key",
        "host",
        "user-agent",
        "accept-encoding",
        "content-length",
        "proxy-authorization",
    ] {
        let error = list_things(&connection).header(header(name), value.clone()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{name}");
        assert!(error.to_string().contains(name) && !error.to_string().contains("0af7"), "{error}");
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn retry_with_another_operation_is_not_sent() {
    let (server, connection) = connected("503 Service Unavailable", "").await;
    let is_first = std::sync::atomic::AtomicBool::new(true);
    let build = move |connection: &Connection, _: &_| {
        let api = sdk::api::<ThingsApi>(connection);
        let is_first = is_first.swap(false, std::sync::atomic::Ordering::Relaxed);
        Ok(if is_first { api.list_things()?.with_success::<Vec<u32>>() } else { api.import_thing()?.with_success() })
    };
    let request = Request::plain(&connection, operations::LIST_THINGS, build);
    let error = request.retry(attempts(3)).await.unwrap_err();
    // The response of the first request says more.
    assert_eq!((error.kind(), error.status().map(|status| status.as_u16())), (ErrorKind::Server, Some(503)));
    assert_eq!(server.requests().len(), 1);
}
