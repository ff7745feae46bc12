//! What the changelog says about a release, as Markdown.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, bail};
use semver::Version;
use serde_json::Value;

use super::changelog::{self, FILE};
use super::next::Next;
use super::version;
use crate::diff::{Change, Class};
use crate::document::operations;
use crate::sdk::Sdk;
use crate::workspace::Workspace;

/// How many places of changes in the documentation are named.
const PLACES: usize = 5;

/// What the changelog should say about the next release of an SDK.
pub struct Notes {
    sdk: String,
    version: Version,
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
    /// If a version, the changelog or a document cannot be read.
    pub fn make(workspace: &Workspace, sdk: &Sdk) -> Result<Self> {
        let root = workspace.root();
        let versions: Result<Vec<_>> = sdk.manifest.crates.all().map(|name| version::read(root, name)).collect();
        let crates = versions?.into_iter().max().context("there are no crates")?;
        let text = changelog::read(root)?.unwrap_or_default();
        let entries = changelog::entries(&text, &sdk.name()).into_iter().collect::<Result<Vec<_>>>()?;
        let next = Next::find(root, sdk, &crates, &entries)?;
        let mut version = match next.least() {
            Some(least) if !next.allows(&crates) => least,
            _ => crates,
        };
        let current = &sdk.manifest.current;
        version.build = current.parse().with_context(|| format!("{current:?} cannot stand in a version"))?;
        let sdk = sdk.name().into_owned();
        let text = format!("## {sdk} {version}\n\n{}", body(&next));
        Ok(Self { sdk, version, text })
    }

    /// Writes them into the changelog, as the newest entry, and says so.
    ///
    /// # Errors
    ///
    /// If there is an entry of that version or a greater one, or the file cannot be read or written.
    pub fn write(&self, workspace: &Workspace) -> Result<()> {
        let Self { sdk, version, .. } = self;
        let text = changelog::read(workspace.root())?;
        for entry in changelog::entries(text.as_deref().unwrap_or_default(), sdk) {
            let entry = entry?;
            if entry.version.cmp_precedence(version).is_ge() {
                bail!(
                    "{FILE}:{}: there is an entry {sdk} {} already; for another release, raise the crates' version first",
                    entry.line,
                    entry.version
                );
            }
        }
        let path = workspace.root().join(FILE);
        fs::write(&path, changelog::with_section(text.as_deref(), &self.text))
            .with_context(|| format!("cannot write {FILE}"))?;
        println!("wrote {sdk} {version} into {FILE}");
        Ok(())
    }
}

/// What there is to say about the next release, below its heading.
fn body(next: &Next<'_>) -> String {
    let revision = &next.document.revision;
    let Some(last) = next.last else { return first(next) };
    let earlier = last.version.build.as_str();
    if next.changes.is_empty() {
        return if earlier == revision {
            format!("The API is that of {}: revision {revision}.\n", last.version)
        } else {
            format!("Nothing changed in the API from revision {earlier} to {revision}.\n")
        };
    }
    let mut text = String::new();
    for (class, title) in [(Class::Breaking, "Breaking"), (Class::Additive, "Compatible")] {
        let of_class: Vec<_> = next.changes.iter().filter(|change| change.class == class).collect();
        if !of_class.is_empty() {
            let _ = writeln!(text, "### {title}\n");
            for change in of_class {
                let _ = writeln!(text, "- {}: {}", code(&change.place), plain(&change.words()));
            }
            text.push('\n');
        }
    }
    text += &documentation(&next.changes);
    let _ = writeln!(text, "From revision {earlier} of the API to {revision}.");
    text
}

fn first(next: &Next<'_>) -> String {
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
    let changes: Vec<_> = changes.iter().filter(|change| change.class == Class::Documentation).collect();
    let (count, word) = match changes.len() {
        0 => return String::new(),
        1 => (1, "change"),
        count => (count, "changes"),
    };
    // They are in the order of their places.
    let mut places: Vec<_> = changes.iter().map(|change| &change.place).collect();
    places.dedup();
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
