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

    #[tokio::test]
    async fn a_time_too_long_for_the_clock_is_no_limit() {
        assert!(Deadline::new(Instant::now(), Duration::MAX).limit(async {}).await.is_ok());
    }
}
