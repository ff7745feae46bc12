//! Walks two documents in parallel, and collects the changes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::change::{Change, Side, Verdict};
use super::kind::{ChangeKind, Part, State};
use super::names::{Name, named_type, only_alternative, part_names};
use super::shape::{alternatives, type_of};
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::{named, reference, schemas};
use xtask_import::becomes_type;

/// The addresses of a schema of the old document and one of the new document.
type Pair = (*const Value, *const Value);

/// Two documents, and the changes found so far.
pub(super) struct Comparison<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    pub(super) old_references: References<'a>,
    pub(super) new_references: References<'a>,
    /// Resolves no reference, so that the keywords beside a reference are kept.
    unresolved: References<'a>,
    /// The visited pairs: the pair of named schemas around each, the pair itself, its side, and whether it is required.
    seen: BTreeSet<(Pair, Pair, Side, bool)>,
    /// The visited pairs that are not compared yet.
    pending: Vec<(&'a Value, &'a Value, Location)>,
    /// Pairs of an old and a new type name, with the places where one replaced the other.
    renamed: BTreeMap<(&'a str, &'a str), BTreeSet<(String, Side)>>,
    /// The named schemas that the walk has reached.
    compared: BTreeSet<&'a str>,
    /// Changed keys that the crates do not show, by place.
    keys: BTreeMap<(String, Side), BTreeSet<String>>,
    changes: BTreeSet<Change>,
}

/// A schema of the old document, and one of the new document.
pub(super) type Versions<'s, 'a> = [&'s ResolvedSchema<'a>; 2];

/// An object of the old document, and one of the new document, if they exist.
pub(super) type Objects<'v> = [Option<&'v Map<String, Value>>; 2];

/// A place in the documents, with facts about the values there.
#[derive(Clone)]
pub(super) struct Location {
    pub(super) place: String,
    pub(super) side: Side,
    /// Whether the value is required, both before and after.
    pub(super) required: bool,
    /// Whether the value is a parameter, which is never null in the crates.
    pub(super) is_parameter: bool,
    pub(super) name: Name,
    /// The named schemas that contain the place.
    within: Pair,
}

impl Location {
    /// A location whose value is required.
    pub(super) fn new(place: impl Into<String>, side: Side) -> Self {
        let within = (std::ptr::null(), std::ptr::null());
        Self { place: place.into(), side, required: true, is_parameter: false, name: Name::Place, within }
    }

    /// This location, with a value that is required or not.
    pub(super) fn required(self, required: bool) -> Self {
        Self { required, ..self }
    }

    /// This location, as that of a parameter.
    pub(super) fn parameter(self) -> Self {
        Self { is_parameter: true, ..self }
    }

    /// A part of this location. Its value is required.
    pub(super) fn part(&self, suffix: &str) -> Self {
        let place = format!("{}{suffix}", self.place);
        Self { place, required: true, is_parameter: false, name: Name::Place, ..*self }
    }

    /// A property of this location.
    pub(super) fn property(&self, name: &str, required: bool) -> Self {
        self.part(&format!(".{name}")).required(required)
    }
}

/// The keys that have different values in two objects.
pub(super) fn changed_keys<'v>([old, new]: Objects<'v>) -> impl Iterator<Item = &'v str> {
    let keys: BTreeSet<_> = [old, new].into_iter().flatten().flat_map(Map::keys).map(String::as_str).collect();
    keys.into_iter().filter(move |key| old.and_then(|old| old.get(*key)) != new.and_then(|new| new.get(*key)))
}

impl<'a> Comparison<'a> {
    pub(super) fn new(old: &'a Value, new: &'a Value) -> Self {
        let (seen, pending, renamed) = (BTreeSet::new(), Vec::new(), BTreeMap::new());
        let (old_references, new_references) = (References::of(old), References::of(new));
        let (unresolved, compared) = (References::of(&Value::Null), BTreeSet::new());
        let (keys, changes) = (BTreeMap::new(), BTreeSet::new());
        Self { old, new, old_references, new_references, unresolved, seen, pending, renamed, compared, keys, changes }
    }

