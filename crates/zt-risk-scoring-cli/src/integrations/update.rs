//! `zt-risk integrations update`.

use clap::{ArgGroup, Args};
use zt_risk_scoring::{Integration, IntegrationId, IntegrationUpdate, ReferenceId};

use super::change::{ChangeRecord, IntegrationSettings, Outcome, unread, verify};
use super::record::warn_of_mistyped;
use crate::confirmation::{Confirmation, Decision};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::session::Session;
use crate::terminal::{Interrupt, print_message};

#[derive(Args)]
#[command(
    group = ArgGroup::new("change").required(true).multiple(true)
        .args(["activate", "deactivate", "tenant_url", "reference", "clear_reference"]),
    after_help = "\
Examples:
  zt-risk integrations update 66666666-6666-4666-8666-666666666666 --deactivate --dry-run --simulate
  zt-risk integrations update 66666666-6666-4666-8666-666666666666 --deactivate --yes --simulate
  zt-risk integrations update 66666666-6666-4666-8666-666666666666 --reference emea --yes --simulate

What is not given stays as it is. The token needs the permission Zero Trust Write."
)]
pub(crate) struct UpdateArguments {
    /// Id of the integration: a UUID, as `zt-risk integrations list` shows it
    id: IntegrationId,

    /// Send changes of risk scores
    #[arg(long)]
    activate: bool,

    /// Send no changes of risk scores
    #[arg(long, conflicts_with = "activate")]
    deactivate: bool,

    /// New base URL of the tenant, such as https://tenant.okta.com
    #[arg(long, value_name = "URL")]
    pub(super) tenant_url: Option<String>,

    /// New reference, an id of your own choosing
    #[arg(long, value_name = "REFERENCE")]
    reference: Option<ReferenceId>,

    /// Remove the reference
    #[arg(long, conflicts_with = "reference")]
    clear_reference: bool,

    #[command(flatten)]
    confirmation: Confirmation,
}

impl UpdateArguments {
    /// The settings that are asked for.
    fn settings(&self, current: &Integration) -> IntegrationSettings {
        let mut settings = IntegrationSettings::new(current);
        settings.active = (settings.active || self.activate) && !self.deactivate;
        if let Some(tenant_url) = &self.tenant_url {
            settings.tenant_url.clone_from(tenant_url);
        }
        if self.clear_reference {
            settings.reference_id = None;
        }
        if let Some(reference) = &self.reference {
            settings.reference_id = Some(reference.to_string());
        }
        settings
    }

    /// The update that is sent. It has the reference also if that stays: it is unknown whether an update without one keeps it.
    fn update(&self, current: &Integration) -> Result<IntegrationUpdate, Failure> {
        let mut update = IntegrationUpdate::from(current).active(self.settings(current).active);
        if let Some(tenant_url) = &self.tenant_url {
            update = update.tenant_url(tenant_url)?;
        }
        if self.clear_reference {
            return Ok(update.clear_reference());
        }
        Ok(match self.reference.clone().or_else(|| current.reference()) {
            Some(reference) => update.reference(reference),
            None => update,
        })
    }
}

pub(super) async fn run(arguments: &UpdateArguments, session: &Session) -> Result<ExitStatus, Failure> {
    let account = session.only_account()?;
    arguments.confirmation.check(session)?;
    let integrations = session.client_of(account).integrations();
    let current = integrations.get(arguments.id).account_id(&account.id).await?;
    warn_of_mistyped(account, [&current]);
    let meant = arguments.settings(&current);
    let change = ChangeRecord::new(&current, Some(meant.clone()));
    if change.change.is_empty() {
        print_message("no changes");
        return change.print(session, account, Outcome::Unchanged);
    }
    if session.is_dry_run() {
        return change.print(session, account, Outcome::Planned);
    }
    change.review(account);
    if arguments.confirmation.ask("Update the integration?")? == Decision::Decline {
        print_message("nothing was changed");
        return Ok(ExitStatus::Findings);
    }
    let _interrupt = Interrupt::listen();
    let update = arguments.update(&current)?;
    integrations.update(arguments.id, update).account_id(&account.id).await.map_err(Failure::Write)?;
    let found = integrations.get(arguments.id).account_id(&account.id).await;
    verify(&meant, &found.map_err(|error| unread(arguments.id, error))?)?;
    change.print(session, account, Outcome::Updated)
}
