//! What goes over the wire, and what does not.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "what panics here is a test that has found something")]

use std::error::Error as _;
use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http::header::HeaderMap;
use httpmock::MockServer;
use zt_risk_scoring::{
    ApiToken, Client, Credentials, Environment, ErrorKind, REVISION, RetryConfig, TokenFuture, TokenProvider,
};
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_tests::{ACCOUNT_ID, ScriptedServer, Step, TOKEN, brief_retries, builder, client, client_of};

/// The headers of the request that a client sends.
async fn headers(credentials: Option<Credentials>, environment: Environment) -> HeaderMap {
    let server = ScriptedServer::closing("HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n").await;
    let mut builder = Client::builder()
        .environment(environment)
        .base_url(server.base_url())
        .account_id(ACCOUNT_ID)
        .retry(RetryConfig::none());
    if let Some(credentials) = credentials {
        builder = builder.credentials(credentials);
    }
    builder.build().unwrap().behaviors().get().await.unwrap_err();
    let heads = server.heads();
    let lines = heads[0].lines().skip(1).filter_map(|line| line.split_once(": "));
    lines.map(|(name, value)| (http::HeaderName::try_from(name).unwrap(), value.parse().unwrap())).collect()
}

#[tokio::test]
async fn every_request_names_the_revision_and_the_sdk_and_asks_for_json() {
    let simulator = Simulator::start().await;
    client_of(&simulator).behaviors().get().await.unwrap();
    let requests = simulator.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method(), "GET");
    assert_eq!(requests[0].path(), format!("/client/v4/accounts/{}/zt_risk_scoring/behaviors", simulator.account_id()));
    assert_eq!(requests[0].header("api-version"), Some(REVISION));
    assert_eq!(requests[0].header("accept"), Some("application/json"));
    assert!(requests[0].header("user-agent").unwrap().starts_with("zt-risk-scoring/"));
}

#[tokio::test]
async fn an_explicit_token_is_all_that_is_sent_whatever_the_environment_holds() {
    let environment = Environment::from_vars([
        ("CLOUDFLARE_EMAIL", "a@example.com"),
        ("CLOUDFLARE_API_KEY", "cfk_other"),
        ("CLOUDFLARE_API_TOKEN", "cfut_other"),
    ]);
    let headers = headers(Some(Credentials::api_token(TOKEN).unwrap()), environment).await;
    assert_eq!(headers["authorization"], format!("Bearer {TOKEN}"));
    assert!(!headers.contains_key("x-auth-email") && !headers.contains_key("x-auth-key"));
}

#[tokio::test]
async fn an_explicit_key_is_all_that_is_sent_whatever_the_environment_holds() {
    let environment = Environment::from_vars([("CLOUDFLARE_API_TOKEN", "cfut_other")]);
    let headers = headers(Some(Credentials::global_key("a@example.com", "cfk_key").unwrap()), environment).await;
    assert_eq!(headers["x-auth-email"], "a@example.com");
    assert_eq!(headers["x-auth-key"], "cfk_key");
    assert!(!headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_token_of_the_environment_is_sent() {
    let headers = headers(None, Environment::from_vars([("CLOUDFLARE_API_TOKEN", TOKEN)])).await;
    assert_eq!(headers["authorization"], format!("Bearer {TOKEN}"));
}

/// A provider that numbers its tokens, and has others as often as it is told.
struct Rotating {
    turn: AtomicU32,
    renewals: AtomicU32,
}

impl Rotating {
    fn credentials(renewals: u32) -> Credentials {
        Credentials::provider(Self { turn: AtomicU32::new(0), renewals: AtomicU32::new(renewals) })
    }
}

impl TokenProvider for Rotating {
    fn token(&self) -> TokenFuture<'_> {
        let turn = self.turn.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(ApiToken::new(format!("turn-{turn}"))?) })
    }

    fn renew(&self, rejected: &ApiToken) -> bool {
        assert_eq!(format!("{rejected:?}"), "ApiToken([redacted])");
        self.renewals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }
}

/// The tokens that a server sees which always answers with the same status.
async fn tokens_seen(status: &str, renewals: u32) -> Vec<String> {
    let server = ScriptedServer::start(vec![Step::answer(status, &[], "")]).await;
    let client =
        builder(server.base_url()).credentials(Rotating::credentials(renewals)).retry(brief_retries()).build().unwrap();
    client.behaviors().get().await.unwrap_err();
    let token =
        |head: String| head.lines().find_map(|line| line.strip_prefix("authorization: Bearer ").map(str::to_owned));
    server.heads().into_iter().filter_map(token).collect()
}

