//! The API's quota headers.

use std::borrow::Cow;
use std::time::Duration;

use http::header::{HeaderMap, HeaderName, HeaderValue};
use serde::{Serialize, Serializer};

use super::structured_list::{self, Item, Value};

static RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
static RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// How much of a quota is left: an entry of the `Ratelimit` header.
///
/// ```
/// # #[cfg(feature = "test-util")] {
/// # use http::{HeaderName, HeaderValue};
/// # let value = HeaderValue::from_static("\"default\";r=50;t=30");
/// # let metadata = cloudflare_client::test_util::metadata().header(HeaderName::from_static("ratelimit"), value).build();
/// // The response had `Ratelimit: "default";r=50;t=30`.
/// for limit in metadata.rate_limits() {
///     println!("{}: {:?} requests left, full again in {:?}", limit.name, limit.remaining, limit.reset_after);
/// }
/// # assert_eq!(metadata.rate_limits().first().unwrap().remaining, Some(50));
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RateLimit {
    /// The name of the quota, such as `default`.
    pub name: String,
    /// How many requests are left (`r`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<u64>,
    /// When the quota is full again (`t`), from now. Serialized as seconds.
    #[serde(rename = "reset_after_seconds", serialize_with = "seconds", skip_serializing_if = "Option::is_none")]
    pub reset_after: Option<Duration>,
}

/// How large a quota is: an entry of the `Ratelimit-Policy` header.
///
/// ```
/// # #[cfg(feature = "test-util")] {
/// # use http::{HeaderName, HeaderValue};
/// # let (name, value) = (HeaderName::from_static("ratelimit-policy"), HeaderValue::from_static("\"burst\";q=100;w=60"));
/// # let metadata = cloudflare_client::test_util::metadata().header(name, value).build();
/// // The response had `Ratelimit-Policy: "burst";q=100;w=60`.
/// for policy in metadata.rate_limit_policies() {
///     println!("{}: {:?} requests in {:?}", policy.name, policy.quota, policy.window);
/// }
/// # assert_eq!(metadata.rate_limit_policies().first().unwrap().quota, Some(100));
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RateLimitPolicy {
    /// The name of the quota, such as `burst`.
    pub name: String,
    /// How many requests it allows in a window (`q`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<u64>,
    /// How long the window is (`w`). Serialized as seconds.
    #[serde(rename = "window_seconds", serialize_with = "seconds", skip_serializing_if = "Option::is_none")]
    pub window: Option<Duration>,
}

impl RateLimit {
    pub(super) fn from_headers(headers: &HeaderMap) -> Vec<Self> {
        entries(headers, &RATE_LIMIT, |name, item| Self {
            name,
            remaining: item.number("r"),
            reset_after: item.number("t").map(Duration::from_secs),
        })
    }
}

impl RateLimitPolicy {
    pub(super) fn from_headers(headers: &HeaderMap) -> Vec<Self> {
        entries(headers, &RATE_LIMIT_POLICY, |name, item| Self {
            name,
            quota: item.number("q"),
            window: item.number("w").map(Duration::from_secs),
        })
    }
}

/// Reads a header that is a list of named items with numeric parameters.
///
/// A malformed header is ignored: it must not fail a call.
fn entries<T>(headers: &HeaderMap, name: &HeaderName, make: impl Fn(String, &Item<'_>) -> T) -> Vec<T> {
    let mut lines = headers.get_all(name).iter().map(HeaderValue::as_bytes);
    let Some(first) = lines.next() else { return Vec::new() };
    let mut text = Cow::Borrowed(first);
    for line in lines {
        text.to_mut().extend([b", ", line].concat());
    }
    let items = structured_list::parse(&text).unwrap_or_default();
    let named = items.into_iter().filter_map(|mut item| match std::mem::replace(&mut item.value, Value::Other) {
        Value::Text(name) => Some(make(name.into_owned(), &item)),
        _ => None,
    });
    named.collect()
}

/// Writes whole seconds, as the headers state them.
fn seconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs()).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (http::HeaderName::from_static(name), http::HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn rate_limit_header_is_read() {
        let limits =
            RateLimit::from_headers(&headers("ratelimit", &["\"default\";r=50;t=30, burst;r=0", "\"other\";t=1"]));
        let limit = |name: &str, remaining, seconds: Option<u64>| RateLimit {
            name: name.into(),
            remaining,
            reset_after: seconds.map(Duration::from_secs),
        };
        assert_eq!(
            limits,
            [limit("default", Some(50), Some(30)), limit("burst", Some(0), None), limit("other", None, Some(1))]
        );
    }

    #[test]
    fn rate_limit_policy_header_is_read() {
        let policies = RateLimitPolicy::from_headers(&headers("ratelimit-policy", &["\"burst\";q=100;w=60"]));
        let expected =
            RateLimitPolicy { name: "burst".into(), quota: Some(100), window: Some(Duration::from_secs(60)) };
        assert_eq!(policies, [expected]);
    }

    #[test]
    fn missing_header_has_no_entries() {
        assert_eq!(RateLimit::from_headers(&HeaderMap::new()), []);
    }

    #[test]
    fn quotas_are_serialized_with_their_units() {
        let limits = RateLimit::from_headers(&headers("ratelimit", &["a;r=0;t=30, b"]));
        let expected = serde_json::json!([{"name": "a", "remaining": 0, "reset_after_seconds": 30}, {"name": "b"}]);
        assert_eq!(serde_json::to_value(limits).unwrap(), expected);
        let policies = RateLimitPolicy::from_headers(&headers("ratelimit-policy", &["a;q=100;w=60, b"]));
        let expected = serde_json::json!([{"name": "a", "quota": 100, "window_seconds": 60}, {"name": "b"}]);
        assert_eq!(serde_json::to_value(policies).unwrap(), expected);
    }

    #[test]
    fn malformed_header_is_ignored() {
        for line in ["", "limit=50", "\"open", "50", "(\"a\" \"b\")", "a;r=1,"] {
            assert_eq!(RateLimit::from_headers(&headers("ratelimit", &[line])), [], "{line}");
        }
        let invalid_numbers = RateLimit::from_headers(&headers("ratelimit", &["\"a\";r=-1;t=1.5"]));
        assert_eq!(invalid_numbers, [RateLimit { name: "a".into(), remaining: None, reset_after: None }]);
    }
}
