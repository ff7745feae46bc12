//! Rules: fixes for defects of vendors' documents.
//!
//! A vendor's document may break the generator. Each known defect has a rule, with its reason, its evidence and its
//! largest loss. A rule knows no SDK; a defect of a single document is corrected by a fixup in `sdk.toml`. A rule
//! records each change with its place and its loss, for the reviewer of an import.
//!
//! A rule is lossless, drops an operation, widens (the result allows more than the document) or narrows (the result
//! supports less than the document allows).
//!
//! Rules run once, in the order of [`ALL`]. A rule may rely on the rules before it.
//!
//! A rule changes the committed revision. The policies and passes of the code generation change only the generated
//! code.

mod all_of;
mod bodies;
mod discriminators;
mod enums;
mod media_types;
mod missing_types;
mod nullability;
mod numbers;
mod operations;
mod parameters;
mod properties;
mod responses;
mod shared;
mod unions;

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::Error;
use xtask_document::operation::content_mut;
use xtask_document::resolved::size;

/// The loss of a change.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// The result describes the same requests and responses as the document.
    Lossless,
    /// The result allows more than the document.
    Widens,
    /// The result describes less than the document, or a guess where the document is open. The crates cannot send or
    /// decode all requests and responses that the document allows.
    Narrows,
    /// The result lacks an operation.
    Drops,
}

impl Loss {
    /// The effect on the crates, for reports.
    pub const fn effect(self) -> &'static str {
        match self {
            Self::Lossless => "the crates support what the document describes",
            Self::Widens => "the crates allow more than the document",
            Self::Narrows => "the crates support less than the document allows",
            Self::Drops => "the crates lack operations of the document",
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lossless => "loses nothing",
            Self::Widens => "widens",
            Self::Narrows => "narrows",
            Self::Drops => "drops operations",
        })
    }
}

/// A fix for a defect of documents.
pub struct Rule {
    /// The name.
    pub name: &'static str,
    /// The reason for the rule.
    pub why: &'static str,
    /// The evidence: vendor and document of the defect, or the generator's behaviour.
    pub seen_in: &'static str,
    /// The largest loss. A single change may lose less.
    pub loss: Loss,
    apply: fn(&mut Value, &mut Log),
}

/// A change by a rule.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Applied {
    /// The name of the rule.
    pub rule: &'static str,
    /// The loss of the change.
    pub loss: Loss,
    /// The place, as a JSON pointer (RFC 6901).
    pub place: String,
    /// The change, in words.
    pub what: String,
}

/// Every rule, in the order in which they run.
pub const ALL: &[Rule] = &[
    shared::PARTS,
    media_types::PARAMETERS,
    media_types::JSON_BY_ANOTHER_NAME,
    operations::UNSUPPORTED,
    operations::DROPSHOT,
    parameters::UNSENDABLE,
    bodies::WITHOUT_SCHEMA,
    bodies::FREE_FORM,
    bodies::ONE_MEDIA_TYPE,
    media_types::ODD,
    responses::DEFAULT,
    responses::WITHOUT_CONTENT,
    responses::WITHOUT_SCHEMA,
    responses::ONE_MEDIA_TYPE,
    responses::ONE_SCHEMA,
    responses::ONE_SUCCESS,
    parameters::CLASHING_NAMES,
    nullability::BESIDE_REFERENCE,
    discriminators::INHERITANCE,
    discriminators::MAPPING,
    all_of::OBJECTS,
    all_of::VALUES,
    unions::WITHOUT_SHAPE,
    missing_types::FROM_SIBLINGS,
    missing_types::FORMAT_OF_NO_SCALAR,
    numbers::LARGE_INTEGERS,
    unions::ONE_SCALAR,
    parameters::WITHOUT_TEXT,
    parameters::LIST_IN_ONE,
    unions::FIRST_MATCH,
    enums::OF_TEXT_ONLY,
    enums::CLASHING_VALUES,
    enums::NO_OTHER_LIMITS,
    properties::CLASHING_NAMES,
    properties::WRONG_DEFAULT,
];

