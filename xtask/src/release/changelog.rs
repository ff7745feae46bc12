//! Reads and writes `CHANGELOG.md`, whose entries are the releases of every SDK.
//!
//! No other file records a release. An entry without its SDK is reported, so remove the entries of an SDK with it.

use std::fs;
use std::io::ErrorKind;
use std::iter;
use std::path::Path;

use anyhow::{Context, Result, bail};
use semver::Version;

use super::sections::{Block, Section, one_line, sections};
use crate::sdk::Sdk;
use xtask_import::check_date;

/// The name of the file at the root of the workspace.
pub(super) const FILE: &str = "CHANGELOG.md";

/// The text at the start of a new changelog.
const TITLE: &str = "# Changelog

The releases of the SDKs, newest first: a heading is an SDK's name and version, with the API's revision behind the `+`. The
document of a released revision is never edited, so an entry says which one it was.
";

/// The text of a changelog and its sections.
#[derive(Default)]
pub(super) struct Changelog {
    text: String,
    sections: Vec<Section>,
}

/// One release of an SDK.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Entry {
    /// The line number of the heading.
    pub(super) line: usize,
    /// The released version. Its build metadata is the revision.
    pub(super) version: Version,
    /// The recorded SHA-256 of the revision's document.
    pub(super) sha256: Option<String>,
    /// Whether the entry has no other text. HTML does not count, since it may be a comment.
    pub(super) is_empty: bool,
}

impl Entry {
    /// The released revision.
    pub(super) fn revision(&self) -> &str {
        self.version.build.as_str()
    }
}

/// The line of an entry that records the hash of the document.
pub(super) fn provenance(sha256: &str) -> String {
    format!("{BEFORE}`{sha256}`{AFTER}")
}

const BEFORE: &str = "The document's SHA-256 is ";
const AFTER: &str = ".";

fn recorded(block: &Block) -> Option<String> {
    let text = one_line(&block.text);
    let sha256 = text.strip_prefix(BEFORE)?.strip_suffix(AFTER)?;
    let is_hash = block.is_paragraph && sha256.chars().all(|char| char.is_ascii_hexdigit());
    is_hash.then(|| sha256.to_owned())
}

