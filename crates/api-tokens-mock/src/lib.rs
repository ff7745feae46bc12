//! Stand-ins for Cloudflare API tokens, for tests and for trying things without an account.
//!
//! [`MockServerExt`] and [`operations`] are generated: typed wrappers around [`httpmock`] for answers that a test scripts, one
//! operation at a time. Their base URL is the mock server's, without a path. A path parameter that is not given matches
//! anything.
//!
//! They follow the API's document, with a new revision also in what their functions are called: they promise less than the
//! client does.
//!
//! Models of answers have no constructors, so that one more field breaks nobody: they are made from JSON, by
//! `serde_json::from_value`.

#[allow(missing_docs, reason = "the document does not describe everything, and nobody edits generated code")]
#[allow(unreachable_pub, reason = "the generator makes everything public; what leaves this crate is listed below")]
#[allow(rustdoc::all, reason = "text is the vendor's own")]
#[allow(unused_imports, reason = "an API without operations has nothing to import")]
#[allow(clippy::all, clippy::unwrap_used, reason = "a mock that cannot be made fails the test that makes it")]
#[allow(clippy::too_many_lines, reason = "a function is as long as its operation has parameters")]
#[rustfmt::skip]
mod generated;

pub use generated::{MockServerExt, operations};
pub use httpmock;
