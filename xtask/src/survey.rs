//! `cargo xtask spec survey`: measures how much of a vendor's document can be generated.
//!
//! It generates an SDK for every [group](crate::groups) of the document's operations: scaffold, import, generated code.
//! The SDKs form a new workspace. The report lists failures, the number of changes by each rule, and dropped
//! operations. With `--check`, cargo compiles the SDKs, and the report lists errors and warnings.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use anyhow::{Result, bail};

use crate::groups::{By, Diagnostics, Group, GroupWorkspace, Sample, compile, list, problem};
use crate::workspace::Workspace;
use xtask_codegen::GeneratorProcess;
use xtask_import::rules::{Applied, Loss};

/// The options of a survey.
pub struct Options {
    /// Whether every group gets an SDK crate, which takes long to compile, beside the low-level client and the mocks.
    pub has_sdk: bool,
    /// The grouping of operations without a tag.
    pub by: By,
    /// Whether cargo compiles the crates.
    pub is_checked: bool,
    /// The sample of the groups that cargo compiles; by default, all groups.
    pub sample: Option<Sample>,
}

/// The result of a survey.
#[derive(Default)]
pub struct Survey {
    groups: usize,
    /// The operations without a group, which were not tried.
    ungrouped: BTreeSet<String>,
    /// The errors, by group.
    failures: BTreeMap<String, String>,
    /// The number of changes by each rule, by their loss.
    applied: BTreeMap<(&'static str, Loss), usize>,
    /// The dropped operations, with the rule.
    dropped: BTreeSet<(String, String)>,
    checked: Option<Checked>,
}

/// The result of the compiler.
struct Checked {
    groups: usize,
    /// The first error of each group that does not compile, with the crate.
    errors: BTreeMap<String, String>,
    /// The first warning of each crate with warnings.
    warnings: BTreeMap<String, String>,
}

impl Survey {
    /// Generates an SDK for every group of a vendor's document, in a new workspace.
    ///
    /// # Errors
    ///
    /// If the document cannot be read or is not OpenAPI 3.0, has no operations, the folder exists or cannot be written
    /// to, or cargo cannot be run. The errors of a group are part of the survey.
    pub fn make(
        workspace: &Workspace,
        process: &GeneratorProcess,
        from: &Path,
        out: &Path,
        options: &Options,
    ) -> Result<Self> {
        let groups = GroupWorkspace::new(workspace, process, from, out, options.by, |_, groups| Ok(groups))?;
        let mut survey = Self { groups: groups.groups.len(), ungrouped: groups.ungrouped.clone(), ..Self::default() };
        let mut generated = Vec::new();
        for group in &groups.groups {
            let mut applied = Vec::new();
            match groups.add(group, options.has_sdk, &mut applied) {
                Ok(_) => generated.push(group),
                Err(error) => drop(survey.failures.insert(group.title.clone(), problem(&error))),
            }
            survey.count(applied);
        }
        if options.is_checked {
            let chosen = options.sample.map_or(generated.clone(), |sample| sample.of(generated));
            survey.checked = Some(Checked::of(groups.workspace.root(), &chosen, options.has_sdk)?);
        }
        Ok(survey)
    }

    fn count(&mut self, applied: Vec<Applied>) {
        for Applied { rule, loss, what, .. } in applied {
            let times = self.applied.entry((rule, loss)).or_default();
            *times = times.saturating_add(1);
            if loss == Loss::Drops {
                self.dropped.insert((what, rule.to_owned()));
            }
        }
    }

