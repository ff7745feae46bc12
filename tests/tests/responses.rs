//! What the client returns for each kind of response: documented ones, observed ones and malformed ones.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic fails the test")]

use std::error::Error as _;

use httpmock::{MockServer, Then};
use serde_json::{Value, json};
use zt_risk_scoring::{BehaviorMap, Credentials, Error, ErrorKind, Response, RiskLevel};
use zt_risk_scoring_mock::MockServerExt;
use zt_risk_scoring_tests::{ScriptedServer, TOKEN, builder, client};

const RAY: &str = "8f2b6c1d9e3a4b5c-FRA";

/// Gets the behaviors from a server with one scripted response.
async fn get_behaviors(respond: impl FnOnce(Then) -> Then) -> Result<Response<BehaviorMap>, Error> {
    let server = MockServer::start_async().await;
    server.get_behaviors(|_, then| {
        respond(then.into_inner().header("cf-ray", RAY));
    });
    client(server.base_url()).behaviors().get().send().await
}

/// Gets the behaviors from a server that responds with JSON.
async fn get_behaviors_from_json(status: u16, body: impl ToString) -> Result<Response<BehaviorMap>, Error> {
    let body = body.to_string();
    get_behaviors(|then| then.status(status).header("content-type", "application/json").body(body)).await
}

/// The error of a call with the given response. Checks the facts that every such error has, and that it has no secret.
async fn call_error(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Error {
    let (content_type, body) = (content_type.to_owned(), body.into());
    let error =
        get_behaviors(|then| then.status(status).header("content-type", content_type).body(body)).await.unwrap_err();
    assert_eq!(error.status().unwrap(), status);
    assert_eq!(error.cf_ray(), Some(RAY));
    assert_eq!(error.operation(), Some("get_behaviors"));
    assert_eq!(error.attempts(), 1);
    let display = error.to_string();
    assert!(display.starts_with("get_behaviors: ") && display.contains(&status.to_string()), "{display}");
    assert!(display.contains(RAY) && !display.contains('\n'), "{display}");
    for text in [display, format!("{error:?}"), error.source().map(ToString::to_string).unwrap_or_default()] {
        assert!(!text.contains(TOKEN) && !text.contains("hunter2"), "{text}");
    }
    error
}

/// The envelope of a success with one behavior, `foo`.
fn envelope(behavior: Value) -> Value {
    json!({"errors": [], "messages": [], "success": true, "result": {"behaviors": {"foo": behavior}}})
}

fn behavior() -> Value {
    json!({"description": "d", "enabled": true, "name": "n", "risk_level": "low"})
}

#[tokio::test]
async fn documented_example_is_decoded() {
    let message = json!({
        "code": 1000, "message": "message", "documentation_url": "documentation_url", "source": {"pointer": "pointer"}
    });
    let body = json!({
        "errors": [message], "messages": [message], "success": true,
        "result": {"behaviors": {"foo": {
            "description": "description", "enabled": true, "name": "name", "risk_level": "low"
        }}},
    });
    let server = MockServer::start_async().await;
    server.get_behaviors(|_, then| {
        then.ok(&serde_json::from_value(body).unwrap());
    });
    let (behaviors, metadata) = client(server.base_url()).behaviors().get().send().await.unwrap().into_parts();

    assert_eq!(behaviors.len(), 1);
    let foo = behaviors.get("foo").unwrap();
    assert_eq!((foo.description.as_str(), foo.enabled, foo.name.as_str()), ("description", true, "name"));
    assert_eq!(foo.risk_level, RiskLevel::Low);
    for messages in [metadata.errors(), metadata.messages()] {
        assert_eq!(messages.len(), 1);
        assert_eq!(messages[0].code(), Some(1000));
        assert_eq!(messages[0].message(), Some("message"));
        assert_eq!(messages[0].documentation_url(), Some("documentation_url"));
        assert_eq!(messages[0].source_pointer(), Some("pointer"));
    }
}

#[tokio::test]
async fn metadata_has_the_ray_attempts_and_rate_limits() {
    let body = envelope(behavior()).to_string();
    let response = get_behaviors(|then| {
        then.status(200)
            .header("ratelimit", "\"default\";r=50;t=30")
            .header("ratelimit-policy", "\"burst\";q=100;w=60")
            .body(body)
    });
    let metadata = response.await.unwrap().into_parts().1;
    assert_eq!(metadata.cf_ray(), Some(RAY));
    assert_eq!(metadata.attempts(), 1);
    assert!(!metadata.elapsed().is_zero());
    assert_eq!(metadata.rate_limits()[0].remaining, Some(50));
    assert_eq!(metadata.rate_limit_policies()[0].quota, Some(100));
}

#[tokio::test]
async fn success_with_null_or_missing_errors_and_messages_is_decoded() {
    for (errors, messages) in [(Some(json!(null)), Some(json!(null))), (None, None), (Some(json!([])), None)] {
        let mut body = envelope(behavior());
        let fields = body.as_object_mut().unwrap();
        fields.retain(|name, _| !["errors", "messages"].contains(&name.as_str()));
        fields.extend(errors.map(|errors| ("errors".to_owned(), errors)));
        fields.extend(messages.map(|messages| ("messages".to_owned(), messages)));
        assert_eq!(get_behaviors_from_json(200, body).await.unwrap().value().len(), 1);
    }
}

#[tokio::test]
async fn unknown_fields_are_ignored_and_an_unknown_level_is_kept() {
    let mut unknown = behavior();
    unknown["risk_level"] = json!("critical");
    unknown["color"] = json!({"deep": [1, 2]});
    let mut body = envelope(unknown);
    body["trace"] = json!("x");
    body["result"]["next"] = json!(null);
    let response = get_behaviors_from_json(200, body).await.unwrap();
    assert_eq!(response.value().get("foo").unwrap().risk_level, RiskLevel::from("critical"));
}

#[tokio::test]
async fn success_false_with_status_200_is_an_error_even_with_a_result() {
    for result in [json!({"behaviors": {"foo": behavior()}}), json!({}), json!(null), json!("x")] {
        let body = json!({"success": false, "errors": [{"code": 1001, "message": "no"}], "result": result});
        let error = call_error(200, "application/json", body.to_string()).await;
        assert_eq!(error.kind(), ErrorKind::Api, "{error}");
        assert_eq!(error.errors()[0].code(), Some(1001));
        assert_eq!(error.errors()[0].message(), Some("no"));
    }
}

#[tokio::test]
async fn success_without_a_result_is_a_decode_error() {
    for body in [json!({"success": true}), json!({"success": true, "result": null, "errors": [], "messages": []})] {
        let error = call_error(200, "application/json", body.to_string()).await;
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("no `result`"), "{error}");
    }
}

