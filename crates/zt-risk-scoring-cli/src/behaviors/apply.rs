//! `zt-risk behaviors apply`.

use std::path::PathBuf;

use clap::Args;
use zt_risk_scoring::{Behavior, BehaviorChange, BehaviorChanges, Plan};

use crate::changes::{self, ApplyOptions, PlanOptions, SavedPlans, Source};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::fleet::Readings;
use crate::session::{Account, Session};
use crate::terminal::print_message;
use crate::text;

#[derive(Args)]
#[command(after_help = "\
Examples:
  zt-risk behaviors apply desired.toml --dry-run --simulate
  zt-risk behaviors apply desired.toml --yes --record changes.ndjson --simulate
  zt-risk behaviors apply plan.json --accounts-file accounts.csv --yes --keep-going --simulate

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
    if arguments.roll_back.is_none() {
        arguments.apply.check_input(&arguments.file)?;
    }
    arguments.apply.check(session)?;
    session.check_file(&arguments.file)?;
    let source = match &arguments.roll_back {
        Some(run) => Source::Plans(changes::read_rollbacks(&arguments.file, run)?),
        None => changes::read_source(&arguments.file)?,
    };
    match source {
        Source::Desired(desired) => {
            changes::check_levels(&arguments.file, &desired, arguments.plan)?;
            let plans = changes::plan(session, &desired, arguments.plan).await?;
            changes::apply(session, plans, &arguments.apply).await
        }
        Source::Plans(plans) => apply_plans(arguments, session, plans).await,
    }
}

/// Applies saved plans. They say for which accounts; the session has the credentials.
async fn apply_plans(arguments: &ApplyArguments, session: &Session, saved: SavedPlans) -> Result<ExitStatus, Failure> {
    let SavedPlans { plans, mut labels, .. } = saved;
    let mut planned = session.accounts_of_plans(plans)?;
    for (account, _) in &mut planned {
        // The accounts file of this run says more than one of an earlier run.
        account.label = account.label.take().or_else(|| labels.remove(&account.id));
    }
    let mut readings = Vec::new();
    for (account, plan) in &planned {
        // A dry run reads what applying the plan would find.
        let plan = if session.is_dry_run() { plan_again(session, account, plan).await } else { Ok(plan.clone()) };
        readings.push((account, plan.map(|plan| account.fleet_plan(plan))));
    }
    let plans = Readings(readings).and_then(|_, plan| Ok(plan))?;
    changes::apply(session, plans, &arguments.apply.for_rollback(arguments.roll_back.is_some())).await
}

/// The plan of an account as it would be now. Says if the saved one would be rejected.
async fn plan_again(session: &Session, account: &Account, saved: &Plan) -> Result<Plan, Failure> {
    let changes = saved.changes().iter().map(|(id, change)| (id.clone(), BehaviorChange::from(change.after.clone())));
    let request = session.client_of(account).behaviors().plan(changes.collect::<BehaviorChanges>());
    let plan = request.account_id(&account.id).allow_missing().allow_unknown_levels().await?;
    for (id, change) in saved.changes() {
        let is_known = |behavior: &Behavior| change.before == *behavior || change.after == *behavior;
        if !plan.seen().get(id).is_some_and(is_known) {
            let id = text::printable(id.as_str());
            print_message(&format!("account {}: `{id}` has changed since the plan was made; plan again", account.id));
        }
    }
    Ok(plan)
}
