//! Checked calls of generated operations: every form of response, and every misuse of a closure.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic fails the test")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use api_runtime::ApiClient;
use cloudflare_client::sdk::{CallOptions, call, call_plain};
use cloudflare_client::{Connection, Error, ErrorKind, Response, ResultInfo, RetryConfig};
use serde_json::{Value, json};
use uuid::Uuid;
use zt_risk_scoring::Client;
use zt_risk_scoring::operations::types::{
    CreateIntegrationBody, IntegrationType, UpdateBehaviorsBody, UpdateIntegrationBody,
};
use zt_risk_scoring_tests::things_api::ThingsApi;
use zt_risk_scoring_tests::{ACCOUNT_ID, ScriptedServer, Step, TOKEN, brief_retries, builder, client};

/// A server that sends the same JSON again and again, and a client of it.
async fn responding(body: &Value) -> (ScriptedServer, Client) {
    let headers = [("content-type", "application/json")];
    let server = ScriptedServer::start(vec![Step::respond("200 OK", &headers, &body.to_string())]).await;
    let client = client(server.base_url());
    (server, client)
}

/// A server that sends the same body again and again, and a connection to it.
async fn connected(status: &str, body: &str) -> (ScriptedServer, Connection) {
    let server = ScriptedServer::start(vec![Step::respond(status, &[], body)]).await;
    let connection = client(server.base_url()).connection().clone();
    (server, connection)
}

fn options() -> CallOptions {
    CallOptions::default()
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
    let list = |api: ThingsApi| async move { api.list_things().await };
    let response = call_plain(&connection, &options(), list).await.unwrap();
    assert_eq!((response.value().as_slice(), response.metadata().attempts()), (&[1, 2][..], 1));

    let (_server, connection) = connected("200 OK", r#"[1, "hunter2"]"#).await;
    let error = call_plain(&connection, &options(), list).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some("list_things")));
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "`[1]`: expected u32, found string");
}

