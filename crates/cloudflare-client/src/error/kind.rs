//! The kinds of errors.

use std::fmt;

use serde::{Serialize, Serializer};

/// The kind of an error, and what to do about it.
///
/// The status of the response determines the kind, and the API's codes refine it. A response with `"success": false` is
/// a failure whatever its status. If something else responded in place of the API, such as a firewall,
/// [`unexpected_body`](crate::Error::unexpected_body) describes the body.
///
/// ```
/// use cloudflare_client::{AccountId, Error, ErrorKind};
///
/// fn advice(error: &Error) -> &'static str {
///     match error.kind() {
///         ErrorKind::Authentication => "check the credentials",
///         ErrorKind::Permission | ErrorKind::Plan => "ask the owner of the account",
///         _ if error.is_retryable() => "try again later",
///         _ => "read the message",
///     }
/// }
///
/// assert_eq!(advice(&AccountId::new("../user").unwrap_err()), "read the message");
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration or an argument is invalid. No request was sent unless [`attempts`](crate::Error::attempts) is
    /// above 0. Correct the configuration or the argument.
    Configuration,
    /// The credentials are missing, malformed or unknown (status 401, or code 6111, 9106 or 9109), or the token
    /// provider failed. Check the credentials.
    Authentication,
    /// The credentials are known but lack a permission: status 403, or code 10000. Grant the permission. If
    /// [`unexpected_body`](crate::Error::unexpected_body) is set, something in front of the API blocked the request.
    Permission,
    /// The account's plan does not include the feature: code 3314. Change the plan.
    Plan,
    /// The account or the object does not exist: status 404, or code 7003. Check the ids.
    NotFound,
    /// Too many requests: status 429, or code 971 or 10100; or the rate-limit gate or the rate limiter would have
    /// delayed the call past its timeout. The vendor rejects every call for up to five minutes. Wait for
    /// [`retry_after`](crate::Error::retry_after).
    RateLimited,
    /// The API rejected the call for another reason. See [`errors`](crate::Error::errors).
    Api,
    /// The server or the edge in front of it failed: status 5xx. The server may have made a change. Try again later.
    Server,
    /// The API's document does not list the status. Redirects, which are never followed, are of this kind. After
    /// another success than the documented one, such as 202, the server may have made a change.
    UnexpectedStatus,
    /// A success whose body is not complete JSON, cannot be decompressed, or is too large.
    /// [`unexpected_body`](crate::Error::unexpected_body) describes a body that is not JSON.
    UnexpectedBody,
    /// A success whose JSON does not match the documented schema: a field is missing, or has another type. The
    /// [`source`](std::error::Error::source) has the path of the field.
    Decode,
    /// No connection could be made, or it broke, or the head of the response is not HTTP. The message says why. The
    /// server may have made a change if [`may_have_been_sent`](crate::Error::may_have_been_sent) says so.
    Connection,
    /// The call timed out, or had too little time for an attempt. The message says what it waited for. The server may
    /// have made a change if [`may_have_been_sent`](crate::Error::may_have_been_sent) says so.
    Timeout,
}

impl ErrorKind {
    /// The kind's name for programs, such as `rate_limited`. It stays the same in every version.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::Plan => "plan",
            Self::NotFound => "not_found",
            Self::RateLimited => "rate_limited",
            Self::Api => "api",
            Self::Server => "server",
            Self::UnexpectedStatus => "unexpected_status",
            Self::UnexpectedBody => "unexpected_body",
            Self::Decode => "decode",
            Self::Connection => "connection",
            Self::Timeout => "timeout",
        }
    }

    /// The description that an error of this kind has by default.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Configuration => "the configuration is invalid",
            Self::Authentication => "the API rejected the credentials",
            Self::Permission => "a permission is missing",
            Self::Plan => "the account's plan lacks the feature",
            Self::NotFound => "the account or the object does not exist",
            Self::RateLimited => "too many requests",
            Self::Api => "the API rejected the call",
            Self::Server => "the server failed",
            Self::UnexpectedStatus => "the API's document does not list the status",
            Self::UnexpectedBody => "the body is not the documented JSON",
            Self::Decode => "the response does not match the documented schema",
            Self::Connection => "the connection failed",
            Self::Timeout => "the call timed out",
        }
    }
}

/// As [`as_str`](ErrorKind::as_str).
impl Serialize for ErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_is_serialized_as_its_name() {
        assert_eq!(serde_json::to_string(&ErrorKind::RateLimited).unwrap(), r#""rate_limited""#);
    }
}
