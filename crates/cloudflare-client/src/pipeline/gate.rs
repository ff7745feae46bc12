//! The rate-limit gate: while the API rejects every call, the client sends none.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;

use crate::Metadata;

/// How long the gate is closed after a 429 without `Retry-After`, which leaves open how long the API rejects calls.
const DEFAULT_COOLDOWN: Duration = Duration::from_secs(10);

/// For how long the API will reject every call: after a 429 until its `Retry-After` is over, and after a quota is used up
/// (`r=0`) until it is full again.
pub(super) fn cooldown(metadata: &Metadata) -> Option<Duration> {
    let throttled = metadata.status() == StatusCode::TOO_MANY_REQUESTS;
    let asked = throttled.then(|| metadata.retry_after().unwrap_or(DEFAULT_COOLDOWN));
    let used_up = metadata.rate_limits().iter().filter(|limit| limit.remaining == Some(0));
    used_up.filter_map(|limit| limit.reset_after).chain(asked).max()
}

/// The longest time that the gate is closed by one response, so that a wrong `Retry-After` does not block a client forever.
/// The vendor's block lasts five minutes.
const MAX_COOLDOWN: Duration = Duration::from_secs(60 * 60);

/// Whether requests may be sent now. All clones of a connection share the gate, since the vendor counts requests per token.
/// After a token exceeds its quota, the vendor rejects every call with it for some time.
#[derive(Default)]
pub(super) struct Gate {
    closed_until: Mutex<Option<Instant>>,
}

impl Gate {
    /// Closes the gate for some time from now, at most an hour. If the gate is closed for longer already, nothing changes.
    pub(super) fn close_for(&self, time: Duration) {
        let until = Instant::now().checked_add(time.min(MAX_COOLDOWN));
        let mut closed_until = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        *closed_until = closed_until.max(until);
    }

    /// How long the gate is still closed. `None` if it is open.
    pub(super) fn time_left(&self) -> Option<Duration> {
        let closed_until = *self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        closed_until?.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    #[test]
    fn cooldown_is_read_from_status_retry_after_and_quota() {
        for (status, header, expected) in [
            (429, ("retry-after", "7"), Some(7)),
            (429, ("retry-after", "soon"), Some(10)),
            (429, ("ratelimit", "\"default\";r=0;t=300"), Some(300)),
            (429, ("ratelimit", "\"default\";r=0;t=3"), Some(10)),
            (503, ("retry-after", "7"), None),
            (200, ("retry-after", "7"), None),
            (200, ("ratelimit", "\"default\";r=0;t=30, \"burst\";r=0;t=40, \"other\";r=1;t=50"), Some(40)),
            (200, ("ratelimit", "\"default\";r=0"), None),
            (200, ("ratelimit", "\"default\";r=1;t=30"), None),
        ] {
            let headers = HeaderMap::from_iter([(http::HeaderName::from_static(header.0), header.1.parse().unwrap())]);
            let metadata = Metadata::new(StatusCode::from_u16(status).unwrap(), &headers, 1, Duration::ZERO);
            assert_eq!(cooldown(&metadata), expected.map(Duration::from_secs), "{status} {header:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn gate_opens_after_the_cooldown() {
        let gate = Gate::default();
        assert_eq!(gate.time_left(), None);
        gate.close_for(Duration::from_secs(5));
        assert_eq!(gate.time_left(), Some(Duration::from_secs(5)));
        tokio::time::advance(Duration::from_secs(4)).await;
        assert_eq!(gate.time_left(), Some(Duration::from_secs(1)));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(gate.time_left(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn shorter_cooldown_does_not_open_the_gate_early() {
        let gate = Gate::default();
        gate.close_for(Duration::from_secs(60));
        gate.close_for(Duration::from_secs(1));
        gate.close_for(Duration::ZERO);
        assert_eq!(gate.time_left(), Some(Duration::from_secs(60)));
    }

    #[tokio::test(start_paused = true)]
    async fn gate_opens_after_an_hour_at_the_latest() {
        let gate = Gate::default();
        gate.close_for(Duration::MAX);
        assert_eq!(gate.time_left(), Some(Duration::from_secs(3_600)));
    }
}
