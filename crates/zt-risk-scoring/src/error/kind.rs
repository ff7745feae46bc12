//! The kinds of errors.

use std::fmt;

/// What kind of thing went wrong, and what to do about it.
///
/// A failed call is of one kind only. The status decides, and the API's own codes refine it; a response that says
/// `"success": false` is a failure whatever its status. A status can come from something else than the API, such as a
/// firewall before it; then [`unexpected_body`](crate::Error::unexpected_body) says what came.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration or an argument cannot be used. Nothing was sent. Mend it.
    Configuration,
    /// The credentials are missing, malformed or unknown: status 401, or code 6111, 9106 or 9109; or the
    /// token provider gave none. Check them.
    Authentication,
    /// The credentials are known but may not do this: status 403, or code 10000. Give them the permission.
    Permission,
    /// The account's plan does not include the feature: code 3314. It takes an Enterprise plan.
    Plan,
    /// There is no such account or thing: status 404, or code 7003. Check the ids.
    NotFound,
    /// Too many requests: status 429, or code 971 or 10100; or the client
    /// held the call back and there was no time to wait. The vendor refuses every call for some time, up to five
    /// minutes; wait as long as [`retry_after`](crate::Error::retry_after) says.
    RateLimited,
    /// The API refused the call for another reason. [`errors`](crate::Error::errors) says why.
    Api,
    /// The server or the edge before it failed: status 5xx. A change may have been made or not. Try again later.
    Server,
    /// A status that the API does not document: a redirect, which is never followed, or another success.
    UnexpectedStatus,
    /// A success without the JSON that the API documents: HTML, nothing, a part of it.
    /// [`unexpected_body`](crate::Error::unexpected_body) says what came.
    UnexpectedBody,
    /// A success whose JSON is not what the API documents: a field is missing, or of another type.
    Decode,
    /// The connection could not be made, or broke. A change may have been made or not.
    Connection,
    /// The time was up. If anything was sent ([`attempts`](crate::Error::attempts)), a change may have been made or not.
    Timeout,
}

impl ErrorKind {
    /// The kind's name for programs, such as `rate_limited`. It does not change.
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

    /// The kind in words, as errors of it begin.
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Self::Configuration => "the configuration cannot be used",
            Self::Authentication => "the credentials were not accepted",
            Self::Permission => "a permission is missing",
            Self::Plan => "the account's plan lacks the feature",
            Self::NotFound => "not found",
            Self::RateLimited => "too many requests",
            Self::Api => "the API refused the call",
            Self::Server => "the server failed",
            Self::UnexpectedStatus => "the status is not one that the API documents",
            Self::UnexpectedBody => "something else came instead of the API's answer",
            Self::Decode => "the answer is not what the API documents",
            Self::Connection => "the connection failed",
            Self::Timeout => "the time was up",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