    /// Checks that every operation was tried, that every group became an SDK, and that no compiled SDK had an error.
    ///
    /// # Errors
    ///
    /// If an operation, a group or an SDK fails this check.
    pub fn check(&self) -> Result<()> {
        let mut problems = Vec::new();
        if !self.failures.is_empty() {
            problems.push(format!("{} of {} groups cannot be generated", self.failures.len(), self.groups));
        }
        match self.ungrouped.len() {
            0 => {}
            1 => problems.push("1 operation has no tag and was not tried; add --by path".to_owned()),
            count => problems.push(format!("{count} operations have no tag and were not tried; add --by path")),
        }
        if let Some(Checked { groups, errors, .. }) = self.checked.as_ref().filter(|checked| !checked.errors.is_empty())
        {
            problems.push(format!("{} of {groups} groups do not compile", errors.len()));
        }
        if problems.is_empty() { Ok(()) } else { bail!("{}", problems.join("; ")) }
    }
}

impl Checked {
    fn of(root: &Path, groups: &[&Group], has_sdk: bool) -> Result<Self> {
        let of = |group: &Group| {
            let name = &group.sdk;
            [format!("{name}-api"), format!("{name}-mock")].into_iter().chain(has_sdk.then(|| name.clone()))
        };
        let packages: Vec<_> = groups.iter().flat_map(|group| of(group)).collect();
        let diagnostics = compile(root, "check", &packages)?;
        let mut checked = Self { groups: groups.len(), errors: BTreeMap::new(), warnings: BTreeMap::new() };
        for (group, package) in groups.iter().flat_map(|group| of(group).map(move |package| (group, package))) {
            let Some(Diagnostics { errors, first_error, warnings, first_warning }) = diagnostics.get(&package) else {
                continue;
            };
            if let Some(error) = first_error {
                checked
                    .errors
                    .entry(group.title.clone())
                    .or_insert_with(|| format!("{package}, error 1 of {errors}: {error}"));
            }
            if let Some(warning) = first_warning {
                checked.warnings.insert(package, format!("warning 1 of {warnings}: {warning}"));
            }
        }
        Ok(checked)
    }
}

impl fmt::Display for Survey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pair = |(key, value): (&String, &String)| format!("{key}: {value}");
        writeln!(f, "{} of {} groups generated", self.groups.saturating_sub(self.failures.len()), self.groups)?;
        if let Some(Checked { groups, errors, .. }) = &self.checked {
            writeln!(f, "{} of {groups} groups compile", groups.saturating_sub(errors.len()))?;
        }
        list(f, "failures", self.failures.iter().map(pair))?;
        if let Some(Checked { errors, warnings, .. }) = &self.checked {
            list(f, "groups that do not compile", errors.iter().map(pair))?;
            list(f, "crates with warnings", warnings.iter().map(pair))?;
        }
        list(f, "operations without a tag, which were not tried", self.ungrouped.iter().cloned())?;
        writeln!(f, "\nchanges by each rule, with their loss")?;
        for ((rule, loss), times) in &self.applied {
            writeln!(f, "  {rule} ({loss}): {times}")?;
        }
        for loss in self.applied.keys().map(|(_, loss)| loss).collect::<BTreeSet<_>>() {
            writeln!(f, "  {loss}: {}", loss.effect())?;
        }
        list(f, "dropped operations", self.dropped.iter().map(|(what, rule)| format!("{rule}: {what}")))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::{Value, json};

    use super::*;

    fn survey(document: &Value) -> Result<Survey> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vendors.json");
        fs::write(&file, document.to_string()).unwrap();
        let process = GeneratorProcess::of_this_program(1).unwrap();
        let options = Options { has_sdk: true, by: By::Tag, is_checked: false, sample: None };
        Survey::make(&Workspace::current().unwrap(), &process, &file, &folder.path().join("out"), &options)
    }

    #[test]
    fn operations_without_a_tag_are_reported() {
        let operations = json!({"get": {}, "put": {"tags": []}});
        let survey = survey(&json!({"openapi": "3.0.3", "paths": {"/things": operations}})).unwrap();
        assert!(survey.to_string().contains("not tried (2)\n  GET /things\n  PUT /things\n"), "{survey}");
        assert_eq!(
            survey.check().unwrap_err().to_string(),
            "2 operations have no tag and were not tried; add --by path"
        );
    }

    #[test]
    fn survey_fails_exactly_if_it_has_a_problem_of_any_kind() {
        let survey = |failures: usize, ungrouped: usize, errors: usize| {
            let numbers = |count: usize| (0..count).map(|number| (number.to_string(), String::new())).collect();
            Survey {
                groups: 3,
                failures: numbers(failures),
                ungrouped: (0..ungrouped).map(|number| number.to_string()).collect(),
                checked: Some(Checked { groups: 2, errors: numbers(errors), warnings: numbers(1) }),
                ..Survey::default()
            }
        };
        survey(0, 0, 0).check().unwrap();
        for (failures, ungrouped, errors, expected) in [
            (1, 0, 0, "1 of 3 groups cannot be generated"),
            (0, 1, 0, "1 operation has no tag and was not tried; add --by path"),
            (0, 0, 2, "2 of 2 groups do not compile"),
            (
                2,
                2,
                1,
                "2 of 3 groups cannot be generated; 2 operations have no tag and were not tried; add --by path; \
                 1 of 2 groups do not compile",
            ),
        ] {
            assert_eq!(survey(failures, ungrouped, errors).check().unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn document_of_another_version_or_without_operations_is_rejected() {
        let error = survey(&json!({"openapi": "3.1.0", "paths": {}})).err().unwrap();
        assert!(format!("{error:#}").contains("OpenAPI 3.1.0, and only 3.0"), "{error:#}");
        let error = survey(&json!({"openapi": "3.0.3", "paths": {}})).err().unwrap();
        assert!(error.to_string().contains("no operations"), "{error}");
    }
}
