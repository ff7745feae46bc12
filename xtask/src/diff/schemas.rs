//! What changes in schemas mean.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::change::{Change, Class, Side};
use crate::effective::{Effective, named, reference, resolve};
use crate::policies::constraints::CONSTRAINTS;
use crate::policies::lenient::MARK as LENIENT;
use Class::{Additive, Breaking, Documentation};

/// Keywords beside the constraints that the crates do not show.
const UNSEEN: [&str; 6] = ["default", "description", "example", "externalDocs", "title", "xml"];

/// Two schemas, each of them one of its document.
type Pair = (*const Value, *const Value);

/// Two documents, and what has been found between them.
pub(super) struct Schemas<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    /// The pairs that have been found within a pair of named schemas where one of them leads elsewhere in its document.
    seen: BTreeSet<(Pair, Pair, Side, bool)>,
    /// Those of them that have not been compared yet.
    pending: Vec<(&'a Value, &'a Value, Spot)>,
    /// Which old name became which new one, and where.
    renamed: BTreeMap<(&'a str, &'a str), BTreeSet<(String, Side)>>,
    /// The named schemas to which something has led.
    compared: BTreeSet<&'a str>,
    changes: BTreeSet<Change>,
}

/// A place in the documents at which a schema stands.
#[derive(Clone)]
struct Spot {
    place: String,
    side: Side,
    /// Whether a value has to be there, before and after.
    required: bool,
    /// The last named schemas on the way to it.
    within: Pair,
}

impl Spot {
    /// The spot of something that is always there.
    fn below(&self, suffix: &str) -> Self {
        Self { place: format!("{}{suffix}", self.place), required: true, ..*self }
    }
}

