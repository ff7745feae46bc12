//! Lasting overload, simulated in paused time: most of the quota's requests succeed, and the other calls fail at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::deadline::Deadline;
use super::flow_control::FlowControl;
use super::retry_loop::{AttemptDriver, AttemptFailure, AttemptOutcome, CallLimits, CallOutcome, run};
use super::retry_policy::Retryability;
use super::{Quota, RetryConfig};
use crate::{Error, ErrorKind};

/// A server that responds after a time, with a success.
struct Server<'a> {
    flow: &'a FlowControl,
    latency: Duration,
}

impl AttemptDriver for Server<'_> {
    type Ready = ();
    type Response = ();

    async fn prepare(&self, _: Deadline) -> Result<(), AttemptFailure> {
        Ok(())
    }

    async fn send(&self, (): (), _: u32, deadline: Deadline) -> AttemptOutcome<()> {
        if deadline.timeout(sleep(self.latency)).await.is_err() {
            let error = Error::timeout("the first byte of the response", self.latency);
            return AttemptOutcome { result: Err(error), retryability: Retryability::Interrupted, retry_after: None };
        }
        self.flow.response_time.record(self.latency);
        AttemptOutcome { result: Ok(()), retryability: Retryability::Final, retry_after: None }
    }

    async fn try_renew(&self, (): &(), _: Deadline) -> bool {
        false
    }
}

/// The outcome of one call, and when it ended.
struct Outcome {
    call: CallOutcome<()>,
    waited: Duration,
    ended: Duration,
}

/// Calls arrive at three times the rate of the quota for ten minutes.
async fn overload(quota: Quota, timeout: Duration, latency: impl Fn(&mut fastrand::Rng) -> Duration) -> Vec<Outcome> {
    let flow = Arc::new(FlowControl::new(&RetryConfig::default(), Some(quota)).unwrap());
    let pause = quota.window / quota.requests / 3;
    let (start, mut calls, mut random) = (Instant::now(), JoinSet::new(), fastrand::Rng::with_seed(5));
    while start.elapsed() < Duration::from_secs(600) {
        let (flow, latency) = (Arc::clone(&flow), latency(&mut random));
        calls.spawn(async move {
            let began = Instant::now();
            let deadline = Deadline::new(began, timeout);
            let limits = CallLimits { idempotent: true, deadline, timeout, attempt_timeout: None };
            let call = run(&flow, &RetryConfig::default(), limits, &Server { flow: &flow, latency }).await;
            Outcome { call, waited: began.elapsed(), ended: start.elapsed() }
        });
        sleep(pause).await;
    }
    calls.join_all().await
}

fn assert_goodput(quota: Quota, outcomes: &[Outcome]) {
    let per_minute = f64::from(quota.requests) * 60.0 / quota.window.as_secs_f64();
    for minute in 0..10 {
        let succeeded =
            outcomes.iter().filter(|outcome| outcome.call.result.is_ok() && outcome.ended.as_secs() / 60 == minute);
        let goodput = succeeded.count() as f64 / per_minute;
        assert!(goodput >= 0.9, "{goodput} of the quota in minute {minute}: {quota:?}");
    }
    let failed: Vec<_> = outcomes.iter().filter(|outcome| outcome.call.result.is_err()).collect();
    assert!(failed.len() > outcomes.len() / 2);
    for outcome in failed {
        let error = outcome.call.result.as_ref().unwrap_err();
        assert_eq!((outcome.call.sent, outcome.waited), (0, Duration::ZERO), "{error}");
        assert_eq!(error.kind(), ErrorKind::RateLimited, "{error}");
        assert!(error.retry_after().is_some_and(|wait| !wait.is_zero()), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn most_of_the_vendors_quota_succeeds_under_lasting_overload() {
    for latencies in [150..151, 20..900] {
        let latency = |random: &mut fastrand::Rng| Duration::from_millis(random.u64(latencies.clone()));
        let outcomes = overload(Quota::VENDOR, Duration::from_secs(60), latency).await;
        assert_goodput(Quota::VENDOR, &outcomes);
    }
}

#[tokio::test(start_paused = true)]
async fn most_of_a_quota_succeeds_under_lasting_overload_of_brief_calls() {
    let quota = Quota::new(1_200, Duration::from_secs(60)).with_burst(40);
    let outcomes = overload(quota, Duration::from_secs(2), |random| Duration::from_millis(random.u64(100..200))).await;
    assert_goodput(quota, &outcomes);
}
