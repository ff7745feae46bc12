//! The command line of the workspace's development tasks.

use std::alloc::System;
use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Error, Result, ensure};
use cap::Cap;
use clap::{Parser, Subcommand};
use xtask::release::Notes;
use xtask::scaffold::Scaffold;
use xtask::survey::Survey;
use xtask::workspace::Workspace;
use xtask::{check, generate, release};
use xtask_codegen::{GeneratorProcess, run_worker};
use xtask_diff as diff;
use xtask_document::open_api::check_version;
use xtask_document::read::read;
use xtask_import::Slice;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Development tasks: everything generated is generated here")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write the low-level client, the typed mocks and the SDK's methods of every SDK under spec/
    Generate {
        /// Write nothing: print a diff for every stale, missing or orphaned file, and fail if there is one
        #[arg(long)]
        check: bool,
        /// Generate this SDK alone, into another folder
        #[arg(long, value_name = "NAME", requires = "out", conflicts_with = "check")]
        sdk: Option<String>,
        /// The revision to generate; the current one unless given
        #[arg(long, value_name = "DATE", requires = "out")]
        revision: Option<String>,
        /// The other folder
        #[arg(long, value_name = "DIR", requires = "sdk")]
        out: Option<PathBuf>,
        /// The memory that the generator may take for a document; it fails if that is not enough
        #[arg(long, value_name = "MIB", default_value_t = MEMORY_MIB)]
        memory_mib: usize,
    },
    /// What `generate` runs in a process of its own
    #[command(hide = true)]
    Generator {
        #[arg(long, value_name = "MIB")]
        memory_mib: usize,
    },
    /// Work on the SDKs of this workspace
    Sdk {
        #[command(subcommand)]
        task: SdkTask,
    },
    /// Work on the API's documents
    Spec {
        #[command(subcommand)]
        task: SpecTask,
    },
    /// Get an SDK ready to be released
    Release {
        #[command(subcommand)]
        task: ReleaseTask,
    },
}

#[derive(Subcommand)]
enum SdkTask {
    /// Make the folder under spec/ and the crates of one more SDK, ready to import a revision and to generate
    New {
        /// The SDK: lower-case words with hyphens between them
        #[arg(value_name = "NAME")]
        name: String,
        /// The title of its documents; made of the name unless given
        #[arg(long, value_name = "TEXT")]
        title: Option<String>,
        /// The description of its documents
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// A beginning of the paths that belong to it; may be repeated
        #[arg(long, value_name = "PREFIX")]
        path: Vec<String>,
        /// A tag whose operations belong to it; may be repeated
        #[arg(long, value_name = "TAG")]
        tag: Vec<String>,
        /// An operation that belongs to it, by the vendor's id; may be repeated
        #[arg(long, value_name = "ID")]
        operation: Vec<String>,
    },
}

