use std::future::pending;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};

use tokio::task::JoinSet;
use tokio::time::{advance, sleep, timeout};

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// A scripted fetch: how long it takes, and the number and the lifetime of its token.
#[derive(Clone, Copy)]
struct Step {
    duration: Duration,
    result: Result<(u32, Duration), &'static str>,
}

fn step(number: u32, lifetime: Duration) -> Step {
    Step { duration: 2 * SECOND, result: Ok((number, lifetime)) }
}

fn failure() -> Step {
    Step { duration: Duration::ZERO, result: Err("the vault is sealed") }
}

/// A provider with a scripted fetch. The last step repeats.
struct Script {
    provider: Arc<CachedTokenProvider>,
    fetches: Arc<AtomicU32>,
}

impl Script {
    fn new(steps: impl Into<Vec<Step>>) -> Self {
        let (steps, fetches) = (steps.into(), Arc::new(AtomicU32::new(0)));
        let counter = Arc::clone(&fetches);
        let provider = CachedTokenProvider::new(move || {
            let number = usize::try_from(counter.fetch_add(1, Ordering::SeqCst)).unwrap();
            let Step { duration, result } = *steps.get(number).or(steps.last()).unwrap();
            async move {
                sleep(duration).await;
                let (number, lifetime) = result?;
                Ok(TokenWithExpiry::expires_in(token(number), lifetime))
            }
        });
        Self { provider: Arc::new(provider), fetches }
    }

    fn fetches(&self) -> u32 {
        self.fetches.load(Ordering::SeqCst)
    }

    /// The token of one call, which must not wait.
    async fn token_at_once(&self) -> ApiToken {
        let start = Instant::now();
        let token = self.provider.token().await.unwrap();
        assert_eq!(start.elapsed(), Duration::ZERO);
        token
    }
}

fn token(number: u32) -> ApiToken {
    ApiToken::new(format!("cfut_secret-{number}")).unwrap()
}

#[tokio::test(start_paused = true)]
async fn cached_token_is_returned_until_shortly_before_its_expiry() {
    for (lifetime, margin) in [(100 * SECOND, 10 * SECOND), (HOUR, 60 * SECOND)] {
        let script = Script::new([step(0, lifetime), step(1, lifetime)]);
        assert_eq!(script.provider.token().await.unwrap(), token(0));
        advance(lifetime - margin - SECOND / 10).await;
        assert_eq!(script.token_at_once().await, token(0));
        sleep(3 * SECOND).await;
        assert_eq!(script.fetches(), 1);
        // The next call is within the margin.
        assert_eq!(script.token_at_once().await, token(0));
        sleep(3 * SECOND).await;
        assert_eq!(script.token_at_once().await, token(1));
        assert_eq!(script.fetches(), 2);
    }
}

