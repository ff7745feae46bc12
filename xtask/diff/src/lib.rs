//! Compares two documents, or the public surfaces of generated code, and classifies the changes by their effect on code
//! that uses the crates.
//!
//! Two documents are compared operation by operation, then schema by schema, requests and responses separately. Each
//! change has a place, a side and a class. The comparison knows how the crates are generated: methods take positional
//! arguments, models are non-exhaustive, enums and unions are open, constraints and defaults are dropped, closed
//! objects are open, failures are not decoded. An optional property that may be null is an `Option` of an `Option`, so
//! null and absence are parts of the type of every property.
//!
//! Both documents must be [imported]: code is generated from imported documents only.
//!
//! The tests are a table of changes. Each row compares the reported class with the public surface of the client before
//! and after the change. The [fuzz] makes more changes. The tests verify, for example, that a method sends a body
//! whether or not the document requires one, and that the first required property removes `Default` from a model.
//!
//! Mocks are not compared. Their functions are named after path parameters and typed by documented failures, so they
//! follow the document. Mocks are used in tests, where the compiler reports what has changed.

mod alternatives;
mod bodies;
mod change;
mod comparison;
mod content;
mod cycles;
mod discriminators;
mod envelopes;
mod error;
mod formats;
pub mod fuzz;
mod grouped;
mod imported;
mod kind;
mod limits;
mod names;
mod operations;
mod parameters;
mod report;
mod security;
mod shape;
pub mod surface;

pub use change::{Change, Class, Side};
pub use error::Error;
pub use grouped::{ChangeGroup, grouped};
pub use imported::{imported, imported_with};
pub use kind::{ChangeKind, Effect, Part, State};
pub use report::{json, owner, text, worst};

use serde_json::Value;

use comparison::Comparison;
use xtask_codegen::policies;

/// The changes from one document to another, sorted by class and place.
///
/// The time is linear in the size of the documents with every `allOf` merged. Two named schemas are compared once for
/// each side, and once each for required and optional values.
///
/// # Examples
///
/// ```
/// use serde_json::json;
/// use xtask_diff::{Class, compare, worst};
///
/// let document = |method: &str| json!({"paths": {"/things": {method: {"operationId": "do_it", "responses": {}}}}});
/// let changes = compare(&document("get"), &document("put"));
/// assert_eq!(worst(&changes), Some(Class::Breaking));
/// assert_eq!(changes[0].kind.to_string(), "the route was GET /things and is PUT /things");
/// assert!(compare(&document("get"), &document("get")).is_empty());
/// ```
pub fn compare(old: &Value, new: &Value) -> Vec<Change> {
    let [old, new] = [old, new].map(|document| {
        let mut document = imported::with_path_items(document);
        policies::envelope_unions::apply(&mut document);
        document
    });
    let (before, after) = (policies::for_comparison(&old), policies::for_comparison(&new));
    let mut comparison = Comparison::new(&before, &after);
    comparison.compare_envelopes(&old, &new);
    comparison.compare_operations();
    comparison.compare_names();
    comparison.compare_formats();
    comparison.compare_cycles();
    comparison.compare_document();
    comparison.into_changes()
}

#[cfg(test)]
#[allow(clippy::too_many_lines, reason = "a test is a table of changes")]
mod tests;
