//! Backoff: how long to wait between attempts.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long to wait between attempts: exponential backoff with full jitter. The wait before attempt *n* + 1 is uniformly
/// random between zero and `base` × 2ⁿ⁻¹, or `ceiling` if that is less.
///
/// Full jitter spreads the clients of an outage best (Amazon Builders' Library, "Timeouts, retries, and backoff with
/// jitter").
///
/// ```
/// use std::time::Duration;
///
/// use cloudflare_client::{Backoff, RetryConfig};
///
/// let mut retry = RetryConfig::default();
/// retry.backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(2));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Backoff {
    /// The longest wait after the first attempt. 500 ms by default.
    pub base: Duration,
    /// The longest wait after any attempt. 8 s by default.
    pub ceiling: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { base: Duration::from_millis(500), ceiling: Duration::from_secs(8) }
    }
}

impl Backoff {
    /// A backoff of the given longest waits: after the first attempt, and after any.
    pub const fn new(base: Duration, ceiling: Duration) -> Self {
        Self { base, ceiling }
    }

    /// The longest wait after the given attempt, which counts from 1.
    fn max_wait(self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1);
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        self.base.saturating_mul(factor).min(self.ceiling)
    }

    /// The wait after the given attempt, which counts from 1.
    pub(in crate::pipeline) fn wait(self, attempt: u32, jitter: &Jitter) -> Duration {
        jitter.up_to(self.max_wait(attempt))
    }
}

/// A random source, shared by the clones of a connection.
pub(in crate::pipeline) struct Jitter(Mutex<fastrand::Rng>);

impl Jitter {
    /// The same seed gives the same waits. Without one, the seed is random.
    pub(in crate::pipeline) fn new(seed: Option<u64>) -> Self {
        Self(Mutex::new(seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed)))
    }

    /// A random time, less than the given one.
    pub(in crate::pipeline) fn up_to(&self, time: Duration) -> Duration {
        time.mul_f64(self.fraction())
    }

    /// A random number, at least 0 and less than 1.
    fn fraction(&self) -> f64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_wait_doubles_up_to_the_ceiling() {
        let backoff = Backoff::default();
        for (attempt, millis) in [(1, 500), (2, 1000), (3, 2000), (4, 4000), (5, 8000), (6, 8000), (u32::MAX, 8000)] {
            assert_eq!(backoff.max_wait(attempt), Duration::from_millis(millis), "{attempt}");
        }
        assert_eq!(backoff.max_wait(0), Duration::from_millis(500));
        let unlimited = Backoff { base: Duration::MAX, ceiling: Duration::MAX };
        assert_eq!(unlimited.max_wait(40), Duration::MAX);
    }

    #[test]
    fn jitter_spreads_waits_over_the_whole_range() {
        let (backoff, jitter) = (Backoff::default(), Jitter::new(Some(1)));
        let waits: Vec<_> = (0..1000).map(|_| backoff.wait(2, &jitter)).collect();
        assert!(waits.iter().all(|wait| *wait < Duration::from_secs(1)));
        assert!(waits.iter().any(|wait| *wait < Duration::from_millis(50)));
        assert!(waits.iter().any(|wait| *wait > Duration::from_millis(950)));
    }

    #[test]
    fn equal_seeds_give_equal_waits() {
        let waits = |seed| {
            let jitter = Jitter::new(Some(seed));
            (1..9).map(|attempt| Backoff::default().wait(attempt, &jitter)).collect::<Vec<_>>()
        };
        assert_eq!(waits(7), waits(7));
        assert_ne!(waits(7), waits(8));
    }
}
