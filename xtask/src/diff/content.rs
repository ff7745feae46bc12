//! What changes in one schema mean.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::alternatives::alternatives_came_or_went;
use super::change::{Side, Verdict};
use super::comparison::{Comparison, Name, Spot};
use crate::effective::Effective;
use crate::policies::lenient::MARK as LENIENT;

/// The keywords that are compared one by one. The crates do not show what the others say.
const COMPARED: [&str; 12] = [
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
    LENIENT,
];

impl<'a> Comparison<'a> {
    pub(super) fn compare_content(&mut self, old: &'a Value, new: &'a Value, spot: &Spot) {
        let (before, after) = (Effective::of(&self.old_references, old), Effective::of(&self.new_references, new));
        match (before.is(LENIENT), after.is(LENIENT)) {
            // The crates take whatever comes.
            (true, true) => {
                if before != after {
                    self.tell(Verdict::DOCUMENTS, spot, "what is known of its shape changed");
                }
                return;
            }
            (false, false) => {}
            (_, lenient) => {
                let what = if lenient { "it is free-form now" } else { "it is no longer free-form" };
                return self.tell(Verdict::BREAKS, spot, what);
            }
        }
        if let Some(what) = alternatives_came_or_went(&before, &after) {
            return self.tell(Verdict::BREAKS_PUBLISHED, spot, what);
        }
        self.compare_alternatives(&before, &after, spot);
        let (old_type, new_type) = (type_of(&before), type_of(&after));
        if old_type != new_type {
            let what = format!("the type was {} and is {}", old_type.unwrap_or("none"), new_type.unwrap_or("none"));
            // All the rest is another one, too.
            return self.tell(Verdict::BREAKS_PUBLISHED, spot, what);
        }
        self.compare_form(&before, &after, old_type, spot);
        self.compare_nullability(&before, &after, spot);
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
            self.tell(if is_seen { Verdict::BREAKS_PUBLISHED } else { Verdict::DOCUMENTS }, spot, what);
        }
        if is_map(before) != is_map(after) {
            let what = if is_map(after) { "it takes any property now" } else { "it no longer takes any property" };
            return self.tell(Verdict::BREAKS_PUBLISHED, spot, what);
        }
        let is_closed = |schema: &Effective<'_>| schema.get("additionalProperties") == Some(&Value::Bool(false));
        if is_closed(before) != is_closed(after) {
            let what = if is_closed(after) {
                "it refuses other properties now"
            } else {
                "it no longer refuses other properties"
            };
            // A model has no other properties to send, and one that refuses them cannot read an answer that has some.
            let verdict = if spot.side == Side::Request { Verdict::DOCUMENTS } else { Verdict::BREAKS };
            self.tell(verdict, spot, what);
        }
        if before.get("not") != after.get("not") {
            self.tell(Verdict::BREAKS, spot, "what it may not be changed");
        }
    }

    pub(super) fn compare_nullability(&mut self, before: &Effective<'a>, after: &Effective<'a>, spot: &Spot) {
        let (was, is) = (before.is("nullable"), after.is("nullable"));
        if was == is {
            return;
        }
        // A list or a map that may be absent is an empty one, and no `Option`.
        let required = spot.required || is_map(after) || after.get("type").is_some_and(|kind| kind == "array");
        let verdict = match spot.side {
            Side::Response if required => Verdict::breaks(is),
            _ if required || spot.name == Name::Component => Verdict::BREAKS,
            // What is optional is an `Option` already, which reads null as absent.
            _ => Verdict::DOCUMENTS,
        };
        let what = match (spot.side, is) {
            (Side::Request, true) => "null may be sent now",
            (Side::Request, false) => "null may no longer be sent",
            (_, true) => "it may be null now",
            (_, false) => "it is never null now",
        };
        self.tell(verdict, spot, what);
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
        // What has no required property has a `Default`, and who needs it for what only comes back is not known.
        let had_default = !old.is_empty() && was_required.is_empty();

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
                match (side, is_required) {
                    (Side::Request, true) => {
                        self.tell(Verdict::BREAKS_PUBLISHED, &spot, "there is a new required property");
                    }
                    (_, true) => {
                        let verdict = if had_default { Verdict::BREAKS } else { Verdict::ADDS };
                        self.tell(
                            verdict,
                            &spot,
                            "there is a new required property; fixtures without it no longer decode",
                        );
                    }
                    (_, false) => self.tell(Verdict::ADDS, &spot, "there is a new optional property"),
                }
                continue;
            };
            if was_required != is_required {
                let what = if is_required { "it is required now" } else { "it is optional now" };
                self.tell(Verdict::breaks((side == Side::Request) == is_required), &spot, what);
            }
            let (added, adds) = (before.added(name), after.added(name));
            self.compare_nullability(&added, &adds, &spot);
            self.compare_words(&added, &adds, &spot);
            self.compare_at(earlier, schema, spot);
        }
    }

    /// Compares what a list or a map holds.
    fn compare_held(&mut self, before: &Effective<'a>, after: &Effective<'a>, spot: &Spot) {
        for (key, suffix) in [("items", "[]"), ("additionalProperties", "{}")] {
            let typed = |schema: &Effective<'a>| {
                schema.get(key).filter(|part| part.as_object().is_some_and(|part| !part.is_empty()))
            };
            let spot = spot.part(suffix);
            match (typed(before), typed(after)) {
                (Some(before), Some(after)) => self.compare_at(before, after, spot),
                (None, None) => {}
                (None, Some(_)) => self.tell(Verdict::BREAKS, &spot, "what it holds has a type now"),
                (Some(_), None) => self.tell(Verdict::BREAKS, &spot, "what it holds has no type any more"),
            }
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
        self.tell_changed(&changed, spot);
        self.compare_deprecation(before.get("deprecated"), after.get("deprecated"), spot);
    }
}

