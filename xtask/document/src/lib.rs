//! Reads, walks, resolves and validates OpenAPI documents. It knows no SDK.

pub mod cycles;
pub mod envelope;
pub mod media_types;
pub mod naming;
pub mod open_api;
pub mod operation;
mod parse;
pub mod read;
pub mod resolved;
pub mod walk;

pub use read::Document;
