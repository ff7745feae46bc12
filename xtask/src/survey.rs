//! `cargo xtask spec survey`: measures how much of a vendor's document can be generated.
//!
//! It makes an SDK of every tag of the document: scaffold, import, generated code. The result is a workspace of its
//! own, so `cargo check` there shows what compiles. The report lists failures, how often each rule was applied, and
//! dropped operations.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use toml_edit::{Array, DocumentMut};

use crate::generate::{self, write_file};
use crate::scaffold::Scaffold;
use crate::workspace::Workspace;
use xtask_codegen::GeneratorProcess;
use xtask_document::open_api::check_version;
use xtask_document::operation::operations;
use xtask_document::read::read;
use xtask_import::rules::Loss;
use xtask_import::{Import, Slice};

/// The revision that everything gets: it is made to be looked at, not to be kept.
const REVISION: &str = "2000-01-01";

/// The result of a survey.
#[derive(Default)]
pub struct Survey {
    tags: usize,
    /// Whether every SDK has its SDK crate.
    has_sdk: bool,
    /// The operations without a tag, of which nothing is known.
    untagged: BTreeSet<String>,
    /// What was wrong, by tag.
    failures: BTreeMap<String, String>,
    /// How often each rule was applied, by what was lost.
    applied: BTreeMap<(&'static str, Loss), usize>,
    /// The dropped operations, with the rule.
    dropped: BTreeSet<(String, String)>,
}

impl Survey {
    /// Makes an SDK of every tag of a vendor's document, in a new workspace; without SDK crates on demand, which take
    /// long to compile.
    ///
    /// # Errors
    ///
    /// If the document cannot be read or is not OpenAPI 3.0, has no operations, or the folder exists or cannot be
    /// written to. What is wrong with one tag is part of the survey.
    pub fn make(
        workspace: &Workspace,
        process: &GeneratorProcess,
        from: &Path,
        out: &Path,
        has_sdk: bool,
    ) -> Result<Self> {
        let (_, vendors) = read(from)?;
        check_version(&vendors).with_context(|| format!("cannot survey {}", from.display()))?;
        ensure!(operations(&vendors).next().is_some(), "{} has no operations", from.display());
        ensure!(!out.exists(), "{} already exists", out.display());
        let out = new_workspace(workspace, out)?;
        let mut survey = Self { untagged: untagged(&vendors), has_sdk, ..Self::default() };
        for (index, tag) in tags(&vendors).into_iter().enumerate() {
            survey.tags = survey.tags.saturating_add(1);
            if let Err(error) = survey.add(&out, process, &vendors, &format!("tag{index}"), tag) {
                survey.failures.insert(tag.to_owned(), format!("{error:#}"));
            }
        }
        Ok(survey)
    }

    fn add(
        &mut self,
        out: &Workspace,
        process: &GeneratorProcess,
        vendors: &Value,
        name: &str,
        tag: &str,
    ) -> Result<()> {
        let slice = Slice { tags: [tag.to_owned()].into(), ..Slice::default() };
        let scaffold = Scaffold::new(name, Some(tag.to_owned()), None, slice)?;
        let scaffold = if self.has_sdk { scaffold } else { scaffold.without_sdk() };
        scaffold.write(out, process)?;
        let sdk = out.sdk(Some(name))?;
        let import = Import::of(&sdk.settings(), vendors, REVISION)?;
        for applied in &import.applied {
            let times = self.applied.entry((applied.rule, applied.loss)).or_default();
            *times = times.saturating_add(1);
            if applied.loss == Loss::Drops {
                self.dropped.insert((applied.what.clone(), applied.rule.to_owned()));
            }
        }
        sdk.write(out, &import)?;
        generate::write_to(out, process, name, Some(REVISION), out.root())?;
        Ok(())
    }

