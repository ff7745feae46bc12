//! A response that is a union of envelopes becomes one envelope.
//!
//! The vendor writes `oneOf` or `anyOf` instead of `allOf`, or for envelopes with different results. A union itself has
//! no `success`, so a call could not report a failure. The union becomes one envelope if each of its branches is one of
//! these:
//!
//! - an envelope;
//! - a failure envelope, which only allows `success: false`; its `result` is ignored;
//! - a part of an envelope: an object whose properties are all properties of an envelope.
//!
//! A `result` beside the union replaces those of the branches. If the results differ, `result` is a union. Lists become
//! a list of a union, so that an empty list fits. A part's `result` replaces an envelope's of the same type without
//! items or properties. `result` may be null if a branch with `success` allows null or has no result.
//!
//! Other unions are not changed, and `success` is not checked for their operations: unions with a branch that is no
//! object or is a union itself, and unions with different schemas for a property that is not an envelope's.
//!
//! Seen in: Cloudflare's document of 2024-08-06, where seven operations return a union of envelopes. All become one.

use std::collections::BTreeSet;

use serde_json::Value;

use xtask_document::envelope::{alias, is_union, merged, response_schemas};
use xtask_document::resolved::References;
use xtask_document::schemas::{named, named_schemas, place_of};
use xtask_document::walk::for_each_schema;

/// Replaces every named union of envelopes that is a response by one envelope.
pub fn apply(document: &mut Value) {
    let names = names(document);
    if names.is_empty() {
        return;
    }
    let schemas = named_schemas(document);
    let references = References::of(&schemas);
    let places: BTreeSet<_> = names.iter().map(|name| place_of(name)).collect();
    for_each_schema(document, &mut |place, schema| {
        let original = named(&schemas, place.rsplit('/').next().unwrap_or_default());
        let original = original.filter(|original| places.contains(place) && alias(original).is_none());
        if let Some(envelope) = original.and_then(|original| merged(&references, original)) {
            *schema = envelope;
        }
    });
}

/// The names of the unions, and their aliases.
fn names(document: &Value) -> BTreeSet<String> {
    let references = References::of(document);
    let mut names = BTreeSet::new();
    for schema in response_schemas(document).filter(|schema| is_union(&references, schema)) {
        let mut next = alias(schema);
        while let Some(name) = next.filter(|name| names.insert((*name).to_owned())) {
            next = named(document, name).and_then(alias);
        }
    }
    names
}

#[cfg(test)]
mod tests;
