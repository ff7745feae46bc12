//! Makes one call, and prints the peak of the memory that the call took, and its outcome.
//!
//! ```sh
//! peak_memory CALL BASE_URL
//! ```
//!
//! It is a process of its own, so that nothing else counts: the server, other calls, and memory that an allocator
//! keeps. A name of a call that begins with `bare_` is the floor: it reads the same body into memory, and decodes the
//! same type with `serde_json::from_slice`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a measurement that cannot be made must fail")]

use std::alloc::System;
use std::hint::black_box;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use cap::Cap;
use cloudflare_client::{Request, sdk};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use uuid::Uuid;
use zt_risk_scoring::{BehaviorMap, Client, Error, Summary, UserRisk};
use zt_risk_scoring_tests::things_api::{ThingsApi, operations::LIST_THINGS};
use zt_risk_scoring_tests::{brief_retries, builder};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// What the floor decodes.
#[derive(Deserialize)]
struct Envelope<T> {
    result: T,
}

#[derive(Deserialize)]
struct Behaviors {
    behaviors: BehaviorMap,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [call, base_url] = arguments.as_slice() else { panic!("usage: peak_memory CALL BASE_URL") };
    let time = Duration::from_secs(300);
    let client = builder(base_url).retry(brief_retries()).timeout(time).attempt_timeout(time).build().unwrap();
    // The first call allocates what every call needs. The server sends it a small response.
    client.behaviors().get().await.unwrap();
    let idle = (ALLOCATOR.allocated(), resident_memory("VmRSS:"));
    let outcome = if let Some(call) = call.strip_prefix("bare_") {
        make_bare_call(call, base_url);
        "ok".to_owned()
    } else {
        match make_call(call, &client).await {
            Ok(()) => "ok".to_owned(),
            Err(error) => format!("{} after {}", error.kind().as_str(), error.attempts()),
        }
    };
    let peak = ALLOCATOR.max_allocated().saturating_sub(idle.0);
    let resident = resident_memory("VmHWM:").saturating_sub(idle.1);
    println!("{peak} {resident} {outcome}");
}

async fn make_call(call: &str, client: &Client) -> Result<(), Error> {
    match call {
        "behaviors" => drop(black_box(client.behaviors().get().await?)),
        "summary" => drop(black_box(client.users().summary().await?)),
        "user_risk" => drop(black_box(client.users().get(Uuid::nil().into()).await?)),
        "plain" => {
            let request = Request::plain(client.connection(), LIST_THINGS, |connection, _| {
                Ok(sdk::api::<ThingsApi>(connection).list_things()?)
            });
            drop(black_box(request.await?));
        }
        _ => panic!("there is no call `{call}`"),
    }
    Ok(())
}

fn make_bare_call(call: &str, base_url: &str) {
    let body = read_body(base_url);
    match call {
        "behaviors" => drop(black_box(decode::<Behaviors>(&body).behaviors)),
        "summary" => drop(black_box(decode::<Summary>(&body))),
        "user_risk" => drop(black_box(decode::<UserRisk>(&body))),
        "plain" => drop(black_box(serde_json::from_slice::<IgnoredAny>(&body).unwrap())),
        _ => panic!("there is no call `{call}`"),
    }
}

fn decode<T: DeserializeOwned>(body: &[u8]) -> T {
    serde_json::from_slice::<Envelope<T>>(body).unwrap().result
}

/// The body of a response, in a buffer of its length.
fn read_body(base_url: &str) -> Vec<u8> {
    let mut connection = TcpStream::connect(base_url.strip_prefix("http://").unwrap()).unwrap();
    connection.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        connection.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let mut body = vec![0; length];
    connection.read_exact(&mut body).unwrap();
    body
}

/// A value of the kernel's status of this process, in bytes. Other systems than Linux do not report it.
fn resident_memory(name: &str) -> usize {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return 0 };
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap().saturating_mul(1024)
}
