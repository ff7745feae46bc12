//! What changes in schemas mean.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::change::{Change, Class, Side};
use crate::effective::{flatten, reference};

use crate::policies::constraints::CONSTRAINTS;
use crate::policies::lenient::is_marked as is_lenient;
use Class::{Additive, Breaking, Documentation};

/// Keywords beside the constraints that the crates do not show.
const UNSEEN: [&str; 6] = ["default", "description", "example", "externalDocs", "title", "xml"];

/// Two documents, and what has been found between them.
pub(super) struct Schemas<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    /// The pairs of named schemas that have been compared, by side.
    seen: BTreeSet<(String, String, Side)>,
    /// Which old name became which new one.
    renamed: BTreeMap<String, String>,
    changes: BTreeSet<Change>,
}

/// A place in the documents at which a schema stands.
#[derive(Clone, Copy)]
struct Spot<'p> {
    place: &'p str,
    side: Side,
    /// Whether a value has to be there, before and after.
    required: bool,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(old: &'a Value, new: &'a Value) -> Self {
        Self { old, new, seen: BTreeSet::new(), renamed: BTreeMap::new(), changes: BTreeSet::new() }
    }

    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes.into_iter().collect()
    }

    pub(super) fn add(&mut self, change: Change) {
        self.changes.insert(change);
    }

    /// Compares the schemas at one place. `place` names it as long as they have no names of their own.
    pub(super) fn compare(&mut self, old: &Value, new: &Value, place: &str, side: Side) {
        self.compare_at(old, new, Spot { place, side, required: true });
    }

    fn compare_at(&mut self, old: &Value, new: &Value, spot: Spot<'_>) {
        let Spot { place, side, .. } = spot;
        match (reference(old), reference(new)) {
            (Some(before), Some(after)) => {
                if before != after {
                    self.renamed.insert(before.to_owned(), after.to_owned());
                }
                if self.seen.insert((before.to_owned(), after.to_owned(), side)) {
                    self.compare_content(old, new, Spot { place: after, ..spot });
                }
            }
            (None, Some(name)) => {
                self.add(Change::new(Breaking, side, place, format!("its type now has the name {name}")));
                self.compare_content(old, new, spot);
            }
            (Some(name), None) => {
                self.add(Change::new(Breaking, side, place, format!("its type no longer has the name {name}")));
                self.compare_content(old, new, spot);
            }
            (None, None) => self.compare_content(old, new, spot),
        }
    }

    fn compare_content(&mut self, old: &Value, new: &Value, spot: Spot<'_>) {
        let (old_document, new_document) = (self.old, self.new);
        let (before, after) = (flatten(old_document, old), flatten(new_document, new));
        match (is_lenient(&before), is_lenient(&after)) {
            // The crates take whatever comes.
            (true, true) => {
                if before != after {
                    self.add(Change::new(Documentation, spot.side, spot.place, "what is known of its shape changed"));
                }
                return;
            }
            (false, false) => {}
            (_, lenient) => {
                let what = if lenient { "it is free-form now" } else { "it is no longer free-form" };
                self.add(Change::new(Breaking, spot.side, spot.place, what));
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
            if let (Some(before @ Value::Object(_)), Some(after @ Value::Object(_))) = (before.get(key), after.get(key))
            {
                let place = format!("{}{suffix}", spot.place);
                self.compare_at(before, after, Spot { place: &place, required: true, ..spot });
            }
        }
    }

    fn compare_type(&mut self, before: &Map<String, Value>, after: &Map<String, Value>, spot: Spot<'_>) {
        for key in ["type", "format"] {
            let (old, new) = (before.get(key), after.get(key));
            if old != new {
                let word = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or("none").to_owned();
                let what = format!("the {key} was {} and is {}", word(old), word(new));
                self.add(Change::new(Breaking, spot.side, spot.place, what).on_the_wire());
            }
        }
        let is_map = |schema: &Map<String, Value>| {
            schema.get("additionalProperties").is_some_and(|values| values.is_object() || values == true)
        };
        if is_map(before) != is_map(after) {
            let what = if is_map(after) { "it takes any property now" } else { "it no longer takes any property" };
            self.add(Change::new(Breaking, spot.side, spot.place, what).on_the_wire());
        }
    }

    fn compare_nullability(&mut self, before: &Map<String, Value>, after: &Map<String, Value>, spot: Spot<'_>) {
        let nullable = |schema: &Map<String, Value>| schema.get("nullable") == Some(&Value::Bool(true));
        let (side, place) = (spot.side, spot.place);
        let change = match (nullable(before), nullable(after), side) {
            (true, true, _) | (false, false, _) => return,
            (false, true, Side::Response) if spot.required => {
                Change::new(Breaking, side, place, "it may be null now").on_the_wire()
            }
            // What is optional is an `Option` already, which reads null as absent.
            (false, true, Side::Response) => Change::new(Documentation, side, place, "it may be null now"),
            (true, false, Side::Response) if spot.required => {
                Change::new(Breaking, side, place, "it is never null now")
            }
            (true, false, Side::Response) => Change::new(Documentation, side, place, "it is never null now"),
            (_, after, _) => {
                let class = if spot.required { Breaking } else { Documentation };
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

    fn compare_values(&mut self, before: &Map<String, Value>, after: &Map<String, Value>, spot: Spot<'_>) {
        let values = |schema: &Map<String, Value>| -> Option<BTreeSet<String>> {
            let values = schema.get("enum")?.as_array()?;
            Some(values.iter().map(ToString::to_string).collect())
        };
        let (side, place) = (spot.side, spot.place);
        match (values(before), values(after)) {
            (Some(before), Some(after)) => {
                for value in after.difference(&before) {
                    self.add(Change::new(Additive, side, place, format!("there is a new value {value}")));
                }
                for value in before.difference(&after) {
                    let change = |class| Change::new(class, side, place, format!("the value {value} is gone"));
                    self.add(if side == Side::Request { change(Breaking).on_the_wire() } else { change(Additive) });
                }
            }
            (None, Some(_)) => self.add(Change::new(Breaking, side, place, "its values are listed now")),
            (Some(_), None) => self.add(Change::new(Breaking, side, place, "its values are no longer listed")),
            (None, None) => {}
        }
    }

    fn compare_properties(&mut self, before: &Map<String, Value>, after: &Map<String, Value>, spot: Spot<'_>) {
        let empty = Map::new();
        let old = before.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let new = after.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let (was_required, is_required) = (required(before), required(after));
        let side = spot.side;

        for name in old.keys().filter(|name| !new.contains_key(*name)) {
            let (was_required, place) = (was_required.contains(name.as_str()), format!("{}.{name}", spot.place));
            let change = Change::new(Breaking, side, place, format!("the {} property is gone", word(was_required)));
            self.add(if side == Side::Response && was_required { change.on_the_wire() } else { change });
        }
        for (name, schema) in new {
            let place = format!("{}.{name}", spot.place);
            let (was_required, is_required) =
                (was_required.contains(name.as_str()), is_required.contains(name.as_str()));
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
            self.compare_at(earlier, schema, Spot { place: &place, side, required: was_required && is_required });
        }
    }

    fn compare_branches(&mut self, before: &Map<String, Value>, after: &Map<String, Value>, spot: Spot<'_>) {
        for key in ["oneOf", "anyOf"] {
            let old = before.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let new = after.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let (old_count, new_count) = (old.len(), new.len());
            if old_count != new_count {
                let what = format!("there were {old_count} alternatives ({key}) and are {new_count}");
                self.add(Change::new(Breaking, spot.side, spot.place, what).on_the_wire());
            } else {
                for (index, (old, new)) in old.iter().zip(new).enumerate() {
                    let place = format!("{}|{index}", spot.place);
                    self.compare_at(old, new, Spot { place: &place, required: true, ..spot });
                }
            }
        }
    }

    fn compare_words(&mut self, before: &Map<String, Value>, after: &Map<String, Value>, spot: Spot<'_>) {
        let differ = |key: &&str| before.get(*key) != after.get(*key);
        let changed: Vec<&str> = CONSTRAINTS.into_iter().chain(UNSEEN).filter(differ).collect();
        if !changed.is_empty() {
            let what = format!("{} changed", changed.join(", "));
            self.add(Change::new(Documentation, spot.side, spot.place, what));
        }
        if differ(&"deprecated") {
            let what = if after.get("deprecated") == Some(&Value::Bool(true)) {
                "it is deprecated"
            } else {
                "it is no longer deprecated"
            };
            self.add(Change::new(Additive, spot.side, spot.place, what));
        }
    }

    /// Compares which names there are: each is a public type.
    pub(super) fn compare_names(&mut self) {
        let names = |document: &'a Value| {
            let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
            schemas.into_iter().flat_map(Map::keys).map(String::as_str).collect::<BTreeSet<_>>()
        };
        let (old, new) = (names(self.old), names(self.new));
        let renamed: Vec<_> = self
            .renamed
            .iter()
            .filter(|(before, after)| !new.contains(before.as_str()) && !old.contains(after.as_str()))
            .collect();
        let mut changes = Vec::new();
        for (before, after) in &renamed {
            changes.push(Change::new(
                Breaking,
                Side::Operation,
                after.as_str(),
                format!("the schema was called {before}"),
            ));
        }
        for name in old.difference(&new).filter(|name| !renamed.iter().any(|(before, _)| before == *name)) {
            changes.push(Change::new(Breaking, Side::Operation, *name, "the schema is gone"));
        }
        for name in new.difference(&old).filter(|name| !renamed.iter().any(|(_, after)| after == *name)) {
            changes.push(Change::new(Additive, Side::Operation, *name, "there is a new schema"));
        }
        self.changes.extend(changes);
    }
}

fn required(schema: &Map<String, Value>) -> BTreeSet<&str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn word(required: bool) -> &'static str {
    if required { "required" } else { "optional" }
}
