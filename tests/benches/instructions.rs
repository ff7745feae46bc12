//! Counts the instructions of a call and of decoding, and of the same work in bare reqwest and `serde_json`.
//!
//! The counts are of the client's thread in user space: the SDK or the floor, reqwest, hyper, tokio and the allocator.
//! They do not depend on the load of the machine. Each benchmark makes [`CALLS`] calls on a warm connection.
//!
//! It needs valgrind and the runner of gungraun in the version of `Cargo.lock`, so it is behind a feature:
//!
//! ```sh
//! cargo install gungraun-runner --version "$(cargo pkgid gungraun-runner | sed 's/.*[#@]//')"
//! cargo bench -p zt-risk-scoring-tests --features callgrind --bench instructions
//! ```
//!
//! The lines "Instructions" of the comparison of `floor` with `sdk` show the ratio. The target is +10 %.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark that cannot be set up must fail"
)]

mod common;

use std::collections::BTreeMap;
use std::hint::black_box;

use bytes::Bytes;
use gungraun::{library_benchmark, library_benchmark_group, main};
use tokio::runtime::{Builder, Runtime};

use zt_risk_scoring::BehaviorMap;

use common::{Behavior, Floor, Origin, Sdk, body, decode};

/// The calls of one benchmark.
const CALLS: usize = 100;

/// Headers of quotas, which the SDK reads.
const QUOTA: &str =
    "ratelimit: \"default\";r=1199;t=300\r\nratelimit-policy: \"default\";q=1200;w=300\r\ncf-ray: 8b1f-AMS\r\n";

struct Fixture<T> {
    runtime: Runtime,
    client: T,
}

impl<T> Fixture<T> {
    fn new(headers: &str, behaviors: usize, client: fn(&Origin) -> T) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let client = client(&Origin::start(headers, &body(behaviors)));
        Self { runtime, client }
    }

    /// Makes calls. The fixture is returned, so that it is dropped outside of the benchmark.
    fn call<V>(self, call: impl AsyncFn(&T) -> V) -> Self {
        let Self { runtime, client } = &self;
        runtime.block_on(async {
            for _ in 0..CALLS {
                black_box(call(client).await);
            }
        });
        self
    }
}

fn floor_of(headers: &str, behaviors: usize) -> Fixture<Floor> {
    Fixture::new(headers, behaviors, Floor::new).call(Floor::call)
}

fn sdk_of(headers: &str, behaviors: usize) -> Fixture<Sdk> {
    Fixture::new(headers, behaviors, Sdk::new).call(Sdk::call)
}

#[library_benchmark(setup = floor_of)]
#[bench::one_call_of_20_behaviors(args = ("", 20))]
#[bench::with_headers_of_quotas(args = (QUOTA, 20))]
fn floor(fixture: Fixture<Floor>) -> Fixture<Floor> {
    fixture.call(Floor::call)
}

#[library_benchmark(setup = sdk_of)]
#[bench::one_call_of_20_behaviors(args = ("", 20))]
#[bench::with_headers_of_quotas(args = (QUOTA, 20))]
fn sdk(fixture: Fixture<Sdk>) -> Fixture<Sdk> {
    fixture.call(Sdk::call)
}

/// A body of some behaviors.
fn body_of(behaviors: usize) -> Bytes {
    Bytes::from(body(behaviors))
}

#[library_benchmark(setup = body_of)]
#[bench::behaviors_20(20)]
#[bench::behaviors_1000(1_000)]
fn decode_floor(body: Bytes) -> BTreeMap<String, Behavior> {
    decode(&body)
}

/// The SDK and a body. The SDK only makes the request whose decoding is measured.
fn sdk_and_body_of(behaviors: usize) -> (Sdk, Bytes) {
    (Sdk::new(&Origin::start("", "")), body_of(behaviors))
}

#[library_benchmark(setup = sdk_and_body_of)]
#[bench::behaviors_20(20)]
#[bench::behaviors_1000(1_000)]
fn decode_sdk((sdk, body): (Sdk, Bytes)) -> (Sdk, BehaviorMap) {
    let behaviors = sdk.decode(body);
    (sdk, behaviors)
}

library_benchmark_group!(name = calls, compare_by_id = true, benchmarks = [floor, sdk]);
library_benchmark_group!(name = decoding, compare_by_id = true, benchmarks = [decode_floor, decode_sdk]);
main!(library_benchmark_groups = calls, decoding);
