//! When to read, and what to report. It is independent of how behaviors are read, so that its tests need no server.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use cloudflare_client::sdk;
use tokio::time::{Instant, Sleep, sleep};

use super::BehaviorsEvent;
use crate::{BehaviorMap, Connection, Error, ErrorKind};

pub(super) type ReadFuture = Pin<Box<dyn Future<Output = Result<BehaviorMap, Error>> + Send>>;

/// The random part of an interval is less than the interval divided by this number.
const JITTER_DIVISOR: u32 = 10;

pub(super) struct Watcher {
    /// For its backoff and its random source.
    connection: Connection,
    interval: Duration,
    step: Step,
    last: Option<Arc<BehaviorMap>>,
    /// How many reads have failed since the last one that succeeded.
    failures: u32,
}

enum Step {
    Start,
    Reading { started: Instant, read: ReadFuture },
    Waiting(Pin<Box<Sleep>>),
    Ended,
}

impl Watcher {
    pub(super) fn new(connection: Connection, interval: Duration) -> Self {
        Self { connection, interval, step: Step::Start, last: None, failures: 0 }
    }

    pub(super) fn interval(&self) -> Duration {
        self.interval
    }

    pub(super) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        mut start_read: impl FnMut() -> ReadFuture,
    ) -> Poll<Option<Result<BehaviorsEvent, Error>>> {
        loop {
            match &mut self.step {
                Step::Start => self.step = Step::Reading { started: Instant::now(), read: start_read() },
                Step::Reading { started, read } => {
                    let (result, started) = (ready!(read.as_mut().poll(cx)), *started);
                    if let Some(item) = self.end_read(started, result) {
                        return Poll::Ready(Some(item));
                    }
                }
                Step::Waiting(timer) => {
                    ready!(timer.as_mut().poll(cx));
                    self.step = Step::Start;
                }
                Step::Ended => return Poll::Ready(None),
            }
        }
    }

    /// Plans the next read, and returns what this one is reported as.
    fn end_read(
        &mut self,
        started: Instant,
        result: Result<BehaviorMap, Error>,
    ) -> Option<Result<BehaviorsEvent, Error>> {
        let jitter = sdk::jitter(&self.connection, self.interval.checked_div(JITTER_DIVISOR).unwrap_or_default());
        let mut wait = self.interval.saturating_add(jitter).saturating_sub(started.elapsed());
        let item = match result {
            Ok(behaviors) => self.compare(behaviors).map(Ok),
            Err(error) if error.kind() == ErrorKind::Configuration && error.attempts() == 0 => {
                self.step = Step::Ended;
                return Some(Err(error));
            }
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                let backoff = sdk::backoff(&self.connection, self.failures);
                wait = wait.max(backoff).max(sdk::requested_wait(&error));
                Some(Err(error))
            }
        };
        self.step = Step::Waiting(Box::pin(sleep(wait)));
        item
    }

    fn compare(&mut self, behaviors: BehaviorMap) -> Option<BehaviorsEvent> {
        let has_failed = std::mem::take(&mut self.failures) > 0;
        let Some(last) = &self.last else {
            return Some(BehaviorsEvent::State(Arc::clone(self.last.insert(Arc::new(behaviors)))));
        };
        let diff = last.diff(&behaviors);
        if diff.is_empty() {
            return has_failed.then(|| BehaviorsEvent::Recovered(Arc::clone(last)));
        }
        let behaviors = Arc::clone(self.last.insert(Arc::new(behaviors)));
        Some(BehaviorsEvent::Changed { diff, behaviors })
    }
}
