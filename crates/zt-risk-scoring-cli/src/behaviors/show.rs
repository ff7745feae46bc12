//! `zt-risk behaviors show`.

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;
use zt_risk_scoring::BehaviorMap;

use super::record::{BehaviorRecord, columns};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::fleet;
use crate::records::{Cell, Column, Record};
use crate::session::Session;
use crate::text;

#[derive(Args)]
#[command(after_help = "\
Examples:
  zt-risk behaviors show imp_travel --simulate
  zt-risk behaviors show imp_travel --output json --simulate")]
pub(crate) struct ShowArguments {
    /// Id of the behavior, such as imp_travel
    id: String,
}

/// A behavior with its description.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(transparent)]
pub(super) struct DescribedBehavior(BehaviorRecord);

impl Record for DescribedBehavior {
    const COLUMNS: &'static [Column] = &columns(Column::new("description", "DESCRIPTION"));

    fn cells(&self) -> Vec<Cell> {
        self.0.cells()
    }
}

pub(super) async fn run(arguments: &ShowArguments, session: &Session) -> Result<ExitStatus, Failure> {
    let id = arguments.id.as_str();
    let readings = fleet::read(session, "reading behaviors", |client| client.behaviors().get()).await?;
    let found = readings.and_then(|_, behaviors| find(&behaviors, id))?;
    found.print(&session.printer, |_, behavior| vec![behavior])
}

fn find(behaviors: &BehaviorMap, id: &str) -> Result<DescribedBehavior, Failure> {
    let found = behaviors.iter().find(|(known, _)| known.as_str() == id);
    found.map(|behavior| DescribedBehavior(BehaviorRecord::new(behavior))).ok_or_else(|| {
        let known: Vec<&str> = behaviors.iter().map(|(id, _)| id.as_str()).collect();
        let hint = match text::suggestion(id, known.iter().copied()) {
            Some(similar) => format!("did you mean `{similar}`?"),
            None if known.is_empty() => "the account has no behaviors".to_owned(),
            None => format!("the account has {}", known.join(", ")),
        };
        Failure::missing(format!("the account has no behavior `{id}`"), text::printable(&hint))
    })
}
