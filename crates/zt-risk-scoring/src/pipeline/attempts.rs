//! The loop: attempts until there is an answer, or no more are allowed.

use std::time::Duration;

use super::RetryConfig;
use super::budget::Withdrawal;
use super::deadline::Deadline;
use super::retry_policy::{self, Signal};
use super::traffic::Traffic;
use crate::Error;

/// What an attempt came to.
pub(super) struct Attempted<T> {
    /// What the call comes to if this was the last attempt.
    pub(super) result: Result<T, Error>,
    pub(super) signal: Signal,
    /// How long the server asked to wait before the same request.
    pub(super) retry_after: Option<Duration>,
    /// For how long it refuses every request.
    pub(super) refuses_for: Option<Duration>,
}

/// What one call allows.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    pub(super) idempotent: bool,
    pub(super) deadline: Deadline,
}

/// Makes attempts, which are numbered from 1, and gives back what the last one came to.
///
/// # Cancellation
///
/// Dropping the future leaves what is shared right: the gate stays as the answers left it, a turn that was taken was for a
/// request that was sent, and a retry that was not sent yet goes back to the budget.
pub(super) async fn run<T, F: Future<Output = Attempted<T>>>(
    traffic: &Traffic,
    retry: &RetryConfig,
    terms: Terms,
    mut attempt: impl FnMut(u32) -> F,
) -> Result<T, Error> {
    let mut number: u32 = 1;
    let mut withdrawal: Option<Withdrawal<'_>> = None;
    let mut last = None;
    loop {
        if let Err(refusal) = traffic.admit(terms.deadline).await {
            // A call that has already failed has more to tell than that there is no time left.
            return last.unwrap_or(Err(refusal));
        }
        if let Some(withdrawal) = &mut withdrawal {
            withdrawal.spend();
        }
        let attempted = attempt(number).await;
        if let Some(time) = attempted.refuses_for {
            traffic.gate.close_for(time);
        }
        match withdrawal.take() {
            Some(withdrawal) if attempted.signal.is_answered() => withdrawal.refund(),
            None if attempted.signal.is_answered() => traffic.budget.reward(),
            _ => {}
        }
        let Some(next) = next(traffic, retry, terms, number, &attempted) else { return attempted.result };
        tracing::debug!(attempt = number, wait_ms = as_millis(next.wait), "trying again");
        tokio::time::sleep(next.wait).await;
        withdrawal = Some(next.withdrawal);
        last = Some(attempted.result);
        number = number.saturating_add(1);
    }
}

/// Another attempt: when, and what it takes from the budget.
struct Next<'a> {
    wait: Duration,
    withdrawal: Withdrawal<'a>,
}

/// Whether another attempt follows. In this order: what is safe, when it would be, and the limits last, so that they
/// always hold.
fn next<'a, T>(
    traffic: &'a Traffic,
    retry: &RetryConfig,
    terms: Terms,
    number: u32,
    attempted: &Attempted<T>,
) -> Option<Next<'a>> {
    if !retry_policy::allows(attempted.signal, terms.idempotent) {
        return None;
    }

    let backoff = match attempted.signal {
        Signal::Renewed => Duration::ZERO,
        _ => retry.backoff.wait(number, &traffic.jitter),
    };
    let asked = attempted.retry_after.unwrap_or_default();
    let gate = traffic.gate.time_left().unwrap_or_default();
    let wait = backoff.max(asked).max(gate);

    let within_limits =
        number < retry.max_attempts && asked <= retry.retry_after_ceiling && terms.deadline.allows(wait);
    let withdrawal = within_limits.then(|| traffic.budget.withdraw()).flatten()?;
    Some(Next { wait, withdrawal })
}