#[tokio::test]
async fn plain_json_with_success_false_is_an_error() {
    let (_server, connection) = connected("200 OK", r#"{"success": false, "errors": [{"code": 7}]}"#).await;
    let import = |api: ThingsApi| async move { api.import_thing().await };
    let error = call_plain(&connection, &options(), import).await.unwrap_err();
    assert_eq!((error.kind(), error.errors()[0].code()), (ErrorKind::Api, Some(7)));
}

#[tokio::test]
async fn response_of_bytes_is_returned_unchanged() {
    for body in ["\u{0}\u{1}plain", r#"{"success": false}"#, ""] {
        let headers = [("content-type", "application/octet-stream")];
        let server = ScriptedServer::start(vec![Step::respond("200 OK", &headers, body)]).await;
        let connection = client(server.base_url()).connection().clone();
        let file = |api: ThingsApi| async move { api.get_file("a.bin").await };
        let response: Response<bytes::Bytes> = call_plain(&connection, &options(), file).await.unwrap();
        assert_eq!(response.value(), body.as_bytes());
    }
    let (_server, connection) = connected("404 Not Found", r#"{"success": false, "errors": [{"code": 7003}]}"#).await;
    let file = |api: ThingsApi| async move { api.get_file("a.bin").await };
    let error = call_plain(&connection, &options(), file).await.unwrap_err();
    assert_eq!((error.kind(), error.errors()[0].code()), (ErrorKind::NotFound, Some(7003)));
}

#[tokio::test]
async fn envelope_with_success_false_instead_of_bytes_is_an_error() {
    for content_type in ["application/json", "Application/JSON; charset=utf-8", "application/problem+json"] {
        let failure = r#"{"success": false, "errors": [{"code": 10000}]}"#;
        let steps = vec![Step::respond("200 OK", &[("content-type", content_type)], failure)];
        let server = ScriptedServer::start(steps).await;
        let connection = client(server.base_url()).connection().clone();
        let file = |api: ThingsApi| async move { api.get_file("a.bin").await };
        let error = call_plain(&connection, &options(), file).await.unwrap_err();
        assert_eq!((error.kind(), error.errors()[0].code()), (ErrorKind::Permission, Some(10000)), "{content_type}");
    }
}

#[tokio::test]
async fn second_request_of_a_closure_is_rejected_and_fails_the_call() {
    let (server, connection) = connected("200 OK", r#"{"success": true, "result": 1}"#).await;
    let twice = |api: ThingsApi| async move {
        let _ = api.create_thing().await;
        api.create_thing().await
    };
    let error = call(&connection, &options(), twice).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 1));
    assert!(error.to_string().contains("a second request"), "{error}");
    assert_eq!(error.status().unwrap().as_u16(), 200);
    assert_eq!(server.requests().len(), 1);

    let server = ScriptedServer::start(vec![Step::Reset(vec![])]).await;
    let connection = client(server.base_url()).connection().clone();
    let error = call(&connection, &options(), twice).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 1));
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("connection"), "{error:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn closure_that_sends_no_request_fails_the_call() {
    let (server, connection) = connected("200 OK", r#"{"success": true, "result": 1}"#).await;
    let (kept, keep) = tokio::sync::oneshot::channel();
    // The response of another call is no response of this one.
    let first = |api: ThingsApi| async move {
        let _ = kept.send(api.create_thing().await);
        api.create_thing().await
    };
    call(&connection, &options(), first).await.unwrap_err();
    let kept = keep.await.unwrap();
    let error = call(&connection, &options(), |_: ThingsApi| async { kept }).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0));
    assert!(error.to_string().contains("sent no request"), "{error}");
    let invalid = |_: ThingsApi| async { Err(api_runtime::Error::<()>::InvalidRequest("a\nb".to_owned())) };
    let error = call_plain::<_, Vec<u32>, _, _, _>(&connection, &options(), invalid).await.unwrap_err();
    assert_eq!(error.to_string(), "a b");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn request_that_a_closure_drops_fails_the_call_and_is_counted() {
    let server = ScriptedServer::stalling("").await;
    let connection = client(server.base_url()).connection().clone();
    let dropped = |api: ThingsApi| async move {
        let _ = tokio::time::timeout(Duration::from_millis(50), api.list_things()).await;
        Err(api_runtime::Error::<()>::InvalidRequest("hunter2".to_owned()))
    };
    let error = call_plain::<_, Vec<u32>, _, _, _>(&connection, &options(), dropped).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 1));
    assert!(error.to_string().contains("dropped its request") && !error.to_string().contains("hunter2"), "{error}");
}

