//! `-v` and `-vv`: what the program prints of its calls.

use std::process::Command;

use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::simulator::{Fault, Response};

/// The lines that `behaviors list` prints to standard error. The first request fails with 503.
fn lines(options: &[&str]) -> Vec<String> {
    let simulator = Simulator::start_blocking();
    let failure = Response::of_status(503).header("cf-ray", "8f2b-FRA").unwrap();
    simulator.inject(Fault::respond(failure).once());
    let output = Command::new(env!("CARGO_BIN_EXE_zt-risk"))
        .args(["behaviors", "list"])
        .args(options)
        .env_clear()
        .env("CLOUDFLARE_API_TOKEN", simulator.api_token())
        .env("CLOUDFLARE_ACCOUNT_ID", simulator.account_id())
        .env("CLOUDFLARE_BASE_URL", simulator.base_url())
        .env("RUST_LOG", "trace")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(!text.contains(simulator.api_token()) && !text.contains(simulator.account_id()), "{text}");
    assert!(text.chars().all(|char| char == '\n' || !char.is_control()), "{text:?}");
    text.lines().map(without_time).collect()
}

/// A line with `N` in place of a time in milliseconds.
fn without_time(line: &str) -> String {
    let line = line.replace("under 1 ms", "0 ms");
    let Some((before, after)) = line.split_once(" ms") else { return line };
    let (before, time) = before.rsplit_once(' ').unwrap();
    assert!(time.parse::<u32>().unwrap() < 10_000, "{line}");
    format!("{before} N ms{after}")
}

#[test]
fn calls_are_not_printed_unless_asked_for() {
    assert_eq!(lines(&[]), [""; 0]);
}

#[test]
fn attempts_and_waits_are_printed_if_asked_for() {
    let expected =
        ["#1 attempt 1: 503 Service Unavailable after N ms", "#1 retrying in N ms", "#1 attempt 2: 200 OK after N ms"];
    assert_eq!(lines(&["-v"]), expected);
}

#[test]
fn calls_are_printed_with_templates_and_names_of_headers_if_asked_for_twice() {
    let lines = lines(&["-vv"]);
    let request = "#1 request headers: ";
    let response = "#1 response headers: ";
    assert_eq!(lines[0], "#1 GET /accounts/{account_id}/zt_risk_scoring/behaviors");
    for (index, start) in [(1, request), (2, response), (5, request), (6, response)] {
        assert!(lines[index].starts_with(start), "{lines:?}");
        assert!(index > 2 || lines[index].contains(if start == request { "authorization" } else { "cf-ray" }));
    }
    assert_eq!(lines[3], "#1 attempt 1: 503 Service Unavailable after N ms, error server, cf-ray 8f2b-FRA");
    assert_eq!(lines[4], "#1 retrying in N ms");
    assert!(lines[7].starts_with("#1 attempt 2: 200 OK after N ms"), "{lines:?}");
    assert_eq!(lines.len(), 8);
}
