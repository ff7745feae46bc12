//! Estimates how long something takes that the client does again and again.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The least time for an attempt, also for the first one of a connection. A response takes longer than this even from a server
/// nearby, so a request that is sent with less time left is wasted.
pub(crate) const MIN_ATTEMPT_TIME: Duration = Duration::from_millis(10);

/// How long the parts of an attempt take. The clones of a connection share it.
#[derive(Default)]
pub(in crate::pipeline) struct AttemptTimes(Mutex<Estimates>);

#[derive(Default)]
struct Estimates {
    /// To get credentials.
    preparation: TimeEstimate,
    /// From sending a request to the last byte of its response, by the id of its operation: one that lists many users takes
    /// much longer than one that reads a setting. An SDK has only some operations. Operations of two SDKs with one id share an
    /// estimate.
    responses: BTreeMap<&'static str, TimeEstimate>,
}

/// A time that was measured.
#[derive(Clone, Copy)]
pub(in crate::pipeline) enum Measured {
    Ended(Duration),
    /// It ended with a temporary failure, which may come at once.
    Failed(Duration),
    /// The client stopped waiting after this time.
    TimedOut(Duration),
}

/// How long an attempt takes.
#[derive(Clone, Copy)]
pub(in crate::pipeline) struct AttemptTime {
    /// With some certainty if it ends. Some requests that hang do not raise it.
    pub(in crate::pipeline) typical: Duration,
    /// With some certainty, hangs included.
    pub(in crate::pipeline) upper_bound: Duration,
}

impl AttemptTimes {
    pub(in crate::pipeline) fn record_preparation(&self, time: Measured) {
        self.estimates().preparation.record(time);
    }

    pub(in crate::pipeline) fn record_response(&self, operation: &'static str, time: Measured) {
        self.estimates().responses.entry(operation).or_default().record(time);
    }

    /// How long an attempt of an operation takes, credentials included. A response that is not known yet counts as the least
    /// time for one.
    pub(in crate::pipeline) fn attempt_time(&self, operation: &str) -> AttemptTime {
        let estimates = self.estimates();
        let response = estimates.responses.get(operation).copied().unwrap_or_default();
        let sum = |time: fn(TimeEstimate) -> Duration| {
            time(estimates.preparation).saturating_add(time(response).max(MIN_ATTEMPT_TIME))
        };
        AttemptTime { typical: sum(TimeEstimate::typical), upper_bound: sum(TimeEstimate::upper_bound) }
    }

    fn estimates(&self) -> MutexGuard<'_, Estimates> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An estimate of a time, of which some measurements were cut short by a timeout.
#[derive(Clone, Copy, Default)]
struct TimeEstimate {
    /// Of what ended.
    ended: Average,
    /// Of what ended and what timed out.
    all: Average,
}

impl TimeEstimate {
    fn record(&mut self, time: Measured) {
        match time {
            Measured::Ended(time) => {
                self.ended.record(time);
                self.all.record(time);
            }
            // Many failures must not make a slow operation look fast.
            Measured::Failed(time) if time > self.ended.mean() => self.record(Measured::Ended(time)),
            Measured::Failed(_) => {}
            Measured::TimedOut(time) => self.all.record_timeout(time),
        }
    }

    /// How long most of those take that end. If most do not end in time, this grows, too.
    fn typical(self) -> Duration {
        self.ended.upper_bound().max(self.all.mean())
    }

    /// How long it takes, with some certainty. It is 0 if nothing is known.
    fn upper_bound(self) -> Duration {
        self.all.upper_bound()
    }
}

/// A moving average and its deviation.
///
/// They are computed as TCP computes its retransmission timeout (RFC 6298, section 2): the smoothed time, and four times its
/// mean deviation. Both follow more slowly than in TCP: under overload, every call waits until just this time is left, so an
/// estimate that is too low for a moment fails many calls.
#[derive(Clone, Copy, Default)]
struct Average {
    smoothed: Option<Duration>,
    deviation: Duration,
}

impl Average {
    fn record(&mut self, time: Duration) {
        *self = match self.smoothed {
            None => Self { smoothed: Some(time), deviation: time.checked_div(2).unwrap_or_default() },
            Some(smoothed) => {
                Self { smoothed: Some(mix(smoothed, time)), deviation: mix(self.deviation, smoothed.abs_diff(time)) }
            }
        };
    }

    /// It takes longer than this, so the estimate grows: it approaches twice the time, but as with TCP it at most doubles at
    /// once, since a hang is not typical. A time in which few would end says nothing.
    fn record_timeout(&mut self, time: Duration) {
        match self.smoothed {
            None => self.record(time.min(MIN_ATTEMPT_TIME)),
            Some(smoothed) if time > smoothed => {
                self.record(time.min(self.upper_bound()).saturating_mul(2));
            }
            Some(_) => {}
        }
    }

    fn mean(self) -> Duration {
        self.smoothed.unwrap_or_default()
    }

    fn upper_bound(self) -> Duration {
        /// Timers and the scheduler are not exact.
        const MARGIN: Duration = Duration::from_millis(10);
        let margin = MARGIN.min(self.mean());
        self.mean().saturating_add(self.deviation.saturating_mul(4).max(margin))
    }
}

/// The moving average after another time.
fn mix(average: Duration, time: Duration) -> Duration {
    // Of 16 parts, the new time is one. A `Duration` divides slowly.
    let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    Duration::from_nanos(nanos(average).saturating_mul(15).saturating_add(nanos(time)) / 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn millis(time: u64) -> Duration {
        Duration::from_millis(time)
    }

    #[test]
    fn attempt_takes_the_time_of_its_credentials_and_of_its_operation() {
        let times = AttemptTimes::default();
        let bound = |operation| times.attempt_time(operation).upper_bound;
        assert_eq!(bound("slow"), MIN_ATTEMPT_TIME);
        times.record_response("slow", Measured::Ended(millis(20_000)));
        times.record_response("fast", Measured::Ended(millis(100)));
        assert_eq!((bound("slow"), bound("fast")), (millis(60_000), millis(300)));
        assert_eq!(bound("other"), MIN_ATTEMPT_TIME);
        times.record_preparation(Measured::TimedOut(millis(100)));
        assert_eq!(bound("fast"), millis(330));
        assert_eq!(times.attempt_time("fast").typical, millis(310));
    }

    #[test]
    fn estimate_is_zero_until_a_time_is_known() {
        assert_eq!(Average::default().upper_bound(), Duration::ZERO);
    }

    #[test]
    fn estimate_approaches_a_steady_response_time_from_above() {
        let mut time = Average::default();
        time.record(millis(100));
        assert_eq!(time.upper_bound(), millis(300));
        for _ in 0..100 {
            time.record(millis(100));
        }
        assert!((millis(110)..millis(111)).contains(&time.upper_bound()), "{:?}", time.upper_bound());
    }

    #[test]
    fn estimate_is_above_most_of_the_varying_response_times() {
        let (mut time, mut random) = (Average::default(), fastrand::Rng::with_seed(1));
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
        let mut time = Average::default();
        for _ in 0..100 {
            time.record(millis(100));
        }
        // Few responses take less than the smoothed time.
        let bound = time.upper_bound();
        for at_most_smoothed in [99, 100] {
            time.record_timeout(millis(at_most_smoothed));
            assert_eq!(time.upper_bound(), bound);
        }
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
        let mut time = Average::default();
        time.record_timeout(millis(60_000));
        assert_eq!(time.upper_bound(), 3 * MIN_ATTEMPT_TIME);
    }
}
