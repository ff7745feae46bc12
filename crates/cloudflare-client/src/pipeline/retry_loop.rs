//! The retry loop: attempts until a response is final, or a limit is reached.

use std::time::Duration;

use super::RetryConfig;
use super::budget::RetryPermit;
use super::deadline::Deadline;
use super::flow_control::FlowControl;
use super::retry_policy::{self, Retryability};
use super::telemetry::as_millis;
use crate::Error;

/// Prepares and sends the attempts of the loop.
pub(super) trait AttemptDriver {
    /// A request that is ready to be sent.
    type Ready: Send;
    /// A whole response.
    type Response: Send;

    /// Prepares a request, credentials included. Nothing is sent.
    fn prepare(&self) -> impl Future<Output = Result<Self::Ready, Error>> + Send;

    /// Sends a request. The number counts attempts from 1.
    fn send(&self, ready: Self::Ready, number: u32) -> impl Future<Output = AttemptOutcome<Self::Response>> + Send;

    /// Tries to replace the credentials that a response rejected. The loop calls this only if another attempt would follow.
    fn try_renew(&self, response: &Self::Response) -> impl Future<Output = bool> + Send;
}

/// The outcome of one attempt.
pub(super) struct AttemptOutcome<T> {
    /// The result of the call if no attempt follows.
    pub(super) result: Result<T, Error>,
    pub(super) retryability: Retryability,
    /// The wait that the server asked for before the same request.
    pub(super) retry_after: Option<Duration>,
}

/// The outcome of a call.
pub(super) struct CallOutcome<T> {
    pub(super) result: Result<T, Error>,
    /// The wait that did not fit the call's limits, if that ended the call.
    pub(super) wait: Option<Duration>,
}

/// What limits the attempts of one call.
#[derive(Clone, Copy)]
pub(super) struct CallLimits {
    pub(super) idempotent: bool,
    pub(super) deadline: Deadline,
}

/// Makes attempts, and returns the outcome of the last one.
///
/// # Cancellation
///
/// Dropping the future leaves the shared state consistent: a rate-limit slot is taken, and the retry budget is charged, in
/// the step that sends the request. An unsent request costs nothing.
pub(super) async fn run<D: AttemptDriver>(
    flow: &FlowControl,
    retry: &RetryConfig,
    limits: CallLimits,
    driver: &D,
) -> CallOutcome<D::Response> {
    let mut number: u32 = 1;
    let mut permit: Option<RetryPermit<'_>> = None;
    let mut last = None;
    loop {
        let ready = match prepare(flow, limits.deadline, driver).await {
            Ok(ready) => ready,
            // The result of an earlier attempt is more useful than the reason why no retry could be sent.
            Err(error) => {
                let wait = error.retry_after();
                let error = error.with_attempts(number.saturating_sub(1));
                return CallOutcome { result: last.unwrap_or(Err(error)), wait };
            }
        };
        if let Some(permit) = &mut permit {
            permit.consume();
        }
        let outcome = driver.send(ready, number).await;
        match permit.take() {
            Some(permit) if outcome.retryability.is_handled() => permit.refund(),
            None if outcome.retryability.is_handled() => flow.budget.reward(),
            _ => {}
        }
        let next = match plan(flow, retry, limits, number, driver, &outcome).await {
            Ok(next) => next,
            Err(Stop { wait }) => return CallOutcome { result: outcome.result, wait },
        };
        tracing::debug!(attempt = number, wait_ms = as_millis(next.wait), "retrying");
        tokio::time::sleep(next.wait).await;
        permit = Some(next.permit);
        last = Some(outcome.result);
        number = number.saturating_add(1);
    }
}

/// Prepares a request and waits until it may be sent.
///
/// The gate is checked first, so that credentials do not expire while a call waits. It is checked again with the rate
/// limiter, since another call may have closed it meanwhile.
async fn prepare<D: AttemptDriver>(flow: &FlowControl, deadline: Deadline, driver: &D) -> Result<D::Ready, Error> {
    flow.wait_for_gate(deadline).await?;
    let ready = driver.prepare().await?;
    flow.take_slot(deadline).await?;
    Ok(ready)
}

/// Another attempt follows after a wait.
struct Retry<'a> {
    wait: Duration,
    permit: RetryPermit<'a>,
}

/// No attempt follows. `wait` is set if the required wait did not fit the limits.
struct Stop {
    wait: Option<Duration>,
}

/// Decides whether another attempt follows. Safety is checked first and limits last, so that no setting overrides either.
async fn plan<'a, D: AttemptDriver>(
    flow: &'a FlowControl,
    retry: &RetryConfig,
    limits: CallLimits,
    number: u32,
    driver: &D,
    outcome: &AttemptOutcome<D::Response>,
) -> Result<Retry<'a>, Stop> {
    const STOP: Stop = Stop { wait: None };
    if !retry_policy::allows_retry(outcome.retryability, limits.idempotent) {
        return Err(STOP);
    }

    let backoff = match outcome.retryability {
        Retryability::Unauthorized => Duration::ZERO,
        _ => retry.backoff.wait(number, &flow.jitter),
    };
    let requested = outcome.retry_after.unwrap_or_default();
    let gate = flow.gate.time_left().unwrap_or_default();
    // A server may ask all clients for the same wait. The backoff's jitter spreads their retries.
    let wait = requested.max(gate).saturating_add(backoff);

    if number >= retry.max_attempts {
        return Err(STOP);
    }
    if requested > retry.retry_after_ceiling || !limits.deadline.allows(wait) {
        return Err(Stop { wait: Some(requested.max(gate)).filter(|wait| !wait.is_zero()) });
    }
    let permit = flow.budget.try_acquire().ok_or(STOP)?;
    match (outcome.retryability, &outcome.result) {
        (Retryability::Unauthorized, Ok(response)) if !driver.try_renew(response).await => Err(STOP),
        _ => Ok(Retry { wait, permit }),
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "the numbers are the tests' own")]
mod tests;
