//! The retry loop: attempts until a response is final, or a limit is reached.

mod policy;

use std::time::Duration;

use tokio::time::Instant;

use super::deadline::Deadline;
use super::flow_control::{AttemptTime, FlowControl, LeastTime, MIN_ATTEMPT_TIME, Measured};
use super::retry_config::{RetryConfig, RetryPermit};
use super::telemetry::{self, as_millis};
use crate::Error;

pub(super) use policy::Retryability;

/// Prepares and sends the attempts of the loop.
pub(super) trait AttemptDriver {
    /// A request that is ready to be sent.
    type Ready: Send;
    /// A whole response.
    type Response: Send;

    /// Prepares a request, credentials included. Nothing is sent.
    fn prepare(&self, deadline: Deadline) -> impl Future<Output = Result<Self::Ready, AttemptFailure>> + Send;

    /// Sends a request. The number counts requests from 1.
    fn send(
        &self,
        ready: Self::Ready,
        number: u32,
        deadline: Deadline,
    ) -> impl Future<Output = AttemptOutcome<Self::Response>> + Send;

    /// Tries to replace the credentials that a response rejected.
    fn try_renew(&self, response: &Self::Response, deadline: Deadline) -> impl Future<Output = bool> + Send;
}

/// A failed attempt: there is no whole response.
#[derive(Debug)]
pub(super) struct AttemptFailure {
    pub(super) error: Error,
    pub(super) retryability: Retryability,
}

/// The outcome of one attempt.
pub(super) struct AttemptOutcome<T> {
    /// The result of the call if no attempt follows.
    pub(super) result: Result<T, Error>,
    pub(super) retryability: Retryability,
    /// The wait that the server asked for before the same request.
    pub(super) retry_after: Option<Duration>,
}

impl<T> AttemptOutcome<T> {
    /// What the time of the attempt says about the operation, if anything.
    fn measured(&self, time: Duration) -> Option<Measured> {
        match (&self.result, self.retryability) {
            (Ok(_), retryability) if retryability.is_handled() => Some(Measured::Ended(time)),
            (Ok(_), _) => Some(Measured::Failed(time)),
            // A connection that was not made says nothing about responses.
            (Err(error), retryability) => {
                (error.is_timeout() && retryability.was_sent()).then_some(Measured::TimedOut(time))
            }
        }
    }
}

impl<T> From<AttemptFailure> for AttemptOutcome<T> {
    fn from(AttemptFailure { error, retryability }: AttemptFailure) -> Self {
        Self { retry_after: error.retry_after(), result: Err(error), retryability }
    }
}

/// The outcome of a call.
pub(super) struct CallOutcome<T> {
    pub(super) result: Result<T, Error>,
    /// How many requests were sent.
    pub(super) sent: u32,
    /// Whether a request may have reached the server.
    pub(super) may_have_been_sent: bool,
    /// Whether the server may have acted on a request before the last one, which repeated it.
    pub(super) is_repeat: bool,
    /// Whether the same call may succeed later, if it failed.
    pub(super) is_retryable: bool,
    /// The wait that did not fit the call's limits, if that ended the call.
    pub(super) wait: Option<Duration>,
}

/// What limits the attempts of one call.
#[derive(Clone, Copy)]
pub(super) struct CallLimits {
    /// The id of the operation, whose response time is estimated.
    pub(super) operation: &'static str,
    pub(super) idempotent: bool,
    pub(super) deadline: Deadline,
    /// The limit of the whole call, from which [`Self::deadline`] was computed.
    pub(super) timeout: Duration,
    /// The limit of one attempt. By default it is computed; see [`Self::attempt_deadline`].
    pub(super) attempt_timeout: Option<Duration>,
}

impl CallLimits {
    /// The longest time of an attempt by default.
    pub(super) const MAX_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(20);

    /// The deadline of an attempt that begins at the given time. By default, the attempts that are left share the time that is left, so that
    /// one that hangs leaves time for the next. No share is shorter than a typical response takes. A request that is not safe
    /// to repeat gets all the time. No attempt gets more than 20 s.
    fn attempt_deadline(&self, now: Instant, attempts_left: u32, attempt_time: AttemptTime) -> Deadline {
        let timeout = self.attempt_timeout.unwrap_or_else(|| {
            let attempts = if self.idempotent { attempts_left.max(1) } else { 1 };
            let left = self.deadline.left(now);
            let share = left.checked_div(attempts).unwrap_or_default();
            let share = if share < attempt_time.typical { left } else { share };
            share.min(Self::MAX_ATTEMPT_TIMEOUT)
        });
        self.deadline.min(Deadline::new(now, timeout))
    }

    /// The least time for an attempt that usually takes the given one. It is at most half of the call's timeout, so that a wrong
    /// estimate cannot keep a call from being made.
    fn least_time(&self, attempt_time: Duration) -> Duration {
        let half = self.timeout.checked_div(2).unwrap_or_default();
        attempt_time.min(half).max(MIN_ATTEMPT_TIME)
    }
}

