//! Classifies changes of response envelopes.
//!
//! The rest of the comparison sees envelopes after the policy for them, as the generator does.

use serde_json::Value;

use super::change::{Side, Verdict};
use super::comparison::{Comparison, Location};
use super::kind::{ChangeKind, Part, State};
use xtask_document::envelope::{Outcome, decorations, names};
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::named;

impl Comparison<'_> {
    /// Compares envelopes of one name: the results of calls, and the decorations around them.
    pub(super) fn compare_envelopes(&mut self, old: &Value, new: &Value) {
        let (old_names, new_names) = (names(old), names(new));
        let (old_references, new_references) = (References::of(old), References::of(new));
        for name in old_names.union(&new_names) {
            let (Some(before), Some(after)) = (named(old, name), named(new, name)) else { continue };
            if !old_names.contains(name) || !new_names.contains(name) {
                let kind = ChangeKind::became(State::Envelope, new_names.contains(name));
                self.report(Verdict::BREAKS, &Location::new(name, Side::Response), kind);
                continue;
            }
            let (before, after) =
                (ResolvedSchema::of(&old_references, before), ResolvedSchema::of(&new_references, after));
            let (was, is) = (Outcome::of(&old_references, &before), Outcome::of(&new_references, &after));
            if was != is {
                let kind = ChangeKind::replaced(Part::Result, result_text(was), result_text(is));
                self.report(Verdict::BREAKS, &Location::new(format!("{name}.result"), Side::Response), kind);
            }
            for (decoration, schema) in decorations(&after) {
                if decorations(&before)
                    .any(|(name, earlier)| name == decoration && undescribed(earlier) != undescribed(schema))
                {
                    let location = Location::new(format!("{name}.{decoration}"), Side::Response);
                    self.report(Verdict::DOCUMENTS, &location, ChangeKind::changed(Part::Decoration));
                }
            }
        }
    }
}

/// A schema without its description, which the rest of the comparison sees.
fn undescribed(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("description");
    }
    schema
}

fn result_text(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::None => None,
        Outcome::Nullable => Some("optional"),
        Outcome::Required => Some("required"),
    }
}
