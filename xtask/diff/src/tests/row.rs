//! One row of the table of changes.

use serde_json::Value;

use super::super::{Change, Class, Side, compare, worst};
use super::surface::surface;
use super::{base, edited};
use crate::surface::Surface;

/// A change of the base document, and the expected report.
pub(super) struct Row<'a> {
    what: &'a str,
    /// Edits of the base document before the change.
    given: Vec<(&'a str, Option<Value>)>,
    /// The change: places and their new values, `None` to remove the part.
    edits: Vec<(&'a str, Option<Value>)>,
    /// The expected report for requests, and for responses.
    reported: [&'a [&'a str]; 2],
    /// Why the class is above the effect on code.
    reason: Option<&'a str>,
    /// Whether clients can be generated from the documents.
    is_generated: bool,
}

impl<'a> Row<'a> {
    pub(super) fn of(what: &'a str) -> Self {
        Self { what, given: Vec::new(), edits: Vec::new(), reported: [&[], &[]], reason: None, is_generated: true }
    }

    /// Edits the base document before the change.
    pub(super) fn given(mut self, place: &'a str, value: impl Into<Value>) -> Self {
        self.given.push((place, Some(value.into())));
        self
    }

    /// Replaces the value at a place, or appends it to a list (`-`). See [`edited`] for places.
    pub(super) fn with(mut self, place: &'a str, value: impl Into<Value>) -> Self {
        self.edits.push((place, Some(value.into())));
        self
    }

    pub(super) fn without(mut self, place: &'a str) -> Self {
        self.edits.push((place, None));
        self
    }

    pub(super) fn sent(mut self, reported: &'a [&'a str]) -> Self {
        self.reported[0] = reported;
        self
    }

    pub(super) fn received(mut self, reported: &'a [&'a str]) -> Self {
        self.reported[1] = reported;
        self
    }

    /// Expects the same report for both sides, or for a part without a side.
    pub(super) fn reports(self, reported: &'a [&'a str]) -> Self {
        self.sent(reported).received(reported)
    }

    pub(super) fn because(self, reason: &'a str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// No client can be generated from the documents, which an import would change.
    pub(super) fn not_generated(self) -> Self {
        Self { is_generated: false, ..self }
    }

    /// The differences from the expected report, and a class that does not match the effect on code. A class above that
    /// effect needs a break of published crates, or a reason.
    fn faults(&self, side: &str, reported: &[&str]) -> Vec<String> {
        let old = edited(base(), &self.given, side);
        let new = edited(old.clone(), &self.edits, side);
        let changes = compare(&old, &new);
        let lines: Vec<_> = changes.iter().map(|change| line(change, side)).collect();
        let mut faults = Vec::new();
        if lines != reported {
            faults.push(format!("it is reported as {lines:#?}"));
        }
        if self.is_generated {
            faults.extend(self.misclassified(&changes, &surface(&old), &surface(&new)));
        }
        faults.into_iter().map(|fault| format!("{} ({side}): {fault}", self.what)).collect()
    }

    fn misclassified(&self, changes: &[Change], old: &Surface, new: &Surface) -> Option<String> {
        let diff = old.compare(new);
        let (effect, worst) = [diff.worst(), worst(changes)].map(|class| class.unwrap_or(Class::Documentation)).into();
        let has_reason = self.reason.is_some() || changes.iter().any(|change| change.breaks_published);
        if effect < worst {
            return Some(format!("it is reported as {worst}, and the surface changes: {diff:#?}"));
        }
        (effect > worst && !has_reason)
            .then(|| format!("it is reported as {worst}, and its effect on code is {effect}"))
    }
}

/// Checks rows, each in requests and in responses.
pub(super) fn verify(rows: &[Row<'_>]) {
    let faults: Vec<_> = rows
        .iter()
        .flat_map(|row| {
            ["Sent", "Received"].into_iter().zip(row.reported).flat_map(|(side, reported)| row.faults(side, reported))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Checks rows of parts without a side, or with only one.
pub(super) fn verify_once(rows: &[Row<'_>]) {
    let faults: Vec<_> = rows.iter().flat_map(|row| row.faults("", row.reported[0])).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A change as one line: `!` marks a break of published crates, `@` replaces the side, and a method its operation. The
/// words `sent` and `received` name a side that the place does not contain.
fn line(change: &Change, side: &str) -> String {
    let (Change { class, place, .. }, what) = (change, change.kind.to_string());
    let mark = if change.breaks_published { "!" } else { "" };
    let (place, what, expected) = match side {
        "Sent" => (place.replace(side, "@"), what.replace(side, "@"), Some(Side::Request)),
        "Received" => (place.replace(side, "@"), what.replace(side, "@"), Some(Side::Response)),
        _ => (place.replace("PUT /things/{id}", "PUT").replace("GET /things", "GET"), what.clone(), None),
    };
    let side = match change.side {
        side if Some(side) == expected => "",
        Side::Api => "",
        Side::Request => " sent",
        Side::Response => " received",
    };
    format!("{class}{mark}{side} {place}: {what}")
}
