//! Bodies without end take no memory. A process of its own, since memory is counted by process.

#![cfg(target_os = "linux")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what panics here is a test that has found something"
)]

use std::time::Duration;

use flate2::{Compress, Compression, FlushCompress};
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

    let chunk = [format!("{MIB:x}\r\n").into_bytes(), vec![b' '; MIB], b"\r\n".to_vec()].concat();
    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    call(Step::Repeat(head.to_vec(), chunk, 256)).await;

    // A MiB of zeros, compressed with nothing that came before: it can be repeated, to a gigabyte in one megabyte.
    let (mut compress, mut zeros) = (Compress::new(Compression::best(), false), Vec::with_capacity(MIB));
    compress.compress_vec(&vec![0; MIB], &mut zeros, FlushCompress::Full).unwrap();
    assert!(zeros.len() < 2_000 && compress.total_in() == 1 << 20);
    let head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03";
    call(Step::Repeat(head.to_vec(), zeros, 1024)).await;

    let grown = peak() - before;
    assert!(grown < 24 * MIB, "{} MiB", grown / MIB);
}
