//! Lasting overload, simulated in paused time: most of the quota's requests succeed, and the other calls fail at once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::deadline::Deadline;
use super::flow_control::{Cooldown, FlowControl};
use super::retry::{AttemptDriver, AttemptFailure, AttemptOutcome, CallLimits, CallOutcome, Retryability, run};
use super::{Quota, RetryConfig};
use crate::{Error, ErrorKind};

const SECOND: Duration = Duration::from_secs(1);
const MILLIS: Duration = Duration::from_millis(1);
const MINUTES: u64 = 10;

/// Many calls of brief work: 20 requests per second.
const BRIEF: Quota = Quota::new(1_200, Duration::from_secs(60)).with_burst(40);

/// A server that responds after a time.
struct Server {
    start: Instant,
    latency: Box<Latency>,
    /// How long the token provider takes.
    credentials: Duration,
    /// What the server accepts from all clients, if it counts.
    quota: Option<Quota>,
    state: Mutex<ServerState>,
}

/// The latency by the time since the start.
type Latency = dyn Fn(Duration, &mut fastrand::Rng) -> Duration + Send + Sync;

struct ServerState {
    random: fastrand::Rng,
    /// When the requests within the window of the quota arrived.
    accepted: VecDeque<Instant>,
    rejected: usize,
    /// While it rejects every request, as during the vendor's block.
    blocked_until: Option<Instant>,
    oldest_credentials: Duration,
}

impl Server {
    fn new(latency: impl Fn(Duration, &mut fastrand::Rng) -> Duration + Send + Sync + 'static) -> Self {
        let state = ServerState {
            random: fastrand::Rng::with_seed(5),
            accepted: VecDeque::new(),
            rejected: 0,
            blocked_until: None,
            oldest_credentials: Duration::ZERO,
        };
        let (start, credentials, quota) = (Instant::now(), Duration::ZERO, None);
        Self { start, latency: Box::new(latency), credentials, quota, state: Mutex::new(state) }
    }

    /// Accepts a request, or returns how long the client has to wait.
    fn accept(&self, state: &mut ServerState, now: Instant) -> Result<(), Duration> {
        let wait = |until: Instant| Duration::from_secs((until - now).as_secs() + 1);
        if let Some(until) = state.blocked_until.filter(|until| *until > now) {
            return Err(wait(until));
        }
        let Some(quota) = self.quota else { return Ok(()) };
        while state.accepted.front().is_some_and(|first| now - *first >= quota.window) {
            state.accepted.pop_front();
        }
        if state.accepted.len() >= quota.requests as usize {
            return Err(wait(state.accepted[0] + quota.window));
        }
        state.accepted.push_back(now);
        Ok(())
    }
}

/// A call's requests to the server.
struct Requests<'a> {
    server: &'a Server,
    flow: &'a FlowControl,
}

impl AttemptDriver for Requests<'_> {
    /// When the credentials were fetched.
    type Ready = Instant;
    /// Whether the server accepted the request.
    type Response = bool;

    async fn prepare(&self, _: Deadline) -> Result<Instant, AttemptFailure> {
        sleep(self.server.credentials).await;
        Ok(Instant::now())
    }

    async fn send(&self, fetched: Instant, _: u32, deadline: Deadline) -> AttemptOutcome<bool> {
        let now = Instant::now();
        let (latency, accepted) = {
            let mut state = self.server.state.lock().unwrap();
            state.oldest_credentials = state.oldest_credentials.max(now - fetched);
            let latency = (self.server.latency)(now - self.server.start, &mut state.random);
            let accepted = self.server.accept(&mut state, now);
            state.rejected += usize::from(accepted.is_err());
            (latency, accepted)
        };
        if deadline.timeout(sleep(latency)).await.is_err() {
            let error = Error::timeout("the first byte of the response", latency);
            return AttemptOutcome { result: Err(error), retryability: Retryability::Interrupted, retry_after: None };
        }
        let retry_after = accepted.err();
        if let Some(time) = retry_after {
            self.flow.close_gate(Cooldown { time, is_guess: false });
        }
        let retryability = if retry_after.is_none() { Retryability::Final } else { Retryability::RateLimited };
        AttemptOutcome { result: Ok(retry_after.is_none()), retryability, retry_after }
    }

    async fn try_renew(&self, _: &bool, _: Deadline) -> bool {
        false
    }
}

/// The outcome of one call, and when it ended.
struct Outcome {
    call: CallOutcome<bool>,
    timeout: Duration,
    took: Duration,
    ended: Duration,
}

