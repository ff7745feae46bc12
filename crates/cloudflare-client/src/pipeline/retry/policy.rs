//! The retry policy: what is safe to retry.

use http::StatusCode;

/// Whether, and under which condition, an attempt can be retried.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::pipeline) enum Retryability {
    /// There is a response, and the same request would get the same one.
    Final,
    /// There is a response, and the same request may succeed later.
    Transient,
    /// There is a response that rejects the request by the rate limit.
    RateLimited,
    /// There is a response that rejects the credentials. The same request may succeed with others.
    Unauthorized,
    /// The request may have reached the server, and there is no whole response.
    Interrupted,
    /// There is a response that cannot be read, and the same request would get the same one.
    Unreadable,
    /// The request certainly did not reach the server, or the server did not process it.
    NotSent,
    /// The request could not be built, or no connection can be made before someone changes something.
    Impossible,
}

impl Retryability {
    /// The retryability of a status. 501 is final, since a retry cannot change it. The edge sends 520 to 527.
    pub(in crate::pipeline) fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            429 => Self::RateLimited,
            408 | 500 | 502..=504 | 520..=527 => Self::Transient,
            _ => Self::Final,
        }
    }

    /// Whether the server handled the request: it responded, and without a temporary failure.
    pub(in crate::pipeline) fn is_handled(self) -> bool {
        matches!(self, Self::Final | Self::Unauthorized)
    }

    /// Whether the request may have reached the server.
    pub(in crate::pipeline) fn was_sent(self) -> bool {
        !matches!(self, Self::NotSent | Self::Impossible)
    }

    /// Whether the server may have acted on the request. A server that rejects the credentials has not.
    pub(in crate::pipeline) fn may_have_acted(self) -> bool {
        self.was_sent() && self != Self::Unauthorized
    }

    /// Whether the same request may succeed later.
    pub(in crate::pipeline) fn may_improve(self) -> bool {
        matches!(self, Self::Transient | Self::RateLimited | Self::Interrupted | Self::NotSent)
    }
}

/// Whether a retry is safe. Limits are checked elsewhere.
///
/// An unsent request is always safe to retry. A request that may have been sent is safe to retry only if its operation is
/// idempotent (RFC 9110, section 9.2.2): the server may have acted on it, whatever it responded. A server that rejects the
/// credentials has not acted.
pub(in crate::pipeline) fn allows_retry(retryability: Retryability, idempotent: bool) -> bool {
    match retryability {
        // The loop retries once if there are other credentials.
        Retryability::Final | Retryability::Unauthorized => false,
        Retryability::Unreadable | Retryability::Impossible => false,
        Retryability::NotSent => true,
        Retryability::Transient | Retryability::RateLimited | Retryability::Interrupted => idempotent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_is_transient_only_if_a_retry_may_change_it() {
        let transient = [408, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527];
        for code in 200..=599 {
            let expected = match code {
                429 => Retryability::RateLimited,
                code if transient.contains(&code) => Retryability::Transient,
                _ => Retryability::Final,
            };
            assert_eq!(Retryability::of(StatusCode::from_u16(code).unwrap()), expected, "{code}");
        }
    }

    #[test]
    fn only_a_request_that_certainly_did_not_reach_the_server_was_not_sent() {
        for retryability in ALL {
            let is_unsent = matches!(retryability, Retryability::NotSent | Retryability::Impossible);
            assert_eq!(retryability.was_sent(), !is_unsent, "{retryability:?}");
            let is_rejected = retryability == Retryability::Unauthorized;
            assert_eq!(retryability.may_have_acted(), !is_unsent && !is_rejected, "{retryability:?}");
        }
    }

    const ALL: [Retryability; 8] = [
        Retryability::Final,
        Retryability::Transient,
        Retryability::RateLimited,
        Retryability::Unauthorized,
        Retryability::Interrupted,
        Retryability::Unreadable,
        Retryability::NotSent,
        Retryability::Impossible,
    ];

    #[test]
    fn request_that_may_have_been_sent_is_retried_only_if_idempotent() {
        for retryability in ALL {
            let (if_idempotent, if_not) = match retryability {
                Retryability::NotSent => (true, true),
                Retryability::Transient | Retryability::RateLimited | Retryability::Interrupted => (true, false),
                _ => (false, false),
            };
            assert_eq!(allows_retry(retryability, true), if_idempotent, "{retryability:?}");
            assert_eq!(allows_retry(retryability, false), if_not, "{retryability:?}");
        }
    }
}