#[test]
fn token_needs_a_refresh_from_its_margin_on_and_is_valid_before_its_expiry() {
    let now = Instant::now();
    let cached = CachedToken::new(TokenWithExpiry { token: token(0), expires: now.checked_add(100 * SECOND) });
    let refresh = cached.refresh.unwrap();
    // The margin is a tenth of what is left when the token arrives, which is a moment after `now`.
    assert!(refresh >= now + 90 * SECOND && refresh < now + 91 * SECOND);
    assert!(!cached.needs_refresh(refresh - SECOND / 10));
    assert!(cached.needs_refresh(refresh));
    assert!(cached.is_valid(now + 100 * SECOND - SECOND / 10));
    assert!(!cached.is_valid(now + 100 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn token_without_expiry_is_never_fetched_again() {
    let provider = CachedTokenProvider::new(|| async { Ok(token(0).into()) });
    provider.token().await.unwrap();
    advance(100_000 * HOUR).await;
    assert_eq!(provider.token().await.unwrap(), token(0));
    assert!(provider.cache.state().last_start.unwrap().elapsed() >= 100_000 * HOUR);
}

#[tokio::test(start_paused = true)]
async fn expired_token_is_not_returned() {
    let script = Script::new([step(0, HOUR), step(1, HOUR)]);
    assert_eq!(script.provider.token().await.unwrap(), token(0));
    advance(HOUR).await;
    let start = Instant::now();
    assert_eq!(script.provider.token().await.unwrap(), token(1));
    assert_eq!(start.elapsed(), 2 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn token_that_has_expired_when_it_is_fetched_is_returned_once() {
    let script = Script::new([step(0, Duration::ZERO), step(1, HOUR)]);
    assert_eq!(script.provider.token().await.unwrap(), token(0));
    assert_eq!(script.provider.token().await.unwrap(), token(1));
}

#[tokio::test(start_paused = true)]
async fn concurrent_calls_share_one_fetch() {
    let script = Script::new([step(0, HOUR)]);
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        let provider = Arc::clone(&script.provider);
        calls.spawn(async move { provider.token().await.unwrap() });
    }
    assert_eq!(calls.join_all().await, vec![token(0); 100]);
    assert_eq!(script.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn failed_fetch_is_an_error_for_those_that_waited_and_the_next_call_tries_again() {
    let failing = Step { duration: 2 * SECOND, ..failure() };
    let script = Script::new([failing, step(1, HOUR)]);
    let (first, second) = tokio::join!(script.provider.token(), script.provider.token());
    for error in [first.unwrap_err(), second.unwrap_err()] {
        assert_eq!(error.to_string(), "fetching a token failed");
        assert_eq!(error.source().unwrap().to_string(), "the vault is sealed");
    }
    assert_eq!(script.fetches(), 1);
    assert_eq!(script.provider.token().await.unwrap(), token(1));
}

#[tokio::test(start_paused = true)]
async fn error_of_the_fetch_keeps_its_type() {
    let provider = CachedTokenProvider::new(|| async { Err(std::io::Error::other("sealed").into()) });
    let error = provider.token().await.unwrap_err();
    assert!(error.source().unwrap().is::<std::io::Error>());
}

#[tokio::test(start_paused = true)]
async fn failed_fetches_start_at_least_a_second_apart() {
    let script = Script::new([failure()]);
    let start = Instant::now();
    for _ in 0..10 {
        let mut calls = JoinSet::new();
        for _ in 0..10 {
            let provider = Arc::clone(&script.provider);
            calls.spawn(async move { provider.token().await.unwrap_err() });
        }
        calls.join_all().await;
    }
    assert_eq!(script.fetches(), 10);
    assert_eq!(start.elapsed(), 9 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn failed_fetch_in_the_background_fails_no_call() {
    let script = Script::new([step(0, 100 * SECOND), failure(), failure(), step(3, HOUR)]);
    script.provider.token().await.unwrap();
    advance(95 * SECOND).await;
    for _ in 0..3 {
        assert_eq!(script.token_at_once().await, token(0));
        sleep(3 * SECOND / 2).await;
    }
    sleep(SECOND).await;
    assert_eq!(script.token_at_once().await, token(3));
}

#[tokio::test(start_paused = true)]
async fn rejected_token_is_discarded_and_fetched_anew_by_one_of_many_calls() {
    let script = Script::new([step(0, HOUR), step(1, HOUR)]);
    script.provider.token().await.unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        let provider = Arc::clone(&script.provider);
        calls.spawn(async move { provider.renew(&token(0)).await.unwrap() });
    }
    assert_eq!(calls.join_all().await, [true; 100]);
    assert_eq!(script.token_at_once().await, token(1));
    assert_eq!(script.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn rejection_of_an_older_token_fetches_nothing() {
    let script = Script::new([step(5, HOUR)]);
    script.provider.token().await.unwrap();
    assert!(script.provider.renew(&token(4)).await.unwrap());
    assert_eq!(script.fetches(), 1);
    assert_eq!(script.token_at_once().await, token(5));
}

#[tokio::test(start_paused = true)]
async fn renewal_that_fetches_the_rejected_token_again_has_no_other() {
    let script = Script::new([step(0, HOUR)]);
    script.provider.token().await.unwrap();
    assert!(!script.provider.renew(&token(0)).await.unwrap());
    assert_eq!(script.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn failed_renewal_is_an_error_and_the_rejected_token_is_not_used_again() {
    let script = Script::new([step(0, HOUR), failure(), step(2, HOUR)]);
    script.provider.token().await.unwrap();
    assert!(script.provider.renew(&token(0)).await.is_err());
    assert_eq!(script.provider.token().await.unwrap(), token(2));
}

#[tokio::test(start_paused = true)]
async fn renewal_does_not_trust_a_fetch_that_began_before_the_rejection() {
    let script = Script::new([step(0, 100 * SECOND), step(0, HOUR), step(2, HOUR)]);
    script.provider.token().await.unwrap();
    advance(95 * SECOND).await;
    script.token_at_once().await;
    assert!(script.provider.renew(&token(0)).await.unwrap());
    assert_eq!(script.provider.token().await.unwrap(), token(2));
    assert_eq!(script.fetches(), 3);
}

#[tokio::test(start_paused = true)]
async fn dropped_call_neither_stops_the_fetch_nor_locks_the_cache() {
    let script = Script::new([step(0, HOUR), step(1, HOUR)]);
    timeout(SECOND, script.provider.token()).await.unwrap_err();
    // This call joins the fetch, which ends a second later.
    let start = Instant::now();
    assert_eq!(script.provider.token().await.unwrap(), token(0));
    assert_eq!(start.elapsed(), SECOND);

    timeout(SECOND, script.provider.renew(&token(0))).await.unwrap_err();
    sleep(2 * SECOND).await;
    assert_eq!(script.token_at_once().await, token(1));
    assert_eq!(script.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn fetch_that_hangs_has_failed_after_its_timeout() {
    let hanging = Step { duration: HOUR, ..failure() };
    let script = Script::new([hanging, step(1, HOUR)]);
    let start = Instant::now();
    let error = script.provider.token().await.unwrap_err();
    assert_eq!(error.to_string(), "fetching a token took longer than 30s");
    assert_eq!(start.elapsed(), CachedTokenProvider::DEFAULT_FETCH_TIMEOUT);
    assert_eq!(script.provider.token().await.unwrap(), token(1));

    let provider = CachedTokenProvider::new(pending).fetch_timeout(3 * SECOND);
    let start = Instant::now();
    provider.token().await.unwrap_err();
    assert_eq!(start.elapsed(), 3 * SECOND);
    let provider = CachedTokenProvider::new(|| async { Ok(token(0).into()) }).fetch_timeout(Duration::MAX);
    assert_eq!(provider.token().await.unwrap(), token(0));
}

#[tokio::test(start_paused = true)]
async fn fetch_that_hangs_is_dropped_at_its_timeout() {
    let running = Arc::new(());
    let guard = Arc::clone(&running);
    let provider = CachedTokenProvider::new(move || {
        let guard = Arc::clone(&guard);
        async move {
            pending::<()>().await;
            drop(guard);
            Ok(token(0).into())
        }
    });
    provider.token().await.unwrap_err();
    sleep(SECOND).await;
    // The test and the provider's function.
    assert_eq!(Arc::strong_count(&running), 2);
}

#[tokio::test(start_paused = true)]
async fn fetch_that_panics_is_an_error_and_the_next_call_tries_again() {
    let fetches = AtomicU32::new(0);
    let provider = CachedTokenProvider::new(move || {
        assert!(fetches.fetch_add(1, Ordering::SeqCst) > 0, "the first fetch panics");
        async { Ok(token(1).into()) }
    });
    let error = provider.token().await.unwrap_err();
    assert!(error.to_string().contains("panicked"), "{error}");
    assert_eq!(provider.token().await.unwrap(), token(1));
}

#[test]
fn call_outside_a_runtime_is_an_error() {
    let script = Script::new([step(0, HOUR)]);
    let mut future = script.provider.token();
    let outcome = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(outcome, Poll::Ready(Err(_))));
}

#[test]
fn valid_token_is_returned_outside_a_runtime_while_a_refresh_is_due() {
    let provider = CachedTokenProvider::new(|| async { Ok(token(1).into()) });
    let now = Instant::now();
    let cached = CachedToken { token: token(0), expires: now.checked_add(HOUR), refresh: Some(now) };
    provider.cache.state().token = Some(cached);
    let poll = provider.token().as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(poll, Poll::Ready(Ok(cached)) if cached == token(0)));

    // In a runtime, the next call starts the fetch.
    runtime().block_on(async {
        assert_eq!(provider.token().await.unwrap(), token(0));
        sleep(SECOND).await;
        assert_eq!(provider.token().await.unwrap(), token(1));
    });
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

#[test]
fn fetch_of_a_runtime_that_was_shut_down_is_started_again() {
    let script = Script::new([step(0, HOUR), step(1, HOUR)]);
    let first = runtime();
    first.block_on(async { timeout(SECOND, script.provider.token()).await.unwrap_err() });
    drop(first);
    assert_eq!(runtime().block_on(script.provider.token()).unwrap(), token(1));
}

#[test]
fn fetch_of_a_runtime_that_runs_no_tasks_is_started_again_after_its_timeout() {
    let script = Script::new([step(0, HOUR), step(1, HOUR)]);
    let idle = runtime();
    idle.block_on(async { timeout(SECOND, script.provider.token()).await.unwrap_err() });
    runtime().block_on(async {
        let error = script.provider.token().await.unwrap_err();
        assert!(error.to_string().contains("longer than 30s"), "{error}");
        assert_eq!(script.provider.token().await.unwrap(), token(1));
    });
}

#[tokio::test(start_paused = true)]
async fn debug_of_a_provider_shows_no_token() {
    let script = Script::new([step(0, HOUR)]);
    script.provider.token().await.unwrap();
    assert_eq!(format!("{:?}", script.provider), "CachedTokenProvider { fetch_timeout: 30s, .. }");
}
