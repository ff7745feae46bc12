//! One change, judged.

use std::fmt;

use serde::Serialize;

/// What a change does to code that uses the crates.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It has to be changed, or fails at run time: a major version.
    Breaking,
    /// It goes on as it is, and there is something new: a minor version.
    Additive,
    /// It does not see the difference: a patch.
    Documentation,
}

/// Which way the changed thing travels.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The operation as such.
    Operation,
    /// What is sent.
    Request,
    /// What comes back.
    Response,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Operation => "operation",
            Self::Request => "request",
            Self::Response => "response",
        })
    }
}

/// One change.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Change {
    /// What it does to code that uses the crates.
    pub class: Class,
    /// Where it is, such as `GET /things` or `Thing.name`.
    pub place: String,
    /// Which way that travels.
    pub side: Side,
    /// What it is, in words.
    pub what: String,
    /// Whether crates that are out there already break at run time.
    pub breaks_published: bool,
}

impl Change {
    /// What it is, with its side and what it does to crates that are out there.
    pub fn words(&self) -> String {
        let wire = if self.breaks_published { "; published crates break at run time" } else { "" };
        format!("{} ({}{wire})", self.what, self.side)
    }

    pub(super) fn new(class: Class, side: Side, place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { class, place: place.into(), side, what: what.into(), breaks_published: false }
    }

    /// The same, if crates that are out there already break at run time.
    pub(super) fn on_the_wire(mut self) -> Self {
        self.breaks_published = true;
        self
    }
}
