//! The recorded public surface of each release: `spec/NAME/surfaces/VERSION.txt`.
//!
//! A release promises its document and its code. The document of a release stays in the SDK's folder, so the record of
//! its code is stored there too, and not in a crate that is published. There is one record per version and not per
//! revision, since several releases of one revision may have different code.
//!
//! A record contains the lines of [`Surface`] for every generated file that users can name: that of the api crate and,
//! if there is one, that of the SDK crate. Mocks are omitted: they follow the document and are used in tests only,
//! where the compiler reports every change. From version 0.2.0 of the risk-scoring SDK on, users of the SDK crate
//! cannot name the generated client. The api crate is released as well, so its whole surface counts nevertheless.
//!
//! A checksum over name, version and lines detects a record that was edited, renamed or damaged by a merge.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use semver::Version;

use super::changelog::{Entry, FILE};
use super::next::ReleaseHistory;
use super::version::{after, without_pre};
use crate::sdk::Sdk;
use xtask_diff::surface::{Surface, SurfaceDiff};
use xtask_document::read::sha256;

/// The number of changed lines that a message shows.
const SHOWN: usize = 3;

/// The start of the header line with the checksum.
const CHECKSUM: &str = "# sha-256: ";

/// The path of a version's record, relative to the workspace.
pub(super) fn file(sdk: &Sdk, version: &Version) -> PathBuf {
    folder(sdk).join(format!("{version}.txt"))
}

fn folder(sdk: &Sdk) -> PathBuf {
    sdk.folder.join("surfaces")
}

/// Extracts the surface of the generated code in the checkout.
pub(super) fn of_code(root: &Path, sdk: &Sdk) -> Result<Surface> {
    let crates = &sdk.manifest.crates;
    let mut surface = Surface::default();
    for package in crates.all().filter(|package| *package != crates.mock) {
        let path = Path::new("crates").join(package).join("src").join("generated.rs");
        let code = match fs::read_to_string(root.join(&path)) {
            Ok(code) => code,
            // Hand-written packages have no generated code.
            Err(error) if error.kind() == ErrorKind::NotFound && package != crates.api => continue,
            Err(error) => bail!("cannot read {}: {error}; write it with `cargo xtask generate`", path.display()),
        };
        let context = || format!("{}: its public surface cannot be extracted", path.display());
        let generated =
            syn::parse_file(&code).map_err(anyhow::Error::from).and_then(|file| Ok(Surface::extract(&file)?));
        surface.add(package, &generated.with_context(context)?);
    }
    Ok(surface)
}

/// The text of a record.
pub(super) fn text(sdk: &Sdk, version: &Version, surface: &Surface) -> String {
    let name = sdk.name();
    let lines: Vec<_> = surface.lines().collect();
    let mut text = format!(
        "# The public surface of the generated code of {name} {version}, one line for each item.\n\
         # `cargo xtask release notes {name} --write` writes this file. Do not edit it.\n\
         {CHECKSUM}{}\n",
        checksum(sdk, version, &lines)
    );
    for line in lines {
        text += line;
        text.push('\n');
    }
    text
}

fn checksum(sdk: &Sdk, version: &Version, lines: &[&str]) -> String {
    sha256(format!("{} {version}\n{}\n", sdk.name(), lines.join("\n")))
}

/// Reads the record of an entry.
pub(super) fn read(root: &Path, sdk: &Sdk, entry: &Entry) -> Result<Surface> {
    let (name, Entry { line, version, .. }) = (sdk.name(), entry);
    let path = file(sdk, version);
    let shown = path.display();
    let text = match fs::read_to_string(root.join(&path)) {
        Ok(text) => text,
        Err(error) => bail!(
            "{FILE}:{line}: cannot read {shown}, the record of the public surface of {name} {version}: {error}; restore the \
             file from version control"
        ),
    };
    // The line ends may be those of a checkout on Windows.
    let lines: Vec<_> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let Some(recorded) = text.lines().find_map(|line| line.strip_prefix(CHECKSUM)) else {
        bail!("{shown}: there is no line \"{CHECKSUM}…\"; restore the file from version control");
    };
    ensure!(
        recorded.trim() == checksum(sdk, version, &lines),
        "{shown}: the content does not match its SHA-256, so it was edited or is not the record of {name} {version}; restore \
         the file from version control"
    );
    Ok(Surface::from_lines(lines))
}

/// The problems of the records of an SDK, one line each.
pub(super) fn problems(
    root: &Path,
    sdk: &Sdk,
    surface: &Surface,
    entries: &[Entry],
    history: &ReleaseHistory<'_>,
) -> Vec<String> {
    let mut problems: Vec<_> = history
        .earlier
        .iter()
        .filter_map(|entry| read(root, sdk, entry).err())
        .map(|error| error.to_string())
        .collect();
    problems.extend(history.current.and_then(|entry| current_problem(root, sdk, surface, entry)));
    let known: Vec<_> = entries.iter().map(|entry| file(sdk, &entry.version)).collect();
    match files(root, sdk) {
        Ok(files) => problems.extend(files.iter().filter(|path| !known.contains(path)).map(|path| {
            format!("{}: {FILE} has no entry of that version; remove the file, or add the entry", path.display())
        })),
        Err(error) => problems.push(format!("{error:#}")),
    }
    problems
}

/// The files in the folder of the records, sorted.
fn files(root: &Path, sdk: &Sdk) -> Result<Vec<PathBuf>> {
    let folder = folder(sdk);
    let context = || format!("cannot list {}", folder.display());
    let entries = match fs::read_dir(root.join(&folder)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(context),
    };
    let files: std::io::Result<Vec<_>> = entries.map(|entry| Ok(folder.join(entry?.file_name()))).collect();
    let mut files = files.with_context(context)?;
    files.sort();
    Ok(files)
}

/// Compares the record of the crates' own version with the code.
fn current_problem(root: &Path, sdk: &Sdk, surface: &Surface, entry: &Entry) -> Option<String> {
    let (name, Entry { version, .. }) = (sdk.name(), entry);
    let (path, command) = (file(sdk, version), format!("`cargo xtask release notes {name} --write`"));
    let path = path.display();
    let recorded = match read(root, sdk, entry) {
        Ok(recorded) => recorded,
        Err(error) => {
            return Some(format!("{error}; if {name} {version} is not released yet, write it with {command}"));
        }
    };
    let diff = recorded.compare(surface);
    let worst = diff.worst()?;
    let least = if version.pre.is_empty() { after(version, Some(worst)) } else { without_pre(version) };
    Some(format!(
        "{path}: the code's public surface differs from the record: {}; if {name} {version} is released, raise the crates' \
         version to at least {least}; if not, update the record with {command}",
        shown(&diff)
    ))
}

/// The first changes of the worst class, in one line.
pub(super) fn shown(diff: &SurfaceDiff) -> String {
    let Some(worst) = diff.worst() else { return "nothing changed".to_owned() };
    let changes: Vec<_> = diff.of_class(worst).map(ToString::to_string).collect();
    let first: Vec<_> = changes.iter().take(SHOWN).map(String::as_str).collect();
    match changes.len().saturating_sub(SHOWN) {
        0 => first.join("; "),
        more => format!("{}; and {more} more", first.join("; ")),
    }
}

/// Writes a record, and returns its path relative to the workspace.
pub(super) fn write(root: &Path, sdk: &Sdk, version: &Version, surface: &Surface) -> Result<PathBuf> {
    let path = file(sdk, version);
    crate::generate::write_file(&root.join(&path), &text(sdk, version, surface))?;
    Ok(path)
}
