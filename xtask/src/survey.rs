//! `cargo xtask spec survey`: how much of a vendor's document can become an SDK.
//!
//! Every tag of it goes the way of a new SDK: its place is made, its slice imported, its code generated. The result is a
//! workspace, so that `cargo check` says what compiles.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use toml_edit::{Array, DocumentMut};

use crate::document::{Document, operations};
use crate::generate::{self, Process, write_file};
use crate::import::Import;
use crate::rules::Loss;
use crate::scaffold::Scaffold;
use crate::sdk::Slice;
use crate::workspace::Workspace;

/// The revision that everything gets: it is made to be looked at, not to be kept.
const REVISION: &str = "2000-01-01";

/// What has come of a vendor's document.
#[derive(Default)]
pub struct Survey {
    tags: usize,
    /// What was wrong, by tag.
    failures: BTreeMap<String, String>,
    /// How often each rule fired.
    firings: BTreeMap<&'static str, usize>,
    /// The operations that are lost, with the reason.
    dropped: BTreeSet<(String, String)>,
}

impl Survey {
    /// Makes an SDK of every tag of a vendor's document, in a new workspace.
    ///
    /// # Errors
    ///
    /// If the document cannot be read, or the folder is there already or cannot be written to. What is wrong with one tag is
    /// part of the survey.
    pub fn make(workspace: &Workspace, process: &Process, from: &Path, out: &Path) -> Result<Self> {
        let (_, vendors) = Document::read(from)?;
        ensure!(!out.exists(), "{} is there already", out.display());
        let out = new_workspace(workspace, out)?;
        let mut survey = Self::default();
        for (index, tag) in tags(&vendors).into_iter().enumerate() {
            survey.tags = survey.tags.saturating_add(1);
            if let Err(error) = survey.add(&out, process, &vendors, &format!("tag{index}"), tag) {
                survey.failures.insert(tag.to_owned(), format!("{error:#}"));
            }
        }
        Ok(survey)
    }

    fn add(&mut self, out: &Workspace, process: &Process, vendors: &Value, name: &str, tag: &str) -> Result<()> {
        let slice = Slice { tags: [tag.to_owned()].into(), ..Slice::default() };
        Scaffold::new(name, Some(tag.to_owned()), None, slice)?.write(out, process)?;
        let sdk = out.sdk(Some(name))?;
        let import = Import::of(&sdk, vendors, REVISION)?;
        for firing in &import.firings {
            let times = self.firings.entry(firing.rule).or_default();
            *times = times.saturating_add(1);
            if firing.loss == Loss::Drops {
                self.dropped.insert((firing.what.clone(), firing.rule.to_owned()));
            }
        }
        import.write(out, &sdk)?;
        generate::elsewhere(out, process, name, Some(REVISION), out.root())?;
        Ok(())
    }

    /// Whether every tag has become an SDK.
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty()
    }
}

impl fmt::Display for Survey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} of {} tags generated", self.tags.saturating_sub(self.failures.len()), self.tags)?;
        writeln!(f, "\nfailures ({})", self.failures.len())?;
        for (tag, failure) in &self.failures {
            writeln!(f, "  {tag}: {failure}")?;
        }
        writeln!(f, "\nhow often each rule fired")?;
        for (rule, times) in &self.firings {
            writeln!(f, "  {rule}: {times}")?;
        }
        writeln!(f, "\noperations that are lost ({})", self.dropped.len())?;
        for (what, rule) in &self.dropped {
            writeln!(f, "  {rule}: {what}")?;
        }
        Ok(())
    }
}

fn tags(vendors: &Value) -> BTreeSet<&str> {
    let lists = operations(vendors).filter_map(|operation| operation.object.get("tags")?.as_array());
    lists.flatten().filter_map(Value::as_str).collect()
}

/// A workspace with the dependencies of this one and no crates of its own.
fn new_workspace(workspace: &Workspace, out: &Path) -> Result<Workspace> {
    let read = |name: &str| {
        let path = workspace.root().join(name);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let mut manifest: DocumentMut = read("Cargo.toml")?.parse()?;
    let shared = manifest.get_mut("workspace").and_then(toml_edit::Item::as_table_like_mut);
    let shared = shared.context("Cargo.toml has no [workspace]")?;
    shared.insert("members", toml_edit::value(Array::from_iter(["crates/*"])));
    let dependencies = shared.get_mut("dependencies").and_then(toml_edit::Item::as_table_like_mut);
    for (_, dependency) in dependencies.into_iter().flat_map(|dependencies| dependencies.iter_mut()) {
        let path = dependency.as_inline_table_mut().and_then(|table| table.get_mut("path"));
        if let Some(path) = path
            && let Some(relative) = path.as_str()
        {
            *path = workspace.root().join(relative).to_string_lossy().into_owned().into();
        }
    }
    write_file(&out.join("Cargo.toml"), &manifest.to_string())?;
    write_file(&out.join("Cargo.lock"), &read("Cargo.lock")?)?;
    Ok(Workspace::at(out))
}
