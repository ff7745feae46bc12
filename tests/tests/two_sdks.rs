//! Two SDKs over one connection: what they share.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic fails the test"
)]

#[path = "../examples/two_sdks.rs"]
mod example;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use zt_risk_scoring::{Connection, ErrorKind, Quota, RetryBudget};
use zt_risk_scoring_tests::{ScriptedServer, Step, brief_retries, builder};

/// The clients of both SDKs over one connection.
fn clients(connection: Connection) -> (api_tokens::Client, zt_risk_scoring::Client) {
    (api_tokens::Client::from(connection.clone()), zt_risk_scoring::Client::from(connection))
}

const TOKEN_STATUS: &str = r#"{"success":true,"result":{"id":"1","status":"active"}}"#;
const BEHAVIORS: &str = r#"{"success":true,"result":{"behaviors":{}}}"#;

fn success(body: &str) -> Step {
    Step::respond("200 OK", &[("content-type", "application/json")], body)
}

#[test]
fn example_of_two_sdks_runs() {
    example::main().unwrap();
}

#[tokio::test]
async fn a_429_to_one_sdk_closes_the_gate_for_both() {
    let server = ScriptedServer::start(vec![Step::respond("429 Oh", &[("retry-after", "300")], "")]).await;
    let connection = builder(server.base_url()).build().unwrap().connection().clone();
    let (tokens, risk_scoring) = clients(connection);
    let error = tokens.operations().verify_user_token().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 1));

    let error = risk_scoring.behaviors().get().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 0));
    assert!(error.retry_after() > Some(Duration::from_secs(290)), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn both_sdks_take_slots_of_one_rate_limiter() {
    let server = ScriptedServer::start(vec![success(TOKEN_STATUS), success(BEHAVIORS)]).await;
    let quota = Quota::new(3, Duration::from_secs(1));
    let connection = builder(server.base_url()).quota(quota).build().unwrap().connection().clone();
    let (tokens, risk_scoring) = clients(connection);
    let start = Instant::now();
    tokens.operations().verify_user_token().await.unwrap();
    risk_scoring.behaviors().get().await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(450), "{:?}", start.elapsed());
}

#[tokio::test]
async fn both_sdks_charge_one_retry_budget() {
    let server = ScriptedServer::start(vec![Step::respond("503 Oh", &[], "")]).await;
    let mut retry = brief_retries();
    retry.budget = RetryBudget::new(10, 5);
    let connection = builder(server.base_url()).retry(retry).build().unwrap().connection().clone();
    let (tokens, risk_scoring) = clients(connection);
    assert_eq!(tokens.operations().verify_user_token().await.unwrap_err().attempts(), 3);
    assert_eq!(risk_scoring.behaviors().get().await.unwrap_err().attempts(), 1);
}

#[tokio::test]
async fn both_sdks_send_over_one_http_connection_with_their_own_user_agents() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let accepted = Arc::new(AtomicU32::new(0));
    let server = tokio::spawn(keep_alive(listener, Arc::clone(&accepted)));
    let connection = builder(base_url).build().unwrap().connection().clone();
    let (tokens, risk_scoring) = clients(connection);
    for _ in 0..2 {
        let status = tokens.operations().verify_user_token().await.unwrap();
        assert!(status.id.starts_with("api-tokens/"), "{}", status.id);
        assert!(risk_scoring.behaviors().get().await.unwrap().is_empty());
    }
    assert_eq!(accepted.load(Ordering::SeqCst), 1);
    server.abort();
}

/// Responds to every request on every connection with a result that fits both SDKs, whose id is the request's
/// `User-Agent`.
async fn keep_alive(listener: TcpListener, accepted: Arc<AtomicU32>) {
    while let Ok((connection, _)) = listener.accept().await {
        accepted.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(async move {
            let mut connection = BufReader::new(connection);
            let (mut line, mut user_agent) = (String::new(), String::new());
            while connection.read_line(&mut line).await.is_ok_and(|length| length > 0) {
                if let Some(value) = line.strip_prefix("user-agent: ") {
                    user_agent = value.trim().to_owned();
                }
                if line == "\r\n" {
                    let body = format!(
                        r#"{{"success":true,"result":{{"id":"{user_agent}","status":"active","behaviors":{{}}}}}}"#
                    );
                    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
                    connection.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
                }
                line.clear();
            }
        });
    }
}
