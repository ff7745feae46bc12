//! Rows about requests that are not safe to repeat.

use std::time::Duration;

use zt_risk_scoring::Quota;
use zt_risk_scoring_tests::{Http2Response, Http2Step, Step};

use crate::connections::UNKNOWN_HOST;
use crate::fault::{Fault, Peer, SUCCESS, Section, fault, http2_fault};
use crate::responses::{encoded, head, html, renewing, success, unauthorized};

pub(crate) fn posts() -> Section {
    let faults = sent().into_iter().chain(sent_over_http2()).chain(unsent()).map(Fault::post).collect();
    Section { title: "POST", subject: "The fault", faults }
}

/// A response to a POST.
fn http2_success() -> Http2Step {
    Http2Step::respond(200, SUCCESS)
}

/// A request may have been sent.
fn sent() -> Vec<Fault> {
    let kept_open = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{SUCCESS}", SUCCESS.len());
    let unsuccessful = Step::respond("200 OK", &[], r#"{"success":false,"errors":[{"code":1001}]}"#);
    let brief = |builder: zt_risk_scoring::ClientBuilder| builder.attempt_timeout(Duration::from_millis(700));
    vec![
        fault("responds with 500, once", [html("500 Oh", &[]), success()]).fails("server", 1, "the server failed"),
        fault("responds with 503 and `Retry-After: 0`, once", [html("503 Oh", &[("retry-after", "0")]), success()])
            .fails("server", 1, "the server failed"),
        fault("responds with 401 once, and the token provider has a new token", [unauthorized(), success()])
            .with(renewing)
            .returns_value(2),
        fault("always responds with 401", [unauthorized()]).with(renewing).fails("authentication", 2, "status 401"),
        fault("responds with 200 and `\"success\": false`", [unsuccessful]).fails("api", 1, "code 1001"),
        fault("responds with 429, once", [html("429 Oh", &[("retry-after", "0")]), success()]).fails(
            "rate_limited",
            1,
            "retry after 0 s",
        ),
        fault("responds with 429 without `Retry-After`", [html("429 Oh", &[])]).fails("rate_limited", 1, "retry after"),
        fault("resets the connection after the request", [Step::Reset(vec![]), success()]).fails(
            "connection",
            1,
            "the server reset the connection, perhaps after it read the request",
        ),
        fault("closes the connection after the request", [Step::Close(vec![]), success()]).fails(
            "connection",
            1,
            "the connection closed before a response came, perhaps after the request was read",
        ),
        fault(
            "resets an idle connection when the request arrives",
            [Step::RespondThenReset(kept_open.into_bytes()), success()],
        )
        .warmed_up()
        .fails("connection", 1, "perhaps after"),
        fault("never responds", [Step::Stall(vec![])]).with(brief).fails("timeout", 1, "timed out after"),
        Fault::new("never responds in TLS, and the attempt ends before `connect_timeout`", Peer::Silent)
            .with(brief)
            .fails("timeout", 1, "ms of waiting for a connection, or the first byte of the response"),
        fault("stalls in the middle of the body", [Step::Stall(head(9))]).with(brief).fails(
            "timeout",
            1,
            "timed out after",
        ),
        fault("sends less than `Content-Length`", [Step::Close(head(9)), success()]).fails(
            "connection",
            1,
            "the connection broke before the end of the body",
        ),
        fault("responds with something that is not HTTP", [Step::Close(b"SSH-2.0\r\n\r\n".to_vec()), success()]).fails(
            "connection",
            1,
            "the head of the response is not valid HTTP",
        ),
        fault("labels plain JSON as gzip", [encoded("gzip", SUCCESS.as_bytes()), success()]).fails(
            "unexpected_body",
            1,
            "the body is labelled gzip and is not",
        ),
    ]
}

fn sent_over_http2() -> Vec<Fault> {
    vec![
        http2_fault(
            "resets the stream (INTERNAL_ERROR)",
            [Http2Step::ResetStream(Http2Step::INTERNAL_ERROR), http2_success()],
        )
        .fails("connection", 1, "the HTTP/2 connection broke, perhaps after the request was read"),
        http2_fault(
            "responds in part, then refuses the stream (REFUSED_STREAM)",
            [Http2Step::RespondThenReset(Http2Response::new(200, "{"), Http2Step::REFUSED_STREAM), http2_success()],
        )
        .fails("connection", 1, "the connection broke before the end of the body"),
        http2_fault("sends GOAWAY that covers the request, and closes", [Http2Step::GoAwayAfter, http2_success()])
            .fails("connection", 1, "perhaps after the request was read"),
        http2_fault("closes the HTTP/2 connection after the request", [Http2Step::Close, http2_success()]).fails(
            "connection",
            1,
            "perhaps after the request was read",
        ),
        http2_fault(
            "swallows everything after the first response of an HTTP/2 connection",
            [http2_success(), Http2Step::Die, http2_success()],
        )
        .warmed_up()
        .with(|builder| builder.attempt_timeout(Duration::from_secs(8)))
        .slow()
        .fails(
            "connection",
            1,
            "the server stopped responding on the connection, perhaps after it read the request",
        ),
    ]
}

/// Certainly, no request was sent, or the server did not process it.
fn unsent() -> Vec<Fault> {
    let refuse = || Http2Step::ResetStream(Http2Step::REFUSED_STREAM);
    let faults =
        vec![
            http2_fault("refuses the stream once (REFUSED_STREAM)", [refuse(), http2_success()]).returns_value(2),
            http2_fault("refuses every stream", [refuse()]).fails("connection", 3, "before it processed it"),
            http2_fault("sends GOAWAY before it processes the request, once", [Http2Step::GoAway, http2_success()])
                .returns_value(2),
            http2_fault(
                "sends GOAWAY (INTERNAL_ERROR) before it processes the request, once",
                [Http2Step::GoAwayWith(Http2Step::INTERNAL_ERROR, ""), http2_success()],
            )
            .returns_value(2),
            Fault::new("accepts no connection", Peer::Nothing("http://127.0.0.1:1")).fails(
                "connection",
                3,
                "the connection to the server was refused",
            ),
            Fault::new("never responds in TLS", Peer::Silent)
                .slow()
                .with(|builder| builder.connect_timeout(Duration::from_millis(300)))
                .fails("timeout", 3, "ms of waiting for a connection"),
            Fault::new("has a name that is unknown", Peer::Nothing(UNKNOWN_HOST)).fails(
                "connection",
                3,
                "the server's name `certificate-407-proxy-tls.invalid` could not be resolved",
            ),
            Fault::new("has a certificate that is not trusted", Peer::Untrusted(vec![http2_success()])).fails(
                "connection",
                1,
                "the server's certificate is not trusted",
            ),
            Fault::new("is behind a proxy that refuses to connect to it", Peer::Proxy(vec![html("403 Oh", &[])]))
                .fails("connection", 1, "the proxy did not connect to the server"),
            fault("would respond, but the call has 1 ms", [success()]).timeout(Duration::from_millis(1)).fails(
                "timeout",
                0,
                "no time for an attempt",
            ),
            fault("responded to all that the client's quota allows for now", [success()])
                .with(|builder| builder.quota(Quota::new(1, Duration::from_secs(300))))
                .warmed_up()
                .fails("rate_limited", 0, "the client's own quota is used up for now"),
        ];
    faults.into_iter().map(Fault::unsent).collect()
}
