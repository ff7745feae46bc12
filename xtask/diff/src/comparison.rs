//! Walks two documents at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::change::{Change, Side, Verdict};
use super::kind::{ChangeKind, Part, State};
use super::names::{Name, named_type, only_alternative, part_names};
use super::shape::alternatives;
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::{named, reference, schemas};
use xtask_import::becomes_type;

/// Two schemas, each of them one of its document.
type Pair = (*const Value, *const Value);

/// Two documents, and what has been found between them.
pub(super) struct Comparison<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    pub(super) old_references: References<'a>,
    pub(super) new_references: References<'a>,
    /// Resolves no reference, so that what stands beside one remains.
    pub(super) nowhere: References<'a>,
    /// The pairs that have been found within a pair of named schemas where one of them leads elsewhere in its document.
    seen: BTreeSet<(Pair, Pair, Side, bool)>,
    /// Those of them that have not been compared yet.
    pending: Vec<(&'a Value, &'a Value, Location)>,
    /// Which old name became which new one, and where.
    renamed: BTreeMap<(&'a str, &'a str), BTreeSet<(String, Side)>>,
    /// The named schemas to which something has led.
    compared: BTreeSet<&'a str>,
    /// The keys of which the crates show nothing, and which have changed, by where they are.
    keys: BTreeMap<(String, Side), BTreeSet<String>>,
    changes: BTreeSet<Change>,
}

/// A place in the documents, and what stands there.
#[derive(Clone)]
pub(super) struct Location {
    pub(super) place: String,
    pub(super) side: Side,
    /// Whether a value has to be there, before and after.
    pub(super) required: bool,
    /// Whether it is a parameter, which is never null in the crates.
    pub(super) is_parameter: bool,
    pub(super) name: Name,
    /// The named schemas that contain it.
    within: Pair,
}

impl Location {
    /// What is always there, whatever is there.
    pub(super) fn new(place: impl Into<String>, side: Side) -> Self {
        let within = (std::ptr::null(), std::ptr::null());
        Self { place: place.into(), side, required: true, is_parameter: false, name: Name::Place, within }
    }

    /// The same, if it may be absent.
    pub(super) fn required(self, required: bool) -> Self {
        Self { required, ..self }
    }

    /// The same, if it is the schema of a parameter.
    pub(super) fn parameter(self) -> Self {
        Self { is_parameter: true, ..self }
    }

    /// A part of it that is always there.
    pub(super) fn part(&self, suffix: &str) -> Self {
        let place = format!("{}{suffix}", self.place);
        Self { place, required: true, is_parameter: false, name: Name::Place, ..*self }
    }

    /// One of its properties.
    pub(super) fn property(&self, name: &str, required: bool) -> Self {
        self.part(&format!(".{name}")).required(required)
    }
}

impl<'a> Comparison<'a> {
    pub(super) fn new(old: &'a Value, new: &'a Value) -> Self {
        let (seen, pending, renamed) = (BTreeSet::new(), Vec::new(), BTreeMap::new());
        let (old_references, new_references) = (References::of(old), References::of(new));
        let (nowhere, compared) = (References::of(&Value::Null), BTreeSet::new());
        let (keys, changes) = (BTreeMap::new(), BTreeSet::new());
        Self { old, new, old_references, new_references, nowhere, seen, pending, renamed, compared, keys, changes }
    }

    /// The changes, in the order of class and place. If a change is reported with and without a break of published
    /// crates, the break remains.
    pub(super) fn into_changes(mut self) -> Vec<Change> {
        for ((place, side), keys) in std::mem::take(&mut self.keys) {
            if !keys.is_empty() {
                let keys: Vec<_> = keys.into_iter().collect();
                let kind = ChangeKind::Annotations { keywords: keys };
                self.report(Verdict::DOCUMENTS, &Location::new(place, side), kind);
            }
        }
        let worse = |change: &Change| Change { breaks_published: true, ..change.clone() };
        let is_worst = |change: &&Change| change.breaks_published || !self.changes.contains(&worse(change));
        let mut changes = self.changes.iter().filter(is_worst).cloned().collect::<Vec<_>>();
        changes.sort_by_cached_key(|change| (change.class, change.place.clone(), change.side, change.kind.to_string()));
        changes
    }

    pub(super) fn report(&mut self, verdict: Verdict, location: &Location, kind: ChangeKind) {
        let Verdict { class, breaks_published } = verdict;
        let (place, side) = (location.place.clone(), location.side);
        self.changes.insert(Change { class, place, side, kind, breaks_published });
    }

    /// Reports changed keys that the crates do not show: all but those that are compared elsewhere.
    pub(super) fn report_others(
        &mut self,
        old: Option<&Map<String, Value>>,
        new: Option<&Map<String, Value>>,
        compared: &[&str],
        location: &Location,
    ) {
        let keys: BTreeSet<_> = [old, new].into_iter().flatten().flat_map(Map::keys).map(String::as_str).collect();
        let differ = |key: &&str| old.and_then(|old| old.get(*key)) != new.and_then(|new| new.get(*key));
        let changed = keys.into_iter().filter(|key| !compared.contains(key)).filter(differ).map(str::to_owned);
        self.report_annotations(changed.collect::<Vec<_>>(), location);
    }

    pub(super) fn report_annotations<K: Into<String>>(
        &mut self,
        keys: impl IntoIterator<Item = K>,
        location: &Location,
    ) {
        let keys_there = self.keys.entry((location.place.clone(), location.side)).or_default();
        keys_there.extend(keys.into_iter().map(Into::into));
    }

    /// Compares the schemas at one place, which names them as long as they have no names of their own.
    pub(super) fn compare(&mut self, old: &'a Value, new: &'a Value, location: Location) {
        self.compare_at(old, new, Location { within: (old, new), ..location });
        // One after the other and not one within the other: a schema may be at the end of a chain of thousands.
        while let Some((old, new, location)) = self.pending.pop() {
            self.compare_content(old, new, &location);
        }
    }

