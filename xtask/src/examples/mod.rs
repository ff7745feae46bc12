//! `cargo xtask spec examples`: decodes the examples of a vendor's document with the generated types, and encodes them again.
//!
//! It makes a low-level client of every [group](crate::groups) of the document's operations that has examples, and a
//! program that decodes each example of a successful JSON response. The report compares what the program encodes with the
//! example. An example that is rejected or changed is validated against its own schema in the vendor's document: if it
//! does not fit, the document is at fault.

mod collect;
mod compare;
mod program;
mod report;
mod validate;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xtask_codegen::{GeneratorProcess, success_types};
use xtask_document::media_types::essence;
use xtask_document::operation::{Operation, operations, route};

use crate::groups::{By, Group, GroupWorkspace, Sample, compile, problem};
use crate::workspace::Workspace;
use collect::{Example, collect};
use compare::Differences;
use program::{Input, Output, decode_and_encode};
use validate::{Fit, Schemas};

/// The examples to decode.
pub struct Options {
    /// How operations without a tag are grouped.
    pub by: By,
    /// The tags or beginnings of paths whose groups are used; all, if there are none.
    pub groups: BTreeSet<String>,
    /// The sample of them that is used; all, unless given.
    pub sample: Option<Sample>,
}

/// The result.
#[derive(Default)]
pub struct Examples {
    groups: usize,
    /// The groups without a client, by title, with the reason.
    failures: BTreeMap<String, String>,
    /// The examples of operations that are in no client.
    not_generated: BTreeSet<String>,
    /// The examples of responses that are read as bytes, or have no body.
    without_type: BTreeSet<String>,
    /// The examples of media types that the client does not ask for: an import keeps one of several.
    not_accepted: BTreeSet<String>,
    /// The examples that the document only links to.
    external: BTreeSet<String>,
    /// The examples that are the same after decoding and encoding.
    same: usize,
    different: Vec<(String, Differences, Fit)>,
    rejected: Vec<(String, String, Fit)>,
}

/// An example, and the operation whose type decodes it.
struct Case<'a> {
    group: &'a str,
    operation: String,
    example: Example<'a>,
}

impl Examples {
    /// Makes clients of the groups of a vendor's document in a new workspace, and decodes and encodes its examples.
    ///
    /// # Errors
    ///
    /// If the document cannot be read or is not OpenAPI 3.0, has no operations, or has no group of a title; the output folder
    /// exists or cannot be written to; or cargo cannot be run.
    pub fn run(
        workspace: &Workspace,
        process: &GeneratorProcess,
        from: &Path,
        out: &Path,
        options: Options,
    ) -> Result<Self> {
        let groups = GroupWorkspace::new(workspace, process, from, out, options.by, |vendors, groups| {
            choose(vendors, groups, options)
        })?;
        let mut examples = Self { groups: groups.groups.len(), ..Self::default() };
        let mut types = Vec::new();
        for group in &groups.groups {
            let made = groups.add(group, false, &mut Vec::new());
            match made.and_then(|document| Ok((group, document, success_types(&groups.client(group)?)?))) {
                Ok(made) => types.push(made),
                Err(error) => drop(examples.failures.insert(group.title.clone(), problem(&error))),
            }
        }
        examples.compile(&groups, &mut types)?;
        let cases = examples.cases(&groups, &mut types);
        let inputs: Vec<_> = cases
            .iter()
            .map(|Case { group, operation, example }| Input { group, operation, text: example.value.to_string() })
            .collect();
        let outputs = if inputs.is_empty() { Vec::new() } else { decode_and_encode(&groups, &types, &inputs)? };
        examples.compare(&groups.vendors, cases, outputs)?;
        Ok(examples)
    }

    /// Compiles the clients. One that does not compile is a failure of its group.
    fn compile(&mut self, groups: &GroupWorkspace<'_>, types: &mut Vec<Made<'_>>) -> Result<()> {
        let packages: Vec<_> = types.iter().map(|(group, ..)| format!("{}-api", group.sdk)).collect();
        let found = compile(groups.workspace.root(), "build", &packages)?;
        types.retain(|(group, ..)| {
            let of = found.get(&format!("{}-api", group.sdk));
            let Some(error) = of.and_then(|of| of.first_error.as_ref()) else { return true };
            self.failures.insert(group.title.clone(), format!("it does not compile: {error}"));
            false
        });
        Ok(())
    }

