//! A value, and what came with it.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::HeaderMap;

use crate::auth::Secrets;
use crate::rate_limit::{RateLimit, RateLimitPolicy};
use crate::{ApiMessage, retry_after};

/// A value with what came along: what `send()` gives back.
#[derive(Clone, Debug)]
pub struct Response<T> {
    value: T,
    metadata: Metadata,
}

impl<T> Response<T> {
    pub(crate) fn new(value: T, metadata: Metadata) -> Self {
        Self { value, metadata }
    }

    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response { value: change(self.value), metadata: self.metadata }
    }

    /// The value.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The value alone.
    pub fn into_value(self) -> T {
        self.value
    }

    /// What came along.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Both.
    pub fn into_parts(self) -> (T, Metadata) {
        (self.value, self.metadata)
    }
}

/// What came with a response, beside its result.
#[derive(Clone, Debug)]
pub struct Metadata {
    status: StatusCode,
    cf_ray: Option<String>,
    attempts: u32,
    elapsed: Duration,
    retry_after: Option<Duration>,
    rate_limits: Vec<RateLimit>,
    rate_limit_policies: Vec<RateLimitPolicy>,
    errors: Vec<ApiMessage>,
    messages: Vec<ApiMessage>,
}

impl Metadata {
    pub(crate) fn new(status: StatusCode, headers: &HeaderMap, attempts: u32, elapsed: Duration) -> Self {
        Self {
            status,
            cf_ray: cf_ray(headers),
            attempts,
            elapsed,
            retry_after: retry_after::parse(headers, SystemTime::now()),
            rate_limits: RateLimit::from_headers(headers),
            rate_limit_policies: RateLimitPolicy::from_headers(headers),
            errors: Vec::new(),
            messages: Vec::new(),
        }
    }

    /// Takes the secret that was sent out of what came back: a server may repeat it anywhere.
    pub(crate) fn scrubbed(mut self, secrets: &Secrets) -> Self {
        let names = self.rate_limits.iter_mut().map(|limit| &mut limit.name);
        let names = names.chain(self.rate_limit_policies.iter_mut().map(|policy| &mut policy.name));
        for text in names.chain(&mut self.cf_ray) {
            *text = secrets.scrub(text);
        }
        self
    }

    pub(crate) fn with_elapsed(mut self, elapsed: Duration) -> Self {
        self.elapsed = elapsed;
        self
    }

    /// Tells a wait that there was no time for, unless the API asked for a longer one.
    pub(crate) fn with_wait(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = self.retry_after.max(wait);
        self
    }

    pub(crate) fn with_envelope(mut self, errors: Vec<ApiMessage>, messages: Vec<ApiMessage>) -> Self {
        self.errors = errors;
        self.messages = messages;
        self
    }

    /// The status of the response.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The name of the request at the vendor's, if the response had one. Support asks for it.
    pub fn cf_ray(&self) -> Option<&str> {
        self.cf_ray.as_deref()
    }

    /// How many requests it took: 1 if the first one was answered.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How long the call took, from the first step to the last byte of the answer, waits included.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// How long to wait before the next call: what the API asked for with `Retry-After`, or what is left of a time in which
    /// it refuses every call.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// What is left of the quotas, from the `Ratelimit` header. Empty if there was none that could be read.
    pub fn rate_limits(&self) -> &[RateLimit] {
        &self.rate_limits
    }

    /// How large the quotas are, from the `Ratelimit-Policy` header. Empty if there was none that could be read.
    pub fn rate_limit_policies(&self) -> &[RateLimitPolicy] {
        &self.rate_limit_policies
    }

    /// The envelope's `errors`, in its order. A success can have some, too.
    pub fn errors(&self) -> &[ApiMessage] {
        &self.errors
    }

    /// The envelope's `messages`, in its order.
    pub fn messages(&self) -> &[ApiMessage] {
        &self.messages
    }
}

/// The `cf-ray` header, if it looks like one: it is printed, so it must be harmless.
fn cf_ray(headers: &HeaderMap) -> Option<String> {
    const LONGEST: usize = 64;
    let value = headers.get("cf-ray")?.to_str().ok()?;
    let harmless = value.len() <= LONGEST && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (harmless && !value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_cf_ray_is_one() {
        for (value, expected) in [
            ("8f2b6c1d9e3a4b5c-FRA", true),
            ("", false),
            ("<script>", false),
            ("a b", false),
            ("0123456789012345678901234567890123456789012345678901234567890123456789", false),
        ] {
            let headers = HeaderMap::from_iter([(http::HeaderName::from_static("cf-ray"), value.parse().unwrap())]);
            assert_eq!(cf_ray(&headers).is_some(), expected, "{value:?}");
        }
    }
}
