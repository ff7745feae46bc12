use std::collections::VecDeque;
use std::time::Duration;

use cloudflare_client::test_util;
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::{advance, sleep};

use super::*;
use crate::{Behavior, Client, Credentials, RiskLevel};

const TIME_TO_LIVE: Duration = Duration::from_secs(60);
const MAX_STALE: Duration = Duration::from_secs(600);
const RETRY_INTERVAL: Duration = Duration::from_secs(5);
const MILLI: Duration = Duration::from_millis(1);

/// How long a scripted read takes.
const READ: Duration = Duration::from_millis(100);

fn settings() -> Settings {
    Settings {
        time_to_live: TIME_TO_LIVE,
        max_stale: MAX_STALE,
        max_wait: Duration::from_secs(1),
        retry_interval: RETRY_INTERVAL,
        timeout: Duration::from_secs(30),
    }
}

/// A map that can be distinguished from others.
fn map(number: usize) -> BehaviorMap {
    let ids = (0..number).map(|id| id.to_string());
    ids.map(|id| (id.as_str().into(), Behavior::new(id, RiskLevel::Low)))
        .collect::<Vec<(crate::BehaviorId, _)>>()
        .into_iter()
        .collect()
}

fn down() -> Result<BehaviorMap, Error> {
    Err(test_util::error(ErrorKind::Server).attempts(1).build())
}

/// A read of the script: how long it takes, and its result. Without a result it panics.
type Read = (Duration, Option<Result<BehaviorMap, Error>>);

/// A cache whose reads are scripted, and the times at which they started.
struct Scripted {
    cache: CachedBehaviors,
    starts: Arc<Mutex<Vec<Instant>>>,
}

impl Scripted {
    fn new(settings: Settings, script: impl IntoIterator<Item = Read>) -> Self {
        let script: Mutex<VecDeque<_>> = Mutex::new(script.into_iter().collect());
        let starts = Arc::<Mutex<Vec<_>>>::default();
        let recorded = Arc::clone(&starts);
        let running = Arc::new(());
        let cache = CachedBehaviors::new(settings, move || {
            recorded.lock().unwrap().push(Instant::now());
            let (time, result) = script.lock().unwrap().pop_front().expect("no read is left");
            let running = Arc::clone(&running);
            Box::pin(async move {
                assert_eq!(Arc::strong_count(&running), 2, "another read is running");
                sleep(time).await;
                result.expect("the script panics here")
            })
        });
        Self { cache, starts }
    }

    /// Reads of 100 ms.
    fn of(script: impl IntoIterator<Item = Result<BehaviorMap, Error>>) -> Self {
        Self::new(settings(), script.into_iter().map(|result| (READ, Some(result))))
    }

    fn reads(&self) -> usize {
        self.starts.lock().unwrap().len()
    }

    /// The number of the map that a caller gets, and whether it is stale.
    async fn get(&self) -> Result<(usize, bool), ErrorKind> {
        number_and_staleness(self.cache.get().await)
    }
}

fn number_and_staleness(result: Result<BehaviorsSnapshot, Arc<Error>>) -> Result<(usize, bool), ErrorKind> {
    result.map(|snapshot| (snapshot.behaviors().len(), snapshot.is_stale())).map_err(|error| error.kind())
}

#[tokio::test(start_paused = true)]
async fn map_is_read_once_in_its_time_to_live() {
    let scripted = Scripted::of([Ok(map(1)), Ok(map(2))]);
    assert_eq!(scripted.get().await, Ok((1, false)));
    advance(TIME_TO_LIVE - MILLI).await;
    let snapshot = scripted.cache.get().await.unwrap();
    assert_eq!((snapshot.age(), snapshot.is_stale()), (TIME_TO_LIVE - MILLI, false));
    assert_eq!(scripted.reads(), 1);
    advance(MILLI).await;
    assert_eq!(scripted.get().await, Ok((2, false)));
    assert_eq!(scripted.reads(), 2);
}

