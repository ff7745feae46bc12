use std::collections::VecDeque;
use std::future::{pending, poll_fn, ready};
use std::sync::{Arc, Mutex};

use cloudflare_client::test_util;
use futures_util::StreamExt;
use tokio::time::{Instant, advance, timeout};

use super::watcher::ReadFuture;
use super::*;
use crate::{Behavior, BehaviorMap, Client, Credentials, ErrorKind, RetryConfig, RiskLevel};

const INTERVAL: Duration = Duration::from_secs(60);

/// How long a scripted read takes.
const READ: Duration = Duration::from_secs(2);

fn client() -> Client {
    client_with(crate::Backoff::default())
}

fn client_with(backoff: crate::Backoff) -> Client {
    let mut retry = RetryConfig::default();
    retry.jitter_seed = Some(1);
    retry.backoff = backoff;
    Client::builder().credentials(Credentials::api_token("cfut_1").unwrap()).retry(retry).build().unwrap()
}

fn map(level: RiskLevel) -> BehaviorMap {
    [("imp_travel", Behavior::new("Impossible Travel", level))].into_iter().collect()
}

fn error(kind: ErrorKind) -> Error {
    test_util::error(kind).attempts(1).build()
}

/// A watcher whose reads are scripted. The last one never ends.
struct Scripted {
    watcher: Watcher,
    script: VecDeque<Result<BehaviorMap, Error>>,
    /// When the reads started.
    starts: Arc<Mutex<Vec<Instant>>>,
}

impl Scripted {
    fn new(script: impl IntoIterator<Item = Result<BehaviorMap, Error>>) -> Self {
        let watcher = Watcher::new(client().connection().clone(), INTERVAL);
        Self { watcher, script: script.into_iter().collect(), starts: Arc::default() }
    }

    async fn next(&mut self) -> Option<Result<BehaviorsEvent, Error>> {
        let Self { watcher, script, starts } = self;
        let mut read = || -> ReadFuture {
            starts.lock().unwrap().push(Instant::now());
            let Some(result) = script.pop_front() else { return Box::pin(pending()) };
            Box::pin(async {
                tokio::time::sleep(READ).await;
                result
            })
        };
        poll_fn(|cx| watcher.poll_next(cx, &mut read)).await
    }

