//! Rows about PUT and DELETE, which are safe to repeat. A repeated DELETE may find nothing to delete.

use std::time::Duration;

use zt_risk_scoring_tests::{Http2Step, Step};

use crate::fault::{Fault, Peer, SUCCESS, Section, fault, http2_fault};
use crate::responses::{head, html, renewing, success, unauthorized};

/// The API's response about an object that does not exist.
const NOT_FOUND: &str = r#"{"success":false,"errors":[{"code":1001,"message":"There is none"}]}"#;

/// The API's response about a path that does not exist, for example since the account does not.
const NO_ROUTE: &str = r#"{"success":false,"errors":[{"code":7003,"message":"Could not route to it"}]}"#;

pub(crate) fn puts() -> Section {
    let not_found = fault("resets the connection, and responds to the retry with 404", [reset(), not_found()]);
    let faults = connections().into_iter().chain(responses()).chain([not_found.fails("not_found", 2, "status 404")]);
    Section { title: "PUT", subject: "The server", faults: faults.map(Fault::put).collect() }
}

pub(crate) fn deletes() -> Section {
    let faults = connections().into_iter().chain(responses()).chain(deletions());
    Section { title: "DELETE", subject: "The server", faults: faults.map(Fault::delete).collect() }
}

fn reset() -> Step {
    Step::Reset(vec![])
}

fn not_found() -> Step {
    Step::respond("404 Oh", &[], NOT_FOUND)
}

/// A request whose response is lost is repeated.
fn connections() -> Vec<Fault> {
    const RESET: &str = "the server reset the connection";
    const CUT_OFF: &str = "the connection broke before the end of the body";
    let brief = |builder: zt_risk_scoring::ClientBuilder| builder.attempt_timeout(Duration::from_millis(700));
    let http2 = [Http2Step::ResetStream(Http2Step::REFUSED_STREAM), Http2Step::respond(200, SUCCESS)];
    vec![
        fault("resets the connection once, after the request", [reset(), success()]).returns_value(2),
        fault("resets the connection after every request", [reset()]).fails("connection", 3, RESET),
        fault("sends less than `Content-Length`, once", [Step::Close(head(9)), success()]).returns_value(2),
        fault("sends less than `Content-Length`", [Step::Close(head(9))]).fails("connection", 3, CUT_OFF),
        http2_fault("refuses the stream once (REFUSED_STREAM)", http2).returns_value(2),
        Fault::new("accepts no connection", Peer::Nothing("http://127.0.0.1:1")).unsent().fails(
            "connection",
            3,
            "the connection to the server was refused",
        ),
        fault("stalls once", [Step::Stall(head(9)), success()]).slow().with(brief).returns_value(2),
        fault("never responds", [Step::Stall(vec![])]).slow().with(brief).fails(
            "timeout",
            3,
            "the first byte of the response",
        ),
    ]
}

/// A response that may be another one later is asked for again.
fn responses() -> Vec<Fault> {
    let limited = |wait| html("429 Oh", &[("retry-after", wait)]);
    let rejected = Step::respond("403 Oh", &[], r#"{"success":false,"errors":[{"code":10000}]}"#);
    let unsuccessful = Step::respond("200 OK", &[], r#"{"success":false,"errors":[{"code":1001}]}"#);
    vec![
        fault("responds with 500, once", [html("500 Oh", &[]), success()]).returns_value(2),
        fault("responds with 503, once", [html("503 Oh", &[]), success()]).returns_value(2),
        fault("always responds with 503", [html("503 Oh", &[])]).fails("server", 3, "3 attempts"),
        fault("responds with 429 and `Retry-After: 1`, once", [limited("1"), success()])
            .returns_value(2)
            .min_gap(Duration::from_secs(1)),
        fault("responds with 429 and `Retry-After: 3600`", [limited("3600")]).fails("rate_limited", 1, "after 1 h"),
        fault("responds with 401 once, and the token provider has a new token", [unauthorized(), success()])
            .with(renewing)
            .returns_value(2),
        fault("always responds with 401", [unauthorized()]).with(renewing).fails("authentication", 2, "status 401"),
        fault("responds with 403", [rejected]).fails("permission", 1, "code 10000"),
        fault("responds with 200 and `\"success\": false`", [unsuccessful]).fails("api", 1, "code 1001"),
    ]
}

/// Faults of a DELETE. A retry that finds nothing is a success only if an earlier request may have deleted the object.
fn deletions() -> Vec<Fault> {
    vec![
        fault("resets the connection, and responds to the retry with 404", [reset(), not_found()]).returns_value(2),
        fault("responds with 500, then with 404", [html("500 Oh", &[]), not_found()]).returns_value(2),
        fault(
            "responds with 429 and `Retry-After: 0`, then with 404",
            [html("429 Oh", &[("retry-after", "0")]), not_found()],
        )
        .returns_value(2),
        fault("responds with 404", [not_found()]).fails("not_found", 1, "status 404"),
        fault(
            "resets the connection, and responds to the retry with 404 and code 7003",
            [reset(), Step::respond("404 Oh", &[], NO_ROUTE)],
        )
        .fails("not_found", 2, "code 7003"),
        fault("resets the connection, and responds to the retry with 404 and HTML", [reset(), html("404 Oh", &[])])
            .fails("not_found", 2, "status 404"),
        http2_fault(
            "refuses the stream once (REFUSED_STREAM), and responds to the retry with 404",
            [Http2Step::ResetStream(Http2Step::REFUSED_STREAM), Http2Step::respond(404, NOT_FOUND)],
        )
        .fails("not_found", 2, "status 404"),
    ]
}
