//! Development tasks of the workspace.
//!
//! This package writes the source of the other crates: it depends on none of them, and none of them depends on it. It
//! names no SDK: every folder under `spec/` is an SDK.

pub mod check;
pub mod compare;
pub mod examples;
pub mod fuzz;
pub mod generate;
pub mod groups;
pub mod release;
pub mod revision;
pub mod scaffold;
pub mod sdk;
pub mod survey;
pub mod workspace;
