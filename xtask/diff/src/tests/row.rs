//! One row of the table of verdicts.

use serde_json::Value;

use super::super::{Change, Class, Side, compare, worst};
use super::surface::surface;
use super::{base, edited};
use crate::surface::Surface;

/// A change of the base document, and the expected report.
pub(super) struct Row<'a> {
    what: &'a str,
    /// What the document has before and after, other than the base document.
    given: Vec<(&'a str, Option<Value>)>,
    /// What stands at a JSON pointer afterwards; nothing, if it is removed.
    edits: Vec<(&'a str, Option<Value>)>,
    /// While it is sent, and while it is received.
    reported: [&'a [&'a str]; 2],
    /// Why its class is above its effect on code.
    reason: Option<&'a str>,
    /// Whether a client can be generated from it.
    is_generated: bool,
}

impl<'a> Row<'a> {
    pub(super) fn of(what: &'a str) -> Self {
        Self { what, given: Vec::new(), edits: Vec::new(), reported: [&[], &[]], reason: None, is_generated: true }
    }

    /// Begins with a document that has something else than the base document.
    pub(super) fn given(mut self, place: &'a str, value: impl Into<Value>) -> Self {
        self.given.push((place, Some(value.into())));
        self
    }

    /// Puts something in the place of what stands there, or at the end of a list (`-`). A place is a JSON pointer,
    /// within the named schemas or an operation unless it begins with a slash; an `@` in it, and in what is put there,
    /// stands for the side.
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

    /// What is reported on both sides, or of a part without a side.
    pub(super) fn reports(self, reported: &'a [&'a str]) -> Self {
        self.sent(reported).received(reported)
    }

    pub(super) fn because(self, reason: &'a str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// No client can be generated from it: an import would change it.
    pub(super) fn not_generated(self) -> Self {
        Self { is_generated: false, ..self }
    }

    /// What is wrong with the verdicts. What breaks code must not be reported as less; what is reported as more than it does to
    /// code has to break published crates, or there is a reason for it.
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
            faults.extend(self.misjudged(&changes, &surface(&old), &surface(&new)));
        }
        faults.into_iter().map(|fault| format!("{} ({side}): {fault}", self.what)).collect()
    }

    fn misjudged(&self, changes: &[Change], old: &Surface, new: &Surface) -> Option<String> {
        let diff = old.compare(new);
        let (seen, worst) = [diff.worst(), worst(changes)].map(|class| class.unwrap_or(Class::Documentation)).into();
        let has_reason = self.reason.is_some() || changes.iter().any(|change| change.breaks_published);
        if seen < worst {
            return Some(format!("it is reported as {worst}, and the code's surface changes: {diff:#?}"));
        }
        (seen > worst && !has_reason).then(|| format!("it is reported as {worst}, and is {seen} to code"))
    }
}

/// Checks some rows, each with what is sent and with what is received.
pub(super) fn verify(rows: &[Row<'_>]) {
    let faults: Vec<_> = rows
        .iter()
        .flat_map(|row| {
            ["Sent", "Received"].into_iter().zip(row.reported).flat_map(|(side, reported)| row.faults(side, reported))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Checks some rows of what has one side only.
pub(super) fn verify_once(rows: &[Row<'_>]) {
    let faults: Vec<_> = rows.iter().flat_map(|row| row.faults("", row.reported[0])).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A change as one line: `!` stands for published crates that break at run time, `@` for the side, a method for
/// its operation. The words `sent` and `received` say the side where the place does not.
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
