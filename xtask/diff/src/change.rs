//! One change, with its class.

use std::fmt;

use serde::Serialize;

use crate::kind::ChangeKind;

/// The effect of a change on code that uses the crates.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The code has to be changed, or it fails at run time.
    Breaking,
    /// The code needs no change, and can use something new.
    Additive,
    /// The code shows no difference.
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
    /// None: the part is an operation or a type.
    Api,
    /// From the client to the server.
    Request,
    /// From the server to the client.
    Response,
}

/// One change. Its text is that of [`ChangeKind`], with the side and the effect on published crates.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Change {
    /// Its effect on code that uses the crates.
    pub class: Class,
    /// The changed part of the document, such as `GET /things` or `Thing.name`.
    pub place: String,
    /// The direction in which that part is sent.
    pub side: Side,
    /// What changed.
    #[serde(flatten)]
    pub kind: ChangeKind,
    /// Whether published crates break at run time; in a change of class documentation, for some requests only.
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

/// The classification of a change: its class, and whether published crates break at run time.
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

    /// Breaks code, and published crates at run time if the condition holds.
    pub(super) fn breaks(breaks_published: bool) -> Self {
        Self { class: Class::Breaking, breaks_published }
    }
}
