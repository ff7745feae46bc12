//! What a call sends, what the client rejects before sending, and how calls end without a response.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic fails the test")]

use std::error::Error as _;
use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http::header::HeaderMap;
use httpmock::MockServer;
use zt_risk_scoring::{
    ApiToken, Client, Credentials, Environment, Error, ErrorKind, REVISION, RenewFuture, RetryConfig, TokenFuture,
    TokenProvider,
};
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_tests::{ACCOUNT_ID, ScriptedServer, Step, TOKEN, brief_retries, builder, client, client_of};

/// The headers of a request that a client with these credentials and this environment sends.
async fn sent_headers(credentials: Option<Credentials>, environment: Environment) -> HeaderMap {
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
async fn debug_of_a_request_has_its_operation_and_options_without_secrets() {
    let client = client("http://127.0.0.1:1");
    let text = format!("{:?}", client.behaviors().get().timeout(Duration::from_secs(7)));
    assert!(
        text.starts_with(r#"Request { operation: "get_behaviors", options: "#) && text.contains("timeout: Some(7s)"),
        "{text}"
    );
    assert!(!text.contains(TOKEN), "{text}");
}

#[tokio::test]
async fn request_headers_have_revision_user_agent_and_accept() {
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
async fn explicit_token_overrides_all_credentials_of_the_environment() {
    let environment = Environment::from_vars([
        ("CLOUDFLARE_EMAIL", "a@example.com"),
        ("CLOUDFLARE_API_KEY", "cfk_other"),
        ("CLOUDFLARE_API_TOKEN", "cfut_other"),
    ]);
    let headers = sent_headers(Some(Credentials::api_token(TOKEN).unwrap()), environment).await;
    assert_eq!(headers["authorization"], format!("Bearer {TOKEN}"));
    assert!(!headers.contains_key("x-auth-email") && !headers.contains_key("x-auth-key"));
}

#[tokio::test]
async fn explicit_key_overrides_all_credentials_of_the_environment() {
    let environment = Environment::from_vars([("CLOUDFLARE_API_TOKEN", "cfut_other")]);
    let headers = sent_headers(Some(Credentials::global_key("a@example.com", "cfk_key").unwrap()), environment).await;
    assert_eq!(headers["x-auth-email"], "a@example.com");
    assert_eq!(headers["x-auth-key"], "cfk_key");
    assert!(!headers.contains_key("authorization"));
}

#[tokio::test]
async fn token_of_the_environment_is_sent() {
    let headers = sent_headers(None, Environment::from_vars([("CLOUDFLARE_API_TOKEN", TOKEN)])).await;
    assert_eq!(headers["authorization"], format!("Bearer {TOKEN}"));
}

/// A provider that numbers its tokens. It can renew a rejected one as often as `renewals` says.
struct NumberedTokens {
    next: AtomicU32,
    renewals: AtomicU32,
}

impl NumberedTokens {
    fn credentials(renewals: u32) -> Credentials {
        Credentials::provider(Self { next: AtomicU32::new(0), renewals: AtomicU32::new(renewals) })
    }
}

impl TokenProvider for NumberedTokens {
    fn token(&self) -> TokenFuture<'_> {
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(ApiToken::new(format!("token-{number}"))?) })
    }

    fn renew<'a>(&'a self, rejected: &'a ApiToken) -> RenewFuture<'a> {
        assert_eq!(format!("{rejected:?}"), "ApiToken([redacted])");
        let renewal = self.renewals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        Box::pin(async move { Ok(renewal.is_ok()) })
    }
}

/// The tokens of the requests that a call sends to a server that always responds with the same status.
async fn sent_tokens(status: &str, renewals: u32) -> Vec<String> {
    sent_tokens_and_error(vec![Step::respond(status, &[], "")], renewals).await.0
}

/// The tokens of the requests that a failing call sends, and its error.
async fn sent_tokens_and_error(steps: Vec<Step>, renewals: u32) -> (Vec<String>, Error) {
    let server = ScriptedServer::start(steps).await;
    let client = builder(server.base_url())
        .credentials(NumberedTokens::credentials(renewals))
        .retry(brief_retries())
        .build()
        .unwrap();
    let error = client.behaviors().get().attempt_timeout(Duration::from_millis(500)).await.unwrap_err();
    let token =
        |head: String| head.lines().find_map(|line| line.strip_prefix("authorization: Bearer ").map(str::to_owned));
    (server.heads().into_iter().filter_map(token).collect(), error)
}

#[tokio::test]
async fn provider_is_asked_for_a_token_once_per_attempt() {
    assert_eq!(sent_tokens("500 Oh", 0).await, ["token-0", "token-1", "token-2"]);
}

#[tokio::test]
async fn rejected_token_is_renewed_at_most_once_per_call() {
    assert_eq!(sent_tokens("401 Unauthorized", 0).await, ["token-0"]);
    assert_eq!(sent_tokens("401 Unauthorized", 9).await, ["token-0", "token-1"]);
    assert_eq!(sent_tokens("403 Forbidden", 9).await, ["token-0"]);
}

