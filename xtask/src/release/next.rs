//! The next release: what it follows, and how great its version has to be.

use std::path::Path;

use anyhow::{Result, bail};
use semver::Version;

use super::changelog::Entry;
use super::documents;
use super::version::{after, without_pre};
use crate::diff::{self, Change, grouped};
use crate::document::Document;
use crate::sdk::Sdk;

/// The releases that the next one follows.
pub(super) struct ReleaseHistory<'a> {
    /// The last one that is no pre-release.
    last: Option<&'a Entry>,
    /// The last one of any kind.
    newest: Option<&'a Entry>,
}

impl<'a> ReleaseHistory<'a> {
    /// Finds out what the next release follows, when the crates have a version and the changelog has entries.
    ///
    /// An entry that is newer than the crates is a plan for them and no release. Neither is the one that says what the
    /// crates are now; but if it has another revision than the current one, it says what they were.
    pub(super) fn of(sdk: &Sdk, version: &Version, entries: &'a [Entry]) -> Self {
        // One that does not say which revision it speaks is judged as if it spoke the current one.
        let is_current = version.build.is_empty() || is_current(sdk, version);
        let mut past = entries.iter().filter(|entry| {
            let is_same = entry.version.cmp_precedence(version).is_eq() && entry.revision() == sdk.manifest.current;
            let is_itself = is_current && is_same;
            !is_itself && entry.version.cmp_precedence(version).is_le()
        });
        Self { newest: past.clone().next(), last: past.find(|entry| entry.version.pre.is_empty()) }
    }

    /// Whether the current revision is older than the one that was released last. A pre-release promises nothing.
    pub(super) fn revision_problem(&self, sdk: &Sdk) -> Option<String> {
        let current = &sdk.manifest.current;
        // Dates, written so that their order is that of the text.
        let last = self.last.filter(|last| current.as_str() < last.revision())?;
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
/// A pre-release promises nothing to its users. So the documents are compared with those of the last release that is none,
/// and `0.2.0-rc.1` is enough where `0.2.0` is; but every release has to be greater than the one before it, whatever that is.
pub(super) struct NextRelease<'a> {
    /// The document that it is made of.
    pub(super) document: Document,
    /// The last release that is no pre-release.
    pub(super) last: Option<&'a Entry>,
    /// What has changed in the documents since that.
    pub(super) changes: Vec<Change>,
    newest: Option<&'a Entry>,
}

impl<'a> NextRelease<'a> {
    /// Compares the current document with that of the last release.
    pub(super) fn find(root: &Path, sdk: &Sdk, past: &ReleaseHistory<'a>) -> Result<Self> {
        if let Some(problem) = past.revision_problem(sdk) {
            bail!(problem);
        }
        let ReleaseHistory { last, newest } = *past;
        let document = Document::revision(root, sdk, &sdk.manifest.current)?;
        let changes = match last {
            None => Vec::new(),
            Some(last) => {
                if let Some(problem) = documents::problem(root, sdk, last) {
                    bail!(problem);
                }
                // As it was released, whatever sdk.toml says by now.
                let (_, earlier) = Document::read(&root.join(sdk.document(last.revision())))?;
                diff::compare(&earlier, &document.value)
            }
        };
        Ok(Self { document, last, changes, newest })
    }

    /// The least version that is no pre-release, or nothing if any will do.
    pub(super) fn least(&self) -> Option<Version> {
        let called_for = self.last.map(|last| after(&last.version, diff::worst(&self.changes)));
        let prepared = self.newest.filter(|newest| !newest.version.pre.is_empty());
        called_for.max(prepared.map(|newest| without_pre(&newest.version)))
    }

    /// Whether a version is great enough.
    pub(super) fn allows(&self, version: &Version) -> bool {
        let follows = self.newest.is_none_or(|newest| version.cmp_precedence(&newest.version).is_gt());
        follows && self.least().is_none_or(|least| without_pre(version) >= least)
    }

    /// Why the version has to be so great.
    pub(super) fn reason(&self) -> String {
        let worst = diff::worst(&self.changes);
        let changes = worst.map(|class| grouped(&self.changes, class)).unwrap_or_default();
        let (Some(last), Some(class), Some(first)) = (self.last, worst, changes.first()) else {
            return "every release has a greater version than the one before".to_owned();
        };
        let (last, place, words) = (&last.version, first.place, first.words());
        match changes.len() {
            1 => format!("1 {class} change of the API since {last}, {place}: {words}"),
            count => format!("{count} {class} changes of the API since {last}, the first {place}: {words}"),
        }
    }
}

/// Whether a version's build metadata is the current revision.
pub(super) fn is_current(sdk: &Sdk, version: &Version) -> bool {
    version.build.as_str() == sdk.manifest.current
}