/// Makes attempts, and returns the outcome of the last one.
///
/// If that is a timeout or sent nothing, and the server responded to an earlier attempt, the outcome of that one is returned:
/// it says more.
///
/// # Cancellation
///
/// Dropping the future leaves the shared state consistent: the retry budget is charged in the step that sends the request.
pub(super) async fn run<D: AttemptDriver>(
    flow: &FlowControl,
    retry: &RetryConfig,
    limits: &CallLimits,
    driver: &D,
) -> CallOutcome<D::Response> {
    let mut progress = Progress::default();
    let mut permit: Option<RetryPermit<'_>> = None;
    let mut last: Option<AttemptOutcome<D::Response>> = None;
    loop {
        progress.attempts = progress.attempts.saturating_add(1);
        let outcome = match prepare(flow, retry, limits, progress, driver).await {
            Ok(prepared) => send(flow, limits.operation, &mut progress, permit.take(), driver, prepared).await,
            Err(Unprepared::Failed(failure)) => AttemptOutcome::from(failure),
            Err(Unprepared::NoTurn(error)) => {
                let wait = error.retry_after();
                let outcome =
                    AttemptOutcome { result: Err(error), retryability: Retryability::NotSent, retry_after: wait };
                // The outcome of an earlier attempt says more than the reason why no retry could be sent.
                return progress.end(prefer(outcome, last, limits.idempotent), wait);
            }
        };
        if let (Retryability::Unauthorized, Ok(response), false) =
            (outcome.retryability, &outcome.result, progress.has_renewed)
        {
            // The attempt with other credentials needs no retry budget, and is allowed in addition to the others.
            progress.has_renewed = true;
            if driver.try_renew(response, limits.deadline).await {
                tracing::debug!("retrying with other credentials");
                progress.attempts = progress.attempts.saturating_sub(1);
                last = Some(outcome);
                continue;
            }
            return progress.end(outcome, None);
        }
        let next = plan(flow, retry, limits, progress, &outcome);
        let outcome = prefer(outcome, last.take(), limits.idempotent);
        match next {
            Err(Stop { wait }) => return progress.end(outcome, wait),
            Ok(next) => {
                tracing::debug!(attempt = progress.attempts, wait_ms = as_millis(next.wait), "retrying");
                tokio::time::sleep(next.wait).await;
                permit = next.permit;
                last = Some(outcome);
            }
        }
    }
}

/// What a call has done so far.
#[derive(Clone, Copy, Default)]
struct Progress {
    /// How many attempts began.
    attempts: u32,
    /// How many requests were sent. An attempt without credentials sends none.
    sent: u32,
    may_have_been_sent: bool,
    /// Whether the server may have acted on a request.
    may_have_acted: bool,
    /// Whether the server may have acted on a request before the last one.
    is_repeat: bool,
    has_renewed: bool,
}

impl Progress {
    fn end<T>(self, outcome: AttemptOutcome<T>, wait: Option<Duration>) -> CallOutcome<T> {
        CallOutcome {
            is_retryable: outcome.retryability.may_improve(),
            result: outcome.result,
            sent: self.sent,
            may_have_been_sent: self.may_have_been_sent,
            is_repeat: self.is_repeat,
            wait,
        }
    }
}

/// Sends a request, and charges or rewards the retry budget.
async fn send<D: AttemptDriver>(
    flow: &FlowControl,
    operation: &'static str,
    progress: &mut Progress,
    mut permit: Option<RetryPermit<'_>>,
    driver: &D,
    prepared: Prepared<D::Ready>,
) -> AttemptOutcome<D::Response> {
    if let Some(permit) = &mut permit {
        permit.consume();
    }
    let is_first = progress.sent == 0;
    progress.sent = progress.sent.saturating_add(1);
    let Prepared { request, deadline, at } = prepared;
    let outcome = driver.send(request, progress.sent, deadline).await;
    if let Some(time) = outcome.measured(at.elapsed()) {
        flow.times.record_response(operation, time);
    }
    progress.may_have_been_sent |= outcome.retryability.was_sent();
    progress.is_repeat = progress.may_have_acted;
    progress.may_have_acted |= outcome.retryability.may_have_acted();
    match permit {
        Some(permit) if outcome.retryability.is_handled() => permit.refund(),
        None if is_first && outcome.retryability.is_handled() => flow.budget.reward(),
        _ => {}
    }
    outcome
}

/// Why there is no request to send.
enum Unprepared {
    /// The call cannot be sent in time.
    NoTurn(Error),
    /// The attempt failed, for example because the token provider did not respond.
    Failed(AttemptFailure),
}

/// A request that is sent now.
struct Prepared<R> {
    request: R,
    /// The deadline of its attempt.
    deadline: Deadline,
    /// The time now.
    at: Instant,
}

