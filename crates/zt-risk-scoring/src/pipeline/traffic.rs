//! What a client's clones share about how much may be sent, and when.

use std::time::Duration;

use tokio::sync::Mutex;

use super::RetryConfig;
use super::backoff::Jitter;
use super::budget::Bucket;
use super::deadline::Deadline;
use super::gate::Gate;
use super::pacing::{Pacer, Quota};
use super::telemetry::as_millis;
use crate::{Error, ErrorKind};

/// What a client's clones share. It belongs to the client, never to the process: one client cannot starve another.
pub(crate) struct Traffic {
    pub(super) gate: Gate,
    pub(super) budget: Bucket,
    pub(super) jitter: Jitter,
    pacer: Option<Pacer>,
    /// Whoever waits for a turn holds it, so that turns are taken in the order in which they were asked for.
    queue: Mutex<()>,
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
            queue: Mutex::new(()),
        })
    }

    /// Waits until the gate is open. Says so at once if that is later than the deadline.
    pub(super) async fn wait_for_gate(&self, deadline: Deadline) -> Result<(), Error> {
        while let Some(wait) = self.gate.time_left() {
            pause(wait, deadline, "the API refuses every call for now").await?;
        }
        Ok(())
    }

    /// Waits until a request may be sent, as the gate and the pacing say, and takes a turn. What it counts on is that the
    /// request is sent in the same step.
    pub(super) async fn take_turn(&self, deadline: Deadline) -> Result<(), Error> {
        const REASON: &str = "the client's own quota is used up for now";
        self.wait_for_gate(deadline).await?;
        let Some(pacer) = &self.pacer else { return Ok(()) };
        let _queue = match self.queue.try_lock() {
            Ok(queue) => queue,
            Err(_) => {
                let queue = deadline.limit(self.queue.lock()).await;
                queue.map_err(|_| Error::new(ErrorKind::RateLimited, REASON))?
            }
        };
        loop {
            self.wait_for_gate(deadline).await?;
            match pacer.take_turn() {
                Ok(()) => return Ok(()),
                Err(wait) => pause(wait, deadline, REASON).await?,
            }
        }
    }
}

async fn pause(wait: Duration, deadline: Deadline, reason: &'static str) -> Result<(), Error> {
    if !deadline.allows(wait) {
        return Err(Error::new(ErrorKind::RateLimited, reason).with_retry_after(wait));
    }
    tracing::debug!(wait_ms = as_millis(wait), reason, "waiting");
    tokio::time::sleep(wait).await;
    Ok(())
}
