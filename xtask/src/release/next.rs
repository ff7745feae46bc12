//! The next release: what it follows, and how great its version has to be.

use std::path::Path;

use anyhow::{Context, Result};
use semver::Version;

use super::changelog::Entry;
use super::version::{after, without_pre};
use crate::diff::{self, Change, Class};
use crate::document::Document;
use crate::sdk::Sdk;

/// The next release of an SDK.
///
/// A pre-release promises nothing to its users. So the documents are compared with those of the last release that is none,
/// and `0.2.0-rc.1` is enough where `0.2.0` is; but every release has to be greater than the one before it, whatever that is.
pub(super) struct Next<'a> {
    /// The document that it is made of.
    pub(super) document: Document,
    /// The last release that is no pre-release.
    pub(super) last: Option<&'a Entry>,
    /// What has changed in the documents since that.
    pub(super) changes: Vec<Change>,
    /// The last release of any kind.
    newest: Option<&'a Entry>,
}

impl<'a> Next<'a> {
    /// Finds out what the next release follows, when the crates have a version and the changelog has entries.
    ///
    /// An entry that is newer than the crates is a plan for them and no release. Neither is the one that says what the
    /// crates are now; but if it has another revision than the current one, it says what they were.
    pub(super) fn find(root: &Path, sdk: &Sdk, version: &Version, entries: &'a [Entry]) -> Result<Self> {
        // One that does not say which revision it speaks is judged as if it spoke the current one.
        let is_current = version.build.is_empty() || is_current(sdk, version);
        let mut past = entries.iter().filter(|entry| {
            let is_same =
                entry.version.cmp_precedence(version).is_eq() && entry.version.build.as_str() == sdk.manifest.current;
            let is_itself = is_current && is_same;
            !is_itself && entry.version.cmp_precedence(version).is_le()
        });
        let newest = past.clone().next();
        let last = past.find(|entry| entry.version.pre.is_empty());
        let document = Document::revision(root, sdk, &sdk.manifest.current)?;
        let changes = match last {
            None => Vec::new(),
            Some(last) => {
                let earlier = Document::revision(root, sdk, last.version.build.as_str())
                    .with_context(|| format!("the last release, {}, cannot be compared with", last.version))?;
                diff::compare(&earlier.value, &document.value)
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
        let (Some(last), Some(first)) = (self.last.or(self.newest), self.changes.first()) else {
            return "every release has a greater version than the one before".to_owned();
        };
        let (last, place, words) = (&last.version, &first.place, first.words());
        let class = match first.class {
            Class::Breaking => "breaking",
            Class::Additive => "compatible",
            Class::Documentation => "documentary",
        };
        match self.changes.iter().filter(|change| change.class == first.class).count() {
            1 => format!("there is a {class} change of the API since {last}, {place}: {words}"),
            count => format!("there are {count} {class} changes of the API since {last}, the first {place}: {words}"),
        }
    }
}

/// Whether a version's build metadata is the current revision.
pub(super) fn is_current(sdk: &Sdk, version: &Version) -> bool {
    version.build.as_str() == sdk.manifest.current
}
