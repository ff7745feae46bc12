//! The next release: the releases before it, and the version that it needs.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, bail};
use semver::Version;
use serde_json::Value;

use super::changelog::Entry;
use super::version::{after, without_pre};
use super::{documents, surfaces};
use crate::sdk::Sdk;
use xtask_diff::surface::{Surface, SurfaceChange, SurfaceDiff};
use xtask_diff::{Change, Class, grouped, owner};
use xtask_document::Document;
use xtask_document::operation::operations;
use xtask_document::read::read;
use xtask_document::schemas::schemas;

/// The releases before the next one.
pub(super) struct ReleaseHistory<'a> {
    /// The entry of the crates' own version, if the changelog has it already.
    pub(super) current: Option<&'a Entry>,
    /// All earlier releases, the newest first.
    pub(super) earlier: Vec<&'a Entry>,
}

impl<'a> ReleaseHistory<'a> {
    /// Sorts the changelog's entries by the version of the crates.
    ///
    /// An entry with a higher version than the crates is a plan and no release. An entry with the crates' version
    /// describes the present crates, unless its revision is not the current one: then it describes an earlier release.
    pub(super) fn of(sdk: &Sdk, version: &Version, entries: &'a [Entry]) -> Self {
        // A version without a revision counts as one with the current revision.
        let is_current = version.build.is_empty() || is_current(sdk, version);
        let is_own = |entry: &&Entry| {
            let is_same = entry.version.cmp_precedence(version).is_eq() && entry.revision() == sdk.manifest.current;
            is_current && is_same
        };
        let released = entries.iter().filter(|entry| entry.version.cmp_precedence(version).is_le());
        let (own, earlier): (Vec<_>, Vec<_>) = released.partition(is_own);
        Self { current: own.first().copied(), earlier }
    }

    /// The last release that is not a pre-release.
    fn last(&self) -> Option<&'a Entry> {
        self.earlier.iter().copied().find(|entry| entry.version.pre.is_empty())
    }

    /// Reports a current revision that is older than that of the last release. Pre-releases do not count.
    pub(super) fn revision_problem(&self, sdk: &Sdk) -> Option<String> {
        let current = &sdk.manifest.current;
        // ISO dates are ordered like their text.
        let last = self.last().filter(|last| current.as_str() < last.revision())?;
        let (manifest, name) = (sdk.folder.join("sdk.toml"), sdk.name());
        Some(format!(
            "{}: the current revision, {current}, is older than that of the last release, {name} {}; to go back, import \
             the earlier document as a new revision",
            manifest.display(),
            last.version
        ))
    }
}

/// The next release of an SDK.
///
/// Document and code are compared with those of the last release that is not a pre-release, since a pre-release makes
/// no promise of compatibility. `0.2.0-rc.1` satisfies a requirement of `0.2.0`, but the version of every release must
/// exceed the one before it.
pub(super) struct NextRelease<'a> {
    /// The document of the current revision.
    pub(super) document: Document,
    /// The last release that is not a pre-release.
    pub(super) last: Option<&'a Entry>,
    /// The changes of the document since the last release.
    pub(super) changes: Vec<Change>,
    /// The changes of the generated code's public surface since the last release.
    surface: SurfaceDiff,
    /// The names in code that breaking changes of the document are about.
    explained: BTreeSet<String>,
    /// The release before, which may be a pre-release.
    newest: Option<&'a Entry>,
}

impl<'a> NextRelease<'a> {
    /// Compares the current document and the surface of the current code with those of the last release.
    pub(super) fn find(root: &Path, sdk: &Sdk, surface: &Surface, history: &ReleaseHistory<'a>) -> Result<Self> {
        if let Some(problem) = history.revision_problem(sdk) {
            bail!(problem);
        }
        let (last, newest) = (history.last(), history.earlier.first().copied());
        let document = sdk.revision(root, &sdk.manifest.current)?;
        let mut next = Self {
            document,
            last,
            changes: Vec::new(),
            surface: SurfaceDiff::default(),
            explained: BTreeSet::new(),
            newest,
        };
        if let Some(last) = last {
            if let Some(problem) = documents::problem(root, sdk, last) {
                bail!(problem);
            }
            // sdk.toml may have changed since the release, so it is not applied to the earlier document.
            let (_, earlier) = read(&root.join(sdk.document(last.revision())))?;
            next.changes = xtask_diff::compare(&earlier, &next.document.value);
            next.explained = names_of_breaking(&next.changes, [&earlier, &next.document.value]);
            next.surface = surfaces::read(root, sdk, last)?.compare(surface);
        }
        Ok(next)
    }

