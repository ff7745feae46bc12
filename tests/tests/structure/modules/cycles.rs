//! Finds cycles among arrows, and describes them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write;

/// One place that makes an arrow.
pub(super) struct Arrow {
    /// The file and the line.
    pub(super) place: String,
    /// The path as it is written.
    pub(super) text: String,
}

/// The places that make each arrow, by the two modules.
pub(super) type Arrows = BTreeMap<(String, String), Vec<Arrow>>;

/// Describes a shortest cycle through every arrow that is part of one, with each place that makes an arrow of it. The
/// shortest cycles come first, each of them once.
pub(super) fn describe(arrows: &Arrows) -> Vec<String> {
    let mut cycles = BTreeSet::new();
    for (from, to) in arrows.keys() {
        if let Some(mut modules) = path(arrows, to, from) {
            // Every arrow of a cycle finds it, each from another module on.
            let first = (0..modules.len()).min_by_key(|index| modules[*index]).unwrap();
            modules.rotate_left(first);
            cycles.insert((modules.len(), modules));
        }
    }
    cycles.iter().map(|(_, modules)| text(arrows, modules)).collect()
}

/// A shortest way along arrows, both ends included.
fn path<'a>(arrows: &'a Arrows, from: &'a str, to: &str) -> Option<Vec<&'a str>> {
    let mut queue = VecDeque::from([vec![from]]);
    let mut seen = BTreeSet::from([from]);
    while let Some(path) = queue.pop_front() {
        let last = *path.last()?;
        if last == to {
            return Some(path);
        }
        for (_, next) in arrows.keys().filter(|(from, _)| from == last) {
            if seen.insert(next) {
                queue.push_back([&path[..], &[next.as_str()]].concat());
            }
        }
    }
    None
}

/// The modules of a cycle, and the places that make its arrows.
fn text(arrows: &Arrows, cycle: &[&str]) -> String {
    let closed = [cycle, &cycle[..1]].concat();
    let mut text = format!("cycle {}\n", closed.join(" -> "));
    for pair in closed.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        for Arrow { place, text: path } in &arrows[&(from.to_owned(), to.to_owned())] {
            writeln!(text, "  {from} -> {to}  {place}  {path}").unwrap();
        }
    }
    text
}
