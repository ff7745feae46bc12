//! The `Retry-After` header.

use std::time::{Duration, SystemTime};

use http::header::{DATE, HeaderMap, RETRY_AFTER};

/// Longer waits are shortened to this one, so that adding a wait to a clock does not overflow.
const MAX_WAIT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Reads `Retry-After` (RFC 9110, section 10.2.3): whole seconds, or a date. A date in the past is no wait. A
/// malformed value is ignored.
pub(super) fn parse(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that is too large is a very long wait.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)).min(MAX_WAIT));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    // The server's clock is preferred, since this machine's clock may be wrong.
    let sent = headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
    let now = sent.unwrap_or(now);
    Some(date.duration_since(now).unwrap_or_default().min(MAX_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:00 GMT").unwrap();
        for (value, expected) in [
            ("0", Some(0)),
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("99999999999999999999999", Some(MAX_WAIT.as_secs())),
            ("Sat, 06 Nov 2094 08:49:37 GMT", Some(MAX_WAIT.as_secs())),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(37)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(37)),
            ("Sun Nov  6 08:49:37 1994", Some(37)),
            ("Sun, 06 Nov 1994 08:48:00 GMT", Some(0)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
            assert_eq!(parse(&headers, now), expected.map(Duration::from_secs), "{value:?}");
        }
        assert_eq!(parse(&HeaderMap::new(), now), None);
        let both = [(RETRY_AFTER, "Sun, 06 Nov 1994 08:49:37 GMT"), (DATE, "Sun, 06 Nov 1994 08:49:30 GMT")];
        let headers = both.into_iter().map(|(name, value)| (name, value.parse().unwrap())).collect();
        assert_eq!(parse(&headers, now), Some(Duration::from_secs(7)));
    }
}
