//! When a call's time is up.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

/// The moment at which a call's time is up. A time too long for the clock is no limit.
#[derive(Clone, Copy)]
pub(super) struct Deadline(Option<Instant>);

/// The time was up.
pub(super) struct Elapsed;

impl Deadline {
    pub(super) fn new(started: Instant, timeout: Duration) -> Self {
        Self(started.checked_add(timeout))
    }

    /// The earlier of two deadlines.
    pub(super) fn sooner(self, other: Self) -> Self {
        Self(self.0.into_iter().chain(other.0).min())
    }

    /// Whether there is still time for something after a wait.
    pub(super) fn allows(self, wait: Duration) -> bool {
        self.0.is_none_or(|instant| wait < instant.saturating_duration_since(Instant::now()))
    }

    /// Waits for a future, but not longer than allowed.
    pub(super) async fn limit<F: Future>(self, future: F) -> Result<F::Output, Elapsed> {
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
    async fn a_future_gets_as_long_as_the_deadline_and_no_longer() {
        let started = Instant::now();
        let deadline = Deadline::new(started, Duration::from_secs(5));
        assert!(deadline.limit(std::future::pending::<()>()).await.is_err());
        assert_eq!(started.elapsed(), Duration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_has_to_leave_time_for_something_after_it() {
        let deadline = Deadline::new(Instant::now(), Duration::from_secs(5));
        assert!(deadline.allows(Duration::from_millis(4_999)));
        assert!(!deadline.allows(Duration::from_secs(5)));
        tokio::time::advance(Duration::from_secs(9)).await;
        assert!(!deadline.allows(Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn the_sooner_of_two_deadlines_holds() {
        let after = |seconds| Deadline::new(Instant::now(), Duration::from_secs(seconds));
        let never = Deadline::new(Instant::now(), Duration::MAX);
        for deadline in
            [after(5).sooner(after(9)), after(9).sooner(after(5)), after(5).sooner(never), never.sooner(after(5))]
        {
            assert_eq!(deadline.0, after(5).0);
        }
        assert!(never.sooner(never).allows(Duration::from_secs(1_000_000)));
    }

    #[tokio::test]
    async fn a_time_too_long_for_the_clock_is_no_limit() {
        assert!(Deadline::new(Instant::now(), Duration::MAX).limit(async {}).await.is_ok());
    }
}
