//! Groups of a vendor's operations, by tag or by path segment.
//!
//! A survey and a round trip of examples generate an SDK for each group, in a separate [workspace](GroupWorkspace).

mod compile;
mod workspace;

pub use compile::{Diagnostic, Diagnostics, compile, run};
pub use workspace::GroupWorkspace;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::num::NonZero;

use serde_json::Value;

use xtask_document::operation::{Operation, operations};
use xtask_import::Slice;

/// The grouping of operations without a tag. An operation with tags is in the group of each tag.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub enum By {
    /// Leave them out
    #[default]
    Tag,
    /// Group them by the first segment in which their paths differ
    Path,
}

/// Operations of a document, and the SDK that is generated for them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Group {
    /// The tag or the prefix of the paths, for reports.
    pub title: String,
    /// The name of the SDK.
    pub sdk: String,
    /// Method and path of each operation: `GET /things`.
    pub routes: BTreeSet<String>,
    slice: BTreeMap<Selector, BTreeSet<String>>,
}

/// The kinds of selectors in a slice.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Selector {
    Tag,
    Operation,
    Path,
}

impl Group {
    fn new(title: &str, sdk: String) -> Self {
        Self { title: title.to_owned(), sdk, routes: BTreeSet::new(), slice: BTreeMap::new() }
    }

    fn add(&mut self, operation: &Operation<'_>, selector: Selector, value: &str) {
        self.routes.insert(operation.route());
        self.slice.entry(selector).or_default().insert(value.to_owned());
    }

    fn slice(&self) -> Slice {
        let of = |selector| self.slice.get(&selector).cloned().unwrap_or_default();
        Slice { tags: of(Selector::Tag), operations: of(Selector::Operation), paths: of(Selector::Path) }
    }
}

/// The groups of a document, and the operations without a group. The names of all SDKs have the prefix.
fn groups(document: &Value, by: By, prefix: &str) -> (Vec<Group>, BTreeSet<String>) {
    let mut by_tag: BTreeMap<&str, Vec<Operation<'_>>> = BTreeMap::new();
    for (operation, tag) in operations(document).flat_map(|operation| operation.tags().map(move |tag| (operation, tag)))
    {
        by_tag.entry(tag).or_default().push(operation);
    }
    let mut groups: Vec<_> = (0_usize..)
        .zip(by_tag)
        .map(|(number, (tag, operations))| {
            let mut group = Group::new(tag, format!("{prefix}-tag{number}"));
            operations.iter().for_each(|operation| group.add(operation, Selector::Tag, tag));
            group
        })
        .collect();
    let untagged: Vec<_> = operations(document).filter(|operation| operation.tags().next().is_none()).collect();
    if by == By::Tag {
        return (groups, untagged.iter().map(Operation::route).collect());
    }
    let paths: Vec<_> = untagged.iter().map(|operation| segments(operation.path)).collect();
    let shared = shared_segments(&paths);
    let mut by_path: BTreeMap<String, Vec<Operation<'_>>> = BTreeMap::new();
    for (operation, segments) in untagged.into_iter().zip(paths) {
        let prefix: Vec<_> = segments.into_iter().take(shared.saturating_add(1)).collect();
        by_path.entry(format!("/{}", prefix.join("/"))).or_default().push(operation);
    }
    groups.extend((0_usize..).zip(by_path).map(|(number, (title, operations))| {
        let mut group = Group::new(&title, format!("{prefix}-path{number}"));
        for operation in operations {
            // An id is more exact than a path, which also selects paths with that prefix.
            let (selector, value) =
                operation.id().map_or((Selector::Path, operation.path), |id| (Selector::Operation, id));
            group.add(&operation, selector, value);
        }
        group
    }));
    (groups, BTreeSet::new())
}

/// The literal segments of a path.
fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty() && !segment.contains('{')).collect()
}

