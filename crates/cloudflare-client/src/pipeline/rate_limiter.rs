//! The rate limiter, which keeps the client within a quota.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::Quota as Rate;
use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use tokio::time::Instant;

use crate::Error;

/// How many requests the client may send: at most `requests` in any `window`, and at most `burst` of them at once.
///
/// A call over the quota waits for a slot. If the wait does not fit its timeout, the call fails and sends nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Quota {
    /// How many requests may be sent in any window.
    pub requests: u32,
    /// How long the window is: at most a day.
    pub window: Duration,
    /// How many requests may be sent at once: from 1 to less than `requests`.
    pub burst: u32,
}

impl Quota {
    /// The vendor's published quota: 1,200 requests in five minutes, for each user or account token.
    pub const VENDOR: Self = Self { requests: 1200, window: Duration::from_secs(300), burst: 100 };
}

/// The longest window of a quota.
const MAX_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// Grants slots at the rate of a quota. Each request takes one.
pub(super) struct RateLimiter {
    limiter: governor::RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>,
    clock: TokioClock,
}

impl RateLimiter {
    /// # Errors
    ///
    /// If a number of the quota is out of range.
    pub(super) fn new(quota: Quota) -> Result<Self, Error> {
        // In any window, a burst and the steady rate after it must not exceed the quota together.
        let steady = quota.requests.checked_sub(quota.burst).and_then(NonZeroU32::new);
        let rate = NonZeroU32::new(quota.burst).zip(steady).and_then(|(burst, steady)| {
            let interval = quota.window.checked_div(steady.get()).filter(|_| quota.window <= MAX_WINDOW)?;
            Some(Rate::with_period(interval)?.allow_burst(burst))
        });
        let rate = rate.ok_or_else(|| {
            Error::configuration(
                "the quota is invalid: `window` must be longer than 0 and at most a day, `burst` must be at least 1 and \
                 less than `requests`",
            )
        })?;
        let clock = TokioClock { start: Instant::now() };
        Ok(Self { limiter: governor::RateLimiter::direct_with_clock(rate, clock.clone()), clock })
    }

    /// Takes a slot, or returns the wait until one is free. No slot is reserved for the caller.
    pub(super) fn take_slot(&self) -> Result<(), Duration> {
        self.limiter.check().map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }
}

/// tokio's clock. Tests can pause it.
#[derive(Clone)]
struct TokioClock {
    start: Instant,
}

impl Clock for TokioClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "the numbers are the tests' own")]
mod tests {
    use super::*;

    fn quota(requests: u32, burst: u32, seconds: u64) -> Quota {
        Quota { requests, window: Duration::from_secs(seconds), burst }
    }

    /// How many requests a client can send in some time.
    async fn sent(limiter: &RateLimiter, time: Duration) -> u32 {
        let start = Instant::now();
        let mut sent = 0;
        loop {
            match limiter.take_slot() {
                Ok(()) => sent += 1,
                Err(wait) if start.elapsed() + wait >= time => {
                    tokio::time::advance(time - start.elapsed()).await;
                    return sent;
                }
                Err(wait) => tokio::time::advance(wait).await,
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn burst_is_sent_at_once_and_the_rest_evenly() {
        let limiter = RateLimiter::new(quota(20, 10, 10)).unwrap();
        for _ in 0..10 {
            assert_eq!(limiter.take_slot(), Ok(()));
        }
        assert_eq!(limiter.take_slot(), Err(Duration::from_secs(1)));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(limiter.take_slot(), Ok(()));
        assert_eq!(limiter.take_slot(), Err(Duration::from_secs(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn vendor_quota_is_not_exceeded_in_any_window() {
        let limiter = RateLimiter::new(Quota::VENDOR).unwrap();
        let first = sent(&limiter, Quota::VENDOR.window).await;
        assert!((1150..=Quota::VENDOR.requests).contains(&first), "{first}");
        let second = sent(&limiter, Quota::VENDOR.window).await;
        assert!((1050..=Quota::VENDOR.requests).contains(&second), "{second}");
    }

    #[test]
    fn quota_with_a_number_out_of_range_is_rejected() {
        for bad in [
            quota(0, 0, 1),
            quota(5, 0, 1),
            quota(5, 5, 1),
            quota(5, 6, 1),
            quota(5, 1, 0),
            quota(2, 1, 86_401),
            quota(2, 1, u64::MAX),
        ] {
            assert!(RateLimiter::new(bad).is_err(), "{bad:?}");
        }
    }
}
