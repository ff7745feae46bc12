//! Applies plans.
//!
//! ```text
//! check     is the plan for this account, and young enough?
//! read      does the account have the settings that the plan saw, or already those that it means?
//! write     one PUT with what changes; after a failure that may have been sent, back to read
//! read      is everything as it is meant to be, and has nothing else changed?
//! repair    if the PUT changed other behaviors that the plan covers: one PUT with all of these, and a read
//! ```
//!
//! It is not known whether a PUT keeps the behaviors that it omits. If it resets them, and a desired state covers several, two PUTs
//! that each send only what changes would undo each other for ever. So the repair sends everything that the plan covers.
//!
//! The API has no ETag and no If-Match, so a write of another client between the first read and the PUT is overwritten without a
//! trace, if it is to one of the behaviors that the plan changes. The time between them is that of one request.

mod error;
mod mismatch;
mod outcome;
mod progress;
mod record;
mod request;

pub use error::{ApplyError, ApplyErrorKind};
pub use mismatch::{Mismatch, MismatchKind};
pub use outcome::Applied;
pub use record::{ChangeRecord, RequestRecord};
pub use request::ApplyPlan;
