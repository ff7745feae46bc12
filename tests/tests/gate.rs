//! The rate-limit gate and the rate limiter, against a server that enforces a quota.

#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "a panic fails the test")]

use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use zt_risk_scoring::{ErrorKind, Quota};
use zt_risk_scoring_tests::{ScriptedServer, Step, brief_retries, builder};

/// How many requests the server accepts before it rejects every request for the time of a [`BLOCK`].
const ALLOWED: u32 = 20;
const BLOCK: Duration = Duration::from_secs(1);
/// How late in a block the server may receive a request that the client sent before it knew of the block.
const MAX_IN_FLIGHT: Duration = Duration::from_millis(300);

/// What the server knows of the requests so far.
#[derive(Default)]
struct QuotaState {
    accepted: u32,
    blocked_since: Option<Instant>,
    /// How long after the beginning of its block each request was rejected.
    rejections: Vec<Duration>,
}

impl QuotaState {
    fn respond(&mut self) -> HttpMockResponse {
        let now = Instant::now();
        if self.blocked_since.is_some_and(|since| now - since >= BLOCK) {
            *self = Self { rejections: std::mem::take(&mut self.rejections), ..Self::default() };
        }
        if self.blocked_since.is_none() && self.accepted < ALLOWED {
            self.accepted += 1;
            return HttpMockResponse::builder()
                .status(200)
                .body(r#"{"success":true,"result":{"behaviors":{}}}"#)
                .build();
        }
        let since = *self.blocked_since.get_or_insert(now);
        self.rejections.push(now - since);
        HttpMockResponse::builder().status(429).header("retry-after", "1").build()
    }
}

/// Starts a server that accepts [`ALLOWED`] requests, then rejects all of them for the time of a [`BLOCK`].
async fn quota_server() -> (MockServer, Arc<Mutex<QuotaState>>) {
    let server = MockServer::start_async().await;
    let state = Arc::<Mutex<QuotaState>>::default();
    let shared = Arc::clone(&state);
    server.mock(|when, then| {
        when.any_request();
        then.respond_with(move |_: &HttpMockRequest| shared.lock().unwrap().respond());
    });
    (server, state)
}

#[tokio::test]
async fn longer_of_a_quota_and_a_403_that_names_the_rate_limit_closes_the_gate() {
    let headers = [("retry-after", "600"), ("ratelimit", "\"default\";r=0;t=30")];
    let body = r#"{"success":false,"errors":[{"code":971,"message":"Please wait"}]}"#;
    let server = ScriptedServer::start(vec![Step::respond("403 Oh", &headers, body)]).await;
    let client = builder(server.base_url()).timeout(Duration::from_secs(60)).build().unwrap();
    for requests in [1, 0] {
        let error = client.behaviors().get().await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, requests));
        assert!(error.retry_after().unwrap() > Duration::from_secs(590), "{error}");
    }
    assert_eq!(server.heads().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_clones_send_nothing_during_a_block_and_all_calls_succeed() {
    let (server, state) = quota_server().await;
    let mut retry = brief_retries();
    retry.max_attempts = 10;
    let client = builder(server.base_url()).retry(retry).timeout(Duration::from_secs(20)).build().unwrap();

    let calls: Vec<_> = (0..50)
        .map(|number| {
            let client = client.clone();
            tokio::spawn(async move {
                // Each clone makes two calls. They are spread out, so that some begin while the gate is closed.
                let mut succeeded = 0;
                for turn in 0..2 {
                    tokio::time::sleep(Duration::from_millis(number * 7 + turn * 400)).await;
                    succeeded += u32::from(client.behaviors().get().await.is_ok());
                }
                succeeded
            })
        })
        .collect();
    let mut succeeded = 0;
    for call in calls {
        succeeded += call.await.unwrap();
    }

    assert_eq!(succeeded, 100);
    let rejections = &state.lock().unwrap().rejections;
    assert!(!rejections.is_empty());
    let late: Vec<_> = rejections.iter().filter(|after| **after > MAX_IN_FLIGHT).collect();
    assert!(late.is_empty(), "requests reached the server while the gate was closed: {late:?}");
}

#[tokio::test]
async fn call_without_time_for_the_gate_fails_at_once_with_the_wait() {
    let (server, state) = quota_server().await;
    state.lock().unwrap().accepted = ALLOWED;
    let client = builder(server.base_url()).build().unwrap();
    assert_eq!(client.behaviors().get().await.unwrap_err().attempts(), 1);

    let brief = Duration::from_millis(300);
    let error = client.clone().behaviors().get().timeout(brief).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 0));
    assert!(
        error.retry_after().is_some_and(|wait| wait > brief && wait <= BLOCK + Duration::from_millis(10)),
        "{error}"
    );
    assert_eq!(state.lock().unwrap().rejections.len(), 1);

    // A call with enough time waits for the gate, and succeeds.
    client.behaviors().get().await.unwrap();
}

#[tokio::test]
async fn rejection_closes_the_gate_before_its_body_is_read() {
    let head = "HTTP/1.1 429 Oh\r\nretry-after: 300\r\ncontent-length: 9\r\n\r\n<";
    let server = ScriptedServer::stalling(head).await;
    let client = builder(server.base_url()).retry(brief_retries()).build().unwrap();
    let brief = Duration::from_millis(100);
    for _ in 0..3 {
        // The first call is dropped while it waits for the body. The others are not sent.
        let _ = tokio::time::timeout(brief, client.behaviors().get().into_future()).await;
    }
    assert_eq!(server.requests().len(), 1);
    let error = client.behaviors().get().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 0));
    assert!(error.retry_after() > Some(Duration::from_secs(290)), "{error}");
}

#[tokio::test]
async fn rate_limiter_keeps_a_client_below_the_quota() {
    let (server, state) = quota_server().await;
    let quota = Quota::new(ALLOWED, BLOCK).with_burst(10);
    let client = builder(server.base_url()).quota(quota).build().unwrap();
    let start = Instant::now();
    for _ in 0..15 {
        client.behaviors().get().await.unwrap();
    }
    assert!(start.elapsed() >= Duration::from_millis(450), "{:?}", start.elapsed());
    assert!(state.lock().unwrap().rejections.is_empty());
}
