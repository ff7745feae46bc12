//! Every example runs to its end on the simulator.

#![allow(clippy::unwrap_used, reason = "an example that fails is what this test looks for")]

#[path = "../examples/change_behaviors.rs"]
mod change_behaviors;
#[path = "../examples/generated_operation.rs"]
mod generated_operation;
#[path = "../examples/list_behaviors.rs"]
mod list_behaviors;
#[path = "../examples/rotating_token.rs"]
mod rotating_token;

#[test]
fn list_behaviors_runs() {
    list_behaviors::main().unwrap();
}

#[test]
fn rotating_token_runs() {
    rotating_token::main().unwrap();
}

#[test]
fn change_behaviors_runs() {
    change_behaviors::main().unwrap();
}

#[test]
fn generated_operation_runs() {
    generated_operation::main().unwrap();
}

#[test]
fn every_example_is_run_here() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    // `blocking` needs a feature, and has a test of its own.
    let run =
        ["blocking.rs", "change_behaviors.rs", "generated_operation.rs", "list_behaviors.rs", "rotating_token.rs"];
    assert_eq!(names, run);
}