#[tokio::test]
async fn generated_client_that_outlives_its_call_sends_nothing() {
    let (server, connection) = connected("200 OK", "[1]").await;
    let kept = Mutex::new(None);
    let keep = |api: ThingsApi| {
        *kept.lock().unwrap() = Some(api);
        async { Err(api_runtime::Error::<()>::InvalidRequest("kept".to_owned())) }
    };
    call_plain::<_, Vec<u32>, _, _, _>(&connection, &options(), keep).await.unwrap_err();
    let api: ThingsApi = kept.into_inner().unwrap().unwrap();
    assert!(api.list_things().await.unwrap_err().to_string().contains("the call has ended"));
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn operation_that_the_client_does_not_have_is_rejected_before_sending() {
    let (server, connection) = connected("200 OK", "1").await;
    let unknown = |api: ThingsApi| async move { api.unknown().await };
    let error = call_plain(&connection, &options(), unknown).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0));
    assert!(error.to_string().contains("not one of the generated client's"), "{error}");
    assert!(server.requests().is_empty());
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
        let file = |api: ThingsApi| async move { api.get_file(name).await };
        let error = call_plain(&connection, &options(), file).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0), "{name:?}");
        assert!(error.to_string().contains(problem), "{error}");
        assert_eq!(error.operation(), Some("get_file"));
    }
    let post = |api: ThingsApi| async move { api.post_as_list().await };
    let error = call_plain(&connection, &options(), post).await.unwrap_err();
    assert!(error.to_string().contains("method is not that of its operation"), "{error}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn malformed_account_id_fails_the_call_also_where_no_path_has_an_account() {
    let (server, connection) = connected("200 OK", "[1]").await;
    let options = options().account_id("../../short");
    let list = |api: ThingsApi| async move { api.list_things().await };
    let error = call_plain(&connection, &options, list).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0));
    let error =
        call(&connection, &options, |api: ThingsApi| async move { api.create_thing().await }).await.unwrap_err();
    assert!(error.to_string().contains("account id"), "{error}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn request_that_a_closure_moved_to_another_task_is_not_retried_after_the_call() {
    let server = ScriptedServer::start(vec![Step::respond("503 Oh", &[("retry-after", "1")], "")]).await;
    let connection = builder(server.base_url()).retry(brief_retries()).build().unwrap().connection().clone();
    let (sent, task) = tokio::sync::oneshot::channel();
    let moved = |api: ThingsApi| {
        let _ = sent.send(tokio::spawn(async move { api.list_things().await.unwrap_err().to_string() }));
        async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            Err(api_runtime::Error::<()>::Custom(String::new()))
        }
    };
    let error = call_plain::<_, Vec<u32>, _, _, _>(&connection, &options(), moved).await.unwrap_err();
    assert!(error.to_string().contains("dropped its request"), "{error}");
    task.await.unwrap().await.unwrap();
    assert_eq!(server.requests().len(), 1);
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
            let (connection, options) = (client.connection(), options().retry(retry.clone()));
            let error = match kind_of_call {
                0 => client.operations().reset_user_risk(&Uuid::nil()).retry(retry.clone()).await.unwrap_err(),
                1 => {
                    let create = |api: ThingsApi| async move { api.create_thing().await };
                    call(connection, &options, create).await.unwrap_err()
                }
                2 => {
                    let import = |api: ThingsApi| async move { api.import_thing().await };
                    call_plain(connection, &options, import).await.unwrap_err()
                }
                _ => {
                    // A client of another name cannot make the operation an idempotent one.
                    let reset = |api: zt_risk_scoring_api::Client| async move {
                        api.reset_user_risk(ACCOUNT_ID, &Uuid::nil()).await
                    };
                    call(connection, &options, reset).await.unwrap_err()
                }
            };
            assert_eq!((error.attempts(), server.requests().len()), (1, 1), "{kind_of_call} {step:?}");
        }
    }
}

#[tokio::test]
async fn get_is_retried_with_and_without_an_envelope() {
    let steps = |body: &str| vec![Step::respond("503 Oh", &[], ""), Step::respond("200 OK", &[], body)];
    let options = options().retry(brief_retries());
    let server = ScriptedServer::start(steps("[1]")).await;
    let connection = client(server.base_url()).connection().clone();
    let list = |api: ThingsApi| async move { api.list_things().await };
    assert_eq!(call_plain(&connection, &options, list).await.unwrap().metadata().attempts(), 2);

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
    call_plain(&connection, &options(), |api: ThingsApi| async move { api.list_things().await }).await.unwrap();
    let head = &server.heads()[0];
    assert!(head.contains("user-agent: things/1.2.3 cloudflare-client/"), "{head}");
}

/// Futures of calls can move between threads. This compiles or not.
#[test]
fn futures_of_calls_are_send() {
    fn check<T: Send>(_: T) {}
    fn all(connection: &Connection, client: &Client) {
        let options = CallOptions::default();
        check(call(connection, &options, |api: ThingsApi| async move { api.create_thing().await }));
        check(call_plain(connection, &options, |api: ThingsApi| async move { api.list_things().await }));
        check(call_plain(connection, &options, |api: ThingsApi| async move { api.get_file("a").await }));
        check(client.operations().get_summary().send());
        check(client.behaviors().get());
    }
    let _: fn(&Connection, &Client) = all;
    let _: fn() -> Arc<Option<ThingsApi>> = Arc::default;
    assert_eq!(ThingsApi::operation("list_things").unwrap().method, "GET");
}