#[tokio::test]
async fn a_rotating_token_is_asked_for_once_per_attempt() {
    assert_eq!(tokens_seen("500 Oh", 0).await, ["turn-0", "turn-1", "turn-2"]);
}

#[tokio::test]
async fn a_token_that_is_not_accepted_is_renewed_once_per_call_if_there_is_another() {
    assert_eq!(tokens_seen("401 Unauthorized", 0).await, ["turn-0"]);
    assert_eq!(tokens_seen("401 Unauthorized", 9).await, ["turn-0", "turn-1"]);
    assert_eq!(tokens_seen("403 Forbidden", 9).await, ["turn-0"]);
}

#[tokio::test]
async fn many_calls_that_are_refused_the_same_token_renew_it_once() {
    /// A vault that counts how often it is asked for a new token.
    struct Vault {
        newest: std::sync::Mutex<ApiToken>,
        renewed: Arc<AtomicU32>,
    }
    impl TokenProvider for Vault {
        fn token(&self) -> TokenFuture<'_> {
            Box::pin(async { Ok(self.newest.lock().unwrap().clone()) })
        }

        fn renew(&self, rejected: &ApiToken) -> bool {
            let mut newest = self.newest.lock().unwrap();
            if *newest == *rejected {
                *newest = ApiToken::new(TOKEN).unwrap();
                self.renewed.fetch_add(1, Ordering::SeqCst);
            }
            true
        }
    }

    let server = MockServer::start_async().await;
    server.mock(|when, then| {
        when.header("authorization", format!("Bearer {TOKEN}"));
        then.status(200).body(r#"{"success":true,"result":{"behaviors":{}}}"#);
    });
    server.mock(|when, then| {
        when.header("authorization", "Bearer stale-token");
        then.status(403).body(r#"{"success":false,"errors":[{"code":9109}]}"#);
    });
    let renewed = Arc::new(AtomicU32::new(0));
    let newest = std::sync::Mutex::new(ApiToken::new("stale-token").unwrap());
    let credentials = Credentials::provider(Vault { newest, renewed: Arc::clone(&renewed) });
    let client = builder(server.base_url()).credentials(credentials).retry(brief_retries()).build().unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        calls.spawn(client.behaviors().get().into_future());
    }
    assert!(calls.join_all().await.iter().all(Result::is_ok));
    assert_eq!(renewed.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_provider_that_fails_before_a_retry_does_not_hide_the_answer_before_it() {
    struct Once(AtomicU32);
    impl TokenProvider for Once {
        fn token(&self) -> TokenFuture<'_> {
            let first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
            Box::pin(async move { if first { Ok(ApiToken::new(TOKEN)?) } else { Err("the vault is sealed".into()) } })
        }
    }

    let server = ScriptedServer::closing("HTTP/1.1 503 Oh\r\ncontent-length: 0\r\n\r\n").await;
    let credentials = Credentials::provider(Once(AtomicU32::new(0)));
    let client = builder(server.base_url()).credentials(credentials).retry(brief_retries()).build().unwrap();
    let error = client.behaviors().get().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Server, 1));
}

#[tokio::test]
async fn a_provider_that_never_answers_is_a_timeout_before_anything_is_sent() {
    struct Stuck;
    impl TokenProvider for Stuck {
        fn token(&self) -> TokenFuture<'_> {
            Box::pin(std::future::pending())
        }
    }

    let server = ScriptedServer::silent("").await;
    let client = builder(server.base_url()).credentials(Credentials::provider(Stuck)).build().unwrap();
    let error = client.behaviors().get().timeout(Duration::from_millis(20)).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 0));
    assert!(server.arrivals().is_empty());
}

