//! Waiting for calls on a thread without an async runtime. It needs the feature `blocking`.
//!
//! There is no second client: [`Wait::wait`] takes what is otherwise awaited, and [`WaitEach::wait_each`] takes a stream.
//!
//! ```
//! use cloudflare_client::Error;
//! use cloudflare_client::blocking::Wait;
//!
//! # fn get_things() -> impl Future<Output = Result<[u32; 2], Error>> {
//! #     async { Ok([7, 8]) }
//! # }
//! # fn main() -> Result<(), Error> {
//! // With an SDK, this is `client.operations().get_things().wait()?`.
//! let things = get_things().wait()?;
//! assert_eq!(things, [7, 8]);
//! # Ok(())
//! # }
//! ```
//!
//! # Where it works
//!
//! On threads of the operating system, in `tokio::task::spawn_blocking`, and in `tokio::task::block_in_place`. On a thread that
//! polls a tokio task, waiting would stop the other tasks of that thread. There it is an error of the kind
//! [`Configuration`](crate::ErrorKind::Configuration), and nothing is sent.
//!
//! tokio does not say whether a thread polls a task. It limits how much a task does before it yields, and this module asks
//! whether there is such a limit. `tokio::task::unconstrained` removes the limit, so in it the call is made, and blocks the
//! thread. The same holds for executors other than tokio's.
//!
//! # The background thread
//!
//! HTTP connections and timers are driven by a tokio runtime, which must run also between two calls: for example, a connection
//! that the server closed must not be used again. So the first call starts a thread, named `cloudflare-blocking`, that runs until
//! the process ends. It is the only thing that this crate shares in a process. A runtime for each client would stop with it, and
//! dropping a runtime can block or panic.
//!
//! A connection belongs to the runtime on which it was opened. A client that has made calls on a single-threaded runtime should
//! not wait on another thread after that runtime has stopped running: the first attempt may time out.

mod runtime;

use std::fmt;
use std::future::{IntoFuture, poll_fn};
use std::marker::PhantomData;
use std::pin::Pin;

use futures_core::Stream;
use tokio::runtime::Handle;

use crate::Error;

/// Waits for a call. It is implemented for everything that can be awaited and whose error can be made from an [`Error`].
///
/// ```
/// use cloudflare_client::blocking::Wait;
/// use cloudflare_client::{Error, ErrorKind};
///
/// let call = async { Ok::<_, Error>(7) };
/// assert_eq!(call.wait()?, 7);
///
/// let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// let error = runtime.block_on(async { async { Ok::<_, Error>(7) }.wait() }).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Configuration);
/// # Ok::<(), Error>(())
/// ```
pub trait Wait: IntoFuture + Sized {
    /// Waits for the call on this thread, and returns what awaiting it returns. Inside, tokio's context is that of the background
    /// thread.
    ///
    /// # Errors
    ///
    /// Those of the call. [`Configuration`](crate::ErrorKind::Configuration) on a thread that polls an async task, and
    /// [`Connection`](crate::ErrorKind::Connection) if the background thread cannot be started. In both cases nothing is sent.
    fn wait(self) -> Self::Output;
}

impl<F: IntoFuture<Output = Result<T, E>>, T, E: From<Error>> Wait for F {
    fn wait(self) -> Result<T, E> {
        let runtime = runtime::for_this_thread()?;
        runtime::block_on(&runtime, self)
    }
}

/// Waits for each item of a stream. It is implemented for every stream.
pub trait WaitEach: Stream + Sized {
    /// An iterator over the items, which waits for each on this thread. What the stream does, it does while the iterator waits.
    ///
    /// ```
    /// use cloudflare_client::Error;
    /// use cloudflare_client::blocking::WaitEach;
    ///
    /// # fn things() -> impl futures_core::Stream<Item = u32> {
    /// #     struct Things(std::ops::Range<u32>);
    /// #     impl futures_core::Stream for Things {
    /// #         type Item = u32;
    /// #         fn poll_next(
    /// #             mut self: std::pin::Pin<&mut Self>,
    /// #             _: &mut std::task::Context<'_>,
    /// #         ) -> std::task::Poll<Option<u32>> {
    /// #             std::task::Poll::Ready(self.0.next())
    /// #         }
    /// #     }
    /// #     Things(7..9)
    /// # }
    /// let things: Vec<_> = things().wait_each()?.collect();
    /// assert_eq!(things, [7, 8]);
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) on a thread that polls an async task, and
    /// [`Connection`](crate::ErrorKind::Connection) if the background thread cannot be started.
    fn wait_each(self) -> Result<WaitIter<Self>, Error>;
}

impl<S: Stream> WaitEach for S {
    fn wait_each(self) -> Result<WaitIter<Self>, Error> {
        let runtime = runtime::for_this_thread()?;
        Ok(WaitIter { stream: Some(Box::pin(self)), runtime, of_this_thread: PhantomData })
    }
}

/// The items of a stream; see [`WaitEach::wait_each`].
///
/// It stays on its thread, which is known to be one that may block.
///
/// ```
/// use cloudflare_client::Error;
/// use cloudflare_client::blocking::{WaitEach, WaitIter};
/// use futures_core::Stream;
///
/// fn first<S: Stream<Item = u32>>(things: S) -> Result<Option<u32>, Error> {
///     let mut things: WaitIter<S> = things.wait_each()?;
///     Ok(things.next())
/// }
/// ```
pub struct WaitIter<S> {
    /// `None` after its end.
    stream: Option<Pin<Box<S>>>,
    runtime: Handle,
    of_this_thread: PhantomData<*const ()>,
}

impl<S: Stream> Iterator for WaitIter<S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<S::Item> {
        let stream = self.stream.as_mut()?;
        let item = runtime::block_on(&self.runtime, poll_fn(|cx| stream.as_mut().poll_next(cx)));
        if item.is_none() {
            self.stream = None;
        }
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.as_ref().map_or((0, Some(0)), |stream| stream.size_hint())
    }
}

impl<S: fmt::Debug> fmt::Debug for WaitIter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitIter").field("stream", &self.stream).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
