//! What changes in bodies mean, of requests and of responses.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Side, Verdict};
use super::comparison::{Comparison, Location};
use super::operations::{object, resolved};
use xtask_document::operation::{is_failure, is_success};

impl<'a> Comparison<'a> {
    pub(super) fn compare_request_bodies(&mut self, old: Option<&'a Value>, new: Option<&'a Value>, operation: &str) {
        let location = Location::new(format!("{operation}, body"), Side::Request);
        let is_required = |body: &Value| body.get("required") == Some(&Value::Bool(true));
        let (old, new) = (old.map(|body| resolved(self.old, body)), new.map(|body| resolved(self.new, body)));
        match (old, new) {
            (None, None) => {}
            (Some(_), None) => self.tell(Verdict::BREAKS, &location, "the body is gone"),
            (None, Some(body)) => {
                let word = if is_required(body) { "required" } else { "optional" };
                self.tell(Verdict::breaks(is_required(body)), &location, format!("there is a new {word} body"));
            }
            (Some(old), Some(new)) => {
                if is_required(old) != is_required(new) {
                    let word = if is_required(new) { "required" } else { "optional" };
                    self.tell(
                        Verdict::DOCUMENTS,
                        &location,
                        format!("it is {word} now, and the crates always send it"),
                    );
                }
                self.tell_others(old.as_object(), new.as_object(), &["content", "required"], &location);
                self.compare_contents(old, new, &location);
            }
        }
    }

    pub(super) fn compare_responses(&mut self, old: Option<&'a Value>, new: Option<&'a Value>, operation: &str) {
        let (before, after) = (responses(self.old, old), responses(self.new, new));
        let location = |status: &str| Location::new(format!("{operation}, {status}"), Side::Response);
        let success = |these: &BTreeMap<&'a str, &'a Value>, others: &BTreeMap<&'a str, &'a Value>| {
            let of_these: Vec<_> =
                these.keys().filter(|status| is_success(status) && !others.contains_key(*status)).copied().collect();
            match of_these.as_slice() {
                [one] => Some(*one),
                _ => None,
            }
        };
        let replaced = success(&before, &after).zip(success(&after, &before));
        if let Some((earlier, later)) = replaced
            && let (Some(old), Some(new)) = (before.get(earlier), after.get(later))
        {
            let location = location(later);
            self.tell(Verdict::BREAKS_PUBLISHED, &location, format!("the success was {earlier}"));
            self.compare_success(old, new, &location);
        }
        for status in before.keys().chain(after.keys()).copied().collect::<BTreeSet<_>>() {
            if replaced.is_some_and(|(earlier, later)| [earlier, later].contains(&status)) {
                continue;
            }
            let (success, location) = (is_success(status), location(status));
            let word = if is_failure(status) { "failure" } else { "response" };
            match (before.get(status), after.get(status)) {
                (Some(old), Some(new)) if success => self.compare_success(old, new, &location),
                // The crates read a failure without its document.
                (Some(old), Some(new)) if old != new => {
                    self.tell(Verdict::DOCUMENTS, &location, format!("the {word} changed"));
                }
                (Some(_), None) if success => self.tell(Verdict::BREAKS, &location, "the success is gone"),
                (None, Some(_)) if success => self.tell(Verdict::BREAKS_PUBLISHED, &location, "there is a new success"),
                (Some(_), None) => {
                    self.tell(Verdict::DOCUMENTS, &location, format!("the {word} is no longer documented"));
                }
                (None, Some(_)) => self.tell(Verdict::DOCUMENTS, &location, format!("the {word} is documented now")),
                _ => {}
            }
        }
    }

    fn compare_success(&mut self, old: &'a Value, new: &'a Value, location: &Location) {
        self.tell_others(old.as_object(), new.as_object(), &["content"], location);
        self.compare_contents(old, new, location);
    }

    /// Compares what a body may be. Of several media types, the crates use one.
    fn compare_contents(&mut self, old: &'a Value, new: &'a Value, location: &Location) {
        let contents = |body: &'a Value| object(body.get("content")).collect::<BTreeMap<_, _>>();
        let (before, after) = (contents(old), contents(new));
        let (old, new) = match (used(&before), used(&after)) {
            (None, None) => return,
            (Some(_), None) => {
                let verdict = Verdict::breaks(location.side == Side::Response);
                return self.tell(verdict, location, "it no longer has a content");
            }
            (None, Some(_)) => return self.tell(Verdict::BREAKS, location, "it has a content now"),
            (Some((old_type, old)), Some((new_type, new))) => {
                if old_type != new_type {
                    let what = format!("the media type was {old_type} and is {new_type}");
                    let are_json = is_json(old_type) && is_json(new_type);
                    self.tell(if are_json { Verdict::DOCUMENTS } else { Verdict::BREAKS_PUBLISHED }, location, what);
                }
                for other in before.keys().filter(|other| **other != old_type && !after.contains_key(*other)) {
                    self.tell(Verdict::DOCUMENTS, location, format!("it can no longer be {other}, too"));
                }
                for other in after.keys().filter(|other| **other != new_type && !before.contains_key(*other)) {
                    self.tell(Verdict::DOCUMENTS, location, format!("it can be {other}, too"));
                }
                (old, new)
            }
        };
        self.tell_others(old.as_object(), new.as_object(), &["schema"], location);
        match (old.get("schema"), new.get("schema")) {
            (Some(old), Some(new)) => self.compare(old, new, location.clone()),
            (None, None) => {}
            _ => self.tell(Verdict::BREAKS, location, "whether it has a schema changed"),
        }
    }
}

/// The media type that the crates use: JSON, or else the first.
fn used<'a>(contents: &BTreeMap<&'a str, &'a Value>) -> Option<(&'a str, &'a Value)> {
    let json = contents.iter().find(|(media_type, _)| is_json(media_type));
    json.or_else(|| contents.first_key_value()).map(|(media_type, content)| (*media_type, *content))
}

/// Whether it is JSON, with parameters such as the character set or without.
fn is_json(media_type: &str) -> bool {
    media_type.split(';').next().is_some_and(|essence| essence.trim_end() == "application/json")
}

fn responses<'a>(document: &'a Value, responses: Option<&'a Value>) -> BTreeMap<&'a str, &'a Value> {
    object(responses).map(|(status, response)| (status, resolved(document, response))).collect()
}
