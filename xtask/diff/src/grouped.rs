//! Groups changes for display; merges request and response duplicates.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, Class, Side, text};
use super::kind::ChangeKind;

/// Changes that differ only in their side, displayed as one.
pub struct ChangeGroup<'a> {
    /// The changed part of the document.
    pub place: &'a str,
    kind: &'a ChangeKind,
    class: Class,
    breaks_published: bool,
    sides: BTreeSet<Side>,
}

impl ChangeGroup<'_> {
    /// Describes the change, its sides and its effect on published crates.
    pub fn text(&self) -> String {
        text(self.kind, self.class, self.sides.iter().copied(), self.breaks_published)
    }
}

/// Groups the changes of a class, sorted by place.
pub fn grouped(changes: &[Change], class: Class) -> Vec<ChangeGroup<'_>> {
    let mut sides = BTreeMap::<_, BTreeSet<_>>::new();
    for change in changes.iter().filter(|change| change.class == class) {
        let key = (change.place.as_str(), &change.kind, change.breaks_published);
        sides.entry(key).or_default().insert(change.side);
    }
    let group = |((place, kind, breaks_published), sides)| ChangeGroup { place, kind, class, breaks_published, sides };
    sides.into_iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn change_of_both_sides_becomes_one_group() {
        let change = |class, side, place: &str, what: &str, breaks_published| {
            let kind = ChangeKind::Annotations { keywords: vec![what.to_owned()] };
            Change { class, side, place: place.to_owned(), kind, breaks_published }
        };
        let changes = [
            change(Class::Breaking, Side::Request, "Thing.a", "title", false),
            change(Class::Breaking, Side::Request, "Thing.b", "title", false),
            change(Class::Breaking, Side::Request, "Thing.c", "title", false),
            change(Class::Breaking, Side::Response, "Thing.a", "title", false),
            change(Class::Breaking, Side::Response, "Thing.b", "title", true),
            change(Class::Breaking, Side::Response, "Thing.c", "format", false),
            change(Class::Additive, Side::Response, "Thing.a", "title", false),
        ];
        let lines = |class| {
            let groups = grouped(&changes, class).into_iter();
            groups.map(|group| format!("{}: {}", group.place, group.text())).collect::<Vec<_>>()
        };
        assert_eq!(
            lines(Class::Breaking),
            [
                "Thing.a: title changed (request and response)",
                "Thing.b: title changed (request)",
                "Thing.b: title changed (response; published crates break at run time)",
                "Thing.c: format changed (response)",
                "Thing.c: title changed (request)",
            ]
        );
        assert_eq!(lines(Class::Additive), ["Thing.a: title changed (response)"]);
        assert!(lines(Class::Documentation).is_empty());
    }
}
