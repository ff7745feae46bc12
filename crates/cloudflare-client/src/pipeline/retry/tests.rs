use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::super::flow_control::Cooldown;
use super::super::{Backoff, Quota, RetryBudget};
use super::*;
use crate::ErrorKind;

const SECOND: Duration = Duration::from_secs(1);

/// The scripted outcome of an attempt.
#[derive(Clone, Copy)]
struct Step {
    retryability: Retryability,
    duration: Duration,
    retry_after: Option<Duration>,
    cooldown: Option<Duration>,
    /// Whether the client guesses the cooldown.
    guess: bool,
}

/// An attempt that takes no time.
fn step(retryability: Retryability) -> Step {
    Step { retryability, duration: Duration::ZERO, retry_after: None, cooldown: None, guess: false }
}

/// A temporary failure with `Retry-After`.
fn retry_after(seconds: u64) -> Step {
    Step { retry_after: Some(Duration::from_secs(seconds)), ..step(Retryability::Transient) }
}

/// A rejection by the rate limit with `Retry-After`, which closes the gate.
fn rate_limited(seconds: u64) -> Step {
    Step {
        retryability: Retryability::RateLimited,
        cooldown: Some(Duration::from_secs(seconds)),
        ..retry_after(seconds)
    }
}

fn known(time: Duration) -> Cooldown {
    Cooldown { time, is_guess: false }
}

/// What happens when the attempts of a script ask for credentials.
#[derive(Clone, Copy)]
enum Credentials {
    Take(Duration),
    FailBeforeRetries,
    HangOnce,
}

/// Attempts that follow a script and count how many were made.
struct Script<'a> {
    flow: &'a FlowControl,
    steps: &'a [Step],
    credentials: Credentials,
    can_renew: bool,
    made: AtomicU32,
    /// How often credentials were asked for, and the time of an attempt at most.
    asked: AtomicU32,
    attempt_times: std::sync::Mutex<Vec<Duration>>,
}

impl<'a> Script<'a> {
    fn new(flow: &'a FlowControl, steps: &'a [Step]) -> Self {
        Self {
            flow,
            steps,
            credentials: Credentials::Take(Duration::ZERO),
            can_renew: true,
            made: AtomicU32::new(0),
            asked: AtomicU32::new(0),
            attempt_times: std::sync::Mutex::default(),
        }
    }
}

impl AttemptDriver for Script<'_> {
    type Ready = ();
    type Response = u32;

    async fn prepare(&self, deadline: Deadline) -> Result<(), AttemptFailure> {
        self.attempt_times.lock().unwrap().push(deadline.left(Instant::now()));
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        let failure = |kind, retryability| Err(AttemptFailure { error: Error::new(kind, "scripted"), retryability });
        match self.credentials {
            Credentials::Take(time) => tokio::time::sleep(time).await,
            Credentials::FailBeforeRetries if asked > 0 => {
                return failure(ErrorKind::Timeout, Retryability::Impossible);
            }
            Credentials::HangOnce if asked == 0 => {
                deadline.sleep().await;
                return failure(ErrorKind::Timeout, Retryability::NotSent);
            }
            Credentials::FailBeforeRetries | Credentials::HangOnce => {}
        }
        Ok(())
    }

    async fn send(&self, (): (), number: u32, deadline: Deadline) -> AttemptOutcome<u32> {
        self.made.store(number, Ordering::Relaxed);
        let step = self.steps[usize::try_from(number).unwrap() - 1];
        let error = |kind| Err(Error::new(kind, "scripted"));
        if deadline.timeout(tokio::time::sleep(step.duration)).await.is_err() {
            let result = error(ErrorKind::Timeout);
            return AttemptOutcome { result, retryability: Retryability::Interrupted, retry_after: None };
        }
        if let Some(time) = step.cooldown {
            self.flow.close_gate(Cooldown { is_guess: step.guess, ..known(time) });
        }
        let result = match step.retryability {
            Retryability::Final | Retryability::Unauthorized | Retryability::Transient | Retryability::RateLimited => {
                Ok(number)
            }
            _ => error(ErrorKind::Connection),
        };
        AttemptOutcome { result, retryability: step.retryability, retry_after: step.retry_after }
    }

    async fn try_renew(&self, _: &u32, _: Deadline) -> bool {
        self.can_renew
    }
}

