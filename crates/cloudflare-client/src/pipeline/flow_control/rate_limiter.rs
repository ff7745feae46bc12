//! The rate limiter, which keeps the client within a quota.

use std::time::Duration;

use tokio::time::Instant;

use crate::Error;

/// How many requests the client may send: at most `requests` in any `window`, and at most `burst` of them at once.
///
/// A request may be sent up to 20 ms late without delaying those behind it, so two windows may meet by that much.
///
/// A call over the quota waits for its turn. If the wait does not fit its timeout, the call fails at once and sends nothing.
///
/// ```
/// use cloudflare_client::Quota;
/// use std::time::Duration;
///
/// let half = Quota::new(600, Duration::from_secs(300)).with_burst(50);
/// assert_eq!(half.burst, 50);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Quota {
    /// How many requests may be sent in any window: at least 1.
    pub requests: u32,
    /// How long the window is: longer than 0, at most a day.
    pub window: Duration,
    /// How many requests may be sent at once after an idle time: at least 1, and less than `requests` unless both are 1. The
    /// steady rate is that of the others, `requests` − `burst` in a window, so a larger burst leaves a lower rate.
    pub burst: u32,
}

impl Quota {
    /// The vendor's published quota: 1,200 requests in five minutes, for each user or account token.
    pub const VENDOR: Self = Self { requests: 1200, window: Duration::from_secs(300), burst: 100 };

    /// A quota of requests in a window, of which one at a time is sent.
    pub const fn new(requests: u32, window: Duration) -> Self {
        Self { requests, window, burst: 1 }
    }

    /// Sets how many requests may be sent at once.
    pub const fn with_burst(self, burst: u32) -> Self {
        Self { burst, ..self }
    }
}

/// The longest window of a quota.
const MAX_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// Grants turns at the rate of a quota: the generic cell rate algorithm, as virtual scheduling (ITU-T I.371, annex A).
///
/// One turn follows another after `interval`. A turn may come earlier than that by `tolerance`, which allows a burst after an
/// idle time.
#[derive(Clone, Copy, Debug)]
pub(in crate::pipeline) struct RateLimiter {
    interval: Duration,
    tolerance: Duration,
    /// When the next turn would come without the tolerance.
    theoretical: Instant,
}

/// A turn that was taken.
#[derive(Clone, Copy, Debug)]
pub(in crate::pipeline) struct TakenTurn {
    /// When the next turn would come without the tolerance.
    next: Instant,
}

impl RateLimiter {
    /// # Errors
    ///
    /// If a number of the quota is out of range.
    pub(in crate::pipeline) fn new(quota: Quota) -> Result<Self, Error> {
        let problem = if quota.requests == 0 {
            "`requests` is 0; set it to at least 1"
        } else if quota.burst == 0 || quota.burst > quota.requests.saturating_sub(1).max(1) {
            "`burst` must be at least 1, and less than `requests`: the steady rate is that of the others"
        } else if quota.window.is_zero() || quota.window > MAX_WINDOW {
            "`window` must be longer than 0, and at most a day"
        } else {
            // In any window, a burst and the turns after it must not exceed the quota together.
            let steady = quota.requests.saturating_sub(quota.burst).max(1);
            let interval = quota.window.checked_div(steady).unwrap_or_default().saturating_add(Duration::from_nanos(1));
            let tolerance = interval.saturating_mul(quota.burst.saturating_sub(1));
            return Ok(Self { interval, tolerance, theoretical: Instant::now() });
        };
        Err(Error::configuration(format!("the quota is invalid: {problem}")))
    }

    /// The same quota, of which nothing is used.
    pub(in crate::pipeline) fn without_state(self) -> Self {
        Self { theoretical: Instant::now(), ..self }
    }

    /// When the next turn comes, if `ahead` others take theirs first and none comes before `earliest`.
    pub(in crate::pipeline) fn next_turn(&self, ahead: usize, earliest: Instant) -> Instant {
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        let theoretical = self.theoretical.max(earliest);
        let turn = theoretical.checked_add(self.interval.saturating_mul(ahead)).unwrap_or(theoretical);
        turn.checked_sub(self.tolerance).unwrap_or(earliest).max(earliest)
    }

    /// Takes a turn that was due at the given time.
    pub(in crate::pipeline) fn take(&mut self, due: Instant) -> TakenTurn {
        let theoretical = self.theoretical.max(due);
        self.theoretical = theoretical.checked_add(self.interval).unwrap_or(theoretical);
        TakenTurn { next: self.theoretical }
    }

