//! Quotas: how many requests a token or an address may send, and the block after too many.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use tokio::time::Instant;

use super::Simulator;
use super::response::{Headers, Response, whole_seconds};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// No test outlasts it, and the end of such a block can be represented.
const LONGEST_BLOCK: Duration = Duration::from_secs(1 << 30);

/// A number of requests in any window of time, and how long the block after more of them lasts.
///
/// The time is tokio's, so a test that pauses it does not wait for the end of a block.
///
/// ```
/// use std::time::Duration;
/// use zt_risk_scoring_mock::simulator::Quota;
///
/// let five_minutes = Duration::from_secs(300);
/// assert_eq!(Quota::VENDOR, Quota::new(1_200, five_minutes));
/// assert_ne!(Quota::VENDOR, Quota::new(1_200, five_minutes).with_block(Duration::from_secs(1)));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Quota {
    requests: u32,
    window: Duration,
    block: Duration,
}

impl Quota {
    /// The vendor's quota of a token: 1,200 requests in five minutes, and a block of five minutes.
    pub const VENDOR: Self = Self::new(1_200, Duration::from_secs(300));

    /// The vendor's quota of an address: 200 requests in a second, and a block of five minutes.
    pub const VENDOR_ADDRESS: Self = Self::new(200, Duration::from_secs(1)).with_block(Duration::from_secs(300));

    /// A quota whose block lasts as long as the window.
    pub const fn new(requests: u32, window: Duration) -> Self {
        Self { requests, window, block: window }
    }

    /// Sets how long the block lasts.
    pub const fn with_block(self, block: Duration) -> Self {
        Self { block, ..self }
    }
}

/// The requests of one token or address.
#[derive(Default)]
struct Meter {
    /// When the requests in the current window arrived.
    recent: VecDeque<Instant>,
    blocked_until: Option<Instant>,
}

impl Meter {
    /// Counts a request. The error is how long the block still lasts.
    fn admit(&mut self, quota: Quota, now: Instant) -> Result<(), Duration> {
        let remaining = self.blocked_until.map(|until| until.saturating_duration_since(now));
        if let Some(remaining) = remaining.filter(|remaining| !remaining.is_zero()) {
            return Err(remaining);
        }
        self.blocked_until = None;
        while self.recent.front().is_some_and(|first| now.saturating_duration_since(*first) >= quota.window) {
            self.recent.pop_front();
        }
        if self.recent.len() >= usize::try_from(quota.requests).unwrap_or(usize::MAX) {
            self.recent.clear();
            self.blocked_until = now.checked_add(quota.block.min(LONGEST_BLOCK));
            return Err(quota.block);
        }
        self.recent.push_back(now);
        Ok(())
    }

    /// How many requests are left, and after how long there are more.
    fn remaining(&self, quota: Quota, now: Instant) -> (usize, Duration) {
        let left = usize::try_from(quota.requests).unwrap_or(usize::MAX).saturating_sub(self.recent.len());
        let age = self.recent.front().map(|first| now.saturating_duration_since(*first));
        (left, quota.window.saturating_sub(age.unwrap_or_default()))
    }
}

/// The headers with the quota of a client.
fn headers(quota: Quota, (left, reset): (usize, Duration)) -> Headers {
    let remaining = format!("\"default\";r={left};t={}", whole_seconds(reset));
    let policy = format!("\"default\";q={};w={}", quota.requests, whole_seconds(quota.window));
    let header = |name, value: String| Some((name, HeaderValue::try_from(value).ok()?));
    [header(RATE_LIMIT, remaining), header(RATE_LIMIT_POLICY, policy)].into_iter().flatten().collect()
}

/// The quotas of a simulator, and the requests that count.
#[derive(Default)]
pub(super) struct Quotas {
    of_tokens: Option<Quota>,
    of_addresses: Option<Quota>,
    tokens: BTreeMap<String, Meter>,
    addresses: BTreeMap<IpAddr, Meter>,
    /// How many requests were rejected.
    blocked: u64,
}

impl Quotas {
    /// Counts a request of an address. The error is the response if it is blocked.
    pub(super) fn admit_address(&mut self, address: IpAddr, now: Instant) -> Result<(), Response> {
        let Some(quota) = self.of_addresses else { return Ok(()) };
        self.addresses.entry(address).or_default().admit(quota, now).map_err(|block| {
            self.blocked = self.blocked.saturating_add(1);
            Response::too_many_requests(block)
        })
    }

    /// Counts a request of a token, and returns the headers of its response. The error is the response if the token is
    /// blocked.
    pub(super) fn admit_token(&mut self, key: &str, now: Instant) -> Result<Headers, Response> {
        let Some(quota) = self.of_tokens else { return Ok(Headers::new()) };
        if !self.tokens.contains_key(key) {
            self.tokens.insert(key.to_owned(), Meter::default());
        }
        let Some(meter) = self.tokens.get_mut(key) else { return Ok(Headers::new()) };
        match meter.admit(quota, now) {
            Ok(()) => Ok(headers(quota, meter.remaining(quota, now))),
            Err(block) => {
                self.blocked = self.blocked.saturating_add(1);
                Err(Response::too_many_requests(block).with_headers(headers(quota, (0, block))))
            }
        }
    }
}

impl Simulator {
    /// Sets the quota of every token, or removes it with `None`. Each token is counted by itself, from zero on.
    ///
    /// Every response to an authenticated request has `Ratelimit` and `Ratelimit-Policy` then, unless a fault sends it.
    /// The vendor counts the tokens of one user together: a test of that gives all clients one token. A token that goes over
    /// its quota is blocked: each of its requests is rejected with 429, code 971 and `Retry-After` until the block ends.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use zt_risk_scoring_mock::simulator::{Quota, Simulator};
    ///
    /// let simulator = Simulator::start().await;
    /// simulator.set_quota(Some(Quota::VENDOR));
    /// # }
    /// ```
    pub fn set_quota(&self, quota: Option<Quota>) {
        let mut state = self.state();
        state.quotas.of_tokens = quota;
        state.quotas.tokens.clear();
    }

    /// Sets the quota of every address that sends requests, or removes it with `None`. All clients of a test have one
    /// address.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use zt_risk_scoring_mock::simulator::{Quota, Simulator};
    /// let simulator = Simulator::start().await;
    /// simulator.set_address_quota(Some(Quota::VENDOR_ADDRESS));
    /// # }
    /// ```
    pub fn set_address_quota(&self, quota: Option<Quota>) {
        let mut state = self.state();
        state.quotas.of_addresses = quota;
        state.quotas.addresses.clear();
    }

    /// How many requests were rejected because a quota was exceeded. A client that keeps to its quotas has none.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), reqwest::Error> {
    /// use std::time::Duration;
    /// use zt_risk_scoring_mock::simulator::{Quota, Simulator};
    ///
    /// let simulator = Simulator::start().await;
    /// simulator.set_address_quota(Some(Quota::new(1, Duration::from_secs(300))));
    /// for _ in 0..3 {
    ///     reqwest::get(simulator.base_url()).await?;
    /// }
    /// assert_eq!(simulator.blocked_requests(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn blocked_requests(&self) -> u64 {
        self.state().quotas.blocked
    }
}
