//! How failed attempts are followed by others.

use std::time::Duration;

use super::backoff::Backoff;
use super::budget::RetryBudget;
use crate::Error;

/// How failed attempts are followed by others: plain data.
///
/// It is applied in one order, whatever the numbers: first what is safe to repeat at all, which cannot be configured; then
/// when, which is the later of the backoff and what the server asks for; then the limits, which always hold: attempts, the
/// longest wait that a server may ask for, the call's time, and the budget.
///
/// ```
/// use zt_risk_scoring::RetryConfig;
///
/// let mut retry = RetryConfig::default();
/// retry.max_attempts = 5;
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RetryConfig {
    /// How many attempts a call may make, the first one included. 3 by default; 1 means that nothing is tried again.
    pub max_attempts: u32,
    /// How long to wait between attempts.
    pub backoff: Backoff,
    /// The longest wait that a server may ask for with `Retry-After`. If it asks for more, the call fails at once, with an
    /// error that tells the wait. 60 s by default.
    pub retry_after_ceiling: Duration,
    /// How many retries there may be over all calls.
    pub budget: RetryBudget,
    /// What makes the backoff's jitter repeat, for tests. Different each time by default.
    pub jitter_seed: Option<u64>,
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            backoff: Backoff::default(),
            retry_after_ceiling: Duration::from_secs(60),
            budget: RetryBudget::default(),
            jitter_seed: None,
        }
    }
}

impl RetryConfig {
    /// Nothing is tried again.
    pub fn none() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.max_attempts == 0 {
            return Err(Error::configuration("max_attempts is 0: a call needs one attempt at least"));
        }
        Ok(())
    }
}
