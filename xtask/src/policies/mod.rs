//! What the generator gets to see of a document.
//!
//! A document in `spec/` says what is known about the API. These policies, each a choice for every SDK of the workspace,
//! make of it a client that stays right when the API does not keep to its document.

mod closed_objects;
pub(crate) mod constraints;
mod defaults;
pub(crate) mod envelopes;
mod raw_failures;

use serde_json::Value;

/// The document that the low-level client is generated from.
pub fn for_client(document: &Value) -> Value {
    let mut document = for_both(document);
    raw_failures::all(&mut document);
    document
}

/// The document that the mocks are generated from: a mock may name the shape of a failure, a client must not rely on it.
pub fn for_mocks(document: &Value) -> Value {
    let mut document = for_both(document);
    raw_failures::without_name(&mut document);
    document
}

fn for_both(document: &Value) -> Value {
    let mut document = document.clone();
    closed_objects::apply(&mut document);
    constraints::apply(&mut document);
    defaults::apply(&mut document);
    envelopes::apply(&mut document);
    document
}
