//! The memory that a call takes is bounded, whatever the response.
//! `cargo bench -p zt-risk-scoring-tests --bench peak_memory` prints the table, with bodies of the default limit.

use std::path::Path;

use zt_risk_scoring_tests::memory_cases;

/// More than the bound of a call without a large result.
const BODY: usize = 20 << 20;

#[tokio::test]
async fn call_takes_no_more_memory_than_its_bound() {
    let mut violations = Vec::new();
    for case in memory_cases() {
        let measured = case.measure(Path::new(env!("CARGO_BIN_EXE_peak_memory")), BODY).await;
        println!("{}: {measured:?}", case.name());
        violations.extend(case.check(&measured).err().map(|violation| violation.to_string()));
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}
