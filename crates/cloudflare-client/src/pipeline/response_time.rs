//! How long the server takes to respond.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The least time for an attempt, also for the first one of a connection. A response takes longer than this even from a server
/// nearby, so a request that is sent with less time left is wasted.
pub(super) const MIN_ATTEMPT_TIME: Duration = Duration::from_millis(10);

/// The least margin above the smoothed time, since timers and the scheduler are not exact.
const MIN_MARGIN: Duration = Duration::from_millis(10);

/// An estimate of the time from sending a request to the last byte of its response. The clones of a connection share it.
///
/// It is computed as TCP computes its retransmission timeout (RFC 6298, section 2): the smoothed time, and four times its
/// mean deviation. Both follow more slowly than in TCP: under overload, every call waits until just this time is left, so an
/// estimate that is too low for a moment fails many calls.
#[derive(Default)]
pub(super) struct ResponseTime(Mutex<Option<Estimate>>);

#[derive(Clone, Copy)]
struct Estimate {
    smoothed: Duration,
    deviation: Duration,
}

impl ResponseTime {
    /// Adds the time that a response took.
    pub(super) fn record(&self, time: Duration) {
        let mut estimate = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *estimate = Some(match *estimate {
            None => Estimate { smoothed: time, deviation: time.checked_div(2).unwrap_or_default() },
            Some(Estimate { smoothed, deviation }) => {
                Estimate { deviation: mix(deviation, smoothed.abs_diff(time)), smoothed: mix(smoothed, time) }
            }
        });
    }

    /// How long an attempt takes, with some certainty. An attempt that has to wait for its turn is not sent if less time
    /// would be left for it.
    pub(super) fn upper_estimate(&self) -> Duration {
        let estimate = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let time = estimate.map(|Estimate { smoothed, deviation }| {
            smoothed.saturating_add(deviation.saturating_mul(4).max(MIN_MARGIN))
        });
        time.unwrap_or_default().max(MIN_ATTEMPT_TIME)
    }
}

/// The moving average after another time.
fn mix(average: Duration, time: Duration) -> Duration {
    const PARTS: u32 = 16;
    average.saturating_mul(PARTS.saturating_sub(1)).saturating_add(time).checked_div(PARTS).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn millis(time: u64) -> Duration {
        Duration::from_millis(time)
    }

    #[test]
    fn estimate_is_the_least_time_until_a_response_is_known() {
        assert_eq!(ResponseTime::default().upper_estimate(), MIN_ATTEMPT_TIME);
    }

    #[test]
    fn estimate_approaches_a_steady_response_time_from_above() {
        let time = ResponseTime::default();
        time.record(millis(100));
        assert_eq!(time.upper_estimate(), millis(300));
        for _ in 0..100 {
            time.record(millis(100));
        }
        assert!((millis(110)..millis(111)).contains(&time.upper_estimate()), "{:?}", time.upper_estimate());
    }

    #[test]
    fn estimate_is_above_most_of_the_varying_response_times() {
        let (time, mut random) = (ResponseTime::default(), fastrand::Rng::with_seed(1));
        let mut above = 0;
        for _ in 0..1_000 {
            let next = millis(random.u64(50..150));
            above += u32::from(next > time.upper_estimate());
            time.record(next);
        }
        assert!(above < 5, "{above}");
        assert!(time.upper_estimate() < millis(300), "{:?}", time.upper_estimate());
    }
}
