//! Overload over sockets. The margins are wide, since other programs may delay this one; the exact bounds are asserted in
//! virtual time, in the pipeline's own tests.

#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "a panic fails the test")]

use std::future::IntoFuture;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use zt_risk_scoring::{Error, ErrorKind, Quota, RetryConfig};
use zt_risk_scoring_tests::{LoadServer, Reply, builder};

const SECOND: Duration = Duration::from_secs(1);
const MILLIS: Duration = Duration::from_millis(1);

/// The tests run one after another, since each one measures times.
static ALONE: Mutex<()> = Mutex::const_new(());

/// The outcome of one call.
struct Outcome {
    error: Option<Error>,
    took: Duration,
    ended: Instant,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn most_of_a_quota_succeeds_at_three_times_its_rate() {
    // The vendor's quota and a timeout of a minute, ten times as fast.
    assert_goodput(Quota::new(1_200, 30 * SECOND).with_burst(100), 6 * SECOND).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn most_of_a_quota_without_bursts_succeeds_at_three_times_its_rate() {
    assert_goodput(Quota::new(400, 10 * SECOND), 2 * SECOND).await;
}

/// Calls at three times the rate of a quota, for one window.
async fn assert_goodput(quota: Quota, timeout: Duration) {
    let _alone = ALONE.lock().await;
    let server = LoadServer::start(|number| Reply::success(MILLIS * u32::try_from(10 + number % 30).unwrap())).await;
    let client =
        builder(server.base_url()).retry(RetryConfig::default()).timeout(timeout).quota(quota).build().unwrap();

    let (start, mut calls) = (Instant::now(), JoinSet::new());
    let mut arrivals = interval(quota.window / quota.requests / 3);
    // On a busy machine, the calls that are late begin at once.
    arrivals.set_missed_tick_behavior(MissedTickBehavior::Burst);
    while start.elapsed() < quota.window {
        arrivals.tick().await;
        let client = client.clone();
        calls.spawn(async move {
            let began = Instant::now();
            let error = client.behaviors().get().await.err();
            Outcome { error, took: began.elapsed(), ended: Instant::now() }
        });
    }
    let outcomes = calls.join_all().await;

    let requests = f64::from(quota.requests);
    let count =
        |condition: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| condition(outcome)).count() as f64;
    let succeeded = count(&|outcome| outcome.error.is_none() && outcome.ended - start < quota.window);
    let timed_out = count(&|outcome| outcome.error.as_ref().is_some_and(Error::is_timeout));
    let most = server.most_within(quota.window) as f64;
    println!("{} calls, {succeeded} succeeded, {timed_out} timed out, most requests {most}", outcomes.len());
    assert!(outcomes.len() as f64 > 2.9 * requests);
    assert!(succeeded >= 0.9 * requests, "{succeeded}");
    // Requests may arrive closer together than they are sent.
    assert!(most <= 1.01 * requests, "{most}");
    // Nothing is sent that cannot finish. A call under overload is sent when little time is left, so a pause of the machine of
    // 100 ms fails some.
    assert!(timed_out <= 0.05 * requests, "{timed_out}");
    for Outcome { error, took, .. } in &outcomes {
        let Some(error) = error.as_ref().filter(|error| !error.is_timeout()) else { continue };
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 0), "{error}");
        assert!(error.retry_after().is_some_and(|wait| !wait.is_zero()), "{error}");
        // It fails in the first step that the executor makes.
        assert!(*took < SECOND / 2, "{took:?}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiters_are_spread_when_the_gate_opens() {
    const WAITERS: usize = 500;
    let _alone = ALONE.lock().await;
    let server =
        LoadServer::start(|number| if number == 0 { Reply::rejection() } else { Reply::success(10 * MILLIS) }).await;
    let client = builder(server.base_url()).build().unwrap();
    client.behaviors().get().await.unwrap_err();
    let mut calls = JoinSet::new();
    for _ in 0..WAITERS {
        calls.spawn(client.behaviors().get().into_future());
    }
    for result in calls.join_all().await {
        result.unwrap();
    }
    let arrivals = server.arrivals();
    assert_eq!(arrivals.len(), 1 + WAITERS);
    assert!(arrivals[1] - arrivals[0] >= SECOND, "{:?}", arrivals[1] - arrivals[0]);
    let most = server.most_within(50 * MILLIS);
    println!("most requests within 50 ms: {most}");
    assert!(most <= WAITERS / 10, "{most}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_in_flight_that_are_all_rejected_succeed_after_the_wait() {
    const CALLS: usize = 300;
    let _alone = ALONE.lock().await;
    let reject = |number| Reply {
        after_requests: CALLS,
        ..if number < CALLS { Reply::rejection() } else { Reply::success(MILLIS) }
    };
    let server = LoadServer::start(reject).await;
    let client = builder(server.base_url()).retry(RetryConfig::default()).timeout(60 * SECOND).build().unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..CALLS {
        calls.spawn(client.behaviors().get().into_future());
    }
    for result in calls.join_all().await {
        result.unwrap();
    }
    let arrivals = server.arrivals();
    assert_eq!(arrivals.len(), 2 * CALLS);
    assert!(arrivals[CALLS] - arrivals[CALLS - 1] >= SECOND, "{:?}", arrivals[CALLS] - arrivals[CALLS - 1]);
}
