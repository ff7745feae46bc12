use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::super::{Backoff, Quota, RetryBudget};
use super::*;
use crate::ErrorKind;

const SECOND: Duration = Duration::from_secs(1);

/// What an attempt comes to, written down before.
#[derive(Clone, Copy)]
struct Step {
    signal: Signal,
    takes: Duration,
    retry_after: Option<Duration>,
    refuses_for: Option<Duration>,
}

fn step(signal: Signal) -> Step {
    Step { signal, takes: Duration::ZERO, retry_after: None, refuses_for: None }
}

fn asking(seconds: u64) -> Step {
    Step { retry_after: Some(Duration::from_secs(seconds)), ..step(Signal::Transient) }
}

fn refusing(seconds: u64) -> Step {
    Step { refuses_for: Some(Duration::from_secs(seconds)), ..asking(seconds) }
}

/// Attempts that follow a script, and note how many were made.
struct Script<'a> {
    traffic: &'a Traffic,
    steps: &'a [Step],
    /// How long it takes to get credentials; for ever if `None`.
    prepares: Result<Option<Duration>, ()>,
    renews: bool,
    made: AtomicU32,
}

impl<'a> Script<'a> {
    fn new(traffic: &'a Traffic, steps: &'a [Step]) -> Self {
        Self { traffic, steps, prepares: Ok(Some(Duration::ZERO)), renews: true, made: AtomicU32::new(0) }
    }
}

impl Attempt for Script<'_> {
    type Ready = ();
    type Answer = u32;

    async fn prepare(&self) -> Result<(), Error> {
        match self.prepares {
            Ok(Some(time)) => tokio::time::sleep(time).await,
            Ok(None) => pending().await,
            Err(()) if self.made.load(Ordering::Relaxed) > 0 => {
                return Err(Error::new(ErrorKind::Authentication, "scripted"));
            }
            Err(()) => {}
        }
        Ok(())
    }

    async fn send(&self, (): (), number: u32) -> Attempted<u32> {
        self.made.store(number, Ordering::Relaxed);
        let step = self.steps[usize::try_from(number).unwrap() - 1];
        if let Some(time) = step.refuses_for {
            self.traffic.gate.close_for(time);
        }
        tokio::time::sleep(step.takes).await;
        let result = match step.signal {
            Signal::Final | Signal::Unauthorized | Signal::Transient => Ok(number),
            _ => Err(Error::new(ErrorKind::Connection, "scripted").with_attempts(number)),
        };
        Attempted { result, signal: step.signal, retry_after: step.retry_after }
    }

    fn renews(&self, _: &u32) -> bool {
        self.renews
    }
}

/// Backoff without chance: a base of zero is no wait, so that what is left is what the server asked for.
fn config() -> RetryConfig {
    RetryConfig { backoff: Backoff { base: Duration::ZERO, ceiling: Duration::ZERO }, ..RetryConfig::default() }
}

fn traffic(config: &RetryConfig) -> Traffic {
    Traffic::new(config, None).unwrap()
}

fn terms(idempotent: bool, seconds: u64) -> Terms {
    Terms { idempotent, deadline: Deadline::new(Instant::now(), Duration::from_secs(seconds)) }
}

