//! Classifies the changes of one schema.

use std::collections::BTreeSet;

use serde_json::Value;

use super::alternatives::became_union;
use super::change::{Side, Verdict};
use super::comparison::{Comparison, Location, Versions};
use super::kind::{ChangeKind, Part, State};
use super::limits::fits;
use super::names::Name;
use super::shape::{
    DEEPEST, all_properties, alternatives, extra_field, has_default, is_closed, is_free_form, is_map, scalar, type_of,
    values,
};
use xtask_document::keywords::{Role, constrains_branches, role};
use xtask_document::resolved::ResolvedSchema;

impl<'a> Comparison<'a> {
    pub(super) fn compare_content(&mut self, old: &'a Value, new: &'a Value, location: &Location) {
        let versions @ [before, after] =
            [&ResolvedSchema::of(&self.old_references, old), &ResolvedSchema::of(&self.new_references, new)];
        let fits = match location.side {
            Side::Request => self.new_fits_old_values(versions, location),
            _ => fits(&self.new_references, after, &self.old_references, before, DEEPEST),
        };
        if let Some(kind) = became_union(versions) {
            // The receiver needs the wider schema: the new server for requests, published crates for responses.
            let is_wider = alternatives(after).is_some() == (location.side == Side::Request);
            let kept = self.kept_alternative((old, before), (new, after));
            self.report(Verdict::breaks(!fits && (kept.is_none() || !is_wider)), location, kind);
            if let Some((name, alternative)) = kept {
                self.compare_at(alternative, alternative, location.part(&format!("|{name}")));
            }
            return;
        }
        self.compare_alternatives(versions, location);
        let (old_type, new_type) = (type_of(before), type_of(after));
        if old_type != new_type {
            // The other keywords differ as well.
            return self.report(Verdict::breaks(!fits), location, ChangeKind::replaced(Part::Type, old_type, new_type));
        }
        self.compare_form(versions, old_type, location);
        if is_free_form(after) {
            self.report_nullability(Verdict::DOCUMENTS, versions, location);
        } else {
            self.compare_nullability(versions, alternatives(after).is_some(), location);
        }
        self.compare_values(versions, location);
        self.compare_properties(versions, location);
        self.compare_contained(versions, location);
        self.compare_annotations(versions, location);
    }

    /// Compares the format and the form of an object of two schemas of one type.
    fn compare_form(&mut self, [before, after]: Versions<'_, 'a>, of: Option<&str>, location: &Location) {
        let (old_format, new_format) = (before.text("format"), after.text("format"));
        if old_format != new_format {
            // The type of an enum does not depend on its format.
            let is_enum = values(before).is_some() && values(after).is_some();
            let is_seen = !is_enum && scalar(of, old_format) != scalar(of, new_format);
            // The crates accept any text for a response's string with a format; so do published crates.
            let is_text = of == Some("string");
            let fits = is_text && (location.side == Side::Response || scalar(of, new_format) == "string");
            let verdict = if is_seen { Verdict::breaks(!fits) } else { Verdict::DOCUMENTS };
            self.report(verdict, location, ChangeKind::replaced(Part::Format, old_format, new_format));
        }
        if is_map(before) != is_map(after) {
            self.report(Verdict::BREAKS_PUBLISHED, location, ChangeKind::became(State::Free, is_map(after)));
        }
    }

    /// Compares whether a value may be null, which adds an `Option` to the type of a field.
    pub(super) fn compare_nullability(&mut self, versions: Versions<'_, 'a>, is_union: bool, location: &Location) {
        let [was, is] = versions.map(|schema| schema.is("nullable"));
        // A union keeps null, like every value that fits no alternative.
        let fails = is && location.required && location.side == Side::Response && !is_union;
        if !location.is_parameter {
            self.report_nullability(Verdict::breaks(fails), versions, location);
        } else if was != is {
            // Null has no text, so a parameter is never null.
            self.report_annotations(["nullable"], location);
        }
    }

    fn report_nullability(&mut self, verdict: Verdict, versions: Versions<'_, 'a>, location: &Location) {
        let [was, is] = versions.map(|schema| schema.is("nullable"));
        if was != is {
            self.report(verdict, location, ChangeKind::became(State::Nullable, is));
        }
    }

    fn compare_values(&mut self, [before, after]: Versions<'_, 'a>, location: &Location) {
        match (values(before), values(after)) {
            (Some(before), Some(after)) => {
                for value in after.difference(&before) {
                    self.report(Verdict::ADDS, location, ChangeKind::named(Part::Value, *value, false, true));
                }
                for value in before.difference(&after) {
                    // The generated enum has no such variant any more, so code that names it does not compile.
                    let verdict = Verdict::breaks(location.side == Side::Request);
                    self.report(verdict, location, ChangeKind::named(Part::Value, *value, true, false));
                }
            }
            (was @ None, Some(_)) | (was @ Some(_), None) => {
                self.report(Verdict::BREAKS, location, ChangeKind::became(State::Enumerated, was.is_none()));
            }
            // The importer leaves no other enums.
            (None, None) if before.get("enum") != after.get("enum") => {
                self.report(Verdict::BREAKS, location, ChangeKind::changed(Part::Enum));
            }
            (None, None) => {}
        }
    }

