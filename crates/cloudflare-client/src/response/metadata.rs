//! The metadata of a response.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use http::StatusCode;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{ApiMessage, RateLimit, RateLimitPolicy, ResultInfo, retry_after};
use crate::redact::Secrets;

static CF_RAY: HeaderName = HeaderName::from_static("cf-ray");

/// Everything about a response except its value.
///
/// It is serialized with the names of its methods and its times in their units. What is missing or empty is left out.
///
/// ```
/// # #[cfg(feature = "test-util")] {
/// # use http::{HeaderName, HeaderValue};
/// # let ray = HeaderValue::from_static("8f1e7c2d3b4a5960-AKL");
/// # let metadata = cloudflare_client::test_util::metadata().header(HeaderName::from_static("cf-ray"), ray).build();
/// // What a response has beside its value.
/// assert_eq!((metadata.status().as_u16(), metadata.attempts()), (200, 1));
/// assert_eq!(metadata.cf_ray(), Some("8f1e7c2d3b4a5960-AKL"));
/// # }
/// ```
#[derive(Clone)]
pub struct Metadata(Box<Fields>);

/// The fields, in one place in memory: responses and errors are moved several times on their way to the caller.
#[derive(Clone)]
struct Fields {
    status: StatusCode,
    attempts: u32,
    elapsed: Duration,
    retry_after: Option<Duration>,
    rate_limits: Vec<RateLimit>,
    /// Read when they are asked for, which hardly any caller does.
    rate_limit_policies: OnceLock<Vec<RateLimitPolicy>>,
    errors: Vec<ApiMessage>,
    messages: Vec<ApiMessage>,
    result_info: Option<ResultInfo>,
    headers: HeaderMap,
}

/// Of the headers only the names.
impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metadata")
            .field("status", &self.status())
            .field("cf_ray", &self.cf_ray())
            .field("attempts", &self.attempts())
            .field("elapsed", &self.elapsed())
            .field("retry_after", &self.retry_after())
            .field("rate_limits", &self.rate_limits())
            .field("rate_limit_policies", &self.rate_limit_policies())
            .field("errors", &self.errors())
            .field("messages", &self.messages())
            .field("result_info", &self.result_info())
            .field("headers", &self.headers().keys().collect::<Vec<_>>())
            .finish()
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Metadata<'a> {
            status: u16,
            #[serde(skip_serializing_if = "Option::is_none")]
            cf_ray: Option<&'a str>,
            attempts: u32,
            elapsed_ms: u64,
            #[serde(skip_serializing_if = "Option::is_none")]
            retry_after_ms: Option<u64>,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            rate_limits: &'a [RateLimit],
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            rate_limit_policies: &'a [RateLimitPolicy],
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            errors: &'a [ApiMessage],
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            messages: &'a [ApiMessage],
            #[serde(skip_serializing_if = "Option::is_none")]
            result_info: Option<&'a ResultInfo>,
        }

        // A time that is longer than 64 bits of milliseconds is not realistic.
        let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let metadata = Metadata {
            status: self.status().as_u16(),
            cf_ray: self.cf_ray(),
            attempts: self.attempts(),
            elapsed_ms: milliseconds(self.elapsed()),
            retry_after_ms: self.retry_after().map(milliseconds),
            rate_limits: self.rate_limits(),
            rate_limit_policies: self.rate_limit_policies(),
            errors: self.errors(),
            messages: self.messages(),
            result_info: self.result_info(),
        };
        metadata.serialize(serializer)
    }
}

/// The fields of an envelope that are neither `success` nor `result`.
#[derive(Debug, Default)]
pub(crate) struct EnvelopeMetadata {
    pub(crate) errors: Vec<ApiMessage>,
    pub(crate) messages: Vec<ApiMessage>,
    pub(crate) result_info: Option<ResultInfo>,
}

impl EnvelopeMetadata {
    /// Reads the fields of an envelope as the server sent them. The request's secrets are redacted.
    pub(crate) fn read(
        errors: Option<&Value>,
        messages: Option<&Value>,
        result_info: Option<&Value>,
        secrets: &Secrets,
    ) -> Self {
        Self {
            errors: ApiMessage::list(errors, secrets),
            messages: ApiMessage::list(messages, secrets),
            result_info: ResultInfo::read(result_info, secrets),
        }
    }
}

