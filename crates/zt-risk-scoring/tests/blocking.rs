//! The example without async code runs to its end on the simulator.

#![allow(clippy::unwrap_used, reason = "an example that fails is what this test looks for")]

#[path = "../examples/blocking.rs"]
mod blocking;

#[test]
fn blocking_runs() {
    blocking::main().unwrap();
}
