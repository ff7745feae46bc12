//! Development tasks of the workspace.
//!
//! It is a package of its own because it writes the source of the other crates: it depends on none of them, and none of
//! them depends on it. It names no SDK: every folder under `spec/` is an SDK.

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
