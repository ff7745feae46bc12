//! Runs jobs over many accounts, each when it can be sent.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use cloudflare_client::sdk;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::Client;

/// How many jobs run at once by default. At 100 ms a call, 16 are 160 requests per second. The vendor allows 200 for an address.
const DEFAULT_CONCURRENCY: usize = 16;

/// How often a job is started that the API's rate limit rejects.
const MAX_STARTS: u32 = 3;

/// The time between two starts after the rate-limit gate opened, as the client spreads its waiting calls.
const SPREAD: Duration = Duration::from_millis(5);

/// A future of a job or of a connection.
pub(super) type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What is done for one account.
pub(super) trait Job: Send + Sync + Unpin + 'static {
    /// The result.
    type Output: Send + 'static;
    /// What is the same for all jobs.
    type Options: Unpin;

    /// Starts it. It must send its first request when it is first polled, if the connection is ready.
    fn start(self: Arc<Self>, client: &Client, options: &Self::Options) -> Boxed<Self::Output>;

    /// Whether the rate limit rejected its first request, so that nothing has been done. The job is then started again.
    fn is_rate_limited(output: &Self::Output) -> bool;
}

/// Runs jobs: at most `concurrency` at once, and each only when its connection is ready to send a request. They run while the
/// runner is polled.
pub(super) struct Runner<J: Job> {
    lanes: Vec<Lane<J>>,
    /// The lane that starts a job next.
    next_lane: usize,
    in_flight: FuturesUnordered<Boxed<Ended<J>>>,
    concurrency: usize,
    pub(super) options: J::Options,
}

/// The jobs of one connection. Those of one that is blocked do not hold up the others.
struct Lane<J> {
    client: Client,
    waiting: VecDeque<Waiting<J>>,
    /// Ends when the connection is ready, with whether its gate was closed.
    ready: Option<Boxed<bool>>,
    /// How many jobs are still spread after the gate opened.
    spread: usize,
    /// Whether a job was rejected [`MAX_STARTS`] times, and none has been sent since. The others do not wait then: their calls fail
    /// at once.
    is_given_up: bool,
}

struct Waiting<J> {
    job: Arc<J>,
    /// How often it was started.
    starts: u32,
}

/// A job that ended.
struct Ended<J: Job> {
    lane: usize,
    waiting: Waiting<J>,
    output: J::Output,
}

impl<J: Job> Runner<J> {
    pub(super) fn new(options: J::Options, jobs: impl IntoIterator<Item = (Client, J)>) -> Self {
        let mut lanes: Vec<Lane<J>> = Vec::new();
        for (client, job) in jobs {
            let waiting = Waiting { job: Arc::new(job), starts: 0 };
            let is_same = |lane: &&mut Lane<J>| lane.client.connection().is_same(client.connection());
            match lanes.iter_mut().find(is_same) {
                Some(lane) => lane.waiting.push_back(waiting),
                None => {
                    lanes.push(Lane { client, waiting: [waiting].into(), ready: None, spread: 0, is_given_up: false })
                }
            }
        }
        Self { lanes, next_lane: 0, in_flight: FuturesUnordered::new(), concurrency: DEFAULT_CONCURRENCY, options }
    }

    /// At least 1.
    pub(super) fn set_concurrency(&mut self, concurrency: usize) {
        self.concurrency = concurrency.max(1);
    }

    /// Starts no further jobs.
    pub(super) fn stop(&mut self) {
        self.lanes.clear();
    }

    /// The number of jobs that wait or run.
    pub(super) fn len(&self) -> usize {
        let waiting: usize = self.lanes.iter().map(|lane| lane.waiting.len()).sum();
        waiting.saturating_add(self.in_flight.len())
    }

    /// The next job that ended.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(Arc<J>, J::Output)>> {
        loop {
            // A job is polled before the next one starts, so that it takes its turn first.
            let has_started = self.in_flight.len() < self.concurrency && self.start_next(cx);
            match self.in_flight.poll_next_unpin(cx) {
                Poll::Ready(Some(ended)) => {
                    if let Some(ended) = self.end(ended) {
                        return Poll::Ready(Some(ended));
                    }
                }
                _ if has_started => {}
                Poll::Ready(None) if self.len() == 0 => return Poll::Ready(None),
                _ => return Poll::Pending,
            }
        }
    }

    /// Starts a job of the next lane that is ready. Returns whether there was one.
    fn start_next(&mut self, cx: &mut Context<'_>) -> bool {
        let offset = self.next_lane.min(self.lanes.len());
        let (before, after) = self.lanes.split_at_mut(offset);
        let after = after.iter_mut().enumerate().map(|(index, lane)| (index.saturating_add(offset), lane));
        for (index, lane) in after.chain(before.iter_mut().enumerate()) {
            if let Some(started) = lane.start(index, self.concurrency, &self.options, cx) {
                self.in_flight.push(started);
                self.next_lane = index.saturating_add(1);
                return true;
            }
        }
        false
    }

    /// Takes a job back that the rate limit rejected. Returns any other.
    fn end(&mut self, ended: Ended<J>) -> Option<(Arc<J>, J::Output)> {
        let Ended { lane, waiting, output } = ended;
        let is_rate_limited = J::is_rate_limited(&output);
        if let Some(lane) = self.lanes.get_mut(lane) {
            let is_given_up = is_rate_limited && (lane.is_given_up || waiting.starts >= MAX_STARTS);
            lane.is_given_up = is_given_up;
            if is_rate_limited && !is_given_up {
                lane.waiting.push_front(waiting);
                return None;
            }
        }
        Some((waiting.job, output))
    }
}

