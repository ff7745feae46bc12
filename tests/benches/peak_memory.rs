//! Prints the peak memory of calls with huge responses, beside its bound. Each call is made in a process of its own.
//!
//! ```sh
//! cargo bench -p zt-risk-scoring-tests --bench peak_memory
//! ```

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark that cannot be set up must fail")]

use std::path::Path;
use std::process::ExitCode;

use tokio::runtime::Builder;
use zt_risk_scoring_tests::{MAX_BODY, memory_cases};

fn main() -> ExitCode {
    let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
    let mut violations = Vec::new();
    println!("Peak memory over the idle client, in MiB. Bodies have 64 MiB, unless the name says otherwise.\n");
    println!("{:42} {:>9} {:>9} {:>9}  outcome", "response", "allocated", "bound", "resident");
    for case in memory_cases() {
        let program = Path::new(env!("CARGO_BIN_EXE_peak_memory"));
        let measured = runtime.block_on(case.measure(program, MAX_BODY - 1));
        let mib = |bytes: usize| format!("{:.1}", bytes as f64 / f64::from(1 << 20));
        let (allocated, bound, resident) = (mib(measured.allocated), mib(measured.bound), mib(measured.resident));
        println!("{:42} {allocated:>9} {bound:>9} {resident:>9}  {}", case.name(), measured.outcome);
        violations.extend(case.check(&measured).err());
    }
    for violation in &violations {
        println!("over its bound: {violation}");
    }
    if violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
