//! The commands of `zt-risk integrations`.

mod change;
mod create;
mod delete;
mod list;
mod record;
mod show;
mod tenant_url;
mod update;

use clap::Subcommand;

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

impl IntegrationsCommand {
    /// The base URL of a tenant that the arguments have.
    fn tenant_url(&self) -> Option<&str> {
        match self {
            Self::Create(arguments) => Some(&arguments.tenant_url),
            Self::Update(arguments) => arguments.tenant_url.as_deref(),
            Self::List(_) | Self::Show(_) | Self::Delete(_) => None,
        }
    }
}

/// Runs a command, and prints its result. Sets the output to the one that the settings ask for.
pub(crate) async fn run(
    command: IntegrationsCommand,
    options: &Options,
    output: &mut Output,
) -> Result<ExitStatus, Failure> {
    if let Some(url) = command.tenant_url() {
        tenant_url::check(url)?;
    }
    let session = Session::open(options, Needs::Accounts, output).await?;
    match command {
        IntegrationsCommand::List(arguments) => list::run(&arguments, &session).await,
        IntegrationsCommand::Show(arguments) => show::run(&arguments, &session).await,
        IntegrationsCommand::Create(arguments) => create::run(&arguments, &session).await,
        IntegrationsCommand::Update(arguments) => update::run(&arguments, &session).await,
        IntegrationsCommand::Delete(arguments) => delete::run(&arguments, &session).await,
    }
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
