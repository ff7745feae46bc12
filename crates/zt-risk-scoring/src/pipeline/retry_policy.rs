//! What may be tried again.

use http::StatusCode;

/// What an attempt came to, as far as trying again is concerned.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Signal {
    /// There is an answer, and the same request would get the same one.
    Final,
    /// There is an answer that says the same request may succeed later.
    Transient,
    /// The request certainly did not reach the server.
    NotSent,
    /// The request may have reached the server, and there is no answer, or not a whole one.
    Interrupted,
    /// There is an answer that does not accept the credentials. The same request may succeed with others.
    Unauthorized,
    /// The request could not be made.
    Unusable,
}

impl Signal {
    /// The signal of a status. 501 is final: it is there to stay. 520 to 527 are the edge's own.
    pub(super) fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            408 | 429 | 500 | 502..=504 | 520..=527 => Self::Transient,
            _ => Self::Final,
        }
    }

    /// Whether the server is there and has an answer.
    pub(super) fn is_answered(self) -> bool {
        matches!(self, Self::Final | Self::Unauthorized)
    }
}

/// Whether an attempt may be followed by another, as far as safety goes; limits are not its business.
///
/// What was never sent may always be tried again. What may have been sent may be tried again only if the operation is
/// idempotent (RFC 9110, section 9.2.2): the server may have acted on it, whatever it answered. Credentials that were not
/// accepted kept it from acting; whether there are others is asked last of all.
pub(super) fn allows(signal: Signal, idempotent: bool) -> bool {
    match signal {
        Signal::Final | Signal::Unusable => false,
        Signal::NotSent | Signal::Unauthorized => true,
        Signal::Transient | Signal::Interrupted => idempotent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_that_may_pass_are_transient_and_no_others() {
        let transient = [408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527];
        for code in 200..=599 {
            let expected = if transient.contains(&code) { Signal::Transient } else { Signal::Final };
            assert_eq!(Signal::of(StatusCode::from_u16(code).unwrap()), expected, "{code}");
        }
    }

    #[test]
    fn what_may_have_been_sent_is_repeated_only_if_that_is_harmless() {
        for (signal, if_idempotent, if_not) in [
            (Signal::Final, false, false),
            (Signal::NotSent, true, true),
            (Signal::Transient, true, false),
            (Signal::Interrupted, true, false),
            (Signal::Unauthorized, true, true),
            (Signal::Unusable, false, false),
        ] {
            assert_eq!(allows(signal, true), if_idempotent, "{signal:?}");
            assert_eq!(allows(signal, false), if_not, "{signal:?}");
        }
    }
}
