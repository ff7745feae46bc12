//! Rows about what a retry means for each method: a repeated DELETE may find nothing to delete, and a POST is never repeated.

use zt_risk_scoring_tests::{Http2Step, Step};

use crate::fault::{Fault, Section, fault, http2_fault};
use crate::responses::{html, success};

/// The API's response about an object that does not exist.
const NOT_FOUND: &str = r#"{"success":false,"errors":[{"code":1001,"message":"There is none"}]}"#;

/// The API's response about a path that does not exist, for example since the account does not.
const NO_ROUTE: &str = r#"{"success":false,"errors":[{"code":7003,"message":"Could not route to it"}]}"#;

pub(crate) fn methods() -> Section {
    let faults = once().into_iter().chain(deletions()).collect();
    Section { title: "Methods", subject: "The server", faults }
}

fn reset() -> Step {
    Step::Reset(vec![])
}

fn not_found() -> Step {
    Step::respond("404 Oh", &[], NOT_FOUND)
}

/// A fault that ends after the first request.
fn once() -> Vec<Fault> {
    vec![
        fault("resets the connection after a GET, once", [reset(), success()]).returns_value(2),
        fault("resets the connection after a PUT, once", [reset(), success()]).put().returns_value(2),
        fault("resets the connection after a DELETE, once", [reset(), success()]).delete().returns_value(2),
        fault("resets the connection after a POST, once", [reset(), success()]).post().fails(
            "connection",
            1,
            "the server reset the connection",
        ),
        fault("responds with 404 to the retry of a GET", [reset(), not_found()]).fails("not_found", 2, "status 404"),
        fault("responds with 404 to the retry of a PUT", [reset(), not_found()]).put().fails(
            "not_found",
            2,
            "status 404",
        ),
    ]
}

/// Faults of a DELETE. A retry that finds nothing is a success only if an earlier request may have deleted the object.
fn deletions() -> Vec<Fault> {
    let deletions = vec![
        fault("resets the connection after a DELETE, and responds to the retry with 404", [reset(), not_found()])
            .returns_value(2),
        fault("responds with 500 to a DELETE, then with 404", [html("500 Oh", &[]), not_found()]).returns_value(2),
        fault(
            "responds with 429 and `Retry-After: 0` to a DELETE, then with 404",
            [html("429 Oh", &[("retry-after", "0")]), not_found()],
        )
        .returns_value(2),
        fault("responds with 404 to a DELETE", [not_found()]).fails("not_found", 1, "status 404"),
        fault(
            "resets the connection after a DELETE, and responds to the retry with 404 and code 7003",
            [reset(), Step::respond("404 Oh", &[], NO_ROUTE)],
        )
        .fails("not_found", 2, "code 7003"),
        fault(
            "resets the connection after a DELETE, and responds to the retry with 404 and HTML",
            [reset(), html("404 Oh", &[])],
        )
        .fails("not_found", 2, "status 404"),
        http2_fault(
            "refuses the stream of a DELETE once (REFUSED_STREAM), and responds to the retry with 404",
            [Http2Step::ResetStream(Http2Step::REFUSED_STREAM), Http2Step::respond(404, NOT_FOUND)],
        )
        .fails("not_found", 2, "status 404"),
    ];
    deletions.into_iter().map(Fault::delete).collect()
}