/// Waits for the call's turn, then prepares a request.
///
/// Credentials are fetched after the wait, since they may expire in it. The gate is checked again after that, since another
/// call may have closed it.
async fn prepare<D: AttemptDriver>(
    flow: &FlowControl,
    retry: &RetryConfig,
    limits: &CallLimits,
    progress: Progress,
    driver: &D,
) -> Result<Prepared<D::Ready>, Unprepared> {
    let attempt_time = flow.times.attempt_time(limits.operation);
    let after_wait = limits.least_time(attempt_time.upper_bound);
    // A retry replaces an outcome, so it needs the time for another.
    let at_once = if progress.sent == 0 { MIN_ATTEMPT_TIME } else { limits.least_time(attempt_time.typical) };
    let attempts_left = retry.max_attempts.saturating_sub(progress.attempts).saturating_add(1);
    loop {
        let admitted = flow.admit(limits.deadline, LeastTime { at_once, after_wait }).await;
        let admission = admitted.map_err(Unprepared::NoTurn)?;
        let deadline = limits.attempt_deadline(admission.at(), attempts_left, attempt_time);
        let request = driver.prepare(deadline).await;
        let now = Instant::now();
        let took = now.saturating_duration_since(admission.at());
        match &request {
            Ok(_) => flow.times.record_preparation(Measured::Ended(took)),
            Err(failure) if failure.error.is_timeout() => flow.times.record_preparation(Measured::TimedOut(took)),
            Err(_) => {}
        }
        let request = request.map_err(Unprepared::Failed)?;
        if admission.is_outdated() {
            continue;
        }
        if !deadline.allows_at(now, MIN_ATTEMPT_TIME) {
            let error = Error::no_time_left_after("the token provider", took, deadline.left(now));
            return Err(Unprepared::Failed(AttemptFailure { error, retryability: Retryability::NotSent }));
        }
        admission.consume();
        return Ok(Prepared { request, deadline, at: now });
    }
}

/// Another attempt follows after a wait.
struct Retry<'a> {
    wait: Duration,
    permit: Option<RetryPermit<'a>>,
}

/// No attempt follows. `wait` is set if the required wait did not fit the limits, or the API rejects every call for that time.
struct Stop {
    wait: Option<Duration>,
}

/// Decides whether another attempt follows. Safety is checked first and limits last, so that no setting overrides either.
fn plan<'a, T>(
    flow: &'a FlowControl,
    retry: &RetryConfig,
    limits: &CallLimits,
    progress: Progress,
    outcome: &AttemptOutcome<T>,
) -> Result<Retry<'a>, Stop> {
    let is_rate_limited = outcome.retryability == Retryability::RateLimited;
    let stop = || Stop { wait: flow.time_until_open().filter(|_| is_rate_limited) };
    if !policy::allows_retry(outcome.retryability, limits.idempotent) {
        return Err(stop());
    }
    let least = limits.least_time(flow.times.attempt_time(limits.operation).typical);
    let gate = flow.time_until_open_for(limits.deadline, least).unwrap_or_default();
    let requested = outcome.retry_after.unwrap_or_default();
    let wait = if is_rate_limited && !gate.is_zero() {
        // The call waits at the gate, which spreads the calls that it lets through.
        Duration::ZERO
    } else {
        // A server may ask all clients for the same wait. The backoff's jitter spreads their retries.
        requested.saturating_add(retry.backoff.wait(progress.attempts, &flow.jitter))
    };
    if progress.attempts >= retry.max_attempts {
        return Err(stop());
    }
    if requested > retry.retry_after_ceiling || !limits.deadline.allows(wait.max(gate).saturating_add(least)) {
        return Err(Stop { wait: Some(requested.max(gate)).filter(|wait| !wait.is_zero()) });
    }
    if is_rate_limited {
        // A wait that the server asked for is no outage, against which the budget protects.
        return Ok(Retry { wait, permit: None });
    }
    match flow.budget.try_acquire() {
        Some(permit) => Ok(Retry { wait, permit: Some(permit) }),
        None => {
            telemetry::budget_exhausted();
            Err(stop())
        }
    }
}

/// The outcome that says more: the last one, unless the server responded to an earlier attempt, and the last one timed out or
/// sent nothing.
///
/// Two outcomes must not be hidden or hide another: rejected credentials, which were replaced since, and an attempt of a request
/// that is not safe to repeat, which the server may have carried out.
fn prefer<T>(last: AttemptOutcome<T>, earlier: Option<AttemptOutcome<T>>, idempotent: bool) -> AttemptOutcome<T> {
    let is_sent = last.retryability.was_sent();
    let says_little = !is_sent || (idempotent && last.result.as_ref().is_err_and(Error::is_timeout));
    match earlier {
        Some(earlier) if says_little && has_status(&earlier) && earlier.retryability != Retryability::Unauthorized => {
            earlier
        }
        _ => last,
    }
}

/// Whether the server responded to an attempt, at least with the head of a response.
fn has_status<T>(outcome: &AttemptOutcome<T>) -> bool {
    outcome.result.as_ref().map_or_else(|error| error.status().is_some(), |_| true)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "the numbers are the tests' own")]
mod tests;
