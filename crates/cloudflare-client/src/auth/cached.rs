//! A cache of fetched tokens, with one fetch at a time.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::{ApiToken, BoxError, RenewFuture, TokenFuture, TokenProvider, TokenWithExpiry, with_causes};
use crate::redact::one_line;

/// A [`TokenProvider`] that caches fetched tokens.
///
/// - A call gets the cached token until it expires. In the last tenth of the token's lifetime, but at most its last
///   minute, a call also starts a fetch in the background.
/// - Calls without a valid token wait for a fetch and share its result. At most one fetch runs at a time.
/// - A failed fetch is an error for the calls that waited for it. The next call starts another. Fetches start at least
///   [`MIN_INTERVAL`](Self::MIN_INTERVAL) apart, so failures do not flood the source of the tokens. A call that comes
///   earlier waits.
/// - If the API rejects the cached token, the token is discarded and a new one is fetched. If the API rejects another
///   token, the cached one is newer, and nothing is fetched.
/// - A fetch runs in a tokio task of its own. Dropping a call that waits for it neither stops the fetch nor affects
///   others.
/// - Outside a tokio runtime nothing is fetched: a call returns the cached token while it is valid, and fails
///   afterwards.
/// - A fetch that takes longer than [`fetch_timeout`](Self::fetch_timeout) has failed.
///
/// Share one provider between connections by an [`Arc`].
///
/// ```
/// use std::time::Duration;
///
/// use cloudflare_client::{ApiToken, CachedTokenProvider, Credentials, TokenProvider, TokenWithExpiry};
/// # async fn log_in() -> Result<(String, u64), std::io::Error> {
/// #     Ok(("cfut_0123456789".to_owned(), 3600))
/// # }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// let provider = CachedTokenProvider::new(|| async {
///     let (token, seconds) = log_in().await?;
///     Ok(TokenWithExpiry::expires_in(ApiToken::new(token)?, Duration::from_secs(seconds)))
/// });
/// # assert_eq!(provider.token().await?, ApiToken::new("cfut_0123456789")?);
/// let credentials = Credentials::provider(provider);
/// # Ok(())
/// # }
/// ```
pub struct CachedTokenProvider {
    fetch_timeout: Duration,
    cache: Arc<Cache>,
}

impl CachedTokenProvider {
    /// The least time between the starts of two fetches: 1 s.
    pub const MIN_INTERVAL: Duration = Duration::from_secs(1);
    /// How long a fetch may take by default: 30 s.
    pub const DEFAULT_FETCH_TIMEOUT: Duration = Duration::from_secs(30);

    /// A provider that gets tokens from a function. An error of the function must not contain a secret, since calls
    /// return it as a source.
    pub fn new<F, T>(fetch: F) -> Self
    where
        F: Fn() -> T + Send + Sync + 'static,
        T: Future<Output = Result<TokenWithExpiry, BoxError>> + Send + 'static,
    {
        let cache = Cache { fetch: Box::new(move || Box::pin(fetch())), state: Mutex::default() };
        Self { fetch_timeout: Self::DEFAULT_FETCH_TIMEOUT, cache: Arc::new(cache) }
    }

    /// How long a fetch may take. [`DEFAULT_FETCH_TIMEOUT`](Self::DEFAULT_FETCH_TIMEOUT) by default. A call that waits
    /// for a fetch may time out earlier; the fetch then continues for later calls.
    #[must_use = "the provider is returned with the new timeout"]
    pub fn fetch_timeout(mut self, timeout: Duration) -> Self {
        self.fetch_timeout = timeout;
        self
    }

    /// The fetch that is running, or a new one.
    fn join_or_start(&self) -> Result<Joined, BoxError> {
        let runtime = Handle::try_current()?;
        let mut state = self.cache.state();
        if let Some(fetch) = state.fetch.as_ref().filter(|fetch| fetch.is_running()) {
            return Ok(Joined::Running(fetch.clone()));
        }
        let now = Instant::now();
        let earliest = state.last_start.and_then(|start| start.checked_add(Self::MIN_INTERVAL));
        let start = earliest.map_or(now, |earliest| earliest.max(now));
        let (sender, result) = watch::channel(None);
        let fetch = Fetch { result, timeout: self.fetch_timeout, deadline: start.checked_add(self.fetch_timeout) };
        runtime.spawn(Arc::clone(&self.cache).run(start, fetch.deadline, self.fetch_timeout, sender));
        state.last_start = Some(start);
        state.fetch = Some(fetch.clone());
        Ok(Joined::Started(fetch))
    }
}

impl TokenProvider for CachedTokenProvider {
    fn token(&self) -> TokenFuture<'_> {
        Box::pin(async {
            let now = Instant::now();
            let cached = self.cache.state().token.as_ref().filter(|cached| cached.is_valid(now)).cloned();
            match cached {
                Some(cached) if !cached.needs_refresh(now) => Ok(cached.token),
                Some(cached) => {
                    // Outside a runtime no fetch can start. The token is still valid, and a later call tries again.
                    let _ = self.join_or_start();
                    Ok(cached.token)
                }
                None => self.join_or_start()?.into_fetch().wait().await,
            }
        })
    }

    fn renew<'a>(&'a self, rejected: &'a ApiToken) -> RenewFuture<'a> {
        Box::pin(async {
            if self.cache.discard(rejected) == Discarded::No {
                return Ok(true);
            }
            let token = match self.join_or_start()? {
                Joined::Started(fetch) => fetch.wait().await?,
                Joined::Running(fetch) => match fetch.wait().await? {
                    // This fetch may have begun before the token was revoked.
                    token if token == *rejected => self.join_or_start()?.into_fetch().wait().await?,
                    token => token,
                },
            };
            Ok(token != *rejected)
        })
    }
}

