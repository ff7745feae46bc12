//! Every operation of the SDK: the request that it sends, the value of its response, and what is rejected before sending.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic fails the test"
)]

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use zt_risk_scoring::external::chrono::{DateTime, TimeDelta, Utc};
use zt_risk_scoring::{
    BehaviorSettings, Client, ErrorKind, IntegrationId, IntegrationUpdate, NewIntegration, ReferenceId, Request,
    RiskLevel, UserId,
};
use zt_risk_scoring_tests::{ACCOUNT_ID, ScriptedServer, Step, brief_retries, builder, client};

const ID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

fn user() -> UserId {
    ID.parse().unwrap()
}

fn integration_id() -> IntegrationId {
    ID.parse().unwrap()
}

fn integration() -> Value {
    json!({"account_tag": ACCOUNT_ID, "active": true, "created_at": "2026-11-22T01:02:03Z", "id": ID,
        "integration_type": "Okta", "reference_id": "primary", "tenant_url": "https://tenant.okta.com", "well_known_url": "/x"})
}

fn success(result: &Value) -> Step {
    Step::respond("200 OK", &[], json!({"success": true, "errors": [], "messages": [], "result": result}).to_string())
}

/// The value of a request to a server that responds with a result, and the request's line and body.
async fn send<T: Send + 'static>(
    result: Value,
    request: impl FnOnce(&Client) -> Request<'static, T>,
) -> (T, String, Value) {
    let server = ScriptedServer::start(vec![success(&result)]).await;
    let value = request(&client(server.base_url())).await.unwrap();
    let body = server.requests()[0].body.clone();
    let body = if body.is_empty() { Value::Null } else { serde_json::from_str(&body).unwrap() };
    let line = server.request_lines().remove(0);
    let prefix = format!("/accounts/{ACCOUNT_ID}/zt_risk_scoring");
    assert!(line.contains(&prefix), "{line}");
    (value, line.replace(&prefix, ""), body)
}

#[tokio::test]
async fn update_sends_complete_entries_and_returns_all_behaviors() {
    let result = json!({"behaviors": {
        "imp_travel": {"enabled": true, "risk_level": "high", "name": "Impossible Travel", "description": "d"},
        "high_dlp": {"enabled": false, "risk_level": "critical"},
    }});
    let settings = BehaviorSettings::new(true, RiskLevel::High);
    let entries = [("imp_travel", settings.clone()), ("a b/ü", BehaviorSettings::new(false, "High".into()))];
    let (updated, line, body) = send(result.clone(), |client| client.behaviors().update(entries)).await;
    assert_eq!(line, "PUT /behaviors");
    let expected = json!({"behaviors": {"imp_travel": {"enabled": true, "risk_level": "high"},
        "a b/ü": {"enabled": false, "risk_level": "High"}}});
    assert_eq!(body, expected);
    assert_eq!(serde_json::to_value(&updated).unwrap(), result);
    assert_eq!(updated.get("imp_travel").map(BehaviorSettings::from), Some(settings));
}

#[tokio::test]
async fn update_that_the_api_could_misread_is_not_sent() {
    let client = client("http://127.0.0.1:1");
    let none: [(&str, BehaviorSettings); 0] = [];
    let entry = || ("a", BehaviorSettings::new(true, RiskLevel::Low));
    for (request, problem) in [
        (client.behaviors().update(none), "the update has no behaviors"),
        (client.behaviors().update([entry(), entry()]), "the update has two entries for the behavior \"a\""),
    ] {
        let error = request.await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0));
        assert_eq!(error.to_string(), format!("update_behaviors: {problem}"));
        assert!(!error.may_have_been_sent());
    }
}

#[tokio::test]
async fn users_are_read_and_reset() {
    let users = json!({"users": [{"email": "a@example.com", "event_count": 1, "last_event": "odd", "max_risk_level": "high",
        "name": "A", "user_id": ID}]});
    let (summary, line, _) = send(users.clone(), |client| client.users().summary()).await;
    assert_eq!((line.as_str(), serde_json::to_value(&summary).unwrap()), ("GET /summary", users));
    assert_eq!(summary.get(user()).unwrap().max_risk_level, Some(RiskLevel::High));

    let risk = json!({"email": "a@example.com", "events": [{"id": "1", "name": "N", "risk_level": "low", "timestamp": "odd",
        "event_details": [{"a": 1}]}], "last_reset_time": null, "name": "A", "risk_level": null});
    let (read, line, _) = send(risk.clone(), |client| client.users().get(user())).await;
    assert_eq!((line, serde_json::to_value(&read).unwrap()), (format!("GET /{ID}"), risk));

    for result in [json!(null), json!({}), json!([1])] {
        let ((), line, body) = send(result, |client| client.users().reset(user())).await;
        assert_eq!((line, body), (format!("POST /{ID}/reset"), Value::Null));
    }
}