#[tokio::test(start_paused = true)]
async fn many_callers_share_one_read() {
    let scripted = Scripted::of([Ok(map(1)), down()]);
    for expected in [Ok((1, false)), Err(ErrorKind::Server)] {
        let mut callers = JoinSet::new();
        for _ in 0..1_000 {
            let cache = scripted.cache.clone();
            callers.spawn(async move { cache.get().await });
        }
        let results = callers.join_all().await;
        assert!(results.into_iter().all(|result| number_and_staleness(result) == expected));
        advance(TIME_TO_LIVE + MAX_STALE).await;
    }
    assert_eq!(scripted.reads(), 2);
}

#[tokio::test(start_paused = true)]
async fn read_goes_on_if_every_caller_gives_up() {
    let scripted = Scripted::of([Ok(map(1))]);
    for _ in 0..3 {
        assert!(timeout(READ / 4, scripted.cache.get()).await.is_err());
    }
    assert_eq!(scripted.get().await, Ok((1, false)));
    assert_eq!(scripted.reads(), 1);
}

#[tokio::test(start_paused = true)]
async fn last_map_is_returned_as_stale_while_the_api_is_down() {
    let mut script = vec![Ok(map(1))];
    script.extend((0..500).map(|_| down()));
    let scripted = Scripted::of(script);
    scripted.get().await.unwrap();
    advance(TIME_TO_LIVE).await;
    let start = Instant::now();
    // The first caller waits for the read that fails, and later ones for none.
    assert_eq!(scripted.get().await, Ok((1, true)));
    assert!((READ..READ + MILLI * 2).contains(&start.elapsed()), "{:?}", start.elapsed());
    for _ in 0..590 {
        sleep(Duration::from_secs(1)).await;
        let start = Instant::now();
        let snapshot = scripted.cache.get().await.unwrap();
        assert!(snapshot.is_stale() && start.elapsed().is_zero());
        assert!(snapshot.age() > TIME_TO_LIVE && snapshot.age() < TIME_TO_LIVE + MAX_STALE);
    }
    assert!(scripted.cache.is_ready());
    sleep(Duration::from_secs(10)).await;
    assert_eq!(scripted.get().await, Err(ErrorKind::Server));
    assert!(!scripted.cache.is_ready());
}

#[tokio::test(start_paused = true)]
async fn failed_reads_are_not_repeated_before_the_retry_interval() {
    let scripted = Scripted::of((0..100).map(|_| down()));
    for _ in 0..300 {
        assert_eq!(scripted.get().await, Err(ErrorKind::Server));
        sleep(READ).await;
    }
    let starts = scripted.starts.lock().unwrap();
    let intervals: Vec<_> = starts.windows(2).map(|starts| starts[1] - starts[0]).collect();
    assert!(intervals.len() > 4, "{intervals:?}");
    let least = READ + RETRY_INTERVAL;
    assert!(intervals.iter().all(|interval| (least..least + READ * 2).contains(interval)), "{intervals:?}");
}

#[tokio::test(start_paused = true)]
async fn wait_that_the_api_asked_for_is_kept() {
    let wait = Duration::from_secs(300);
    let limited = test_util::error(ErrorKind::RateLimited).attempts(1).retry_after(wait).build();
    let scripted = Scripted::of([Err(limited), Ok(map(1))]);
    assert_eq!(scripted.get().await, Err(ErrorKind::RateLimited));
    advance(wait - MILLI).await;
    assert_eq!(scripted.get().await, Err(ErrorKind::RateLimited));
    assert_eq!(scripted.cache.refresh().await.unwrap_err().kind(), ErrorKind::RateLimited);
    assert_eq!(scripted.reads(), 1);
    advance(MILLI).await;
    assert_eq!(scripted.get().await, Ok((1, false)));
}

