//! What a cache knows, and what follows for a caller. Nothing here reads or waits.
//!
//! Reads are numbered in the order of their starts, so that a result can be distinguished from one that was read before something
//! happened. At most one runs at a time.

use std::sync::Arc;
use std::time::Duration;

use cloudflare_client::sdk;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{BehaviorsSnapshot, CacheStatus};
use crate::{BehaviorMap, Error, ErrorKind};

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) time_to_live: Duration,
    pub(super) max_stale: Duration,
    pub(super) max_wait: Duration,
    pub(super) retry_interval: Duration,
    /// How long a read may take.
    pub(super) timeout: Duration,
}

/// How much longer than its timeout a read may take: the time to decode a response.
const MAX_LATENESS: Duration = Duration::from_secs(5);

pub(super) struct State {
    settings: Settings,
    latest: Option<Latest>,
    /// The error of the last read, if that failed.
    failure: Option<Failure>,
    running: Option<Running>,
    next_number: u64,
    /// The time to live of what earlier reads found is over.
    valid_from: u64,
}

/// The last map that was read.
struct Latest {
    number: u64,
    behaviors: Arc<BehaviorMap>,
    read_at: Instant,
}

struct Failure {
    number: u64,
    error: Arc<Error>,
    failed_at: Instant,
    /// How long no other read starts.
    wait: Duration,
}

struct Running {
    number: u64,
    started: Instant,
    /// Its sender is dropped when the read ends.
    ended: watch::Receiver<()>,
}

/// What a caller asks for.
#[derive(Clone, Copy)]
pub(super) struct Demand {
    /// The result of this read or a later one is good, whatever its age.
    from: u64,
    /// Whether an older map is good as well.
    allows_cached: bool,
}

/// What a caller does.
pub(super) enum Decision {
    Return(BehaviorsSnapshot),
    Fail(Arc<Error>),
    /// Starts a read, and decides again.
    Start,
    /// Waits, and decides again.
    Wait(Wait),
}

/// A wait for the end of a read.
pub(super) struct Wait {
    pub(super) ended: watch::Receiver<()>,
    pub(super) time_limit: Duration,
}

impl State {
    pub(super) fn new(settings: Settings) -> Self {
        Self { settings, latest: None, failure: None, running: None, next_number: 0, valid_from: 0 }
    }

    /// Asks for a map that is not too old.
    pub(super) fn demand(&self) -> Demand {
        let from = self.running.as_ref().map_or(self.next_number, |running| running.number);
        Demand { from, allows_cached: true }
    }

    /// Asks for what is read from now on.
    pub(super) fn refresh_demand(&self) -> Demand {
        Demand { from: self.next_number, allows_cached: false }
    }

    pub(super) fn invalidate(&mut self) {
        self.valid_from = self.next_number;
    }

    pub(super) fn decide(&mut self, demand: Demand, now: Instant) -> Decision {
        self.fail_abandoned(now);
        if let Some(latest) = self.latest.as_ref().filter(|latest| self.is_good(latest, demand, now)) {
            return Decision::Return(latest.snapshot(now, false));
        }
        let usable = self.latest.as_ref().filter(|latest| demand.allows_cached && self.is_usable(latest, now));
        let usable = usable.map(|latest| latest.snapshot(now, true));
        let prevents_read = |failure: &&Failure| failure.number >= demand.from || failure.remaining_wait(now).is_some();
        if let Some(failure) = self.failure.as_ref().filter(prevents_read) {
            return usable.map_or_else(|| Decision::Fail(Arc::clone(&failure.error)), Decision::Return);
        }
        let Some(running) = &self.running else { return Decision::Start };
        let running_for = now.saturating_duration_since(running.started);
        let max_wait = match usable {
            Some(_) if self.failure.is_some() => Duration::ZERO,
            Some(_) => self.settings.max_wait.min(self.max_running_time()),
            None => self.max_running_time(),
        };
        match (max_wait.checked_sub(running_for).filter(|left| !left.is_zero()), usable) {
            (None, Some(snapshot)) => Decision::Return(snapshot),
            (left, _) => Decision::Wait(Wait { ended: running.ended.clone(), time_limit: left.unwrap_or_default() }),
        }
    }

    /// Whether a map need not be read again for a caller.
    fn is_good(&self, latest: &Latest, demand: Demand, now: Instant) -> bool {
        let is_fresh = demand.allows_cached && latest.age(now) < self.settings.time_to_live;
        latest.number >= self.valid_from && (latest.number >= demand.from || is_fresh)
    }

    /// Whether a map may be returned if it cannot be read again.
    fn is_usable(&self, latest: &Latest, now: Instant) -> bool {
        latest.age(now) < self.settings.time_to_live.saturating_add(self.settings.max_stale)
    }

    pub(super) fn start(&mut self, ended: watch::Receiver<()>, now: Instant) -> u64 {
        let number = self.next_number;
        self.next_number = number.saturating_add(1);
        self.running = Some(Running { number, started: now, ended });
        number
    }

    pub(super) fn end(&mut self, number: u64, result: Result<BehaviorMap, Error>, now: Instant) {
        // A read that was taken for an abandoned one may end after a later one.
        let is_running = self.running.as_ref().is_some_and(|running| running.number == number);
        if !is_running {
            return;
        }
        self.running = None;
        match result {
            Ok(behaviors) => {
                self.latest = Some(Latest { number, behaviors: Arc::new(behaviors), read_at: now });
                self.failure = None;
            }
            Err(error) => self.fail(number, error, now),
        }
    }

    fn fail(&mut self, number: u64, error: Error, now: Instant) {
        let wait = self.settings.retry_interval.max(sdk::requested_wait(&error));
        self.failure = Some(Failure { number, error: Arc::new(error), failed_at: now, wait });
    }

    /// Ends a read that has no result: it panicked, or its runtime was shut down, or has not run it for too long.
    fn fail_abandoned(&mut self, now: Instant) {
        let Some(running) = &self.running else { return };
        let is_alive = running.ended.has_changed().is_ok();
        if is_alive && now.saturating_duration_since(running.started) < self.max_running_time() {
            return;
        }
        let number = running.number;
        self.running = None;
        let message = "reading the behaviors panicked, or the tokio runtime on which it began has stopped";
        self.fail(number, sdk::error(ErrorKind::Connection, message), now);
    }

    fn max_running_time(&self) -> Duration {
        self.settings.timeout.saturating_add(MAX_LATENESS)
    }

    pub(super) fn status(&mut self, now: Instant) -> CacheStatus {
        self.fail_abandoned(now);
        let usable = self.latest.as_ref().filter(|latest| self.is_usable(latest, now));
        let is_stale =
            |latest: &Latest| latest.number < self.valid_from || latest.age(now) >= self.settings.time_to_live;
        CacheStatus {
            snapshot: usable.map(|latest| latest.snapshot(now, is_stale(latest))),
            last_error: self.failure.as_ref().map(|failure| Arc::clone(&failure.error)),
            was_read: self.latest.is_some(),
            is_reading: self.running.is_some(),
        }
    }
}

impl Latest {
    fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.read_at)
    }

    fn snapshot(&self, now: Instant, is_stale: bool) -> BehaviorsSnapshot {
        BehaviorsSnapshot { behaviors: Arc::clone(&self.behaviors), age: self.age(now), is_stale }
    }
}

impl Failure {
    /// How long no read starts yet.
    fn remaining_wait(&self, now: Instant) -> Option<Duration> {
        let passed = now.saturating_duration_since(self.failed_at);
        self.wait.checked_sub(passed).filter(|left| !left.is_zero())
    }
}
