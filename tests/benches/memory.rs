//! Measures the allocations of a call and the peak memory of decoding, beside bare reqwest and `serde_json`.
//!
//! ```sh
//! cargo bench -p zt-risk-scoring-tests --bench memory
//! ```
//!
//! The allocator counts what the calling thread allocates: the SDK or the floor, reqwest, hyper and tokio, but not the
//! server. The counts do not depend on the load of the machine. It is a program of its own, since counting takes time.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark that cannot be set up must fail")]
#![allow(clippy::arithmetic_side_effects, reason = "the counts of a benchmark are small")]

mod common;

use std::hint::black_box;

use allocation_counter::{AllocationInfo, measure};
use bytes::Bytes;
use tokio::runtime::Builder;

use common::table::{print_head, print_row};
use common::{Floor, Origin, Sdk, body, decode, users};

/// The calls of one measurement.
const CALLS: u64 = 100;

fn main() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let origin = Origin::start("", &body(20));
    let (floor, sdk) = (Floor::new(&origin), Sdk::new(&origin));
    let calls = |call: &dyn Fn()| {
        // The first calls open a connection and fill caches.
        (0..10).for_each(|_| call());
        measure(|| (0..CALLS).for_each(|_| call()))
    };
    let floor = calls(&|| drop(black_box(runtime.block_on(floor.call()))));
    let calls_of_sdk = calls(&|| drop(black_box(runtime.block_on(sdk.call()))));
    print_head(&format!("A call of 20 behaviors: means of {CALLS} calls"));
    let row = |name, floor: u64, sdk: u64| {
        print_row(name, floor / CALLS, sdk / CALLS, sdk as f64 / floor as f64, None);
    };
    row("allocations", floor.count_total, calls_of_sdk.count_total);
    row("allocated bytes", floor.bytes_total, calls_of_sdk.bytes_total);

    print_head("Peak memory of decoding in KiB, with the value and without the body");
    for behaviors in [20, 1_000, 100_000] {
        let body = Bytes::from(body(behaviors));
        let peak = |info: AllocationInfo| info.bytes_max;
        let floor = peak(measure(|| drop(black_box(decode(&body)))));
        let sdk = peak(measure(|| drop(black_box(sdk.decode(body.clone())))));
        let name = format!("{behaviors} behaviors");
        print_row(&name, floor / 1024, sdk / 1024, sdk as f64 / floor as f64, Some(1.1));
    }
    for number in [1_000, 200_000] {
        let body = Bytes::from(users::body(number));
        let peak = |info: AllocationInfo| info.bytes_max;
        let floor = peak(measure(|| drop(black_box(users::decode(&body)))));
        let sdk = peak(measure(|| drop(black_box(users::decode_with(&sdk, body.clone())))));
        print_row(&format!("{number} users"), floor / 1024, sdk / 1024, sdk as f64 / floor as f64, Some(1.1));
    }
}
