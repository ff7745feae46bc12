//! `zt-risk behaviors watch`.

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::simulator::operations::GET_BEHAVIORS;
use zt_risk_scoring_mock::simulator::{Fault, Response};

fn watch(simulator: &Simulator, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zt-risk"));
    command
        .args(["behaviors", "watch"])
        .args(arguments)
        .env_clear()
        .env("CLOUDFLARE_API_TOKEN", simulator.api_token())
        .env("CLOUDFLARE_ACCOUNT_ID", simulator.account_id())
        .env("CLOUDFLARE_BASE_URL", simulator.base_url());
    command
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn run(simulator: &Simulator, arguments: &[&str]) -> Output {
    watch(simulator, arguments).output().unwrap()
}

#[test]
fn first_change_is_printed_and_ends_it_if_asked() {
    let simulator = Simulator::start_blocking();
    let enable = Fault::writer(|account| {
        account.behaviors_mut().get_mut("imp_travel").unwrap().enabled = true;
    });
    simulator.inject(enable.on(GET_BEHAVIORS).skip(1).once());
    let output = run(&simulator, &["--interval", "5", "--until-change", "--output", "ndjson"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout).lines().count(), 1);
    let change: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&change["id"], &change["what"]), (&json!("imp_travel"), &json!("changed")));
    assert_eq!((&change["before"]["enabled"], &change["after"]["enabled"]), (&json!(false), &json!(true)));
    assert_eq!(change["account_id"], simulator.account_id());
}

#[test]
fn end_of_the_time_is_success_only_if_the_last_read_succeeded() {
    let simulator = Simulator::start_blocking();
    let output = run(&simulator, &["--for", "1"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "TIME                  ID                    WHAT     CHANGE\n");
    assert_eq!(text(&output.stderr), "watching 1 account, every 60 s; Ctrl-C ends it\n");

    simulator.inject(Fault::respond(Response::missing_permission()));
    let output = run(&simulator, &["--for", "1", "--output", "csv"]);
    assert_eq!(output.status.code(), Some(4));
    let failure = text(&output.stderr).lines().nth(1).unwrap();
    assert!(failure.starts_with(&format!("{}: ", simulator.account_id())), "{failure}");
    assert!(failure.contains("403") && failure.contains("; hint: grant the token"), "{failure}");
}

#[cfg(unix)]
#[test]
fn interrupt_ends_it_with_success() {
    let simulator = Simulator::start_blocking();
    let mut child = watch(&simulator, &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("watching 1 account"), "{line}");
    let started = Instant::now();
    while simulator.requests().is_empty() {
        assert!(started.elapsed() < Duration::from_secs(20), "no read");
        std::thread::sleep(Duration::from_millis(20));
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn closed_pipe_ends_it_quietly() {
    let simulator = Simulator::start_blocking();
    let mut child =
        watch(&simulator, &["--output", "csv"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
}

#[test]
fn interval_below_the_least_is_rejected() {
    let simulator = Simulator::start_blocking();
    let output = run(&simulator, &["--interval", "4"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("at least 5"), "{}", text(&output.stderr));
    assert!(simulator.requests().is_empty());
}
