//! The failures that the API has been seen to send, as its users saw them.

use std::time::Duration;

use serde_json::{Value, json};

/// A failure of the API, or of the edge in front of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// The token lacks a permission.
    MissingPermission,
    /// The account's plan lacks the feature.
    PlanWithoutFeature,
    /// The request has no credentials.
    MissingCredentials,
    /// The `Authorization` header is malformed.
    MalformedAuthorization,
    /// The token is unknown.
    UnknownToken,
    /// The account does not exist.
    UnknownAccount,
    /// The body of the request is invalid.
    InvalidBody,
    /// The quota is exceeded.
    TooManyRequests,
    /// The quota is exceeded, as older versions of the API say it.
    TooManyRequestsOfOld,
    /// A page of HTML with a status.
    EdgePage(u16),
    /// `success: false` with status 200.
    Unsuccessful,
    /// `result: null` with status 200.
    NullResult,
    /// No `result` with status 200.
    MissingResult,
}

/// The body of a failure.
pub enum Body {
    /// JSON.
    Envelope(Value),
    /// HTML.
    Page(String),
}

impl Failure {
    /// How long the block of [`TooManyRequests`](Self::TooManyRequests) lasts.
    pub const BLOCK: Duration = Duration::from_secs(300);

    /// Every failure.
    pub fn all() -> Vec<Self> {
        let mut all = vec![
            Self::MissingPermission,
            Self::PlanWithoutFeature,
            Self::MissingCredentials,
            Self::MalformedAuthorization,
            Self::UnknownToken,
            Self::UnknownAccount,
            Self::InvalidBody,
            Self::TooManyRequests,
            Self::TooManyRequestsOfOld,
            Self::Unsuccessful,
            Self::NullResult,
            Self::MissingResult,
        ];
        all.extend([403, 429].into_iter().chain(520..=527).map(Self::EdgePage));
        all
    }

    /// The status of the response.
    pub fn status(self) -> u16 {
        match self {
            Self::MissingPermission | Self::PlanWithoutFeature | Self::UnknownToken => 403,
            Self::MissingCredentials | Self::MalformedAuthorization | Self::InvalidBody => 400,
            Self::UnknownAccount => 404,
            Self::TooManyRequests | Self::TooManyRequestsOfOld => 429,
            Self::EdgePage(status) => status,
            Self::Unsuccessful | Self::NullResult | Self::MissingResult => 200,
        }
    }

    /// The wait that the response asks for.
    pub fn retry_after(self) -> Option<Duration> {
        (self.status() == 429).then_some(Self::BLOCK)
    }

    /// The body of the response.
    pub fn body(self) -> Body {
        let failure = |error: Value| json!({"errors": [error], "messages": [], "result": null, "success": false});
        let wait = "Please wait and consider throttling your request speed";
        Body::Envelope(match self {
            Self::MissingPermission => {
                json!({"errors": [{"code": 10000, "message": "Authentication error"}], "success": false})
            }
            Self::PlanWithoutFeature => failure(json!({"code": 3314, "message": "Forbidden"})),
            Self::MissingCredentials => failure(json!({"code": 9106, "message": "Missing X-Auth-Key header"})),
            Self::MalformedAuthorization => {
                let cause = json!({"code": 6111, "message": "Invalid format for Authorization header"});
                failure(json!({"code": 6003, "message": "Invalid request headers", "error_chain": [cause]}))
            }
            Self::UnknownToken => failure(json!({"code": 9109, "message": "Unauthorized or invalid access token"})),
            Self::UnknownAccount => failure(json!({"code": 7003, "message": "Could not route to the account"})),
            Self::InvalidBody => {
                let source = json!({"pointer": "/behaviors/x"});
                let error = json!({"code": 70_000, "message": "no", "source": source, "meta": {"field": [7]}});
                json!({"errors": [error], "messages": null, "result": null, "success": false, "unlisted": {"a": 1}})
            }
            Self::TooManyRequests => failure(json!({"code": 971, "message": wait})),
            Self::TooManyRequestsOfOld => failure(json!({"code": 10100, "message": wait})),
            Self::Unsuccessful => failure(json!({"code": 10001, "message": "It failed"})),
            Self::NullResult => json!({"errors": [], "messages": [], "result": null, "success": true}),
            Self::MissingResult => json!({"errors": [], "messages": [], "success": true}),
            Self::EdgePage(status) => return Body::Page(format!("<!DOCTYPE html><title>Error {status}</title>")),
        })
    }
}
