//! The loop: attempts until there is an answer, or no more are allowed.

use std::time::Duration;

use super::RetryConfig;
use super::budget::Withdrawal;
use super::deadline::Deadline;
use super::retry_policy::{self, Signal};
use super::telemetry::as_millis;
use super::traffic::Traffic;
use crate::Error;

/// What the loop makes attempts with.
pub(super) trait Attempt {
    /// A request that is ready to be sent.
    type Ready: Send;
    /// An answer.
    type Answer: Send;

    /// Gets a request ready, credentials included. Nothing is sent.
    fn prepare(&self) -> impl Future<Output = Result<Self::Ready, Error>> + Send;

    /// Sends a request; the number counts from 1.
    fn send(&self, ready: Self::Ready, number: u32) -> impl Future<Output = Attempted<Self::Answer>> + Send;

    /// Whether there are other credentials than those that an answer did not accept. It is asked only if another attempt
    /// would follow.
    fn renews(&self, answer: &Self::Answer) -> bool;
}

/// What an attempt came to.
pub(super) struct Attempted<T> {
    /// What the call comes to if this was the last attempt.
    pub(super) result: Result<T, Error>,
    pub(super) signal: Signal,
    /// How long the server asked to wait before the same request.
    pub(super) retry_after: Option<Duration>,
}

/// What a call came to.
pub(super) struct Outcome<T> {
    pub(super) result: Result<T, Error>,
    /// The wait that there was no time for, if that ended the call.
    pub(super) wait: Option<Duration>,
}

/// What one call allows.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    pub(super) idempotent: bool,
    pub(super) deadline: Deadline,
}

/// Makes attempts, and gives back what the last one came to.
///
/// # Cancellation
///
/// Dropping the future leaves what is shared right. A turn is taken, and the budget is charged, in the same step in which a
/// request is sent: what was not sent costs nothing.
pub(super) async fn run<A: Attempt>(
    traffic: &Traffic,
    retry: &RetryConfig,
    terms: Terms,
    attempt: &A,
) -> Outcome<A::Answer> {
    let mut number: u32 = 1;
    let mut withdrawal: Option<Withdrawal<'_>> = None;
    let mut last = None;
    loop {
        let ready = match ready(traffic, terms.deadline, attempt).await {
            Ok(ready) => ready,
            // A call that has already failed has more to tell than why it could not go on.
            Err(error) => {
                let wait = error.retry_after();
                let error = error.with_attempts(number.saturating_sub(1));
                return Outcome { result: last.unwrap_or(Err(error)), wait };
            }
        };
        if let Some(withdrawal) = &mut withdrawal {
            withdrawal.spend();
        }
        let attempted = attempt.send(ready, number).await;
        match withdrawal.take() {
            Some(withdrawal) if attempted.signal.is_answered() => withdrawal.refund(),
            None if attempted.signal.is_answered() => traffic.budget.reward(),
            _ => {}
        }
        let next = match next(traffic, retry, terms, number, attempt, &attempted) {
            Ok(next) => next,
            Err(Stop { wait }) => return Outcome { result: attempted.result, wait },
        };
        tracing::debug!(attempt = number, wait_ms = as_millis(next.wait), "trying again");
        tokio::time::sleep(next.wait).await;
        withdrawal = Some(next.withdrawal);
        last = Some(attempted.result);
        number = number.saturating_add(1);
    }
}

/// Gets a request ready and waits until it may be sent.
///
/// The gate comes first, so that nobody asks for credentials that grow old behind it, and again with pacing after that:
/// it may have been closed meanwhile.
async fn ready<A: Attempt>(traffic: &Traffic, deadline: Deadline, attempt: &A) -> Result<A::Ready, Error> {
    traffic.wait_for_gate(deadline).await?;
    let ready = attempt.prepare().await?;
    traffic.take_turn(deadline).await?;
    Ok(ready)
}

/// Another attempt: when, and what it takes from the budget.
struct Next<'a> {
    wait: Duration,
    withdrawal: Withdrawal<'a>,
}

/// No other attempt; perhaps for want of time for a wait.
struct Stop {
    wait: Option<Duration>,
}

/// Whether another attempt follows. In this order: what is safe, when it would be, and the limits last, so that they
/// always hold.
fn next<'a, A: Attempt>(
    traffic: &'a Traffic,
    retry: &RetryConfig,
    terms: Terms,
    number: u32,
    attempt: &A,
    attempted: &Attempted<A::Answer>,
) -> Result<Next<'a>, Stop> {
    const STOP: Stop = Stop { wait: None };
    if !retry_policy::allows(attempted.signal, terms.idempotent) {
        return Err(STOP);
    }

    let backoff = match attempted.signal {
        Signal::Unauthorized => Duration::ZERO,
        _ => retry.backoff.wait(number, &traffic.jitter),
    };
    let asked = attempted.retry_after.unwrap_or_default();
    let gate = traffic.gate.time_left().unwrap_or_default();
    // The backoff comes on top of what a server asks for: everybody was asked for the same.
    let wait = asked.max(gate).saturating_add(backoff);

    if number >= retry.max_attempts {
        return Err(STOP);
    }
    if asked > retry.retry_after_ceiling || !terms.deadline.allows(wait) {
        return Err(Stop { wait: Some(asked.max(gate)).filter(|wait| !wait.is_zero()) });
    }
    let withdrawal = traffic.budget.withdraw().ok_or(STOP)?;
    match (attempted.signal, &attempted.result) {
        (Signal::Unauthorized, Ok(answer)) if !attempt.renews(answer) => Err(STOP),
        _ => Ok(Next { wait, withdrawal }),
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "the numbers are the tests' own")]
mod tests;
