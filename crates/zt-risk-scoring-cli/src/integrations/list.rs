//! `zt-risk integrations list`.

use clap::Args;

use super::record::{IntegrationRecord, warn_of_mistyped};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::fleet;
use crate::session::Session;

#[derive(Args)]
#[command(after_help = "\
Examples:
  zt-risk integrations list --simulate
  zt-risk integrations list --accounts-file accounts.csv --output csv --simulate

The token needs the permission Zero Trust Read.")]
pub(crate) struct ListArguments {}

pub(super) async fn run(_: &ListArguments, session: &Session) -> Result<ExitStatus, Failure> {
    let readings = fleet::read(session, "reading integrations", |client| client.integrations().list()).await?;
    readings.print(&session.printer, |account, integrations| {
        warn_of_mistyped(account, &integrations);
        integrations.iter().map(IntegrationRecord::new).collect()
    })
}
