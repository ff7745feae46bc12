//! Compares bodies of requests and of responses.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Side, Verdict};
use super::comparison::{Comparison, Location, changed_keys};
use super::kind::{ChangeKind, Part, State};
use xtask_document::media_types::{CONTENT_TYPE, FORM, essence, is_json};
use xtask_document::operation::{MediaType, Operation, Response, is_failure, is_success};

type Responses<'a> = BTreeMap<&'a str, Response<'a>>;

impl<'a> Comparison<'a> {
    pub(super) fn compare_request_bodies(&mut self, old: &Operation<'a>, new: &Operation<'a>, operation: &str) {
        let location = Location::new(format!("{operation}, body"), Side::Request);
        match (old.body(), new.body()) {
            (None, None) => {}
            (Some(_), None) => self.report(Verdict::BREAKS, &location, ChangeKind::removed(Part::Body)),
            (None, Some(body)) => {
                let part = if body.is_required() { Part::RequiredBody } else { Part::OptionalBody };
                self.report(Verdict::breaks(body.is_required()), &location, ChangeKind::added(part));
            }
            (Some(old), Some(new)) => {
                // The crates always send the body.
                let is_required = new.is_required();
                if old.is_required() != is_required {
                    self.report(Verdict::DOCUMENTS, &location, ChangeKind::became(State::Required, is_required));
                }
                self.report_others([old.object, new.object].map(Some), &["content", "required"], &location);
                self.compare_contents(old.content(), new.content(), &location);
            }
        }
    }

    pub(super) fn compare_responses(&mut self, old: &Operation<'a>, new: &Operation<'a>, operation: &str) {
        let [before, after] =
            [old, new].map(|of| of.responses().map(|response| (response.status, response)).collect::<Responses<'_>>());
        let location = |status: &str| Location::new(format!("{operation}, {status}"), Side::Response);
        let only_success = |these: &Responses<'a>, others: &Responses<'a>| {
            let mut of_these = these.keys().filter(|status| is_success(status) && !others.contains_key(*status));
            of_these.next().copied().filter(|_| of_these.next().is_none())
        };
        let replaced = only_success(&before, &after).zip(only_success(&after, &before));
        if let Some((earlier, later)) = replaced
            && let (Some(old), Some(new)) = (before.get(earlier), after.get(later))
        {
            let kind = ChangeKind::replaced(Part::Success, Some(earlier), Some(later));
            self.report(Verdict::BREAKS_PUBLISHED, &location(later), kind);
            self.compare_success(old, new, &location(later));
        }
        for status in before.keys().chain(after.keys()).copied().collect::<BTreeSet<_>>() {
            if replaced.is_some_and(|(earlier, later)| [earlier, later].contains(&status)) {
                continue;
            }
            let (success, location) = (is_success(status), location(status));
            let part = match status {
                _ if success => Part::Success,
                _ if is_failure(status) => Part::Failure,
                _ => Part::Response,
            };
            let verdict = |verdict| if success { verdict } else { Verdict::DOCUMENTS };
            match (before.get(status), after.get(status)) {
                (Some(old), Some(new)) if success => self.compare_success(old, new, &location),
                // The crates do not decode failures.
                (Some(old), Some(new)) if old.object != new.object => {
                    self.report(Verdict::DOCUMENTS, &location, ChangeKind::changed(part));
                }
                (Some(_), None) => self.report(verdict(Verdict::BREAKS), &location, ChangeKind::removed(part)),
                (None, Some(_)) => self.report(verdict(Verdict::BREAKS_PUBLISHED), &location, ChangeKind::added(part)),
                _ => {}
            }
        }
    }

    fn compare_success(&mut self, old: &Response<'a>, new: &Response<'a>, location: &Location) {
        for (part, key) in [(Part::Header, "headers"), (Part::Link, "links")] {
            self.compare_entries(part, [old, new].map(|response| response.object.get(key)), location);
        }
        self.report_others([old.object, new.object].map(Some), &["content", "headers", "links"], location);
        self.compare_contents(old.content(), new.content(), location);
    }

    /// Compares named entries that the crates do not show.
    pub(super) fn compare_entries(&mut self, part: Part, entries: [Option<&Value>; 2], location: &Location) {
        let entries = entries.map(|entries| entries?.as_object());
        for name in changed_keys(entries) {
            let [was, is] = entries.map(|entries| entries.is_some_and(|entries| entries.contains_key(name)));
            self.report(Verdict::DOCUMENTS, location, ChangeKind::named(part, name, was, is));
        }
    }

    /// Compares the media types of a body, of which the crates use one.
    fn compare_contents(
        &mut self,
        old: impl Iterator<Item = MediaType<'a>>,
        new: impl Iterator<Item = MediaType<'a>>,
        location: &Location,
    ) {
        let (before, after): (Vec<_>, Vec<_>) = (old.collect(), new.collect());
        let (old, new) = match (used(&before), used(&after)) {
            (None, None) => return,
            (Some(_), None) => {
                let verdict = Verdict::breaks(location.side == Side::Response);
                return self.report(verdict, location, ChangeKind::removed(Part::Content));
            }
            (None, Some(_)) => return self.report(Verdict::BREAKS, location, ChangeKind::added(Part::Content)),
            (Some(old), Some(new)) => (old, new),
        };
        let (old_type, new_type) = (old.content_type(), new.content_type());
        if old_type != new_type {
            let kind = ChangeKind::replaced(Part::MediaType, Some(old_type), Some(new_type));
            // The crates read JSON of every media type, and send it with one.
            let is_read = is_json(old_type) && is_json(new_type) && location.side == Side::Response;
            let is_same = is_read || essence(old_type) == essence(new_type);
            self.report(if is_same { Verdict::DOCUMENTS } else { Verdict::BREAKS_PUBLISHED }, location, kind);
        }
        // The argument of a generated method has one type for text and another for bytes.
        if old_type == new_type && essence(old.name) != essence(new.name) {
            let kind = ChangeKind::replaced(Part::MediaType, Some(old.name), Some(new.name));
            self.report(Verdict::BREAKS, location, kind);
        }
        let has = |contents: &[MediaType<'a>], name| contents.iter().any(|content| content.name == name);
        for name in before.iter().chain(&after).map(|content| content.name).collect::<BTreeSet<_>>() {
            let (was, is) = (has(&before, name), has(&after, name));
            if was != is && name != old.name && name != new.name {
                self.report(Verdict::DOCUMENTS, location, ChangeKind::named(Part::MediaType, name, was, is));
            }
        }
        self.report_others([old.object, new.object].map(Some), &["schema", CONTENT_TYPE], location);
        match (old.schema(), new.schema()) {
            (None, None) => {}
            // The crates read and write bytes, so the schema has no effect on types.
            _ if !is_typed(old.name) && !is_typed(new.name) => {
                self.report_others([old.object, new.object].map(Some), &[], location);
            }
            (Some(old), Some(new)) => self.compare(old, new, location.clone()),
            (_, is) => {
                self.report(Verdict::BREAKS, location, ChangeKind::became(State::Described, is.is_some()));
            }
        }
    }
}

/// The content that the crates use: JSON, or else the first.
fn used<'a>(contents: &[MediaType<'a>]) -> Option<MediaType<'a>> {
    contents.iter().find(|content| is_json(content.name)).or(contents.first()).copied()
}

/// Whether the crates have a type for the content of a media type.
fn is_typed(media_type: &str) -> bool {
    is_json(media_type) || essence(media_type) == FORM
}
