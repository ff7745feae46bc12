//! Tests that every stand-in for the API passes: the simulator and the generated mocks, with every operation.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic fails the test"
)]

mod behaviors;
mod changes;
mod failures;
mod successes;
mod tokens;

use zt_risk_scoring_api::operations::ALL;
use zt_risk_scoring_mock::simulator::Operation;
use zt_risk_scoring_tests::sample_account::Door;

/// Every operation, called in both ways.
fn calls() -> impl Iterator<Item = (Operation, Door)> {
    assert_eq!(ALL.len(), 11);
    ALL.iter().flat_map(|operation| Door::ALL.map(|door| (*operation, door)))
}
