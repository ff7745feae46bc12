//! Estimates how long something takes that the client does again and again.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The least time for an attempt, also for the first one of a connection. A response takes longer than this even from a server
/// nearby, so a request that is sent with less time left is wasted.
pub(in crate::pipeline) const MIN_ATTEMPT_TIME: Duration = Duration::from_millis(10);

/// An estimate of a time: from sending a request to the last byte of its response, or to get credentials. The clones of a
/// connection share it.
///
/// It is computed as TCP computes its retransmission timeout (RFC 6298, section 2): the smoothed time, and four times its
/// mean deviation. Both follow more slowly than in TCP: under overload, every call waits until just this time is left, so an
/// estimate that is too low for a moment fails many calls.
#[derive(Default)]
pub(in crate::pipeline) struct TimeEstimate(Mutex<Estimate>);

#[derive(Clone, Copy, Default)]
struct Estimate {
    smoothed: Option<Duration>,
    deviation: Duration,
}

impl Estimate {
    fn record(&mut self, time: Duration) {
        *self = match self.smoothed {
            None => Self { smoothed: Some(time), deviation: time.checked_div(2).unwrap_or_default() },
            Some(smoothed) => {
                Self { smoothed: Some(mix(smoothed, time)), deviation: mix(self.deviation, smoothed.abs_diff(time)) }
            }
        };
    }

    fn upper_bound(self) -> Duration {
        /// Timers and the scheduler are not exact.
        const MARGIN: Duration = Duration::from_millis(10);
        let margin = MARGIN.min(self.smoothed.unwrap_or_default());
        self.smoothed.unwrap_or_default().saturating_add(self.deviation.saturating_mul(4).max(margin))
    }
}

impl TimeEstimate {
    /// Adds a time that it took.
    pub(in crate::pipeline) fn record(&self, time: Duration) {
        self.update(|estimate| estimate.record(time));
    }

    /// Adds a time after which the client stopped waiting. It takes longer than this, so the estimate grows: it approaches
    /// twice the time, but as with TCP it at most doubles at once, since a hang is not typical. A time in which few would end
    /// says nothing.
    pub(in crate::pipeline) fn record_timeout(&self, time: Duration) {
        self.update(|estimate| match estimate.smoothed {
            None => estimate.record(time.min(MIN_ATTEMPT_TIME)),
            Some(smoothed) if time > smoothed => {
                let twice = time.min(estimate.upper_bound()).saturating_mul(2);
                estimate.record(twice);
            }
            Some(_) => {}
        });
    }

    /// How long it takes, with some certainty. It is 0 if nothing is known.
    pub(in crate::pipeline) fn upper_bound(&self) -> Duration {
        let mut upper_bound = Duration::ZERO;
        self.update(|estimate| upper_bound = estimate.upper_bound());
        upper_bound
    }

    fn update(&self, update: impl FnOnce(&mut Estimate)) {
        update(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
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
    fn estimate_is_zero_until_a_time_is_known() {
        assert_eq!(TimeEstimate::default().upper_bound(), Duration::ZERO);
    }

    #[test]
    fn estimate_approaches_a_steady_response_time_from_above() {
        let time = TimeEstimate::default();
        time.record(millis(100));
        assert_eq!(time.upper_bound(), millis(300));
        for _ in 0..100 {
            time.record(millis(100));
        }
        assert!((millis(110)..millis(111)).contains(&time.upper_bound()), "{:?}", time.upper_bound());
    }

    #[test]
    fn estimate_is_above_most_of_the_varying_response_times() {
        let (time, mut random) = (TimeEstimate::default(), fastrand::Rng::with_seed(1));
        let mut above = 0;
        for _ in 0..1_000 {
            let next = millis(random.u64(50..150));
            above += u32::from(next > time.upper_bound());
            time.record(next);
        }
        assert!(above < 5, "{above}");
        assert!(time.upper_bound() < millis(300), "{:?}", time.upper_bound());
    }

    #[test]
    fn timeouts_raise_the_estimate_until_it_exceeds_the_time() {
        let time = TimeEstimate::default();
        for _ in 0..100 {
            time.record(millis(100));
        }
        // Few responses take less than the smoothed time.
        time.record_timeout(millis(99));
        assert!(time.upper_bound() < millis(111), "{:?}", time.upper_bound());
        time.record_timeout(millis(60_000));
        assert!(time.upper_bound() < millis(200), "{:?}", time.upper_bound());
        let timeouts = (0..).take_while(|_| {
            let bound = time.upper_bound();
            time.record_timeout(bound);
            bound < millis(600)
        });
        assert!((5..40).contains(&timeouts.count()));
    }

    #[test]
    fn first_timeout_is_not_taken_for_typical() {
        let time = TimeEstimate::default();
        time.record_timeout(millis(60_000));
        assert_eq!(time.upper_bound(), 3 * MIN_ATTEMPT_TIME);
    }
}
