//! The commands of `zt-risk integrations`.

mod change;
mod create;
mod delete;
mod list;
mod record;
mod show;
mod update;

use clap::Subcommand;
use zt_risk_scoring::NewIntegration;

use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::options::{Options, Output};
use crate::session::{Needs, Session};

#[derive(Subcommand)]
pub(crate) enum IntegrationsCommand {
    /// List the integrations
    List(list::ListArguments),
    /// Show one integration
    Show(show::ShowArguments),
    /// Create an integration
    Create(create::CreateArguments),
    /// Change an integration
    Update(update::UpdateArguments),
    /// Delete an integration
    Delete(delete::DeleteArguments),
}

/// Runs a command, and prints its result. Sets the output to the one that the settings ask for.
pub(crate) async fn run(
    command: IntegrationsCommand,
    options: &Options,
    output: &mut Output,
) -> Result<ExitStatus, Failure> {
    let session = Session::open(options, Needs::Accounts, output).await?;
    match command {
        IntegrationsCommand::List(arguments) => list::run(&arguments, &session).await,
        IntegrationsCommand::Show(arguments) => show::run(&arguments, &session).await,
        IntegrationsCommand::Create(arguments) => create::run(&arguments, &session).await,
        IntegrationsCommand::Update(arguments) => update::run(&arguments, &session).await,
        IntegrationsCommand::Delete(arguments) => delete::run(&arguments, &session).await,
    }
}

/// Parses the base URL of a tenant. clap adds the option's name to the error.
fn tenant_url(text: &str) -> Result<String, String> {
    NewIntegration::okta(text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

/// Adds the schemas of what the commands print.
#[cfg(test)]
pub(crate) fn add_schemas(schemas: &mut crate::records::Schemas) {
    schemas.add::<record::IntegrationRecord>("integrations list");
    schemas.add::<record::DetailedIntegration>("integrations show");
    schemas.add::<change::CreatedIntegration>("integrations create");
    schemas.add::<change::ChangeRecord>("integrations create");
    schemas.add::<change::ChangeRecord>("integrations update");
    schemas.add::<change::ChangeRecord>("integrations delete");
}
