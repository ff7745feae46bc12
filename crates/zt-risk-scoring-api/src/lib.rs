//! The low-level client of Cloudflare's Zero Trust risk scoring API, generated from its OpenAPI document.
//!
//! It is a crate of its own so that a new revision of the API replaces it whole, and because the hook through which every
//! request leaves can only be implemented where the generated [`Client`] is. It has no credentials, no retries and no
//! opinion about failures: services use `zt-risk-scoring`, which hands it a [`Transport`].

#[allow(missing_docs, reason = "the document does not describe everything, and nobody edits generated code")]
#[allow(unreachable_pub, reason = "the generator makes everything public; what leaves this crate is listed below")]
#[allow(clippy::all, reason = "style is the generator's own")]
#[rustfmt::skip]
mod generated;

pub use api_runtime::{Operation, Transport, TransportError, TransportFuture};
pub use generated::{ByteStream, Client, ClientInfo, Error, REVISION, ResponseValue, operations, types};
