//! `release notes`: the changelog section of the next release, and the record of its public surface.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{Write as _, stdout};

use anyhow::{Context, Result, bail, ensure};
use semver::Version;

use super::changelog::{Changelog, FILE, provenance};
use super::check::check_revision;
use super::next::{NextRelease, ReleaseHistory, counted};
use super::sections::one_line;
use super::{surfaces, version};
use crate::sdk::Sdk;
use crate::workspace::Workspace;
use xtask_diff::surface::{Surface, SurfaceChange};
use xtask_diff::{Change, Class, grouped};
use xtask_document::operation::operations;

/// The number of places that are listed for changes of the documentation.
const PLACES: usize = 5;

/// The number of changes that are listed for the generated code.
const CODE_CHANGES: usize = 10;

/// The changelog section of the next release of an SDK.
pub struct Notes {
    sdk: Sdk,
    version: Version,
    changelog: Changelog,
    surface: Surface,
    /// Whether the changelog already has the entry of the crates' version.
    has_entry: bool,
    /// The section, with its heading.
    pub text: String,
}

impl Notes {
    /// Makes the notes of an SDK's next release without writing them.
    ///
    /// The release gets the crates' version if that is high enough, or else the lowest version that is.
    ///
    /// # Errors
    ///
    /// If the SDK has no revision, the changelog has malformed entries, the document or the recorded surface of the
    /// last release is missing or edited, or a file cannot be read.
    pub fn make(workspace: &Workspace, sdk: Sdk) -> Result<Self> {
        check_revision(&sdk)?;
        let root = workspace.root();
        let versions: Result<Vec<_>> = sdk.manifest.crates.all().map(|name| version::read(root, name)).collect();
        let crates = versions?.into_iter().max().context("there are no crates")?;
        let changelog = Changelog::read(root)?.unwrap_or_default();
        let (entries, problems) = changelog.entries(sdk.name());
        if let Some(problem) = changelog.malformed_headings(&workspace.sdks()?).into_iter().chain(problems).next() {
            bail!(problem);
        }
        let (surface, history) = (surfaces::of_code(root, &sdk)?, ReleaseHistory::of(&sdk, &crates, &entries));
        let next = NextRelease::find(root, &sdk, &surface, &history)?;
        let mut version = match next.least() {
            Some(least) if !next.allows(&crates) => least,
            _ => crates,
        };
        let current = &sdk.manifest.current;
        version.build = current.parse().with_context(|| format!("{current:?} is not valid in a version"))?;
        let text = format!("## {} {version}\n\n{}\n{}\n", sdk.name(), body(&next), provenance(&next.document.sha256));
        let has_entry = history.current.is_some_and(|entry| entry.version == version);
        Ok(Self { sdk, version, changelog, surface, has_entry, text })
    }

    /// Writes the section into the changelog as the newest entry, records the public surface, and prints both files.
    ///
    /// If the changelog has an entry of the crates' version already, only the record is written: the entry may have
    /// been edited.
    ///
    /// # Errors
    ///
    /// If there is an entry of that version or a higher one that the crates do not have, or a file cannot be written.
    pub fn write(&self, workspace: &Workspace) -> Result<()> {
        let Self { version, changelog, surface, text, .. } = self;
        let (root, sdk) = (workspace.root(), self.sdk.name());
        if self.has_entry {
            let path = surfaces::write(root, &self.sdk, version, surface)?;
            writeln!(
                stdout(),
                "wrote {} for the unreleased {sdk} {version}; its entry in {FILE} is not changed",
                path.display()
            )?;
            return Ok(());
        }
        let (entries, _) = changelog.entries(sdk);
        if let Some(entry) = entries.iter().find(|entry| entry.version.cmp_precedence(version).is_ge()) {
            bail!(
                "{FILE}:{}: there is an entry {sdk} {} already; to update the record of that release, set the crates' version \
                 to it; for another release, raise the crates' version first",
                entry.line,
                entry.version
            );
        }
        let changelog = Changelog::of(changelog.with_section(text));
        let (entries, _) = changelog.entries(sdk);
        ensure!(
            entries.iter().any(|entry| entry.version == *version),
            "{FILE}: an entry above the first release would be part of a comment or a code block; close that first"
        );
        fs::write(root.join(FILE), changelog.text()).with_context(|| format!("cannot write {FILE}"))?;
        writeln!(stdout(), "wrote {sdk} {version} into {FILE}")?;
        let path = surfaces::write(root, &self.sdk, version, surface)?;
        writeln!(stdout(), "wrote {}", path.display())?;
        Ok(())
    }
}

