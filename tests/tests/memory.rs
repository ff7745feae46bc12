//! The memory that a call takes for a huge body is bounded. This test needs a process of its own: it measures the process's
//! peak memory.

#![cfg(target_os = "linux")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic fails the test"
)]

use std::time::Duration;

use zt_risk_scoring::ErrorKind;
use zt_risk_scoring_tests::{ScriptedServer, Step, builder};

const MIB: usize = 1 << 20;

/// The peak memory of this process so far, in bytes.
fn peak_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() * 1024
}

/// Calls a server that sends a body larger than the client's limit of 8 MiB.
async fn call(step: Step) {
    let server = ScriptedServer::start(vec![step]).await;
    let client = builder(server.base_url()).max_body_bytes(8 * MIB).timeout(Duration::from_secs(60)).build().unwrap();
    let error = client.behaviors().get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedBody, "{error}");
    assert!(error.to_string().contains("larger than 8388608 bytes"), "{error}");
    assert_eq!(error.status().unwrap(), 200);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn huge_body_is_read_up_to_the_limit() {
    // The first call allocates what every call needs, so that the measurement leaves it out.
    call(Step::respond("200 OK", &[], " ".repeat(9 * MIB))).await;
    let before = peak_memory();

    call(Step::large_chunked_body()).await;
    call(Step::gzip_bomb()).await;
    failure_with_a_huge_list_of_errors_is_not_parsed().await;

    let growth = peak_memory() - before;
    assert!(growth < 24 * MIB, "{} MiB", growth / MIB);
}

async fn failure_with_a_huge_list_of_errors_is_not_parsed() {
    let body = format!(r#"{{"success":false,"errors":[{}{{}}]}}"#, "{},".repeat(3 * MIB / 3));
    let server = ScriptedServer::start(vec![Step::respond("403 Forbidden", &[], &body)]).await;
    let client = builder(server.base_url()).build().unwrap();
    let error = client.behaviors().get().await.unwrap_err();
    assert_eq!((error.kind(), error.errors().len()), (ErrorKind::Permission, 0));
    assert_eq!(error.unexpected_body().unwrap().length(), MIB);
}
