//! What a client's clones share about how much may be sent, and when.

use super::RetryConfig;
use super::attempts::as_millis;
use super::backoff::Jitter;
use super::budget::Bucket;
use super::deadline::Deadline;
use super::gate::Gate;
use super::pacing::{Pacer, Quota};
use crate::{Error, ErrorKind};

/// What a client's clones share. It belongs to the client, never to the process: one client cannot starve another.
pub(crate) struct Traffic {
    pub(super) gate: Gate,
    pub(super) budget: Bucket,
    pub(super) jitter: Jitter,
    pacer: Option<Pacer>,
}

impl Traffic {
    /// # Errors
    ///
    /// If the quota cannot be used.
    pub(crate) fn new(retry: &RetryConfig, quota: Option<Quota>) -> Result<Self, Error> {
        Ok(Self {
            gate: Gate::default(),
            budget: Bucket::new(retry.budget),
            jitter: Jitter::new(retry.jitter_seed),
            pacer: quota.map(Pacer::new).transpose()?,
        })
    }

    /// Waits until a request may be sent. Says so at once if that is later than the deadline.
    pub(super) async fn admit(&self, deadline: Deadline) -> Result<(), Error> {
        loop {
            // The gate comes first, again after each wait: it may have been closed meanwhile.
            let (wait, reason) = if let Some(wait) = self.gate.time_left() {
                (wait, "the API refuses every call for now")
            } else if let Some(Err(wait)) = self.pacer.as_ref().map(Pacer::take_turn) {
                (wait, "the client's own quota is used up for now")
            } else {
                return Ok(());
            };
            if !deadline.allows(wait) {
                return Err(Error::new(ErrorKind::RateLimited, reason).with_retry_after(wait));
            }
            tracing::debug!(wait_ms = as_millis(wait), reason, "waiting");
            tokio::time::sleep(wait).await;
        }
    }
}