impl Outcome {
    fn is_success(&self) -> bool {
        matches!(self.call.result, Ok(true))
    }
}

fn flow_control(quota: Quota) -> Arc<FlowControl> {
    Arc::new(FlowControl::new(&RetryConfig::default(), Some(quota)).unwrap())
}

/// Calls arrive at three times the rate of the quota for ten minutes, at each of the processes in turn.
async fn overload(
    server: Server,
    quota: Quota,
    processes: &[Arc<FlowControl>],
    timeout: impl Fn(&mut fastrand::Rng) -> Duration,
) -> (Vec<Outcome>, Arc<Server>) {
    let server = Arc::new(server);
    let pause = quota.window / quota.requests / 3;
    let (start, mut calls, mut random) = (Instant::now(), JoinSet::new(), fastrand::Rng::with_seed(7));
    for flow in processes.iter().cycle() {
        if start.elapsed() >= Duration::from_secs(60 * MINUTES) {
            break;
        }
        let (server, flow, timeout) = (Arc::clone(&server), Arc::clone(flow), timeout(&mut random));
        calls.spawn(async move {
            let began = Instant::now();
            let limits = CallLimits {
                operation: "get",
                idempotent: true,
                deadline: Deadline::new(began, timeout),
                timeout,
                attempt_timeout: None,
            };
            let call = run(&flow, &RetryConfig::default(), limits, &Requests { server: &server, flow: &flow }).await;
            Outcome { call, timeout, took: began.elapsed(), ended: start.elapsed() }
        });
        sleep(pause).await;
    }
    (calls.join_all().await, server)
}

/// Which part of the quota's requests succeeded in each minute.
fn goodput(quota: Quota, outcomes: &[Outcome]) -> Vec<f64> {
    let per_minute = f64::from(quota.requests) * 60.0 / quota.window.as_secs_f64();
    let succeeded =
        |minute| outcomes.iter().filter(move |call| call.is_success() && call.ended.as_secs() / 60 == minute);
    (0..MINUTES).map(|minute| succeeded(minute).count() as f64 / per_minute).collect()
}

/// Checks that in each minute most of the quota's requests succeed.
fn assert_goodput(quota: Quota, outcomes: &[Outcome]) {
    let goodput = goodput(quota, outcomes);
    assert!(goodput.iter().all(|part| *part >= 0.9), "{goodput:?}: {quota:?}");
}

/// Checks that the other calls failed at once, with the wait. Returns how many were sent and failed.
fn assert_prompt_failures(outcomes: &[Outcome]) -> usize {
    let failed: Vec<_> = outcomes.iter().filter(|outcome| !outcome.is_success()).collect();
    assert!(failed.len() > outcomes.len() / 2);
    let (sent, unsent): (Vec<_>, Vec<_>) = failed.into_iter().partition(|outcome| outcome.call.sent > 0);
    for outcome in unsent {
        let error = outcome.call.result.as_ref().unwrap_err();
        assert_eq!(outcome.took, Duration::ZERO, "{error}");
        assert_eq!(error.kind(), ErrorKind::RateLimited, "{error}");
        assert!(error.retry_after().is_some_and(|wait| !wait.is_zero()), "{error}");
    }
    sent.len()
}

fn between(range: std::ops::Range<u64>) -> impl Fn(Duration, &mut fastrand::Rng) -> Duration {
    move |_, random| Duration::from_millis(random.u64(range.clone()))
}

