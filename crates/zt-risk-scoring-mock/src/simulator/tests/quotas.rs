//! The quota blocks every request of a token, in paused time.

use std::time::Duration;

use tokio::time::Instant;

use super::Caller;
use crate::simulator::*;

#[tokio::test(start_paused = true)]
async fn token_over_its_quota_is_blocked_and_served_after_the_block() {
    let simulator = Simulator::start().await;
    simulator.set_quota(Some(Quota::new(3, Duration::from_secs(60)).with_block(Duration::from_secs(300))));
    simulator.add_token(Token::new("cfut_other"));
    let caller = Caller::of(&simulator);
    for left in [2, 1, 0] {
        let reply = caller.get("/behaviors").await;
        reply.result();
        assert!(reply.header("ratelimit").starts_with(&format!("\"default\";r={left};t=")), "{:?}", reply.headers);
        assert_eq!(reply.header("ratelimit-policy"), "\"default\";q=3;w=60");
    }
    let blocked_at = Instant::now();
    let blocked = caller.get("/behaviors").await;
    assert_eq!((blocked.status, blocked.code(), blocked.header("retry-after")), (429, 971, "300"));
    assert_eq!(blocked.header("ratelimit"), "\"default\";r=0;t=300");

    tokio::time::sleep(Duration::from_secs(200)).await;
    // The window is over, and the block is not. A rejected request does not prolong it.
    let blocked = caller.get("/summary").await;
    let retry_after: u64 = blocked.header("retry-after").parse().unwrap();
    assert!(blocked.status == 429 && (90..=100).contains(&retry_after), "{retry_after}");
    caller.with_token("cfut_other").get("/behaviors").await.result();

    tokio::time::sleep_until(blocked_at + Duration::from_secs(301)).await;
    caller.get("/behaviors").await.result();
}

#[tokio::test(start_paused = true)]
async fn longest_block_does_not_end() {
    let simulator = Simulator::start().await;
    simulator.set_quota(Some(Quota::new(1, Duration::from_secs(60)).with_block(Duration::MAX)));
    let caller = Caller::of(&simulator);
    caller.get("/behaviors").await.result();
    for _ in 0..3 {
        assert_eq!(caller.get("/behaviors").await.status, 429);
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn requests_count_for_the_length_of_the_window() {
    let simulator = Simulator::start().await;
    simulator.set_quota(Some(Quota::new(2, Duration::from_secs(60))));
    let caller = Caller::of(&simulator);
    for _ in 0..6 {
        caller.get("/behaviors").await.result();
        tokio::time::sleep(Duration::from_secs(30)).await;
    }
    caller.get("/behaviors").await.result();
    assert_eq!(caller.get("/behaviors").await.status, 429);
    simulator.set_quota(None);
    let reply = caller.get("/behaviors").await;
    reply.result();
    assert!(!reply.headers.contains_key("ratelimit"));
}

#[tokio::test(start_paused = true)]
async fn failures_count_towards_the_quota_and_have_its_headers() {
    let simulator = Simulator::start().await;
    simulator.set_quota(Some(Quota::new(1, Duration::from_secs(60))));
    let caller = Caller::of(&simulator);
    let reply = caller.get("/elsewhere").await;
    assert_eq!((reply.status, reply.headers.contains_key("ratelimit")), (404, true));
    assert_eq!(caller.get("/behaviors").await.status, 429);
    // A request that is not authenticated has no token to count it by.
    assert_eq!(caller.with_token("cfut_unknown").get("/behaviors").await.status, 403);
}

#[tokio::test(start_paused = true)]
async fn address_over_its_quota_is_blocked_with_every_token() {
    let simulator = Simulator::start().await;
    simulator.set_address_quota(Some(Quota::new(2, Duration::from_secs(60)).with_block(Duration::from_secs(300))));
    simulator.add_token(Token::new("cfut_other"));
    let caller = Caller::of(&simulator);
    caller.get("/behaviors").await.result();
    caller.with_token("cfut_other").get("/behaviors").await.result();
    assert_eq!(caller.get("/behaviors").await.status, 429);
    assert_eq!(caller.with_token("cfut_other").get("/behaviors").await.header("retry-after"), "300");
}

/// Requests take no paused time, so the shortest timeout suffices. tokio before 1.53.3 let the clock jump although a socket
/// had just woken a task.
#[tokio::test(start_paused = true)]
async fn request_takes_no_paused_time() {
    let simulator = Simulator::start().await;
    let started = Instant::now();
    for _ in 0..10 {
        let send = |caller: Caller| async move {
            tokio::time::timeout(Duration::from_millis(1), caller.get("/behaviors")).await.unwrap().result();
        };
        let tasks: Vec<_> = (0..5).map(|_| tokio::spawn(send(Caller::of(&simulator)))).collect();
        for task in tasks {
            task.await.unwrap();
        }
    }
    assert_eq!(started.elapsed(), Duration::ZERO);
}
