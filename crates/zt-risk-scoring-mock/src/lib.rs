//! Mocks and a simulator of Cloudflare's Zero Trust risk scoring API, for tests and for use without an account.
//!
//! - [`MockServerExt`] and [`operations`] are generated: typed wrappers around [`httpmock`], with which a test scripts
//!   the response of one operation. The client's base URL is the mock server's, without a path. A path parameter that
//!   is not set matches any value: the mock of `get_user_risk` also matches `/behaviors` unless the test sets a user.
//! - [`Simulator`] is a server that implements every operation, with state. A test need not script it.
//!
//! The functions of the wrappers are named after the API's document, so a new revision of the API may rename them.
//! Their names are less stable than those of the client.
//!
//! Models of responses have no constructors, so that a new field breaks no test: a test makes them from JSON.
//!
//! ```
//! # #[cfg(feature = "mocks")] {
//! use serde_json::{from_value, json};
//! use zt_risk_scoring_mock::MockServerExt;
//!
//! let server = httpmock::MockServer::start();
//! let mock = server.get_behaviors(|when, then| {
//!     when.account_id("023e105f4ecef8ad9ca31a8372d0c353");
//!     then.ok(&from_value(json!({"success": true, "result": {"behaviors": {}}})).unwrap());
//! });
//! assert_eq!(mock.calls(), 0);
//! # }
//! ```
//!
//! # Why a crate of its own
//!
//! A service depends on the client, and should not build a server with it.
//!
//! The simulator needs no feature. The mocks need `mocks`, which is a default feature.

// A doc-test of this crate cannot use the SDK. The tests of the workspace run the chapter's code.
#![cfg_attr(not(doctest), doc = include_str!("../TESTING.md"))]
#![cfg_attr(
    not(feature = "mocks"),
    allow(rustdoc::broken_intra_doc_links, reason = "the docs describe the mocks, too")
)]

#[cfg(feature = "mocks")]
#[allow(missing_docs, reason = "the document has no description of some items, and generated code is not edited")]
#[allow(unreachable_pub, reason = "the generator makes every item public; this crate exports the items listed below")]
#[allow(rustdoc::all, reason = "text is the vendor's own")]
#[allow(clippy::all, clippy::unwrap_used, reason = "a mock that cannot be made fails its test")]
#[allow(clippy::too_many_lines, reason = "a function is as long as its operation has parameters")]
#[rustfmt::skip]
mod generated;
pub mod simulator;

#[cfg(feature = "mocks")]
pub use generated::{MockServerExt, operations};
#[cfg(feature = "mocks")]
pub use httpmock;
pub use simulator::{RecordedRequest, Simulator};