    /// The changes, sorted by class and place. A change that is reported with and without a break of published crates
    /// is listed with it.
    pub(super) fn into_changes(mut self) -> Vec<Change> {
        for ((place, side), keys) in std::mem::take(&mut self.keys) {
            if !keys.is_empty() {
                let kind = ChangeKind::Annotations { keywords: keys.into_iter().collect() };
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

    /// Reports changed keys that the crates do not show: all except those that are compared elsewhere.
    pub(super) fn report_others(&mut self, objects: Objects<'_>, compared: &[&str], location: &Location) {
        let changed = changed_keys(objects).filter(|key| !compared.contains(key));
        self.report_annotations(changed, location);
    }

    pub(super) fn report_annotations<'k>(&mut self, keys: impl IntoIterator<Item = &'k str>, location: &Location) {
        let changed = self.keys.entry((location.place.clone(), location.side)).or_default();
        changed.extend(keys.into_iter().map(str::to_owned));
    }

    /// Compares two schemas. The location names them unless they have names of their own.
    pub(super) fn compare(&mut self, old: &'a Value, new: &'a Value, location: Location) {
        self.compare_at(old, new, Location { within: (old, new), ..location });
        // Not by recursion: schemas can be nested thousands deep.
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
            // The generator may use the name of a part, or make a type of different parts. A reference to an `allOf` of
            // one, in another `allOf`, loses its name. The importer merges objects, so only scalars and lists are left.
            (None, None) if part_names(old) != part_names(new) && self.is_scalar_or_list(new) => {
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
        // References can form a cycle.
        if is_named || self.seen.insert((location.within, (before, after), location.side, location.required)) {
            self.pending.push((before, after, location));
        }
    }

    /// Follows the names that both schemas have, through aliases, and compares the annotations beside them. Returns
    /// `None` if the pair has been visited, or is pending.
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
            let [before, after] = [old, new].map(|schema| ResolvedSchema::of(&self.unresolved, schema));
            let is_union = alternatives(&ResolvedSchema::of(&self.new_references, new)).is_some();
            self.compare_nullability([&before, &after], is_union, &location);
            self.compare_annotations([&before, &after], &location);
            let target = |document: &'a Value, name| named(document, name).unwrap_or(&Value::Null);
            (old, new) = (target(self.old, old_name), target(self.new, new_name));
            let is_same = old_name == new_name || self.is_renamed(old_name, new_name);
            if is_same {
                location =
                    Location { place: new_name.to_owned(), name: Name::Component, within: (old, new), ..location };
                let only = (only_alternative(old), only_alternative(new));
                let is_wrapped = !std::ptr::eq(new, only.1);
                // The generator may make another type of a union of one alternative.
                if is_wrapped == std::ptr::eq(old, only.0) && reference(only.0).is_none() && reference(only.1).is_none()
                {
                    self.report(Verdict::BREAKS, &location, ChangeKind::became(State::Union, is_wrapped));
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

    fn is_scalar_or_list(&self, new: &'a Value) -> bool {
        let schema = ResolvedSchema::of(&self.new_references, new);
        schema.is_scalar() || type_of(&schema) == Some("array")
    }

    /// Whether a schema was renamed. If a document has both names, they are two schemas.
    pub(super) fn is_renamed(&self, old: &str, new: &str) -> bool {
        named(self.old, old).is_some()
            && named(self.new, new).is_some()
            && named(self.new, old).is_none()
            && named(self.old, new).is_none()
    }

    /// Compares the names of schemas, and the schemas that no operation reaches. Each is a public type.
    pub(super) fn compare_names(&mut self) {
        let names = |document: &'a Value| schemas(document).keys().map(String::as_str).collect::<BTreeSet<_>>();
        let (old, new) = (names(self.old), names(self.new));
        for name in old.intersection(&new).filter(|name| !self.compared.contains(*name)).copied().collect::<Vec<_>>() {
            if let (Some(before), Some(after)) = (named(self.old, name), named(self.new, name)) {
                self.compare(before, after, Location { name: Name::Component, ..Location::new(name, Side::Response) });
            }
        }
        let (mut removed, mut added) = (old.clone(), new.clone());
        for ((before, after), places) in std::mem::take(&mut self.renamed) {
            if self.is_renamed(before, after) {
                let kind = ChangeKind::replaced(Part::Name, Some(before), Some(after));
                self.report(Verdict::BREAKS, &Location::new(after, Side::Api), kind);
                removed.remove(before);
                added.remove(after);
            } else {
                for (place, side) in places {
                    let kind = ChangeKind::replaced(Part::TypeName, Some(before), Some(after));
                    self.report(Verdict::BREAKS, &Location::new(place, side), kind);
                }
            }
        }
        for name in removed.difference(&new) {
            self.report(Verdict::BREAKS, &Location::new(*name, Side::Api), ChangeKind::removed(Part::Schema));
        }
        for name in added.difference(&old) {
            self.report(Verdict::ADDS, &Location::new(*name, Side::Api), ChangeKind::added(Part::Schema));
        }
    }
}