#[tokio::test]
async fn integrations_are_read_changed_and_deleted() {
    let list = json!([integration(), integration()]);
    let (read, line, _) = send(list.clone(), |client| client.integrations().list()).await;
    assert_eq!((line.as_str(), serde_json::to_value(&read).unwrap()), ("GET /integrations", list));
    let (read, ..) = send(json!(null), |client| client.integrations().list()).await;
    assert_eq!(read, []);

    let (read, line, _) = send(integration(), |client| client.integrations().get(integration_id())).await;
    assert_eq!((line, serde_json::to_value(&read).unwrap()), (format!("GET /integrations/{ID}"), integration()));
    assert_eq!(read.id(), Some(integration_id()));

    let update = IntegrationUpdate::from(&read).active(false).clear_reference();
    let (_, line, body) = send(integration(), |client| client.integrations().update(integration_id(), update)).await;
    assert_eq!(line, format!("PUT /integrations/{ID}"));
    assert_eq!(body, json!({"active": false, "tenant_url": "https://tenant.okta.com", "reference_id": null}));

    for result in [json!(null), json!({})] {
        let ((), line, _) = send(result, |client| client.integrations().delete(integration_id())).await;
        assert_eq!(line, format!("DELETE /integrations/{ID}"));
    }
}

#[tokio::test]
async fn deletion_whose_response_was_lost_succeeds_if_the_retry_finds_nothing() {
    let not_found = |code| {
        let body = json!({"success": false, "errors": [{"code": code, "message": "There is none"}]});
        Step::respond("404 Oh", &[], body.to_string())
    };
    let delete = async |script| {
        let server = ScriptedServer::start(script).await;
        let client = builder(server.base_url()).retry(brief_retries()).build().unwrap();
        client.integrations().delete(integration_id()).send().await
    };
    let response = delete(vec![Step::Reset(vec![]), not_found(1001)]).await.unwrap();
    assert_eq!((response.metadata().status().as_u16(), response.metadata().attempts()), (404, 2));
    assert_eq!(response.metadata().errors()[0].code(), Some(1001));
    for (script, attempts) in [(vec![not_found(1001)], 1), (vec![Step::Reset(vec![]), not_found(7003)], 2)] {
        let error = delete(script).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, attempts));
    }
}

#[tokio::test]
async fn list_that_is_not_found_at_the_second_attempt_is_an_error_and_not_empty() {
    let not_found = Step::respond("404 Oh", &[], r#"{"success":false,"errors":[{"code":1001}]}"#);
    let server = ScriptedServer::start(vec![Step::Reset(vec![]), not_found]).await;
    let client = builder(server.base_url()).retry(brief_retries()).build().unwrap();
    let error = client.integrations().list().account_id(ACCOUNT_ID).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 2));
}

#[tokio::test]
async fn every_reference_goes_unchanged_into_the_path_and_the_body() {
    for (reference, segment) in [
        ("primary", "primary"),
        ("...", "..."),
        ("%2e%2e", "%252e%252e"),
        ("a b/c\\d", "a%20b%2Fc%5Cd"),
        ("..\\..", "..%5C.."),
        ("ü?x=1#y", "%C3%BC%3Fx=1%23y"),
        ("\r\n", "%0D%0A"),
        (" ", "%20"),
    ] {
        let reference = ReferenceId::new(reference).unwrap();
        let (_, line, _) = send(integration(), |client| client.integrations().by_reference(reference.clone())).await;
        assert_eq!(line, format!("GET /integrations/reference_id/{segment}"));
        let update = IntegrationUpdate::new(true, "https://a.example").unwrap().reference(reference.clone());
        let (.., body) = send(integration(), |client| client.integrations().update(integration_id(), update)).await;
        assert_eq!(body["reference_id"], reference.as_str());
    }
}

/// The state of a server that may have created an integration: the lines of its requests, and the outcome of the creation.
async fn create(new: NewIntegration, script: Vec<Step>) -> (Vec<String>, Result<String, ErrorKind>) {
    let server = ScriptedServer::start(script).await;
    let client = builder(server.base_url())
        .retry(brief_retries())
        .timeout(Duration::from_secs(10))
        .attempt_timeout(Duration::from_millis(500))
        .build()
        .unwrap();
    let outcome = client.integrations().create(new).await;
    let prefix = format!("/accounts/{ACCOUNT_ID}/zt_risk_scoring/integrations");
    let lines = server.request_lines().iter().map(|line| line.replace(&prefix, "")).collect();
    (lines, outcome.map(|integration| integration.id.to_string()).map_err(|error| error.kind()))
}

fn new() -> NewIntegration {
    NewIntegration::okta("https://tenant.okta.com").unwrap().reference("primary".parse().unwrap())
}

/// An integration that was created some seconds after the test began.
fn created_after(seconds: i64) -> Value {
    let created_at = DateTime::<Utc>::from(SystemTime::now()) + TimeDelta::seconds(seconds);
    let mut integration = integration();
    integration["created_at"] = json!(created_at.to_rfc3339());
    integration
}

const POST: &str = "POST ";
const LOOKUP: &str = "GET /reference_id/primary";

