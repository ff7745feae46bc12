//! The configuration of a cache.

use std::future::IntoFuture;
use std::time::Duration;

use cloudflare_client::sdk;

use super::state::Settings;
use super::{CachedBehaviors, ReadFuture};
use crate::{AccountId, Behaviors, Error, GetBehaviors};

impl Behaviors {
    /// Starts the configuration of a cache, for services that need the behaviors on every request. A map is returned from the
    /// cache until its time to live is over.
    ///
    /// The token needs the permission Zero Trust Read or Zero Trust Write. See [`CachedBehaviors`] for an example.
    pub fn cached(&self, time_to_live: Duration) -> CacheBehaviors {
        let timeout = sdk::timeout(self.connection());
        let settings = Settings {
            time_to_live,
            max_stale: CacheBehaviors::DEFAULT_MAX_STALE,
            max_wait: CacheBehaviors::DEFAULT_MAX_WAIT,
            retry_interval: CacheBehaviors::DEFAULT_RETRY_INTERVAL,
            timeout,
        };
        CacheBehaviors { request: self.get(), settings }
    }
}

/// The configuration of a cache; see [`Behaviors::cached`].
///
/// ```
/// use std::time::Duration;
/// use zt_risk_scoring::{Behaviors, CachedBehaviors};
///
/// fn cached(behaviors: &Behaviors) -> CachedBehaviors {
///     let cache = behaviors.cached(Duration::from_secs(60)).timeout(Duration::from_secs(10));
///     cache.max_stale(Duration::from_secs(60 * 60)).max_wait(Duration::from_millis(200)).build()
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use = "there is no cache before `build`"]
pub struct CacheBehaviors {
    request: GetBehaviors,
    settings: Settings,
}

impl CacheBehaviors {
    /// How much longer than its time to live a map is returned by default: 5 min. The vendor blocks a token that sent too many
    /// requests for so long.
    pub const DEFAULT_MAX_STALE: Duration = Duration::from_secs(300);
    /// How long a caller waits for a read by default, if there is an older map: 1 s.
    pub const DEFAULT_MAX_WAIT: Duration = Duration::from_secs(1);
    /// The least time between a failed read and the next one by default: 5 s.
    pub const DEFAULT_RETRY_INTERVAL: Duration = Duration::from_secs(5);

    /// The account, in place of the connection's. A malformed id fails every call before anything is sent.
    pub fn account_id(mut self, id: impl TryInto<AccountId, Error: Into<Error>>) -> Self {
        self.request = self.request.account_id(id);
        self
    }

    /// How long each read may take, in place of the connection's setting.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.request = self.request.timeout(timeout);
        self.settings.timeout = timeout;
        self
    }

    /// How much longer than its time to live a map may be returned while the API is down.
    /// [`DEFAULT_MAX_STALE`](Self::DEFAULT_MAX_STALE) by default; with zero, callers get the error at once.
    pub fn max_stale(mut self, max_stale: Duration) -> Self {
        self.settings.max_stale = max_stale;
        self
    }

    /// How long callers wait for a read, from its start, if there is an older map that may be returned.
    /// [`DEFAULT_MAX_WAIT`](Self::DEFAULT_MAX_WAIT) by default. With zero, they get the older map at once while it is read in the
    /// background.
    pub fn max_wait(mut self, max_wait: Duration) -> Self {
        self.settings.max_wait = max_wait;
        self
    }

    /// The least time between the end of a failed read and the start of the next one.
    /// [`DEFAULT_RETRY_INTERVAL`](Self::DEFAULT_RETRY_INTERVAL) by default. The API's `Retry-After` is kept as well, up to an hour.
    pub fn retry_interval(mut self, retry_interval: Duration) -> Self {
        self.settings.retry_interval = retry_interval;
        self
    }

    /// Makes the cache. It sends nothing yet.
    pub fn build(self) -> CachedBehaviors {
        let Self { request, settings } = self;
        CachedBehaviors::new(settings, move || -> ReadFuture { request.clone().into_future() })
    }
}
