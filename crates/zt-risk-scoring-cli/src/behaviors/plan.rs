//! `zt-risk behaviors plan`.

use std::path::PathBuf;

use clap::Args;

use crate::changes::{self, Notes, PlanOptions};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
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
    session.check_file(&arguments.file)?;
    let desired = changes::read_desired_state(&arguments.file)?;
    let plans = changes::plan(session, &desired, arguments.options).await?;
    if let Some(out) = &arguments.out {
        let made = plans.0.iter().filter_map(|(_, plan)| plan.as_ref().ok());
        changes::save(made.map(|plan| plan.plan().clone()).collect(), out)?;
    }
    changes::print_plans(session, plans, Notes::All)
}
