//! `zt-risk behaviors set`.

use clap::{ArgGroup, Args};
use zt_risk_scoring::{BehaviorChanges, DesiredState, RiskLevel};

use crate::changes::{self, ApplyOptions, PlanOptions};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::options::level_parser;
use crate::session::Session;

#[derive(Args)]
#[command(
    group = ArgGroup::new("change").required(true).multiple(true).args(["enable", "disable", "level"]),
    after_help = "\
Examples:
  zt-risk behaviors set imp_travel --enable --level high --dry-run --simulate
  zt-risk behaviors set imp_travel --enable --yes --record changes.ndjson --simulate
  zt-risk behaviors set high_dlp --level high --accounts-file accounts.csv --yes --simulate"
)]
pub(crate) struct SetArguments {
    /// Id of the behavior, such as imp_travel
    id: String,

    /// Enable it
    #[arg(long)]
    enable: bool,

    /// Disable it
    #[arg(long, conflicts_with = "enable")]
    disable: bool,

    /// Its new risk level
    #[arg(long, value_name = "LEVEL", value_parser = level_parser())]
    level: Option<RiskLevel>,

    /// Skip accounts that do not have the behavior
    #[arg(long)]
    allow_missing: bool,

    #[command(flatten)]
    apply: ApplyOptions,
}

pub(super) async fn run(arguments: &SetArguments, session: &Session) -> Result<ExitStatus, Failure> {
    arguments.apply.check(session)?;
    let id = arguments.id.as_str();
    let mut changes = BehaviorChanges::new();
    if arguments.enable {
        changes = changes.enable(id);
    }
    if arguments.disable {
        changes = changes.disable(id);
    }
    if let Some(level) = &arguments.level {
        changes = changes.level(id, level.clone());
    }
    let options = PlanOptions { allow_missing: arguments.allow_missing, allow_unknown_levels: false };
    let plans = changes::plan(session, &DesiredState::new(changes), options).await?;
    changes::apply(session, plans, &arguments.apply).await
}
