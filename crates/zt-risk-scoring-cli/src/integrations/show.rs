//! `zt-risk integrations show`.

use clap::{ArgGroup, Args};
use zt_risk_scoring::{IntegrationId, ReferenceId};

use super::record::{DetailedIntegration, IntegrationRecord, warn_of_mistyped};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::fleet;
use crate::session::Session;

#[derive(Args)]
#[command(
    group = ArgGroup::new("integration").required(true).args(["id", "reference"]),
    after_help = "\
Examples:
  zt-risk integrations show 66666666-6666-4666-8666-666666666666 --simulate
  zt-risk integrations show --reference okta-main --output json --simulate

The token needs the permission Zero Trust Read."
)]
pub(crate) struct ShowArguments {
    /// Id of the integration: a UUID, as `zt-risk integrations list` shows it
    id: Option<IntegrationId>,

    /// Reference of the integration
    #[arg(long, value_name = "REFERENCE")]
    reference: Option<ReferenceId>,
}

pub(super) async fn run(arguments: &ShowArguments, session: &Session) -> Result<ExitStatus, Failure> {
    const TITLE: &str = "reading the integration";
    let readings = match (arguments.id, arguments.reference.clone()) {
        (Some(id), _) => fleet::read(session, TITLE, move |client| client.integrations().get(id)).await?,
        (None, Some(reference)) => {
            fleet::read(session, TITLE, move |client| client.integrations().by_reference(reference.clone())).await?
        }
        // clap requires one of them.
        (None, None) => return Err(Failure::usage("no integration is given", "give its id, or --reference")),
    };
    readings.print(&session.printer, |account, integration| {
        warn_of_mistyped(account, [&integration]);
        vec![DetailedIntegration(IntegrationRecord::new(&integration))]
    })
}