    fn compare_properties(&mut self, [before, after]: Versions<'_, 'a>, location: &Location) {
        let (old, new) = (all_properties(before), all_properties(after));
        let (was_required, is_required) = (before.required(), after.required());
        let side = location.side;

        for name in old.keys().filter(|name| !new.contains_key(*name)) {
            let required = was_required.contains(name);
            let verdict = Verdict::breaks(side == Side::Response && required);
            self.report(verdict, &location.property(name, required), ChangeKind::removed(property_part(required)));
        }
        for (name, schema) in &new {
            let (was_required, is_required) = (was_required.contains(name), is_required.contains(name));
            let location = location.property(name, was_required && is_required);
            let Some(earlier) = old.get(name) else {
                let verdict = match (side, is_required) {
                    (Side::Request, true) => Verdict::BREAKS_PUBLISHED,
                    (_, true) if has_default(before) => Verdict::BREAKS,
                    _ => Verdict::ADDS,
                };
                self.report(verdict, &location, ChangeKind::added(property_part(is_required)));
                continue;
            };
            if was_required != is_required {
                // Only one of the documents allows a value without the property.
                let verdict = Verdict::breaks((side == Side::Request) == is_required);
                self.report(verdict, &location, ChangeKind::became(State::Required, is_required));
            }
            let (added, adds) = (before.added(name), after.added(name));
            let is_union = alternatives(&ResolvedSchema::of(&self.new_references, schema)).is_some();
            self.compare_nullability([&added, &adds], is_union, &location);
            self.compare_annotations([&added, &adds], &location);
            self.compare_at(earlier, schema, location);
        }
    }

    /// Compares the items of a list, the values of a map, and the additional properties of a model, which may have any
    /// shape by default.
    fn compare_contained(&mut self, versions @ [before, after]: Versions<'_, 'a>, location: &Location) {
        let held = |keyword| {
            versions.map(|schema| schema.get(keyword).filter(|held| held.is_object()).unwrap_or(&Value::Null))
        };
        let differs = |keyword| matches!(held(keyword), [old, new] if old != new);
        let is_union = alternatives(after).is_some();
        let is_constraint = is_union && constrains_branches(&after.to_schema());
        if is_union && !is_constraint && (differs("items") || differs("additionalProperties")) {
            // The generator merges them into every alternative.
            return self.report(Verdict::BREAKS, location, ChangeKind::changed(Part::SharedProperties));
        }
        let [old, new] = held("items");
        if type_of(after) != Some("array") {
            // `items` has no effect on other types.
            self.report_without_effect("items", versions, location);
        } else if !(old.is_null() && new.is_null()) {
            self.compare_at(old, new, location.part("[]"));
        }
        let [old, new] = held("additionalProperties");
        match (!old.is_null(), !new.is_null()) {
            (false, false) => {}
            _ if is_constraint => {
                self.report_without_effect("additionalProperties", versions, location);
            }
            _ if is_map(before) != is_map(after) => {}
            _ if type_of(after).is_some_and(|of| of != "object") => {
                self.report_without_effect("additionalProperties", versions, location);
            }
            (false, true) if !is_map(after) => {
                self.report(Verdict::ADDS, location, ChangeKind::became(State::Keeping, true));
            }
            (true, false) if !is_map(after) => {
                self.report(Verdict::BREAKS, location, ChangeKind::became(State::Keeping, false));
            }
            _ => {
                let location = location.part("{}");
                let [was, is] = versions.map(|schema| (!is_map(schema)).then(|| extra_field(schema)));
                if was != is {
                    self.report(Verdict::BREAKS, &location, ChangeKind::replaced(Part::ExtraField, was, is));
                }
                self.compare_at(old, new, location);
            }
        }
    }

    /// Reports a changed keyword that has no effect on the type of a schema.
    fn report_without_effect(&mut self, keyword: &str, [before, after]: Versions<'_, 'a>, location: &Location) {
        if before.get(keyword) != after.get(keyword) {
            self.report_annotations([keyword], location);
        }
    }

    pub(super) fn compare_annotations(&mut self, versions @ [before, after]: Versions<'_, 'a>, location: &Location) {
        let differ = |key: &&str| before.get(key) != after.get(key);
        let keywords: BTreeSet<_> = before.keywords().chain(after.keywords()).collect();
        let mut changed = Vec::new();
        for key in keywords.into_iter().filter(differ) {
            match role(key) {
                Role::Limit => self.report_limit(key, versions.map(|schema| schema.get(key)), location),
                Role::Documentation if key != "title" => changed.push(key),
                _ if matches!(key, "$ref" | "default") => changed.push(key),
                // The other keywords are compared one by one.
                _ => {}
            }
        }
        for (state, key) in [(State::ReadOnly, "readOnly"), (State::WriteOnly, "writeOnly")] {
            if before.is(key) != after.is(key) {
                self.report(Verdict::DOCUMENTS, location, ChangeKind::became(state, after.is(key)));
            }
        }
        if differ(&"discriminator") {
            self.compare_discriminators(versions, location);
        }
        if differ(&"title") {
            if location.name == Name::Title {
                let kind = ChangeKind::replaced(Part::Title, before.text("title"), after.text("title"));
                self.report(Verdict::BREAKS, location, kind);
            } else {
                changed.push("title");
            }
        }
        // The generator does not support `anyOf` beside `oneOf`.
        if before.get("oneOf").and(after.get("oneOf")).is_some() && differ(&"anyOf") {
            changed.push("anyOf");
        }
        self.report_annotations(changed, location);
        if is_closed(before) != is_closed(after) {
            self.report(Verdict::DOCUMENTS, location, ChangeKind::became(State::Closed, is_closed(after)));
        }
        self.compare_deprecation(before.get("deprecated"), after.get("deprecated"), location);
    }
}

fn property_part(is_required: bool) -> Part {
    if is_required { Part::RequiredProperty } else { Part::OptionalProperty }
}
