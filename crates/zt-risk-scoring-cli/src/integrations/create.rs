//! `zt-risk integrations create`.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use zt_risk_scoring::{IntegrationType, NewIntegration, ReferenceId};

use super::change::{ChangeRecord, CreatedIntegration, IntegrationSettings, Outcome, print, verify};
use crate::confirmation::{Confirmation, Decision};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::session::Session;
use crate::terminal::{Interrupt, print_message};

#[derive(Args)]
#[command(after_help = "\
Examples:
  zt-risk integrations create --tenant-url https://tenant.okta.com --dry-run --simulate
  zt-risk integrations create --tenant-url https://a.okta.com --reference emea --yes --simulate

With a reference, an integration whose creation got no response is found again. Without one, look before you try again.
The token needs the permission Zero Trust Write.")]
pub(crate) struct CreateArguments {
    /// Base URL of the tenant, such as https://tenant.okta.com
    #[arg(long, value_name = "URL")]
    pub(super) tenant_url: String,

    /// The third party
    #[arg(long = "type", value_name = "TYPE", default_value = "okta", hide_default_value = true, value_parser = type_parser())]
    integration_type: IntegrationType,

    /// Reference, an id of your own choosing
    #[arg(long, value_name = "REFERENCE")]
    reference: Option<ReferenceId>,

    #[command(flatten)]
    confirmation: Confirmation,
}

/// Parses one of the known types. clap suggests one for a misspelt type.
fn type_parser() -> impl TypedValueParser<Value = IntegrationType> {
    PossibleValuesParser::new(["okta"]).map(|_| IntegrationType::Okta)
}

pub(super) async fn run(arguments: &CreateArguments, session: &Session) -> Result<ExitStatus, Failure> {
    let account = session.only_account()?;
    arguments.confirmation.check(session)?;
    let CreateArguments { tenant_url, integration_type, reference, confirmation } = arguments;
    let mut new = NewIntegration::new(integration_type.clone(), tenant_url)?;
    if let Some(reference) = reference {
        new = new.reference(reference.clone());
    }
    let meant = IntegrationSettings {
        active: true,
        tenant_url: tenant_url.clone(),
        reference_id: reference.as_ref().map(ToString::to_string),
    };
    let with_reference = reference.as_ref().map(|reference| format!(" with the reference `{reference}`"));
    let mut change = ChangeRecord {
        id: None,
        outcome: Outcome::Planned,
        integration_type: integration_type.to_string(),
        change: format!("create {integration_type} for {tenant_url}{}", with_reference.unwrap_or_default()),
        before: None,
        after: Some(meant.clone()),
        well_known_url: None,
    };
    if session.is_dry_run() {
        return change.print(session, account, Outcome::Planned);
    }
    change.review(account);
    if confirmation.ask("Create the integration?")? == Decision::Decline {
        print_message("nothing was changed");
        return Ok(ExitStatus::Findings);
    }
    let _interrupt = Interrupt::listen();
    let request = session.client_of(account).integrations().create(new).account_id(&account.id);
    let created = request.await.map_err(Failure::Write)?;
    verify(&meant, &created)?;
    change.id = Some(created.id.text().into_owned());
    change.after = Some(IntegrationSettings::new(&created));
    change.well_known_url = created.well_known_url.as_deref().map(str::to_owned);
    change.outcome = Outcome::Created;
    print(session, account, CreatedIntegration(change))?;
    Ok(ExitStatus::Done)
}
