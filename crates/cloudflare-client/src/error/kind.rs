//! The kinds of errors.

use std::fmt;

/// The kind of an error, and what to do about it.
///
/// The status decides, and the API's own codes refine it. A response with `"success": false` is a failure whatever its
/// status. Something else than the API may have sent a status, such as a firewall in front of it; then
/// [`unexpected_body`](crate::Error::unexpected_body) describes the body.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration or an argument cannot be used. Nothing was sent, unless [`attempts`](crate::Error::attempts) counts
    /// a request. Correct it.
    Configuration,
    /// The credentials are missing, malformed or unknown (status 401, or code 6111, 9106 or 9109), or the token provider
    /// failed. Check them.
    Authentication,
    /// The credentials are known but lack a permission: status 403, or code 10000. Grant it.
    Permission,
    /// The account's plan does not include the feature: code 3314. Change the plan.
    Plan,
    /// The account or the object does not exist: status 404, or code 7003. Check the ids.
    NotFound,
    /// Too many requests: status 429, or code 971 or 10100; or the client held the call back longer than it had time. The
    /// vendor rejects every call for up to five minutes. Wait as long as [`retry_after`](crate::Error::retry_after) says.
    RateLimited,
    /// The API rejected the call for another reason. [`errors`](crate::Error::errors) has the reason.
    Api,
    /// The server or the edge in front of it failed: status 5xx. The server may have made a change. Try again later.
    Server,
    /// The document has no such status: a redirect, which is never followed, or another success.
    UnexpectedStatus,
    /// A success without the documented JSON: HTML, nothing, or a part of the JSON.
    /// [`unexpected_body`](crate::Error::unexpected_body) describes the body.
    UnexpectedBody,
    /// A success whose JSON does not fit the document: a field is missing, or has another type.
    Decode,
    /// The connection could not be made, or broke. The server may have made a change.
    Connection,
    /// The call ran out of time. If [`attempts`](crate::Error::attempts) counts a request, the server may have made a change.
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
            Self::Configuration => "the configuration cannot be used",
            Self::Authentication => "the credentials were not accepted",
            Self::Permission => "a permission is missing",
            Self::Plan => "the account's plan lacks the feature",
            Self::NotFound => "not found",
            Self::RateLimited => "too many requests",
            Self::Api => "the API rejected the call",
            Self::Server => "the server failed",
            Self::UnexpectedStatus => "the document has no such status",
            Self::UnexpectedBody => "the body is not the documented JSON",
            Self::Decode => "the response does not fit the document",
            Self::Connection => "the connection failed",
            Self::Timeout => "the call ran out of time",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