#[tokio::test]
async fn success_that_does_not_fit_the_schema_is_an_error_with_the_json_path() {
    let without = |field: &str| {
        let mut behavior = behavior();
        behavior.as_object_mut().unwrap().remove(field);
        envelope(behavior)
    };
    let with = |field: &str, value: Value| {
        let mut behavior = behavior();
        behavior[field] = value;
        envelope(behavior)
    };
    let result = |result: Value| json!({"success": true, "result": result});
    for (body, place) in [
        (without("name"), "`result.behaviors.foo`: missing field `name`"),
        (without("enabled"), "`result.behaviors.foo`: missing field `enabled`"),
        (without("risk_level"), "`result.behaviors.foo`: missing field `risk_level`"),
        (with("enabled", json!("hunter2")), "`result.behaviors.foo.enabled`: expected a boolean, found string"),
        (with("enabled", json!(null)), "`result.behaviors.foo.enabled`: expected a boolean, found null"),
        (with("name", json!(7)), "`result.behaviors.foo.name`: expected a string, found integer"),
        (with("risk_level", json!(3)), "`result.behaviors.foo.risk_level`: "),
        (with("risk_level", json!(null)), "`result.behaviors.foo.risk_level`: "),
        (result(json!({})), "`result`: missing field `behaviors`"),
        (result(json!({"behaviours": {}})), "`result`: missing field `behaviors`"),
        (result(json!({"behaviors": null})), "`result.behaviors`: expected a map, found null"),
        (result(json!({"behaviors": []})), "`result.behaviors`: expected a map, found sequence"),
        (result(json!([])), "`result`: expected struct BehaviorsResult, found sequence"),
        (result(json!([{}])), "`result`: expected struct BehaviorsResult, found sequence"),
        (envelope(json!(["d", true, "n", "low"])), "`result.behaviors.foo`: expected struct Behavior, found sequence"),
        (json!([null, null, [{}], true]), "the document: expected struct ResponseEnvelope, found sequence"),
        (json!({"result": {"behaviors": {}}}), "the document: missing field `success`"),
        (json!({}), "the document: missing field `success`"),
        (json!("hunter2"), "the document: "),
        (json!(null), "the document: "),
    ] {
        let error = call_error(200, "application/json", body.to_string()).await;
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        let source = error.source().unwrap().to_string();
        assert!(source.starts_with(place), "{body}: {source}");
    }
}

