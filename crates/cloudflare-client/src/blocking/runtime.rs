//! The runtime of the background thread, and waiting for futures that it drives.

use std::future::{self, IntoFuture};
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio::runtime::{Builder, Handle};
use tokio::task::coop;

use crate::{Error, ErrorKind};

/// The name of the background thread.
pub(super) const THREAD_NAME: &str = "cloudflare-blocking";

/// The runtime, once it has been started.
static RUNTIME: Mutex<Option<Handle>> = Mutex::new(None);

/// The runtime, if this thread may block.
///
/// # Errors
///
/// If this thread polls an async task, or the runtime cannot be started. A later call tries again to start it.
pub(super) fn for_this_thread() -> Result<Handle, Error> {
    if polls_a_task() {
        return Err(Error::configuration(
            "a blocking call in an async task would stop the other tasks of the thread: await the call, or make it in \
             `tokio::task::spawn_blocking`",
        ));
    }
    // Ignores poisoning: the only change is a single step.
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*runtime {
        return Ok(handle.clone());
    }
    let started = start().map_err(|error| {
        Error::new(ErrorKind::Connection, "the thread for blocking calls could not be started").with_source(error)
    })?;
    Ok(runtime.insert(started).clone())
}

/// Starts a thread that runs a runtime until the process ends.
///
/// tokio panics if it cannot start a thread of its own, so its runtime with several threads is no choice.
fn start() -> io::Result<Handle> {
    let (sender, started) = mpsc::sync_channel(1);
    thread::Builder::new().name(THREAD_NAME.to_owned()).spawn(move || {
        match Builder::new_current_thread().thread_name(THREAD_NAME).enable_all().build() {
            Ok(runtime) => {
                // The receiver waits, so this cannot fail.
                let _ = sender.send(Ok(runtime.handle().clone()));
                runtime.block_on(future::pending::<()>());
            }
            Err(error) => drop(sender.send(Err(error))),
        }
    })?;
    started.recv().map_err(io::Error::other)?
}

/// The most steps that a task may do before it yields. tokio allows 128, and counts them in a byte.
const MAX_BUDGET: u32 = 1_000;

/// Whether this thread polls a task of tokio, also the one of `block_on`.
///
/// Only there tokio limits the steps of a task before it yields. So this function takes steps until one is denied, and gives
/// them back.
fn polls_a_task() -> bool {
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(first) = coop::poll_proceed(&mut context) else { return true };
    let is_denied = (0..MAX_BUDGET).any(|_| match coop::poll_proceed(&mut context) {
        Poll::Ready(step) => {
            step.made_progress();
            false
        }
        Poll::Pending => true,
    });
    // The first step was not used, so this brings back the limit from before it.
    drop(first);
    is_denied
}

/// Waits on this thread for a future, whose connections and timers the runtime drives.
///
/// `Handle::block_on` would panic on a thread that polls a task, which is not always known.
pub(super) fn block_on<F: IntoFuture>(runtime: &Handle, future: F) -> F::Output {
    let _context = runtime.enter();
    let mut future = pin!(future.into_future());
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        thread::park();
    }
}

/// Wakes a thread that waits for a future.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}
