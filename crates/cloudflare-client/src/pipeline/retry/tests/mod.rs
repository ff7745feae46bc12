mod attempt_times;
mod dropped_calls;
mod outcomes;

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
    let deadline = Deadline::new(Instant::now(), timeout);
    CallLimits { operation: "get", idempotent, deadline, timeout, attempt_timeout: None }
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

/// The timer has a resolution of a millisecond, and the gate lets a call through within 5 ms.
fn assert_about(time: Duration, expected: Duration) {
    assert!(time >= expected && time < expected + SECOND / 100, "{time:?} {expected:?}");
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
