use std::future::ready;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::task::{self, LocalSet, coop};
use tokio::time::sleep;

use super::*;
use crate::ErrorKind;

/// Waits for a timer, so that the background thread has to work.
fn call() -> Result<&'static str, Error> {
    let timer = async {
        sleep(Duration::from_millis(1)).await;
        Ok("done")
    };
    timer.wait()
}

#[track_caller]
fn assert_rejected(result: Result<&'static str, Error>) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let text = error.to_string();
    assert!(text.contains("await the call") && text.contains("spawn_blocking"), "{text}");
}

fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).build().unwrap()
}

fn current_thread() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

#[test]
fn call_on_a_plain_thread_is_made() {
    assert_eq!(call().unwrap(), "done");
    assert_eq!(thread::spawn(call).join().unwrap().unwrap(), "done");
}

#[test]
fn call_on_a_worker_thread_is_rejected() {
    let runtime = multi_thread();
    assert_rejected(runtime.block_on(runtime.spawn(async { call() })).unwrap());
}

#[test]
fn call_in_block_on_is_rejected() {
    assert_rejected(current_thread().block_on(async { call() }));
    assert_rejected(multi_thread().block_on(async { call() }));
    let runtime = multi_thread();
    assert_rejected(runtime.handle().block_on(async { call() }));
}

#[test]
fn call_in_a_task_of_a_current_thread_runtime_is_rejected() {
    assert_rejected(current_thread().block_on(async { task::spawn(async { call() }).await.unwrap() }));
}

#[test]
fn call_in_a_local_set_is_rejected() {
    let local = LocalSet::new();
    assert_rejected(current_thread().block_on(local.run_until(async { call() })));
    let spawned = local.run_until(async { task::spawn_local(async { call() }).await.unwrap() });
    assert_rejected(current_thread().block_on(spawned));
}

#[test]
fn call_in_a_task_with_an_exhausted_budget_is_rejected() {
    let result = current_thread().block_on(async {
        poll_fn(|cx| {
            while let Poll::Ready(step) = coop::poll_proceed(cx) {
                step.made_progress();
            }
            Poll::Ready(call())
        })
        .await
    });
    assert_rejected(result);
}

#[test]
fn rejected_call_leaves_the_budget_of_the_task_as_it_was() {
    let count = |context: &mut Context<'_>| {
        let mut steps = 0;
        while let Poll::Ready(step) = coop::poll_proceed(context) {
            step.made_progress();
            steps += 1;
        }
        Poll::Ready(steps)
    };
    let (without, with) = current_thread().block_on(async {
        let without = poll_fn(count).await;
        task::yield_now().await;
        let with = poll_fn(|context| {
            assert_rejected(call());
            count(context)
        });
        (without, with.await)
    });
    assert!(without > 1);
    assert_eq!(with, without);
}

#[test]
fn call_in_spawn_blocking_is_made() {
    for runtime in [current_thread(), multi_thread()] {
        assert_eq!(runtime.block_on(runtime.spawn_blocking(call)).unwrap().unwrap(), "done");
    }
}

#[test]
fn call_in_block_in_place_is_made() {
    let runtime = multi_thread();
    let in_task = runtime.spawn(async { task::block_in_place(call) });
    assert_eq!(runtime.block_on(in_task).unwrap().unwrap(), "done");
    assert_eq!(runtime.block_on(async { task::block_in_place(call) }).unwrap(), "done");
}

#[test]
fn call_on_a_thread_that_only_has_a_handle_is_made() {
    let runtime = current_thread();
    let _context = runtime.enter();
    assert_eq!(call().unwrap(), "done");
}

#[test]
fn call_in_an_unconstrained_task_blocks_and_does_not_panic() {
    let result = catch_unwind(AssertUnwindSafe(|| current_thread().block_on(coop::unconstrained(async { call() }))));
    assert_eq!(result.unwrap().unwrap(), "done");
}

#[test]
fn future_is_created_and_polled_in_the_context_of_the_background_thread() {
    struct Timer;
    impl IntoFuture for Timer {
        type Output = Result<Option<String>, Error>;
        type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

        fn into_future(self) -> Self::IntoFuture {
            // `sleep` panics without a context.
            let timer = sleep(Duration::from_millis(1));
            Box::pin(async {
                timer.await;
                let task = task::spawn(async { thread::current().name().map(str::to_owned) });
                Ok(task.await.unwrap())
            })
        }
    }
    assert_eq!(Timer.wait().unwrap().as_deref(), Some(runtime::THREAD_NAME));
}

#[test]
fn many_threads_wait_at_once() {
    let start = Instant::now();
    let waiting: Vec<_> = (0..20)
        .map(|number| {
            thread::spawn(move || {
                let timer = async {
                    sleep(Duration::from_millis(200)).await;
                    Ok::<_, Error>(number)
                };
                timer.wait()
            })
        })
        .collect();
    let numbers: Vec<_> = waiting.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect();
    assert_eq!(numbers, Vec::from_iter(0..20));
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[test]
fn error_is_converted_to_that_of_the_call() {
    let result = current_thread().block_on(async { ready(Err::<(), Box<dyn std::error::Error>>("no".into())).wait() });
    assert!(result.unwrap_err().is::<Error>());
    let result = ready(Err::<(), Box<dyn std::error::Error>>("no".into())).wait();
    assert_eq!(result.unwrap_err().to_string(), "no");
}

/// A stream of timers.
struct Timers(u32);

impl Stream for Timers {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<u32>> {
        assert_ne!(self.0, u32::MAX, "polled after its end");
        let Some(left) = self.0.checked_sub(1) else {
            self.0 = u32::MAX;
            return Poll::Ready(None);
        };
        // Woken by the background thread.
        let waker = cx.waker().clone();
        if left % 2 == 1 {
            self.0 = left;
            task::spawn(async move { waker.wake() });
            return Poll::Pending;
        }
        self.0 = left;
        Poll::Ready(Some(left))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (1, None)
    }
}

#[test]
fn items_of_a_stream_are_waited_for_and_its_end_is_kept() {
    let mut items = Timers(4).wait_each().unwrap();
    assert_eq!(items.size_hint(), (1, None));
    assert_eq!(items.by_ref().collect::<Vec<_>>(), [2, 0]);
    assert_eq!(items.next(), None);
    assert_eq!(items.size_hint(), (0, Some(0)));
}

#[test]
fn iterator_over_a_stream_is_rejected_in_a_task() {
    let result = current_thread().block_on(async { Timers(4).wait_each().map(|_| "made") });
    assert_rejected(result);
}
