//! `zt-risk behaviors list`.

use clap::Args;
use zt_risk_scoring::{BehaviorMap, RiskLevel, Selection};

use super::record::BehaviorRecord;
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::fleet;
use crate::options::level_parser;
use crate::session::Session;

#[derive(Args)]
#[command(after_help = "\
Examples:
  zt-risk behaviors list --simulate
  zt-risk behaviors list --enabled --at-least medium --simulate
  zt-risk behaviors list --accounts-file accounts.csv --output csv --simulate")]
pub(crate) struct ListArguments {
    /// Only those that are enabled
    #[arg(long)]
    enabled: bool,

    /// Only those that are disabled
    #[arg(long, conflicts_with = "enabled")]
    disabled: bool,

    /// Only those at this level
    #[arg(long, value_name = "LEVEL", value_parser = level_parser())]
    level: Option<RiskLevel>,

    /// Only those at this level or above; a level that this version does not know is above high
    #[arg(long, value_name = "LEVEL", value_parser = level_parser(), conflicts_with = "level")]
    at_least: Option<RiskLevel>,
}

impl ListArguments {
    fn select<'a>(&self, behaviors: &'a BehaviorMap) -> Selection<'a> {
        let mut selected = behaviors.all();
        if self.enabled {
            selected = selected.enabled();
        }
        if self.disabled {
            selected = selected.disabled();
        }
        if let Some(level) = &self.level {
            selected = selected.at_level(level.clone());
        }
        if let Some(level) = &self.at_least {
            selected = selected.at_least(level.clone());
        }
        selected
    }
}

pub(super) async fn run(arguments: &ListArguments, session: &Session) -> Result<ExitStatus, Failure> {
    let readings = fleet::read(session, "reading behaviors", |client| client.behaviors().get()).await?;
    readings
        .print(&session.printer, |_, behaviors| arguments.select(&behaviors).iter().map(BehaviorRecord::new).collect())
}
