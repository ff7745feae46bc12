//! What changes in one schema mean.

use std::collections::BTreeSet;

use serde_json::Value;

use super::alternatives::alternatives_came_or_went;
use super::change::{Side, Verdict};
use super::comparison::{Comparison, Spot};
use super::names::Name;
use super::shape::{alternatives, described, has_default, is_closed, is_free_form, is_map, scalar, type_of, values};
use crate::effective::Effective;

/// The keywords that are compared one by one. The crates do not show what the others say.
const COMPARED: [&str; 11] = [
    "additionalProperties",
    "anyOf",
    "deprecated",
    "enum",
    "format",
    "items",
    "not",
    "nullable",
    "oneOf",
    "title",
    "type",
];

impl<'a> Comparison<'a> {
    pub(super) fn compare_content(&mut self, old: &'a Value, new: &'a Value, spot: &Spot) {
        let (before, after) = (Effective::of(&self.old_references, old), Effective::of(&self.new_references, new));
        let (was_free, is_free) = (is_free_form(&before), is_free_form(&after));
        // Crates that read anything go on reading, and an API that takes anything goes on taking.
        let fits = if spot.side == Side::Request { is_free } else { was_free };
        if let Some(what) = alternatives_came_or_went(&before, &after) {
            return self.tell(Verdict::breaks(!fits), spot, what);
        }
        self.compare_alternatives(&before, &after, spot);
        let (old_type, new_type) = (type_of(&before), type_of(&after));
        if old_type != new_type {
            let what = format!("the type was {} and is {}", old_type.unwrap_or("none"), new_type.unwrap_or("none"));
            // All the rest is another one, too.
            return self.tell(Verdict::breaks(!fits), spot, what);
        }
        self.compare_form(&before, &after, old_type, spot);
        if is_free {
            self.tell_nullability(Verdict::DOCUMENTS, &before, &after, spot);
        } else {
            self.compare_nullability(&before, &after, alternatives(&after).is_some(), spot);
        }
        self.compare_values(&before, &after, spot);
        self.compare_properties(&before, &after, spot);
        self.compare_held(&before, &after, spot);
        self.compare_words(&before, &after, spot);
    }

    /// Compares two schemas of one type: in what form its values come.
    fn compare_form(&mut self, before: &Effective<'a>, after: &Effective<'a>, of: Option<&str>, spot: &Spot) {
        let word = |schema: &Effective<'a>, key| schema.get(key).and_then(Value::as_str);
        let (old_format, new_format) = (word(before, "format"), word(after, "format"));
        if old_format != new_format {
            let what =
                format!("the format was {} and is {}", old_format.unwrap_or("none"), new_format.unwrap_or("none"));
            let is_seen = scalar(of, old_format) != scalar(of, new_format);
            // A response's string with a format may have any text, in published crates, too.
            let is_read = spot.side == Side::Response && of == Some("string");
            self.tell(if is_seen { Verdict::breaks(!is_read) } else { Verdict::DOCUMENTS }, spot, what);
        }
        if is_map(before) != is_map(after) {
            let what = if is_map(after) { "it takes any property now" } else { "it no longer takes any property" };
            return self.tell(Verdict::BREAKS_PUBLISHED, spot, what);
        }
        if before.get("not") != after.get("not") {
            self.tell(Verdict::BREAKS, spot, "what it may not be changed");
        }
    }

    /// Compares whether a value may be null. A field has one `Option` more or less then.
    pub(super) fn compare_nullability(
        &mut self,
        before: &Effective<'a>,
        after: &Effective<'a>,
        is_union: bool,
        spot: &Spot,
    ) {
        // A union keeps null as it keeps whatever fits no alternative.
        let fails = after.is("nullable") && spot.required && spot.side == Side::Response && !is_union;
        let verdict = if spot.is_parameter { Verdict::DOCUMENTS } else { Verdict::breaks(fails) };
        self.tell_nullability(verdict, before, after, spot);
    }

    fn tell_nullability(&mut self, verdict: Verdict, before: &Effective<'a>, after: &Effective<'a>, spot: &Spot) {
        let (was, is) = (before.is("nullable"), after.is("nullable"));
        if was != is {
            let what = match (spot.side, is) {
                (Side::Request, true) => "null may be sent now",
                (Side::Request, false) => "null may no longer be sent",
                (_, true) => "it may be null now",
                (_, false) => "it is never null now",
            };
            self.tell(verdict, spot, what);
        }
    }

    fn compare_values(&mut self, before: &Effective<'a>, after: &Effective<'a>, spot: &Spot) {
        match (values(before), values(after)) {
            (Some(before), Some(after)) => {
                for value in after.difference(&before) {
                    self.tell(Verdict::ADDS, spot, format!("there is a new value {value:?}"));
                }
                for value in before.difference(&after) {
                    // The generator keeps nothing of it: code that names the variant does not compile.
                    let verdict = Verdict::breaks(spot.side == Side::Request);
                    self.tell(verdict, spot, format!("the value {value:?} is gone"));
                }
            }
            (None, Some(_)) => self.tell(Verdict::BREAKS, spot, "its values are listed now"),
            (Some(_), None) => self.tell(Verdict::BREAKS, spot, "its values are no longer listed"),
            // Import leaves no other enums.
            (None, None) if before.get("enum") != after.get("enum") => {
                self.tell(Verdict::BREAKS, spot, "the values that it may have changed");
            }
            (None, None) => {}
        }
    }