/// Retries without backoff: the only waits are those that the server asked for.
fn config() -> RetryConfig {
    RetryConfig { backoff: Backoff { base: Duration::ZERO, ceiling: Duration::ZERO }, ..RetryConfig::default() }
}

fn flow_control(config: &RetryConfig) -> FlowControl {
    FlowControl::new(config, None).unwrap()
}

fn call_limits(idempotent: bool, seconds: u64) -> CallLimits {
    limits_of(idempotent, Duration::from_secs(seconds))
}

fn limits_of(idempotent: bool, timeout: Duration) -> CallLimits {
    CallLimits { idempotent, deadline: Deadline::new(Instant::now(), timeout), timeout, attempt_timeout: None }
}

/// The outcome of the call, how many attempts were made, and how long it took.
async fn run_script(
    flow: &FlowControl,
    config: &RetryConfig,
    limits: CallLimits,
    steps: &[Step],
) -> (CallOutcome<u32>, u32, Duration) {
    let start = Instant::now();
    let script = Script::new(flow, steps);
    let outcome = run(flow, config, limits, &script).await;
    (outcome, script.made.into_inner(), start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn final_response_ends_the_call_at_once() {
    let config = config();
    let flow = flow_control(&config);
    let (outcome, made, time) = run_script(&flow, &config, call_limits(true, 60), &[step(Retryability::Final)]).await;
    assert_eq!((outcome.result.unwrap(), made, time), (1, 1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn failure_is_retried_as_often_as_is_safe_and_allowed() {
    use Retryability::{Final, Impossible, Interrupted, NotSent, RateLimited, Transient, Unauthorized, Unreadable};
    for (script, idempotent, attempts) in [
        (&[Transient, Final][..], true, 2),
        (&[Transient, Final], false, 1),
        (&[Interrupted, Transient, Final], true, 3),
        (&[Interrupted, Final], false, 1),
        (&[NotSent, NotSent, Final], false, 3),
        (&[NotSent, Interrupted, Final], false, 2),
        (&[Unauthorized, Final], false, 2),
        (&[Unauthorized, Unauthorized, Final], true, 2),
        (&[Unauthorized, Transient, Transient, Transient], true, 4),
        (&[RateLimited, Final], true, 2),
        (&[RateLimited, Final], false, 1),
        (&[Impossible, Final], true, 1),
        (&[Unreadable, Final], true, 1),
        (&[Transient, Transient, Transient, Final], true, 3),
    ] {
        let config = config();
        let flow = flow_control(&config);
        let script: Vec<_> = script.iter().copied().map(step).collect();
        let (_, made, _) = run_script(&flow, &config, call_limits(idempotent, 60), &script).await;
        assert_eq!(
            made,
            attempts,
            "{idempotent} {:?}",
            script.iter().map(|step| step.retryability).collect::<Vec<_>>()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn waits_between_attempts_are_those_of_the_backoff() {
    let config = RetryConfig { max_attempts: 6, jitter_seed: Some(7), ..RetryConfig::default() };
    let expected = {
        let jitter = super::super::retry_config::Jitter::new(Some(7));
        (1..6).map(|attempt| config.backoff.wait(attempt, &jitter)).sum::<Duration>()
    };
    let flow = flow_control(&config);
    let (_, made, time) = run_script(&flow, &config, call_limits(true, 60), &[step(Retryability::Transient); 6]).await;
    assert_eq!(made, 6);
    // The timer has a resolution of a millisecond.
    assert!(time >= expected && time < expected + Duration::from_millis(6), "{time:?} {expected:?}");
}

#[tokio::test(start_paused = true)]
async fn retry_waits_as_long_as_the_server_asked_for() {
    let config = config();
    let flow = flow_control(&config);
    let (_, made, time) = run_script(
        &flow,
        &config,
        call_limits(true, 60),
        &[retry_after(7), rate_limited(3), step(Retryability::Final)],
    )
    .await;
    assert_eq!(made, 3);
    assert_about(time, 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn wait_over_the_ceiling_or_the_time_left_ends_the_call() {
    let config = config();
    for (asked, deadline) in [(61, 600), (60, 60), (31, 30)] {
        let flow = flow_control(&config);
        let (outcome, made, time) =
            run_script(&flow, &config, call_limits(true, deadline), &[retry_after(asked)]).await;
        assert_eq!((made, time), (1, Duration::ZERO), "{asked} {deadline}");
        assert_eq!(outcome.wait, Some(Duration::from_secs(asked)));
    }
    let flow = flow_control(&config);
    let script = [retry_after(60), step(Retryability::Final)];
    let (_, made, time) = run_script(&flow, &config, call_limits(true, 600), &script).await;
    assert_eq!((made, time), (2, 60 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn time_of_an_attempt_shortens_the_time_for_waits() {
    let config = config();
    let flow = flow_control(&config);
    let slow = Step { duration: 8 * SECOND, ..retry_after(3) };
    let limits = CallLimits { attempt_timeout: Some(9 * SECOND), ..call_limits(true, 10) };
    let (_, made, time) = run_script(&flow, &config, limits, &[slow]).await;
    assert_eq!((made, time), (1, 8 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn rejection_closes_the_gate_for_every_call() {
    let config = config();
    let flow = flow_control(&config);
    let (_, made, time) = run_script(&flow, &config, call_limits(false, 60), &[rate_limited(10)]).await;
    assert_eq!((made, time), (1, Duration::ZERO));

    let (outcome, made, time) = run_script(&flow, &config, call_limits(true, 5), &[step(Retryability::Final)]).await;
    assert_about(outcome.wait.unwrap(), 10 * SECOND);
    assert!(!outcome.may_have_been_sent);
    let error = outcome.result.unwrap_err();
    assert_eq!((error.kind(), outcome.sent), (ErrorKind::RateLimited, 0));
    assert_eq!(error.retry_after(), outcome.wait);
    assert_eq!((made, time), (0, Duration::ZERO));

    let (_, made, time) = run_script(&flow, &config, call_limits(true, 11), &[step(Retryability::Final)]).await;
    assert_eq!(made, 1);
    assert_about(time, 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn success_that_uses_up_the_quota_closes_the_gate_for_the_next_call() {
    let config = config();
    let flow = flow_control(&config);
    let last_of_the_quota = Step { cooldown: Some(4 * SECOND), ..step(Retryability::Final) };
    let (_, _, time) = run_script(&flow, &config, call_limits(true, 60), &[last_of_the_quota]).await;
    assert_eq!(time, Duration::ZERO);
    let (_, _, time) = run_script(&flow, &config, call_limits(true, 60), &[step(Retryability::Final)]).await;
    assert_about(time, 4 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn outage_uses_up_the_budget_and_successes_refill_it() {
    let budget = RetryBudget { capacity: 10, cost: 5 };
    let config = RetryConfig { budget, ..config() };
    let flow = flow_control(&config);
    let made = async |script: &[Retryability]| {
        let script: Vec<_> = script.iter().copied().map(step).collect();
        run_script(&flow, &config, call_limits(true, 60), &script).await.1
    };
    assert_eq!(made(&[Retryability::Transient; 3]).await, 3);
    assert_eq!(flow.budget.tokens(), 0);
    assert_eq!(made(&[Retryability::Transient; 3]).await, 1);
    for _ in 0..5 {
        made(&[Retryability::Final]).await;
    }
    assert_eq!(flow.budget.tokens(), 5);
    assert_eq!(made(&[Retryability::Transient, Retryability::Final]).await, 2);
    assert_eq!(flow.budget.tokens(), 5);
}

#[tokio::test(start_paused = true)]
async fn rate_limiter_delays_calls_and_fails_those_without_time() {
    let config = config();
    let quota = Quota { requests: 3, window: 2 * SECOND, burst: 1 };
    let flow = FlowControl::new(&config, Some(quota)).unwrap();
    let mut times = Vec::new();
    for _ in 0..3 {
        times.push(run_script(&flow, &config, call_limits(true, 60), &[step(Retryability::Final)]).await.2);
    }
    for (time, expected) in times.into_iter().zip([0, 1, 1]) {
        assert_about(time, Duration::from_secs(expected));
    }
    let brief = limits_of(true, SECOND / 2);
    let (outcome, made, time) = run_script(&flow, &config, brief, &[step(Retryability::Final)]).await;
    assert_eq!(outcome.result.unwrap_err().kind(), ErrorKind::RateLimited);
    assert_eq!((made, time), (0, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn outcome_has_the_wait_for_the_gate_that_does_not_fit_the_deadline() {
    let config = config();
    let flow = flow_control(&config);
    let rejection = Step { retry_after: None, ..rate_limited(10) };
    let (outcome, made, _) = run_script(&flow, &config, call_limits(true, 8), &[rejection]).await;
    assert_eq!(made, 1);
    assert_about(outcome.wait.unwrap(), 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn gate_is_checked_again_after_preparing_credentials() {
    let config = config();
    let flow = flow_control(&config);
    let steps = [Step { duration: SECOND, ..step(Retryability::Final) }];
    let slow = Script { credentials: Credentials::Take(3 * SECOND), ..Script::new(&flow, &steps) };
    let closing = async {
        tokio::time::sleep(SECOND).await;
        flow.close_gate(known(9 * SECOND));
    };
    let start = Instant::now();
    tokio::join!(closing, run(&flow, &config, call_limits(true, 60), &slow));
    // The credentials are fetched again, since they may have expired.
    assert_about(start.elapsed(), 14 * SECOND);
    assert_eq!((slow.asked.into_inner(), slow.made.into_inner()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn failed_credentials_do_not_hide_the_last_response() {
    let config = config();
    let flow = flow_control(&config);
    let steps = [step(Retryability::Transient)];
    let script = Script { credentials: Credentials::FailBeforeRetries, ..Script::new(&flow, &steps) };
    let outcome = run(&flow, &config, call_limits(true, 60), &script).await;
    assert_eq!(outcome.result.unwrap(), 1);
    assert_eq!(flow.budget.tokens(), config.budget.capacity);
}

#[tokio::test(start_paused = true)]
async fn renewal_needs_neither_a_spare_attempt_nor_the_budget() {
    for (max_attempts, can_renew, made) in [(3, true, 2), (3, false, 1), (1, true, 2)] {
        let budget = RetryBudget { capacity: 0, cost: 1 };
        let config = RetryConfig { max_attempts, budget, ..config() };
        let flow = flow_control(&config);
        let steps = [step(Retryability::Unauthorized), step(Retryability::Final)];
        let script = Script { can_renew, ..Script::new(&flow, &steps) };
        run(&flow, &config, call_limits(false, 60), &script).await;
        assert_eq!(script.made.into_inner(), made, "{max_attempts} {can_renew}");
        assert_eq!(flow.budget.tokens(), config.budget.capacity);
    }
}

#[tokio::test(start_paused = true)]
async fn attempt_with_renewed_credentials_follows_at_once() {
    let config = RetryConfig::default();
    let flow = flow_control(&config);
    let steps = [step(Retryability::Unauthorized), step(Retryability::Final)];
    let (outcome, made, time) = run_script(&flow, &config, call_limits(true, 60), &steps).await;
    assert_eq!((outcome.result.unwrap(), made, time), (2, 2, Duration::ZERO));
}

/// A call of the test below with random outcomes.
struct RandomAttempts {
    flow: Arc<FlowControl>,
    /// The retryability of each attempt, and how long it takes: forever if `None`.
    steps: Vec<(Retryability, Option<Duration>)>,
    /// How long the credentials take: forever if `None`.
    credentials: Option<Duration>,
    cooldown: Option<Duration>,
    /// The tokens that the budget should have.
    expected: Arc<AtomicU32>,
    sent: Arc<AtomicU32>,
}

impl RandomAttempts {
    fn new(rng: &mut fastrand::Rng, flow: &Arc<FlowControl>, expected: &Arc<AtomicU32>, sent: &Arc<AtomicU32>) -> Self {
        // Some attempts never end.
        let mut time = |most| (rng.u8(..) > 20).then(|| Duration::from_millis(rng.u64(..most)));
        let (times, credentials) = ([0; 5].map(|_| time(900)), time(200));
        let retryabilities =
            [Retryability::Transient, Retryability::NotSent, Retryability::Interrupted, Retryability::Final];
        Self {
            flow: Arc::clone(flow),
            steps: times.map(|time| (retryabilities[rng.usize(..retryabilities.len())], time)).to_vec(),
            credentials,
            cooldown: (rng.u8(..) < 10).then(|| Duration::from_millis(rng.u64(..500))),
            expected: Arc::clone(expected),
            sent: Arc::clone(sent),
        }
    }
}

impl AttemptDriver for RandomAttempts {
    type Ready = ();
    type Response = ();

    async fn prepare(&self, _: Deadline) -> Result<(), AttemptFailure> {
        match self.credentials {
            Some(time) => tokio::time::sleep(time).await,
            None => pending().await,
        }
        Ok(())
    }

    async fn send(&self, (): (), number: u32, _: Deadline) -> AttemptOutcome<()> {
        // A sent retry costs tokens until the server has handled it.
        let is_retry = number > 1;
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.expected.fetch_sub(if is_retry { 5 } else { 0 }, Ordering::Relaxed);
        if let Some(time) = self.cooldown {
            self.flow.close_gate(known(time));
        }
        let (retryability, takes) = self.steps[usize::try_from(number).unwrap() - 1];
        match takes {
            Some(time) => tokio::time::sleep(time).await,
            None => pending().await,
        }
        if retryability.is_handled() {
            self.expected.fetch_add(if is_retry { 5 } else { 1 }, Ordering::Relaxed);
        }
        AttemptOutcome { result: Ok(()), retryability, retry_after: None }
    }

    async fn try_renew(&self, (): &(), _: Deadline) -> bool {
        false
    }
}

/// Many concurrent calls are dropped at random points: at the gate, while they wait for credentials or for a slot, before a
/// retry, and during an attempt.
#[tokio::test(start_paused = true)]
async fn dropped_calls_leave_the_shared_state_consistent() {
    let budget = RetryBudget { capacity: 100_000, cost: 5 };
    let config = RetryConfig { budget, jitter_seed: Some(3), max_attempts: 5, ..RetryConfig::default() };
    let quota = Quota { requests: 1_000, window: SECOND, burst: 50 };
    let flow = Arc::new(FlowControl::new(&config, Some(quota)).unwrap());
    // The bucket is far from full, so that no token is lost to its capacity.
    for _ in 0..10_000 {
        flow.budget.try_acquire().unwrap().consume();
    }
    let expected = Arc::new(AtomicU32::new(flow.budget.tokens()));
    let sent = Arc::new(AtomicU32::new(0));
    let mut rng = fastrand::Rng::with_seed(11);
    let mut dropped = 0;

    for _ in 0..50 {
        let mut calls = JoinSet::new();
        for _ in 0..100 {
            let call = RandomAttempts::new(&mut rng, &flow, &expected, &sent);
            let drop_after = Duration::from_millis(rng.u64(..2_500));
            let (flow, config) = (Arc::clone(&flow), config.clone());
            calls.spawn(async move {
                timeout(drop_after, run(&flow, &config, call_limits(true, 60), &call)).await.is_err()
            });
        }
        dropped += calls.join_all().await.into_iter().map(u32::from).sum::<u32>();
    }

    assert!(dropped > 1_000, "{dropped}");
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent > 3_000, "{sent}");
    assert_eq!(flow.budget.tokens(), expected.load(Ordering::Relaxed));
    tokio::time::sleep(SECOND).await;
    assert_eq!(flow.time_until_open(), None);
    // Every turn that was not taken is free.
    let least = LeastTime { at_once: Duration::ZERO, after_wait: Duration::ZERO };
    for _ in 0..quota.burst {
        flow.admit(Deadline::new(Instant::now(), SECOND / 1000), least).await.unwrap();
    }
}

/// The timer has a resolution of a millisecond, and the gate lets a call through within 5 ms.
fn assert_about(time: Duration, expected: Duration) {
    assert!(time >= expected && time < expected + SECOND / 100, "{time:?} {expected:?}");
}

#[tokio::test(start_paused = true)]
async fn timeout_does_not_hide_the_response_to_an_earlier_attempt() {
    let config = config();
    let hang = Step { duration: 100 * SECOND, ..step(Retryability::Final) };
    for script in [&[step(Retryability::Transient), hang, hang][..], &[hang, step(Retryability::Transient), hang]] {
        let flow = flow_control(&config);
        let (outcome, made, time) = run_script(&flow, &config, call_limits(true, 9), script).await;
        assert_eq!((made, outcome.sent), (3, 3));
        assert!(outcome.result.is_ok() && outcome.is_retryable && outcome.may_have_been_sent);
        assert!(time <= 9 * SECOND + SECOND / 100, "{time:?}");
    }
    let flow = flow_control(&config);
    let (outcome, ..) = run_script(&flow, &config, call_limits(true, 9), &[hang; 3]).await;
    assert!(outcome.result.unwrap_err().is_timeout());
}

#[test]
fn timeout_does_not_hide_the_head_of_an_earlier_response() {
    let outcome = |kind, status: Option<u16>| {
        let metadata = |code| {
            let status = http::StatusCode::from_u16(code).unwrap();
            crate::Metadata::new(status, http::HeaderMap::new(), 1, Duration::ZERO)
        };
        let error = Error::new(kind, "scripted");
        let error = match status {
            Some(code) => error.with_metadata(metadata(code)),
            None => error,
        };
        AttemptOutcome::<()> { result: Err(error), retryability: Retryability::Interrupted, retry_after: None }
    };
    let kind = |last, earlier| prefer(last, Some(earlier), true).result.unwrap_err().kind();
    let timeout = || outcome(ErrorKind::Timeout, None);
    assert_eq!(kind(timeout(), outcome(ErrorKind::Server, Some(503))), ErrorKind::Server);
    assert_eq!(kind(timeout(), outcome(ErrorKind::Connection, None)), ErrorKind::Timeout);
    assert_eq!(
        kind(outcome(ErrorKind::Connection, None), outcome(ErrorKind::Server, Some(503))),
        ErrorKind::Connection
    );
}

#[tokio::test(start_paused = true)]
async fn rejection_by_the_rate_limit_that_is_not_retried_says_how_long_the_gate_is_closed() {
    let config = config();
    let guess = Step { cooldown: Some(10 * SECOND), guess: true, ..step(Retryability::RateLimited) };
    for (idempotent, attempts) in [(false, 3), (true, 1)] {
        let flow = flow_control(&config);
        let config = RetryConfig { max_attempts: attempts, ..config.clone() };
        let (outcome, made, _) = run_script(&flow, &config, call_limits(idempotent, 60), &[guess]).await;
        assert_eq!((outcome.wait, made), (Some(10 * SECOND), 1), "{idempotent}");
    }
    let flow = flow_control(&config);
    let (outcome, ..) = run_script(&flow, &config, call_limits(false, 60), &[step(Retryability::Transient)]).await;
    assert_eq!(outcome.wait, None);
}

#[tokio::test(start_paused = true)]
async fn attempts_share_the_time_of_the_call_unless_their_timeout_is_set() {
    const MILLIS: Duration = Duration::from_millis(1);
    let hang = Step { duration: 1_000 * SECOND, ..step(Retryability::Final) };
    for (idempotent, timeout, attempt_timeout, expected) in [
        (true, 9, None, &[3, 3, 3][..]),
        (true, 600, None, &[20, 20, 20]),
        (false, 9, None, &[9]),
        (false, 600, None, &[20]),
        (true, 9, Some(1), &[1, 1, 1]),
        (true, 9, Some(5), &[5, 4]),
        (true, 9, Some(600), &[9]),
    ] {
        let config = config();
        let flow = flow_control(&config);
        let limits = CallLimits {
            attempt_timeout: attempt_timeout.map(Duration::from_secs),
            ..call_limits(idempotent, timeout)
        };
        let steps = [hang; 3];
        let script = Script::new(&flow, &steps);
        run(&flow, &config, limits, &script).await;
        let times = script.attempt_times.into_inner().unwrap();
        let times: Vec<_> = times.iter().map(|time| (*time + 5 * MILLIS).as_secs()).collect();
        assert_eq!(times, expected, "{idempotent} {timeout} {attempt_timeout:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn hung_token_provider_leaves_time_for_another_attempt() {
    let steps = [step(Retryability::Final)];
    let config = config();
    let flow = flow_control(&config);
    let script = Script { credentials: Credentials::HangOnce, ..Script::new(&flow, &steps) };
    let start = Instant::now();
    let outcome = run(&flow, &config, call_limits(false, 9), &script).await;
    // A request that is not safe to repeat has the whole time, so there is none for another attempt.
    assert_eq!((outcome.sent, outcome.may_have_been_sent), (0, false));
    assert_about(start.elapsed(), 9 * SECOND);
    let script = Script { credentials: Credentials::HangOnce, ..Script::new(&flow, &steps) };
    let start = Instant::now();
    let outcome = run(&flow, &config, call_limits(true, 9), &script).await;
    assert_eq!((outcome.result.unwrap(), outcome.sent), (1, 1));
    assert_about(start.elapsed(), 3 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn retry_without_time_for_a_typical_response_is_not_sent() {
    let config = config();
    let flow = flow_control(&config);
    for _ in 0..50 {
        flow.response_time.record(SECOND);
    }
    let slow = Step { duration: 9 * SECOND, ..step(Retryability::Transient) };
    let limits = |timeout| CallLimits { attempt_timeout: Some(60 * SECOND), ..limits_of(true, timeout) };
    let (outcome, made, _) = run_script(&flow, &config, limits(9 * SECOND + SECOND / 2), &[slow; 3]).await;
    assert_eq!((outcome.result.unwrap(), made), (1, 1));
    let (_, made, _) = run_script(&flow, &config, limits(20 * SECOND), &[slow; 3]).await;
    assert_eq!(made, 2);
}

#[tokio::test(start_paused = true)]
async fn burst_of_rejections_with_a_wait_does_not_use_the_budget() {
    let config = config();
    let flow = Arc::new(flow_control(&config));
    let mut calls = JoinSet::new();
    for _ in 0..300 {
        let (flow, config) = (Arc::clone(&flow), config.clone());
        calls.spawn(async move {
            // All calls are in flight when the first one is rejected.
            let script = [Step { duration: SECOND / 10, ..rate_limited(1) }, step(Retryability::Final)];
            run_script(&flow, &config, call_limits(true, 60), &script).await.1
        });
    }
    assert_eq!(calls.join_all().await, [2; 300]);
    assert!(flow.budget.tokens() >= config.budget.capacity - 300);
}

#[tokio::test(start_paused = true)]
async fn rejection_without_a_known_wait_is_retried_before_the_deadline() {
    let config = config();
    let flow = flow_control(&config);
    let steps = [Step { retry_after: None, guess: true, ..rate_limited(10) }, step(Retryability::Final)];
    let (outcome, made, time) = run_script(&flow, &config, call_limits(true, 4), &steps).await;
    assert_eq!((outcome.result.unwrap(), made), (2, 2));
    assert!((SECOND..4 * SECOND).contains(&time), "{time:?}");
}

#[tokio::test(start_paused = true)]
async fn rejected_credentials_do_not_hide_what_became_of_the_next_attempt() {
    let config = config();
    let hang = Step { duration: 100 * SECOND, ..step(Retryability::Final) };
    for idempotent in [true, false] {
        let flow = flow_control(&config);
        let steps = [step(Retryability::Unauthorized), hang, hang, hang];
        let (outcome, ..) = run_script(&flow, &config, call_limits(idempotent, 9), &steps).await;
        assert!(outcome.result.unwrap_err().is_timeout());
        assert!(outcome.may_have_been_sent && outcome.is_retryable);
    }
}

#[tokio::test(start_paused = true)]
async fn request_may_have_been_sent_if_any_attempt_may_have_sent_it() {
    let config = config();
    let flow = flow_control(&config);
    let steps = [step(Retryability::Interrupted), step(Retryability::NotSent), step(Retryability::NotSent)];
    let (outcome, made, _) = run_script(&flow, &config, call_limits(true, 60), &steps).await;
    assert_eq!((made, outcome.may_have_been_sent), (3, true));
    let (outcome, ..) = run_script(&flow, &config, call_limits(true, 60), &[step(Retryability::NotSent); 3]).await;
    assert!(!outcome.may_have_been_sent);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_if_the_credentials_took_the_time() {
    let config = RetryConfig { max_attempts: 1, ..config() };
    let flow = flow_control(&config);
    let steps = [step(Retryability::Final)];
    let slow = Script { credentials: Credentials::Take(SECOND - SECOND / 200), ..Script::new(&flow, &steps) };
    let outcome = run(&flow, &config, limits_of(true, SECOND), &slow).await;
    assert!(outcome.result.unwrap_err().is_timeout());
    assert_eq!((outcome.sent, outcome.may_have_been_sent), (0, false));
}
