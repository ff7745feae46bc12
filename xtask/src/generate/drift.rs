//! Compares the planned generated files with those of the checkout.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use similar::TextDiff;

use super::file::{GeneratedFile, MARK};

/// How a file differs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// It is there, with other content.
    Stale,
    /// It is not there.
    Missing,
    /// It is there and was generated once, but nothing generates it any more.
    Orphaned,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stale => "stale",
            Self::Missing => "missing",
            Self::Orphaned => "orphaned",
        })
    }
}

/// One file that differs.
pub(super) struct Drift {
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
    pub(super) planned: String,
    present: String,
}

impl Drift {
    /// What writing would change, as a unified diff.
    pub(super) fn diff(&self) -> String {
        let path = self.path.display();
        TextDiff::from_lines(&self.present, &self.planned)
            .unified_diff()
            .header(&format!("{path} (as it is)"), &format!("{path} (as generated)"))
            .to_string()
    }
}

/// Compares the plan with the checkout. The result is in the order of the paths.
pub(super) fn find(root: &Path, plan: &[GeneratedFile]) -> Result<Vec<Drift>> {
    let mut present = BTreeMap::new();
    collect_generated(root, Path::new("crates"), &mut present)?;

    let mut drifts = Vec::new();
    for file in plan {
        let read = read(&root.join(&file.path))?;
        present.remove(&file.path);
        let (kind, text) = match read {
            Some(text) if text == file.content => continue,
            Some(text) => (Kind::Stale, text),
            None => (Kind::Missing, String::new()),
        };
        drifts.push(Drift { path: file.path.clone(), kind, planned: file.content.clone(), present: text });
    }
    drifts.extend(present.into_iter().map(|(path, present)| Drift {
        path,
        kind: Kind::Orphaned,
        planned: String::new(),
        present,
    }));
    drifts.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(drifts)
}

/// A file's text, or nothing if there is no such file. A byte that is not UTF-8 is a difference like any other.
fn read(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn collect_generated(root: &Path, folder: &Path, found: &mut BTreeMap<PathBuf, String>) -> Result<()> {
    let entries = match fs::read_dir(root.join(folder)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("cannot list {}", folder.display())),
    };
    for entry in entries {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            collect_generated(root, &path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && let Some(text) = read(&root.join(&path))?.filter(|text| text.starts_with(MARK))
        {
            found.insert(path, text);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "crates/things-api/src/generated.rs";

    fn planned() -> GeneratedFile {
        GeneratedFile { path: PATH.into(), content: format!("{MARK}\nfn one() {{}}\nfn two() {{}}\n") }
    }

    fn checkout(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    #[test]
    fn a_current_file_does_not_differ() {
        let root = checkout(&[(PATH, &planned().content)]);
        assert!(find(root.path(), &[planned()]).unwrap().is_empty());
    }

    #[test]
    fn one_changed_byte_is_stale_and_the_diff_says_where() {
        let root = checkout(&[(PATH, &planned().content.replace("two", "twa"))]);
        let drifts = find(root.path(), &[planned()]).unwrap();
        assert_eq!(drifts.len(), 1);
        assert_eq!(drifts[0].kind, Kind::Stale);
        let diff = drifts[0].diff();
        assert!(diff.contains(PATH) && diff.contains("-fn twa() {}") && diff.contains("+fn two() {}"), "{diff}");
    }

    #[test]
    fn a_file_that_lost_its_header_is_stale() {
        let root = checkout(&[(PATH, "fn one() {}\n")]);
        assert_eq!(find(root.path(), &[planned()]).unwrap()[0].kind, Kind::Stale);
    }

    #[test]
    fn a_byte_that_is_not_utf8_is_stale() {
        let root = checkout(&[]);
        let path = root.path().join(PATH);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"\xff").unwrap();
        assert_eq!(find(root.path(), &[planned()]).unwrap()[0].kind, Kind::Stale);
    }

    #[test]
    fn every_stale_missing_and_orphaned_file_is_reported_at_once() {
        let orphan = format!("{MARK}\nfn old() {{}}\n");
        let root =
            checkout(&[(PATH, "old"), ("crates/old/src/deep/generated.rs", &orphan), ("crates/old/src/lib.rs", "")]);
        let missing = GeneratedFile { path: "crates/things-mock/src/generated.rs".into(), content: "new\n".into() };
        let drifts = find(root.path(), &[planned(), missing]).unwrap();
        let found: Vec<_> = drifts.iter().map(|drift| (drift.path.to_str().unwrap(), drift.kind)).collect();
        let expected = [
            ("crates/old/src/deep/generated.rs", Kind::Orphaned),
            (PATH, Kind::Stale),
            ("crates/things-mock/src/generated.rs", Kind::Missing),
        ];
        assert_eq!(found, expected);
        assert!(drifts[0].diff().contains("-fn old() {}"));
        assert!(drifts[2].diff().contains("+new"));
    }
}