#[tokio::test]
async fn created_integration_is_returned_after_one_request() {
    let server = ScriptedServer::start(vec![success(&integration())]).await;
    let request = client(server.base_url())
        .integrations()
        .create(new())
        .header(http::HeaderName::from_static("x-trace"), http::HeaderValue::from_static("1"));
    let response = request.send().await.unwrap();
    assert_eq!((response.value().id(), response.metadata().attempts()), (Some(integration_id()), 1));
    let requests = server.requests();
    assert!(requests.len() == 1 && requests[0].head.contains("x-trace: 1"), "{requests:?}");
    let body: Value = serde_json::from_str(&requests[0].body).unwrap();
    let expected =
        json!({"integration_type": "Okta", "tenant_url": "https://tenant.okta.com", "reference_id": "primary"});
    assert_eq!(body, expected);
}

#[tokio::test]
async fn creation_that_may_have_been_sent_is_looked_up_and_never_repeated() {
    for fault in [
        Step::Reset(vec![]),
        Step::Stall(vec![]),
        Step::respond("500 Oh", &[], ""),
        Step::respond("408 Oh", &[], ""),
        Step::respond("202 Oh", &[], ""),
        Step::respond("200 OK", &[], "<html>"),
        Step::respond("200 OK", &[], r#"{"success":true}"#),
        Step::respond("200 OK", &[], r#"{"success":true,"result":{"id":7}}"#),
    ] {
        let (lines, outcome) = create(new(), vec![fault.clone(), success(&created_after(0))]).await;
        assert_eq!((lines, outcome), (vec![POST.to_owned(), LOOKUP.to_owned()], Ok(ID.to_owned())), "{fault:?}");
    }
}

#[tokio::test]
async fn integration_that_is_not_the_new_one_is_not_returned() {
    let other = |property: &str, value: Value| {
        let mut integration = created_after(0);
        integration[property] = value;
        integration
    };
    for found in [
        created_after(-30),
        other("created_at", json!("odd")),
        other("tenant_url", json!("https://other.okta.com")),
        other("integration_type", json!("Other")),
        other("active", json!(false)),
        other("reference_id", json!("other")),
    ] {
        let (lines, outcome) = create(new(), vec![Step::Reset(vec![]), success(&found)]).await;
        assert_eq!((lines.len(), outcome), (2, Err(ErrorKind::Connection)), "{found}");
    }
    let not_found = Step::respond("404 Oh", &[], r#"{"success":false,"errors":[{"code":1001}]}"#);
    let (lines, outcome) = create(new(), vec![Step::Reset(vec![]), not_found]).await;
    assert_eq!((lines.len(), outcome), (2, Err(ErrorKind::Connection)));
    let (lines, outcome) = create(new(), vec![Step::Reset(vec![])]).await;
    assert_eq!(
        (lines, outcome.unwrap_err()),
        (vec![POST, LOOKUP, LOOKUP, LOOKUP].into_iter().map(str::to_owned).collect(), ErrorKind::Connection)
    );
}

#[tokio::test]
async fn date_of_the_lookup_is_the_clock_of_the_creation() {
    let at = |seconds: i64| {
        let found = created_after(seconds);
        let body = json!({"success": true, "result": found}).to_string();
        let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(3_600));
        Step::respond("200 OK", &[("date", &date)], body)
    };
    // The server's clock is an hour ahead of ours.
    for (created, expected) in
        [(3_600, Ok(ID.to_owned())), (3_570, Err(ErrorKind::Connection)), (0, Err(ErrorKind::Connection))]
    {
        let (_, outcome) = create(new(), vec![Step::Reset(vec![]), at(created)]).await;
        assert_eq!(outcome, expected, "{created}");
    }
}

#[tokio::test]
async fn creation_that_has_no_reference_or_was_rejected_is_not_looked_up() {
    let without_reference = NewIntegration::okta("https://tenant.okta.com").unwrap();
    let (lines, outcome) = create(without_reference, vec![Step::Reset(vec![]), success(&created_after(0))]).await;
    assert_eq!((lines.len(), outcome), (1, Err(ErrorKind::Connection)));
    let envelope = r#"{"success":false,"errors":[{"code":1001}]}"#;
    for (status, kind) in [
        ("400 Oh", ErrorKind::Api),
        ("409 Oh", ErrorKind::Api),
        ("403 Oh", ErrorKind::Permission),
        ("404 Oh", ErrorKind::NotFound),
        ("200 OK", ErrorKind::Api),
    ] {
        let (lines, outcome) =
            create(new(), vec![Step::respond(status, &[], envelope), success(&created_after(0))]).await;
        assert_eq!((lines.len(), outcome), (1, Err(kind)), "{status}");
    }
    let request = client("http://127.0.0.1:1").integrations().create(new()).account_id("not an id");
    let error = request.await.unwrap_err();
    assert!(error.kind() == ErrorKind::Configuration && !error.may_have_been_sent(), "{error}");
    let request = client("http://127.0.0.1:1").integrations().create(new());
    let error = request.await.unwrap_err();
    assert!(error.kind() == ErrorKind::Connection && !error.may_have_been_sent(), "{error}");
}