/// The type of a schema; if it does not say one, what else it says may leave no other.
fn type_of<'a>(schema: &Effective<'a>) -> Option<&'a str> {
    let has = |keyword| schema.get(keyword).is_some();
    match schema.get("type") {
        Some(of) => of.as_str(),
        None if has("additionalProperties") || !schema.properties.is_empty() => Some("object"),
        None if has("items") => Some("array"),
        None => values(schema).map(|_| "string"),
    }
}

/// The properties of a schema. One that is required and not described is one of any shape.
fn described<'a>(schema: &Effective<'a>) -> BTreeMap<&'a str, &'a Value> {
    let required = schema.required().into_iter().map(|name| (name, &Value::Null));
    required.chain(schema.properties.iter().map(|(name, schema)| (*name, *schema))).collect()
}

/// The values of an enum. What is no text is no enum of the crates.
fn values<'a>(schema: &Effective<'a>) -> Option<BTreeSet<&'a str>> {
    let values: BTreeSet<_> = schema.get("enum")?.as_array()?.iter().filter_map(Value::as_str).collect();
    (!values.is_empty()).then_some(values)
}

/// What the generator makes of a scalar: it knows some formats, and takes no notice of the others.
pub(super) fn scalar<'a>(of: Option<&'a str>, format: Option<&'a str>) -> &'a str {
    const OF_TEXT: [&str; 6] = ["date", "date-time", "ip", "ipv4", "ipv6", "uuid"];
    const OF_INTEGERS: [&str; 6] = ["int8", "int16", "uint8", "uint16", "uint32", "uint64"];
    match (of.unwrap_or_default(), format.unwrap_or_default()) {
        ("string", format) if OF_TEXT.contains(&format) => format,
        ("integer", format) if OF_INTEGERS.contains(&format) => format,
        ("integer", "int" | "int32") => "int32",
        ("integer", "uint") => "uint32",
        ("number", "float") => "float",
        (of, _) => of,
    }
}

/// Whether the generator makes a map of it.
fn is_map(schema: &Effective<'_>) -> bool {
    match schema.get("additionalProperties") {
        Some(values) => values.is_object() || values == true,
        None => {
            let is_union = ["anyOf", "oneOf"].iter().any(|key| schema.get(key).is_some());
            type_of(schema) == Some("object") && schema.properties.is_empty() && !is_union
        }
    }
}
