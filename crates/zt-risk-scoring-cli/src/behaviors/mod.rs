//! The commands of `zt-risk behaviors`.

mod apply;
mod diff;
mod export;
mod list;
mod plan;
mod record;
mod set;
mod show;
mod watch;

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
    /// Print changes of the behaviors as they happen
    Watch(watch::WatchArguments),
}

/// Runs a command, and prints its result. Sets the output that the settings ask for.
pub(crate) async fn run(
    command: BehaviorsCommand,
    options: &Options,
    output: &mut Output,
) -> Result<ExitStatus, Failure> {
    let needs = match &command {
        BehaviorsCommand::Audit(arguments) if arguments.prints() => return arguments.print(),
        BehaviorsCommand::Audit(_) => Needs::Report,
        // Saved plans say for which accounts they are.
        BehaviorsCommand::Apply(_) => Needs::Credentials,
        _ => Needs::Accounts,
    };
    let session = Session::open(options, needs, output).await?;
    match command {
        BehaviorsCommand::List(arguments) => list::run(&arguments, &session).await,
        BehaviorsCommand::Show(arguments) => show::run(&arguments, &session).await,
        BehaviorsCommand::Set(arguments) => set::run(&arguments, &session).await,
        BehaviorsCommand::Export(arguments) => export::run(&arguments, &session).await,
        BehaviorsCommand::Diff(arguments) => diff::run(&arguments, &session).await,
        BehaviorsCommand::Plan(arguments) => plan::run(&arguments, &session).await,
        BehaviorsCommand::Apply(arguments) => apply::run(&arguments, &session).await,
        BehaviorsCommand::Audit(arguments) => audit::run(&arguments, &session).await,
        BehaviorsCommand::Watch(arguments) => watch::run(&arguments, &session).await,
    }
}

/// Adds the schemas of what the commands print.
#[cfg(test)]
pub(crate) fn add_schemas(schemas: &mut crate::records::Schemas) {
    use crate::changes::{AppliedRecord, PlannedChange};

    schemas.add::<record::BehaviorRecord>("behaviors list");
    schemas.add::<show::DescribedBehavior>("behaviors show");
    schemas.add::<AppliedRecord>("behaviors set");
    schemas.add::<PlannedChange>("behaviors set");
    schemas.add::<export::ExportedFile>("behaviors export");
    schemas.add::<diff::DifferenceRecord>("behaviors diff");
    schemas.add::<PlannedChange>("behaviors plan");
    schemas.add::<AppliedRecord>("behaviors apply");
    schemas.add::<PlannedChange>("behaviors apply");
    schemas.add::<watch::ChangeRecord>("behaviors watch");
}
