//! The rate-limit gate: while the API rejects every call, the client sends none.

use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;

use super::super::deadline::Deadline;
use crate::Metadata;

/// How long the gate is closed after a response that reports the rate limit without `Retry-After`, which leaves open how long
/// the API rejects calls.
const DEFAULT_COOLDOWN: Duration = Duration::from_secs(10);

/// The longest time that the gate is closed by one response, so that a wrong `Retry-After` does not block a client forever.
/// The vendor's block lasts five minutes.
pub(crate) const MAX_COOLDOWN: Duration = Duration::from_secs(60 * 60);

/// How much of its time a call keeps at least for a request when the client guesses the cooldown.
const TIME_AFTER_GUESS: Duration = Duration::from_millis(500);

/// How much more time a call keeps than a response takes, since timers are not exact.
const MARGIN: Duration = Duration::from_millis(50);

/// The time between two calls that the gate lets through after it opens, so that they do not exceed the quota at once. It is
/// the vendor's limit for an address: 200 requests per second.
pub(in crate::pipeline) const SPREAD: Duration = Duration::from_millis(5);

/// For how long the API will reject every call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::pipeline) struct Cooldown {
    pub(in crate::pipeline) time: Duration,
    /// Whether the client guesses the time, since the API did not say it.
    pub(in crate::pipeline) is_guess: bool,
}

impl Cooldown {
    /// The cooldown after a response: after a rejection by the rate limit until its `Retry-After` is over, and after a quota is
    /// used up (`r=0`) until it is full again.
    pub(in crate::pipeline) fn of(metadata: &Metadata, is_rate_limited: bool) -> Option<Self> {
        let asked = metadata.retry_after().filter(|_| is_rate_limited);
        let used_up = metadata.rate_limits().iter().filter(|limit| limit.remaining == Some(0));
        let known = used_up.filter_map(|limit| limit.reset_after).chain(asked).max();
        match known {
            Some(time) => Some(Self { time, is_guess: false }),
            None => is_rate_limited.then_some(Self { time: DEFAULT_COOLDOWN, is_guess: true }),
        }
    }

    /// The cooldown that the head of a response shows. Its body may name the rate limit as well, with another status.
    pub(in crate::pipeline) fn of_head(metadata: &Metadata) -> Option<Self> {
        Self::of(metadata, metadata.status() == StatusCode::TOO_MANY_REQUESTS)
    }
}

/// Whether requests may be sent now. All clones of a connection share the gate, since the vendor counts requests per token.
/// After a token exceeds its quota, the vendor rejects every call with it for some time.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::pipeline) struct Gate {
    /// Until when the API said that it rejects calls.
    known: Option<Instant>,
    /// Until when the client guesses that the API rejects calls.
    guessed: Option<Instant>,
    /// How often the gate closed.
    closings: u64,
}

impl Gate {
    /// Closes the gate for some time from now, at most an hour. If the gate is closed for longer already, nothing changes.
    pub(in crate::pipeline) fn close(&mut self, cooldown: Cooldown) {
        let until = Instant::now().checked_add(cooldown.time.min(MAX_COOLDOWN));
        let closed_until = if cooldown.is_guess { &mut self.guessed } else { &mut self.known };
        *closed_until = (*closed_until).max(until);
        self.closings = self.closings.wrapping_add(1);
    }

    /// How often the gate closed. A call decides again how long it waits when this changes.
    pub(in crate::pipeline) fn closings(&self) -> u64 {
        self.closings
    }

    /// Until when the API said that it rejects calls.
    pub(in crate::pipeline) fn known_until(&self) -> Option<Instant> {
        self.known
    }

    /// When the gate opens. `None` if it is open.
    pub(in crate::pipeline) fn opens_at(&self, now: Instant) -> Option<Instant> {
        self.known.max(self.guessed).filter(|until| *until > now)
    }

