//! Watching the behaviors of an account: they are read at an interval, and compared with what was read before.
//!
//! The API sends no events, so a change is noticed at the next read, and changes that are undone between two reads are not
//! noticed at all.

mod event;
mod watcher;

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;

pub use event::BehaviorsEvent;
use watcher::Watcher;

use crate::{AccountId, Behaviors, Error, GetBehaviors};

impl Behaviors {
    /// Watches the behaviors: reads them at an interval, as a stream of what changes. The first item is the
    /// [`State`](BehaviorsEvent::State).
    ///
    /// The interval is at least [`MIN_INTERVAL`](WatchBehaviors::MIN_INTERVAL), and random up to a tenth longer, so that many
    /// watchers do not read at the same time.
    ///
    /// A read that fails is an item as well, and reading goes on: after the interval, or after the backoff of the connection or
    /// the wait that the API asked for, an hour at most, if one of them is longer. When reads succeed again, the next item has the
    /// behaviors.
    ///
    /// The token needs the permission Zero Trust Read or Zero Trust Write.
    ///
    /// ```
    /// # use zt_risk_scoring_mock::Simulator;
    /// # use zt_risk_scoring::{Client, Credentials};
    /// use std::time::Duration;
    /// use futures_util::StreamExt;
    /// use zt_risk_scoring::BehaviorsEvent;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), zt_risk_scoring::Error> {
    /// # let simulator = Simulator::start().await;
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token(simulator.api_token())?)
    /// #     .account_id(simulator.account_id())
    /// #     .base_url(simulator.base_url())
    /// #     .build()?;
    /// let mut events = client.behaviors().watch(Duration::from_secs(60));
    /// while let Some(event) = events.next().await {
    ///     match event {
    ///         Ok(BehaviorsEvent::Changed { diff, .. }) => println!("{diff}"),
    ///         Ok(event) => println!("{} enabled", event.behaviors().enabled().len()),
    ///         Err(error) => eprintln!("{error}"),
    ///     }
    /// #   break;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn watch(&self, interval: Duration) -> WatchBehaviors {
        let watcher = Watcher::new(self.connection().clone(), interval.max(WatchBehaviors::MIN_INTERVAL));
        WatchBehaviors { request: self.get(), watcher }
    }
}

/// The behaviors of an account as they change: a stream; see [`Behaviors::watch`].
///
/// ```
/// use std::time::Duration;
/// use zt_risk_scoring::{Behaviors, WatchBehaviors};
///
/// fn watch(behaviors: &Behaviors) -> WatchBehaviors {
///     let account = "023e105f4ecef8ad9ca31a8372d0c353";
///     behaviors.watch(Duration::from_secs(60)).account_id(account).timeout(Duration::from_secs(10))
/// }
/// ```
///
/// # Errors
///
/// An item is an error if a read failed. The stream ends only after an error of the kind
/// [`Configuration`](crate::ErrorKind::Configuration) before anything was sent, such as a malformed account id: every later read
/// would fail alike. All others may pass: a token can be renewed, and a permission granted.
///
/// # Cancellation
///
/// The stream reads while it is polled, and no task runs beside it. A stream that is polled late reads late, and reports all
/// changes since then at once. Dropping it ends it.
#[must_use = "a stream does nothing until it is polled"]
pub struct WatchBehaviors {
    request: GetBehaviors,
    watcher: Watcher,
}

impl WatchBehaviors {
    /// The least interval: 5 s. The vendor allows a token 1,200 requests in five minutes for everything that it does, and blocks
    /// it for five minutes when it sends more. At this interval one stream takes a twentieth of that.
    pub const MIN_INTERVAL: Duration = Duration::from_secs(5);

    /// The account, in place of the connection's. A malformed id is the first item, and ends the stream before anything is sent.
    pub fn account_id(mut self, id: impl TryInto<AccountId, Error: Into<Error>>) -> Self {
        self.request = self.request.account_id(id);
        self
    }

    /// How long each read may take, in place of the connection's setting.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.request = self.request.timeout(timeout);
        self
    }
}

impl Stream for WatchBehaviors {
    type Item = Result<BehaviorsEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { request, watcher } = &mut *self;
        watcher.poll_next(cx, || request.clone().into_future())
    }
}

impl fmt::Debug for WatchBehaviors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchBehaviors")
            .field("request", &self.request)
            .field("interval", &self.watcher.interval())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "the numbers are the tests' own")]
mod tests;
