//! Deadlines.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

/// The end of a call or an attempt. A timeout too long for the clock is no limit.
#[derive(Clone, Copy)]
pub(super) struct Deadline(Option<Instant>);

/// The deadline has passed.
pub(super) struct Elapsed;

impl Deadline {
    pub(super) fn new(started: Instant, timeout: Duration) -> Self {
        Self(started.checked_add(timeout))
    }

    /// The earlier of two deadlines.
    pub(super) fn min(self, other: Self) -> Self {
        Self(self.0.into_iter().chain(other.0).min())
    }

    /// Whether a wait from now ends before the deadline.
    pub(super) fn allows(self, wait: Duration) -> bool {
        self.allows_at(Instant::now(), wait)
    }

    /// Whether a wait from the given time ends before the deadline.
    pub(super) fn allows_at(self, time: Instant, wait: Duration) -> bool {
        self.0.is_none_or(|instant| wait < instant.saturating_duration_since(time))
    }

    /// The given time before the deadline. `None` if there is no limit.
    pub(super) fn before(self, time: Duration) -> Option<Instant> {
        self.0?.checked_sub(time)
    }

    /// The time from the given one to the deadline.
    pub(super) fn left(self, now: Instant) -> Duration {
        self.0.map_or(Duration::MAX, |instant| instant.saturating_duration_since(now))
    }

    /// Ends at the deadline.
    pub(super) async fn sleep(self) {
        match self.0 {
            Some(instant) => sleep_until(instant).await,
            None => std::future::pending().await,
        }
    }

    /// Waits for a future until the deadline.
    pub(super) async fn timeout<F: Future>(self, future: F) -> Result<F::Output, Elapsed> {
        match self.0 {
            Some(instant) => timeout_at(instant, future).await.map_err(|_| Elapsed),
            None => Ok(future.await),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn future_is_dropped_at_the_deadline() {
        let started = Instant::now();
        let deadline = Deadline::new(started, Duration::from_secs(5));
        assert!(deadline.timeout(std::future::pending::<()>()).await.is_err());
        assert_eq!(started.elapsed(), Duration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn wait_is_allowed_only_if_time_is_left_after_it() {
        let deadline = Deadline::new(Instant::now(), Duration::from_secs(5));
        assert!(deadline.allows(Duration::from_millis(4_999)));
        assert!(!deadline.allows(Duration::from_secs(5)));
        tokio::time::advance(Duration::from_secs(9)).await;
        assert!(!deadline.allows(Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn min_is_the_earlier_of_two_deadlines() {
        let after = |seconds| Deadline::new(Instant::now(), Duration::from_secs(seconds));
        let never = Deadline::new(Instant::now(), Duration::MAX);
        for deadline in [after(5).min(after(9)), after(9).min(after(5)), after(5).min(never), never.min(after(5))] {
            assert_eq!(deadline.0, after(5).0);
        }
        assert!(never.min(never).allows(Duration::from_secs(1_000_000)));
    }

    #[tokio::test]
    async fn timeout_too_long_for_the_clock_is_no_limit() {
        assert!(Deadline::new(Instant::now(), Duration::MAX).timeout(async {}).await.is_ok());
    }
}
