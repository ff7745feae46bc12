//! Faults of the server and the network: the outcome of a call and the number of its requests, for each row of the table
//! in the documentation.

#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "a panic fails the test")]

use std::time::{Duration, SystemTime};

use tokio::task::JoinSet;
use zt_risk_scoring::operations::types::UpdateBehaviorsBody;
use zt_risk_scoring::{Client, Error};
use zt_risk_scoring_tests::{ScriptedServer, Step, brief_retries, builder};

/// The table that the documentation includes.
const TABLE: &str = include_str!("../../crates/cloudflare-client/src/faults.md");

/// How long an attempt may take in these tests. The default is longer.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);

/// How many rows run at once: most of their time is waiting.
const CONCURRENT_FAULTS: usize = 6;

/// The outcome of a call that succeeds.
const VALUE: &str = "the value";

#[derive(Clone, Copy)]
enum Method {
    Get,
    Put,
    Post,
}

/// One row of the table.
struct Fault {
    /// What the server does.
    server: &'static str,
    method: Method,
    script: Vec<Step>,
    /// [`VALUE`], or the kind of the error.
    outcome: &'static str,
    /// How many requests the call sends.
    requests: usize,
    /// The least time between two requests.
    min_gap: Duration,
}

/// A row for a GET, without a least time between requests.
fn fault(server: &'static str, script: Vec<Step>, outcome: &'static str, requests: usize) -> Fault {
    Fault { server, method: Method::Get, script, outcome, requests, min_gap: Duration::ZERO }
}

