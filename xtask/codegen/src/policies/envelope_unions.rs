//! A response that is a union of envelopes is one envelope.
//!
//! The vendor writes `oneOf` or `anyOf` where `allOf` is meant, or for envelopes with different results. A union has no
//! `success` of its own, so a call could not report a failure. The union becomes one envelope if each of its branches
//! is one of these:
//!
//! - an envelope;
//! - a failure envelope, which only allows `success: false`; its `result` is ignored;
//! - a part of an envelope: an object whose properties are all properties of an envelope.
//!
//! A `result` beside the union replaces those of the branches. If the results differ, `result` is a union. Lists become
//! a list of a union, so that an empty list fits. A part's `result` replaces an envelope's of the same type that says
//! nothing about its items or properties. `result` may be null if a branch with `success` allows null or has no result.
//!
//! Other unions remain, and `success` is not checked for their operations: unions with a branch that is no object or is
//! a union itself, and those whose branches have different schemas for a property that is not an envelope's.
//!
//! Seen in: Cloudflare's document of 2024-08-06, where seven operations return a union of envelopes. All become one.

use serde_json::Value;

use xtask_document::envelope::{alias, merged, union_names};
use xtask_document::resolved::References;
use xtask_document::schemas::{named, named_schemas, schemas_mut};

/// Makes one envelope of every named union of envelopes that a response consists of.
pub fn apply(document: &mut Value) {
    let original = named_schemas(document);
    let references = References::of(&original);
    for name in union_names(document) {
        let union = named(&original, &name).filter(|union| alias(union).is_none());
        let envelope = union.and_then(|union| merged(&references, union));
        if let (Some(envelope), Some(schemas)) = (envelope, schemas_mut(document)) {
            schemas.insert(name, Value::Object(envelope));
        }
    }
}

#[cfg(test)]
mod tests;