    /// Checks that every operation was tried and every tag has become an SDK.
    ///
    /// # Errors
    ///
    /// If a tag has not, or an operation has no tag.
    pub fn check(&self) -> Result<()> {
        let operations =
            |count| if count == 1 { "operation has no tag and was" } else { "operations have no tag and were" };
        let failed = (!self.failures.is_empty())
            .then(|| format!("{} of {} tags cannot be generated", self.failures.len(), self.tags));
        let untried = (!self.untagged.is_empty())
            .then(|| format!("{} {} not tried", self.untagged.len(), operations(self.untagged.len())));
        match [failed, untried].into_iter().flatten().collect::<Vec<_>>().as_slice() {
            [] => Ok(()),
            wrong => bail!("{}", wrong.join("; ")),
        }
    }
}

impl fmt::Display for Survey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} of {} tags generated", self.tags.saturating_sub(self.failures.len()), self.tags)?;
        writeln!(f, "\nfailures ({})", self.failures.len())?;
        for (tag, failure) in &self.failures {
            writeln!(f, "  {tag}: {failure}")?;
        }
        writeln!(f, "\noperations without a tag, which were not tried ({})", self.untagged.len())?;
        for operation in &self.untagged {
            writeln!(f, "  {operation}")?;
        }
        writeln!(f, "\nhow often each rule was applied, and what was lost")?;
        for ((rule, loss), times) in &self.applied {
            writeln!(f, "  {rule} ({loss}): {times}")?;
        }
        writeln!(f, "\ndropped operations ({})", self.dropped.len())?;
        for (what, rule) in &self.dropped {
            writeln!(f, "  {rule}: {what}")?;
        }
        Ok(())
    }
}

fn tags(vendors: &Value) -> BTreeSet<&str> {
    operations(vendors).flat_map(|operation| operation.tags()).collect()
}

fn untagged(vendors: &Value) -> BTreeSet<String> {
    let untagged = operations(vendors).filter(|operation| operation.tags().next().is_none());
    untagged.map(|operation| format!("{} {}", operation.method.to_uppercase(), operation.path)).collect()
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn survey(document: &Value) -> Result<Survey> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vendors.json");
        fs::write(&file, document.to_string()).unwrap();
        let process = GeneratorProcess::of_this_program(1).unwrap();
        Survey::make(&Workspace::current().unwrap(), &process, &file, &folder.path().join("out"), true)
    }

    #[test]
    fn operations_without_a_tag_are_told() {
        let operations = json!({"get": {}, "put": {"tags": []}});
        let survey = survey(&json!({"openapi": "3.0.3", "paths": {"/things": operations}})).unwrap();
        assert!(survey.to_string().contains("not tried (2)\n  GET /things\n  PUT /things\n"), "{survey}");
        assert_eq!(survey.check().unwrap_err().to_string(), "2 operations have no tag and were not tried");
    }

    #[test]
    fn what_is_wrong_is_said_and_nothing_else() {
        let survey = |failures: usize, untagged: usize| Survey {
            tags: 3,
            failures: (0..failures).map(|number| (number.to_string(), String::new())).collect(),
            untagged: (0..untagged).map(|number| number.to_string()).collect(),
            ..Survey::default()
        };
        survey(0, 0).check().unwrap();
        for (failures, untagged, said) in [
            (1, 0, "1 of 3 tags cannot be generated"),
            (0, 1, "1 operation has no tag and was not tried"),
            (2, 2, "2 of 3 tags cannot be generated; 2 operations have no tag and were not tried"),
        ] {
            assert_eq!(survey(failures, untagged).check().unwrap_err().to_string(), said);
        }
    }

    #[test]
    fn another_version_is_rejected_and_so_is_nothing() {
        let error = survey(&json!({"openapi": "3.1.0", "paths": {}})).err().unwrap();
        assert!(format!("{error:#}").contains("OpenAPI 3.1.0, and only 3.0"), "{error:#}");
        let error = survey(&json!({"openapi": "3.0.3", "paths": {}})).err().unwrap();
        assert!(error.to_string().contains("no operations"), "{error}");
    }
}
