//! Rules for the structure of the workspace: its crates, their modules, files, manifests and dependencies.
//!
//! The rules for SDK crates are derived from `spec/*/sdk.toml`, so a new SDK is covered without an edit here.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a checkout that cannot be read fails the test"
)]

mod arrows;
mod crate_count;
mod dependencies;
mod endpoints;
mod examples;
mod files;
mod manifests;
mod modules;
mod paths;
mod public_types;
mod workspace;
