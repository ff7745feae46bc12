//! `zt-risk behaviors plan`.

use std::path::PathBuf;

use clap::Args;

use crate::changes::{self, Notes, PlanOptions};
use crate::exit_status::ExitStatus;
use crate::failure::{Failure, print_failure};
use crate::session::Session;

#[derive(Args)]
#[command(after_help = "\
Examples:
  zt-risk behaviors plan desired.toml --simulate
  zt-risk behaviors plan desired.toml --accounts-file accounts.csv --out plan.json --simulate")]
pub(crate) struct PlanArguments {
    /// File that says what the behaviors are to be, in TOML, YAML or JSON; `-` is standard input
    file: PathBuf,

    /// Save the plans, for `zt-risk behaviors apply`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    options: PlanOptions,
}

pub(super) async fn run(arguments: &PlanArguments, session: &Session) -> Result<ExitStatus, Failure> {
    if let Some(out) = arguments.out.as_deref().filter(|out| changes::is_same_file(out, &arguments.file)) {
        return Err(Failure::usage(format!("--out {} is the file to plan", out.display()), "give --out another file"));
    }
    session.check_file(&arguments.file)?;
    let desired = changes::read_desired_state(&arguments.file)?;
    changes::check_levels(&arguments.file, &desired, arguments.options)?;
    let plans = changes::plan(session, &desired, arguments.options).await?;
    let saved = arguments.out.as_deref().map_or(Ok(()), |out| changes::save(&plans, out));
    let status = changes::print_plans(session, plans, Notes::All)?;
    match saved {
        Ok(()) => Ok(status),
        // It does not hide an account that failed.
        Err(failure) => {
            print_failure(&failure, session.printer.output);
            Ok(ExitStatus::worst([status, failure.exit_status()]))
        }
    }
}
