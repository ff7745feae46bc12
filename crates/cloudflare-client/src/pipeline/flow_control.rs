//! Flow control: whether and when a request may be sent.

use std::time::Duration;

use tokio::sync::Mutex;

use super::RetryConfig;
use super::backoff::Jitter;
use super::budget::TokenBucket;
use super::deadline::Deadline;
use super::gate::Gate;
use super::rate_limiter::{Quota, RateLimiter};
use super::telemetry::as_millis;
use crate::{Error, ErrorKind};

/// The state that decides whether and when a request may be sent. All clones of a connection share it, since the vendor
/// counts requests per token.
pub(crate) struct FlowControl {
    pub(super) gate: Gate,
    pub(super) budget: TokenBucket,
    pub(super) jitter: Jitter,
    limiter: Option<RateLimiter>,
    /// A call holds the lock while it waits for a slot, so that calls take slots in the order in which they asked.
    queue: Mutex<()>,
}

impl FlowControl {
    /// # Errors
    ///
    /// If the quota is invalid.
    pub(crate) fn new(retry: &RetryConfig, quota: Option<Quota>) -> Result<Self, Error> {
        Ok(Self {
            gate: Gate::default(),
            budget: TokenBucket::new(retry.budget),
            jitter: Jitter::new(retry.jitter_seed),
            limiter: quota.map(RateLimiter::new).transpose()?,
            queue: Mutex::new(()),
        })
    }

    /// Waits until the gate is open. Fails at once if it opens after the deadline.
    pub(super) async fn wait_for_gate(&self, deadline: Deadline) -> Result<(), Error> {
        while let Some(wait) = self.gate.time_left() {
            pause(wait, deadline, "the API rejects every call for now").await?;
        }
        Ok(())
    }

    /// Waits until the gate is open and the rate limiter has a slot, and takes the slot. Callers must send without awaiting
    /// in between, or the slot is wasted.
    pub(super) async fn take_slot(&self, deadline: Deadline) -> Result<(), Error> {
        const REASON: &str = "the client's own quota is used up for now";
        self.wait_for_gate(deadline).await?;
        let Some(limiter) = &self.limiter else { return Ok(()) };
        let _queue = match self.queue.try_lock() {
            Ok(queue) => queue,
            Err(_) => {
                let queue = deadline.timeout(self.queue.lock()).await;
                queue.map_err(|_| Error::new(ErrorKind::RateLimited, REASON))?
            }
        };
        loop {
            self.wait_for_gate(deadline).await?;
            match limiter.take_slot() {
                Ok(()) => return Ok(()),
                Err(wait) => pause(wait, deadline, REASON).await?,
            }
        }
    }
}

/// Waits, or fails at once if the wait does not fit the deadline.
async fn pause(wait: Duration, deadline: Deadline, reason: &'static str) -> Result<(), Error> {
    if !deadline.allows(wait) {
        return Err(Error::new(ErrorKind::RateLimited, reason).with_retry_after(wait));
    }
    tracing::debug!(wait_ms = as_millis(wait), reason, "waiting");
    tokio::time::sleep(wait).await;
    Ok(())
}