    /// The examples that have a type. Types without an example are dropped.
    fn cases<'a>(&mut self, groups: &'a GroupWorkspace<'_>, types: &mut [Made<'a>]) -> Vec<Case<'a>> {
        let (mut cases, mut seen) = (Vec::new(), BTreeSet::new());
        let vendors: BTreeMap<_, _> =
            operations(&groups.vendors).map(|operation| (operation.route(), operation)).collect();
        for (group, document, types) in types {
            let imported = by_route(document);
            let mut used = BTreeSet::new();
            for name in &group.routes {
                let Some(operation) = vendors.get(name) else { continue };
                let key = (operation.method, route(operation.path));
                let Some((id, accepted)) = imported.get(&key).and_then(|of| Some((of.id()?, accepted(of)))) else {
                    continue;
                };
                if !seen.insert(name) {
                    continue;
                }
                let found = collect(&groups.vendors, operation);
                self.external.extend(found.external);
                if !types.get(id).is_some_and(|of| is_decoded(of)) {
                    self.without_type.extend(found.examples.into_iter().map(|example| example.place));
                    continue;
                }
                let (asked, others): (Vec<_>, Vec<_>) =
                    found.examples.into_iter().partition(|example| accepted.contains(&essence(example.media_type)));
                self.not_accepted.extend(others.into_iter().map(|example| example.place));
                used.extend((!asked.is_empty()).then(|| id.to_owned()));
                let case = |example| Case { group: &group.sdk, operation: id.to_owned(), example };
                cases.extend(asked.into_iter().map(case));
            }
            types.retain(|id, _| used.contains(id));
        }
        for name in groups.groups.iter().flat_map(|group| &group.routes).filter(|name| !seen.contains(name)) {
            let found = vendors.get(name).map(|operation| collect(&groups.vendors, operation)).unwrap_or_default();
            self.not_generated.extend(found.examples.into_iter().map(|example| example.place));
            self.external.extend(found.external);
        }
        cases
    }

    fn compare(&mut self, document: &Value, cases: Vec<Case<'_>>, outputs: Vec<Output>) -> Result<()> {
        let schemas = Schemas::of(document)?;
        let check =
            |example: &Example<'_>| example.schema.map_or(Fit::Fits, |schema| schemas.check(schema, example.value));
        for (Case { example, .. }, output) in cases.into_iter().zip(outputs) {
            match output {
                Output::Rejected(why) => {
                    let fit = check(&example);
                    self.rejected.push((example.place, why, fit));
                }
                Output::Encoded(text) => {
                    let encoded = serde_json::from_str(&text).context("an encoded value is not JSON")?;
                    let differences = Differences::of(document, example.schema, example.value, &encoded);
                    if differences.is_empty() {
                        self.same = self.same.saturating_add(1);
                    } else {
                        let fit = check(&example);
                        self.different.push((example.place, differences, fit));
                    }
                }
            }
        }
        Ok(())
    }
}

/// A group with its imported document, and the types of its successes by operation id.
type Made<'a> = (&'a Group, Value, BTreeMap<String, String>);

/// The groups that the options choose, without those that have no examples.
fn choose(vendors: &Value, mut groups: Vec<Group>, options: Options) -> Result<Vec<Group>> {
    let Options { groups: titles, sample, .. } = options;
    let unknown: Vec<_> = titles.iter().filter(|title| !groups.iter().any(|group| group.title == **title)).collect();
    ensure!(unknown.is_empty(), "the document has no operations of {unknown:?}");
    let has_examples = |operation: &Operation<'_>| {
        let found = collect(vendors, operation);
        !found.examples.is_empty() || !found.external.is_empty()
    };
    let routes: BTreeSet<_> = operations(vendors).filter(has_examples).map(|operation| operation.route()).collect();
    groups.retain(|group| (titles.is_empty() || titles.contains(&group.title)) && !group.routes.is_disjoint(&routes));
    Ok(match sample {
        Some(sample) => sample.of(groups),
        None => groups,
    })
}

/// The operations of an imported document, by method and route: an import may rename parameters of paths.
fn by_route(document: &Value) -> BTreeMap<(&str, String), Operation<'_>> {
    operations(document).map(|operation| ((operation.method, route(operation.path)), operation)).collect()
}

/// The media types that the client of an operation asks for, without parameters.
fn accepted(operation: &Operation<'_>) -> BTreeSet<String> {
    let contents = operation.successes().flat_map(|response| response.content());
    contents.map(|content| essence(content.content_type())).collect()
}

/// Whether a type is decoded from JSON.
fn is_decoded(of: &str) -> bool {
    !matches!(of, ":: api_runtime :: Binary" | ":: api_runtime :: Empty")
}
