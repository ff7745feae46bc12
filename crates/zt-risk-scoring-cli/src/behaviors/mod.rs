//! The commands of `zt-risk behaviors`.

mod apply;
mod diff;
mod export;
mod list;
mod plan;
mod record;
mod set;
mod show;

use clap::Subcommand;

use crate::audit::{self, AuditArguments};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::options::{Options, Output};
use crate::session::{Needs, Session};

#[derive(Subcommand)]
pub(crate) enum BehaviorsCommand {
    /// List the behaviors
    List(list::ListArguments),
    /// Show one behavior, with its description
    Show(show::ShowArguments),
    /// Change one behavior
    Set(set::SetArguments),
    /// Print the settings of all behaviors as a file for `diff`, `plan` and `apply`
    Export(export::ExportArguments),
    /// Compare the behaviors with a file or with another account
    Diff(diff::DiffArguments),
    /// Show what has to change so that the behaviors are as a file says
    Plan(plan::PlanArguments),
    /// Change the behaviors to what a file says, or apply a saved plan
    Apply(apply::ApplyArguments),
    /// Compare the accounts with a policy
    Audit(AuditArguments),
}

impl BehaviorsCommand {
    /// What the session must have. Saved plans say for which accounts they are.
    fn needs(&self) -> Needs {
        match self {
            Self::Apply(_) => Needs::Credentials,
            _ => Needs::Accounts,
        }
    }
}

/// Runs a command, and prints its result. Sets the format of errors, which the configuration file may choose.
pub(crate) async fn run(
    command: BehaviorsCommand,
    options: &Options,
    output: &mut Output,
) -> Result<ExitStatus, Failure> {
    let needs = command.needs();
    let mut open = async || {
        let session = Session::open(options, needs).await?;
        *output = session.printer.output;
        Ok::<Session, Failure>(session)
    };
    match command {
        BehaviorsCommand::List(arguments) => list::run(&arguments, &open().await?).await,
        BehaviorsCommand::Show(arguments) => show::run(&arguments, &open().await?).await,
        BehaviorsCommand::Set(arguments) => set::run(&arguments, &open().await?).await,
        BehaviorsCommand::Export(arguments) => export::run(&arguments, &open().await?).await,
        BehaviorsCommand::Diff(arguments) => diff::run(&arguments, &open().await?).await,
        BehaviorsCommand::Plan(arguments) => plan::run(&arguments, &open().await?).await,
        BehaviorsCommand::Apply(arguments) => apply::run(&arguments, &open().await?).await,
        // Prints the built-in policy and the schema without a session.
        BehaviorsCommand::Audit(arguments) => audit::run(&arguments, options, output).await,
    }
}
