//! A large response does not block the executor. `cargo bench -p zt-risk-scoring-tests --bench responsiveness` measures
//! this and timeouts with bodies of the default limit.

use std::time::Duration;

use zt_risk_scoring_tests::responsiveness::{Origin, large_responses, percentile, runtimes};

/// The longest delay. The benchmark, which runs alone, allows less. Other tests delay this one.
const MAX_DELAY: Duration = Duration::from_millis(500);

#[test]
fn ticker_is_not_delayed_by_a_large_response() {
    for response in large_responses(12 << 20) {
        let origin = Origin::start(&response);
        for (name, runtime) in runtimes() {
            let (time, delays) = runtime.block_on(origin.call_beside_ticker());
            let (p99, longest) = (percentile(&delays, 99), percentile(&delays, 100));
            let text = format!("{}, {name}: call {time:?}, p99 {p99:?}, longest {longest:?}", response.name);
            println!("{text}");
            assert!(longest < MAX_DELAY, "{text}");
        }
    }
}
