//! What a new revision of an API means for the users of the crates.
//!
//! Two documents are compared operation by operation, and below that schema by schema, the side that is sent and the side
//! that comes back apart. Each change is judged by what it does to code that uses the crates, knowing how they are
//! generated: methods take their arguments by position, models are non-exhaustive, enums and unions are open, constraints
//! and defaults are dropped, closed objects are open, failures are raw.

mod alternatives;
mod bodies;
mod change;
mod comparison;
mod content;
mod envelopes;
mod grouped;
mod names;
mod operations;
mod parameters;
mod report;
mod shape;

pub use change::{Change, Class, Side};
pub(crate) use grouped::grouped;
pub(crate) use report::owner;
pub use report::{json, text, worst};

use serde_json::Value;

use crate::policies;
use comparison::Comparison;

/// Every change from one document to another, in the order of class and place.
///
/// It takes time in proportion to the documents, with the parts of each `allOf` put together: a pair of named schemas is
/// compared once for each side, where it is required and where it is not.
pub fn compare(old: &Value, new: &Value) -> Vec<Change> {
    let (mut before, mut after) = (old.clone(), new.clone());
    policies::envelopes::apply(&mut before);
    policies::envelopes::apply(&mut after);
    let mut comparison = Comparison::new(&before, &after);
    comparison.compare_envelopes(old, new);
    comparison.compare_operations();
    comparison.compare_names();
    comparison.compare_surroundings();
    comparison.into_changes()
}

#[cfg(test)]
#[allow(clippy::too_many_lines, reason = "a test is a table of changes")]
mod tests;
