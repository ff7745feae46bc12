//! Many clones against a server that enforces a quota.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "what panics here is a test that has found something"
)]

use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use zt_risk_scoring::{ErrorKind, Quota};
use zt_risk_scoring_tests::{ScriptedServer, brief_retries, builder};

/// How many requests the server allows before it refuses every one for a second.
const ALLOWED: u32 = 20;
const BLOCK: Duration = Duration::from_secs(1);
/// How long a request that was sent before the refusal was known may be under way.
const UNDER_WAY: Duration = Duration::from_millis(300);

#[derive(Default)]
struct Enforcement {
    allowed: u32,
    blocked_since: Option<Instant>,
    /// How long after the beginning of a block its refusals were given.
    refusals: Vec<Duration>,
}

impl Enforcement {
    fn answer(&mut self) -> HttpMockResponse {
        let now = Instant::now();
        if self.blocked_since.is_some_and(|since| now - since >= BLOCK) {
            *self = Self { refusals: std::mem::take(&mut self.refusals), ..Self::default() };
        }
        if self.blocked_since.is_none() && self.allowed < ALLOWED {
            self.allowed += 1;
            return HttpMockResponse::builder()
                .status(200)
                .body(r#"{"success":true,"result":{"behaviors":{}}}"#)
                .build();
        }
        let since = *self.blocked_since.get_or_insert(now);
        self.refusals.push(now - since);
        HttpMockResponse::builder().status(429).header("retry-after", "1").build()
    }
}

async fn enforcing() -> (MockServer, Arc<Mutex<Enforcement>>) {
    let server = MockServer::start_async().await;
    let enforcement = Arc::<Mutex<Enforcement>>::default();
    let answering = Arc::clone(&enforcement);
    server.mock(|when, then| {
        when.any_request();
        then.respond_with(move |_: &HttpMockRequest| answering.lock().unwrap().answer());
    });
    (server, enforcement)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_clones_send_nothing_into_a_block_and_all_come_to_an_end() {
    let (server, enforcement) = enforcing().await;
    let mut retry = brief_retries();
    retry.max_attempts = 10;
    let client = builder(server.base_url()).retry(retry).timeout(Duration::from_secs(20)).build().unwrap();

    let calls: Vec<_> = (0..50)
        .map(|number| {
            let client = client.clone();
            tokio::spawn(async move {
                // Two calls each, spread out, so that some begin while the gate is closed.
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
    let refusals = &enforcement.lock().unwrap().refusals;
    assert!(!refusals.is_empty());
    let late: Vec<_> = refusals.iter().filter(|after| **after > UNDER_WAY).collect();
    assert!(late.is_empty(), "requests reached the server while the gate was closed: {late:?}");
}

#[tokio::test]
async fn a_call_that_cannot_wait_for_the_gate_fails_at_once_with_the_time_left() {
    let (server, enforcement) = enforcing().await;
    enforcement.lock().unwrap().allowed = ALLOWED;
    let client = builder(server.base_url()).build().unwrap();
    assert_eq!(client.behaviors().get().await.unwrap_err().attempts(), 1);

    let brief = Duration::from_millis(300);
    let error = client.clone().behaviors().get().timeout(brief).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 0));
    assert!(error.retry_after().is_some_and(|wait| wait > brief && wait <= BLOCK), "{error}");
    assert_eq!(enforcement.lock().unwrap().refusals.len(), 1);

    // Whoever has time waits, and gets an answer.
    client.behaviors().get().await.unwrap();
}

#[tokio::test]
async fn a_refusal_counts_from_its_head_on_also_if_its_body_never_comes() {
    let head = "HTTP/1.1 429 Oh\r\nretry-after: 300\r\ncontent-length: 9\r\n\r\n<";
    let server = ScriptedServer::silent(head).await;
    let client = builder(server.base_url()).retry(brief_retries()).build().unwrap();
    let brief = Duration::from_millis(100);
    for _ in 0..3 {
        // The first is dropped while the body is under way; the others are not even sent.
        let _ = tokio::time::timeout(brief, client.behaviors().get().into_future()).await;
    }
    assert_eq!(server.arrivals().len(), 1);
    let error = client.behaviors().get().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 0));
    assert!(error.retry_after() > Some(Duration::from_secs(290)), "{error}");
}

#[tokio::test]
async fn pacing_keeps_a_client_below_the_quota() {
    let (server, enforcement) = enforcing().await;
    let quota = Quota { requests: ALLOWED, window: BLOCK, burst: 10 };
    let client = builder(server.base_url()).quota(quota).build().unwrap();
    let start = Instant::now();
    for _ in 0..15 {
        client.behaviors().get().await.unwrap();
    }
    assert!(start.elapsed() >= Duration::from_millis(450), "{:?}", start.elapsed());
    assert!(enforcement.lock().unwrap().refusals.is_empty());
}