impl Changelog {
    /// Reads the changelog of a workspace; `None` if the file does not exist.
    pub(super) fn read(root: &Path) -> Result<Option<Self>> {
        match fs::read_to_string(root.join(FILE)) {
            Ok(text) => Ok(Some(Self::of(text))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {FILE}")),
        }
    }

    /// Parses a changelog.
    pub(super) fn of(text: String) -> Self {
        Self { sections: sections(&text), text }
    }

    /// The whole text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the releases of an SDK in the order of the file, and all problems of their headings.
    pub(super) fn entries(&self, sdk: &str) -> (Vec<Entry>, Vec<String>) {
        let (mut entries, mut problems) = (Vec::new(), Vec::new());
        for (next, section) in (1..).zip(&self.sections) {
            let Some(version) = after_name(&section.title, sdk).filter(|_| section.level == LEVEL) else { continue };
            let parts = self.sections.iter().skip(next).take_while(|part| part.level > LEVEL);
            match entry(section, version, iter::once(section).chain(parts).flat_map(|part| &part.blocks)) {
                Ok(entry) => entries.push(entry),
                Err(error) => problems.push(error.to_string()),
            }
        }
        problems.extend(order_problems(sdk, &entries));
        (entries, problems)
    }

    /// Reports lines that look like the heading of a release but are not parsed as one. Such a release would be dropped
    /// silently.
    pub(super) fn malformed_headings(&self, sdks: &[Sdk]) -> Vec<String> {
        let names: Vec<_> = sdks.iter().map(|sdk| sdk.name().to_owned()).collect();
        let is_release = |title: &str| {
            let mut versions = names.iter().filter_map(|name| after_name(title, name));
            versions.any(|version| Version::parse(version.trim()).is_ok())
        };
        let mut malformed = Vec::new();
        for Section { line, level, title, blocks, .. } in &self.sections {
            let is_named = names.iter().any(|name| after_name(title, name).is_some());
            if *level == LEVEL && !is_named && has_version(title) {
                malformed.push(format!("{FILE}:{line}: {title:?} is no release of an SDK; there are {names:?}"));
            }
            if *level != LEVEL && is_release(title) {
                malformed.push(format!("{FILE}:{line}: the heading of a release begins with ##: \"## {title}\""));
            }
            for block in blocks.iter().filter(|block| block.is_paragraph) {
                for (line, text) in (block.line..).zip(block.text.lines()) {
                    // Some editors put a byte order mark at the start of a file.
                    let Some(title) = text.trim_start_matches('\u{feff}').strip_prefix('#') else { continue };
                    let title = title.trim_start_matches('#').trim();
                    if is_release(title) {
                        malformed.push(format!("{FILE}:{line}: {text:?} is no heading; write \"## {title}\""));
                    }
                }
            }
        }
        malformed
    }

    /// Returns the text with a section inserted above the releases of all SDKs.
    pub(super) fn with_section(&self, section: &str) -> String {
        let text = if self.text.trim().is_empty() { TITLE } else { &self.text };
        let mut releases = self.sections.iter().filter(|section| section.level == LEVEL && has_version(&section.title));
        let (above, below) =
            releases.next().and_then(|newest| text.split_at_checked(newest.offset)).unwrap_or((text, ""));
        let is_crlf = text.split_once('\n').is_some_and(|(line, _)| line.ends_with('\r'));
        let newline = if is_crlf { "\r\n" } else { "\n" };
        let section = section.replace('\n', newline);
        let parts = [above, &section, below].map(str::trim_end);
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(&newline.repeat(2)) + newline
    }
}

/// The heading level of releases.
const LEVEL: usize = 2;

/// The rest of a heading after the name of an SDK; `None` if the heading begins with something else.
fn after_name<'a>(title: &'a str, sdk: &str) -> Option<&'a str> {
    // The name of another SDK may have this one as its prefix.
    let continues = |rest: &&str| rest.starts_with(|next: char| next.is_alphanumeric() || next == '-' || next == '_');
    title.strip_prefix(sdk).filter(|rest| !continues(rest))
}

/// Whether a heading contains a version, in any notation.
fn has_version(title: &str) -> bool {
    let is_version = |word: &str| {
        let word = word.trim_matches(|char: char| !char.is_alphanumeric());
        Version::parse(word.strip_prefix('v').unwrap_or(word)).is_ok()
    };
    title.split_whitespace().any(is_version)
}

fn entry<'a>(section: &Section, version: &str, blocks: impl Iterator<Item = &'a Block>) -> Result<Entry> {
    let Section { line, title, .. } = section;
    let version = match version.strip_prefix(' ').map(Version::parse) {
        Some(Ok(version)) => version,
        Some(Err(error)) => bail!("{FILE}:{line}: {title:?} has no valid version: {error}"),
        None => bail!("{FILE}:{line}: {title:?} has no version"),
    };
    if version.build.is_empty() {
        bail!("{FILE}:{line}: {title:?} does not name the released revision; write {version}+2026-11-22");
    }
    if let Err(error) = check_date(version.build.as_str()) {
        bail!("{FILE}:{line}: {title:?}: {error}");
    }
    let mut entry = Entry { line: *line, version, sha256: None, is_empty: true };
    for block in blocks {
        match recorded(block) {
            Some(sha256) if entry.sha256.is_none() => entry.sha256 = Some(sha256),
            _ => entry.is_empty &= block.text.trim().is_empty(),
        }
    }
    Ok(entry)
}