#[tokio::test]
async fn rejected_token_is_renewed_also_if_the_body_of_the_response_cannot_be_read() {
    let head = |headers| format!("HTTP/1.1 401 Unauthorized\r\n{headers}\r\n\r\nerror").into_bytes();
    for (step, problem) in [
        (Step::Close(head("content-length: 1000")), "the connection broke before the end of the body"),
        (Step::Close(head("content-encoding: gzip\r\ncontent-length: 5")), "the body is labelled gzip and is not"),
        (Step::Stall(head("content-length: 1000")), "of waiting for the rest of the body"),
    ] {
        for (renewals, tokens) in [(9, &["token-0", "token-1"][..]), (0, &["token-0"])] {
            let (sent, error) = sent_tokens_and_error(vec![step.clone()], renewals).await;
            assert_eq!(sent, tokens, "{problem}");
            assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Authentication, 401));
            assert!(error.source().unwrap().to_string().contains(problem), "{error:?}");
            assert!(!error.is_retryable(), "{error:?}");
        }
    }
}

#[tokio::test]
async fn concurrent_calls_with_the_same_rejected_token_renew_it_once() {
    /// A vault that counts how often it makes a new token.
    struct Vault {
        newest: std::sync::Mutex<ApiToken>,
        renewed: Arc<AtomicU32>,
    }
    impl TokenProvider for Vault {
        fn token(&self) -> TokenFuture<'_> {
            Box::pin(async { Ok(self.newest.lock().unwrap().clone()) })
        }

        fn renew<'a>(&'a self, rejected: &'a ApiToken) -> RenewFuture<'a> {
            Box::pin(async {
                let mut newest = self.newest.lock().unwrap();
                if *newest == *rejected {
                    *newest = ApiToken::new(TOKEN).unwrap();
                    self.renewed.fetch_add(1, Ordering::SeqCst);
                }
                Ok(true)
            })
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
async fn provider_failure_before_a_retry_does_not_hide_the_last_response() {
    /// A provider that fails after its first token.
    struct OneToken(AtomicU32);
    impl TokenProvider for OneToken {
        fn token(&self) -> TokenFuture<'_> {
            let first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
            Box::pin(async move { if first { Ok(ApiToken::new(TOKEN)?) } else { Err("the vault is sealed".into()) } })
        }
    }

    let server = ScriptedServer::closing("HTTP/1.1 503 Oh\r\ncontent-length: 0\r\n\r\n").await;
    let credentials = Credentials::provider(OneToken(AtomicU32::new(0)));
    let client = builder(server.base_url()).credentials(credentials).retry(brief_retries()).build().unwrap();
    let error = client.behaviors().get().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Server, 1));
}

#[tokio::test]
async fn stuck_provider_is_a_timeout_before_sending() {
    struct Stuck;
    impl TokenProvider for Stuck {
        fn token(&self) -> TokenFuture<'_> {
            Box::pin(std::future::pending())
        }
    }

    let server = ScriptedServer::stalling("").await;
    let client = builder(server.base_url()).credentials(Credentials::provider(Stuck)).build().unwrap();
    let error = client.behaviors().get().timeout(Duration::from_millis(20)).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 0));
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn malformed_account_id_is_rejected_before_sending() {
    let server = MockServer::start_async().await;
    let any_request = server.mock(|when, then| {
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
    any_request.assert_calls(0);
}

#[tokio::test]
async fn missing_account_id_is_rejected_before_sending() {
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
async fn account_of_a_call_overrides_the_account_of_the_client() {
    let simulator = Simulator::start().await;
    simulator.set_behaviors_of(ACCOUNT_ID, serde_json::json!({})).unwrap();
    let client = client_of(&simulator);
    assert_eq!(client.behaviors().get().await.unwrap().len(), 3);
    assert!(client.behaviors().get().account_id(ACCOUNT_ID).await.unwrap().is_empty());
}

#[tokio::test]
async fn simulator_accepts_the_global_key() {
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
async fn redirect_is_an_error_and_is_not_followed() {
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let target = ScriptedServer::closing("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        let location = format!("{}/hunter2?token=hunter2", target.base_url());
        let response = format!("HTTP/1.1 {status}\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let server = ScriptedServer::closing(response).await;
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
async fn redirect_status_without_a_target_is_an_error_that_describes_the_body() {
    let server = ScriptedServer::closing("HTTP/1.1 304 Not Modified\r\n\r\n").await;
    let error = client(server.base_url()).behaviors().get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedStatus);
    assert!(error.to_string().contains("an empty body") && !error.to_string().contains("redirect"), "{error}");
}

#[tokio::test]
async fn simulator_rejects_credentials_with_the_errors_of_the_api() {
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
async fn dropped_simulator_no_longer_responds() {
    let simulator = Simulator::start().await;
    let client = client_of(&simulator);
    client.behaviors().get().await.unwrap();
    drop(simulator);
    client.behaviors().get().await.unwrap_err();
}

#[tokio::test]
async fn missing_response_is_a_timeout() {
    let server = ScriptedServer::stalling("").await;
    let error = client(server.base_url()).behaviors().get().timeout(Duration::from_millis(50)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.attempts(), 1);
    let client = builder(server.base_url()).timeout(Duration::from_millis(50)).build().unwrap();
    assert_eq!(client.behaviors().get().await.unwrap_err().kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn stalled_body_is_a_timeout_with_status_and_ray() {
    let server = ScriptedServer::stalling("HTTP/1.1 200 OK\r\ncf-ray: abc\r\ncontent-length: 9\r\n\r\n{").await;
    let error = client(server.base_url()).behaviors().get().timeout(Duration::from_millis(500)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.status().unwrap(), 200);
    assert_eq!((error.cf_ray(), error.attempts()), (Some("abc"), 1));
}

#[tokio::test]
async fn unreachable_server_is_a_connection_error_with_its_cause_and_without_the_url() {
    let unused_address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = client(format!("http://{unused_address}")).behaviors().get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    let source = error.source().unwrap().to_string();
    assert!(!source.contains(ACCOUNT_ID), "{source}");
}
