//! The low-level client of {{name}}, generated from its OpenAPI document.
//!
//! It is a crate of its own so that a new revision of the API replaces it whole. It has no credentials, no retries and no
//! opinion about failures: an SDK on top of it makes the client through [`ApiClient`], with a [`Transport`] of its own.

#[allow(missing_docs, reason = "the document does not describe everything, and nobody edits generated code")]
#[allow(unreachable_pub, reason = "the generator makes everything public; what leaves this crate is listed below")]
#[allow(clippy::all, rustdoc::all, reason = "style is the generator's own, and text the vendor's")]
#[allow(clippy::too_many_lines, reason = "a method is as long as its operation has parameters")]
#[rustfmt::skip]
mod generated;

pub use api_runtime::{ApiClient, Operation, Transport, TransportError, TransportFuture};
pub use generated::{ByteStream, Client, ClientInfo, Error, REVISION, ResponseValue, operations, types};
