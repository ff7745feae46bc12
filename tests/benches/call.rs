//! Measures the time of a call and of decoding, in pairs in turn with bare reqwest and `serde_json`.
//!
//! ```sh
//! cargo bench -p zt-risk-scoring-tests --bench call
//! ```
//!
//! A pair measures the floor and the SDK right after each other, in alternating order, so that both meet the same load
//! of the machine. The ratio is the median of the ratios of all pairs; the times are medians, too. criterion measures
//! one function after the other, so a change of the load between them looks like a difference of the functions.
//!
//! The rows of decoding start with the body in memory. A call with a body of more than 4 MiB, such as 100,000 behaviors, also
//! filters the body while it arrives. That takes about a twelfth of the time of decoding, and is in no row.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that cannot be set up must fail")]
#![allow(clippy::arithmetic_side_effects, reason = "the counts of a benchmark are small")]

mod common;

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

use common::table::{print_head, print_row};
use common::{Floor, Origin, Sdk, body, decode, users};

/// The number of pairs. An even number has as many that begin with the floor as with the SDK.
const PAIRS: usize = 30;

/// The calls of one measurement.
const CALLS: usize = 640;

/// The ratio that is acceptable.
const TARGET: f64 = 1.05;

/// How many calls for a fleet are in flight at once, as by default.
const FLEET_CONCURRENCY: usize = 16;

/// How long the origin of a fleet takes for a response. That of the vendor takes some ten times as long.
const LATENCY: Duration = Duration::from_millis(5);

/// The ratio that is acceptable for a fleet: nine tenths of the floor's throughput.
const FLEET_TARGET: f64 = 1.0 / 0.9;

fn main() {
    // `cargo test --benches` only checks that a benchmark runs.
    let (pairs, calls) = if std::env::args().any(|argument| argument == "--bench") { (PAIRS, CALLS) } else { (2, 32) };

    print_head(&format!("Time of a call in µs: medians of {pairs} pairs of {calls} calls, on one thread"));
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let origin = Origin::start("", &body(20));
    let (floor, sdk) = (Floor::new(&origin), Sdk::new(&origin));
    for concurrency in [1, 32] {
        let call_floor = || time_of_calls(&runtime, &floor, calls, concurrency, async |floor| drop(floor.call().await));
        let call_sdk = || time_of_calls(&runtime, &sdk, calls, concurrency, async |sdk| drop(sdk.call().await));
        let name = format!("20 behaviors, {concurrency} at a time");
        measure(&name, TARGET, pairs, calls, call_floor, call_sdk);
    }

    print_head(&format!(
        "Time for an account of a fleet in µs: medians of {pairs} pairs of {calls} accounts, on one thread"
    ));
    let origin = Origin::start_slow("", &body(20), LATENCY);
    let (floor, sdk) = (Floor::new(&origin), Sdk::new(&origin));
    let call_floor = || time_on(&runtime, async { floor.call_many(calls, FLEET_CONCURRENCY).await });
    let call_sdk = || time_on(&runtime, async { sdk.call_many(calls, FLEET_CONCURRENCY).await });
    let name = format!("20 behaviors, {FLEET_CONCURRENCY} at a time, latency {LATENCY:?}");
    measure(&name, FLEET_TARGET, pairs, calls, call_floor, call_sdk);

    print_head(&format!("Time of decoding in µs: medians of {pairs} pairs"));
    for (behaviors, repeats) in [(20, calls), (1_000, calls / 16), (100_000, 1)] {
        let body = Bytes::from(body(behaviors));
        let decode_floor = || time_of(repeats, || decode(&body));
        let decode_sdk = || time_of(repeats, || sdk.decode(body.clone()));
        measure(&format!("{behaviors} behaviors"), TARGET, pairs, repeats, decode_floor, decode_sdk);
    }
    for (number, repeats) in [(1_000, calls / 16), (200_000, 1)] {
        let body = Bytes::from(users::body(number));
        let decode_floor = || time_of(repeats, || users::decode(&body));
        let decode_sdk = || time_of(repeats, || users::decode_with(&sdk, body.clone()));
        measure(&format!("{number} users"), TARGET, pairs, repeats, decode_floor, decode_sdk);
    }
}

/// Measures pairs, and prints the row. Each measurement repeats its work some times.
fn measure(
    name: &str,
    target: f64,
    pairs: usize,
    repeats: usize,
    floor: impl Fn() -> Duration,
    sdk: impl Fn() -> Duration,
) {
    // The first measurement opens connections and fills caches.
    let _ = (floor(), sdk());
    let (mut floors, mut sdks, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..pairs {
        let (floor, sdk) = if pair % 2 == 0 {
            let floor = floor();
            (floor, sdk())
        } else {
            let sdk = sdk();
            (floor(), sdk)
        };
        let (floor, sdk) = (floor.as_secs_f64(), sdk.as_secs_f64());
        ratios.push(sdk / floor);
        floors.push(floor);
        sdks.push(sdk);
    }
    let per_repeat = |times| format!("{:.1}", median(times) * 1e6 / repeats as f64);
    print_row(name, per_repeat(floors), per_repeat(sdks), median(ratios), Some(target));
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len().is_multiple_of(2) { (values[middle - 1] + values[middle]) / 2.0 } else { values[middle] }
}

/// The time of some calls, of which some are in flight at any time.
fn time_of_calls<C: Clone + 'static>(
    runtime: &Runtime,
    client: &C,
    calls: usize,
    concurrency: usize,
    call: impl AsyncFn(&C) + Copy + 'static,
) -> Duration {
    let tasks = tokio::task::LocalSet::new();
    let started = Instant::now();
    tasks.block_on(runtime, async {
        let mut callers = JoinSet::new();
        for _ in 0..concurrency {
            let client = client.clone();
            callers.spawn_local(async move {
                for _ in 0..calls / concurrency {
                    call(&client).await;
                }
            });
        }
        callers.join_all().await;
    });
    started.elapsed()
}

/// The time of a future.
fn time_on(runtime: &Runtime, future: impl Future<Output = ()>) -> Duration {
    let started = Instant::now();
    runtime.block_on(future);
    started.elapsed()
}

/// The time of a function, called some times.
fn time_of<T>(repeats: usize, function: impl Fn() -> T) -> Duration {
    let started = Instant::now();
    for _ in 0..repeats {
        black_box(function());
    }
    started.elapsed()
}