    /// When the gate opens for a call, which needs some time for an attempt. `None` if it is open.
    ///
    /// A guess must not fail a call that has a second left: such a call tries again before its deadline.
    pub(in crate::pipeline) fn opens_for(
        &self,
        deadline: Deadline,
        attempt_time: Duration,
        now: Instant,
    ) -> Option<Instant> {
        let opens_at = self.opens_at(now)?;
        let has_time = deadline.allows_at(now, TIME_AFTER_GUESS.saturating_mul(2));
        let kept = attempt_time.saturating_add(MARGIN).max(TIME_AFTER_GUESS);
        let attempt = deadline.before(kept).filter(|_| has_time);
        match (self.known.filter(|until| *until > now), attempt) {
            (known, Some(attempt)) => Some(opens_at.min(attempt).max(known.unwrap_or(now))),
            (_, None) => Some(opens_at),
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "the numbers are the tests' own")]
mod tests {
    use http::HeaderMap;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn known(seconds: u64) -> Cooldown {
        Cooldown { time: Duration::from_secs(seconds), is_guess: false }
    }

    fn guess(seconds: u64) -> Cooldown {
        Cooldown { time: Duration::from_secs(seconds), is_guess: true }
    }

    #[test]
    fn cooldown_is_read_from_status_retry_after_and_quota() {
        for (status, header, expected) in [
            (429, ("retry-after", "7"), Some(known(7))),
            (429, ("retry-after", "soon"), Some(guess(10))),
            (429, ("ratelimit", "\"default\";r=0;t=300"), Some(known(300))),
            (503, ("retry-after", "7"), None),
            (200, ("retry-after", "7"), None),
            (200, ("ratelimit", "\"default\";r=0;t=30, \"burst\";r=0;t=40, \"other\";r=1;t=50"), Some(known(40))),
            (200, ("ratelimit", "\"default\";r=0"), None),
            (200, ("ratelimit", "\"default\";r=1;t=30"), None),
        ] {
            let headers = HeaderMap::from_iter([(http::HeaderName::from_static(header.0), header.1.parse().unwrap())]);
            let metadata = Metadata::new(StatusCode::from_u16(status).unwrap(), headers, 1, Duration::ZERO);
            assert_eq!(Cooldown::of_head(&metadata), expected, "{status} {header:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn gate_opens_after_the_longest_cooldown_and_after_an_hour_at_the_latest() {
        let mut gate = Gate::default();
        let now = Instant::now();
        assert_eq!(gate.opens_at(now), None);
        for cooldown in [known(5), guess(3), known(0), known(1)] {
            gate.close(cooldown);
            assert_eq!(gate.opens_at(now), Some(now + 5 * SECOND));
        }
        assert_eq!(gate.opens_at(now + 5 * SECOND), None);
        gate.close(Cooldown { time: Duration::MAX, is_guess: false });
        assert_eq!(gate.opens_at(now), Some(now + 3600 * SECOND));
        assert_eq!(gate.closings(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn guess_lets_a_call_with_a_second_left_try_again_before_its_deadline() {
        let now = Instant::now();
        let deadline = |millis| Deadline::new(now, Duration::from_millis(millis));
        let mut gate = Gate::default();
        gate.close(guess(10));
        for (left, opens_in) in [(60_000, 10_000), (10_400, 9_900), (1_001, 501), (999, 10_000)] {
            let expected = now + Duration::from_millis(opens_in);
            assert_eq!(gate.opens_for(deadline(left), MARGIN, now), Some(expected), "{left}");
        }
        // A slow server gets more time.
        let slow = Duration::from_millis(700);
        assert_eq!(gate.opens_for(deadline(5_000), slow, now), Some(now + Duration::from_millis(4_250)));
        // What the API said counts.
        gate.close(known(4));
        assert_eq!(gate.opens_for(deadline(2_000), MARGIN, now), Some(now + 4 * SECOND));
        assert_eq!(gate.opens_for(deadline(6_000), MARGIN, now), Some(now + 5_500 * SECOND / 1000));
    }
}
