//! Measures how long calls with large responses delay other tasks, and by how much they exceed their timeout.
//!
//! ```sh
//! cargo bench -p zt-risk-scoring-tests --bench responsiveness
//! ```
//!
//! Run it on a machine that has nothing else to do. It fails if the 99th percentile of the delays is 20 ms or more, or if
//! the longest delay or the longest overrun of a timeout is 50 ms or more.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark that cannot be set up must fail")]

use std::process::ExitCode;
use std::time::Duration;

use tokio::runtime::Runtime;
use zt_risk_scoring_tests::responsiveness::{LargeResponse, Origin, large_responses, percentile, runtimes};

const BODY: usize = 60 << 20;
const MAX_P99: Duration = Duration::from_millis(20);
const MAX_DELAY: Duration = Duration::from_millis(50);
const MAX_OVERRUN: Duration = Duration::from_millis(50);

fn main() -> ExitCode {
    println!(
        "Calls with a body of 60 MiB, beside a task that sleeps for 1 ms again and again. Times are in ms: the call, how"
    );
    println!(
        "long the sleeps took in excess, and by how much calls exceeded timeouts of up to the time of the call.\n"
    );
    println!(
        "{:24} {:15} {:>7} {:>7} {:>7} {:>7} {:>8}",
        "response", "runtime", "call", "p50", "p99", "longest", "overrun"
    );
    let mut is_ok = true;
    for response in large_responses(BODY) {
        let origin = Origin::start(&response);
        for (name, runtime) in runtimes() {
            is_ok &= measure(&response, &origin, name, &runtime);
        }
    }
    if is_ok {
        return ExitCode::SUCCESS;
    }
    let [p99, delay, overrun] = [MAX_P99, MAX_DELAY, MAX_OVERRUN].map(|time| time.as_millis());
    println!("a p99 is {p99} ms or more, a delay {delay} ms or more, or an overrun {overrun} ms or more");
    ExitCode::FAILURE
}

/// Prints a row of the table. Returns whether it is within the bounds.
fn measure(response: &LargeResponse, origin: &Origin, name: &str, runtime: &Runtime) -> bool {
    const PARTS: u32 = 10;
    let (time, delays) = runtime.block_on(origin.call_beside_ticker());
    let overruns = (1..PARTS).map(|part| {
        let timeout = time.mul_f64(f64::from(part) / f64::from(PARTS));
        let (_, time) = runtime.block_on(origin.call(timeout));
        // What cannot be stopped must not delay the next call.
        std::thread::sleep(Duration::from_millis(500));
        time.saturating_sub(timeout)
    });
    let overrun = overruns.max().unwrap_or_default();
    let millis = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1000.0);
    let (p99, longest) = (percentile(&delays, 99), percentile(&delays, 100));
    let times = [time, percentile(&delays, 50), p99, longest, overrun].map(millis);
    let [time, p50, p99_text, longest_text, overrun_text] = &times;
    println!("{:24} {name:15} {time:>7} {p50:>7} {p99_text:>7} {longest_text:>7} {overrun_text:>8}", response.name);
    p99 < MAX_P99 && longest < MAX_DELAY && overrun < MAX_OVERRUN
}
