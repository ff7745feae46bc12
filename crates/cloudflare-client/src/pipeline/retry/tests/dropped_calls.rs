//! Calls that are dropped.

use super::*;

/// A call of the test below with random outcomes.
struct RandomAttempts {
    flow: Arc<FlowControl>,
    /// The retryability of each attempt, and how long it takes: forever if `None`.
    steps: Vec<(Retryability, Option<Duration>)>,
    /// How long the credentials take: forever if `None`.
    credentials: Option<Duration>,
    cooldown: Option<Duration>,
    /// The tokens that the budget should have.
    expected: Arc<AtomicU32>,
    sent: Arc<AtomicU32>,
}

impl RandomAttempts {
    fn new(rng: &mut fastrand::Rng, flow: &Arc<FlowControl>, expected: &Arc<AtomicU32>, sent: &Arc<AtomicU32>) -> Self {
        // Some attempts never end.
        let mut time = |most| (rng.u8(..) > 20).then(|| Duration::from_millis(rng.u64(..most)));
        let (times, credentials) = ([0; 5].map(|_| time(900)), time(200));
        let retryabilities =
            [Retryability::Transient, Retryability::NotSent, Retryability::Interrupted, Retryability::Final];
        Self {
            flow: Arc::clone(flow),
            steps: times.map(|time| (retryabilities[rng.usize(..retryabilities.len())], time)).to_vec(),
            credentials,
            cooldown: (rng.u8(..) < 10).then(|| Duration::from_millis(rng.u64(..500))),
            expected: Arc::clone(expected),
            sent: Arc::clone(sent),
        }
    }
}

impl AttemptDriver for RandomAttempts {
    type Ready = ();
    type Response = ();

    async fn prepare(&self, _: Deadline) -> Result<(), AttemptFailure> {
        match self.credentials {
            Some(time) => tokio::time::sleep(time).await,
            None => pending().await,
        }
        Ok(())
    }

    async fn send(&self, (): (), number: u32, _: Deadline) -> AttemptOutcome<()> {
        // A sent retry costs tokens until the server has handled it.
        let is_retry = number > 1;
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.expected.fetch_sub(if is_retry { 5 } else { 0 }, Ordering::Relaxed);
        if let Some(time) = self.cooldown {
            self.flow.close_gate(known(time));
        }
        let (retryability, takes) = self.steps[usize::try_from(number).unwrap() - 1];
        match takes {
            Some(time) => tokio::time::sleep(time).await,
            None => pending().await,
        }
        if retryability.is_handled() {
            self.expected.fetch_add(if is_retry { 5 } else { 1 }, Ordering::Relaxed);
        }
        AttemptOutcome { result: Ok(()), retryability, retry_after: None }
    }

    async fn try_renew(&self, (): &(), _: Deadline) -> bool {
        false
    }
}

/// Many concurrent calls are dropped at random points: at the gate, while they wait for credentials or for their turn, before
/// a retry, and during an attempt.
#[tokio::test(start_paused = true)]
async fn dropped_calls_leave_the_shared_state_consistent() {
    let budget = RetryBudget { capacity: 100_000, cost: 5 };
    let config = RetryConfig { budget, jitter_seed: Some(3), max_attempts: 5, ..RetryConfig::default() };
    let quota = Quota { requests: 1_000, window: SECOND, burst: 50 };
    let flow = Arc::new(FlowControl::new(&config, Some(quota)).unwrap());
    // The bucket is far from full, so that no token is lost to its capacity.
    for _ in 0..10_000 {
        flow.budget.try_acquire().unwrap().consume();
    }
    let expected = Arc::new(AtomicU32::new(flow.budget.tokens()));
    let sent = Arc::new(AtomicU32::new(0));
    let mut rng = fastrand::Rng::with_seed(11);
    let mut dropped = 0;

    for _ in 0..50 {
        let mut calls = JoinSet::new();
        for _ in 0..100 {
            let call = RandomAttempts::new(&mut rng, &flow, &expected, &sent);
            let drop_after = Duration::from_millis(rng.u64(..2_500));
            let (flow, config) = (Arc::clone(&flow), config.clone());
            calls.spawn(async move {
                timeout(drop_after, run(&flow, &config, &call_limits(true, 60), &call)).await.is_err()
            });
        }
        dropped += calls.join_all().await.into_iter().map(u32::from).sum::<u32>();
    }

    assert!(dropped > 1_000, "{dropped}");
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent > 3_000, "{sent}");
    assert_eq!(flow.budget.tokens(), expected.load(Ordering::Relaxed));
    tokio::time::sleep(SECOND).await;
    assert_eq!(flow.time_until_open(), None);
    // No call is left in the queue, where it would delay the others.
    let least = LeastTime { at_once: Duration::ZERO, after_wait: Duration::ZERO };
    for _ in 0..quota.burst {
        flow.admit(Deadline::new(Instant::now(), SECOND / 1000), least).await.unwrap().consume();
    }
}

/// A turn that a later call took is lost, so each call is dropped before the next one comes.
#[tokio::test(start_paused = true)]
async fn calls_that_are_dropped_while_they_fetch_credentials_give_their_turns_back() {
    const MILLIS: Duration = Duration::from_millis(1);
    let quota = Quota { requests: 100, window: 100 * SECOND, burst: 5 };
    let flow = Arc::new(FlowControl::new(&config(), Some(quota)).unwrap());
    let counter = || Arc::new(AtomicU32::new(0));
    for _ in 0..quota.burst {
        let mut call = RandomAttempts::new(&mut fastrand::Rng::with_seed(1), &flow, &counter(), &counter());
        call.credentials = None;
        assert!(timeout(MILLIS, run(&flow, &config(), &call_limits(true, 60), &call)).await.is_err());
    }
    // In this time, the rate limiter grants no other turn.
    let least = LeastTime { at_once: Duration::ZERO, after_wait: Duration::ZERO };
    for _ in 0..quota.burst {
        flow.admit(Deadline::new(Instant::now(), MILLIS), least).await.unwrap().consume();
    }
    assert!(flow.admit(Deadline::new(Instant::now(), MILLIS), least).await.is_err());
}
