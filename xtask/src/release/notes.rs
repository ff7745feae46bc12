//! What the changelog says about a release, as Markdown.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{Write as _, stdout};

use anyhow::{Context, Result, bail, ensure};
use semver::Version;
use serde_json::Value;

use super::changelog::{Changelog, FILE, provenance};
use super::check::check_revision;
use super::next::{NextRelease, ReleaseHistory};
use super::version;
use crate::diff::{Change, Class, grouped};
use crate::document::operations;
use crate::sdk::Sdk;
use crate::workspace::Workspace;

/// How many places of changes in the documentation are named.
const PLACES: usize = 5;

/// What the changelog should say about the next release of an SDK.
pub struct Notes {
    sdk: String,
    version: Version,
    changelog: Changelog,
    /// The section, with its heading.
    pub text: String,
}

impl Notes {
    /// Makes the notes of an SDK's next release. Nothing is written.
    ///
    /// The release has the crates' version if that is great enough, or the least one that is.
    ///
    /// # Errors
    ///
    /// If there is nothing to release, the changelog leaves open what the last release was, that one's document is not there
    /// as it was, or something cannot be read.
    pub fn make(workspace: &Workspace, sdk: &Sdk) -> Result<Self> {
        check_revision(sdk)?;
        let root = workspace.root();
        let versions: Result<Vec<_>> = sdk.manifest.crates.all().map(|name| version::read(root, name)).collect();
        let crates = versions?.into_iter().max().context("there are no crates")?;
        let changelog = Changelog::read(root)?.unwrap_or_default();
        let (entries, problems) = changelog.entries(&sdk.name());
        if let Some(problem) = changelog.malformed_headings(&workspace.sdks()?).into_iter().chain(problems).next() {
            bail!(problem);
        }
        let next = NextRelease::find(root, sdk, &ReleaseHistory::of(sdk, &crates, &entries))?;
        let mut version = match next.least() {
            Some(least) if !next.allows(&crates) => least,
            _ => crates,
        };
        let current = &sdk.manifest.current;
        version.build = current.parse().with_context(|| format!("{current:?} cannot stand in a version"))?;
        let sdk = sdk.name().into_owned();
        let text = format!("## {sdk} {version}\n\n{}\n{}\n", body(&next), provenance(&next.document.sha256));
        Ok(Self { sdk, version, changelog, text })
    }

    /// Writes them into the changelog, as the newest entry, and says so.
    ///
    /// # Errors
    ///
    /// If there is an entry of that version or a greater one, or the file cannot be written.
    pub fn write(&self, workspace: &Workspace) -> Result<()> {
        let Self { sdk, version, changelog, text } = self;
        let (entries, _) = changelog.entries(sdk);
        if let Some(entry) = entries.iter().find(|entry| entry.version.cmp_precedence(version).is_ge()) {
            bail!(
                "{FILE}:{}: there is an entry {sdk} {} already; for another release, raise the crates' version first",
                entry.line,
                entry.version
            );
        }
        let changelog = Changelog::of(changelog.with_section(text));
        let (entries, _) = changelog.entries(sdk);
        ensure!(
            entries.iter().any(|entry| entry.version == *version),
            "{FILE}: what is written at its end is not read as an entry; close the comment or the code block above"
        );
        fs::write(workspace.root().join(FILE), changelog.text()).with_context(|| format!("cannot write {FILE}"))?;
        writeln!(stdout(), "wrote {sdk} {version} into {FILE}")?;
        Ok(())
    }
}

/// What there is to say about the next release, below its heading.
fn body(next: &NextRelease<'_>) -> String {
    let revision = &next.document.revision;
    let Some(last) = next.last else { return first(next) };
    let earlier = last.revision();
    if next.changes.is_empty() {
        return if earlier == revision {
            format!("The API is that of {}: revision {revision}.\n", last.version)
        } else {
            format!("Nothing changed in the API from revision {earlier} to {revision}.\n")
        };
    }
    let mut text = String::new();
    for (class, title) in [(Class::Breaking, "Breaking"), (Class::Additive, "Additive")] {
        let changes = grouped(&next.changes, class);
        if !changes.is_empty() {
            let _ = writeln!(text, "### {title}\n");
            for change in changes {
                let _ = writeln!(text, "- {}: {}", code(change.place), plain(&change.words()));
            }
            text.push('\n');
        }
    }
    text += &documentation(&next.changes);
    let _ = writeln!(text, "From revision {earlier} of the API to {revision}.");
    text
}

fn first(next: &NextRelease<'_>) -> String {
    let mut text = format!("The first release, of revision {} of the API:\n\n", next.document.revision);
    for operation in operations(&next.document.value) {
        let place = format!("{} {}", operation.method.to_uppercase(), operation.path);
        let summary = operation.object.get("summary").and_then(Value::as_str).unwrap_or_default();
        let summary = if summary.is_empty() { String::new() } else { format!(" — {}", plain(summary)) };
        let _ = writeln!(text, "- {}{summary}", code(&place));
    }
    text
}

/// The changes that no code sees, in one line: nobody reads each of them.
fn documentation(changes: &[Change]) -> String {
    let changes = grouped(changes, Class::Documentation);
    let (count, word) = match changes.len() {
        0 => return String::new(),
        1 => (1, "change"),
        count => (count, "changes"),
    };
    let places: BTreeSet<_> = changes.iter().map(|change| change.place).collect();
    let named: Vec<_> = places.iter().take(PLACES).map(|place| code(place)).collect();
    let others = match places.len().saturating_sub(PLACES) {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    format!("### Documentation\n\n- {count} {word} that code does not see, at {}{others}\n\n", named.join(", "))
}

/// Text on one line, with nothing in it that Markdown would read.
fn plain(text: &str) -> String {
    let text = one_line(text);
    let mut plain = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        // An underscore inside a word means nothing, and names are full of them.
        let is_inside = [before, rest.peek().copied()].iter().all(|char| char.is_some_and(char::is_alphanumeric));
        if "\\`*[]<>~&".contains(char) || (char == '_' && !is_inside) {
            plain.push('\\');
        }
        plain.push(char);
        before = Some(char);
    }
    plain
}

/// Text as code. It may hold backticks: the marks around it are longer than any row of them.
fn code(text: &str) -> String {
    let text = one_line(text);
    let longest = text.split(|char| char != '`').map(str::len).max().unwrap_or_default();
    let mark = "`".repeat(longest.saturating_add(1));
    let space = if longest == 0 { "" } else { " " };
    format!("{mark}{space}{text}{space}{mark}")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_markdown_would_read_is_escaped() {
        assert_eq!(plain("get_thing of\n\n# Things\n* `x`"), "get_thing of # Things \\* \\`x\\`");
        assert_eq!(plain("_all_ <b>[a](b)</b> ~~c~~ &lt;"), "\\_all\\_ \\<b\\>\\[a\\](b)\\</b\\> \\~\\~c\\~\\~ \\&lt;");
    }

    #[test]
    fn code_may_hold_backticks() {
        assert_eq!(code("GET /things\n/{id}"), "`GET /things /{id}`");
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
    }
}