/// A response that succeeds.
fn success() -> Step {
    Step::respond("200 OK", &[("content-type", "application/json")], r#"{"success":true,"result":{"behaviors":{}}}"#)
}

/// A response with a page of HTML, such as the edge in front of the API sends.
fn html(status: &str, headers: &[(&str, &str)]) -> Step {
    Step::respond(status, &[&[("content-type", "text/html")], headers].concat(), "<html>")
}

#[allow(clippy::too_many_lines, reason = "one table")]
fn faults() -> Vec<Fault> {
    let head =
        |length: usize| format!("HTTP/1.1 200 OK\r\ncf-ray: abc\r\ncontent-length: {length}\r\n\r\n").into_bytes();
    let cut_off = [head(1000), b"{\"success\":".to_vec()].concat();
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = format!(r#"{{"success":true,"messages":{nested},"result":{{"behaviors":{{}}}}}}"#);
    let redirect = Step::respond("302 Found", &[("location", "https://example.com/")], "");
    let date_in_seconds = httpdate::fmt_http_date(SystemTime::now() + Duration::from_millis(3_500));
    let once_500 = |method, server, outcome, requests| Fault {
        method,
        ..fault(server, vec![html("500 Oh", &[]), success()], outcome, requests)
    };
    vec![
        fault("resets the connection once, after the request", vec![Step::Reset(vec![]), success()], VALUE, 2),
        fault("resets the connection after every request", vec![Step::Reset(vec![])], "connection", 3),
        fault("resets the connection in the middle of the body", vec![Step::Reset(cut_off.clone())], "connection", 3),
        fault("sends less than `Content-Length`, once", vec![Step::Close(cut_off.clone()), success()], VALUE, 2),
        fault("sends less than `Content-Length`", vec![Step::Close(cut_off)], "connection", 3),
        fault("never responds", vec![Step::Stall(vec![])], "timeout", 3),
        fault("stalls in the middle of the body", vec![Step::Stall(head(9))], "timeout", 3),
        fault("sends an endless body, one byte at a time", vec![Step::Drip(head(1000))], "timeout", 3),
        fault("sends a chunked body larger than the limit", vec![Step::large_chunked_body()], "unexpected_body", 1),
        fault(
            "sends a gzip body that decompresses to more than the limit",
            vec![Step::gzip_bomb()],
            "unexpected_body",
            1,
        ),
        fault("responds with 200 and 100,000 nested arrays", vec![Step::respond("200 OK", &[], &nested)], "decode", 1),
        fault(
            "responds with 403 and 100,000 nested arrays",
            vec![Step::respond("403 Oh", &[], &nested)],
            "permission",
            1,
        ),
        fault("redirects to another host", vec![redirect], "unexpected_status", 1),
        fault("responds with 200 and a page of HTML", vec![html("200 OK", &[])], "unexpected_body", 1),
        Fault {
            min_gap: Duration::from_secs(1),
            ..fault(
                "responds with 429, HTML and `Retry-After: 1`, once",
                vec![html("429 Too Many Requests", &[("retry-after", "1")]), success()],
                VALUE,
                2,
            )
        },
        Fault {
            min_gap: Duration::from_secs(1),
            ..fault(
                "responds with 429 and a date in `Retry-After`, once",
                vec![html("429 Too Many Requests", &[("retry-after", &date_in_seconds)]), success()],
                VALUE,
                2,
            )
        },
        fault(
            "always responds with 429 and `Retry-After: 0`",
            vec![html("429 Oh", &[("retry-after", "0")])],
            "rate_limited",
            3,
        ),
        fault(
            "responds with 429 and `Retry-After: 3600`",
            vec![html("429 Oh", &[("retry-after", "3600")])],
            "rate_limited",
            1,
        ),
        fault(
            "responds with 429 without `Retry-After`, to a call with less than 10 s left",
            vec![html("429 Oh", &[])],
            "rate_limited",
            1,
        ),
        fault("responds with 503, once", vec![html("503 Oh", &[]), success()], VALUE, 2),
        fault(
            "responds with 503 and `Retry-After: 3600`",
            vec![html("503 Oh", &[("retry-after", "3600")])],
            "server",
            1,
        ),
        fault("responds with 501", vec![html("501 Oh", &[])], "server", 1),
        fault("responds with 403 and a page of HTML", vec![html("403 Oh", &[])], "permission", 1),
        once_500(Method::Get, "responds with 500 to a GET, once", VALUE, 2),
        once_500(Method::Put, "responds with 500 to a PUT, once", VALUE, 2),
        once_500(Method::Post, "responds with 500 to a POST, once", "server", 1),
        Fault {
            method: Method::Post,
            ..fault("resets the connection after a POST", vec![Step::Reset(vec![]), success()], "connection", 1)
        },
    ]
}

#[tokio::test]
async fn every_fault_has_the_outcome_of_the_table() {
    // The calls run concurrently, since they mostly wait.
    // A busy machine must not let an attempt time out that would end otherwise.
    let mut calls = JoinSet::new();
    for fault in faults() {
        if calls.len() == CONCURRENT_FAULTS {
            calls.join_next().await.unwrap().unwrap();
        }
        calls.spawn(assert_outcome(fault));
    }
    while let Some(call) = calls.join_next().await {
        call.unwrap();
    }
}

async fn assert_outcome(fault: Fault) {
    let server = ScriptedServer::start(fault.script).await;
    let builder = builder(server.base_url()).retry(brief_retries());
    let client = builder
        .timeout(Duration::from_secs(9))
        .attempt_timeout(ATTEMPT_TIMEOUT)
        .max_body_bytes(8 << 20)
        .build()
        .unwrap();
    let outcome = match call(&client, fault.method).await {
        Ok(()) => VALUE.to_owned(),
        Err(error) => {
            assert_eq!(usize::try_from(error.attempts()).unwrap(), fault.requests, "{}: {error}", fault.server);
            if fault.outcome == "rate_limited" {
                assert!(error.retry_after().is_some(), "{}: {error}", fault.server);
            }
            error.kind().to_string()
        }
    };
    assert_eq!(outcome, fault.outcome, "{}", fault.server);
    let requests = server.requests();
    assert_eq!(requests.len(), fault.requests, "{}", fault.server);
    // The backoff is negligible, so the gap is an attempt's time and the wait that the server asked for.
    for (first, second) in requests.iter().zip(requests.iter().skip(1)) {
        let gap = second.received_at - first.received_at;
        let max_gap = fault.min_gap + Duration::from_secs(2) + ATTEMPT_TIMEOUT;
        assert!(gap >= fault.min_gap && gap < max_gap, "{}: {gap:?}", fault.server);
    }
}

/// Calls an operation that sends its request with the given method.
async fn call(client: &Client, method: Method) -> Result<(), Error> {
    match method {
        Method::Get => client.behaviors().get().await.map(|_| ()),
        Method::Put => client.operations().update_behaviors(&UpdateBehaviorsBody::new([].into())).await.map(|_| ()),
        Method::Post => client.operations().reset_user_risk(&uuid::Uuid::nil()).await.map(|_| ()),
    }
}

#[test]
fn table_of_the_documentation_has_these_faults() {
    let mut table = "| The server | The call returns | Requests |\n|---|---|---|\n".to_owned();
    for fault in faults() {
        let outcome = if fault.outcome == VALUE { VALUE.to_owned() } else { format!("`{}`", fault.outcome) };
        table += &format!("| {} | {outcome} | {} |\n", fault.server, fault.requests);
    }
    assert_eq!(TABLE, table, "replace crates/cloudflare-client/src/faults.md with:\n{table}");
}