    /// Waits for the read after the script, and returns the times between the starts of the reads.
    async fn intervals(mut self) -> Vec<Duration> {
        while timeout(Duration::from_secs(100_000), self.next()).await.is_ok() {}
        self.starts.lock().unwrap().windows(2).map(|starts| starts[1] - starts[0]).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn first_item_is_the_state_and_later_ones_are_changes() {
    let (low, high) = (map(RiskLevel::Low), map(RiskLevel::High));
    let reads = [&low, &low, &high, &high, &low].map(|map| Ok(map.clone()));
    let mut watch = Scripted::new(reads);
    assert_eq!(watch.next().await.unwrap().unwrap(), BehaviorsEvent::State(Arc::new(low.clone())));
    for (before, after) in [(&low, &high), (&high, &low)] {
        let event = watch.next().await.unwrap().unwrap();
        assert_eq!(**event.behaviors(), *after);
        let BehaviorsEvent::Changed { diff, .. } = event else { panic!("{event:?}") };
        assert_eq!(diff, before.diff(after));
    }
    assert_eq!(watch.starts.lock().unwrap().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn outage_is_reported_and_reading_goes_on() {
    let low = || Ok(map(RiskLevel::Low));
    let high = || Ok(map(RiskLevel::High));
    let failed = |kind| Err(error(kind));
    let mut watch = Scripted::new([
        failed(ErrorKind::Connection),
        low(),
        failed(ErrorKind::Server),
        failed(ErrorKind::Authentication),
        low(),
        low(),
        failed(ErrorKind::NotFound),
        high(),
    ]);
    let mut items = Vec::new();
    for _ in 0..7 {
        items.push(match watch.next().await.unwrap() {
            Ok(BehaviorsEvent::State(_)) => "state",
            Ok(BehaviorsEvent::Changed { .. }) => "changed",
            Ok(BehaviorsEvent::Recovered(_)) => "recovered",
            Err(error) => error.kind().as_str(),
        });
    }
    assert_eq!(items, ["connection", "state", "server", "authentication", "recovered", "not_found", "changed"]);
}

#[tokio::test(start_paused = true)]
async fn interval_is_from_start_to_start_and_at_most_a_tenth_longer() {
    let intervals = Scripted::new((0..200).map(|_| Ok(map(RiskLevel::Low)))).intervals().await;
    assert_eq!(intervals.len(), 200);
    let most = INTERVAL + INTERVAL / 10 + Duration::from_millis(1);
    assert!(intervals.iter().all(|interval| (INTERVAL..=most).contains(interval)), "{intervals:?}");
    let spread = |part: f64| INTERVAL + (INTERVAL / 10).mul_f64(part);
    assert!(intervals.iter().any(|interval| *interval < spread(0.1)), "{intervals:?}");
    assert!(intervals.iter().any(|interval| *interval > spread(0.9)), "{intervals:?}");
}

#[tokio::test(start_paused = true)]
async fn next_read_is_not_sooner_than_the_api_asked_for() {
    let wait = Duration::from_secs(300);
    let limited = || Err(test_util::error(ErrorKind::RateLimited).attempts(1).retry_after(wait).build());
    let intervals = Scripted::new([limited(), Ok(map(RiskLevel::Low)), limited()]).intervals().await;
    let [first, second, third] = intervals[..] else { panic!("{intervals:?}") };
    for interval in [first, third] {
        assert!((wait + READ..wait + READ + Duration::from_millis(2)).contains(&interval), "{interval:?}");
    }
    assert!(second < INTERVAL * 2);
}

#[tokio::test(start_paused = true)]
async fn wrong_retry_after_does_not_end_the_reads() {
    let year = Duration::from_secs(365 * 24 * 60 * 60);
    let limited = test_util::error(ErrorKind::RateLimited).attempts(1).retry_after(year).build();
    let intervals = Scripted::new([Err(limited), Ok(map(RiskLevel::Low))]).intervals().await;
    let hour = Duration::from_secs(60 * 60);
    assert!((hour + READ..hour + READ + Duration::from_millis(2)).contains(&intervals[0]), "{intervals:?}");
}

#[tokio::test(start_paused = true)]
async fn backoff_is_kept_if_it_is_longer_than_the_interval() {
    let client = client_with(crate::Backoff::new(INTERVAL * 10, INTERVAL * 100));
    let mut watch = Scripted::new((0..20).map(|_| Err(error(ErrorKind::Server))));
    watch.watcher = Watcher::new(client.connection().clone(), INTERVAL);
    let intervals = watch.intervals().await;
    assert_eq!(intervals.len(), 20);
    assert!(intervals.iter().all(|interval| *interval >= INTERVAL), "{intervals:?}");
    assert!(intervals.iter().any(|interval| *interval > INTERVAL * 20), "{intervals:?}");
}

#[tokio::test(start_paused = true)]
async fn late_poll_reads_at_once_and_once() {
    let mut watch = Scripted::new((0..3).map(|_| Ok(map(RiskLevel::Low))));
    watch.next().await.unwrap().unwrap();
    advance(INTERVAL * 10).await;
    let before = Instant::now();
    assert!(timeout(INTERVAL / 2, watch.next()).await.is_err());
    let starts = watch.starts.lock().unwrap();
    assert_eq!((starts.len(), starts[1]), (2, before));
}

#[tokio::test(start_paused = true)]
async fn stream_ends_after_an_error_that_cannot_pass() {
    let mut events = client().behaviors().watch(INTERVAL).account_id("../../user");
    assert_eq!(events.next().await.unwrap().unwrap_err().kind(), ErrorKind::Configuration);
    for _ in 0..2 {
        assert!(events.next().await.is_none());
    }
    // This error came from the API's response.
    let mut watch = Scripted::new([Err(error(ErrorKind::Configuration)), Ok(map(RiskLevel::Low))]);
    watch.next().await.unwrap().unwrap_err();
    watch.next().await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn longest_interval_does_not_overflow() {
    let mut watcher = Watcher::new(client().connection().clone(), Duration::MAX);
    let read = || -> ReadFuture { Box::pin(ready(Ok(map(RiskLevel::Low)))) };
    poll_fn(|cx| watcher.poll_next(cx, read)).await.unwrap().unwrap();
    assert!(timeout(INTERVAL, poll_fn(|cx| watcher.poll_next(cx, read))).await.is_err());
}

#[test]
fn short_interval_is_raised_to_the_least_one() {
    let behaviors = client().behaviors();
    for (asked, interval) in [(0, 5), (5, 5), (6, 6)] {
        assert_eq!(behaviors.watch(Duration::from_secs(asked)).watcher.interval(), Duration::from_secs(interval));
    }
}

#[test]
fn stream_can_be_moved_to_another_thread() {
    fn check<T: Send + Unpin + 'static>() {}
    check::<WatchBehaviors>();
}
