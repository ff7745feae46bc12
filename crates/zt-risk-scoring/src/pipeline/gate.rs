//! The gate: while the vendor refuses every call, none is sent.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;

use crate::Metadata;

/// How long a server is taken to refuse every call if it answers 429 without saying how long.
const UNTOLD: Duration = Duration::from_secs(10);

/// For how long a response says that every call is refused: 429, until its `Retry-After` is over; or a quota of which
/// nothing is left (`r=0`), until it is full again.
pub(super) fn refuses_for(metadata: &Metadata) -> Option<Duration> {
    let throttled = metadata.status() == StatusCode::TOO_MANY_REQUESTS;
    let asked = throttled.then(|| metadata.retry_after().unwrap_or(UNTOLD));
    let used_up = metadata.rate_limits().iter().filter(|limit| limit.remaining == Some(0));
    used_up.filter_map(|limit| limit.reset_after).chain(asked).max()
}

/// The longest that the gate is closed for. The vendor's block lasts five minutes; a server that is still refusing after an
/// hour can say so again, and one that was wrong must not keep a client silent for ever.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// Whether calls may go out now. One for all clones of a client, since the vendor counts by token: whoever goes over the
/// quota is refused everything for some time, and whatever is sent then is wasted.
#[derive(Default)]
pub(super) struct Gate {
    closed_until: Mutex<Option<Instant>>,
}

impl Gate {
    /// Closes it for some time from now, an hour at the most. It is never opened earlier than somebody asked for.
    pub(super) fn close_for(&self, time: Duration) {
        let until = Instant::now().checked_add(time.min(LONGEST));
        let mut closed_until = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        *closed_until = closed_until.max(until);
    }

    /// How long it is still closed; `None` if it is open.
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
    fn what_a_response_says_about_every_call_is_read() {
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
            assert_eq!(refuses_for(&metadata), expected.map(Duration::from_secs), "{status} {header:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_closed_for_as_long_as_asked() {
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
    async fn nobody_opens_it_early() {
        let gate = Gate::default();
        gate.close_for(Duration::from_secs(60));
        gate.close_for(Duration::from_secs(1));
        gate.close_for(Duration::ZERO);
        assert_eq!(gate.time_left(), Some(Duration::from_secs(60)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_cannot_keep_a_client_silent_for_ever() {
        let gate = Gate::default();
        gate.close_for(Duration::MAX);
        assert_eq!(gate.time_left(), Some(Duration::from_secs(3_600)));
    }
}