#[tokio::test(start_paused = true)]
async fn wrong_retry_after_does_not_end_the_reads() {
    let year = Duration::from_secs(365 * 24 * 60 * 60);
    let limited = test_util::error(ErrorKind::RateLimited).attempts(1).retry_after(year).build();
    let scripted = Scripted::of([Err(limited), Ok(map(1))]);
    assert_eq!(scripted.get().await, Err(ErrorKind::RateLimited));
    advance(Duration::from_secs(60 * 60)).await;
    assert_eq!(scripted.get().await, Ok((1, false)));
}

#[tokio::test(start_paused = true)]
async fn api_that_is_up_again_is_noticed_in_the_background() {
    let scripted = Scripted::of([Ok(map(1)), down(), Ok(map(2))]);
    scripted.get().await.unwrap();
    advance(TIME_TO_LIVE).await;
    assert_eq!(scripted.get().await, Ok((1, true)));
    advance(RETRY_INTERVAL).await;
    assert_eq!(scripted.get().await, Ok((1, true)));
    assert!(scripted.cache.status().last_error().is_some());
    sleep(READ * 2).await;
    assert!(scripted.cache.status().last_error().is_none());
    assert_eq!(scripted.get().await, Ok((2, false)));
    assert_eq!(scripted.reads(), 3);
}

#[tokio::test(start_paused = true)]
async fn caller_with_an_older_map_does_not_wait_long_for_a_slow_read() {
    let slow = (Duration::from_secs(20), Some(Ok(map(2))));
    let scripted = Scripted::new(settings(), [(READ, Some(Ok(map(1)))), slow]);
    scripted.get().await.unwrap();
    advance(TIME_TO_LIVE).await;
    let start = Instant::now();
    assert_eq!(scripted.get().await, Ok((1, true)));
    let waited = start.elapsed();
    assert!((Duration::from_secs(1)..Duration::from_millis(1_010)).contains(&waited), "{waited:?}");
    // The read has taken that long already, so others do not wait at all.
    let start = Instant::now();
    assert_eq!(scripted.get().await, Ok((1, true)));
    assert!(start.elapsed().is_zero());
    sleep(Duration::from_secs(20)).await;
    assert_eq!(scripted.get().await, Ok((2, false)));
    assert_eq!(scripted.reads(), 2);
}