#[tokio::test]
async fn an_account_id_that_is_none_never_reaches_the_wire() {
    let server = MockServer::start_async().await;
    let anything = server.mock(|when, then| {
        when.any_request();
        then.status(200);
    });
    let client = client(server.base_url());
    let inside = |text: &str| format!("{text}{}", &ACCOUNT_ID[text.len()..]);
    for id in [
        "",
        "023e",
        "../../user",
        &inside("../../user"),
        &inside("?"),
        &inside("#"),
        &inside("%2e%2e"),
        &inside("\r\n"),
    ] {
        let error = client.behaviors().get().account_id(id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{id:?}");
        assert_eq!(error.operation(), Some("get_behaviors"));
        assert_eq!((error.attempts(), error.status()), (0, None));
        assert!(builder(server.base_url()).account_id(id).build().is_err(), "{id:?}");
    }
    anything.assert_calls(0);
}

#[tokio::test]
async fn without_an_account_id_nothing_is_sent() {
    let simulator = Simulator::start().await;
    let client = Client::builder()
        .credentials(Credentials::api_token(simulator.api_token()).unwrap())
        .base_url(simulator.base_url())
        .build()
        .unwrap();
    let error = client.behaviors().get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("no account id"), "{error}");
    assert!(simulator.requests().is_empty());
    assert_eq!(client.behaviors().get().account_id(simulator.account_id()).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_call_can_name_another_account_than_the_client() {
    let simulator = Simulator::start().await;
    simulator.set_behaviors_of(ACCOUNT_ID, serde_json::json!({})).unwrap();
    let client = client_of(&simulator);
    assert_eq!(client.behaviors().get().await.unwrap().len(), 3);
    assert!(client.behaviors().get().account_id(ACCOUNT_ID).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_simulator_accepts_the_global_key_as_well() {
    let simulator = Simulator::start().await;
    let (email, key) = simulator.global_key();
    let client = Client::builder()
        .credentials(Credentials::global_key(email, key).unwrap())
        .account_id(simulator.account_id())
        .base_url(simulator.base_url())
        .build()
        .unwrap();
    assert_eq!(client.behaviors().get().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_redirect_is_an_error_and_its_target_gets_nothing() {
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let target = ScriptedServer::closing("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        let location = format!("{}/hunter2?token=hunter2", target.base_url());
        let answer = format!("HTTP/1.1 {status}\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let server = ScriptedServer::closing(answer).await;
        let error = client(server.base_url()).behaviors().get().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
        assert!(
            error.to_string().contains("a redirect to 127.0.0.1") && !error.to_string().contains("hunter2"),
            "{error}"
        );
        assert_eq!(server.heads().len(), 1);
        assert!(target.heads().is_empty());
    }
}

#[tokio::test]
async fn a_redirect_status_without_a_target_describes_what_came() {
    let server = ScriptedServer::closing("HTTP/1.1 304 Not Modified\r\n\r\n").await;
    let error = client(server.base_url()).behaviors().get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
    assert!(error.to_string().contains("an empty body") && !error.to_string().contains("redirect"), "{error}");
}

#[tokio::test]
async fn the_simulator_refuses_what_the_api_refuses_and_in_its_words() {
    let simulator = Simulator::start().await;
    let url = format!("{}/accounts/{}/zt_risk_scoring/behaviors", simulator.base_url(), simulator.account_id());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for (authorization, status, code) in
        [(None, 400, 9106), (Some("Basic x"), 400, 6003), (Some("Bearer x"), 403, 9109)]
    {
        let mut request = http.get(&url);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status);
        assert!(response.headers().contains_key("cf-ray"));
        let envelope: serde_json::Value = response.json().await.unwrap();
        assert_eq!(envelope["errors"][0]["code"], code);
        assert_eq!(envelope["errors"][0].pointer("/error_chain/0/code").is_some(), code == 6003);
        assert_eq!(envelope["success"], false);
    }
}

#[tokio::test]
async fn a_dropped_simulator_answers_no_more() {
    let simulator = Simulator::start().await;
    let client = client_of(&simulator);
    client.behaviors().get().await.unwrap();
    drop(simulator);
    client.behaviors().get().await.unwrap_err();
}

#[tokio::test]
async fn a_server_that_never_answers_is_a_timeout() {
    let server = ScriptedServer::silent("").await;
    let error = client(server.base_url()).behaviors().get().timeout(Duration::from_millis(50)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.attempts(), 1);
    let client = builder(server.base_url()).timeout(Duration::from_millis(50)).build().unwrap();
    assert_eq!(client.behaviors().get().await.unwrap_err().kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn a_body_that_never_ends_is_a_timeout_with_what_was_known_by_then() {
    let server = ScriptedServer::silent("HTTP/1.1 200 OK\r\ncf-ray: abc\r\ncontent-length: 9\r\n\r\n{").await;
    let error = client(server.base_url()).behaviors().get().timeout(Duration::from_millis(50)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.status().unwrap(), 200);
    assert_eq!((error.cf_ray(), error.attempts()), (Some("abc"), 1));
}

#[tokio::test]
async fn no_server_is_a_connection_error_with_its_cause_and_without_the_url() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = client(format!("http://{nobody}")).behaviors().get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    let source = error.source().unwrap().to_string();
    assert!(!source.contains(ACCOUNT_ID), "{source}");
}