    /// Gives a turn back that was not used. Returns whether it is free again.
    ///
    /// It is lost if another turn was taken since. That one may have come after an idle time, and then an earlier turn that is
    /// free does not let a request follow it sooner.
    pub(in crate::pipeline) fn give_back(&mut self, turn: TakenTurn) -> bool {
        let is_last = self.theoretical == turn.next;
        if is_last {
            self.theoretical = self.theoretical.checked_sub(self.interval).unwrap_or(self.theoretical);
        }
        is_last
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "the numbers are the tests' own")]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn quota(requests: u32, burst: u32, seconds: u64) -> Quota {
        Quota { requests, window: Duration::from_secs(seconds), burst }
    }

    /// The times of the first turns of a client that always has a request to send, from its start.
    fn turns(quota: Quota, count: usize) -> Vec<Duration> {
        let mut limiter = RateLimiter::new(quota).unwrap();
        let start = limiter.theoretical;
        let mut now = start;
        let mut take = || {
            now = limiter.next_turn(0, now);
            limiter.take(now);
            now - start
        };
        (0..count).map(|_| take()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn burst_is_sent_at_once_and_the_rest_evenly() {
        let turns: Vec<_> = turns(quota(20, 10, 10), 13).iter().map(Duration::as_millis).collect();
        assert_eq!(turns, [[0; 10].as_slice(), &[1000, 2000, 3000]].concat());
    }

    #[tokio::test(start_paused = true)]
    async fn quota_is_not_exceeded_in_any_window_and_mostly_used() {
        for quota in [Quota::VENDOR, quota(3, 1, 1), quota(20, 2, 1), quota(7, 6, 3), quota(1, 1, 5)] {
            let turns = turns(quota, 5_000);
            let requests = quota.requests as usize;
            for (first, next) in turns.iter().zip(&turns[requests..]) {
                assert!(*next - *first >= quota.window, "{quota:?}: {first:?}, {next:?}");
            }
            let steady = quota.window.as_secs_f64() / f64::from((quota.requests - quota.burst).max(1));
            let used = steady * 5_000.0 / turns.last().unwrap().as_secs_f64();
            assert!(used > 0.99, "{quota:?}: {used}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn turn_of_a_call_is_known_before_those_ahead_have_taken_theirs() {
        let mut limiter = RateLimiter::new(quota(20, 10, 10)).unwrap();
        let now = limiter.theoretical;
        let predicted: Vec<_> = (0..13).map(|ahead| limiter.next_turn(ahead, now) - now).collect();
        assert_eq!(predicted, turns(quota(20, 10, 10), 13));
        limiter.take(now);
        assert_eq!(limiter.next_turn(9, now) - now, predicted[10]);
        let later = now + 60 * SECOND;
        assert_eq!(limiter.next_turn(9, later), later);
        assert_eq!(limiter.next_turn(10, later) - later, predicted[10]);
    }

    #[tokio::test(start_paused = true)]
    async fn turn_that_is_given_back_is_free_unless_another_was_taken_since() {
        let mut limiter = RateLimiter::new(quota(3, 2, 1)).unwrap();
        let now = limiter.theoretical + 5 * SECOND;
        let first = limiter.take(now);
        let second = limiter.take(now);
        assert!(limiter.next_turn(0, now) > now);
        assert!(!limiter.give_back(first));
        assert!(limiter.next_turn(0, now) > now);
        assert!(limiter.give_back(second));
        assert_eq!((limiter.next_turn(0, now), limiter.next_turn(1, now)), (now, now + limiter.interval));
        assert!(limiter.give_back(first));
        assert_eq!((limiter.next_turn(1, now), limiter.next_turn(2, now)), (now, now + limiter.interval));
    }

    #[test]
    fn quota_with_a_number_out_of_range_is_rejected_with_its_reason() {
        for (bad, reason) in [
            (quota(0, 0, 1), "`requests` is 0"),
            (quota(5, 0, 1), "`burst`"),
            (quota(5, 5, 1), "less than `requests`"),
            (quota(5, 6, 1), "`burst`"),
            (quota(1, 2, 1), "`burst`"),
            (quota(5, 1, 0), "`window`"),
            (quota(2, 1, 86_401), "`window`"),
            (quota(2, 1, u64::MAX), "`window`"),
        ] {
            let error = RateLimiter::new(bad).unwrap_err().to_string();
            assert!(error.contains(reason), "{bad:?}: {error}");
        }
        for good in [quota(1, 1, 1), quota(u32::MAX, 1, 1), quota(u32::MAX, u32::MAX - 1, 86_400), quota(5, 4, 1)] {
            RateLimiter::new(good).unwrap();
        }
    }
}
