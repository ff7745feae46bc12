//! `CHANGELOG.md`: the record of releases.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result, bail};
use semver::Version;

/// The file, at the root of the workspace.
pub(super) const FILE: &str = "CHANGELOG.md";

/// What a new one begins with.
const TITLE: &str = "# Changelog

The releases of the SDKs, newest first: a heading is an SDK's name and version, with the API's revision behind the `+`.
";

/// A release of an SDK, as it is recorded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Entry {
    /// The number of the heading's line.
    pub(super) line: usize,
    /// What was released. Its build metadata is the revision.
    pub(super) version: Version,
    /// Whether nothing stands below the heading.
    pub(super) is_empty: bool,
}

/// Its text, or nothing if there is no such file.
pub(super) fn read(root: &Path) -> Result<Option<String>> {
    match fs::read_to_string(root.join(FILE)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {FILE}")),
    }
}

/// The releases of an SDK, in the order in which they stand. A heading that names the SDK and no release is an error.
pub(super) fn entries(text: &str, sdk: &str) -> Vec<Result<Entry>> {
    headings(text)
        .into_iter()
        .filter_map(|heading| {
            let rest = heading.title.strip_prefix(sdk)?;
            // The name of another SDK may begin with that of this one.
            let goes_on = rest.starts_with(|next: char| next.is_alphanumeric() || next == '-' || next == '_');
            (!goes_on).then(|| heading.entry(rest))
        })
        .collect()
}

/// The text with one more section, above every release of any SDK.
pub(super) fn with_section(text: Option<&str>, section: &str) -> String {
    let text = text.filter(|text| !text.trim().is_empty()).unwrap_or(TITLE);
    let newest = headings(text).into_iter().find(Heading::is_release);
    let (above, below) = newest.and_then(|heading| text.split_at_checked(heading.offset)).unwrap_or((text, ""));
    let parts = [above, section, below].map(str::trim_end);
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{}\n", parts.join("\n\n"))
}

/// A heading of the second level.
struct Heading<'a> {
    offset: usize,
    line: usize,
    title: &'a str,
    /// Whether there are only blank lines and lesser headings below it.
    is_empty: bool,
}

impl Heading<'_> {
    fn entry(&self, version: &str) -> Result<Entry> {
        let (line, title) = (self.line, self.title);
        let version = match version.strip_prefix(' ').map(|version| Version::parse(version.trim())) {
            Some(Ok(version)) => version,
            Some(Err(error)) => bail!("{FILE}:{line}: {title:?} has no valid version: {error}"),
            None => bail!("{FILE}:{line}: {title:?} has no version"),
        };
        if version.build.is_empty() {
            bail!("{FILE}:{line}: {title:?} does not say which revision was released; {version}+2026-11-22 would");
        }
        Ok(Entry { line, version, is_empty: self.is_empty })
    }

    /// Whether it is the heading of a release of any SDK, also of one that is not in the workspace any more.
    fn is_release(&self) -> bool {
        self.title.split_once(' ').is_some_and(|(_, version)| Version::parse(version.trim()).is_ok())
    }
}

/// The headings of the second level. What looks like one inside a code block is none.
fn headings(text: &str) -> Vec<Heading<'_>> {
    let mut headings: Vec<Heading<'_>> = Vec::new();
    let (mut offset, mut line, mut fence) = (0_usize, 0_usize, None);
    for content in text.split_inclusive('\n') {
        line = line.saturating_add(1);
        let mark = ["```", "~~~"].into_iter().find(|mark| content.trim_start().starts_with(mark));
        match content.strip_prefix("## ") {
            Some(title) if fence.is_none() => {
                headings.push(Heading { offset, line, title: title.trim(), is_empty: true });
            }
            _ => {
                let is_content = !content.trim().is_empty() && !content.starts_with('#');
                if let Some(heading) = headings.last_mut().filter(|_| is_content) {
                    heading.is_empty = false;
                }
            }
        }
        if mark.is_some() && (fence.is_none() || fence == mark) {
            fence = if fence.is_none() { mark } else { None };
        }
        offset = offset.saturating_add(content.len());
    }
    headings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(text: &str, sdk: &str) -> Vec<String> {
        entries(text, sdk).into_iter().map(|entry| entry.unwrap().version.to_string()).collect()
    }

    #[test]
    fn several_sdks_share_the_file() {
        let text = "# Changelog\n\n## Unreleased\n\n## risk 2.0.0+2026-02-01\n## risk-scoring 0.1.0+2026-01-01\n\n\
                    ## risk 1.0.0+2026-01-01\n";
        assert_eq!(versions(text, "risk"), ["2.0.0+2026-02-01", "1.0.0+2026-01-01"]);
        assert_eq!(versions(text, "risk-scoring"), ["0.1.0+2026-01-01"]);
        assert_eq!(versions(text, "other"), [""; 0]);
    }

    #[test]
    fn an_entry_knows_its_line_and_whether_it_says_anything() {
        let text = "## a 0.3.0+r\n\ntext\n\n## a 0.2.0+r\n\n### Breaking\n\n## a 0.1.0+r\r\n";
        let entries: Vec<_> = entries(text, "a").into_iter().map(Result::unwrap).collect();
        let known: Vec<_> = entries.iter().map(|entry| (entry.line, entry.is_empty)).collect();
        assert_eq!(known, [(1, false), (5, true), (9, true)]);
    }

    #[test]
    fn a_heading_that_names_an_sdk_and_no_release_is_an_error_with_its_line() {
        for (heading, part) in [
            ("things", "has no version"),
            ("things: news", "has no version"),
            ("things v0.1.0", "no valid version"),
            ("things 0.1", "no valid version"),
            ("things 0.1.0+2026-01-01 (yesterday)", "no valid version"),
            ("things 0.1.0", "which revision"),
        ] {
            let error = entries(&format!("# Changelog\n\n## {heading}\n"), "things").remove(0).unwrap_err().to_string();
            assert!(error.starts_with("CHANGELOG.md:3: ") && error.contains(part), "{error}");
        }
    }

    #[test]
    fn what_stands_in_a_code_block_is_no_heading() {
        let text = "## a 0.2.0+r\n```sh\n## a nonsense\n~~~\n```\n## a 0.1.0+r\n";
        assert_eq!(versions(text, "a"), ["0.2.0+r", "0.1.0+r"]);
    }

    #[test]
    fn a_section_goes_above_every_release_and_below_the_rest() {
        let section = "## a 0.2.0+r\n\nnews\n";
        assert_eq!(with_section(None, section), format!("{TITLE}\n{section}"));
        assert_eq!(with_section(Some("\n"), section), with_section(None, section));
        assert_eq!(
            with_section(Some("# C\n\n## Unreleased\n\nsoon\n\n## b 0.1.0+r\n\nold\n"), section),
            "# C\n\n## Unreleased\n\nsoon\n\n## a 0.2.0+r\n\nnews\n\n## b 0.1.0+r\n\nold\n"
        );
        assert_eq!(with_section(Some("## a 0.1.0+r\nold"), section), "## a 0.2.0+r\n\nnews\n\n## a 0.1.0+r\nold\n");
    }
}