#[derive(Subcommand)]
enum SpecTask {
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
        /// Only say what would be done
        #[arg(long)]
        dry_run: bool,
        /// Fail, and write nothing, if a rule loses something of the document
        #[arg(long)]
        strict: bool,
    },
    /// Make an SDK of every tag of a vendor's document, in a new workspace, and report the result; exits with 1
    /// if one cannot be made, or an operation has no tag
    Survey {
        /// The vendor's document: OpenAPI 3.0, as JSON or YAML
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// The new workspace; `cargo check` in it says what compiles
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Make the low-level clients and the mocks only
        #[arg(long)]
        no_sdk: bool,
    },
    /// Check the committed revisions of an SDK; exits with 1 if something is wrong with one
    Check {
        /// The SDK; may be left out if there is only one
        #[arg(value_name = "NAME")]
        sdk: Option<String>,
    },
    /// Say what changed from one document to another, and what that means for users of the crates; exits with 3 if it
    /// breaks them
    Diff {
        /// A file, or a revision of an SDK
        old: String,
        /// A file, or a revision of an SDK
        new: String,
        /// The SDK whose revisions are meant; may be left out if there is only one
        #[arg(long, value_name = "NAME")]
        sdk: Option<String>,
        /// Write JSON, for programs
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
enum ReleaseTask {
    /// Check versions, changelog, generated code, and the documents and public surfaces of releases; exits with 1 on a
    /// problem
    Check {
        /// The SDK; every one unless given
        #[arg(value_name = "NAME")]
        sdk: Option<String>,
    },
    /// Print what changed since the last release, as a section of the changelog
    Notes {
        /// The SDK; may be left out if there is only one
        #[arg(value_name = "NAME")]
        sdk: Option<String>,
        /// Write it into CHANGELOG.md, as the newest entry, and record the code's public surface under
        /// spec/NAME/surfaces/; if the crates' version has an entry already, only record the surface
        #[arg(long)]
        write: bool,
    },
}

/// How much memory the generator may take for a document by default: many times what known documents need.
const MEMORY_MIB: usize = 2048;

/// Counts the memory of this program, so that it can be limited where the generator runs.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// Something breaks users of the crates.
const BREAKS: u8 = 3;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        // Whoever reads, such as `head`, has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

fn run() -> Result<ExitCode> {
    let mut output = io::stdout();
    let task = match Arguments::parse().task {
        Task::Generator { memory_mib } => return run_generator(memory_mib).map(|()| ExitCode::SUCCESS),
        task => task,
    };
    let workspace = Workspace::current()?;
    match task {
        Task::Generate { check, sdk, revision, out, memory_mib } => {
            let process = GeneratorProcess::of_this_program(memory_mib)?;
            match (sdk, out) {
                (Some(sdk), Some(out)) => {
                    let written = generate::write_to(&workspace, &process, &sdk, revision.as_deref(), &out)?;
                    print_written(&mut output, written.iter().map(|path| out.join(path)))?;
                }
                _ if check => generate::check(&workspace, &process)?,
                _ => generate::write(&workspace, &process)?,
            }
        }
        Task::Generator { .. } => {}
        Task::Sdk { task } => run_sdk(&workspace, &mut output, task)?,
        Task::Spec { task } => return run_spec(&workspace, &mut output, task),
        Task::Release { task } => run_release(&workspace, &mut output, task)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Generates from the document in the input, with a limit of memory.
fn run_generator(memory_mib: usize) -> Result<()> {
    let bytes = memory_mib.saturating_mul(1 << 20);
    let limit = MEMORY.set_limit(bytes).ok();
    limit.with_context(|| format!("{memory_mib} MiB of memory are not enough to begin"))?;
    run_worker(io::stdin().lock(), io::stdout().lock())
}

fn run_sdk(workspace: &Workspace, output: &mut impl Write, task: SdkTask) -> Result<()> {
    let SdkTask::New { name, title, description, path, tag, operation } = task;
    let [paths, tags, operations] = [path, tag, operation].map(BTreeSet::from_iter);
    let scaffold = Scaffold::new(&name, title, description, Slice { paths, tags, operations })?;
    print_written(output, scaffold.write(workspace, &GeneratorProcess::of_this_program(MEMORY_MIB)?)?)?;
    writeln!(output, "next: cargo xtask spec import --sdk {name} --from FILE --revision DATE && cargo xtask generate")?;
    Ok(())
}

fn run_spec(workspace: &Workspace, output: &mut impl Write, task: SpecTask) -> Result<ExitCode> {
    match task {
        SpecTask::Import { sdk, from, revision, dry_run, strict } => {
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
        SpecTask::Survey { from, out, no_sdk } => {
            let process = GeneratorProcess::of_this_program(MEMORY_MIB)?;
            let survey = Survey::make(workspace, &process, &from, &out, !no_sdk)?;
            writeln!(output, "{survey}")?;
            survey.check()?;
        }
        SpecTask::Check { sdk } => {
            fail_on(output, &check::check(workspace.root(), &workspace.sdk(sdk.as_deref())?)?)?;
        }
        SpecTask::Diff { old, new, sdk, json } => {
            let read = |name: &str| read_document(workspace, sdk.as_deref(), name);
            let changes = diff::compare(&read(&old)?, &read(&new)?);
            if json {
                writeln!(output, "{}", diff::json(&changes)?)?;
            } else {
                write!(output, "{}", diff::text(&changes))?;
            }
            if changes.iter().any(|change| change.class == diff::Class::Breaking) {
                return Ok(ExitCode::from(BREAKS));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn run_release(workspace: &Workspace, output: &mut impl Write, task: ReleaseTask) -> Result<()> {
    match task {
        ReleaseTask::Check { sdk } => {
            let process = GeneratorProcess::of_this_program(MEMORY_MIB)?;
            let report = release::check(workspace, &process, sdk.as_deref())?;
            fail_on(output, &report.problems)?;
            for ready in &report.ready {
                writeln!(output, "{ready}")?;
            }
        }
        ReleaseTask::Notes { sdk, write } => {
            let notes = Notes::make(workspace, workspace.sdk(sdk.as_deref())?)?;
            if write {
                notes.write(workspace)?;
            } else {
                write!(output, "{}", notes.text)?;
            }
        }
    }
    Ok(())
}

fn fail_on(output: &mut impl Write, problems: &[String]) -> Result<()> {
    for problem in problems {
        writeln!(output, "{problem}")?;
    }
    let count = problems.len();
    ensure!(count == 0, "{count} {}", if count == 1 { "problem" } else { "problems" });
    Ok(())
}

fn print_written(output: &mut impl Write, written: impl IntoIterator<Item = PathBuf>) -> Result<()> {
    for path in written {
        writeln!(output, "wrote {}", path.display())?;
    }
    Ok(())
}

/// The document that a name stands for: a file, or a revision of an SDK.
fn read_document(workspace: &Workspace, sdk: Option<&str>, name: &str) -> Result<serde_json::Value> {
    let mut path = PathBuf::from(name);
    if !path.is_file() {
        let sdk = workspace.sdk(sdk)?;
        path = workspace.root().join(sdk.document(name));
        ensure!(path.is_file(), "{name:?} is no file, and no revision of {}", sdk.name());
    }
    let document = read(&path)?.1;
    check_version(&document).with_context(|| format!("{name} cannot be compared"))?;
    Ok(document)
}