    fn compare_properties(&mut self, before: &Effective<'a>, after: &Effective<'a>, spot: &Spot) {
        let (old, new) = (described(before), described(after));
        let (was_required, is_required) = (before.required(), after.required());
        let side = spot.side;

        for name in old.keys().filter(|name| !new.contains_key(*name)) {
            let required = was_required.contains(name);
            let word = if required { "required" } else { "optional" };
            let verdict = Verdict::breaks(side == Side::Response && required);
            self.tell(verdict, &spot.property(name, required), format!("the {word} property is gone"));
        }
        for (name, schema) in &new {
            let (was_required, is_required) = (was_required.contains(name), is_required.contains(name));
            let spot = spot.property(name, was_required && is_required);
            let Some(earlier) = old.get(name) else {
                let (verdict, what) = match (side, is_required) {
                    (Side::Request, true) => (Verdict::BREAKS_PUBLISHED, "there is a new required property"),
                    (_, true) => {
                        let verdict = if has_default(before) { Verdict::BREAKS } else { Verdict::ADDS };
                        (verdict, "there is a new required property; fixtures without it no longer decode")
                    }
                    (_, false) => (Verdict::ADDS, "there is a new optional property"),
                };
                self.tell(verdict, &spot, what);
                continue;
            };
            if was_required != is_required {
                let (verdict, what) = match (side, is_required) {
                    (Side::Request, true) => (Verdict::BREAKS_PUBLISHED, "it is required now"),
                    (_, true) => (Verdict::BREAKS, "it is required now"),
                    (_, false) => (Verdict::breaks(side == Side::Response), "it is optional now"),
                };
                self.tell(verdict, &spot, what);
            }
            let (added, adds) = (before.added(name), after.added(name));
            let is_union = alternatives(&Effective::of(&self.new_references, schema)).is_some();
            self.compare_nullability(&added, &adds, is_union, &spot);
            self.compare_words(&added, &adds, &spot);
            self.compare_at(earlier, schema, spot);
        }
    }

    /// Compares what a list or a map holds, and what a model takes beside its properties: anything, unless something
    /// else is said.
    fn compare_held(&mut self, before: &Effective<'a>, after: &Effective<'a>, spot: &Spot) {
        let held = |schema: &Effective<'a>, keyword| {
            schema.get(keyword).filter(|held| held.is_object()).unwrap_or(&Value::Null)
        };
        let (old, new) = (held(before, "items"), held(after, "items"));
        if !(old.is_null() && new.is_null()) {
            self.compare_at(old, new, spot.part("[]"));
        }
        let (old, new) = (held(before, "additionalProperties"), held(after, "additionalProperties"));
        let has_type = |references, schema| !is_free_form(&Effective::of(references, schema));
        match (has_type(&self.old_references, old), has_type(&self.new_references, new)) {
            _ if is_map(before) != is_map(after) || old.is_null() && new.is_null() => {}
            // A model keeps other properties if their type is known: its constructor takes them, and it has no
            // `Default`.
            (false, true) if !is_map(after) => {
                let is_seen = spot.side == Side::Request || has_default(before);
                let verdict = if is_seen { Verdict::BREAKS } else { Verdict::ADDS };
                self.tell(verdict, spot, "it keeps other properties now");
            }
            (true, false) if !is_map(after) => self.tell(Verdict::BREAKS, spot, "it no longer keeps other properties"),
            _ => self.compare_at(old, new, spot.part("{}")),
        }
    }

    pub(super) fn compare_words(&mut self, before: &Effective<'a>, after: &Effective<'a>, spot: &Spot) {
        let differ = |key: &&str| before.get(key) != after.get(key);
        let keywords: BTreeSet<_> = before.keywords().chain(after.keywords()).collect();
        let mut changed: Vec<_> = keywords.into_iter().filter(|key| !COMPARED.contains(key)).filter(differ).collect();
        if differ(&"title") {
            let title = |schema: &Effective<'a>| schema.get("title").and_then(Value::as_str).unwrap_or("none");
            if spot.name == Name::Title {
                let what = format!("the title that names its type was {} and is {}", title(before), title(after));
                self.tell(Verdict::BREAKS, spot, what);
            } else {
                changed.push("title");
            }
        }
        // Two lists of alternatives are no list that the generator knows.
        if before.get("oneOf").and(after.get("oneOf")).is_some() && differ(&"anyOf") {
            changed.push("anyOf");
        }
        self.tell_changed(changed, spot);
        if is_closed(before) != is_closed(after) {
            let what = if is_closed(after) {
                "it rejects other properties now"
            } else {
                "it no longer rejects other properties"
            };
            self.tell(Verdict::DOCUMENTS, spot, what);
        }
        self.compare_deprecation(before.get("deprecated"), after.get("deprecated"), spot);
    }
}