/// The text below the heading.
fn body(next: &NextRelease<'_>) -> String {
    let revision = &next.document.revision;
    let Some(last) = next.last else { return first(next) };
    let earlier = last.revision();
    let mut text = String::new();
    for (class, title) in [(Class::Breaking, "Breaking"), (Class::Additive, "Additive")] {
        let changes = grouped(&next.changes, class);
        if !changes.is_empty() {
            let _ = writeln!(text, "### {title}\n");
            for change in changes {
                let _ = writeln!(text, "- {}: {}", code(change.place), plain(&change.text()));
            }
            text.push('\n');
        }
        if class == Class::Breaking {
            text += &code_changes(&next.unexplained());
        }
    }
    text += &documentation(&next.changes);
    let _ = match (next.changes.is_empty(), earlier == revision) {
        (true, true) => writeln!(text, "The API is that of {}: revision {revision}.", last.version),
        (true, false) => writeln!(text, "Nothing changed in the API from revision {earlier} to {revision}."),
        (false, _) => writeln!(text, "From revision {earlier} of the API to {revision}."),
    };
    text
}

/// The breaking changes of the generated code that no change of the document explains.
fn code_changes(changes: &[&SurfaceChange]) -> String {
    if changes.is_empty() {
        return String::new();
    }
    let mut text = "### Breaking in the generated code\n\n".to_owned();
    for change in changes.iter().take(CODE_CHANGES) {
        let _ = match change {
            SurfaceChange::Changed { old, new } => writeln!(text, "- {} is now {}", code(old), code(item(new))),
            other => writeln!(text, "- {} is gone", code(other.line())),
        };
    }
    let more = changes.len().saturating_sub(CODE_CHANGES);
    if more > 0 {
        let _ = writeln!(text, "- and {more} more; compare the files in `surfaces/`");
    }
    text.push('\n');
    text
}

/// A line of a surface without its package.
fn item(line: &str) -> &str {
    line.split_once(": ").map_or(line, |(_, item)| item)
}

fn first(next: &NextRelease<'_>) -> String {
    let mut text = format!("The first release, of revision {} of the API:\n\n", next.document.revision);
    for operation in operations(&next.document.value) {
        let summary = operation.text("summary").filter(|summary| !summary.is_empty());
        let summary = summary.map(|summary| format!(" — {}", plain(summary))).unwrap_or_default();
        let _ = writeln!(text, "- {}{summary}", code(&operation.route()));
    }
    text
}

/// The changes of the documentation, as one line.
fn documentation(changes: &[Change]) -> String {
    let changes = grouped(changes, Class::Documentation);
    if changes.is_empty() {
        return String::new();
    }
    let (count, word) = counted(changes.len());
    let places: BTreeSet<_> = changes.iter().map(|change| change.place).collect();
    let named: Vec<_> = places.iter().take(PLACES).map(|place| code(place)).collect();
    let others = match places.len().saturating_sub(PLACES) {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    format!("### Documentation\n\n- {count} {word} that code does not see, at {}{others}\n\n", named.join(", "))
}

/// Text on one line, with Markdown's special characters escaped.
fn plain(text: &str) -> String {
    let text = one_line(text);
    let mut plain = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        // Markdown ignores an underscore inside a word.
        let is_inside = [before, rest.peek().copied()].iter().all(|char| char.is_some_and(char::is_alphanumeric));
        if "\\`*[]<>~&".contains(char) || (char == '_' && !is_inside) {
            plain.push('\\');
        }
        plain.push(char);
        before = Some(char);
    }
    plain
}

/// Text as inline code. The delimiter is longer than any run of backticks in the text.
fn code(text: &str) -> String {
    let text = one_line(text);
    let longest = text.split(|char| char != '`').map(str::len).max().unwrap_or_default();
    let mark = "`".repeat(longest.saturating_add(1));
    let space = if longest == 0 { "" } else { " " };
    format!("{mark}{space}{text}{space}{mark}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_of_markdown_are_escaped() {
        assert_eq!(plain("get_thing of\n\n# Things\n* `x`"), "get_thing of # Things \\* \\`x\\`");
        assert_eq!(plain("_all_ <b>[a](b)</b> ~~c~~ &lt;"), "\\_all\\_ \\<b\\>\\[a\\](b)\\</b\\> \\~\\~c\\~\\~ \\&lt;");
    }

    #[test]
    fn backticks_in_code_get_a_longer_delimiter() {
        assert_eq!(code("GET /things\n/{id}"), "`GET /things /{id}`");
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
    }
}
