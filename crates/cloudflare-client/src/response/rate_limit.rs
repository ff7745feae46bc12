//! The API's quota headers.

use std::time::Duration;

use http::header::HeaderMap;
use sfv::{BareItem, List, ListEntry, Parser};

/// How much of a quota is left: an entry of the `Ratelimit` header.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RateLimit {
    /// The name of the quota, such as `default`.
    pub name: String,
    /// How many requests are left (`r`).
    pub remaining: Option<u64>,
    /// When the quota is full again (`t`), from now.
    pub reset_after: Option<Duration>,
}

/// How large a quota is: an entry of the `Ratelimit-Policy` header.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RateLimitPolicy {
    /// The name of the quota, such as `burst`.
    pub name: String,
    /// How many requests it allows in a window (`q`).
    pub quota: Option<u64>,
    /// How long the window is (`w`).
    pub window: Option<Duration>,
}

impl RateLimit {
    pub(super) fn from_headers(headers: &HeaderMap) -> Vec<Self> {
        entries(headers, "ratelimit", |name, parameter| Self {
            name,
            remaining: parameter("r"),
            reset_after: parameter("t").map(Duration::from_secs),
        })
    }
}

impl RateLimitPolicy {
    pub(super) fn from_headers(headers: &HeaderMap) -> Vec<Self> {
        entries(headers, "ratelimit-policy", |name, parameter| Self {
            name,
            quota: parameter("q"),
            window: parameter("w").map(Duration::from_secs),
        })
    }
}

/// Reads a header that is a list of named items with numeric parameters (RFC 9651, section 3.1).
///
/// A malformed header is ignored: it must not fail a call.
fn entries<T>(headers: &HeaderMap, name: &str, make: impl Fn(String, &dyn Fn(&str) -> Option<u64>) -> T) -> Vec<T> {
    let lines: Vec<&[u8]> = headers.get_all(name).iter().map(|value| value.as_bytes()).collect();
    let Ok(list) = Parser::new(&lines.join(&b", "[..])).parse::<List>() else { return Vec::new() };
    list.iter()
        .filter_map(|entry| match entry {
            ListEntry::Item(item) => Some(item),
            ListEntry::InnerList(_) => None,
        })
        .filter_map(|item| {
            let name = match &item.bare_item {
                BareItem::String(name) => name.as_str().to_owned(),
                BareItem::Token(name) => name.as_str().to_owned(),
                _ => return None,
            };
            let parameter = |key: &str| match item.params.get(key) {
                Some(BareItem::Integer(number)) => u64::try_from(i64::from(*number)).ok(),
                _ => None,
            };
            Some(make(name, &parameter))
        })
        .collect()
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
    fn malformed_header_is_ignored() {
        for line in ["", "limit=50", "\"open", "50", "(\"a\" \"b\")"] {
            assert_eq!(RateLimit::from_headers(&headers("ratelimit", &[line])), [], "{line}");
        }
        let invalid_numbers = RateLimit::from_headers(&headers("ratelimit", &["\"a\";r=-1;t=1.5"]));
        assert_eq!(invalid_numbers, [RateLimit { name: "a".into(), remaining: None, reset_after: None }]);
    }
}