/// The most values that all rules together may copy, as a multiple of the document's values. Without a limit, a few
/// kilobytes with a thousand uses would become as many megabytes.
const MOST_GROWTH: usize = 8;

/// The number of values that may be copied in every document, even a small one.
const SMALL: usize = 500_000;

/// Applies every rule to a document, and returns the changes.
///
/// # Errors
///
/// If merging or inlining shared parts would make the document too large.
pub fn apply(document: &mut Value) -> Result<Vec<Applied>, Error> {
    let (mut applied, mut room) = (Vec::new(), size(document).saturating_mul(MOST_GROWTH).max(SMALL));
    for rule in ALL {
        let mut log = Log { rule, applied: &mut applied, room: &mut room, too_large: None };
        (rule.apply)(document, &mut log);
        if let Some(place) = log.too_large {
            return Err(Error::TooLarge { limit: MOST_GROWTH, place, rule: rule.name });
        }
    }
    Ok(applied)
}

/// The log of a rule.
struct Log<'a> {
    rule: &'static Rule,
    applied: &'a mut Vec<Applied>,
    /// The number of values that may still be copied.
    room: &'a mut usize,
    /// The first place at which the limit was exceeded.
    too_large: Option<String>,
}

impl Log<'_> {
    /// Whether a number of values may be copied to a place. If not, the document will be rejected, and counting stops.
    fn copy(&mut self, place: &str, values: impl FnOnce() -> usize) -> bool {
        if self.too_large.is_none() {
            match self.room.checked_sub(values()) {
                Some(left) => *self.room = left,
                None => self.too_large = Some(place.to_owned()),
            }
        }
        self.too_large.is_none()
    }

    /// Notes a change with the largest loss of the rule.
    fn note(&mut self, place: &str, what: impl Into<String>) {
        self.note_loss(self.rule.loss, place, what);
    }

    /// Notes a change with a loss.
    fn note_loss(&mut self, loss: Loss, place: &str, what: impl Into<String>) {
        self.applied.push(Applied { rule: self.rule.name, loss, place: place.to_owned(), what: what.into() });
    }
}

/// The content of an operation's body.
fn body_content(operation: &mut Map<String, Value>) -> Option<&mut Map<String, Value>> {
    content_mut(operation.get_mut("requestBody")?.as_object_mut()?)
}

/// A document after a rule, and the number of changes: for the rules' own tests.
#[cfg(test)]
fn run(rule: &'static Rule, document: Value) -> (Value, usize) {
    let (document, applied) = apply_rule(rule, document);
    (document, applied.len())
}

/// A document after a rule, and its changes.
#[cfg(test)]
fn apply_rule(rule: &'static Rule, mut document: Value) -> (Value, Vec<Applied>) {
    let once = |document: &mut Value| {
        let mut applied = Vec::new();
        (rule.apply)(document, &mut Log { rule, applied: &mut applied, room: &mut { SMALL }, too_large: None });
        applied
    };
    let applied = once(&mut document);
    assert!(
        applied.iter().all(|applied| applied.loss <= rule.loss),
        "a change exceeds the loss of its rule: {applied:?}"
    );
    let again = once(&mut document.clone());
    assert_eq!(again, [], "a rule changes a document once");
    (document, applied)
}

/// A document after a rule, and the loss of each change.
#[cfg(test)]
fn losses(rule: &'static Rule, document: Value) -> (Value, Vec<Loss>) {
    let (document, applied) = apply_rule(rule, document);
    (document, applied.into_iter().map(|applied| applied.loss).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_has_a_unique_name_a_reason_and_evidence() {
        let names: BTreeSet<_> = ALL.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), ALL.len());
        assert!(ALL.iter().all(|rule| rule.why.len() > 20 && rule.seen_in.len() > 20));
    }
}
