//! `zt-risk behaviors apply`.

use std::path::PathBuf;

use clap::Args;
use zt_risk_scoring::Plan;

use crate::changes::{self, ApplyOptions, PlanOptions, Source};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::fleet::Readings;
use crate::session::Session;

#[derive(Args)]
#[command(after_help = "\
Examples:
  zt-risk behaviors apply desired.toml --dry-run --simulate
  zt-risk behaviors apply desired.toml --yes --record changes.ndjson --simulate
  zt-risk behaviors apply plan.json --yes --keep-going --simulate

All plans are shown before the first one is applied. A plan is applied only if the account is still as the plan saw it.
After a failure or Ctrl-C, run the same command again: what is done already is not written again.")]
pub(crate) struct ApplyArguments {
    /// File that says what the behaviors are to be, or file of `zt-risk behaviors plan --out`; `-` is standard input
    file: PathBuf,

    /// Roll this run back, which the file of --record has; it then replaces FILE
    #[arg(long, value_name = "RUN")]
    roll_back: Option<String>,

    #[command(flatten)]
    plan: PlanOptions,

    #[command(flatten)]
    apply: ApplyOptions,
}

pub(super) async fn run(arguments: &ApplyArguments, session: &Session) -> Result<ExitStatus, Failure> {
    arguments.apply.check(session)?;
    let source = match &arguments.roll_back {
        Some(run) => Source::Plans(changes::read_rollbacks(&arguments.file, run)?),
        None => changes::read_source(&arguments.file)?,
    };
    match source {
        Source::Desired(desired) => {
            let plans = changes::plan(session, &desired, arguments.plan).await?;
            changes::apply(session, plans, &arguments.apply).await
        }
        Source::Plans(plans) => apply_plans(arguments, session, plans).await,
    }
}

/// Applies saved plans. They say for which accounts; the session has the credentials.
async fn apply_plans(arguments: &ApplyArguments, session: &Session, plans: Vec<Plan>) -> Result<ExitStatus, Failure> {
    let planned = session.accounts_of_plans(plans)?;
    let planned = planned.iter().map(|(account, plan)| (account, Ok(account.fleet_plan(plan.clone()))));
    changes::apply(session, Readings(planned.collect()), &arguments.apply).await
}
