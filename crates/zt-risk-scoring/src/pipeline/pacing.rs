//! Pacing: staying below the quota instead of running into it.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota as Rate, RateLimiter};
use tokio::time::Instant;

use crate::Error;

/// How many requests may go out: at most `requests` in any `window`, and at most `burst` of them at once.
///
/// Unlike the vendor's, this count never has to be paid for: a call waits for its turn, or fails without being sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Quota {
    /// How many requests may go out in any window.
    pub requests: u32,
    /// How long the window is: a day at the most.
    pub window: Duration,
    /// How many of them may go out at once. From 1 to less than `requests`.
    pub burst: u32,
}

impl Quota {
    /// The vendor's published quota: 1,200 requests in five minutes, for each user or account token.
    pub const VENDOR: Self = Self { requests: 1200, window: Duration::from_secs(300), burst: 100 };
}

/// The longest window of a quota.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Lets requests through at the rate of a quota.
pub(super) struct Pacer {
    limiter: RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>,
    clock: TokioClock,
}

impl Pacer {
    /// # Errors
    ///
    /// If the quota lets nothing through, or its numbers contradict each other.
    pub(super) fn new(quota: Quota) -> Result<Self, Error> {
        // Over any window, a burst at its beginning and the steady flow after it must not exceed the quota together.
        let steady = quota.requests.checked_sub(quota.burst).and_then(NonZeroU32::new);
        let rate = NonZeroU32::new(quota.burst).zip(steady).and_then(|(burst, steady)| {
            let interval = quota.window.checked_div(steady.get()).filter(|_| quota.window <= LONGEST)?;
            Some(Rate::with_period(interval)?.allow_burst(burst))
        });
        let rate = rate.ok_or_else(|| {
            Error::configuration(
                "the quota cannot be used: it needs a window of a day at the most, and 0 < burst < requests",
            )
        })?;
        let clock = TokioClock { start: Instant::now() };
        Ok(Self { limiter: RateLimiter::direct_with_clock(rate, clock.clone()), clock })
    }

    /// Takes a turn, or says how long to wait before asking again. Nobody's turn is lost by not asking again.
    pub(super) fn take_turn(&self) -> Result<(), Duration> {
        self.limiter.check().map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }
}

/// tokio's clock, which tests can pause.
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

    /// How many requests go out in some time, if as many as possible do.
    async fn sent(pacer: &Pacer, time: Duration) -> u32 {
        let start = Instant::now();
        let mut sent = 0;
        loop {
            match pacer.take_turn() {
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
    async fn a_burst_goes_out_at_once_and_the_rest_evenly() {
        let pacer = Pacer::new(quota(20, 10, 10)).unwrap();
        for _ in 0..10 {
            assert_eq!(pacer.take_turn(), Ok(()));
        }
        assert_eq!(pacer.take_turn(), Err(Duration::from_secs(1)));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(pacer.take_turn(), Ok(()));
        assert_eq!(pacer.take_turn(), Err(Duration::from_secs(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn no_window_sees_more_than_the_vendors_quota() {
        let pacer = Pacer::new(Quota::VENDOR).unwrap();
        let first = sent(&pacer, Quota::VENDOR.window).await;
        assert!((1150..=Quota::VENDOR.requests).contains(&first), "{first}");
        let second = sent(&pacer, Quota::VENDOR.window).await;
        assert!((1050..=Quota::VENDOR.requests).contains(&second), "{second}");
    }

    #[test]
    fn a_quota_that_makes_no_sense_is_refused() {
        for bad in [
            quota(0, 0, 1),
            quota(5, 0, 1),
            quota(5, 5, 1),
            quota(5, 6, 1),
            quota(5, 1, 0),
            quota(2, 1, 86_401),
            quota(2, 1, u64::MAX),
        ] {
            assert!(Pacer::new(bad).is_err(), "{bad:?}");
        }
    }
}
