//! The low-level client of Cloudflare Zero Trust risk scoring, generated from its OpenAPI document.
//!
//! Its methods build requests, and send nothing: each returns an [`ApiRequest`] with its operation and the type of its
//! success. The SDK sends it.
//!
//! # Why a crate of its own
//!
//! All of it is generated, so a new revision of the API replaces it as a whole. The SDK crate and the mock crate use
//! its types, and neither of them depends on the other.

#[allow(missing_docs, reason = "the document has no description of some items, and generated code is not edited")]
#[allow(unreachable_pub, reason = "the generator makes every item public; this crate exports the items listed below")]
#[allow(clippy::all, rustdoc::all, reason = "style is the generator's own, and text the vendor's")]
#[allow(clippy::too_many_lines, reason = "a method is as long as its operation has parameters")]
#[rustfmt::skip]
mod generated;

pub use api_runtime::{
    ApiClient, ApiRequest, Binary, Empty, Envelope, Format, Formatted, NotFiniteError, Number, Operation, RequestError,
};
pub use generated::{Client, REVISION, operations, types};

/// The crates whose types models may have.
pub mod external {
    pub use {chrono, serde_json, uuid};
}
