//! Flow control: whether and when a request may be sent.

mod gate;
mod rate_limiter;
mod time_estimate;
mod waiter;

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::deadline::Deadline;
use super::retry_config::{Backoff, Jitter, RetryConfig, TokenBucket};
use crate::Error;
use gate::{Gate, SPREAD};
use rate_limiter::{RateLimiter, TakenTurn};
use waiter::{Start, Waiter};

pub(super) use gate::Cooldown;
pub(crate) use gate::MAX_COOLDOWN;
pub use rate_limiter::Quota;
pub(crate) use time_estimate::MIN_ATTEMPT_TIME;
pub(super) use time_estimate::{AttemptTime, AttemptTimes, Measured};

/// The state that decides whether and when a request may be sent. All clones of a connection share it, since the vendor
/// counts requests per token.
pub(crate) struct FlowControl {
    pub(super) budget: TokenBucket,
    pub(super) jitter: Jitter,
    pub(super) times: AttemptTimes,
    queue: Mutex<Queue>,
    /// Wakes the waiting calls: the gate closed, or a call left the queue without taking its turn.
    changed: Notify,
}

/// The calls that wait for their turn, in the order in which they came.
struct Queue {
    gate: Gate,
    limiter: Option<RateLimiter>,
    tickets: VecDeque<u64>,
    next_ticket: u64,
    /// When the gate lets the next of the calls through that waited for it to open.
    next_release: Option<Instant>,
    /// The last ticket that waits for the gate to open.
    last_gated: Option<u64>,
}

/// When a call may be sent, and what it waits for.
#[derive(Clone, Copy)]
struct Turn {
    at: Instant,
    reason: &'static str,
}

/// How long a call waits for the gate, as decided when it came or when the gate last closed.
#[derive(Clone, Copy)]
struct GateWait {
    closings: u64,
    opens_at: Option<Instant>,
    /// Until when the API said that it rejects calls. A probe comes after this.
    known_until: Option<Instant>,
    /// Whether the call tries again before the gate opens, since the client only guesses when it opens.
    is_probe: bool,
}

/// The turn that a call took. Unless it is consumed, it is given back when it is dropped.
pub(super) struct Admission<'a> {
    flow: &'a FlowControl,
    /// When the call was admitted.
    at: Instant,
    closings: u64,
    /// The turn of the rate limiter.
    turn: Option<TakenTurn>,
}

impl Admission<'_> {
    /// When the call was admitted.
    pub(super) fn at(&self) -> Instant {
        self.at
    }

    /// Uses the turn: the request is sent.
    pub(super) fn consume(mut self) {
        self.turn = None;
    }

    /// Whether the gate closed after the call was admitted, and is still closed.
    pub(super) fn is_outdated(&self) -> bool {
        let queue = self.flow.queue();
        queue.gate.closings() != self.closings && queue.gate.opens_at(Instant::now()).is_some()
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        let Some(turn) = self.turn else { return };
        if self.flow.queue().limiter.as_mut().is_some_and(|limiter| limiter.give_back(turn)) {
            self.flow.changed.notify_waiters();
        }
    }
}

/// The least time that must be left for an attempt.
#[derive(Clone, Copy)]
pub(super) struct LeastTime {
    /// If it is sent at once.
    pub(super) at_once: Duration,
    /// If it has to wait for its turn.
    pub(super) after_wait: Duration,
}

/// How late the timer of a call may be.
const MAX_LATENESS: Duration = Duration::from_millis(20);

const GATE: &str = "the API rejects every call for now";
const QUOTA: &str = "the client's own quota is used up for now";

impl FlowControl {
    /// # Errors
    ///
    /// If the quota is invalid.
    pub(crate) fn new(retry: &RetryConfig, quota: Option<Quota>) -> Result<Self, Error> {
        Ok(Self::with_limiter(retry, quota.map(RateLimiter::new).transpose()?))
    }

    /// The same settings, for another connection.
    pub(crate) fn without_state(&self, retry: &RetryConfig) -> Self {
        let limiter = self.queue().limiter.map(RateLimiter::without_state);
        Self::with_limiter(retry, limiter)
    }

    fn with_limiter(retry: &RetryConfig, limiter: Option<RateLimiter>) -> Self {
        Self {
            budget: TokenBucket::new(retry.budget),
            jitter: Jitter::new(retry.jitter_seed),
            times: AttemptTimes::default(),
            queue: Mutex::new(Queue {
                gate: Gate::default(),
                limiter,
                tickets: VecDeque::new(),
                next_ticket: 0,
                next_release: None,
                last_gated: None,
            }),
            changed: Notify::new(),
        }
    }

    /// The wait after something failed the given number of times.
    pub(crate) fn backoff(&self, backoff: Backoff, failures: u32) -> Duration {
        backoff.wait(failures, &self.jitter)
    }

    /// A random time, less than the given one.
    pub(crate) fn random_time(&self, limit: Duration) -> Duration {
        self.jitter.up_to(limit)
    }

    /// Closes the gate. The waiting calls decide again whether they have enough time.
    pub(super) fn close_gate(&self, cooldown: Cooldown) {
        let phase = self.jitter.up_to(SPREAD);
        self.queue().close_gate(cooldown, phase);
        self.changed.notify_waiters();
    }

    /// How long the gate is still closed for a call, which needs some time for an attempt. `None` if it is open.
    pub(super) fn time_until_open_for(&self, deadline: Deadline, attempt_time: Duration) -> Option<Duration> {
        let now = Instant::now();
        let opens_at = self.queue().gate.opens_for(deadline, attempt_time, now)?;
        Some(opens_at.saturating_duration_since(now)).filter(|wait| !wait.is_zero())
    }