/// The number of first segments that all paths share, such as `v1`.
fn shared_segments(paths: &[Vec<&str>]) -> usize {
    let Some((first, others)) = paths.split_first() else { return 0 };
    let is_shared = |(index, segment): &(usize, &&str)| others.iter().all(|path| path.get(*index) == Some(*segment));
    first.iter().enumerate().take_while(is_shared).count()
}

/// The most characters of a problem in a report: a message of the generator may contain a whole schema.
const MOST_TEXT: usize = 400;

/// The text of an error in a report.
pub(crate) fn problem(error: &anyhow::Error) -> String {
    shortened(format!("{error:#}"), MOST_TEXT)
}

/// A text that has more characters than allowed is cut.
pub(crate) fn shortened(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// Writes a list with a heading, for reports.
pub(crate) fn list(f: &mut fmt::Formatter<'_>, heading: &str, lines: impl Iterator<Item = String>) -> fmt::Result {
    let lines: Vec<_> = lines.collect();
    writeln!(f, "\n{heading} ({})", lines.len())?;
    lines.iter().try_for_each(|line| writeln!(f, "  {line}"))
}

/// A random sample. The same seed selects the same items.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// The number of items to select; a shorter list is selected whole.
    pub size: NonZero<usize>,
    /// The seed of the random numbers.
    pub seed: u64,
}

impl Sample {
    /// The selected items of a list, in its order.
    pub fn of<T>(self, list: Vec<T>) -> Vec<T> {
        let mut indices: Vec<_> = (0..list.len()).collect();
        fastrand::Rng::with_seed(self.seed).shuffle(&mut indices);
        let selected: BTreeSet<_> = indices.into_iter().take(self.size.get()).collect();
        list.into_iter().enumerate().filter(|(index, _)| selected.contains(index)).map(|(_, item)| item).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        json!({"paths": {
            "/v1/cards": {"get": {"tags": ["b", "a"]}, "put": {"operationId": "put_cards"}},
            "/v1/cards/{id}": {"get": {"tags": []}},
            "/v1/{account}/files": {"get": {"operationId": "get_files"}},
        }})
    }

    #[test]
    fn untagged_operations_are_in_no_group_unless_grouped_by_path() {
        let (tagged, ungrouped) = groups(&document(), By::Tag, "acme");
        let names: Vec<_> = tagged.iter().map(|group| (group.title.as_str(), group.sdk.as_str())).collect();
        assert_eq!(names, [("a", "acme-tag0"), ("b", "acme-tag1")]);
        assert_eq!(
            ungrouped,
            ["GET /v1/cards/{id}", "GET /v1/{account}/files", "PUT /v1/cards"].map(str::to_owned).into()
        );

        let (all, ungrouped) = groups(&document(), By::Path, "acme");
        assert_eq!((all.get(..2), ungrouped.len()), (Some(&tagged[..]), 0));
        let [cards, files] = &all[2..] else { panic!("two groups of paths") };
        assert_eq!((cards.title.as_str(), cards.sdk.as_str()), ("/v1/cards", "acme-path0"));
        assert_eq!(cards.slice().operations, ["put_cards".to_owned()].into());
        assert_eq!(cards.slice().paths, ["/v1/cards/{id}".to_owned()].into());
        assert_eq!((files.title.as_str(), files.slice().operations.len()), ("/v1/files", 1));
    }

    #[test]
    fn long_problem_is_cut() {
        assert_eq!(problem(&anyhow::anyhow!("short").context("long")), "long: short");
        assert_eq!(problem(&anyhow::anyhow!("ä".repeat(500))), format!("{}…", "ä".repeat(MOST_TEXT)));
    }

    #[test]
    fn sample_is_the_same_for_the_same_seed_and_keeps_the_order() {
        let sample = |size, seed| Sample { size: NonZero::new(size).unwrap(), seed }.of((0..100).collect());
        assert_eq!(sample(10, 7), sample(10, 7));
        assert_ne!(sample(10, 7), sample(10, 8));
        assert!(sample(10, 7).is_sorted() && sample(10, 7).len() == 10);
        assert_eq!(sample(200, 7).len(), 100);
    }
}
