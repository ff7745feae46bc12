//! Whether an SDK can be released as it stands.

use std::path::Path;

use anyhow::{Error, Result};
use semver::Version;

use super::changelog::{self, Entry, FILE};
use super::next::{Next, is_current};
use super::version;
use crate::generate::{self, Process};
use crate::sdk::{NO_REVISION, Sdk};
use crate::workspace::Workspace;

/// What a check has come to.
#[derive(Debug, Default)]
pub struct Report {
    /// A line for every SDK whose versions and changelog are as they should be.
    pub ready: Vec<String>,
    /// Everything that is wrong, a line each.
    pub problems: Vec<String>,
}

/// Checks that an SDK, or every one, can be released as it stands.
///
/// # Errors
///
/// If there is no SDK of that name, or an `sdk.toml` cannot be read.
pub fn check(workspace: &Workspace, process: &Process, sdk: Option<&str>) -> Result<Report> {
    let sdks = if sdk.is_some() { vec![workspace.sdk(sdk)?] } else { workspace.sdks()? };
    let mut report = Report::default();
    for sdk in &sdks {
        if sdk.manifest.current == NO_REVISION {
            report.ready.push(format!("{}: no revision yet, and nothing to release", sdk.name()));
            continue;
        }
        match judge(workspace.root(), sdk) {
            Ok(version) => report.ready.push(format!("{} {version}: ready to be released", sdk.name())),
            Err(problems) => report.problems.extend(problems),
        }
    }
    // A document that cannot be used is in the way of both.
    let stale =
        generate::check_quietly(workspace, process).err().map(line).filter(|problem| !report.problems.contains(problem));
    report.problems.extend(stale);
    Ok(report)
}

/// The version in which an SDK can be released, or everything that is wrong with its versions and its changelog.
pub(super) fn judge(root: &Path, sdk: &Sdk) -> Result<Version, Vec<String>> {
    let mut problems = Vec::new();
    let read = |package| version::read(root, package).map(|version| (package, version));
    let versions = sort_out(sdk.manifest.crates.all().map(read), &mut problems);
    let entries = match changelog::read(root) {
        Ok(Some(text)) => Some(sort_out(changelog::entries(&text, &sdk.name()), &mut problems)),
        Ok(None) => {
            problems.push(format!("{FILE}: it does not exist; {}", remedy(sdk)));
            None
        }
        Err(error) => {
            problems.push(line(error));
            None
        }
    };
    // Where they differ, some have been left behind.
    let Some(version) = versions.iter().map(|(_, version)| version).max() else { return Err(problems) };
    for (package, other) in versions.iter().filter(|(_, other)| other != version) {
        let file = version::file(package);
        problems.push(format!("{}: the version is {other}, and that of other crates {version}", file.display()));
    }
    problems.extend(revision_problem(sdk, version));
    if let Some(entries) = &entries {
        problems.extend(size_problem(root, sdk, version, entries));
        problems.extend(entry_problem(sdk, version, entries));
    }
    if problems.is_empty() { Ok(version.clone()) } else { Err(problems) }
}

/// Keeps what could be read, and makes a problem of everything else.
fn sort_out<T>(results: impl IntoIterator<Item = Result<T>>, problems: &mut Vec<String>) -> Vec<T> {
    let keep = |result: Result<T>| result.map_err(|error| problems.push(line(error))).ok();
    results.into_iter().filter_map(keep).collect()
}

fn line(error: Error) -> String {
    format!("{error:#}")
}

fn remedy(sdk: &Sdk) -> String {
    format!("`cargo xtask release notes {} --write` writes one", sdk.name())
}

/// Whether the version says that it speaks the current revision.
fn revision_problem(sdk: &Sdk, version: &Version) -> Option<String> {
    let (current, manifest) = (&sdk.manifest.current, sdk.folder.join("sdk.toml"));
    let is_wrong = !is_current(sdk, version);
    is_wrong.then(|| {
        let manifest = manifest.display();
        format!(
            "{manifest}: the current revision is {current}, so the crates' version {version} has to end in +{current}"
        )
    })
}

/// Whether the version is great enough after the last release.
fn size_problem(root: &Path, sdk: &Sdk, version: &Version, entries: &[Entry]) -> Option<String> {
    let next = match Next::find(root, sdk, version, entries) {
        Ok(next) => next,
        Err(error) => return Some(line(error)),
    };
    let least = next.least().filter(|_| !next.allows(version))?;
    let files: Vec<_> = sdk.manifest.crates.all().map(|name| version::file(name).display().to_string()).collect();
    let (name, current) = (sdk.name(), &sdk.manifest.current);
    let (reason, files) = (next.reason(), files.join(", "));
    Some(format!("{name} {version}: {reason}; so it has to be at least {least}+{current}, in {files}"))
}

/// Whether an entry is that of a version, which may not say yet which revision it speaks.
fn is_of(entry: &Entry, version: &Version) -> bool {
    let same_revision = version.build.is_empty() || entry.version.build == version.build;
    entry.version.cmp_precedence(version).is_eq() && same_revision
}

/// Whether the changelog has an entry of the version, as the newest one.
fn entry_problem(sdk: &Sdk, version: &Version, entries: &[Entry]) -> Option<String> {
    let name = sdk.name();
    if let Some(Entry { line, version: newer, .. }) =
        entries.iter().find(|entry| entry.version.cmp_precedence(version).is_gt())
    {
        return Some(format!("{FILE}:{line}: {name} {newer} is newer than the crates, which are {version}"));
    }
    let Some((position, entry)) = entries.iter().enumerate().find(|(_, entry)| is_of(entry, version)) else {
        return Some(format!("{FILE}: there is no entry {name} {version}; {}", remedy(sdk)));
    };
    let problem = match (entry.is_empty, position) {
        (true, _) => "is empty",
        (false, 0) => return None,
        (false, _) => "is not above those of earlier releases",
    };
    Some(format!("{FILE}:{}: the entry {name} {version} {problem}", entry.line))
}
