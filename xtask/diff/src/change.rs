//! One change, with its class.

use std::fmt;

use serde::Serialize;

use crate::kind::ChangeKind;

/// What a change does to code that uses the crates.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// It has to be changed, or fails at run time.
    Breaking,
    /// It stays as it is, and there is something new.
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

/// The direction in which the changed part is sent.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Neither: it is an operation or a type as such.
    Api,
    /// From the client to the server.
    Request,
    /// From the server to the client.
    Response,
}

/// One change. Its text is that of [`ChangeKind`], with the side and the effect on published crates.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Change {
    /// What it does to code that uses the crates.
    pub class: Class,
    /// The changed part of the document, such as `GET /things` or `Thing.name`.
    pub place: String,
    /// The direction in which that part is sent.
    pub side: Side,
    /// What changed.
    #[serde(flatten)]
    pub kind: ChangeKind,
    /// Whether published crates break at run time; if the class is documentation, with some requests only.
    pub breaks_published: bool,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.class, self.place, text(&self.kind, self.class, [self.side], self.breaks_published))
    }
}

/// The text of a change, with its sides and its effect on published crates.
pub(super) fn text(
    kind: &ChangeKind,
    class: Class,
    sides: impl IntoIterator<Item = Side>,
    breaks_published: bool,
) -> String {
    let name = |side| match side {
        Side::Api => None,
        Side::Request => Some("request"),
        Side::Response => Some("response"),
    };
    let sides: Vec<_> = sides.into_iter().filter_map(name).collect();
    let sides = (!sides.is_empty()).then(|| sides.join(" and "));
    let effect = match class {
        Class::Documentation => "requests that were valid may fail",
        _ => "published crates break at run time",
    };
    let published = breaks_published.then(|| effect.to_owned());
    let notes: Vec<_> = [sides, published].into_iter().flatten().collect();
    if notes.is_empty() { kind.to_string() } else { format!("{kind} ({})", notes.join("; ")) }
}

/// A class, and whether published crates break at run time.
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