impl<'a> Schemas<'a> {
    pub(super) fn new(old: &'a Value, new: &'a Value) -> Self {
        let (seen, pending, renamed) = (BTreeSet::new(), Vec::new(), BTreeMap::new());
        Self { old, new, seen, pending, renamed, compared: BTreeSet::new(), changes: BTreeSet::new() }
    }

    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes.into_iter().collect()
    }

    pub(super) fn add(&mut self, change: Change) {
        self.changes.insert(change);
    }

    /// Compares the schemas at one place. `place` names it as long as they have no names of their own.
    pub(super) fn compare(&mut self, old: &'a Value, new: &'a Value, place: &str, side: Side, required: bool) {
        self.compare_at(old, new, Spot { place: place.to_owned(), side, required, within: (old, new) });
        // One after the other and not one within the other: a schema may be at the end of a chain of thousands.
        while let Some((old, new, spot)) = self.pending.pop() {
            self.compare_content(old, new, &spot);
        }
    }

    fn compare_at(&mut self, old: &'a Value, new: &'a Value, mut spot: Spot) {
        let pair = (resolve(self.old, old), resolve(self.new, new));
        match (type_name(old), type_name(new)) {
            (Some(before), Some(after)) => {
                self.compared.insert(after);
                if before != after {
                    self.renamed.entry((before, after)).or_default().insert((spot.place.clone(), spot.side));
                }
                if reference(old).is_some() && reference(new).is_some() {
                    spot = Spot { place: after.to_owned(), within: (pair.0, pair.1), ..spot };
                }
            }
            (None, Some(name)) => {
                let what = format!("its type now has the name {name}");
                self.add(Change::new(Breaking, spot.side, &spot.place, what));
            }
            (Some(name), None) => {
                let what = format!("its type no longer has the name {name}");
                self.add(Change::new(Breaking, spot.side, &spot.place, what));
            }
            (None, None) => {}
        }
        let leads_elsewhere = |schema: &Value| reference(schema).is_some() || schema.get("allOf").is_some();
        if !leads_elsewhere(old) && !leads_elsewhere(new) {
            return self.compare_content(old, new, &spot);
        }
        // What leads elsewhere may lead to itself, by whatever way.
        if self.seen.insert((spot.within, (pair.0, pair.1), spot.side, spot.required)) {
            self.pending.push((pair.0, pair.1, spot));
        }
    }

    fn compare_content(&mut self, old: &'a Value, new: &'a Value, spot: &Spot) {
        let (before, after) = (Effective::of(self.old, old), Effective::of(self.new, new));
        match (before.is(LENIENT), after.is(LENIENT)) {
            // The crates take whatever comes.
            (true, true) => {
                if before != after {
                    self.add(Change::new(Documentation, spot.side, &spot.place, "what is known of its shape changed"));
                }
                return;
            }
            (false, false) => {}
            (_, lenient) => {
                let what = if lenient { "it is free-form now" } else { "it is no longer free-form" };
                self.add(Change::new(Breaking, spot.side, &spot.place, what));
                return;
            }
        }
        self.compare_type(&before, &after, spot);
        self.compare_nullability(&before, &after, spot);
        self.compare_values(&before, &after, spot);
        self.compare_properties(&before, &after, spot);
        self.compare_branches(&before, &after, spot);
        self.compare_words(&before, &after, spot);
        for (key, suffix) in [("items", "[]"), ("additionalProperties", "{}")] {
            let typed = |schema: &Effective<'a>| {
                schema.get(key).filter(|part| part.as_object().is_some_and(|part| !part.is_empty()))
            };
            match (typed(&before), typed(&after)) {
                (Some(before), Some(after)) => self.compare_at(before, after, spot.below(suffix)),
                (None, None) => {}
                (_, after) => {
                    let what = if after.is_some() {
                        "what it holds has a type now"
                    } else {
                        "what it holds has no type any more"
                    };
                    self.add(Change::new(Breaking, spot.side, format!("{}{suffix}", spot.place), what));
                }
            }
        }
    }

    fn compare_type(&mut self, before: &Effective<'a>, after: &Effective<'a>, spot: &Spot) {
        for key in ["type", "format"] {
            let (old, new) = (before.get(key), after.get(key));
            if old != new {
                let word = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or("none").to_owned();
                let what = format!("the {key} was {} and is {}", word(old), word(new));
                self.add(Change::new(Breaking, spot.side, &spot.place, what).on_the_wire());
            }
        }
        if is_map(before) != is_map(after) {
            let what = if is_map(after) { "it takes any property now" } else { "it no longer takes any property" };
            self.add(Change::new(Breaking, spot.side, &spot.place, what).on_the_wire());
        }
        let is_closed = |schema: &Effective<'_>| schema.get("additionalProperties") == Some(&Value::Bool(false));
        if is_closed(before) != is_closed(after) {
            let what = if is_closed(after) {
                "it refuses other properties now"
            } else {
                "it no longer refuses other properties"
            };
            self.add(Change::new(Breaking, spot.side, &spot.place, what));
        }
    }

    fn compare_nullability(&mut self, before: &Effective<'a>, after: &Effective<'a>, spot: &Spot) {
        let (side, place) = (spot.side, &spot.place);
        // A list or a map that may be absent is an empty one, and no `Option`.
        let required = spot.required || is_map(after) || after.get("type").is_some_and(|kind| kind == "array");
        let change = match (before.is("nullable"), after.is("nullable"), side) {
            (true, true, _) | (false, false, _) => return,
            (false, true, Side::Response) if required => {
                Change::new(Breaking, side, place, "it may be null now").on_the_wire()
            }
            // What is optional is an `Option` already, which reads null as absent.
            (false, true, Side::Response) => Change::new(Documentation, side, place, "it may be null now"),
            (true, false, Side::Response) if required => Change::new(Breaking, side, place, "it is never null now"),
            (true, false, Side::Response) => Change::new(Documentation, side, place, "it is never null now"),
            (_, after, _) => {
                let class = if required { Breaking } else { Documentation };
                Change::new(
                    class,
                    side,
                    place,
                    if after { "null may be sent now" } else { "null may no longer be sent" },
                )
            }
        };
        self.add(change);
    }

    fn compare_values(&mut self, before: &Effective<'a>, after: &Effective<'a>, spot: &Spot) {
        let values = |schema: &Effective<'_>| -> Option<BTreeSet<String>> {
            let values = schema.get("enum")?.as_array()?;
            Some(values.iter().map(ToString::to_string).collect())
        };
        let (side, place) = (spot.side, &spot.place);
        match (values(before), values(after)) {
            (Some(before), Some(after)) => {
                for value in after.difference(&before) {
                    self.add(Change::new(Additive, side, place, format!("there is a new value {value}")));
                }
                for value in before.difference(&after) {
                    // The generator keeps nothing of it: code that names the variant does not compile.
                    let change = Change::new(Breaking, side, place, format!("the value {value} is gone"));
                    self.add(if side == Side::Request { change.on_the_wire() } else { change });
                }
            }
            (None, Some(_)) => self.add(Change::new(Breaking, side, place, "its values are listed now")),
            (Some(_), None) => self.add(Change::new(Breaking, side, place, "its values are no longer listed")),
            (None, None) => {}
        }
    }

    fn compare_properties(&mut self, before: &Effective<'a>, after: &Effective<'a>, spot: &Spot) {
        let (old, new) = (&before.properties, &after.properties);
        let (was_required, is_required) = (before.required(), after.required());
        let side = spot.side;

        for name in old.keys().filter(|name| !new.contains_key(*name)) {
            let (was_required, place) = (was_required.contains(name), format!("{}.{name}", spot.place));
            let change = Change::new(Breaking, side, place, format!("the {} property is gone", word(was_required)));
            self.add(if side == Side::Response && was_required { change.on_the_wire() } else { change });
        }
        for (name, schema) in new {
            let place = format!("{}.{name}", spot.place);
            let (was_required, is_required) = (was_required.contains(name), is_required.contains(name));
            let Some(earlier) = old.get(name) else {
                self.add(match (side, is_required) {
                    (Side::Request, true) => {
                        Change::new(Breaking, side, place, "there is a new required property").on_the_wire()
                    }
                    (Side::Response, true) => Change::new(
                        Additive,
                        side,
                        place,
                        "there is a new required property; answers without it, such as old fixtures, no longer decode",
                    ),
                    _ => Change::new(Additive, side, place, "there is a new optional property"),
                });
                continue;
            };
            match (side, was_required, is_required) {
                (Side::Request, false, true) => {
                    self.add(Change::new(Breaking, side, &place, "it is required now").on_the_wire());
                }
                (Side::Request, true, false) => self.add(Change::new(Breaking, side, &place, "it is optional now")),
                (_, true, false) => self.add(Change::new(Breaking, side, &place, "it is optional now").on_the_wire()),
                (_, false, true) => self.add(Change::new(Breaking, side, &place, "it is required now")),
                _ => {}
            }
            let spot = Spot { place, required: was_required && is_required, ..*spot };
            let (added, adds) = (before.added(name), after.added(name));
            self.compare_nullability(&added, &adds, &spot);
            self.compare_words(&added, &adds, &spot);
            self.compare_at(earlier, schema, spot);
        }
    }

    fn compare_branches(&mut self, before: &Effective<'a>, after: &Effective<'a>, spot: &Spot) {
        for key in ["oneOf", "anyOf"] {
            let old = before.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let new = after.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let (old_count, new_count) = (old.len(), new.len());
            if old_count != new_count {
                let what = format!("there were {old_count} alternatives ({key}) and are {new_count}");
                self.add(Change::new(Breaking, spot.side, &spot.place, what).on_the_wire());
            } else {
                for (index, (old, new)) in old.iter().zip(new).enumerate() {
                    self.compare_at(old, new, spot.below(&format!("|{index}")));
                }
            }
        }
    }

    fn compare_words(&mut self, before: &Effective<'a>, after: &Effective<'a>, spot: &Spot) {
        let differ = |key: &&str| before.get(key) != after.get(key);
        let changed: Vec<&str> = CONSTRAINTS.into_iter().chain(UNSEEN).filter(differ).collect();
        if !changed.is_empty() {
            let what = format!("{} changed", changed.join(", "));
            self.add(Change::new(Documentation, spot.side, &spot.place, what));
        }
        if differ(&"deprecated") {
            let what = if after.is("deprecated") { "it is deprecated" } else { "it is no longer deprecated" };
            self.add(Change::new(Additive, spot.side, &spot.place, what));
        }
    }

    /// Compares which names there are, and what no operation has led to: each is a public type.
    pub(super) fn compare_names(&mut self) {
        let names = |document: &'a Value| {
            let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
            schemas.into_iter().flat_map(Map::keys).map(String::as_str).collect::<BTreeSet<_>>()
        };
        let (old, new) = (names(self.old), names(self.new));
        for name in old.intersection(&new).filter(|name| !self.compared.contains(*name)).copied().collect::<Vec<_>>() {
            if let (Some(before), Some(after)) = (named(self.old, name), named(self.new, name)) {
                self.compare(before, after, name, Side::Response, true);
            }
        }
        let (mut gone, mut came) = (old.clone(), new.clone());
        for ((before, after), places) in std::mem::take(&mut self.renamed) {
            if new.contains(before) || old.contains(after) {
                // Both are types of their own, whatever their shapes.
                for (place, side) in places {
                    self.add(Change::new(Breaking, side, place, format!("its type was {before} and is {after}")));
                }
            } else {
                self.add(Change::new(Breaking, Side::Operation, after, format!("the schema was called {before}")));
                gone.remove(before);
                came.remove(after);
            }
        }
        for name in gone.difference(&new) {
            self.add(Change::new(Breaking, Side::Operation, *name, "the schema is gone"));
        }
        for name in came.difference(&old) {
            self.add(Change::new(Additive, Side::Operation, *name, "there is a new schema"));
        }
    }
}

/// The name of a schema's type: that of what it refers to, also from within an `allOf` that adds nothing but words.
fn type_name(schema: &Value) -> Option<&str> {
    const ADDS_NO_TYPE: [&str; 7] = ["allOf", "default", "deprecated", "description", "example", "nullable", "title"];
    reference(schema).or_else(|| {
        let [part] = schema.get("allOf")?.as_array()?.as_slice() else { return None };
        let mut keywords = schema.as_object()?.keys();
        keywords.all(|keyword| ADDS_NO_TYPE.contains(&keyword.as_str())).then(|| reference(part))?
    })
}

/// Whether the generator makes a map of it.
fn is_map(schema: &Effective<'_>) -> bool {
    match schema.get("additionalProperties") {
        Some(values) => values.is_object() || values == true,
        None => {
            let is_union = ["allOf", "anyOf", "oneOf"].iter().any(|key| schema.get(key).is_some());
            schema.get("type").is_some_and(|kind| kind == "object") && schema.properties.is_empty() && !is_union
        }
    }
}

fn word(required: bool) -> &'static str {
    if required { "required" } else { "optional" }
}
