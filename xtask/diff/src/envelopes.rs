//! What changes in response envelopes mean.
//!
//! The rest of the comparison sees them as the generator does, without what the policy for envelopes takes away.

use serde_json::Value;

use super::change::{Side, Verdict};
use super::comparison::{Comparison, Location};
use super::kind::{ChangeKind, Part, State};
use xtask_document::envelope::{Outcome, decorations, names};
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::named;

impl Comparison<'_> {
    /// Compares the envelopes that two documents have under one name: what calls return, and what decorates it.
    pub(super) fn compare_envelopes(&mut self, old: &Value, new: &Value) {
        let (old_names, new_names) = (names(old), names(new));
        let (old_references, new_references) = (References::of(old), References::of(new));
        for name in old_names.union(&new_names) {
            let (Some(before), Some(after)) = (named(old, name), named(new, name)) else { continue };
            if !old_names.contains(name) || !new_names.contains(name) {
                let kind = ChangeKind::Became { state: State::Envelope, holds: new_names.contains(name) };
                self.report(Verdict::BREAKS, &Location::new(name, Side::Response), kind);
                continue;
            }
            let (before, after) =
                (ResolvedSchema::of(&old_references, before), ResolvedSchema::of(&new_references, after));
            let (was, is) = (Outcome::of(&old_references, &before), Outcome::of(&new_references, &after));
            if was != is {
                let kind = ChangeKind::replaced(Part::Result, described(was), described(is));
                self.report(Verdict::BREAKS, &Location::new(format!("{name}.result"), Side::Response), kind);
            }
            for (decoration, schema) in decorations(&after) {
                if decorations(&before).any(|(name, earlier)| name == decoration && shape(earlier) != shape(schema)) {
                    let location = Location::new(format!("{name}.{decoration}"), Side::Response);
                    self.report(Verdict::DOCUMENTS, &location, ChangeKind::changed(Part::Decoration));
                }
            }
        }
    }
}

/// A schema without its own description, which the rest of the comparison sees.
fn shape(schema: &Value) -> Value {
    let mut shape = schema.clone();
    if let Some(shape) = shape.as_object_mut() {
        shape.remove("description");
    }
    shape
}

fn described(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::None => None,
        Outcome::Nullable => Some("optional"),
        Outcome::Required => Some("required"),
    }
}