/// Reports duplicate versions and entries that are not sorted from newest to oldest. The history of releases relies on
/// both.
fn order_problems(sdk: &str, entries: &[Entry]) -> Vec<String> {
    let mut problems = Vec::new();
    for (position, Entry { line, version, .. }) in entries.iter().enumerate() {
        let mut above = entries.iter().take(position);
        let same = above.clone().find(|other| other.version.cmp_precedence(version).is_eq());
        let older = above.next_back().filter(|other| other.version.cmp_precedence(version).is_lt());
        if let Some(same) = same {
            problems.push(format!(
                "{FILE}:{line}: {sdk} {version} has the version of {} in line {}; a version is released once, for one \
                 revision",
                same.version, same.line
            ));
        } else if let Some(older) = older {
            problems.push(format!(
                "{FILE}:{line}: {sdk} {version} is below {}, which is older; the newest release comes first",
                older.version
            ));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str, sdk: &str) -> (Vec<Entry>, Vec<String>) {
        Changelog::of(text.to_owned()).entries(sdk)
    }

    fn versions(text: &str, sdk: &str) -> Vec<String> {
        let (entries, problems) = entries(text, sdk);
        assert_eq!(problems, [""; 0]);
        entries.iter().map(|entry| entry.version.to_string()).collect()
    }

    #[test]
    fn changelog_with_several_sdks_lists_the_entries_of_each() {
        let text = "# Changelog\n\n## Unreleased\n\n## risk 2.0.0+2026-02-01\n## risk-scoring 0.1.0+2026-01-01\n\n\
                    ## risk 1.0.0+2026-01-01\n";
        assert_eq!(versions(text, "risk"), ["2.0.0+2026-02-01", "1.0.0+2026-01-01"]);
        assert_eq!(versions(text, "risk-scoring"), ["0.1.0+2026-01-01"]);
        assert_eq!(versions(text, "other"), [""; 0]);
    }

    #[test]
    fn entry_has_its_line_and_whether_it_is_empty() {
        for (below, is_empty) in [
            ("", true),
            ("### Breaking", true),
            ("<!-- text -->", true),
            ("<!--\ntext\n\ntext\n-->\n\n***", true),
            ("-", true),
            ("The document's SHA-256 is `abc`.", true),
            ("text", false),
            ("### Breaking\n\n- text", false),
            ("<p>text</p>", true),
            ("text <!-- text -->", false),
            ("```\ntext\n```", false),
            ("The document's SHA-256 is `abc`.\n\n- text", false),
        ] {
            for newline in ["\n", "\r\n"] {
                let text = format!("# C\n\n## a 0.2.0+2026-01-01\n\n{below}\n\n## a 0.1.0+2026-01-01\n\ntext\n");
                let (entries, _) = entries(&text.replace('\n', newline), "a");
                assert_eq!((entries[0].line, entries[0].is_empty), (3, is_empty), "{below}");
                assert!(!entries[1].is_empty, "{below}");
            }
        }
    }

    #[test]
    fn entry_has_the_hash_of_its_document() {
        let sha256 = |below: &str| {
            let text = format!("## a 0.2.0+2026-01-01\n\n{below}\n\n## a 0.1.0+2026-01-01\n\n{}\n", provenance("old"));
            entries(&text, "a").0.remove(0).sha256
        };
        assert_eq!(sha256(&provenance("abc")).as_deref(), Some("abc"));
        assert_eq!(sha256("text\n\n### More\n\nThe document's SHA-256\r\nis `abc`.").as_deref(), Some("abc"));
        for below in ["", "text", "> The document's SHA-256 is `abc`.", "The document's SHA-256 is `abc`. Or so."] {
            assert_eq!(sha256(below), None, "{below}");
        }
    }

    #[test]
    fn heading_with_an_sdk_but_no_release_is_an_error_with_its_line() {
        for (heading, part) in [
            ("things", "has no version"),
            ("things: news", "has no version"),
            ("things v0.1.0", "no valid version"),
            ("things 0.1", "no valid version"),
            ("things 0.1.0+2026-01-01 (yesterday)", "no valid version"),
            ("things 0.1.0", "does not name the released revision"),
            ("things 0.1.0+2026-02-30", "\"2026-02-30\" is not a date"),
        ] {
            let problems = entries(&format!("# Changelog\n\n## {heading}\n"), "things").1;
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].starts_with("CHANGELOG.md:3: ") && problems[0].contains(part), "{problems:?}");
        }
    }

    #[test]
    fn heading_in_a_code_block_or_a_comment_is_not_an_entry() {
        let text = "## a 0.2.0+2026-01-01\n```sh\n## a nonsense\n~~~\n```\n<!--\n## a 0.1.5+2026-01-01\n-->\n\
                    ## a 0.1.0+2026-01-01\n";
        assert_eq!(versions(text, "a"), ["0.2.0+2026-01-01", "0.1.0+2026-01-01"]);
    }

    #[test]
    fn duplicate_or_unsorted_entries_are_problems() {
        let problems = |versions: &[&str]| {
            let headings: Vec<_> = versions.iter().map(|version| format!("## a {version}\n")).collect();
            entries(&headings.concat(), "a").1
        };
        assert_eq!(problems(&["1.0.0+2026-01-01", "1.0.0-rc.1+2026-01-01", "0.9.0+2026-01-01"]), [""; 0]);
        for again in ["0.2.0+2026-01-01", "0.2.0+2026-02-02"] {
            let problems = problems(&["0.2.0+2026-02-02", "0.1.0+2026-01-01", again]);
            let start = format!("CHANGELOG.md:3: a {again} has the version of 0.2.0+2026-02-02 in line 1;");
            assert!(problems.len() == 1 && problems[0].starts_with(&start), "{problems:?}");
        }
        let problems = problems(&["0.3.0+2026-01-01", "0.1.0+2026-01-01", "0.2.0+2026-01-01"]);
        let start = "CHANGELOG.md:3: a 0.2.0+2026-01-01 is below 0.1.0+2026-01-01, which is older;";
        assert!(problems.len() == 1 && problems[0].starts_with(start), "{problems:?}");
    }

    #[test]
    fn new_section_is_inserted_above_every_release_and_below_other_text() {
        let section = "## a 0.2.0+r\n\nnews\n";
        let with_section = |text: &str| Changelog::of(text.to_owned()).with_section(section);
        assert_eq!(Changelog::default().with_section(section), format!("{TITLE}\n{section}"));
        assert_eq!(with_section("\n"), with_section(""));
        assert_eq!(
            with_section("# C\n\n## Unreleased\n\nsoon\n\n## b 0.1.0+r\n\nold\n"),
            "# C\n\n## Unreleased\n\nsoon\n\n## a 0.2.0+r\n\nnews\n\n## b 0.1.0+r\n\nold\n"
        );
        assert_eq!(with_section("## a 0.1.0+r\nold"), "## a 0.2.0+r\n\nnews\n\n## a 0.1.0+r\nold\n");
        assert_eq!(
            with_section("# C\n\n```\n## b 0.1.0+r\n```\n\n## b 0.1.0+r\n"),
            "# C\n\n```\n## b 0.1.0+r\n```\n\n## a 0.2.0+r\n\nnews\n\n## b 0.1.0+r\n"
        );
    }

    #[test]
    fn new_section_has_the_line_ends_of_the_file() {
        for text in ["", "# C\n\nabove\n", "# C\n\n## b 0.1.0+r\n\nold\n"] {
            let with_section = |text: String| Changelog::of(text).with_section("## a 0.2.0+r\n\nnews\n");
            let expected = with_section(text.to_owned());
            let newline = if text.is_empty() { "\n" } else { "\r\n" };
            assert_eq!(with_section(text.replace('\n', newline)), expected.replace('\n', newline));
        }
    }
}
