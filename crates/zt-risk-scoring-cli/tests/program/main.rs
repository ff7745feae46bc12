//! Runs the program `zt-risk`, and checks its output and exit status.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic fails the test"
)]

mod changes;
mod configuration;
mod connections;
#[cfg(unix)]
mod examples;
mod failed_calls;
mod generate;
mod golden;
mod schema;
#[cfg(unix)]
mod simulate;
mod streams;
mod support;
#[cfg(unix)]
mod terminal;
mod trace;
mod watch;
