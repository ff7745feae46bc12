//! The `Retry-After` header.

use std::time::{Duration, SystemTime};

use http::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};

/// Longer waits are shortened to this one, so that adding a wait to a clock does not overflow.
const MAX_WAIT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A `Date` that differs more from our own clock is not believed. One of the two clocks is wrong then, and it is not
/// ours: with such a clock of ours, no certificate of a server would be valid, and no response would come.
const MAX_CLOCK_DIFFERENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads `Retry-After` (RFC 9110, section 10.2.3): whole seconds, or a date. A date in the past is no wait. A
/// malformed value is ignored. Of several values, the longest wait counts.
pub(super) fn parse(headers: &HeaderMap, now: impl Fn() -> SystemTime) -> Option<Duration> {
    headers.get_all(RETRY_AFTER).iter().filter_map(|value| wait(value, headers, &now)).max()
}

fn wait(value: &HeaderValue, headers: &HeaderMap, now: impl Fn() -> SystemTime) -> Option<Duration> {
    let value = value.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that is too large is a very long wait.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)).min(MAX_WAIT));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let now = now();
    let now = server_time(headers, now).unwrap_or(now);
    Some(date.duration_since(now).unwrap_or_default().min(MAX_WAIT))
}

/// The server's clock, if it is to be believed. It is preferred to our own: the date of the wait was made with it.
fn server_time(headers: &HeaderMap, now: SystemTime) -> Option<SystemTime> {
    let time = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    let difference = time.duration_since(now).unwrap_or_else(|error| error.duration());
    (difference <= MAX_CLOCK_DIFFERENCE).then_some(time)
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

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
            assert_eq!(parse(&headers, || now), expected.map(Duration::from_secs), "{value:?}");
        }
        assert_eq!(parse(&HeaderMap::new(), || now), None);
    }

    fn headers(lines: &[(HeaderName, &str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn longest_of_several_waits_counts() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:00 GMT").unwrap();
        for (values, expected) in [
            (&["1", "30", "2"][..], Some(30)),
            (&["soon", "7"], Some(7)),
            (&["3", "Sun, 06 Nov 1994 08:49:37 GMT"], Some(37)),
            (&["soon", "later"], None),
        ] {
            let lines: Vec<_> = values.iter().map(|value| (RETRY_AFTER, *value)).collect();
            assert_eq!(parse(&headers(&lines), || now), expected.map(Duration::from_secs), "{values:?}");
        }
    }

    #[test]
    fn date_of_the_server_counts_unless_it_is_far_from_our_clock() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:00 GMT").unwrap();
        for (date, expected) in [
            ("Sun, 06 Nov 1994 08:49:30 GMT", 7),
            ("Sun, 06 Nov 1994 10:00:00 GMT", 0),
            // A day before and after, and a second more.
            ("Sat, 05 Nov 1994 08:49:00 GMT", 86_437),
            ("Sat, 05 Nov 1994 08:48:59 GMT", 37),
            ("Mon, 07 Nov 1994 08:49:00 GMT", 0),
            ("Mon, 07 Nov 1994 08:49:01 GMT", 37),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 37),
            ("now", 37),
        ] {
            let lines = [(RETRY_AFTER, "Sun, 06 Nov 1994 08:49:37 GMT"), (DATE, date)];
            assert_eq!(parse(&headers(&lines), || now), Some(Duration::from_secs(expected)), "{date}");
        }
    }
}
