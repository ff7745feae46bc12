use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

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
}

/// An attempt that takes no time.
fn step(retryability: Retryability) -> Step {
    Step { retryability, duration: Duration::ZERO, retry_after: None, cooldown: None }
}

/// A temporary failure with `Retry-After`.
fn retry_after(seconds: u64) -> Step {
    Step { retry_after: Some(Duration::from_secs(seconds)), ..step(Retryability::Transient) }
}

/// A temporary failure with `Retry-After` that closes the gate as well.
fn rate_limited(seconds: u64) -> Step {
    Step { cooldown: Some(Duration::from_secs(seconds)), ..retry_after(seconds) }
}

/// What happens when the attempts of a script ask for credentials.
#[derive(Clone, Copy)]
enum Credentials {
    Take(Duration),
    FailBeforeRetries,
}

/// Attempts that follow a script and count how many were made.
struct Script<'a> {
    flow: &'a FlowControl,
    steps: &'a [Step],
    credentials: Credentials,
    can_renew: bool,
    made: AtomicU32,
}

impl<'a> Script<'a> {
    fn new(flow: &'a FlowControl, steps: &'a [Step]) -> Self {
        Self { flow, steps, credentials: Credentials::Take(Duration::ZERO), can_renew: true, made: AtomicU32::new(0) }
    }
}

impl AttemptDriver for Script<'_> {
    type Ready = ();
    type Response = u32;

    async fn prepare(&self) -> Result<(), Error> {
        match self.credentials {
            Credentials::Take(time) => tokio::time::sleep(time).await,
            Credentials::FailBeforeRetries if self.made.load(Ordering::Relaxed) > 0 => {
                return Err(Error::new(ErrorKind::Authentication, "scripted"));
            }
            Credentials::FailBeforeRetries => {}
        }
        Ok(())
    }

    async fn send(&self, (): (), number: u32) -> AttemptOutcome<u32> {
        self.made.store(number, Ordering::Relaxed);
        let step = self.steps[usize::try_from(number).unwrap() - 1];
        if let Some(time) = step.cooldown {
            self.flow.gate.close_for(time);
        }
        tokio::time::sleep(step.duration).await;
        let result = match step.retryability {
            Retryability::Final | Retryability::Unauthorized | Retryability::Transient => Ok(number),
            _ => Err(Error::new(ErrorKind::Connection, "scripted").with_attempts(number)),
        };
        AttemptOutcome { result, retryability: step.retryability, retry_after: step.retry_after }
    }

    async fn try_renew(&self, _: &u32) -> bool {
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
    CallLimits { idempotent, deadline: Deadline::new(Instant::now(), Duration::from_secs(seconds)) }
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
    use Retryability::{Final, Interrupted, InvalidRequest, NotSent, Transient, Unauthorized};
    for (script, idempotent, attempts) in [
        (&[Transient, Final][..], true, 2),
        (&[Transient, Final], false, 1),
        (&[Interrupted, Transient, Final], true, 3),
        (&[Interrupted, Final], false, 1),
        (&[NotSent, NotSent, Final], false, 3),
        (&[NotSent, Interrupted, Final], false, 2),
        (&[Unauthorized, Final], false, 2),
        (&[InvalidRequest, Final], true, 1),
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
        let jitter = super::super::backoff::Jitter::new(Some(7));
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
    assert_eq!((made, time), (3, 10 * SECOND));
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
    let (_, made, time) = run_script(&flow, &config, call_limits(true, 10), &[slow]).await;
    assert_eq!((made, time), (1, 8 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn rejection_closes_the_gate_for_every_call() {
    let config = config();
    let flow = flow_control(&config);
    let (_, made, time) = run_script(&flow, &config, call_limits(false, 60), &[rate_limited(10)]).await;
    assert_eq!((made, time), (1, Duration::ZERO));

    let (outcome, made, time) = run_script(&flow, &config, call_limits(true, 5), &[step(Retryability::Final)]).await;
    assert_eq!(outcome.wait, Some(10 * SECOND));
    let error = outcome.result.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 0));
    assert_eq!(error.retry_after(), Some(10 * SECOND));
    assert_eq!((made, time), (0, Duration::ZERO));

    let (_, made, time) = run_script(&flow, &config, call_limits(true, 11), &[step(Retryability::Final)]).await;
    assert_eq!((made, time), (1, 10 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn success_that_uses_up_the_quota_closes_the_gate_for_the_next_call() {
    let config = config();
    let flow = flow_control(&config);
    let last_of_the_quota = Step { cooldown: Some(4 * SECOND), ..step(Retryability::Final) };
    let (_, _, time) = run_script(&flow, &config, call_limits(true, 60), &[last_of_the_quota]).await;
    assert_eq!(time, Duration::ZERO);
    let (_, _, time) = run_script(&flow, &config, call_limits(true, 60), &[step(Retryability::Final)]).await;
    assert_eq!(time, 4 * SECOND);
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
    assert_eq!(times, [Duration::ZERO, SECOND, SECOND]);
    let brief = CallLimits { idempotent: true, deadline: Deadline::new(Instant::now(), SECOND / 2) };
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
    assert_eq!((made, outcome.wait), (1, Some(10 * SECOND)));
}

#[tokio::test(start_paused = true)]
async fn gate_is_checked_again_after_preparing_credentials() {
    let config = config();
    let flow = flow_control(&config);
    let steps = [Step { duration: SECOND, ..step(Retryability::Final) }];
    let slow = Script { credentials: Credentials::Take(3 * SECOND), ..Script::new(&flow, &steps) };
    let closing = async {
        tokio::time::sleep(SECOND).await;
        flow.gate.close_for(9 * SECOND);
    };
    let start = Instant::now();
    tokio::join!(closing, run(&flow, &config, call_limits(true, 60), &slow));
    assert_eq!(start.elapsed(), 11 * SECOND);
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
async fn renewal_is_tried_only_if_another_attempt_would_follow() {
    for (max_attempts, can_renew, made) in [(3, true, 2), (3, false, 1), (1, true, 1)] {
        let config = RetryConfig { max_attempts, ..config() };
        let flow = flow_control(&config);
        let steps = [step(Retryability::Unauthorized), step(Retryability::Final)];
        let script = Script { can_renew, ..Script::new(&flow, &steps) };
        run(&flow, &config, call_limits(false, 60), &script).await;
        assert_eq!(script.made.into_inner(), made, "{max_attempts} {can_renew}");
        assert_eq!(flow.budget.tokens(), config.budget.capacity);
    }
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

    async fn prepare(&self) -> Result<(), Error> {
        match self.credentials {
            Some(time) => tokio::time::sleep(time).await,
            None => pending().await,
        }
        Ok(())
    }

    async fn send(&self, (): (), number: u32) -> AttemptOutcome<()> {
        // A sent retry costs tokens until the server has handled it.
        let is_retry = number > 1;
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.expected.fetch_sub(if is_retry { 5 } else { 0 }, Ordering::Relaxed);
        if let Some(time) = self.cooldown {
            self.flow.gate.close_for(time);
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

    async fn try_renew(&self, (): &()) -> bool {
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
    assert!(sent.load(Ordering::Relaxed) > 5_000);
    assert_eq!(flow.budget.tokens(), expected.load(Ordering::Relaxed));
    tokio::time::sleep(SECOND).await;
    assert_eq!(flow.gate.time_left(), None);
    // Every unused slot is free.
    for _ in 0..quota.burst {
        flow.take_slot(Deadline::new(Instant::now(), Duration::ZERO)).await.unwrap();
    }
}
