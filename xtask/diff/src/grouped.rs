//! Groups changes for display; merges request and response duplicates.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, Class, Side, words};

/// Changes that differ only in their side, displayed as one.
pub struct ChangeGroup<'a> {
    /// The changed part of the document.
    pub place: &'a str,
    what: &'a str,
    breaks_published: bool,
    sides: BTreeSet<Side>,
}

impl ChangeGroup<'_> {
    /// Describes the change, its sides and its effect on published crates.
    pub fn words(&self) -> String {
        words(self.what, self.sides.iter().copied(), self.breaks_published)
    }
}

/// Groups the changes of a class, sorted by place.
pub fn grouped(changes: &[Change], class: Class) -> Vec<ChangeGroup<'_>> {
    let mut sides = BTreeMap::<_, BTreeSet<_>>::new();
    for change in changes.iter().filter(|change| change.class == class) {
        let key = (change.place.as_str(), change.what.as_str(), change.breaks_published);
        sides.entry(key).or_default().insert(change.side);
    }
    let group = |((place, what, breaks_published), sides)| ChangeGroup { place, what, breaks_published, sides };
    sides.into_iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn change_of_both_sides_becomes_one_group() {
        let change = |class, side, place: &str, what: &str, breaks_published| {
            let (place, what) = (place.to_owned(), what.to_owned());
            Change { class, side, place, what, breaks_published }
        };
        let changes = [
            change(Class::Breaking, Side::Request, "Thing.a", "gone", false),
            change(Class::Breaking, Side::Request, "Thing.b", "gone", false),
            change(Class::Breaking, Side::Request, "Thing.c", "gone", false),
            change(Class::Breaking, Side::Response, "Thing.a", "gone", false),
            change(Class::Breaking, Side::Response, "Thing.b", "gone", true),
            change(Class::Breaking, Side::Response, "Thing.c", "an integer", false),
            change(Class::Additive, Side::Response, "Thing.a", "gone", false),
        ];
        let lines = |class| {
            let groups = grouped(&changes, class).into_iter();
            groups.map(|group| format!("{}: {}", group.place, group.words())).collect::<Vec<_>>()
        };
        assert_eq!(
            lines(Class::Breaking),
            [
                "Thing.a: gone (request and response)",
                "Thing.b: gone (request)",
                "Thing.b: gone (response; published crates break at run time)",
                "Thing.c: an integer (response)",
                "Thing.c: gone (request)",
            ]
        );
        assert_eq!(lines(Class::Additive), ["Thing.a: gone (response)"]);
        assert!(lines(Class::Documentation).is_empty());
    }
}
