//! Rows about time: rate limits and timeouts.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use zt_risk_scoring::{ApiToken, Credentials, Quota, TokenFuture, TokenProvider};
use zt_risk_scoring_tests::{Step, TOKEN};

use crate::fault::{Fault, Peer, Section, fault};
use crate::responses::{head, html, success};

const SECOND: Duration = Duration::from_secs(1);

/// A 403 that the rate limit causes, by its code.
fn code_971(headers: &[(&str, &str)]) -> Step {
    Step::respond("403 Forbidden", headers, r#"{"success":false,"errors":[{"code":971,"message":"Please wait"}]}"#)
}

pub(crate) fn rate_limits() -> Section {
    const OLD: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    // A date has whole seconds.
    let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_millis(3_500));
    let not_before = httpdate::parse_http_date(&soon).unwrap();
    let limited = |headers: &[(&str, &str)]| html("429 Too Many Requests", headers);
    let once = |text, headers: &[(&str, &str)]| fault(text, [limited(headers), success()]).returns_value(2);
    let always = |text, headers: &[(&str, &str)]| fault(text, [limited(headers)]);
    let faults = vec![
        once("responds with 429, HTML and `Retry-After: 1`, once", &[("retry-after", "1")]).min_gap(SECOND),
        once("responds with 429 and a date in `Retry-After`, once", &[("retry-after", &soon)]).not_before(not_before),
        once(
            "responds with 429, a date in `Retry-After` and a `Date` of 1994, once",
            &[("retry-after", &soon), ("date", OLD)],
        )
        .not_before(not_before),
        once(
            "responds with 429 and several `Retry-After`, of which the longest is 1 s, once",
            &[("retry-after", "0"), ("retry-after", "1"), ("retry-after", "0")],
        )
        .min_gap(SECOND),
        once("responds with 429 without a readable `Retry-After`, once, with 2 s left", &[("retry-after", "soon")])
            .with(|builder| builder.timeout(2 * SECOND))
            // The client tries again in the second half of the time that it can wait.
            .min_gap(SECOND / 2),
        always("responds with 429 without `Retry-After`, with less than 1 s left", &[])
            .with(|builder| builder.timeout(SECOND))
            .fails("rate_limited", 1, "retry after 9.9 s"),
        always("always responds with 429 and `Retry-After: 0`", &[("retry-after", "0")]).fails(
            "rate_limited",
            3,
            "retry after 0 s",
        ),
        always("responds with 429 and `Retry-After: 3600`", &[("retry-after", "3600")]).fails(
            "rate_limited",
            1,
            "retry after 1 h",
        ),
        fault("responds with 403, code 971 and `Retry-After: 1`, once", [code_971(&[("retry-after", "1")]), success()])
            .returns_value(2)
            .min_gap(SECOND),
        fault("responds with 403 and code 971, with less than 1 s left", [code_971(&[])])
            .with(|builder| builder.timeout(SECOND))
            .fails("rate_limited", 1, "retry after 9.9 s"),
        fault("responded to all that the client's quota allows for now", [success()])
            .with(|builder| builder.quota(Quota::new(1, Duration::from_secs(300))))
            .warmed_up()
            .unsent()
            .fails("rate_limited", 0, "the client's own quota is used up for now"),
    ];
    Section { title: "Rate limits", subject: "The server", faults }
}

/// Never returns a token when it is first asked.
#[derive(Default)]
struct HangsOnce(AtomicBool);

impl TokenProvider for HangsOnce {
    fn token(&self) -> TokenFuture<'_> {
        let is_first = !self.0.swap(true, Ordering::SeqCst);
        Box::pin(async move {
            if is_first {
                std::future::pending::<()>().await;
            }
            Ok(ApiToken::new(TOKEN)?)
        })
    }
}

/// Never returns a token.
struct Hangs;

impl TokenProvider for Hangs {
    fn token(&self) -> TokenFuture<'_> {
        Box::pin(std::future::pending())
    }
}

pub(crate) fn timeouts() -> Section {
    let brief = |builder: zt_risk_scoring::ClientBuilder| builder.attempt_timeout(Duration::from_millis(700));
    let mut partly_failed = b"HTTP/1.1 503 Oh\r\ncontent-length: 1000\r\n\r\n".to_vec();
    partly_failed.extend(b"{\"success\":");
    let faults = vec![
        fault("never responds", [Step::Stall(vec![])]).slow().with(brief).fails(
            "timeout",
            3,
            "of waiting for a connection, or the first byte of the response",
        ),
        Fault::new("accepts connections, and never responds in TLS", Peer::Silent)
            .slow()
            .with(|builder| builder.connect_timeout(Duration::from_millis(300)))
            .unsent()
            .fails("timeout", 3, "ms of waiting for a connection"),
        fault("stalls in the middle of the head", [Step::Stall(b"HTTP/1.1 200 OK\r\ncf-".to_vec())])
            .slow()
            .with(brief)
            .fails("timeout", 3, "the first byte of the response"),
        fault("stalls in the middle of the body", [Step::Stall(head(9))]).slow().with(brief).fails(
            "timeout",
            3,
            "of waiting for the rest of the body",
        ),
        fault("sends an endless body, one byte at a time", [Step::Drip(head(1000))]).slow().with(brief).fails(
            "timeout",
            3,
            "of waiting for the rest of the body",
        ),
        fault("stalls once", [Step::Stall(head(9)), success()]).slow().with(brief).returns_value(2),
        fault("responds with 503, then never again", [html("503 Oh", &[]), Step::Stall(vec![])])
            .slow()
            .with(brief)
            .fails("server", 3, "status 503"),
        fault("responds with a part of a 503, then never again", [Step::Close(partly_failed), Step::Stall(vec![])])
            .slow()
            .with(brief)
            .fails("server", 3, "status 503"),
        fault("would respond, but the call has 1 ms", [success()]).timeout(Duration::from_millis(1)).unsent().fails(
            "timeout",
            0,
            "no time for an attempt",
        ),
        fault("would respond, but the token provider hangs once", [success()])
            .with(|builder| {
                let builder = builder.credentials(Credentials::provider(HangsOnce::default()));
                builder.attempt_timeout(Duration::from_millis(700))
            })
            .returns_value(1),
        fault("would respond, but the token provider hangs", [success()])
            .with(|builder| {
                let builder = builder.credentials(Credentials::provider(Hangs));
                builder.attempt_timeout(Duration::from_millis(100))
            })
            .unsent()
            .fails("timeout", 0, "of waiting for the token provider"),
    ];
    Section { title: "Timeouts", subject: "The server", faults }
}
