use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::*;
use crate::ErrorKind;

const SECOND: Duration = Duration::from_secs(1);
const MILLIS: Duration = Duration::from_millis(1);

/// What a call needs that has no other needs.
const LEAST: LeastTime = LeastTime { at_once: MIN_ATTEMPT_TIME, after_wait: MIN_ATTEMPT_TIME };

fn flow_control(quota: impl Into<Option<Quota>>) -> Arc<FlowControl> {
    Arc::new(FlowControl::new(&RetryConfig::default(), quota.into()).unwrap())
}

fn quota(requests: u32, burst: u32, window: Duration) -> Quota {
    Quota { requests, window, burst }
}

fn deadline(timeout: Duration) -> Deadline {
    Deadline::new(Instant::now(), timeout)
}

fn known(time: Duration) -> Cooldown {
    Cooldown { time, is_guess: false }
}

/// Admits a call, and returns how long it waited.
async fn admit(flow: &FlowControl, timeout: Duration) -> Result<Duration, Error> {
    let start = Instant::now();
    flow.admit(deadline(timeout), LEAST).await.map(|admission| {
        admission.consume();
        start.elapsed()
    })
}

/// When each of many concurrent calls was admitted, from now, in ascending order.
async fn admissions(flow: &Arc<FlowControl>, count: usize) -> Vec<Duration> {
    let start = Instant::now();
    let mut calls = JoinSet::new();
    for _ in 0..count {
        let flow = Arc::clone(flow);
        calls.spawn(async move {
            admit(&flow, 3_600 * SECOND).await.unwrap();
            start.elapsed()
        });
    }
    let mut times = calls.join_all().await;
    times.sort();
    times
}

