//! How a call waits for its turn.

use std::pin::{Pin, pin};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::super::deadline::Deadline;
use super::super::telemetry::as_millis;
use super::{Admission, FlowControl, GateWait, LeastTime, MAX_LATENESS, MIN_ATTEMPT_TIME, Turn};
use crate::duration::human;
use crate::{Error, ErrorKind};

/// A call that has not taken its turn. If it has a ticket, it leaves the queue when it is dropped.
pub(super) struct Waiter<'a> {
    flow: &'a FlowControl,
    deadline: Deadline,
    least: LeastTime,
    came: Instant,
    ticket: Option<u64>,
    /// How long the call waits for the gate.
    gate_wait: Option<GateWait>,
}

/// What becomes of a call that comes.
pub(super) enum Start<'a> {
    Admitted(Admission<'a>),
    /// Boxed, since every call would have room for it otherwise.
    Waiting(Pin<Box<dyn Future<Output = Result<Admission<'a>, Error>> + Send + 'a>>),
}

/// What a call does next.
enum Step<'a> {
    Admitted(Admission<'a>),
    WaitUntil(Instant),
}

impl<'a> Waiter<'a> {
    /// Takes a turn if the call need not wait for it. Such a call needs no notification and no timer.
    pub(super) fn start(flow: &'a FlowControl, deadline: Deadline, least: LeastTime) -> Result<Start<'a>, Error> {
        let came = Instant::now();
        let mut waiter = Self { flow, deadline, least, came, ticket: None, gate_wait: None };
        match waiter.step(came)? {
            Step::Admitted(admission) => Ok(Start::Admitted(admission)),
            Step::WaitUntil(_) => Ok(Start::Waiting(Box::pin(waiter.wait()))),
        }
    }

    /// Waits for the turn, and takes it.
    async fn wait(mut self) -> Result<Admission<'a>, Error> {
        loop {
            let mut changed = pin!(self.flow.changed.notified());
            // A change after the queue is read must wake this call.
            changed.as_mut().enable();
            match self.step(Instant::now())? {
                Step::Admitted(admission) => return Ok(admission),
                // Whether the time came or something changed, the turn is computed again.
                Step::WaitUntil(time) => drop(timeout_at(time, changed).await),
            }
        }
    }

    /// Takes the turn if it has come. Otherwise joins the queue, or fails if the turn comes too late.
    fn step(&mut self, now: Instant) -> Result<Step<'a>, Error> {
        let Self { flow, deadline, least, came, ticket, gate_wait } = *self;
        let mut queue = flow.queue();
        let decided = gate_wait.filter(|wait| wait.closings == queue.gate.closings());
        let wait = decided.unwrap_or_else(|| flow.spread_probe(queue.gate_wait(deadline, least.after_wait, now), now));
        let turn = queue.turn(ticket, wait, came);
        // Calls that are due at once wake in any order. A probe does not wait for those ahead. A call ahead whose timer would be
        // this late is not polled by its task, and must not stop the calls behind it.
        let is_next = wait.is_probe
            || ticket.is_none_or(|ticket| queue.tickets.front() == Some(&ticket))
            || turn.at.checked_add(MAX_LATENESS).is_some_and(|late| late <= now);
        // A call that waited was promised this much, and timers are late by some milliseconds.
        let promised = least.after_wait.saturating_sub(MAX_LATENESS).max(MIN_ATTEMPT_TIME);
        if turn.at <= now && is_next {
            let least = if ticket.is_some() { promised } else { least.at_once };
            if !deadline.allows_at(now, least) {
                return Err(Error::no_time_left(deadline.left(now)));
            }
            let turn = queue.take_turn(self.ticket.take(), turn.at, now);
            return Ok(Step::Admitted(Admission { flow, at: now, closings: wait.closings, turn }));
        }
        // The turn may come later than it was promised, for example if the probe of another call took one.
        let is_too_late = match decided {
            None => !deadline.allows_at(turn.at, least.after_wait),
            Some(_) => !deadline.allows_at(now, MIN_ATTEMPT_TIME),
        };
        if is_too_late {
            return Err(too_late(turn, deadline, now));
        }
        self.gate_wait = Some(wait);
        self.ticket = ticket.or_else(|| Some(queue.join(wait)));
        drop(queue);
        if decided.is_none() {
            let wait_ms = as_millis(turn.at.saturating_duration_since(now));
            tracing::debug!(wait_ms, reason = turn.reason, "waiting");
        }
        let soon = now.checked_add(Duration::from_millis(1)).unwrap_or(now);
        let end = deadline.before(MIN_ATTEMPT_TIME).unwrap_or(turn.at);
        Ok(Step::WaitUntil(turn.at.min(end).max(soon)))
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.flow.queue().leave(ticket);
            self.flow.changed.notify_waiters();
        }
    }
}

fn too_late(turn: Turn, deadline: Deadline, now: Instant) -> Error {
    let wait = turn.at.saturating_duration_since(now);
    let message =
        format!("{}: the call has {} left, and would wait {}", turn.reason, human(deadline.left(now)), human(wait));
    Error::new(ErrorKind::RateLimited, message).with_retry_after(wait)
}
