//! `zt-risk integrations delete`.

use clap::Args;
use zt_risk_scoring::{ErrorKind, IntegrationId};

use super::change::{ChangeRecord, Outcome, not_verified, unread};
use crate::confirmation::{Confirmation, Decision};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::session::Session;
use crate::terminal::{Interrupt, print_message};

#[derive(Args)]
#[command(after_help = "\
Examples:
  zt-risk integrations delete 66666666-6666-4666-8666-666666666666 --dry-run --simulate
  zt-risk integrations delete 66666666-6666-4666-8666-666666666666 --yes --simulate

`zt-risk integrations update ID --deactivate` stops an integration, and keeps it.
The token needs the permission Zero Trust Write.")]
pub(crate) struct DeleteArguments {
    /// Id of the integration: a UUID, as `zt-risk integrations list` shows it
    id: IntegrationId,

    #[command(flatten)]
    confirmation: Confirmation,
}

pub(super) async fn run(arguments: &DeleteArguments, session: &Session) -> Result<ExitStatus, Failure> {
    let account = session.only_account()?;
    arguments.confirmation.check(session)?;
    let id = arguments.id;
    let integrations = session.client_of(account).integrations();
    let current = integrations.get(id).account_id(&account.id).await?;
    let change = ChangeRecord::new(&current, None);
    if session.is_dry_run() {
        return change.print(session, account, Outcome::Planned);
    }
    change.review(account);
    if arguments.confirmation.ask("Delete the integration?")? == Decision::Decline {
        print_message("nothing was changed");
        return Ok(ExitStatus::Findings);
    }
    let _interrupt = Interrupt::listen();
    integrations.delete(id).account_id(&account.id).await.map_err(Failure::Write)?;
    match integrations.get(id).account_id(&account.id).await {
        Err(error) if error.kind() == ErrorKind::NotFound => change.print(session, account, Outcome::Deleted),
        Err(error) => Err(unread(id, error)),
        Ok(_) => Err(not_verified(&id.to_string(), "still exists")),
    }
}
