//! The simulator's clock: it runs with tokio's, so that a test that pauses tokio's clock controls both.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};
use tokio::time::Instant;

/// A time of day that advances with tokio's clock, unless it is stopped.
pub(super) struct Clock {
    origin: SystemTime,
    /// When the clock showed the origin. `None` if it is stopped.
    set_at: Option<Instant>,
}

impl Clock {
    /// A clock that shows the system's time.
    pub(super) fn new() -> Self {
        Self::starting_at(SystemTime::now())
    }

    /// A clock that shows the given time now.
    pub(super) fn starting_at(origin: SystemTime) -> Self {
        Self { origin, set_at: Some(Instant::now()) }
    }

    /// A clock that always shows the given time.
    pub(super) fn stopped_at(time: SystemTime) -> Self {
        Self { origin: time, set_at: None }
    }

    pub(super) fn now(&self) -> SystemTime {
        let Some(set_at) = self.set_at else { return self.origin };
        let elapsed = Instant::now().saturating_duration_since(set_at);
        // A test may set a time near the end of what the system can represent.
        self.origin.checked_add(elapsed).unwrap_or(self.origin)
    }
}

/// A time as the API writes it.
pub(super) fn timestamp(time: SystemTime) -> String {
    // chrono panics on times that its calendar does not have, which are beyond the year 262,000.
    let in_range = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().min(Duration::from_secs(1 << 40));
    DateTime::<Utc>::UNIX_EPOCH
        .checked_add_signed(chrono::TimeDelta::from_std(in_range).unwrap_or_default())
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Micros, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamp_has_microseconds_and_a_z() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_500);
        assert_eq!(timestamp(time), "1970-01-01T00:00:01.500000Z");
    }

    #[test]
    fn timestamp_of_any_time_exists() {
        let latest = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 60);
        for time in [latest, SystemTime::UNIX_EPOCH - Duration::from_secs(1)] {
            assert!(timestamp(time).ends_with('Z'));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn clock_advances_with_tokio_time() {
        let clock = Clock::starting_at(SystemTime::UNIX_EPOCH);
        tokio::time::sleep(Duration::from_secs(90)).await;
        let elapsed = clock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        assert!((90..91).contains(&elapsed.as_secs()));
    }

    #[tokio::test(start_paused = true)]
    async fn stopped_clock_shows_one_time() {
        let clock = Clock::stopped_at(SystemTime::UNIX_EPOCH);
        tokio::time::sleep(Duration::from_secs(90)).await;
        assert_eq!(clock.now(), SystemTime::UNIX_EPOCH);
    }
}
