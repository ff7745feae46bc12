//! The configuration of retries.

mod backoff;
mod budget;

use std::time::Duration;

use crate::Error;

pub use backoff::Backoff;
pub(super) use backoff::Jitter;
pub use budget::RetryBudget;
pub(super) use budget::{RetryPermit, TokenBucket};

/// How failed attempts are retried: plain data.
///
/// The client decides about a retry in a fixed order. First it checks whether a retry is safe, which cannot be configured.
/// Then it adds the backoff to the wait that the server asks for. Last it checks the limits: attempts, the longest wait that
/// a response may ask for, the call's timeout, and the budget.
///
/// ```
/// use cloudflare_client::RetryConfig;
///
/// let mut retry = RetryConfig::default();
/// retry.max_attempts = 5;
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RetryConfig {
    /// The most attempts of a call, the first one included. 3 by default; 1 is no retry.
    pub max_attempts: u32,
    /// How long to wait between attempts.
    pub backoff: Backoff,
    /// The longest wait that a response to the call may ask for with `Retry-After`. If it asks for more, the call fails at
    /// once, and its error has the wait. 60 s by default.
    ///
    /// It does not limit the wait for the rate-limit gate, which responses to other calls may have closed. A call that is
    /// made while the gate is closed waits as long as its timeout allows, and otherwise fails at once.
    pub retry_after_ceiling: Duration,
    /// How many retries all calls of a connection may send. The calls share one budget, so a call cannot override it.
    pub budget: RetryBudget,
    /// The seed of the backoff's jitter, for tests. Random by default. A call cannot override it.
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
    /// No retries.
    pub fn none() -> Self {
        Self { max_attempts: 1, ..Self::default() }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.max_attempts == 0 {
            return Err(Error::configuration("`max_attempts` is 0; set it to at least 1"));
        }
        let RetryBudget { capacity, cost } = self.budget;
        if capacity < cost {
            return Err(Error::configuration(format!(
                "`budget.capacity` is {capacity}, less than `budget.cost`, which is {cost}, so no retry would ever be sent; \
                 raise the capacity, or use `RetryConfig::none()` for no retries"
            )));
        }
        Ok(())
    }
}