#[tokio::test]
async fn duplicate_key_is_a_decode_error_at_every_level() {
    let foo = behavior().to_string();
    for body in [
        format!(r#"{{"success":true,"result":{{"behaviors":{{"foo":{foo},"foo":{foo}}}}}}}"#),
        format!(r#"{{"success":true,"success":true,"result":{{"behaviors":{{"foo":{foo}}}}}}}"#),
        r#"{"success":true,"result":{"behaviors":{"foo":{"enabled":true,"enabled":false}}}}"#.to_owned(),
        format!(r#"{{"success":true,"result":null,"result":{{"behaviors":{{"foo":{foo}}}}}}}"#),
    ] {
        let error = call_error(200, "application/json", body.as_str()).await;
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
    }
}

#[tokio::test]
async fn success_that_is_not_json_is_an_error_that_describes_the_body() {
    let whole = envelope(behavior()).to_string();
    let truncated = whole.split_at(whole.len() - 5).0.as_bytes();
    let mut not_utf8 = whole.clone().into_bytes();
    let last = not_utf8.len() - 20;
    not_utf8[last] = 0xff;
    for (content_type, body, description) in [
        (
            "text/html; charset=utf-8",
            b"<!doctype html><p>hunter2".as_slice(),
            "a page of HTML or XML (text/html, 25 bytes)",
        ),
        ("application/json", b"", "an empty body"),
        ("application/json", truncated, "JSON that is cut off"),
        ("application/json", &not_utf8, "bytes that are not UTF-8"),
        ("text/plain", b"hunter2", "text that is not JSON (text/plain, 7 bytes)"),
        ("application/json", format!("{whole} hunter2").as_bytes(), "text that is not JSON"),
    ] {
        let error = call_error(200, content_type, body).await;
        assert_eq!(error.kind(), ErrorKind::UnexpectedBody, "{description}");
        assert!(error.to_string().contains(description), "{error}");
        assert_eq!(error.unexpected_body().unwrap().length(), body.len());
    }
}

#[tokio::test]
async fn failure_with_an_envelope_has_the_kind_and_errors_of_its_codes() {
    let chain = json!([{"code": 6111, "message": "Invalid format for Authorization header"}]);
    for (status, error, kind) in [
        (400, json!({"code": 9106, "message": "m"}), ErrorKind::Authentication),
        (400, json!({"code": 6003, "message": "m", "error_chain": chain}), ErrorKind::Authentication),
        (401, json!({"code": 1, "message": "m"}), ErrorKind::Authentication),
        (403, json!({"code": 10000, "message": "Authentication error"}), ErrorKind::Permission),
        (403, json!({"code": 3314, "message": "Forbidden"}), ErrorKind::Plan),
        (403, json!({"code": 9109, "message": "m"}), ErrorKind::Authentication),
        (404, json!({"code": 7003, "message": "m"}), ErrorKind::NotFound),
        (409, json!({"code": 70000, "message": "m"}), ErrorKind::Api),
        (429, json!({"code": 971, "message": "m"}), ErrorKind::RateLimited),
        (500, json!({"code": 10001, "message": "m"}), ErrorKind::Server),
        (503, json!({"code": 10000, "message": "m"}), ErrorKind::Server),
    ] {
        let code = error["code"].as_i64();
        let body = json!({"success": false, "errors": [error], "messages": [], "result": null});
        let error = call_error(status, "application/json", body.to_string()).await;
        assert_eq!(error.kind(), kind, "{body}");
        assert_eq!(error.errors()[0].code(), code);
        assert!(error.to_string().contains(&format!("code {}", code.unwrap())), "{error}");
        assert!(error.unexpected_body().is_none());
    }
}

#[tokio::test]
async fn every_field_of_an_api_error_reaches_the_caller() {
    let body = json!({"success": false, "messages": null, "errors": [
        {
            "code": 6003, "message": "Invalid request headers", "documentation_url": "https://example.com/6003",
            "source": {"pointer": "/behaviors/foo", "line": 3}, "meta": {"x": 1},
            "error_chain": [{"code": 6111, "message": "Invalid format for Authorization header"}],
        },
        {"message": "without a code"},
    ]});
    let error = call_error(400, "application/json", body.to_string()).await;
    let [first, second] = error.errors() else { panic!("{error:?}") };
    assert_eq!(first.documentation_url(), Some("https://example.com/6003"));
    assert_eq!(first.source_pointer(), Some("/behaviors/foo"));
    assert_eq!(first.error_chain()[0].code(), Some(6111));
    assert_eq!(first.error_chain()[0].message(), Some("Invalid format for Authorization header"));
    assert_eq!((second.code(), second.message()), (None, Some("without a code")));
}

#[tokio::test]
async fn missing_permission_is_recognized_without_messages_and_result() {
    let body = json!({"success": false, "errors": [{"code": 10000, "message": "Authentication error"}]});
    assert_eq!(call_error(403, "application/json", body.to_string()).await.kind(), ErrorKind::Permission);
}

#[tokio::test]
async fn malformed_part_of_a_failure_does_not_hide_its_code() {
    let raw = |errors: &str| format!(r#"{{"success":false,"errors":[{errors}],"messages":null,"result":null}}"#);
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for body in [
        raw(r#"{"code":3314,"message":"m"}"#).replace(r#""messages":null"#, r#""messages":["hunter2"]"#),
        raw(r#"{"code":3314.0,"message":"m"}"#),
        raw(r#"{"code":"3314","message":"m"}"#),
        raw(r#"{"code":3314,"message":"m","source":"hunter2"}"#),
        raw(r#"{"code":3314,"message":"m","message":"m"}"#),
        raw(r#"{"code":3314,"message":"m"},7,null,"hunter2""#),
        raw(r#"{"code":3314,"message":"m"}"#).replace(r#""result":null"#, &format!(r#""result":{deep}"#)),
    ] {
        for status in [403, 200] {
            let error = call_error(status, "application/json", body.as_str()).await;
            assert_eq!(error.kind(), ErrorKind::Plan, "{status} {body}");
            assert_eq!((error.errors()[0].code(), error.errors()[0].message()), (Some(3314), Some("m")), "{body}");
        }
    }
    let not_utf8 = raw(r#"{"code":3314,"message":"?"}"#)
        .into_bytes()
        .into_iter()
        .map(|byte| if byte == b'?' { 0xff } else { byte });
    assert_eq!(call_error(403, "application/json", not_utf8.collect::<Vec<_>>()).await.kind(), ErrorKind::Plan);
}

#[tokio::test]
async fn malformed_messages_do_not_fail_a_success() {
    let mut body = envelope(behavior());
    body["messages"] = json!(["hello", {"code": "x"}]);
    body["errors"] = json!("none");
    let (behaviors, metadata) = get_behaviors_from_json(200, body).await.unwrap().into_parts();
    assert_eq!(behaviors.len(), 1);
    assert_eq!(metadata.messages()[0].message(), Some("hello"));
    assert_eq!((metadata.messages().len(), metadata.errors().len()), (2, 0));
}

#[tokio::test]
async fn failure_without_an_envelope_has_the_kind_of_its_status_and_describes_the_body() {
    for (status, kind) in [
        (400, ErrorKind::Api),
        (401, ErrorKind::Authentication),
        (403, ErrorKind::Permission),
        (404, ErrorKind::NotFound),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Server),
        (502, ErrorKind::Server),
        (520, ErrorKind::Server),
        (527, ErrorKind::Server),
    ] {
        for (content_type, body, description) in [
            ("text/html", "<html>hunter2</html>", "a page of HTML or XML (text/html, 20 bytes)"),
            ("application/json", "", "an empty body"),
            ("application/json", "{\"success\":fal", "JSON that is cut off"),
            ("application/json", "{\"error\":\"hunter2\"}", "JSON of another shape"),
            ("application/json", "[]", "JSON of another shape"),
        ] {
            let error = call_error(status, content_type, body).await;
            assert_eq!(error.kind(), kind, "{status} {body}");
            assert!(error.to_string().contains(description), "{error}");
        }
    }
}

#[tokio::test]
async fn error_has_the_wait_of_retry_after() {
    let error = get_behaviors(|then| then.status(429).header("retry-after", "120").body("<html>")).await.unwrap_err();
    assert_eq!(error.retry_after().unwrap().as_secs(), 120);
}

#[tokio::test]
async fn undocumented_success_status_is_an_error() {
    let error = call_error(206, "application/json", envelope(behavior()).to_string()).await;
    assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
    assert_eq!(call_error(202, "application/json", "").await.kind(), ErrorKind::UnexpectedStatus);
}

/// The error of a call with a user's e-mail address and global key.
async fn error_with_global_key(server_url: String) -> Error {
    let credentials = Credentials::global_key("jo@x.io", "cfk_do-not-print").unwrap();
    builder(server_url).credentials(credentials).build().unwrap().behaviors().get().await.unwrap_err()
}

#[tokio::test]
async fn email_and_key_echoed_by_the_server_are_redacted_from_the_error() {
    let server = MockServer::start_async().await;
    server.get_behaviors(|_, then| {
        let message = "cfk_do-not-print of jo@x.io and CFK_DO-NOT-PRINT of JO%40x.io";
        then.into_inner().status(403).body(json!({"success": false, "errors": [{"message": message}]}).to_string());
    });
    let error = error_with_global_key(server.base_url()).await;
    assert_eq!(error.errors()[0].message(), Some("[redacted] of [redacted] and [redacted] of [redacted]"));
}

#[tokio::test]
async fn secret_in_the_host_of_a_redirect_is_redacted() {
    let redirect_to = |location: String| async move {
        ScriptedServer::closing(format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"))
            .await
    };
    let (upper, encoded) = (TOKEN.to_uppercase(), TOKEN.replace('f', "%66"));
    for host in [TOKEN, &upper, &encoded] {
        let server = redirect_to(format!("https://{host}.example.com/{TOKEN}")).await;
        let error = client(server.base_url()).behaviors().get().await.unwrap_err();
        assert!(error.to_string().contains("a redirect to [redacted].example.com,"), "{error}");
    }
    let server = redirect_to("https://CFK_DO-NOT-PRINT.example.com/?mail=jo@x.io".to_owned()).await;
    let error = error_with_global_key(server.base_url()).await;
    assert!(error.to_string().contains("a redirect to [redacted].example.com,"), "{error}");
}

#[tokio::test]
async fn secret_echoed_by_the_server_is_redacted_from_the_error() {
    let message = format!("unknown token {TOKEN}");
    let body = json!({"success": false, "errors": [{"code": 9109, "message": message}]});
    let error = call_error(403, "application/json", body.to_string()).await;
    assert_eq!(error.errors()[0].message(), Some("unknown token [redacted]"));
    let result = get_behaviors(|then| {
        then.status(500)
            .header("ratelimit", format!("\"{TOKEN}\";r=1"))
            .header("content-type", format!("text/{TOKEN}"))
            .header("x-echo", TOKEN)
            .body("x")
    });
    let error = result.await.unwrap_err();
    assert_eq!(error.metadata().unwrap().headers()["x-echo"], "[redacted]");
    assert!(!format!("{error} {error:?} {:?}", error.metadata()).contains(TOKEN), "{error:?}");
    let body = json!({"success": true, "result": {"behaviors": {TOKEN: 1}}});
    assert_eq!(call_error(200, "application/json", body.to_string()).await.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn control_characters_of_a_message_are_not_printed() {
    let body = json!({"success": false, "errors": [{"code": 1001, "message": "a\nb\u{1b}[2J"}]});
    assert!(!call_error(400, "application/json", body.to_string()).await.to_string().contains('\u{1b}'));
}

#[tokio::test]
async fn interrupted_body_is_an_error_with_status_and_ray() {
    for (status, kind) in [
        ("200 OK", ErrorKind::Connection),
        ("403 Forbidden", ErrorKind::Permission),
        ("429 Too Many Requests", ErrorKind::RateLimited),
        ("503 Service Unavailable", ErrorKind::Server),
    ] {
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncf-ray: {RAY}\r\ncontent-length: 1000\r\n\r\n"
        );
        let server = ScriptedServer::closing(format!("{head}{{\"success\":")).await;
        let error = client(server.base_url()).behaviors().get().await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(error.status().unwrap().to_string(), status);
        assert_eq!(error.cf_ray(), Some(RAY));
        assert_eq!(error.operation(), Some("get_behaviors"));
    }
}
