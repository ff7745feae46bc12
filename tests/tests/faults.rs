//! What a call comes to when the server, or what is between, misbehaves: the table of the SDK's documentation.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "what panics here is a test that has found something"
)]

use std::time::{Duration, SystemTime};

use tokio::task::JoinSet;
use zt_risk_scoring::operations::types::UpdateBehaviorsBody;
use zt_risk_scoring::{Client, Error};
use zt_risk_scoring_tests::{ScriptedServer, Step, brief_retries, builder};

/// The table, as the documentation of the SDK includes it.
const TABLE: &str = include_str!("../../crates/cloudflare-client/src/faults.md");

/// How long an attempt may take here; the SDK's default is longer.
const ATTEMPT: Duration = Duration::from_secs(2);

#[derive(Clone, Copy)]
enum Method {
    Get,
    Put,
    Post,
}

/// One row: what the server does, and what comes of it.
struct Fault {
    what: &'static str,
    method: Method,
    script: Vec<Step>,
    /// `a value`, or the kind of the error.
    outcome: &'static str,
    requests: usize,
    /// The least time between the first two requests.
    apart: Duration,
}

fn fault(what: &'static str, script: Vec<Step>, outcome: &'static str, requests: usize) -> Fault {
    Fault { what, method: Method::Get, script, outcome, requests, apart: Duration::ZERO }
}