impl Metadata {
    /// The headers become sensitive, so that their `Debug` output has no values.
    pub(crate) fn new(status: StatusCode, mut headers: HeaderMap, attempts: u32, elapsed: Duration) -> Self {
        headers.values_mut().for_each(|value| value.set_sensitive(true));
        Self(Box::new(Fields {
            status,
            attempts,
            elapsed,
            retry_after: retry_after::parse(&headers, SystemTime::now),
            rate_limits: RateLimit::from_headers(&headers),
            rate_limit_policies: OnceLock::new(),
            errors: Vec::new(),
            messages: Vec::new(),
            result_info: None,
            headers,
        }))
    }

    /// Redacts the request's secrets, which a server may echo anywhere.
    pub(crate) fn redacted(mut self, secrets: &Secrets) -> Self {
        let Fields { rate_limits, headers, .. } = &mut *self.0;
        redact_headers(headers, secrets);
        for name in rate_limits.iter_mut().map(|limit| &mut limit.name) {
            if let Cow::Owned(redacted) = secrets.redact(name) {
                *name = redacted;
            }
        }
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn with_elapsed(mut self, elapsed: Duration) -> Self {
        self.0.elapsed = elapsed;
        self
    }

    /// Sets the wait that did not fit the call's limits, unless the API asked for a longer one.
    pub(crate) fn with_wait(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = self.0.retry_after.max(wait);
        self
    }

    pub(crate) fn with_envelope(mut self, envelope: EnvelopeMetadata) -> Self {
        self.0.errors = envelope.errors;
        self.0.messages = envelope.messages;
        self.0.result_info = envelope.result_info;
        self
    }

    /// The status of the response.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The vendor's id of the request: the `cf-ray` header, if there was one. The vendor's support asks for it. A value that
    /// does not look like an id is left out, since the id is printed.
    pub fn cf_ray(&self) -> Option<&str> {
        const MAX_LENGTH: usize = 64;
        let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let id = self.0.headers.get(&CF_RAY)?.to_str().ok()?;
        ((1..=MAX_LENGTH).contains(&id.len()) && id.bytes().all(is_valid)).then_some(id)
    }

    /// How many requests the call tried to send: 1 if nothing was retried.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the call took, from its start until the response was decoded, waits included.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// The headers of the response. A server may echo a secret of the request in them, so secrets are redacted, and a
    /// header whose name contains one is dropped. Values are also marked as sensitive: `Debug` prints none.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// How long to wait before the next call: the `Retry-After` header, or the time for which the API still rejects
    /// every call.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How much of each quota is left: the `Ratelimit` header. Empty if it is missing or cannot be read.
    pub fn rate_limits(&self) -> &[RateLimit] {
        &self.0.rate_limits
    }

    /// How large each quota is: the `Ratelimit-Policy` header. Empty if it is missing or cannot be read.
    pub fn rate_limit_policies(&self) -> &[RateLimitPolicy] {
        self.0.rate_limit_policies.get_or_init(|| RateLimitPolicy::from_headers(&self.0.headers))
    }

    /// The envelope's `errors`, in its order. A success may have some as well.
    pub fn errors(&self) -> &[ApiMessage] {
        &self.0.errors
    }

    /// The envelope's `messages`, in its order.
    pub fn messages(&self) -> &[ApiMessage] {
        &self.0.messages
    }

    /// The envelope's `result_info`, if there was one: the counts of a list.
    pub fn result_info(&self) -> Option<&ResultInfo> {
        self.0.result_info.as_ref()
    }
}

/// Redacts the request's secrets from values, and drops headers whose name contains one. Text without secrets is not
/// copied.
fn redact_headers(headers: &mut HeaderMap, secrets: &Secrets) {
    for value in headers.values_mut().filter(|value| secrets.are_in(value.as_bytes())) {
        let redacted = secrets.redact(&String::from_utf8_lossy(value.as_bytes())).into_owned();
        *value = HeaderValue::try_from(redacted).unwrap_or(HeaderValue::from_static(""));
        value.set_sensitive(true);
    }
    while let Some(name) = headers.keys().find(|name| secrets.are_in(name.as_str().as_bytes())).cloned() {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn metadata_is_serialized_with_stable_names() {
        let headers =
            [("cf-ray", "8f2b-FRA"), ("retry-after", "2"), ("ratelimit", "a;r=1"), ("ratelimit-policy", "a;q=2")];
        let headers: HeaderMap =
            headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).into_iter().collect();
        let envelope = EnvelopeMetadata::read(
            Some(&json!([{"code": 1}])),
            Some(&json!(["m"])),
            Some(&json!({"count": 3})),
            &Secrets::from("cfut_secret"),
        );
        let metadata = Metadata::new(StatusCode::OK, headers, 2, Duration::from_micros(1_500)).with_envelope(envelope);
        let expected = json!({"status": 200, "cf_ray": "8f2b-FRA", "attempts": 2, "elapsed_ms": 1, "retry_after_ms": 2_000,
            "rate_limits": [{"name": "a", "remaining": 1}], "rate_limit_policies": [{"name": "a", "quota": 2}],
            "errors": [{"code": 1}], "messages": [{"message": "m"}], "result_info": {"count": 3}});
        assert_eq!(serde_json::to_value(metadata).unwrap(), expected);

        let metadata = Metadata::new(StatusCode::NO_CONTENT, HeaderMap::new(), 1, Duration::ZERO);
        assert!(
            format!("{metadata:?}").starts_with("Metadata { status: 204, cf_ray: None, attempts: 1, "),
            "{metadata:?}"
        );
        assert_eq!(serde_json::to_value(metadata).unwrap(), json!({"status": 204, "attempts": 1, "elapsed_ms": 0}));
    }

    #[test]
    fn secret_in_a_header_is_redacted_from_its_value_and_drops_its_name() {
        let headers: HeaderMap = [
            ("x-echo", "token cfut_secret and cfut%5FSECRET!".as_bytes()),
            ("x-echo", b"none"),
            ("x-bytes", b"\xff cfut_secret"),
            ("x-cfut_secret", b"1"),
            ("server", b"cfut_secre"),
        ]
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap()))
        .into_iter()
        .collect();
        let metadata = Metadata::new(StatusCode::OK, headers, 1, Duration::ZERO);
        let metadata = metadata.redacted(&Secrets::from("cfut_secret"));
        let headers: Vec<_> =
            metadata.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let bytes = "\u{fffd} [redacted]".as_bytes();
        let echo = b"token [redacted] and [redacted]!".as_slice();
        let expected = [("x-echo", echo), ("x-echo", b"none"), ("x-bytes", bytes), ("server", b"cfut_secre")];
        assert_eq!(headers, expected);
        assert!(metadata.headers().values().all(HeaderValue::is_sensitive));
    }

    #[test]
    fn longer_of_two_waits_is_kept() {
        let wait = |header: &str, wait| {
            let headers = HeaderMap::from_iter([(http::header::RETRY_AFTER, header.parse().unwrap())]);
            let metadata = Metadata::new(StatusCode::OK, headers, 1, Duration::ZERO);
            metadata.with_wait(wait).retry_after().map(|wait| wait.as_secs())
        };
        assert_eq!(wait("5", None), Some(5));
        assert_eq!(wait("5", Some(Duration::from_secs(3))), Some(5));
        assert_eq!(wait("5", Some(Duration::from_secs(9))), Some(9));
        assert_eq!(wait("", Some(Duration::from_secs(9))), Some(9));
    }

    #[test]
    fn cf_ray_is_dropped_unless_it_looks_like_one() {
        for (value, expected) in [
            ("a".repeat(64).as_str(), true),
            ("a".repeat(65).as_str(), false),
            ("8f2b6c1d9e3a4b5c-FRA", true),
            ("", false),
            ("<script>", false),
            ("a b", false),
            ("0123456789012345678901234567890123456789012345678901234567890123456789", false),
        ] {
            let headers = HeaderMap::from_iter([(http::HeaderName::from_static("cf-ray"), value.parse().unwrap())]);
            let metadata = Metadata::new(StatusCode::OK, headers, 1, Duration::ZERO);
            assert_eq!(metadata.cf_ray(), expected.then_some(value), "{value:?}");
        }
    }
}
