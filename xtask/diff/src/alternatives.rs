//! Classifies changes of the alternatives of a union.
//!
//! The generator makes a variant of each alternative, named after its schema. A value that fits none is kept verbatim.

use std::collections::BTreeMap;

use serde_json::Value;

use super::change::{Side, Verdict};
use super::comparison::{Comparison, Location, Versions};
use super::kind::{ChangeKind, Part, State};
use super::names::named_type;
use super::shape::{DEEPEST, all_properties, alternatives, is_displayed, is_free_form, scalar_of, type_of};
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::reference;
use xtask_import::becomes_type;

impl<'a> Comparison<'a> {
    pub(super) fn compare_alternatives(&mut self, [before, after]: Versions<'_, 'a>, location: &Location) {
        let (Some((old_keyword, old)), Some((new_keyword, new))) = (alternatives(before), alternatives(after)) else {
            return;
        };
        if old_keyword != new_keyword {
            let kind = ChangeKind::replaced(Part::UnionKeyword, Some(old_keyword), Some(new_keyword));
            self.report(Verdict::BREAKS, location, kind);
        }
        if !all_properties(before).keys().eq(all_properties(after).keys()) {
            // The generator merges shared properties into every alternative.
            self.report(Verdict::BREAKS, location, ChangeKind::changed(Part::SharedProperties));
        }
        let was_displayed = is_displayed(&self.old_references, before, DEEPEST);
        if was_displayed && !is_displayed(&self.new_references, after, DEEPEST) {
            self.report(Verdict::BREAKS, location, ChangeKind::became(State::Displayed, false));
        }
        let named = (by_name(&self.old_references, old), by_name(&self.new_references, new));
        let (Some(before), Some(after)) = named else {
            return self.compare_by_position(old, new, location);
        };
        let in_order = |these: &BTreeMap<String, (usize, &'a Value)>, others: &BTreeMap<String, (usize, &'a Value)>| {
            let mut names: Vec<_> = these.iter().map(|(name, (position, _))| (*position, name.clone())).collect();
            names.sort();
            names.into_iter().map(|(_, name)| name).partition::<Vec<_>, _>(|name| others.contains_key(name))
        };
        let ((kept, removed), (remaining, added)) = (in_order(&before, &after), in_order(&after, &before));
        if kept != remaining {
            self.report(Verdict::DOCUMENTS, location, ChangeKind::changed(Part::AlternativeOrder));
        }
        let are_renamed =
            removed.len() == added.len() && removed.iter().zip(&added).all(|(old, new)| self.is_renamed(old, new));
        let pairs = kept.iter().map(|name| (name, name)).chain(removed.iter().zip(&added).filter(|_| are_renamed));
        for (old, new) in pairs {
            if let (Some((_, old)), Some((_, alternative))) = (before.get(old), after.get(new)) {
                self.compare_at(old, alternative, location.part(&format!("|{new}")));
            }
        }
        if are_renamed {
            return;
        }
        for name in &removed {
            let verdict = Verdict::breaks(location.side == Side::Request);
            self.report(verdict, &location.part(&format!("|{name}")), ChangeKind::removed(Part::Alternative));
        }
        for name in &added {
            self.report(Verdict::ADDS, &location.part(&format!("|{name}")), ChangeKind::added(Part::Alternative));
        }
    }

    /// The alternative that refers to the other schema, if a named schema became a union that contains it, or the
    /// reverse.
    pub(super) fn kept_alternative(
        &self,
        (old, before): (&'a Value, &ResolvedSchema<'a>),
        (new, after): (&'a Value, &ResolvedSchema<'a>),
    ) -> Option<(&'a str, &'a Value)> {
        let (_, all) = alternatives(before).or_else(|| alternatives(after))?;
        let (references, schema) =
            if alternatives(before).is_some() { (&self.new_references, new) } else { (&self.old_references, old) };
        all.iter().find_map(|one| {
            let name = reference(one).filter(|_| std::ptr::eq(references.resolve(one), schema))?;
            Some((name, one))
        })
    }

    /// Compares alternatives whose names are not unique.
    fn compare_by_position(&mut self, old: &'a [Value], new: &'a [Value], location: &Location) {
        if old.len() != new.len() {
            let [old, new] = [old, new].map(|alternatives| alternatives.len().to_string());
            let kind = ChangeKind::replaced(Part::AlternativeCount, Some(&old), Some(&new));
            return self.report(Verdict::BREAKS_PUBLISHED, location, kind);
        }
        for (index, (old, new)) in old.iter().zip(new).enumerate() {
            self.compare_at(old, new, location.part(&format!("|{index}")));
        }
    }
}

/// The change, if only one of two schemas is a union.
pub(super) fn became_union(versions: Versions<'_, '_>) -> Option<ChangeKind> {
    let [was, is] = versions.map(|schema| alternatives(schema).is_some());
    (was != is).then_some(ChangeKind::became(State::Union, is))
}

/// The alternatives with their positions, by variant name; `None` if two have the same name.
fn by_name<'a>(references: &References<'a>, alternatives: &'a [Value]) -> Option<BTreeMap<String, (usize, &'a Value)>> {
    let named: BTreeMap<_, _> = alternatives
        .iter()
        .enumerate()
        .map(|(position, alternative)| (variant_name(references, alternative), (position, alternative)))
        .collect();
    (named.len() == alternatives.len()).then_some(named)
}

fn variant_name<'a>(references: &References<'a>, alternative: &'a Value) -> String {
    if let Some(name) = named_type(alternative) {
        return name.to_owned();
    }
    let schema = ResolvedSchema::of(references, alternative);
    if is_free_form(&schema) {
        return "any".to_owned();
    }
    if let Some(title) = schema.text("title").filter(|_| becomes_type(alternative)) {
        return title.to_owned();
    }
    match (type_of(&schema), schema.get("items")) {
        (Some("array"), Some(items)) => format!("{}[]", variant_name(references, items)),
        _ => scalar_of(&schema).to_owned(),
    }
}
