//! A large response does not block the executor. `cargo bench -p zt-risk-scoring-tests --bench responsiveness` measures
//! this and timeouts with bodies of the default limit.

use std::time::Duration;

use zt_risk_scoring_tests::responsiveness::{Origin, large_responses, percentile, runtimes};

/// The benchmark, which runs alone, allows 20 ms. Other tests delay this one.
const MAX_P99: Duration = Duration::from_millis(500);

#[test]
fn ticker_is_not_delayed_by_a_large_response() {
    for response in large_responses(12 << 20) {
        let origin = Origin::start(&response);
        for (name, runtime) in runtimes() {
            let (time, delays) = runtime.block_on(origin.call_beside_ticker());
            let p99 = percentile(&delays, 99);
            println!("{}, {name}: {time:?}, p99 {p99:?}, longest {:?}", response.name, percentile(&delays, 100));
            assert!(p99 < MAX_P99, "{}, {name}: {p99:?}, call {time:?}", response.name);
        }
    }
}
