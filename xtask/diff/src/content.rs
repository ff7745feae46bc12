//! What changes in one schema mean.

use std::collections::BTreeSet;

use serde_json::Value;

use super::alternatives::alternatives_came_or_went;
use super::change::{Side, Verdict};
use super::comparison::{Comparison, Location};
use super::names::Name;
use super::shape::{alternatives, described, has_default, is_closed, is_free_form, is_map, scalar, type_of, values};
use xtask_document::resolved::ResolvedSchema;

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
    pub(super) fn compare_content(&mut self, old: &'a Value, new: &'a Value, location: &Location) {
        let (before, after) =
            (ResolvedSchema::of(&self.old_references, old), ResolvedSchema::of(&self.new_references, new));
        let (was_free, is_free) = (is_free_form(&before), is_free_form(&after));
        // Crates that read anything go on reading, and an API that takes anything goes on taking.
        let fits = if location.side == Side::Request { is_free } else { was_free };
        if let Some(what) = alternatives_came_or_went(&before, &after) {
            return self.tell(Verdict::breaks(!fits), location, what);
        }
        self.compare_alternatives(&before, &after, location);
        let (old_type, new_type) = (type_of(&before), type_of(&after));
        if old_type != new_type {
            let what = format!("the type was {} and is {}", old_type.unwrap_or("none"), new_type.unwrap_or("none"));
            // All the rest is another one, too.
            return self.tell(Verdict::breaks(!fits), location, what);
        }
        self.compare_form(&before, &after, old_type, location);
        if is_free {
            self.tell_nullability(Verdict::DOCUMENTS, &before, &after, location);
        } else {
            self.compare_nullability(&before, &after, alternatives(&after).is_some(), location);
        }
        self.compare_values(&before, &after, location);
        self.compare_properties(&before, &after, location);
        self.compare_held(&before, &after, location);
        self.compare_words(&before, &after, location);
    }

    /// Compares two schemas of one type: in what form its values come.
    fn compare_form(
        &mut self,
        before: &ResolvedSchema<'a>,
        after: &ResolvedSchema<'a>,
        of: Option<&str>,
        location: &Location,
    ) {
        let word = |schema: &ResolvedSchema<'a>, key| schema.get(key).and_then(Value::as_str);
        let (old_format, new_format) = (word(before, "format"), word(after, "format"));
        if old_format != new_format {
            let what =
                format!("the format was {} and is {}", old_format.unwrap_or("none"), new_format.unwrap_or("none"));
            let is_seen = scalar(of, old_format) != scalar(of, new_format);
            // A response's string with a format may have any text, in published crates, too.
            let is_read = location.side == Side::Response && of == Some("string");
            self.tell(if is_seen { Verdict::breaks(!is_read) } else { Verdict::DOCUMENTS }, location, what);
        }
        if is_map(before) != is_map(after) {
            let what = if is_map(after) { "it takes any property now" } else { "it no longer takes any property" };
            return self.tell(Verdict::BREAKS_PUBLISHED, location, what);
        }
        if before.get("not") != after.get("not") {
            self.tell(Verdict::BREAKS, location, "what it may not be changed");
        }
    }

    /// Compares whether a value may be null. A field has one `Option` more or less then.
    pub(super) fn compare_nullability(
        &mut self,
        before: &ResolvedSchema<'a>,
        after: &ResolvedSchema<'a>,
        is_union: bool,
        location: &Location,
    ) {
        // A union keeps null as it keeps whatever fits no alternative.
        let fails = after.is("nullable") && location.required && location.side == Side::Response && !is_union;
        let verdict = if location.is_parameter { Verdict::DOCUMENTS } else { Verdict::breaks(fails) };
        self.tell_nullability(verdict, before, after, location);
    }

    fn tell_nullability(
        &mut self,
        verdict: Verdict,
        before: &ResolvedSchema<'a>,
        after: &ResolvedSchema<'a>,
        location: &Location,
    ) {
        let (was, is) = (before.is("nullable"), after.is("nullable"));
        if was != is {
            let what = match (location.side, is) {
                (Side::Request, true) => "null may be sent now",
                (Side::Request, false) => "null may no longer be sent",
                (_, true) => "it may be null now",
                (_, false) => "it is never null now",
            };
            self.tell(verdict, location, what);
        }
    }

    fn compare_values(&mut self, before: &ResolvedSchema<'a>, after: &ResolvedSchema<'a>, location: &Location) {
        match (values(before), values(after)) {
            (Some(before), Some(after)) => {
                for value in after.difference(&before) {
                    self.tell(Verdict::ADDS, location, format!("there is a new value {value:?}"));
                }
                for value in before.difference(&after) {
                    // The generator keeps nothing of it: code that names the variant does not compile.
                    let verdict = Verdict::breaks(location.side == Side::Request);
                    self.tell(verdict, location, format!("the value {value:?} is gone"));
                }
            }
            (None, Some(_)) => self.tell(Verdict::BREAKS, location, "its values are listed now"),
            (Some(_), None) => self.tell(Verdict::BREAKS, location, "its values are no longer listed"),
            // Import leaves no other enums.
            (None, None) if before.get("enum") != after.get("enum") => {
                self.tell(Verdict::BREAKS, location, "the values that it may have changed");
            }
            (None, None) => {}
        }
    }

    fn compare_properties(&mut self, before: &ResolvedSchema<'a>, after: &ResolvedSchema<'a>, location: &Location) {
        let (old, new) = (described(before), described(after));
        let (was_required, is_required) = (before.required(), after.required());
        let side = location.side;

        for name in old.keys().filter(|name| !new.contains_key(*name)) {
            let required = was_required.contains(name);
            let word = if required { "required" } else { "optional" };
            let verdict = Verdict::breaks(side == Side::Response && required);
            self.tell(verdict, &location.property(name, required), format!("the {word} property is gone"));
        }
        for (name, schema) in &new {
            let (was_required, is_required) = (was_required.contains(name), is_required.contains(name));
            let location = location.property(name, was_required && is_required);
            let Some(earlier) = old.get(name) else {
                let (verdict, what) = match (side, is_required) {
                    (Side::Request, true) => (Verdict::BREAKS_PUBLISHED, "there is a new required property"),
                    (_, true) => {
                        let verdict = if has_default(before) { Verdict::BREAKS } else { Verdict::ADDS };
                        (verdict, "there is a new required property; fixtures without it no longer decode")
                    }
                    (_, false) => (Verdict::ADDS, "there is a new optional property"),
                };
                self.tell(verdict, &location, what);
                continue;
            };
            if was_required != is_required {
                let (verdict, what) = match (side, is_required) {
                    (Side::Request, true) => (Verdict::BREAKS_PUBLISHED, "it is required now"),
                    (_, true) => (Verdict::BREAKS, "it is required now"),
                    (_, false) => (Verdict::breaks(side == Side::Response), "it is optional now"),
                };
                self.tell(verdict, &location, what);
            }
            let (added, adds) = (before.added(name), after.added(name));
            let is_union = alternatives(&ResolvedSchema::of(&self.new_references, schema)).is_some();
            self.compare_nullability(&added, &adds, is_union, &location);
            self.compare_words(&added, &adds, &location);
            self.compare_at(earlier, schema, location);
        }
    }

    /// Compares what a list or a map holds, and what a model takes beside its properties: anything, unless something
    /// else is said.
    fn compare_held(&mut self, before: &ResolvedSchema<'a>, after: &ResolvedSchema<'a>, location: &Location) {
        let held = |schema: &ResolvedSchema<'a>, keyword| {
            schema.get(keyword).filter(|held| held.is_object()).unwrap_or(&Value::Null)
        };
        let (old, new) = (held(before, "items"), held(after, "items"));
        if !(old.is_null() && new.is_null()) {
            self.compare_at(old, new, location.part("[]"));
        }
        let (old, new) = (held(before, "additionalProperties"), held(after, "additionalProperties"));
        let has_type = |references, schema| !is_free_form(&ResolvedSchema::of(references, schema));
        match (has_type(&self.old_references, old), has_type(&self.new_references, new)) {
            _ if is_map(before) != is_map(after) || old.is_null() && new.is_null() => {}
            // A model keeps other properties if their type is known: its constructor takes them, and it has no
            // `Default`.
            (false, true) if !is_map(after) => {
                let is_seen = location.side == Side::Request || has_default(before);
                let verdict = if is_seen { Verdict::BREAKS } else { Verdict::ADDS };
                self.tell(verdict, location, "it keeps other properties now");
            }
            (true, false) if !is_map(after) => {
                self.tell(Verdict::BREAKS, location, "it no longer keeps other properties")
            }
            _ => self.compare_at(old, new, location.part("{}")),
        }
    }

    pub(super) fn compare_words(
        &mut self,
        before: &ResolvedSchema<'a>,
        after: &ResolvedSchema<'a>,
        location: &Location,
    ) {
        let differ = |key: &&str| before.get(key) != after.get(key);
        let keywords: BTreeSet<_> = before.keywords().chain(after.keywords()).collect();
        let mut changed: Vec<_> = keywords.into_iter().filter(|key| !COMPARED.contains(key)).filter(differ).collect();
        if differ(&"title") {
            let title = |schema: &ResolvedSchema<'a>| schema.get("title").and_then(Value::as_str).unwrap_or("none");
            if location.name == Name::Title {
                let what = format!("the title that names its type was {} and is {}", title(before), title(after));
                self.tell(Verdict::BREAKS, location, what);
            } else {
                changed.push("title");
            }
        }
        // Two lists of alternatives are no list that the generator knows.
        if before.get("oneOf").and(after.get("oneOf")).is_some() && differ(&"anyOf") {
            changed.push("anyOf");
        }
        self.tell_changed(changed, location);
        if is_closed(before) != is_closed(after) {
            let what = if is_closed(after) {
                "it rejects other properties now"
            } else {
                "it no longer rejects other properties"
            };
            self.tell(Verdict::DOCUMENTS, location, what);
        }
        self.compare_deprecation(before.get("deprecated"), after.get("deprecated"), location);
    }
}
