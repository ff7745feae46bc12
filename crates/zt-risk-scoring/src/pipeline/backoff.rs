//! When an attempt may follow a failed one.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long to wait between attempts: exponential, with full jitter. The wait before attempt *n* + 1 is drawn evenly from
/// nothing up to `base` × 2ⁿ⁻¹, or up to `ceiling` if that is less.
///
/// Full jitter spreads the clients of an outage best (Amazon Builders' Library, "Timeouts, retries, and backoff with
/// jitter").
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
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
    /// The longest wait after the given attempt, which counts from 1.
    fn longest(self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1);
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        self.base.saturating_mul(factor).min(self.ceiling)
    }

    /// The wait after the given attempt, which counts from 1.
    pub(super) fn wait(self, attempt: u32, jitter: &Jitter) -> Duration {
        self.longest(attempt).mul_f64(jitter.fraction())
    }
}

/// A source of chance, shared by a client's clones.
pub(super) struct Jitter(Mutex<fastrand::Rng>);

impl Jitter {
    /// The same seed gives the same waits; without one they are different each time.
    pub(super) fn new(seed: Option<u64>) -> Self {
        Self(Mutex::new(seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed)))
    }

    /// From 0 to less than 1.
    fn fraction(&self) -> f64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_wait_doubles_up_to_the_ceiling() {
        let backoff = Backoff::default();
        for (attempt, millis) in [(1, 500), (2, 1000), (3, 2000), (4, 4000), (5, 8000), (6, 8000), (u32::MAX, 8000)] {
            assert_eq!(backoff.longest(attempt), Duration::from_millis(millis), "{attempt}");
        }
        assert_eq!(backoff.longest(0), Duration::from_millis(500));
        let endless = Backoff { base: Duration::MAX, ceiling: Duration::MAX };
        assert_eq!(endless.longest(40), Duration::MAX);
    }

    #[test]
    fn jitter_fills_the_whole_range_and_never_leaves_it() {
        let (backoff, jitter) = (Backoff::default(), Jitter::new(Some(1)));
        let waits: Vec<_> = (0..1000).map(|_| backoff.wait(2, &jitter)).collect();
        assert!(waits.iter().all(|wait| *wait < Duration::from_secs(1)));
        assert!(waits.iter().any(|wait| *wait < Duration::from_millis(50)));
        assert!(waits.iter().any(|wait| *wait > Duration::from_millis(950)));
    }

    #[test]
    fn a_seed_makes_the_waits_repeat() {
        let waits = |seed| {
            let jitter = Jitter::new(Some(seed));
            (1..9).map(|attempt| Backoff::default().wait(attempt, &jitter)).collect::<Vec<_>>()
        };
        assert_eq!(waits(7), waits(7));
        assert_ne!(waits(7), waits(8));
    }
}