impl fmt::Debug for CachedTokenProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedTokenProvider").field("fetch_timeout", &self.fetch_timeout).finish_non_exhaustive()
    }
}

type FetchFuture = Pin<Box<dyn Future<Output = Result<TokenWithExpiry, BoxError>> + Send>>;

/// What a provider shares with its running fetch.
struct Cache {
    fetch: Box<dyn Fn() -> FetchFuture + Send + Sync>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<CachedToken>,
    /// The newest fetch.
    fetch: Option<Fetch>,
    last_start: Option<Instant>,
}

#[derive(Clone)]
struct CachedToken {
    token: ApiToken,
    expires: Option<Instant>,
    refresh: Option<Instant>,
}

impl CachedToken {
    const MAX_MARGIN: Duration = Duration::from_secs(60);
    /// The margin is the lifetime divided by this number.
    const MARGIN_DIVISOR: u32 = 10;

    fn new(TokenWithExpiry { token, expires }: TokenWithExpiry) -> Self {
        let refresh = expires.and_then(|expires| {
            let lifetime = expires.saturating_duration_since(Instant::now());
            let margin = lifetime.checked_div(Self::MARGIN_DIVISOR).unwrap_or_default().min(Self::MAX_MARGIN);
            expires.checked_sub(margin)
        });
        Self { token, expires, refresh }
    }

    fn is_valid(&self, now: Instant) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }

    fn needs_refresh(&self, now: Instant) -> bool {
        self.refresh.is_some_and(|refresh| now >= refresh)
    }
}

/// Whether a rejected token may have been the cached one.
#[derive(Eq, PartialEq)]
enum Discarded {
    /// It was, or there is no cached token.
    Yes,
    /// The cache has another token.
    No,
}

impl Cache {
    /// Ignores poisoning: no code that holds the lock can panic halfway through a change.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn discard(&self, rejected: &ApiToken) -> Discarded {
        let mut state = self.state();
        if state.token.as_ref().is_some_and(|cached| cached.token != *rejected) {
            return Discarded::No;
        }
        state.token = None;
        Discarded::Yes
    }

    /// Fetches a token, caches it and sends it to the calls that wait. If this panics, or its runtime is shut down, the
    /// sender is dropped, which the calls notice.
    async fn run(
        self: Arc<Self>,
        start: Instant,
        deadline: Option<Instant>,
        timeout: Duration,
        sender: watch::Sender<Option<FetchResult>>,
    ) {
        sleep_until(start).await;
        let fetch = (self.fetch)();
        let result = match deadline {
            Some(deadline) => timeout_at(deadline, fetch).await.map_err(|_| FetchError::TimedOut(timeout)),
            None => Ok(fetch.await),
        };
        let result = result.and_then(|result| result.map_err(|error| FetchError::Failed(error.into())));
        if let Err(error) = &result {
            // No call returns the error of a fetch in the background.
            tracing::debug!(error = one_line(&with_causes(error)), "no token was fetched");
        }
        let result = result.map(|fetched| {
            let token = fetched.token.clone();
            self.state().token = Some(CachedToken::new(fetched));
            token
        });
        sender.send_replace(Some(result));
    }
}

type FetchResult = Result<ApiToken, FetchError>;

/// A fetch, for the calls that wait for its result.
#[derive(Clone)]
struct Fetch {
    result: watch::Receiver<Option<FetchResult>>,
    timeout: Duration,
    deadline: Option<Instant>,
}

/// Whether a fetch was running before.
enum Joined {
    Running(Fetch),
    Started(Fetch),
}

impl Joined {
    fn into_fetch(self) -> Fetch {
        let (Self::Running(fetch) | Self::Started(fetch)) = self;
        fetch
    }
}

impl Fetch {
    /// A fetch past its deadline counts as ended: its runtime may exist and run no tasks.
    fn is_running(&self) -> bool {
        self.result.has_changed().is_ok() && self.deadline.is_none_or(|deadline| Instant::now() < deadline)
    }

    async fn wait(mut self) -> Result<ApiToken, BoxError> {
        let result = self.result.wait_for(Option::is_some);
        let result = match self.deadline {
            Some(deadline) => timeout_at(deadline, result).await.map_err(|_| FetchError::TimedOut(self.timeout))?,
            None => result.await,
        };
        match result.as_deref() {
            Ok(Some(Ok(token))) => Ok(token.clone()),
            Ok(Some(Err(error))) => Err(error.clone().into()),
            Ok(None) | Err(_) => Err(FetchError::Aborted.into()),
        }
    }
}

/// Why a fetch has no token. The calls that waited for it share the error.
#[derive(Clone, Debug)]
enum FetchError {
    Failed(Arc<dyn StdError + Send + Sync>),
    TimedOut(Duration),
    Aborted,
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(_) => f.write_str("fetching a token failed"),
            Self::TimedOut(timeout) => write!(f, "fetching a token took longer than {timeout:?}"),
            Self::Aborted => f.write_str("fetching a token panicked, or its runtime was shut down"),
        }
    }
}

impl StdError for FetchError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Failed(error) => Some(error.as_ref()),
            Self::TimedOut(_) | Self::Aborted => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "the numbers are the tests' own")]
mod tests;
