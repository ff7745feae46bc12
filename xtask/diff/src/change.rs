//! One change, judged.

use std::fmt;

use serde::Serialize;

/// What a change does to code that uses the crates.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It has to be changed, or fails at run time.
    Breaking,
    /// It goes on as it is, and there is something new.
    Additive,
    /// It does not see the difference.
    Documentation,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Breaking => "breaking",
            Self::Additive => "additive",
            Self::Documentation => "documentation",
        })
    }
}

/// Which way the changed thing travels.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Neither: it is an operation or a type as such.
    Api,
    /// It is sent.
    Request,
    /// It comes back.
    Response,
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

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.class, self.place, words(&self.what, [self.side], self.breaks_published))
    }
}

/// What a change is, with its sides and what it does to crates that are out there.
pub(super) fn words(what: &str, sides: impl IntoIterator<Item = Side>, breaks_published: bool) -> String {
    let name = |side| match side {
        Side::Api => None,
        Side::Request => Some("request"),
        Side::Response => Some("response"),
    };
    let sides: Vec<_> = sides.into_iter().filter_map(name).collect();
    let sides = (!sides.is_empty()).then(|| sides.join(" and "));
    let wire = breaks_published.then(|| "published crates break at run time".to_owned());
    let notes: Vec<_> = [sides, wire].into_iter().flatten().collect();
    if notes.is_empty() { what.to_owned() } else { format!("{what} ({})", notes.join("; ")) }
}

/// A class, and whether crates that are out there already break at run time.
#[derive(Clone, Copy)]
pub(super) struct Verdict {
    pub(super) class: Class,
    pub(super) breaks_published: bool,
}

impl Verdict {
    pub(super) const BREAKS: Self = Self { class: Class::Breaking, breaks_published: false };
    pub(super) const BREAKS_PUBLISHED: Self = Self { class: Class::Breaking, breaks_published: true };
    pub(super) const ADDS: Self = Self { class: Class::Additive, breaks_published: false };
    pub(super) const DOCUMENTS: Self = Self { class: Class::Documentation, breaks_published: false };

    /// It breaks users in any case, and those of published crates under a condition.
    pub(super) fn breaks(breaks_published: bool) -> Self {
        Self { class: Class::Breaking, breaks_published }
    }
}
