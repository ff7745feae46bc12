//! Policies: changes of a document before the generator reads it.
//!
//! A document in `spec/` describes the API as documented. The policies apply to every SDK of the workspace. With them,
//! the generated client still works where the API differs from its document.
//!
//! | policy | reason |
//! |---|---|
//! | `annotations`: a part of an `allOf` that only annotates moves beside it | the generator would write a type of its own |
//! | `closed_objects`: closed objects become open | an unlisted property would fail the whole response |
//! | `closed_objects`: explicitly open objects keep all members | the generator would drop them |
//! | `constraints`: constraints on values are dropped, also the size of numbers | the generator's types would reject a response |
//! | `defaults`: default values are dropped | an absent field would look as if the API had sent it |
//! | `directions`: a required property that requests or responses omit is optional | one type serves both directions |
//! | `discriminators`: every branch of a union has the property of its tag | the tag must be encoded again |
//! | `envelope_unions`, before all others: a union of envelopes becomes one | a failure must not look like a value |
//! | `envelopes`: only `success` is required, messages are free-form | the decorations of a result must not fail it |
//! | `nullable`: places are nullable, and components are not | null has one type, whether or not a component allows it |
//! | `null_marks`, client: nullable properties are marked | the generator gives them the types of optional ones |
//! | `parameters`: a parameter has the type of its format, and is never null | programs must send matching text, and null has none |
//! | `paths`: literal text is percent-encoded | clients and mocks need one encoding |
//! | `raw_failures`, client: failures are not decoded | the status of an unexpected failure must be kept |
//! | `raw_failures`, mocks: a failure without a named schema is any JSON | the client has no type for it |
//! | `statuses`, mocks: a status without a reason phrase is `default` | the generator names methods after these phrases |
//! | `untagged_unions`: the generator writes no tagged enum | all unions are open, in one form |
//!
//! A method accepts every failure, documented or not, since its return type must not depend on the documented failures.

mod annotations;
mod closed_objects;
pub(crate) mod constraints;
mod defaults;
mod directions;
pub(crate) mod discriminators;
pub mod envelope_unions;
pub(crate) mod envelopes;
pub(crate) mod null_marks;
mod nullable;
pub(crate) mod parameters;
pub(crate) mod paths;
mod raw_failures;
mod statuses;
mod untagged_unions;

pub use discriminators::branches_by_tag;
pub use parameters::FORMATS;

use serde_json::Value;

/// The document that the low-level client is generated from.
pub fn for_client(document: &Value) -> Value {
    let mut document = for_both(document);
    raw_failures::all(&mut document);
    null_marks::apply(&mut document);
    document
}

/// The document that the mocks are generated from. Mocks have types for failures; a client must not rely on these.
pub fn for_mocks(document: &Value) -> Value {
    let mut document = for_both(document);
    statuses::apply(&mut document);
    raw_failures::without_name(&mut document);
    document
}

/// The document for comparisons, with the policies that move keywords to other places.
pub fn for_comparison(document: &Value) -> Value {
    let mut document = document.clone();
    closed_objects::keep_members(&mut document);
    directions::apply(&mut document);
    nullable::apply(&mut document);
    parameters::inline_formats(&mut document);
    envelopes::apply(&mut document);
    discriminators::apply(&mut document);
    document
}

fn for_both(document: &Value) -> Value {
    let mut document = document.clone();
    paths::encode(&mut document);
    closed_objects::apply(&mut document);
    closed_objects::keep_members(&mut document);
    constraints::apply(&mut document);
    defaults::apply(&mut document);
    annotations::apply(&mut document);
    directions::apply(&mut document);
    nullable::apply(&mut document);
    parameters::inline_formats(&mut document);
    parameters::remove_null(&mut document);
    envelopes::apply(&mut document);
    discriminators::apply(&mut document);
    untagged_unions::apply(&mut document);
    document
}
