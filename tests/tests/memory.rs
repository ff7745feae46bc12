//! Bodies without end take no memory. A process of its own, since memory is counted by process.

#![cfg(target_os = "linux")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what panics here is a test that has found something"
)]

use std::time::Duration;

use zt_risk_scoring::ErrorKind;
use zt_risk_scoring_tests::{ScriptedServer, Step, builder};

const MIB: usize = 1 << 20;

/// The most memory that this process has ever had, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() * 1024
}

/// Calls a server whose body never ends, with a cap of 8 MiB.
async fn call(step: Step) {
    let server = ScriptedServer::start(vec![step]).await;
    let client = builder(server.base_url()).max_body_bytes(8 * MIB).timeout(Duration::from_secs(60)).build().unwrap();
    let error = client.behaviors().get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedBody, "{error}");
    assert!(error.to_string().contains("larger than 8388608 bytes"), "{error}");
    assert_eq!(error.status().unwrap(), 200);
    assert_eq!(server.arrivals().len(), 1);
}

#[tokio::test]
async fn bodies_without_end_are_read_up_to_the_cap() {
    // Whatever the process needs for itself, it has by now.
    call(Step::answer("200 OK", &[], &" ".repeat(9 * MIB))).await;
    let before = peak();

    call(Step::endless_chunks()).await;
    call(Step::gzip_bomb()).await;
    a_failure_that_lists_errors_without_end_is_not_read_as_one().await;

    let grown = peak() - before;
    assert!(grown < 24 * MIB, "{} MiB", grown / MIB);
}

async fn a_failure_that_lists_errors_without_end_is_not_read_as_one() {
    let body = format!(r#"{{"success":false,"errors":[{}{{}}]}}"#, "{},".repeat(3 * MIB / 3));
    let server = ScriptedServer::start(vec![Step::answer("403 Forbidden", &[], &body)]).await;
    let client = builder(server.base_url()).build().unwrap();
    let error = client.behaviors().get().await.unwrap_err();
    assert_eq!((error.kind(), error.errors().len()), (ErrorKind::Permission, 0));
    assert_eq!(error.unexpected_body().unwrap().length(), body.len());
}