fn good() -> Step {
    Step::answer("200 OK", &[("content-type", "application/json")], r#"{"success":true,"result":{"behaviors":{}}}"#)
}

fn page(status: &str, headers: &[(&str, &str)]) -> Step {
    Step::answer(status, &[&[("content-type", "text/html")], headers].concat(), "<html>")
}

#[allow(clippy::too_many_lines, reason = "one table")]
fn faults() -> Vec<Fault> {
    let head =
        |length: usize| format!("HTTP/1.1 200 OK\r\ncf-ray: abc\r\ncontent-length: {length}\r\n\r\n").into_bytes();
    let cut_off = [head(1000), b"{\"success\":".to_vec()].concat();
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = format!(r#"{{"success":true,"messages":{nested},"result":{{"behaviors":{{}}}}}}"#);
    let redirect = Step::answer("302 Found", &[("location", "https://example.com/")], "");
    let in_some_seconds = httpdate::fmt_http_date(SystemTime::now() + Duration::from_millis(3_500));
    let with = |method, what, outcome, requests| Fault {
        method,
        ..fault(what, vec![page("500 Oh", &[]), good()], outcome, requests)
    };
    vec![
        fault("resets the connection once, after the request", vec![Step::Reset(vec![]), good()], "a value", 2),
        fault("resets the connection after every request", vec![Step::Reset(vec![])], "connection", 3),
        fault("resets the connection in the middle of the body", vec![Step::Reset(cut_off.clone())], "connection", 3),
        fault(
            "sends less than `Content-Length` promises, once",
            vec![Step::Close(cut_off.clone()), good()],
            "a value",
            2,
        ),
        fault("sends less than `Content-Length` promises", vec![Step::Close(cut_off)], "connection", 3),
        fault("never answers", vec![Step::Silence(vec![])], "timeout", 3),
        fault("stops in the middle of the body", vec![Step::Silence(head(9))], "timeout", 3),
        fault("sends one byte after another", vec![Step::Drip(head(1000))], "timeout", 3),
        fault("sends 256 MiB in chunks", vec![Step::endless_chunks()], "unexpected_body", 1),
        fault("sends a gigabyte of zeros in a megabyte of gzip", vec![Step::gzip_bomb()], "unexpected_body", 1),
        fault("sends 100,000 nested arrays", vec![Step::answer("200 OK", &[], &nested)], "decode", 1),
        fault(
            "sends 100,000 nested arrays with status 403",
            vec![Step::answer("403 Oh", &[], &nested)],
            "permission",
            1,
        ),
        fault("redirects to another host", vec![redirect], "unexpected_status", 1),
        fault("sends a page of HTML with status 200", vec![page("200 OK", &[])], "unexpected_body", 1),
        Fault {
            apart: Duration::from_secs(1),
            ..fault(
                "answers 429 with HTML and `Retry-After: 1`, once",
                vec![page("429 Too Many Requests", &[("retry-after", "1")]), good()],
                "a value",
                2,
            )
        },
        Fault {
            apart: Duration::from_secs(1),
            ..fault(
                "answers 429 with a date in `Retry-After`, once",
                vec![page("429 Too Many Requests", &[("retry-after", &in_some_seconds)]), good()],
                "a value",
                2,
            )
        },
        fault(
            "answers 429 with `Retry-After: 0`, for ever",
            vec![page("429 Oh", &[("retry-after", "0")])],
            "rate_limited",
            3,
        ),
        fault(
            "answers 429 with `Retry-After: 3600`",
            vec![page("429 Oh", &[("retry-after", "3600")])],
            "rate_limited",
            1,
        ),
        fault(
            "answers 429 without saying how long, and the call has less than 10 s",
            vec![page("429 Oh", &[])],
            "rate_limited",
            1,
        ),
        fault("answers 503, once", vec![page("503 Oh", &[]), good()], "a value", 2),
        fault("answers 503 with `Retry-After: 3600`", vec![page("503 Oh", &[("retry-after", "3600")])], "server", 1),
        fault("answers 501", vec![page("501 Oh", &[])], "server", 1),
        fault("answers 403 with HTML", vec![page("403 Oh", &[])], "permission", 1),
        with(Method::Get, "answers 500 to a GET, once", "a value", 2),
        with(Method::Put, "answers 500 to a PUT, once", "a value", 2),
        with(Method::Post, "answers 500 to a POST, once", "server", 1),
        Fault {
            method: Method::Post,
            ..fault("resets the connection after a POST", vec![Step::Reset(vec![]), good()], "connection", 1)
        },
    ]
}

#[tokio::test]
async fn every_fault_comes_to_what_the_table_says() {
    // All at once: most of the time is spent waiting.
    let mut calls = JoinSet::new();
    for fault in faults() {
        calls.spawn(comes_to_what_it_says(fault));
    }
    while let Some(call) = calls.join_next().await {
        call.unwrap();
    }
}

async fn comes_to_what_it_says(fault: Fault) {
    let server = ScriptedServer::start(fault.script).await;
    let builder = builder(server.base_url()).retry(brief_retries());
    let client =
        builder.timeout(Duration::from_secs(9)).attempt_timeout(ATTEMPT).max_body_bytes(8 << 20).build().unwrap();
    let outcome = match call(&client, fault.method).await {
        Ok(()) => "a value".to_owned(),
        Err(error) => {
            assert_eq!(usize::try_from(error.attempts()).unwrap(), fault.requests, "{}: {error}", fault.what);
            if fault.outcome == "rate_limited" {
                assert!(error.retry_after().is_some(), "{}: {error}", fault.what);
            }
            error.kind().to_string()
        }
    };
    assert_eq!(outcome, fault.outcome, "{}", fault.what);
    let arrivals = server.arrivals();
    assert_eq!(arrivals.len(), fault.requests, "{}", fault.what);
    // Here the backoff is next to nothing, so that what is left is what the server asked for, and an attempt's time.
    for (first, second) in arrivals.iter().zip(arrivals.iter().skip(1)) {
        let apart = second.at - first.at;
        let latest = fault.apart + Duration::from_secs(2) + ATTEMPT;
        assert!(apart >= fault.apart && apart < latest, "{}: {apart:?}", fault.what);
    }
}

async fn call(client: &Client, method: Method) -> Result<(), Error> {
    match method {
        Method::Get => client.behaviors().get().await.map(|_| ()),
        Method::Put => client.operations().update_behaviors(&UpdateBehaviorsBody::new([].into())).await.map(|_| ()),
        Method::Post => client.operations().reset_user_risk(&uuid::Uuid::nil()).await.map(|_| ()),
    }
}

#[test]
fn the_table_of_the_documentation_is_this_one() {
    let mut table = "| the server | the call comes to | requests |\n|---|---|---|\n".to_owned();
    for fault in faults() {
        let outcome = if fault.outcome == "a value" { "a value".to_owned() } else { format!("`{}`", fault.outcome) };
        table += &format!("| {} | {outcome} | {} |\n", fault.what, fault.requests);
    }
    assert_eq!(TABLE, table, "write this into faults.md:\n{table}");
}
