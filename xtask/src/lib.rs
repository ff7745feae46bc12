//! Development tasks of the workspace.
//!
//! It is a package of its own, which none of the crates depend on and which depends on none of them, because it writes
//! their source. It knows no SDK by name: whatever stands in a folder under `spec/` is an SDK.

pub mod diff;
pub mod document;
mod effective;
pub mod generate;
pub mod import;
pub mod lint;
mod names;
mod open_api;
mod parse;
pub mod policies;
mod prose;
pub mod release;
pub mod rules;
pub mod scaffold;
mod schemas;
pub mod sdk;
pub mod surface;
pub mod survey;
pub mod workspace;