#[tokio::test(start_paused = true)]
async fn most_of_the_vendors_quota_succeeds_under_lasting_overload() {
    for latencies in [150..151, 20..900] {
        let flow = flow_control(Quota::VENDOR);
        let (outcomes, _) =
            overload(Server::new(between(latencies)), Quota::VENDOR, &[flow], |_| Duration::from_secs(60)).await;
        assert_goodput(Quota::VENDOR, &outcomes);
        assert_eq!(assert_prompt_failures(&outcomes), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn most_of_a_quota_succeeds_under_lasting_overload_of_brief_calls() {
    let (outcomes, _) = overload(Server::new(between(100..200)), BRIEF, &[flow_control(BRIEF)], |_| 2 * SECOND).await;
    assert_goodput(BRIEF, &outcomes);
    assert_eq!(assert_prompt_failures(&outcomes), 0);
}

#[tokio::test(start_paused = true)]
async fn most_of_a_quota_succeeds_if_timeouts_differ() {
    let timeout = |random: &mut fastrand::Rng| Duration::from_millis(random.u64(300..30_000));
    let (outcomes, _) = overload(Server::new(between(50..250)), BRIEF, &[flow_control(BRIEF)], timeout).await;
    assert_goodput(BRIEF, &outcomes);
    assert!(assert_prompt_failures(&outcomes) < 10);
}

#[tokio::test(start_paused = true)]
async fn most_of_a_quota_succeeds_if_the_token_provider_is_slow() {
    let server = Server { credentials: SECOND / 2, ..Server::new(between(100..200)) };
    let (outcomes, server) = overload(server, BRIEF, &[flow_control(BRIEF)], |_| 6 * SECOND).await;
    assert_goodput(BRIEF, &outcomes);
    assert_prompt_failures(&outcomes);
    // The credentials are fetched after the wait for a turn.
    assert_eq!(server.state.lock().unwrap().oldest_credentials, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn most_of_a_quota_succeeds_soon_after_the_latency_rises() {
    let latency = |time: Duration, _: &mut fastrand::Rng| MILLIS * if time < 150 * SECOND { 100 } else { 600 };
    let (outcomes, _) = overload(Server::new(latency), BRIEF, &[flow_control(BRIEF)], |_| 2 * SECOND).await;
    let goodput = goodput(BRIEF, &outcomes);
    for (minute, part) in goodput.iter().enumerate() {
        // The calls that are sent when the latency rises fail. From them the client learns of it.
        assert!(*part >= if minute == 2 { 0.8 } else { 0.9 }, "{goodput:?}");
    }
    let sent = assert_prompt_failures(&outcomes);
    println!("{sent} calls were sent and failed: {goodput:?}");
    assert!(sent < 200, "{sent} calls were sent and failed");
}

#[tokio::test(start_paused = true)]
async fn calls_with_timeouts_below_the_latency_end_in_time_and_harm_no_others() {
    let timeout = |random: &mut fastrand::Rng| if random.bool() { 100 * MILLIS } else { 4 * SECOND };
    let (outcomes, _) = overload(Server::new(between(150..200)), BRIEF, &[flow_control(BRIEF)], timeout).await;
    for outcome in &outcomes {
        assert!(outcome.took <= outcome.timeout + MILLIS, "{:?} of {:?}", outcome.took, outcome.timeout);
    }
    let patient: Vec<_> = outcomes.into_iter().filter(|outcome| outcome.timeout > SECOND).collect();
    assert_goodput(BRIEF, &patient);
}

#[tokio::test(start_paused = true)]
async fn waiting_calls_see_a_block_and_the_quota_is_used_after_it() {
    let server = Server::new(between(100..200));
    server.state.lock().unwrap().blocked_until = Some(Instant::now() + 30 * SECOND);
    let (outcomes, server) = overload(server, BRIEF, &[flow_control(BRIEF)], |_| 5 * SECOND).await;
    // The burst of the limiter is in flight when the first response arrives.
    let rejected = server.state.lock().unwrap().rejected;
    assert!((1..=BRIEF.burst as usize + 10).contains(&rejected), "{rejected}");
    for outcome in outcomes.iter().filter(|outcome| !outcome.is_success()) {
        let wait = match &outcome.call.result {
            Err(error) => error.retry_after(),
            Ok(_) => outcome.call.wait,
        };
        assert!(wait.is_some_and(|wait| !wait.is_zero()));
        assert!(outcome.took < SECOND, "{:?}", outcome.took);
    }
    let later: Vec<_> = outcomes.into_iter().filter(|outcome| outcome.ended > 60 * SECOND).collect();
    let succeeded = later.iter().filter(|outcome| outcome.is_success()).count() as f64;
    assert!(succeeded > 0.9 * 9.0 * 1_200.0, "{succeeded}");
}

#[tokio::test(start_paused = true)]
async fn processes_that_share_a_token_use_its_quota() {
    let server = Server { quota: Some(BRIEF), ..Server::new(between(50..150)) };
    let processes = [(); 3].map(|()| flow_control(BRIEF));
    let (outcomes, server) = overload(server, BRIEF, &processes, |_| 6 * SECOND).await;
    let rejected = server.state.lock().unwrap().rejected;
    let succeeded = outcomes.iter().filter(|outcome| outcome.is_success()).count();
    println!("{} calls, {succeeded} succeeded, {rejected} requests rejected", outcomes.len());
    assert_goodput(BRIEF, &outcomes);
    assert!(rejected < succeeded, "{rejected}");
}
