//! The commands of `zt-risk users`.

mod list;
mod personal_data;
mod reset;
mod show;

use clap::Subcommand;

use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::options::{Options, Output};
use crate::session::{Needs, Session};

#[derive(Subcommand)]
pub(crate) enum UsersCommand {
    /// List the users with a risk score, those with the highest level first
    List(list::ListArguments),
    /// Show one user, with the events behind the risk score
    Show(show::ShowArguments),
    /// Reset the risk scores of users
    Reset(reset::ResetArguments),
}

/// Runs a command, and prints its result. Sets the output to the one that the settings ask for.
pub(crate) async fn run(command: UsersCommand, options: &Options, output: &mut Output) -> Result<ExitStatus, Failure> {
    let session = Session::open(options, Needs::Accounts, output).await?;
    match command {
        UsersCommand::List(arguments) => list::run(&arguments, &session).await,
        UsersCommand::Show(arguments) => show::run(&arguments, &session).await,
        UsersCommand::Reset(arguments) => reset::run(&arguments, &session).await,
    }
}

/// Adds the schemas of what the commands print.
#[cfg(test)]
pub(crate) fn add_schemas(schemas: &mut crate::records::Schemas) {
    schemas.add::<list::UserRecord>("users list");
    schemas.add::<show::UserRiskRecord>("users show");
    schemas.add::<reset::ResetRecord>("users reset");
}
