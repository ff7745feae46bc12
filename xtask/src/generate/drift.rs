//! Compares the planned generated files with those of the checkout.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use similar::TextDiff;

use super::file::{GeneratedFile, MARK};

/// The difference of a file from the plan.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum DriftKind {
    /// The file has other content.
    Stale,
    /// The file does not exist.
    Missing,
    /// The file was generated, and is no longer part of the plan.
    Orphaned,
}

impl fmt::Display for DriftKind {
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
    pub(super) kind: DriftKind,
    pub(super) planned: String,
    present: String,
}

impl Drift {
    /// The change that writing would make, as a unified diff.
    pub(super) fn diff(&self) -> String {
        let path = self.path.display();
        TextDiff::from_lines(&self.present, &self.planned)
            .unified_diff()
            .header(&format!("{path} (present)"), &format!("{path} (generated)"))
            .to_string()
    }
}

/// Compares the plan with the checkout. The drifts are sorted by path.
pub(super) fn find(root: &Path, plan: &[GeneratedFile]) -> Result<Vec<Drift>> {
    let mut present = BTreeMap::new();
    collect_generated(root, Path::new("crates"), &mut present)?;

    let mut drifts = Vec::new();
    for file in plan {
        let read = read(&root.join(&file.path))?;
        present.remove(&file.path);
        let (kind, text) = match read {
            Some(text) if text == file.content => continue,
            Some(text) => (DriftKind::Stale, text),
            None => (DriftKind::Missing, String::new()),
        };
        drifts.push(Drift { path: file.path.clone(), kind, planned: file.content.clone(), present: text });
    }
    drifts.extend(present.into_iter().map(|(path, present)| Drift {
        path,
        kind: DriftKind::Orphaned,
        planned: String::new(),
        present,
    }));
    drifts.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(drifts)
}

/// A file's text; `None` if it does not exist. Bytes that are not UTF-8 are replaced, which makes the file stale.
fn read(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Adds the generated files of a folder.
fn collect_generated(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, String>) -> Result<()> {
    let entries = match fs::read_dir(root.join(folder)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("cannot list {}", folder.display())),
    };
    for entry in entries {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            collect_generated(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && let Some(text) = read(&root.join(&path))?.filter(|text| text.starts_with(MARK))
        {
            files.insert(path, text);
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
    fn current_file_has_no_drift() {
        let root = checkout(&[(PATH, &planned().content)]);
        assert!(find(root.path(), &[planned()]).unwrap().is_empty());
    }

    #[test]
    fn file_with_one_changed_byte_is_stale_and_the_diff_shows_it() {
        let root = checkout(&[(PATH, &planned().content.replace("two", "twa"))]);
        let drifts = find(root.path(), &[planned()]).unwrap();
        assert_eq!(drifts.len(), 1);
        assert_eq!(drifts[0].kind, DriftKind::Stale);
        let diff = drifts[0].diff();
        assert!(diff.contains(PATH) && diff.contains("-fn twa() {}") && diff.contains("+fn two() {}"), "{diff}");
    }

    #[test]
    fn file_without_its_header_is_stale() {
        let root = checkout(&[(PATH, "fn one() {}\n")]);
        assert_eq!(find(root.path(), &[planned()]).unwrap()[0].kind, DriftKind::Stale);
    }

    #[test]
    fn file_that_is_not_utf8_is_stale() {
        let root = checkout(&[]);
        let path = root.path().join(PATH);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"\xff").unwrap();
        assert_eq!(find(root.path(), &[planned()]).unwrap()[0].kind, DriftKind::Stale);
    }

    #[test]
    fn every_stale_missing_and_orphaned_file_is_reported_at_once() {
        let orphan = format!("{MARK}\nfn old() {{}}\n");
        let root =
            checkout(&[(PATH, "old"), ("crates/old/src/deep/generated.rs", &orphan), ("crates/old/src/lib.rs", "")]);
        let missing = GeneratedFile { path: "crates/things-mock/src/generated.rs".into(), content: "new\n".into() };
        let drifts = find(root.path(), &[planned(), missing]).unwrap();
        let kinds: Vec<_> = drifts.iter().map(|drift| (drift.path.to_str().unwrap(), drift.kind)).collect();
        let expected = [
            ("crates/old/src/deep/generated.rs", DriftKind::Orphaned),
            (PATH, DriftKind::Stale),
            ("crates/things-mock/src/generated.rs", DriftKind::Missing),
        ];
        assert_eq!(kinds, expected);
        assert!(drifts[0].diff().contains("-fn old() {}"));
        assert!(drifts[2].diff().contains("+new"));
    }
}
