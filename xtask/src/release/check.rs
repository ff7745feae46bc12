//! `release check`: validates versions, changelog, documents and surfaces of an SDK.

use std::path::Path;

use anyhow::{Context, Error, Result, ensure};
use semver::Version;

use super::changelog::{Changelog, Entry, FILE};
use super::next::{NextRelease, ReleaseHistory, is_current};
use super::{documents, surfaces, version};
use crate::generate;
use crate::sdk::{NO_REVISION, Sdk};
use crate::workspace::Workspace;
use xtask_codegen::GeneratorProcess;
use xtask_import::check_date;

/// The result of a check.
#[derive(Debug, Default)]
pub struct Report {
    /// One line for each SDK without problems.
    pub ready: Vec<String>,
    /// All problems, one line each.
    pub problems: Vec<String>,
}

/// Checks that one SDK, or every SDK of the workspace, can be released in its present state.
///
/// # Errors
///
/// If no SDK has that name, or an `sdk.toml` or the changelog cannot be read.
pub fn check(workspace: &Workspace, process: &GeneratorProcess, sdk: Option<&str>) -> Result<Report> {
    let mut report = judge(workspace, sdk)?;
    // An invalid document fails both checks with the same message.
    let stale = generate::check_quietly(workspace, process).err().map(line);
    report.problems.extend(stale.filter(|problem| !report.problems.contains(problem)));
    Ok(report)
}

/// Checks everything but whether the generated code is current.
pub(super) fn judge(workspace: &Workspace, sdk: Option<&str>) -> Result<Report> {
    let sdks = workspace.sdks()?;
    let chosen = if sdk.is_some() { &[workspace.sdk(sdk)?] } else { sdks.as_slice() };
    let changelog = Changelog::read(workspace.root())?;
    let mut report = Report::default();
    report.problems.extend(changelog.iter().flat_map(|changelog| changelog.malformed_headings(&sdks)));
    for sdk in chosen {
        match judge_sdk(workspace.root(), sdk, changelog.as_ref()) {
            Ok(Some(version)) => report.ready.push(format!("{} {version}: ready to be released", sdk.name())),
            Ok(None) => report.ready.push(format!("{}: no revision yet, and nothing to release", sdk.name())),
            Err(problems) => report.problems.extend(problems),
        }
    }
    Ok(report)
}

/// Returns the version in which the SDK can be released, `None` if it has no revision yet, or all problems.
fn judge_sdk(root: &Path, sdk: &Sdk, changelog: Option<&Changelog>) -> Result<Option<Version>, Vec<String>> {
    let (entries, mut problems) = changelog.map(|changelog| changelog.entries(sdk.name())).unwrap_or_default();
    problems.extend(entries.iter().filter_map(|entry| documents::problem(root, sdk, entry)));
    if let Err(problem) = check_revision(sdk) {
        // An SDK without a revision has no releases either.
        if sdk.manifest.current == NO_REVISION && entries.is_empty() && problems.is_empty() {
            return Ok(None);
        }
        problems.push(line(problem));
        return Err(problems);
    }

    let mut versions = Vec::new();
    for package in sdk.manifest.crates.all() {
        match version::read(root, package) {
            Ok(version) => versions.push((package, version)),
            Err(error) => problems.push(line(error)),
        }
    }
    // If versions differ, the lower ones were not raised.
    let Some(version) = versions.iter().map(|(_, version)| version).max() else { return Err(problems) };
    for (package, other) in versions.iter().filter(|(_, other)| other != version) {
        let file = version::file(package);
        problems.push(format!("{}: the version is {other}, and that of other crates {version}", file.display()));
    }

    let history = ReleaseHistory::of(sdk, version, &entries);
    problems.extend(history.revision_problem(sdk).or_else(|| revision_problem(sdk, version)));
    match surfaces::of_code(root, sdk) {
        Ok(surface) => {
            problems.extend(surfaces::problems(root, sdk, &surface, &entries, &history));
            let next = NextRelease::find(root, sdk, &surface, &history);
            let version_problem =
                next.map_or_else(|error| Some(line(error)), |next| version_problem(sdk, version, &next));
            problems.extend(version_problem.filter(|problem| !problems.contains(problem)));
        }
        Err(problem) => problems.push(line(problem)),
    }
    problems.extend(match changelog {
        Some(_) => entry_problem(sdk, version, &entries),
        None => Some(format!("{FILE}: it does not exist; {}", remedy(sdk))),
    });
    if problems.is_empty() { Ok(Some(version.clone())) } else { Err(problems) }
}

fn line(error: Error) -> String {
    format!("{error:#}")
}

fn remedy(sdk: &Sdk) -> String {
    format!("write one with `cargo xtask release notes {} --write`", sdk.name())
}

/// Checks that the SDK has a current revision.
pub(super) fn check_revision(sdk: &Sdk) -> Result<()> {
    let (name, current, manifest) = (sdk.name(), &sdk.manifest.current, sdk.folder.join("sdk.toml"));
    let manifest = manifest.display();
    ensure!(current != NO_REVISION, "{manifest}: no revision of {name} is current, so there is nothing to release");
    check_date(current).with_context(|| format!("{manifest}: `current`"))
}

/// Reports a version whose build metadata is not the current revision.
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

/// Reports a version that is too low after the last release.
fn version_problem(sdk: &Sdk, version: &Version, next: &NextRelease<'_>) -> Option<String> {
    let least = next.least().filter(|_| !next.allows(version))?;
    let files: Vec<_> = sdk.manifest.crates.all().map(|name| version::file(name).display().to_string()).collect();
    let (name, current) = (sdk.name(), &sdk.manifest.current);
    let (reason, files) = (next.reason(), files.join(", "));
    Some(format!("{name} {version}: {reason}; so it has to be at least {least}+{current}, in {files}"))
}

/// Whether an entry has a version. A version without a revision matches every revision.
fn is_of(entry: &Entry, version: &Version) -> bool {
    let same_revision = version.build.is_empty() || entry.version.build == version.build;
    entry.version.cmp_precedence(version).is_eq() && same_revision
}

/// Reports a changelog without an entry of the version, or with an entry of a higher one.
fn entry_problem(sdk: &Sdk, version: &Version, entries: &[Entry]) -> Option<String> {
    let name = sdk.name();
    if let Some(Entry { line, version: newer, .. }) =
        entries.iter().find(|entry| entry.version.cmp_precedence(version).is_gt())
    {
        return Some(format!("{FILE}:{line}: {name} {newer} is newer than the crates, which are {version}"));
    }
    match entries.iter().find(|entry| is_of(entry, version)) {
        None => Some(format!("{FILE}: there is no entry {name} {version}; {}", remedy(sdk))),
        Some(entry) if entry.is_empty => {
            let (line, version) = (entry.line, &entry.version);
            Some(format!(
                "{FILE}:{line}: the entry {name} {version} has no text; describe the changes (HTML, such as a comment, does not count)"
            ))
        }
        Some(_) => None,
    }
}
