//! Changes as people are told them.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, Class, Side, words};

/// A change, which may be the same on several sides.
pub(crate) struct Told<'a> {
    /// Where it is.
    pub(crate) place: &'a str,
    what: &'a str,
    breaks_published: bool,
    sides: BTreeSet<Side>,
}

impl Told<'_> {
    /// What it is, with its sides and what it does to crates that are out there.
    pub(crate) fn words(&self) -> String {
        words(self.what, self.sides.iter().copied(), self.breaks_published)
    }
}

/// The changes of a class, in the order of their places.
pub(crate) fn told(changes: &[Change], class: Class) -> Vec<Told<'_>> {
    let mut sides = BTreeMap::<_, BTreeSet<_>>::new();
    for change in changes.iter().filter(|change| change.class == class) {
        let key = (change.place.as_str(), change.what.as_str(), change.breaks_published);
        sides.entry(key).or_default().insert(change.side);
    }
    let told = |((place, what, breaks_published), sides)| Told { place, what, breaks_published, sides };
    sides.into_iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_on_both_sides_is_told_once() {
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
        let told = |class| {
            let told = told(&changes, class).into_iter();
            told.map(|change| format!("{}: {}", change.place, change.words())).collect::<Vec<_>>()
        };
        assert_eq!(
            told(Class::Breaking),
            [
                "Thing.a: gone (request and response)",
                "Thing.b: gone (request)",
                "Thing.b: gone (response; published crates break at run time)",
                "Thing.c: an integer (response)",
                "Thing.c: gone (request)",
            ]
        );
        assert_eq!(told(Class::Additive), ["Thing.a: gone (response)"]);
        assert!(told(Class::Documentation).is_empty());
    }
}