#[tokio::test(start_paused = true)]
async fn waiters_are_spread_when_the_gate_opens_and_a_lone_one_hardly_waits() {
    let flow = flow_control(None);
    flow.close_gate(known(7 * SECOND));
    let times = admissions(&flow, 500).await;
    assert!(times[0] >= 7 * SECOND, "{:?}", times[0]);
    for (index, time) in times.iter().enumerate() {
        let within = times[index..].iter().take_while(|other| **other < *time + 50 * MILLIS).count();
        assert!(within <= 50, "{within} calls within 50 ms of {time:?}");
    }
    assert!(times[499] < 11 * SECOND, "{:?}", times[499]);

    flow.close_gate(known(SECOND));
    let waited = admit(&flow, 60 * SECOND).await.unwrap();
    assert!((SECOND..SECOND + 10 * MILLIS).contains(&waited), "{waited:?}");
    assert_eq!(admit(&flow, 60 * SECOND).await.unwrap(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn call_that_waits_sees_a_gate_that_closes_meanwhile() {
    let flow = flow_control(quota(2, 1, 4 * SECOND));
    assert_eq!(admit(&flow, 60 * SECOND).await.unwrap(), Duration::ZERO);
    let closing = async {
        sleep(SECOND).await;
        flow.close_gate(known(20 * SECOND));
    };
    let start = Instant::now();
    let (brief, patient, ()) =
        tokio::join!(async { (admit(&flow, 10 * SECOND).await, start.elapsed()) }, admit(&flow, 60 * SECOND), closing);
    let error = brief.0.unwrap_err();
    assert_eq!((error.kind(), brief.1), (ErrorKind::RateLimited, SECOND));
    assert!(error.retry_after().unwrap() >= 20 * SECOND, "{error}");
    assert!((21 * SECOND..22 * SECOND).contains(&patient.unwrap()));
}

#[tokio::test(start_paused = true)]
async fn call_whose_turn_comes_too_late_fails_at_once_with_the_wait() {
    let flow = flow_control(quota(11, 1, 10 * SECOND));
    let mut waiting = JoinSet::new();
    for _ in 0..5 {
        let flow = Arc::clone(&flow);
        waiting.spawn(async move { admit(&flow, 60 * SECOND).await });
    }
    tokio::task::yield_now().await;
    let start = Instant::now();
    let error = admit(&flow, 3 * SECOND).await.unwrap_err();
    assert_eq!((error.kind(), start.elapsed()), (ErrorKind::RateLimited, Duration::ZERO));
    let wait = error.retry_after().unwrap();
    assert!(wait > 4 * SECOND && wait < 6 * SECOND, "{error}");
    for part in ["the client's own quota", "the call has 3 s left"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    for result in waiting.join_all().await {
        result.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn calls_take_their_turns_in_the_order_in_which_they_came() {
    let flow = flow_control(quota(11, 1, SECOND));
    let (mut calls, order) = (JoinSet::new(), Arc::new(AtomicU32::new(0)));
    for number in 0..20 {
        let (flow, order) = (Arc::clone(&flow), Arc::clone(&order));
        calls.spawn(async move {
            admit(&flow, 60 * SECOND).await.unwrap();
            (number, order.fetch_add(1, Ordering::Relaxed))
        });
        tokio::task::yield_now().await;
    }
    for (number, turn) in calls.join_all().await {
        assert_eq!(number, turn);
    }
}

#[tokio::test(start_paused = true)]
async fn dropped_call_gives_its_turn_to_those_behind_it() {
    let flow = flow_control(quota(2, 1, SECOND));
    admit(&flow, SECOND).await.unwrap();
    let dropped = tokio::time::timeout(SECOND / 2, admit(&flow, 60 * SECOND));
    let start = Instant::now();
    let (dropped, next) = tokio::join!(dropped, admit(&flow, 60 * SECOND));
    assert!(dropped.is_err());
    assert!((SECOND..SECOND + 10 * MILLIS).contains(&next.unwrap()), "{:?}", start.elapsed());
    assert!(flow.queue().tickets.is_empty());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_admitted_without_time_for_an_attempt() {
    let flow = flow_control(None);
    for timeout in [Duration::ZERO, MILLIS, MIN_ATTEMPT_TIME] {
        let error = admit(&flow, timeout).await.unwrap_err();
        assert!(error.is_timeout(), "{error}");
    }
    admit(&flow, MIN_ATTEMPT_TIME + MILLIS).await.unwrap();
    let least = LeastTime { at_once: MILLIS, after_wait: SECOND };
    flow.admit(deadline(SECOND / 2), least).await.unwrap();
    flow.close_gate(known(SECOND));
    let error = flow.admit(deadline(2 * SECOND), least).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    flow.admit(deadline(2 * SECOND + 10 * MILLIS), least).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn guessed_cooldown_lets_a_call_try_before_its_deadline() {
    let flow = flow_control(None);
    flow.close_gate(Cooldown { time: 10 * SECOND, is_guess: true });
    let start = Instant::now();
    let waited = admit(&flow, 4 * SECOND).await.unwrap();
    assert!((1_750 * MILLIS..=3_501 * MILLIS).contains(&waited), "{waited:?}");
    let error = admit(&flow, 900 * MILLIS).await.unwrap_err();
    let (wait, left) = (error.retry_after().unwrap(), start + 10 * SECOND - Instant::now());
    assert!(wait >= left && wait < left + 20 * MILLIS, "{error}");
    admit(&flow, 60 * SECOND).await.unwrap();
    assert!((10 * SECOND..10 * SECOND + 20 * MILLIS).contains(&start.elapsed()), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn call_that_wakes_first_does_not_take_the_turn_of_one_that_came_earlier() {
    let flow = flow_control(quota(2, 1, SECOND));
    admit(&flow, SECOND).await.unwrap();
    let (mut earlier, mut later) = (pin!(admit(&flow, 60 * SECOND)), pin!(admit(&flow, 60 * SECOND)));
    assert!(poll(earlier.as_mut()).is_none() && poll(later.as_mut()).is_none());
    // The turns of both have come, and each call may be the first to wake.
    tokio::time::advance(2 * SECOND + MILLIS).await;
    assert!(poll(later.as_mut()).is_none());
    assert!(poll(earlier.as_mut()).unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn waiters_stay_spread_if_one_of_them_is_dropped() {
    let flow = flow_control(None);
    flow.close_gate(known(SECOND));
    let dropped = tokio::time::timeout(SECOND / 2, admit(&flow, 60 * SECOND));
    let (dropped, times) = tokio::join!(dropped, admissions(&flow, 20));
    assert!(dropped.is_err());
    assert_eq!(times.len(), 20);
    for (time, next) in times.iter().zip(&times[1..]) {
        assert!(*next >= *time + 4 * MILLIS, "{time:?} {next:?}");
    }
}

/// Polls a future once.
fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

#[tokio::test(start_paused = true)]
async fn late_timers_do_not_lower_the_rate() {
    let flow = flow_control(quota(101, 1, SECOND));
    let start = Instant::now();
    for _ in 0..100 {
        admit(&flow, 60 * SECOND).await.unwrap();
        // The caller is late by half of the interval, as a busy runtime is.
        tokio::time::advance(5 * MILLIS).await;
    }
    assert!(start.elapsed() < SECOND + 50 * MILLIS, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn call_whose_turn_is_late_is_not_sent_without_time_for_a_response() {
    let flow = flow_control(quota(2, 1, SECOND));
    admit(&flow, SECOND).await.unwrap();
    let least = LeastTime { at_once: MIN_ATTEMPT_TIME, after_wait: 500 * MILLIS };
    let call = flow.admit(deadline(1_600 * MILLIS), least);
    let late = async {
        tokio::task::yield_now().await;
        // The runtime stands still.
        tokio::time::advance(1_300 * MILLIS).await;
    };
    let (result, ()) = tokio::join!(call, late);
    assert!(result.err().unwrap().is_timeout());
}

#[tokio::test(start_paused = true)]
async fn calls_that_try_before_a_guessed_cooldown_is_over_are_spread() {
    let flow = flow_control(None);
    flow.close_gate(Cooldown { time: 10 * SECOND, is_guess: true });
    let start = Instant::now();
    let mut calls = JoinSet::new();
    for _ in 0..500 {
        let flow = Arc::clone(&flow);
        calls.spawn(async move {
            admit(&flow, 5 * SECOND).await.unwrap();
            start.elapsed()
        });
    }
    let mut times = calls.join_all().await;
    times.sort();
    for (index, time) in times.iter().enumerate() {
        let within = times[index..].iter().take_while(|other| **other < *time + 50 * MILLIS).count();
        assert!(within <= 50, "{within} calls within 50 ms of {time:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn turn_that_is_not_used_is_given_to_the_next_call() {
    let flow = flow_control(quota(2, 1, 10 * SECOND));
    let unused = flow.admit(deadline(SECOND), LEAST).await.unwrap();
    let dropping = async {
        sleep(SECOND).await;
        drop(unused);
    };
    let (waited, ()) = tokio::join!(admit(&flow, 60 * SECOND), dropping);
    assert!((SECOND..SECOND + 10 * MILLIS).contains(&waited.unwrap()));
    let waited = admit(&flow, 60 * SECOND).await.unwrap();
    assert!(waited > 9 * SECOND, "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn call_that_its_task_does_not_poll_does_not_stop_the_calls_behind_it() {
    let flow = flow_control(quota(2, 1, SECOND));
    admit(&flow, SECOND).await.unwrap();
    let mut not_polled = pin!(admit(&flow, 60 * SECOND));
    assert!(poll(not_polled.as_mut()).is_none());
    let waited = admit(&flow, 5 * SECOND).await.unwrap();
    assert!((SECOND..3 * SECOND).contains(&waited), "{waited:?}");
    assert!(not_polled.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn probe_does_not_come_before_the_time_that_the_api_stated() {
    let flow = flow_control(None);
    flow.close_gate(known(8 * SECOND));
    flow.close_gate(Cooldown { time: 10 * SECOND, is_guess: true });
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        let flow = Arc::clone(&flow);
        calls.spawn(async move { admit(&flow, 9_600 * MILLIS).await.unwrap() });
    }
    let first = calls.join_all().await.into_iter().min().unwrap();
    assert!(first >= 8 * SECOND, "{first:?}");
}

/// How long a caller waits until the next call would be sent at once, and whether the gate was closed.
async fn ready(flow: &FlowControl) -> (Duration, bool) {
    let start = Instant::now();
    let was_closed = flow.ready().await;
    (start.elapsed(), was_closed)
}

#[tokio::test(start_paused = true)]
async fn flow_is_ready_when_the_next_call_would_be_sent_at_once() {
    let flow = flow_control(quota(3, 1, 20 * SECOND));
    assert_eq!(ready(&flow).await, (Duration::ZERO, false));
    assert_eq!(admit(&flow, SECOND).await.unwrap(), Duration::ZERO);
    let (waited, was_closed) = ready(&flow).await;
    assert!(!was_closed && waited >= 10 * SECOND && waited < 10 * SECOND + 2 * MILLIS, "{waited:?}");
    // Being ready takes no turn.
    assert_eq!(ready(&flow).await, (Duration::ZERO, false));
    assert_eq!(admit(&flow, SECOND).await.unwrap(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn flow_is_not_ready_while_the_gate_is_closed() {
    let flow = flow_control(None);
    flow.close_gate(known(SECOND));
    let waiting = tokio::spawn({
        let flow = Arc::clone(&flow);
        async move { ready(&flow).await }
    });
    tokio::task::yield_now().await;
    // It closes for longer meanwhile.
    flow.close_gate(known(9 * SECOND));
    let (waited, was_closed) = waiting.await.unwrap();
    assert!(was_closed && waited >= 9 * SECOND && waited < 10 * SECOND, "{waited:?}");
}
