//! `cargo xtask spec`.

use std::collections::BTreeSet;
use std::io::Write;
use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use super::{MEMORY_MIB, fail_on, print_written};
use xtask::compare::compare;
use xtask::examples::{self, Examples};
use xtask::fuzz::Fuzz;
use xtask::groups::{By, Sample};
use xtask::survey::{self, Survey};
use xtask::workspace::Workspace;
use xtask::{check, generate};
use xtask_codegen::GeneratorProcess;
use xtask_diff as diff;

/// The exit code of `spec diff` for changes that break users of the crates.
const BREAKS: u8 = 3;

#[derive(Subcommand)]
pub(crate) enum Task {
    /// Make a revision of an SDK from a vendor's document, and report the changes
    Import {
        /// The SDK
        #[arg(long, value_name = "NAME")]
        sdk: String,
        /// The vendor's document: OpenAPI 3.0, as JSON or YAML
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// The revision
        #[arg(long, value_name = "DATE")]
        revision: String,
        /// Only print the report, and write nothing
        #[arg(long)]
        dry_run: bool,
        /// Fail, and write nothing, if a change by a rule is lossy
        #[arg(long)]
        strict: bool,
    },
    /// Generate an SDK for every tag of a vendor's document, in a new workspace, and report the result; exits with 1
    /// if an SDK cannot be generated or does not compile, or an operation has no tag
    Survey {
        #[command(flatten)]
        groups: Groups,
        /// Generate only the low-level clients and the mocks
        #[arg(long)]
        no_sdk: bool,
        /// Compile the generated crates, and report errors and warnings
        #[arg(long)]
        check: bool,
        /// Compile only a random sample of the tags; needs `--check`
        #[arg(long, value_name = "N", requires = "check")]
        sample: Option<NonZero<usize>>,
    },
    /// Decode the examples of a vendor's document with the generated types, encode them again, and report the
    /// differences; exits with 1 if an example that fits its schema is rejected, or a declared value is lost or changed
    Examples {
        #[command(flatten)]
        groups: Groups,
        /// A tag whose examples are decoded; may be repeated; all unless given
        #[arg(long, value_name = "TAG")]
        tag: Vec<String>,
        /// Decode the examples of a random sample of the tags
        #[arg(long, value_name = "N")]
        sample: Option<NonZero<usize>>,
    },
    /// Check the committed revisions of an SDK; exits with 1 if one has a problem
    Check {
        /// The SDK; may be omitted if there is only one
        #[arg(value_name = "NAME")]
        sdk: Option<String>,
    },
    /// Print the changes from one document to another, classified by their effect on users of the crates; exits with 3
    /// if a change is breaking
    Diff {
        /// A file, or a revision of an SDK
        old: String,
        /// A file, or a revision of an SDK
        new: String,
        /// The SDK of the revisions; may be omitted if there is only one. Files are imported with its settings
        #[arg(long, value_name = "NAME")]
        sdk: Option<String>,
        /// Write JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Mutate a document, and look for changes that `spec diff` classifies below their effect on generated code; exits
    /// with 1 if there are any
    FuzzDiff {
        /// A document: OpenAPI 3.0, as JSON or YAML
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// Use only the operations of this tag
        #[arg(long, value_name = "TAG", conflicts_with = "sdk")]
        tag: Option<String>,
        /// Use only the slice of this SDK
        #[arg(long, value_name = "NAME")]
        sdk: Option<String>,
        /// The number of mutants
        #[arg(long, value_name = "NUMBER", default_value_t = 1000)]
        count: u64,
        /// The first mutant; mutants have consecutive numbers
        #[arg(long, value_name = "NUMBER", default_value_t = 0)]
        seed: u64,
        /// Keep the state in this file, and resume from it
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
        /// The number of threads; by default, the number of cores
        #[arg(long, value_name = "NUMBER")]
        threads: Option<NonZero<usize>>,
    },
}

/// Arguments that divide a vendor's document into groups.
#[derive(clap::Args)]
pub(crate) struct Groups {
    /// The vendor's document: OpenAPI 3.0, as JSON or YAML
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// The new workspace
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The grouping of operations without a tag
    #[arg(long, value_enum, default_value_t)]
    by: By,
    /// The seed of the sample: the same seed selects the same tags
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
}

impl Task {
    pub(super) fn run(self, workspace: &Workspace, output: &mut impl Write) -> Result<ExitCode> {
        match self {
            Self::Import { sdk, from, revision, dry_run, strict } => {
                let sdk = workspace.sdk(Some(&sdk))?;
                let import = sdk.import(&from, &revision)?;
                write!(output, "{}", import.report())?;
                generate::try_generate(&GeneratorProcess::of_this_program(MEMORY_MIB)?, &sdk, &import)?;
                if strict {
                    import.reject_losses()?;
                }
                if dry_run {
                    sdk.has(workspace, &import)?;
                } else {
                    print_written(output, sdk.write(workspace, &import)?)?;
                }
            }
            Self::Survey { groups, no_sdk, check, sample } => {
                let Groups { from, out, by, seed } = groups;
                let process = GeneratorProcess::of_this_program(MEMORY_MIB)?;
                let sample = sample.map(|size| Sample { size, seed });
                let options = survey::Options { has_sdk: !no_sdk, by, is_checked: check, sample };
                let survey = Survey::make(workspace, &process, &from, &out, &options)?;
                writeln!(output, "{survey}")?;
                survey.check()?;
            }
            Self::Examples { groups, tag, sample } => {
                let Groups { from, out, by, seed } = groups;
                let process = GeneratorProcess::of_this_program(MEMORY_MIB)?;
                let sample = sample.map(|size| Sample { size, seed });
                let options = examples::Options { by, groups: BTreeSet::from_iter(tag), sample };
                let examples = Examples::run(workspace, &process, &from, &out, options)?;
                writeln!(output, "{examples}")?;
                examples.check()?;
            }
            Self::Check { sdk } => {
                fail_on(output, &check::check(workspace.root(), &workspace.sdk(sdk.as_deref())?)?)?;
            }
            Self::Diff { old, new, sdk, json } => {
                let changes = compare(workspace, sdk.as_deref(), [&old, &new])?;
                if json {
                    writeln!(output, "{}", diff::json(&changes)?)?;
                } else {
                    write!(output, "{}", diff::text(&changes))?;
                }
                if changes.iter().any(|change| change.class == diff::Class::Breaking) {
                    return Ok(ExitCode::from(BREAKS));
                }
            }
            Self::FuzzDiff { from, tag, sdk, count, seed, state, threads } => {
                let sdk = sdk.map(|name| workspace.sdk(Some(&name))).transpose()?;
                let state = Fuzz { from, tag, sdk, count, seed, state, threads }.run()?;
                write!(output, "{state}")?;
                state.check()?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
