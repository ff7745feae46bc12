//! Stand-ins for Cloudflare's Zero Trust risk scoring API, for tests and for trying things without an account.
//!
//! - [`MockServerExt`] and [`operations`] are generated: typed wrappers around [`httpmock`] for answers that a test
//!   scripts, one operation at a time. Their base URL is the mock server's, without a path. A path parameter that is not
//!   given matches anything: the mock of `get_user_risk` also matches `/behaviors` unless it is told a user.
//! - [`Simulator`] speaks the API by itself.
//!
//! The typed wrappers follow the API's document, with a new revision also in what their functions are called: they promise
//! less than the client does.
//!
//! It is a crate of its own because it serves what the low-level client calls, and no service should carry a server.
//!
//! Models of answers have no constructors, so that one more field breaks nobody: they are made from JSON.
//!
//! ```
//! use serde_json::{from_value, json};
//! use zt_risk_scoring_mock::MockServerExt;
//!
//! let server = httpmock::MockServer::start();
//! let mock = server.get_behaviors(|when, then| {
//!     when.account_id("023e105f4ecef8ad9ca31a8372d0c353");
//!     then.ok(&from_value(json!({"success": true, "result": {"behaviors": {}}})).unwrap());
//! });
//! assert_eq!(mock.calls(), 0);
//! ```

#[allow(missing_docs, reason = "the document does not describe everything, and nobody edits generated code")]
#[allow(unreachable_pub, reason = "the generator makes everything public; what leaves this crate is listed below")]
#[allow(rustdoc::all, reason = "text is the vendor's own")]
#[allow(clippy::all, clippy::unwrap_used, reason = "a mock that cannot be made fails the test that makes it")]
#[rustfmt::skip]
mod generated;
mod simulator;

pub use generated::{MockServerExt, operations};
pub use httpmock;
pub use simulator::{RecordedRequest, Simulator};