    pub(super) fn compare_at(&mut self, old: &'a Value, new: &'a Value, location: Location) {
        let Some((old, new, mut location)) = self.follow_names(old, new, location) else { return };
        let is_named = location.name == Name::Component;
        match (named_type(old), named_type(new)) {
            (was @ None, is @ Some(_)) | (was @ Some(_), is @ None) => {
                self.report(Verdict::BREAKS, &location, ChangeKind::replaced(Part::TypeName, was, is));
            }
            // The generator may use the name of a part, or make a type of parts that differ; and a reference to an `allOf`
            // of one, in another `allOf`, loses its name. An import merges objects.
            (None, None) if part_names(old) != part_names(new) && self.is_scalar(new) => {
                self.report(Verdict::BREAKS, &location, ChangeKind::changed(Part::Parts));
            }
            _ if is_named => {}
            _ => location.name = if becomes_type(old) && becomes_type(new) { Name::Title } else { Name::Place },
        }
        let has_references = |schema: &Value| reference(schema).is_some() || schema.get("allOf").is_some();
        let (before, after) = (self.old_references.resolve(old), self.new_references.resolve(new));
        if !is_named && !has_references(old) && !has_references(new) {
            return self.compare_content(before, after, &location);
        }
        // A schema that refers to others may refer to itself.
        if is_named || self.seen.insert((location.within, (before, after), location.side, location.required)) {
            self.pending.push((before, after, location));
        }
    }

    /// Follows the names that both schemas have, and compares the annotations beside them. A name may be an alias of another one.
    /// Nothing is left to compare if the pair has been visited.
    fn follow_names(
        &mut self,
        old: &'a Value,
        new: &'a Value,
        mut location: Location,
    ) -> Option<(&'a Value, &'a Value, Location)> {
        let (mut old, mut new) = (only_alternative(old), only_alternative(new));
        while let (Some(old_name), Some(new_name)) = (named_type(old), named_type(new)) {
            self.compared.insert(new_name);
            if old_name != new_name {
                self.renamed.entry((old_name, new_name)).or_default().insert((location.place.clone(), location.side));
            }
            let annotations = (ResolvedSchema::of(&self.nowhere, old), ResolvedSchema::of(&self.nowhere, new));
            let is_union = alternatives(&ResolvedSchema::of(&self.new_references, new)).is_some();
            self.compare_nullability(&annotations.0, &annotations.1, is_union, &location);
            self.compare_annotations(&annotations.0, &annotations.1, &location);
            let target = |document: &'a Value, name| named(document, name).unwrap_or(&Value::Null);
            (old, new) = (target(self.old, old_name), target(self.new, new_name));
            let is_same = old_name == new_name || self.is_renamed(old_name, new_name);
            if is_same {
                location =
                    Location { place: new_name.to_owned(), name: Name::Component, within: (old, new), ..location };
                let only = (only_alternative(old), only_alternative(new));
                let is_wrapped = !std::ptr::eq(new, only.1);
                // The generator may make another type of a union of one.
                if is_wrapped == std::ptr::eq(old, only.0) && reference(only.0).is_none() && reference(only.1).is_none()
                {
                    let kind = ChangeKind::Became { state: State::Union, holds: is_wrapped };
                    self.report(Verdict::BREAKS, &location, kind);
                }
                (old, new) = only;
            }
            if !self.seen.insert((location.within, (old, new), location.side, location.required)) {
                return None;
            }
            if !is_same {
                self.pending.push((old, new, location));
                return None;
            }
        }
        Some((old, new, location))
    }

    fn is_scalar(&self, new: &'a Value) -> bool {
        ResolvedSchema::of(&self.new_references, new).is_scalar()
    }

    /// Whether a schema is there under another name. If both are in one of the documents, they are two.
    pub(super) fn is_renamed(&self, old: &str, new: &str) -> bool {
        named(self.old, old).is_some()
            && named(self.new, new).is_some()
            && named(self.new, old).is_none()
            && named(self.old, new).is_none()
    }

    /// Compares which names there are, and what no operation has led to: each is a public type.
    pub(super) fn compare_names(&mut self) {
        let names = |document: &'a Value| schemas(document).keys().map(String::as_str).collect::<BTreeSet<_>>();
        let (old, new) = (names(self.old), names(self.new));
        for name in old.intersection(&new).filter(|name| !self.compared.contains(*name)).copied().collect::<Vec<_>>() {
            if let (Some(before), Some(after)) = (named(self.old, name), named(self.new, name)) {
                self.compare(before, after, Location { name: Name::Component, ..Location::new(name, Side::Response) });
            }
        }
        let (mut gone, mut came) = (old.clone(), new.clone());
        for ((before, after), places) in std::mem::take(&mut self.renamed) {
            if self.is_renamed(before, after) {
                let kind = ChangeKind::replaced(Part::Name, Some(before), Some(after));
                self.report(Verdict::BREAKS, &Location::new(after, Side::Api), kind);
                gone.remove(before);
                came.remove(after);
            } else {
                for (place, side) in places {
                    let kind = ChangeKind::replaced(Part::TypeName, Some(before), Some(after));
                    self.report(Verdict::BREAKS, &Location::new(place, side), kind);
                }
            }
        }
        for name in gone.difference(&new) {
            self.report(Verdict::BREAKS, &Location::new(*name, Side::Api), ChangeKind::removed(Part::Schema));
        }
        for name in came.difference(&old) {
            self.report(Verdict::ADDS, &Location::new(*name, Side::Api), ChangeKind::added(Part::Schema));
        }
    }
}