    /// How long the gate is still closed for calls that come now. `None` if it is open.
    pub(super) fn time_until_open(&self) -> Option<Duration> {
        let now = Instant::now();
        Some(self.queue().gate.opens_at(now)?.saturating_duration_since(now))
    }

    /// Waits until a call that is made then is sent at once: the gate is open, and the rate limiter grants a turn. It takes no
    /// turn. Returns whether the gate was closed.
    pub(crate) async fn ready(&self) -> bool {
        let mut was_closed = false;
        loop {
            // Made before the queue is read, so that a later change ends the wait.
            let changed = self.changed.notified();
            let now = Instant::now();
            let turn = {
                let queue = self.queue();
                let wait = queue.gate_wait(Deadline::new(now, Duration::MAX), Duration::ZERO, now);
                was_closed |= wait.opens_at.is_some();
                queue.turn(None, wait, now)
            };
            if turn.at <= now {
                return was_closed;
            }
            drop(timeout_at(turn.at, changed).await);
        }
    }

    /// Waits until the gate is open and the rate limiter grants a turn, and takes it. Fails at once if too little time would be
    /// left for the attempt.
    ///
    /// # Cancellation
    ///
    /// A call that is dropped while it waits leaves the queue, and those behind it move up.
    pub(super) async fn admit(&self, deadline: Deadline, least: LeastTime) -> Result<Admission<'_>, Error> {
        match Waiter::start(self, deadline, least)? {
            Start::Admitted(admission) => Ok(admission),
            Start::Waiting(admission) => admission.await,
        }
    }

    /// Brings a probe forward by a random part of its wait, at most half. Otherwise calls with one deadline would be sent at once
    /// to a server that rejects them for now.
    fn spread_probe(&self, wait: GateWait, now: Instant) -> GateWait {
        let Some(opens_at) = wait.opens_at.filter(|_| wait.is_probe) else { return wait };
        let half = opens_at.saturating_duration_since(now).checked_div(2).unwrap_or_default();
        GateWait { opens_at: opens_at.checked_sub(self.jitter.up_to(half)).max(wait.known_until), ..wait }
    }

    /// Ignores poisoning: every change of the queue is a single step, so a panic cannot leave it inconsistent.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn close_gate(&mut self, cooldown: Cooldown, phase: Duration) {
        self.gate.close(cooldown);
        let opens_at = self.gate.opens_at(Instant::now());
        self.next_release = opens_at.and_then(|at| at.checked_add(phase));
        self.last_gated = self.tickets.back().copied();
    }

    fn gate_wait(&self, deadline: Deadline, attempt_time: Duration, now: Instant) -> GateWait {
        let opens_at = self.gate.opens_for(deadline, attempt_time, now);
        let is_probe = opens_at < self.gate.opens_at(now);
        GateWait { closings: self.gate.closings(), opens_at, known_until: self.gate.known_until(), is_probe }
    }

    /// The turn of a call in the queue, or of one that would join it, and when the call came. The turn is not before that, and
    /// may have passed.
    fn turn(&self, ticket: Option<u64>, wait: GateWait, came: Instant) -> Turn {
        let ahead = ticket.map_or(self.tickets.len(), |ticket| self.tickets.partition_point(|other| *other < ticket));
        let is_gated = ticket.map_or(wait.opens_at.is_some(), |ticket| Some(ticket) <= self.last_gated);
        let released = self.next_release.filter(|_| is_gated && !wait.is_probe).map(|next| {
            let spread = SPREAD.saturating_mul(u32::try_from(ahead).unwrap_or(u32::MAX));
            next.checked_add(spread).unwrap_or(next)
        });
        let gate = came.max(wait.opens_at.max(released).unwrap_or(came));
        let quota = self.limiter.as_ref().map_or(gate, |limiter| limiter.next_turn(ahead, gate));
        if quota > gate { Turn { at: quota, reason: QUOTA } } else { Turn { at: gate, reason: GATE } }
    }

    fn join(&mut self, wait: GateWait) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket = ticket.wrapping_add(1);
        self.tickets.push_back(ticket);
        if wait.opens_at.is_some() {
            self.last_gated = Some(ticket);
        }
        ticket
    }

    /// Removes a call from the queue. Returns whether the gate held it back.
    fn leave(&mut self, ticket: u64) -> bool {
        if let Ok(index) = self.tickets.binary_search(&ticket) {
            self.tickets.remove(index);
        }
        let is_gated = Some(ticket) <= self.last_gated;
        if self.tickets.front().copied() > self.last_gated || self.tickets.is_empty() {
            self.last_gated = None;
        }
        is_gated
    }

    /// Takes a turn. The next ones follow from when it was due, since timers are late and the delays would add up. A turn that
    /// is very late counts as due a moment ago, so that the calls behind it are not sent at once.
    fn take_turn(&mut self, ticket: Option<u64>, due: Instant, now: Instant) -> Option<TakenTurn> {
        let due = now.checked_sub(MAX_LATENESS).map_or(due, |earliest| due.max(earliest));
        if ticket.is_some_and(|ticket| self.leave(ticket)) {
            self.next_release = self.next_release.max(Some(due)).and_then(|release| release.checked_add(SPREAD));
        }
        self.limiter.as_mut().map(|limiter| limiter.take(due))
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "the numbers are the tests' own")]
mod tests;