pub(super) fn as_millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "the numbers are the tests' own")]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::future::pending;

    use tokio::time::{Instant, timeout};

    use super::super::{Backoff, Quota, RetryBudget};
    use super::*;
    use crate::ErrorKind;

    const SECOND: Duration = Duration::from_secs(1);

    /// Outcomes that were written down before.
    #[derive(Clone, Copy)]
    struct Scripted {
        signal: Signal,
        takes: Duration,
        retry_after: Option<Duration>,
        refuses_for: Option<Duration>,
    }

    fn scripted(signal: Signal) -> Scripted {
        Scripted { signal, takes: Duration::ZERO, retry_after: None, refuses_for: None }
    }

    const fn asking(seconds: u64) -> Scripted {
        let time = Some(Duration::from_secs(seconds));
        Scripted { signal: Signal::Transient, takes: Duration::ZERO, retry_after: time, refuses_for: None }
    }

    fn refusing(seconds: u64) -> Scripted {
        Scripted { refuses_for: Some(Duration::from_secs(seconds)), ..asking(seconds) }
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

    /// The number of the attempt that the call came to, how many were made, and how long it took.
    async fn play(
        traffic: &Traffic,
        config: &RetryConfig,
        terms: Terms,
        script: &[Scripted],
    ) -> (Result<u32, Error>, u32, Duration) {
        let start = Instant::now();
        let made = RefCell::new(0);
        let result = run(traffic, config, terms, |number| {
            let made = &made;
            async move {
                *made.borrow_mut() = number;
                let scripted = script[usize::try_from(number).unwrap() - 1];
                tokio::time::sleep(scripted.takes).await;
                let Scripted { signal, retry_after, refuses_for, .. } = scripted;
                let result = match signal {
                    Signal::Final | Signal::Renewed | Signal::Transient => Ok(number),
                    _ => Err(Error::new(ErrorKind::Connection, "scripted").with_attempts(number)),
                };
                Attempted { result, signal, retry_after, refuses_for }
            }
        })
        .await;
        let made = *made.borrow();
        (result, made, start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_ends_the_call_at_once() {
        let config = config();
        let traffic = traffic(&config);
        let (result, made, time) = play(&traffic, &config, terms(true, 60), &[scripted(Signal::Final)]).await;
        assert_eq!((result.unwrap(), made, time), (1, 1, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn failures_are_tried_again_as_often_as_is_safe_and_allowed() {
        use Signal::{Final, Interrupted, NotSent, Renewed, Transient};
        for (script, idempotent, attempts) in [
            (&[Transient, Final][..], true, 2),
            (&[Transient, Final], false, 1),
            (&[Interrupted, Transient, Final], true, 3),
            (&[Interrupted, Final], false, 1),
            (&[NotSent, NotSent, Final], false, 3),
            (&[NotSent, Interrupted, Final], false, 2),
            (&[Renewed, Final], false, 2),
            (&[Transient, Transient, Transient, Final], true, 3),
        ] {
            let config = config();
            let traffic = traffic(&config);
            let script: Vec<_> = script.iter().copied().map(scripted).collect();
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
        let (_, made, time) = play(&traffic, &config, terms(true, 60), &[scripted(Signal::Transient); 6]).await;
        assert_eq!(made, 6);
        // The timer counts in milliseconds.
        assert!(time >= expected && time < expected + Duration::from_millis(6), "{time:?} {expected:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_server_is_not_asked_again_before_it_wants_to_be() {
        let config = config();
        let traffic = traffic(&config);
        let (_, made, time) =
            play(&traffic, &config, terms(true, 60), &[asking(7), refusing(3), scripted(Signal::Final)]).await;
        assert_eq!((made, time), (3, 10 * SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_longer_than_the_ceiling_or_the_time_left_is_not_begun() {
        let config = config();
        for (asked, deadline) in [(61, 600), (60, 60), (31, 30)] {
            let traffic = traffic(&config);
            let (_, made, time) = play(&traffic, &config, terms(true, deadline), &[asking(asked)]).await;
            assert_eq!((made, time), (1, Duration::ZERO), "{asked} {deadline}");
        }
        let traffic = traffic(&config);
        let script = [asking(60), scripted(Signal::Final)];
        let (_, made, time) = play(&traffic, &config, terms(true, 600), &script).await;
        assert_eq!((made, time), (2, 60 * SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn time_that_attempts_take_is_not_there_for_waits() {
        let config = config();
        let traffic = traffic(&config);
        let slow = Scripted { takes: 8 * SECOND, ..asking(3) };
        let (_, made, time) = play(&traffic, &config, terms(true, 10), &[slow]).await;
        assert_eq!((made, time), (1, 8 * SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_closes_the_gate_for_every_call() {
        let config = config();
        let traffic = traffic(&config);
        let (_, made, time) = play(&traffic, &config, terms(false, 60), &[refusing(10)]).await;
        assert_eq!((made, time), (1, Duration::ZERO));

        let (result, made, time) = play(&traffic, &config, terms(true, 5), &[scripted(Signal::Final)]).await;
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 0));
        assert_eq!(error.retry_after(), Some(10 * SECOND));
        assert_eq!((made, time), (0, Duration::ZERO));

        let (_, made, time) = play(&traffic, &config, terms(true, 11), &[scripted(Signal::Final)]).await;
        assert_eq!((made, time), (1, 10 * SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_can_close_the_gate_for_the_next_call() {
        let config = config();
        let traffic = traffic(&config);
        let last_of_the_quota = Scripted { refuses_for: Some(4 * SECOND), ..scripted(Signal::Final) };
        let (_, _, time) = play(&traffic, &config, terms(true, 60), &[last_of_the_quota]).await;
        assert_eq!(time, Duration::ZERO);
        let (_, _, time) = play(&traffic, &config, terms(true, 60), &[scripted(Signal::Final)]).await;
        assert_eq!(time, 4 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn an_outage_uses_up_the_budget_and_answers_fill_it_again() {
        let budget = RetryBudget { capacity: 10, cost: 5 };
        let config = RetryConfig { budget, ..config() };
        let traffic = traffic(&config);
        let made = async |script: &[Signal]| {
            let script: Vec<_> = script.iter().copied().map(scripted).collect();
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
            times.push(play(&traffic, &config, terms(true, 60), &[scripted(Signal::Final)]).await.2);
        }
        assert_eq!(times, [Duration::ZERO, SECOND, SECOND]);
        let brief = Terms { idempotent: true, deadline: Deadline::new(Instant::now(), SECOND / 2) };
        let (result, made, time) = play(&traffic, &config, brief, &[scripted(Signal::Final)]).await;
        assert_eq!(result.unwrap_err().kind(), ErrorKind::RateLimited);
        assert_eq!((made, time), (0, Duration::ZERO));
    }

    /// Calls that are dropped at every point there is: before they begin, at the gate, before a retry, in an attempt.
    #[tokio::test(start_paused = true)]
    async fn dropped_calls_leave_what_is_shared_as_it_should_be() {
        let budget = RetryBudget { capacity: 100_000, cost: 5 };
        let config = RetryConfig { budget, jitter_seed: Some(3), max_attempts: 5, ..RetryConfig::default() };
        let traffic = traffic(&config);
        // Far from full, so that nothing that is put in is lost over the rim.
        for _ in 0..10_000 {
            traffic.budget.withdraw().unwrap().spend();
        }
        let expected = Cell::new(traffic.budget.tokens());
        let mut chance = fastrand::Rng::with_seed(11);
        let mut dropped = 0;

        for _ in 0..5_000 {
            let step = |chance: &mut fastrand::Rng| {
                let signals = [Signal::Transient, Signal::NotSent, Signal::Interrupted, Signal::Final];
                // Some attempts never end by themselves.
                let takes = (chance.u8(..) > 20).then(|| Duration::from_millis(chance.u64(..900)));
                (signals[chance.usize(..signals.len())], takes)
            };
            let steps: Vec<_> = (0..5).map(|_| step(&mut chance)).collect();
            let refuses_for = (chance.u8(..) < 10).then(|| Duration::from_millis(chance.u64(..500)));
            let (steps, expected) = (&steps, &expected);
            let call = run(&traffic, &config, terms(true, 60), |number| async move {
                // A retry costs as soon as it is sent, and until it is answered.
                let is_retry = number > 1;
                expected.set(expected.get() - if is_retry { 5 } else { 0 });
                let (signal, takes) = steps[usize::try_from(number).unwrap() - 1];
                match takes {
                    Some(time) => tokio::time::sleep(time).await,
                    None => pending().await,
                }
                if signal.is_answered() {
                    expected.set(expected.get() + if is_retry { 5 } else { 1 });
                }
                Attempted { result: Ok(()), signal, retry_after: None, refuses_for }
            });
            let patience = Duration::from_millis(chance.u64(..2_500));
            dropped += u32::from(timeout(patience, call).await.is_err());
        }

        assert!(dropped > 1_000, "{dropped}");
        assert_eq!(traffic.budget.tokens(), expected.get());
        tokio::time::sleep(SECOND).await;
        assert_eq!(traffic.gate.time_left(), None);
    }
}