/// What the call came to, how many attempts were made, and how long it took.
async fn play(traffic: &Traffic, config: &RetryConfig, terms: Terms, steps: &[Step]) -> (Outcome<u32>, u32, Duration) {
    let start = Instant::now();
    let script = Script::new(traffic, steps);
    let outcome = run(traffic, config, terms, &script).await;
    (outcome, script.made.into_inner(), start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn an_answer_ends_the_call_at_once() {
    let config = config();
    let traffic = traffic(&config);
    let (outcome, made, time) = play(&traffic, &config, terms(true, 60), &[step(Signal::Final)]).await;
    assert_eq!((outcome.result.unwrap(), made, time), (1, 1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn failures_are_tried_again_as_often_as_is_safe_and_allowed() {
    use Signal::{Final, Interrupted, NotSent, Transient, Unauthorized, Unusable};
    for (script, idempotent, attempts) in [
        (&[Transient, Final][..], true, 2),
        (&[Transient, Final], false, 1),
        (&[Interrupted, Transient, Final], true, 3),
        (&[Interrupted, Final], false, 1),
        (&[NotSent, NotSent, Final], false, 3),
        (&[NotSent, Interrupted, Final], false, 2),
        (&[Unauthorized, Final], false, 2),
        (&[Unusable, Final], true, 1),
        (&[Transient, Transient, Transient, Final], true, 3),
    ] {
        let config = config();
        let traffic = traffic(&config);
        let script: Vec<_> = script.iter().copied().map(step).collect();
        let (_, made, _) = play(&traffic, &config, terms(idempotent, 60), &script).await;
        assert_eq!(made, attempts, "{idempotent} {:?}", script.iter().map(|step| step.signal).collect::<Vec<_>>());
    }
}

#[tokio::test(start_paused = true)]
async fn waits_are_those_of_the_backoff() {
    let config = RetryConfig { max_attempts: 6, jitter_seed: Some(7), ..RetryConfig::default() };
    let expected = {
        let jitter = super::super::backoff::Jitter::new(Some(7));
        (1..6).map(|attempt| config.backoff.wait(attempt, &jitter)).sum::<Duration>()
    };
    let traffic = traffic(&config);
    let (_, made, time) = play(&traffic, &config, terms(true, 60), &[step(Signal::Transient); 6]).await;
    assert_eq!(made, 6);
    // The timer counts in milliseconds.
    assert!(time >= expected && time < expected + Duration::from_millis(6), "{time:?} {expected:?}");
}

#[tokio::test(start_paused = true)]
async fn the_server_is_not_asked_again_before_it_wants_to_be() {
    let config = config();
    let traffic = traffic(&config);
    let (_, made, time) =
        play(&traffic, &config, terms(true, 60), &[asking(7), refusing(3), step(Signal::Final)]).await;
    assert_eq!((made, time), (3, 10 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_wait_longer_than_the_ceiling_or_the_time_left_is_not_begun() {
    let config = config();
    for (asked, deadline) in [(61, 600), (60, 60), (31, 30)] {
        let traffic = traffic(&config);
        let (outcome, made, time) = play(&traffic, &config, terms(true, deadline), &[asking(asked)]).await;
        assert_eq!((made, time), (1, Duration::ZERO), "{asked} {deadline}");
        assert_eq!(outcome.wait, Some(Duration::from_secs(asked)));
    }
    let traffic = traffic(&config);
    let script = [asking(60), step(Signal::Final)];
    let (_, made, time) = play(&traffic, &config, terms(true, 600), &script).await;
    assert_eq!((made, time), (2, 60 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn time_that_attempts_take_is_not_there_for_waits() {
    let config = config();
    let traffic = traffic(&config);
    let slow = Step { takes: 8 * SECOND, ..asking(3) };
    let (_, made, time) = play(&traffic, &config, terms(true, 10), &[slow]).await;
    assert_eq!((made, time), (1, 8 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_closes_the_gate_for_every_call() {
    let config = config();
    let traffic = traffic(&config);
    let (_, made, time) = play(&traffic, &config, terms(false, 60), &[refusing(10)]).await;
    assert_eq!((made, time), (1, Duration::ZERO));

    let (outcome, made, time) = play(&traffic, &config, terms(true, 5), &[step(Signal::Final)]).await;
    assert_eq!(outcome.wait, Some(10 * SECOND));
    let error = outcome.result.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 0));
    assert_eq!(error.retry_after(), Some(10 * SECOND));
    assert_eq!((made, time), (0, Duration::ZERO));

    let (_, made, time) = play(&traffic, &config, terms(true, 11), &[step(Signal::Final)]).await;
    assert_eq!((made, time), (1, 10 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn an_answer_can_close_the_gate_for_the_next_call() {
    let config = config();
    let traffic = traffic(&config);
    let last_of_the_quota = Step { refuses_for: Some(4 * SECOND), ..step(Signal::Final) };
    let (_, _, time) = play(&traffic, &config, terms(true, 60), &[last_of_the_quota]).await;
    assert_eq!(time, Duration::ZERO);
    let (_, _, time) = play(&traffic, &config, terms(true, 60), &[step(Signal::Final)]).await;
    assert_eq!(time, 4 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn an_outage_uses_up_the_budget_and_answers_fill_it_again() {
    let budget = RetryBudget { capacity: 10, cost: 5 };
    let config = RetryConfig { budget, ..config() };
    let traffic = traffic(&config);
    let made = async |script: &[Signal]| {
        let script: Vec<_> = script.iter().copied().map(step).collect();
        play(&traffic, &config, terms(true, 60), &script).await.1
    };
    assert_eq!(made(&[Signal::Transient; 3]).await, 3);
    assert_eq!(traffic.budget.tokens(), 0);
    assert_eq!(made(&[Signal::Transient; 3]).await, 1);
    for _ in 0..5 {
        made(&[Signal::Final]).await;
    }
    assert_eq!(traffic.budget.tokens(), 5);
    assert_eq!(made(&[Signal::Transient, Signal::Final]).await, 2);
    assert_eq!(traffic.budget.tokens(), 5);
}

#[tokio::test(start_paused = true)]
async fn pacing_holds_calls_back_and_fails_those_that_have_no_time() {
    let config = config();
    let quota = Quota { requests: 3, window: 2 * SECOND, burst: 1 };
    let traffic = Traffic::new(&config, Some(quota)).unwrap();
    let mut times = Vec::new();
    for _ in 0..3 {
        times.push(play(&traffic, &config, terms(true, 60), &[step(Signal::Final)]).await.2);
    }
    assert_eq!(times, [Duration::ZERO, SECOND, SECOND]);
    let brief = Terms { idempotent: true, deadline: Deadline::new(Instant::now(), SECOND / 2) };
    let (outcome, made, time) = play(&traffic, &config, brief, &[step(Signal::Final)]).await;
    assert_eq!(outcome.result.unwrap_err().kind(), ErrorKind::RateLimited);
    assert_eq!((made, time), (0, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_there_is_no_time_for_is_told_also_if_another_call_closed_the_gate() {
    let config = config();
    let traffic = traffic(&config);
    let refusal = Step { retry_after: None, ..refusing(10) };
    let (outcome, made, _) = play(&traffic, &config, terms(true, 8), &[refusal]).await;
    assert_eq!((made, outcome.wait), (1, Some(10 * SECOND)));
}

#[tokio::test(start_paused = true)]
async fn the_gate_is_looked_at_again_after_the_credentials_have_come() {
    let config = config();
    let traffic = traffic(&config);
    let steps = [Step { takes: SECOND, ..step(Signal::Final) }];
    let slow = Script { prepares: Ok(Some(3 * SECOND)), ..Script::new(&traffic, &steps) };
    let closing = async {
        tokio::time::sleep(SECOND).await;
        traffic.gate.close_for(9 * SECOND);
    };
    let start = Instant::now();
    tokio::join!(closing, run(&traffic, &config, terms(true, 60), &slow));
    assert_eq!(start.elapsed(), 11 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn credentials_that_cannot_be_had_do_not_hide_what_came_before() {
    let config = config();
    let traffic = traffic(&config);
    let steps = [step(Signal::Transient)];
    let script = Script { prepares: Err(()), ..Script::new(&traffic, &steps) };
    let outcome = run(&traffic, &config, terms(true, 60), &script).await;
    assert_eq!(outcome.result.unwrap(), 1);
    assert_eq!(traffic.budget.tokens(), config.budget.capacity);
}

#[tokio::test(start_paused = true)]
async fn new_credentials_are_asked_for_only_if_another_attempt_would_follow() {
    for (max_attempts, renews, made) in [(3, true, 2), (3, false, 1), (1, true, 1)] {
        let config = RetryConfig { max_attempts, ..config() };
        let traffic = traffic(&config);
        let steps = [step(Signal::Unauthorized), step(Signal::Final)];
        let script = Script { renews, ..Script::new(&traffic, &steps) };
        run(&traffic, &config, terms(false, 60), &script).await;
        assert_eq!(script.made.into_inner(), made, "{max_attempts} {renews}");
        assert_eq!(traffic.budget.tokens(), config.budget.capacity);
    }
}

/// One of the calls of the test below: what it does at each step comes from chance.
struct Chance {
    traffic: Arc<Traffic>,
    steps: Vec<(Signal, Option<Duration>)>,
    prepares: Option<Duration>,
    refuses_for: Option<Duration>,
    /// The tokens that there should be.
    expected: Arc<AtomicU32>,
    sent: Arc<AtomicU32>,
}

impl Chance {
    fn new(
        chance: &mut fastrand::Rng,
        traffic: &Arc<Traffic>,
        expected: &Arc<AtomicU32>,
        sent: &Arc<AtomicU32>,
    ) -> Self {
        // Some attempts never end by themselves.
        let mut time = |most| (chance.u8(..) > 20).then(|| Duration::from_millis(chance.u64(..most)));
        let (times, prepares) = ([0; 5].map(|_| time(900)), time(200));
        let signals = [Signal::Transient, Signal::NotSent, Signal::Interrupted, Signal::Final];
        Self {
            traffic: Arc::clone(traffic),
            steps: times.map(|time| (signals[chance.usize(..signals.len())], time)).to_vec(),
            prepares,
            refuses_for: (chance.u8(..) < 10).then(|| Duration::from_millis(chance.u64(..500))),
            expected: Arc::clone(expected),
            sent: Arc::clone(sent),
        }
    }
}

impl Attempt for Chance {
    type Ready = ();
    type Answer = ();

    async fn prepare(&self) -> Result<(), Error> {
        match self.prepares {
            Some(time) => tokio::time::sleep(time).await,
            None => pending().await,
        }
        Ok(())
    }

    async fn send(&self, (): (), number: u32) -> Attempted<()> {
        // A retry costs as soon as it is sent, and until it is answered.
        let is_retry = number > 1;
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.expected.fetch_sub(if is_retry { 5 } else { 0 }, Ordering::Relaxed);
        if let Some(time) = self.refuses_for {
            self.traffic.gate.close_for(time);
        }
        let (signal, takes) = self.steps[usize::try_from(number).unwrap() - 1];
        match takes {
            Some(time) => tokio::time::sleep(time).await,
            None => pending().await,
        }
        if signal.is_answered() {
            self.expected.fetch_add(if is_retry { 5 } else { 1 }, Ordering::Relaxed);
        }
        Attempted { result: Ok(()), signal, retry_after: None }
    }

    fn renews(&self, (): &()) -> bool {
        false
    }
}

/// Calls, many at a time, that are dropped at every point there is: at the gate, while they wait for credentials or for
/// their turn, before a retry, in an attempt.
#[tokio::test(start_paused = true)]
async fn dropped_calls_leave_what_is_shared_as_it_should_be() {
    let budget = RetryBudget { capacity: 100_000, cost: 5 };
    let config = RetryConfig { budget, jitter_seed: Some(3), max_attempts: 5, ..RetryConfig::default() };
    let quota = Quota { requests: 1_000, window: SECOND, burst: 50 };
    let traffic = Arc::new(Traffic::new(&config, Some(quota)).unwrap());
    // Far from full, so that nothing that is put in is lost over the rim.
    for _ in 0..10_000 {
        traffic.budget.withdraw().unwrap().spend();
    }
    let expected = Arc::new(AtomicU32::new(traffic.budget.tokens()));
    let sent = Arc::new(AtomicU32::new(0));
    let mut chance = fastrand::Rng::with_seed(11);
    let mut dropped = 0;

    for _ in 0..50 {
        let mut calls = JoinSet::new();
        for _ in 0..100 {
            let call = Chance::new(&mut chance, &traffic, &expected, &sent);
            let patience = Duration::from_millis(chance.u64(..2_500));
            let (traffic, config) = (Arc::clone(&traffic), config.clone());
            calls
                .spawn(async move { timeout(patience, run(&traffic, &config, terms(true, 60), &call)).await.is_err() });
        }
        dropped += calls.join_all().await.into_iter().map(u32::from).sum::<u32>();
    }

    assert!(dropped > 1_000, "{dropped}");
    assert!(sent.load(Ordering::Relaxed) > 5_000);
    assert_eq!(traffic.budget.tokens(), expected.load(Ordering::Relaxed));
    tokio::time::sleep(SECOND).await;
    assert_eq!(traffic.gate.time_left(), None);
    // Every turn that nobody took is there.
    for _ in 0..quota.burst {
        traffic.take_turn(Deadline::new(Instant::now(), Duration::ZERO)).await.unwrap();
    }
}