#[tokio::test(start_paused = true)]
async fn zero_times_read_for_each_caller_and_return_nothing_old() {
    let zero = Duration::ZERO;
    let settings = Settings { time_to_live: zero, max_stale: zero, max_wait: zero, retry_interval: zero, ..settings() };
    let script = [Ok(map(1)), Ok(map(2)), down(), Ok(map(4))].map(|result| (READ, Some(result)));
    let scripted = Scripted::new(settings, script);
    for expected in [Ok((1, false)), Ok((2, false)), Err(ErrorKind::Server), Ok((4, false))] {
        assert_eq!(scripted.get().await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn caller_that_comes_while_a_read_runs_takes_its_result_whatever_the_time_to_live() {
    let settings = Settings { time_to_live: Duration::ZERO, ..settings() };
    let scripted = Scripted::new(settings, [(READ, Some(Ok(map(1))))]);
    let later = async {
        sleep(READ / 2).await;
        scripted.get().await
    };
    assert_eq!(tokio::join!(scripted.get(), later), (Ok((1, false)), Ok((1, false))));
    assert_eq!(scripted.reads(), 1);
}

#[tokio::test(start_paused = true)]
async fn longest_times_do_not_overflow() {
    let longest = Duration::MAX;
    let settings = Settings {
        time_to_live: longest,
        max_stale: longest,
        max_wait: longest,
        retry_interval: longest,
        timeout: longest,
    };
    let scripted = Scripted::new(settings, [Ok(map(1)), down()].map(|result| (READ, Some(result))));
    assert_eq!(scripted.get().await, Ok((1, false)));
    scripted.cache.invalidate();
    assert_eq!(scripted.get().await, Ok((1, true)));
    assert_eq!(scripted.get().await, Ok((1, true)));
    assert_eq!(scripted.reads(), 2);
}

#[tokio::test(start_paused = true)]
async fn refresh_reads_whatever_the_age() {
    let scripted = Scripted::of([Ok(map(1)), Ok(map(2)), down()]);
    scripted.get().await.unwrap();
    assert_eq!(number_and_staleness(scripted.cache.refresh().await), Ok((2, false)));
    assert_eq!(scripted.get().await, Ok((2, false)));
    assert_eq!(number_and_staleness(scripted.cache.refresh().await), Err(ErrorKind::Server));
    // The map stays, and its time to live as well.
    assert_eq!(scripted.get().await, Ok((2, false)));
    assert_eq!(scripted.reads(), 3);
}

#[tokio::test(start_paused = true)]
async fn refresh_reads_again_after_a_read_that_started_before() {
    let scripted = Scripted::of([Ok(map(1)), Ok(map(2))]);
    let get = scripted.cache.get();
    let refresh = async {
        sleep(READ / 2).await;
        let (first, second) = tokio::join!(scripted.cache.refresh(), scripted.cache.refresh());
        [first, second].map(number_and_staleness)
    };
    let (got, refreshed) = tokio::join!(get, refresh);
    assert_eq!(number_and_staleness(got), Ok((1, false)));
    assert_eq!(refreshed, [Ok((2, false)); 2]);
    assert_eq!(scripted.reads(), 2);
}

#[tokio::test(start_paused = true)]
async fn invalidated_map_is_read_again_and_only_returned_as_stale() {
    let scripted = Scripted::of([Ok(map(1)), Ok(map(2)), down()]);
    scripted.get().await.unwrap();
    scripted.cache.invalidate();
    assert!(scripted.cache.status().snapshot().unwrap().is_stale());
    assert_eq!(scripted.get().await, Ok((2, false)));
    scripted.cache.invalidate();
    assert_eq!(scripted.get().await, Ok((2, true)));
}

#[tokio::test(start_paused = true)]
async fn result_of_a_read_that_started_before_the_invalidation_is_not_fresh() {
    let scripted = Scripted::of([Ok(map(1)), Ok(map(2))]);
    let invalidate = async {
        sleep(READ / 2).await;
        scripted.cache.invalidate();
    };
    let (got, ()) = tokio::join!(scripted.cache.get(), invalidate);
    assert_eq!(number_and_staleness(got), Ok((2, false)));
    assert_eq!(scripted.reads(), 2);
}

#[tokio::test(start_paused = true)]
async fn status_has_the_map_the_last_error_and_whether_a_read_runs() {
    let scripted = Scripted::of([Ok(map(1)), down()]);
    let status = scripted.cache.status();
    assert!(!status.is_ready() && !status.is_reading());
    assert!(status.snapshot().is_none() && status.last_error().is_none());
    let during = async {
        sleep(READ / 2).await;
        scripted.cache.status()
    };
    let (_, status) = tokio::join!(scripted.cache.get(), during);
    assert!(status.is_reading() && !status.is_ready());

    advance(TIME_TO_LIVE).await;
    let status = scripted.cache.status();
    let snapshot = status.snapshot().unwrap();
    assert!(status.is_ready() && snapshot.is_stale());
    assert!(snapshot.age() >= TIME_TO_LIVE);
    // Nobody asked for long. That is no reason to expect a failure.
    advance(MAX_STALE).await;
    let status = scripted.cache.status();
    assert!(status.is_ready() && status.snapshot().is_none());

    assert_eq!(scripted.get().await, Err(ErrorKind::Server));
    let status = scripted.cache.status();
    assert!(!status.is_ready());
    assert_eq!(status.last_error().unwrap().kind(), ErrorKind::Server);
    assert_eq!(scripted.reads(), 2);
}

#[tokio::test(start_paused = true)]
async fn read_that_panics_is_an_error_and_not_repeated_at_once() {
    let scripted = Scripted::new(settings(), [(READ, None), (READ, Some(Ok(map(2))))]);
    for _ in 0..2 {
        let error = scripted.cache.get().await.unwrap_err();
        assert!(error.to_string().contains("panicked"), "{error}");
    }
    assert_eq!(scripted.reads(), 1);
    advance(RETRY_INTERVAL).await;
    assert_eq!(scripted.get().await, Ok((2, false)));
}

#[test]
fn read_of_a_runtime_that_stopped_is_an_error_for_those_who_wait_on_another() {
    let runtime = || Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let script = [Ok(map(1)), Ok(map(2))].map(|result| (READ, Some(result)));
    // It is dropped.
    let scripted = Scripted::new(settings(), script);
    assert!(runtime().block_on(async { timeout(READ / 2, scripted.cache.get()).await }).is_err());
    let error = runtime().block_on(scripted.cache.get()).unwrap_err();
    assert!(error.to_string().contains("has stopped"), "{error}");
    // It is kept, but does not run.
    let scripted = Scripted::new(settings(), [(READ, Some(Ok(map(1))))]);
    let kept = runtime();
    assert!(kept.block_on(async { timeout(READ / 2, scripted.cache.get()).await }).is_err());
    let error = runtime().block_on(async { timeout(Duration::from_secs(60), scripted.cache.get()).await });
    assert!(error.unwrap().unwrap_err().to_string().contains("has stopped"));
    drop(kept);
}

#[test]
fn cache_outside_a_runtime_is_an_error() {
    let scripted = Scripted::of([Ok(map(1))]);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Err(error)) = std::pin::pin!(scripted.cache.get()).poll(&mut context) else {
        panic!("no error");
    };
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("tokio runtime"), "{error}");
    assert_eq!(scripted.reads(), 0);

    // While a read is running, too.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let cache = scripted.cache.clone();
    runtime.block_on(async {
        tokio::spawn(async move { cache.get().await });
        tokio::task::yield_now().await;
    });
    assert!(scripted.cache.status().is_reading());
    let std::task::Poll::Ready(Err(error)) = std::pin::pin!(scripted.cache.get()).poll(&mut context) else {
        panic!("no error");
    };
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

#[tokio::test(start_paused = true)]
async fn malformed_account_is_an_error_of_every_call() {
    let client = Client::builder().credentials(Credentials::api_token("cfut_1").unwrap()).build().unwrap();
    let cache = client.behaviors().cached(TIME_TO_LIVE).account_id("../../user").build();
    for _ in 0..2 {
        assert_eq!(cache.get().await.unwrap_err().kind(), ErrorKind::Configuration);
    }
}

#[test]
fn cache_can_be_shared_by_threads_and_its_future_be_spawned() {
    fn check<T: Send + Sync + 'static>(_: &T) {}
    fn check_future<T: Send>(_: &T) {}
    let scripted = Scripted::of([]);
    check(&scripted.cache);
    check_future(&scripted.cache.get());
    check_future(&scripted.cache.refresh());
}

#[tokio::test(start_paused = true)]
async fn result_of_a_read_that_was_given_up_does_not_replace_a_later_one() {
    let mut state = State::new(settings());
    let demand = state.refresh_demand();
    let (_first, ended) = watch::channel(());
    let first = state.start(ended, Instant::now());
    // The runtime has not run it for too long.
    advance(settings().timeout * 2).await;
    assert!(matches!(state.decide(demand, Instant::now()), Decision::Fail(_)));
    let (_second, ended) = watch::channel(());
    let second = state.start(ended, Instant::now());
    state.end(first, Ok(map(1)), Instant::now());
    assert!(state.status(Instant::now()).snapshot().is_none());
    state.end(second, Ok(map(2)), Instant::now());
    state.end(first, Ok(map(1)), Instant::now());
    assert_eq!(state.status(Instant::now()).snapshot().unwrap().behaviors(), &map(2));
}