impl<J: Job> Lane<J> {
    /// Starts a job if there is one, and the connection is ready.
    fn start(
        &mut self,
        index: usize,
        concurrency: usize,
        options: &J::Options,
        cx: &mut Context<'_>,
    ) -> Option<Boxed<Ended<J>>> {
        if self.waiting.is_empty() || !self.is_ready(concurrency, cx) {
            return None;
        }
        let mut waiting = self.waiting.pop_front()?;
        waiting.starts = waiting.starts.saturating_add(1);
        let output = Arc::clone(&waiting.job).start(&self.client, options);
        Some(Box::pin(async move { Ended { lane: index, output: output.await, waiting } }))
    }

    fn is_ready(&mut self, concurrency: usize, cx: &mut Context<'_>) -> bool {
        if self.is_given_up {
            return true;
        }
        let ready = self.ready.get_or_insert_with(|| {
            let (connection, spread) = (self.client.connection().clone(), self.spread > 0);
            Box::pin(async move {
                if spread {
                    tokio::time::sleep(SPREAD).await;
                }
                sdk::ready(&connection).await
            })
        });
        let Poll::Ready(was_closed) = ready.as_mut().poll(cx) else { return false };
        self.ready = None;
        // Jobs that start at once after a block would be the next one.
        self.spread = if was_closed { concurrency } else { self.spread.saturating_sub(1) };
        true
    }
}

#[cfg(test)]
mod tests {
    use std::future::{IntoFuture, poll_fn};
    use std::sync::Mutex;

    use tokio::time::Instant;
    use zt_risk_scoring_mock::Simulator;
    use zt_risk_scoring_mock::simulator::Fault;

    use super::*;
    use crate::{BehaviorMap, Credentials, Error, ErrorKind};

    /// A read that records when it starts.
    struct Read(Arc<Mutex<Vec<Instant>>>);

    impl Job for Read {
        type Output = Result<BehaviorMap, Error>;
        type Options = ();

        fn start(self: Arc<Self>, client: &Client, (): &()) -> Boxed<Self::Output> {
            self.0.lock().unwrap().push(Instant::now());
            client.behaviors().get().into_future()
        }

        fn is_rate_limited(output: &Self::Output) -> bool {
            output.as_ref().is_err_and(|error| error.kind() == ErrorKind::RateLimited)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn jobs_do_not_start_at_once_after_the_gate_opens() {
        const CONCURRENCY: usize = 4;
        let simulator = Simulator::start().await;
        simulator.inject(Fault::status(429).times(CONCURRENCY as u64));
        let client = Client::builder()
            .credentials(Credentials::api_token(simulator.api_token()).unwrap())
            .account_id(simulator.account_id())
            .base_url(simulator.base_url())
            .retry(crate::RetryConfig::none())
            .build()
            .unwrap();
        let starts = Arc::<Mutex<Vec<_>>>::default();
        let jobs = (0..3 * CONCURRENCY).map(|_| (client.clone(), Read(Arc::clone(&starts))));
        let mut runner = Runner::new((), jobs);
        runner.set_concurrency(CONCURRENCY);
        let mut ended = 0;
        while let Some((_, output)) = poll_fn(|cx| runner.poll_next(cx)).await {
            output.unwrap();
            ended += 1;
        }
        assert_eq!((ended, runner.len()), (3 * CONCURRENCY, 0));
        let starts = starts.lock().unwrap();
        let (rejected, later) = starts.split_at(CONCURRENCY);
        assert!(rejected.iter().all(|start| *start < later[0] - SPREAD) && later.len() == 3 * CONCURRENCY);
        let first = &later[..=CONCURRENCY];
        assert!(first.windows(2).all(|starts| starts[1] - starts[0] >= SPREAD), "{starts:?}");
    }
}