    /// The worst class among the changes of document and code.
    fn worst(&self) -> Option<Class> {
        [xtask_diff::worst(&self.changes), self.surface.worst()].into_iter().flatten().min()
    }

    /// The lowest version that is not a pre-release, or `None` if every version is allowed.
    pub(super) fn least(&self) -> Option<Version> {
        let required = self.last.map(|last| after(&last.version, self.worst()));
        let prepared = self.newest.filter(|newest| !newest.version.pre.is_empty());
        required.max(prepared.map(|newest| without_pre(&newest.version)))
    }

    /// Whether a version is high enough.
    pub(super) fn allows(&self, version: &Version) -> bool {
        let follows = self.newest.is_none_or(|newest| version.cmp_precedence(&newest.version).is_gt());
        follows && self.least().is_none_or(|least| without_pre(version) >= least)
    }

    /// The reason for the lowest version: the document's changes or, if those are of a lesser class, the code's.
    pub(super) fn reason(&self) -> String {
        let (Some(last), Some(worst)) = (self.last, self.worst()) else {
            return "every release has a greater version than the one before".to_owned();
        };
        let last = &last.version;
        let groups = grouped(&self.changes, worst);
        let Some(first) = groups.first() else {
            let (count, changes) = counted(self.surface.of_class(worst).count());
            let shown = surfaces::shown(&self.surface);
            return format!("{count} {worst} {changes} of the generated code's public surface since {last}: {shown}");
        };
        let (place, text, (count, changes)) = (first.place, first.text(), counted(groups.len()));
        let first = if count == 1 { "" } else { "the first " };
        format!("{count} {worst} {changes} of the API since {last}, {first}{place}: {text}")
    }

    /// The breaking changes of the surface that no change of the document explains. A change of the document explains
    /// every line that mentions its operation or its schema.
    pub(super) fn unexplained(&self) -> Vec<&SurfaceChange> {
        let is_explained = |change: &&SurfaceChange| words(change.line()).any(|word| self.explained.contains(word));
        self.surface.of_class(Class::Breaking).filter(|change| !is_explained(change)).collect()
    }
}

/// A number of changes, with its noun.
pub(super) fn counted(count: usize) -> (usize, &'static str) {
    (count, if count == 1 { "change" } else { "changes" })
}

/// The identifiers in a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| !char.is_alphanumeric() && char != '_').filter(|word| !word.is_empty())
}

/// The names in generated code of the operations and schemas that changed: a method, its constant, a type.
fn names_of_breaking(changes: &[Change], documents: [&Value; 2]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for change in changes.iter().filter(|change| change.class == Class::Breaking) {
        let owner = owner(&change.place);
        if owner.contains(' ') {
            let operations = documents.into_iter().flat_map(operations);
            let of_owner = operations.filter(|of| of.route() == owner);
            names.extend(of_owner.filter_map(|of| of.id()).flat_map(|id| [id.to_owned(), id.to_uppercase()]));
        } else {
            names.insert(owner.to_owned());
        }
        // The text of a change names renamed schemas.
        let schemas = documents.map(schemas);
        let is_schema = |word: &&str| schemas.iter().any(|schemas| schemas.contains_key(*word));
        names.extend(words(&change.kind.to_string()).filter(is_schema).map(str::to_owned));
    }
    names
}

/// Whether a version's build metadata is the current revision.
pub(super) fn is_current(sdk: &Sdk, version: &Version) -> bool {
    version.build.as_str() == sdk.manifest.current
}
