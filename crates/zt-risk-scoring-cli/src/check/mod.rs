//! `zt-risk check`: whether the settings are complete, where each comes from, and what works with them.

mod configuration;
mod connection;
mod fact;
mod reads;
mod report;
mod token;

#[cfg(test)]
mod tests;

use std::time::SystemTime;

use clap::Args;

use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::options::{Options, Output};
use crate::records::Printer;
use crate::session::{Account, Needs, Session};
use crate::settings::Settings;
use crate::terminal::print_message;
use fact::Fact;
use report::Report;

/// The arguments of `zt-risk check`.
#[derive(Args)]
#[command(after_help = "\
It reads the behaviors, the users' scores and the integrations of each account, changes nothing, and prints none of what it read.
A token that may read but not write passes: only a write shows whether the token may write.

Verdicts:
  ok       nothing is wrong
  warning  it works, but will not for long
  problem  commands will fail; the last column says what to do
  unknown  it cannot be found out, or only by changing something

Examples:
  zt-risk check --simulate
  zt-risk check --accounts-file accounts.csv --output json --simulate")]
pub(crate) struct CheckArguments {}

/// Runs the command. It prints what it found, also if that is a problem.
pub(crate) async fn run(_: &CheckArguments, options: &Options, output: &mut Output) -> Result<ExitStatus, Failure> {
    let settings = Settings::read(options);
    *output = settings.output.value;
    let printer = Printer::new(settings.output.value, false)?;
    let report = check(options, &settings).await;
    let status = report.status();
    printer.print(&report.into_rows())?;
    Ok(status)
}

async fn check(options: &Options, settings: &Settings) -> Report {
    let mut report = Report::new(settings.accounts.len() > 1);
    configuration::check(options, settings, &mut report);
    if report.status() != ExitStatus::Done {
        print_message("nothing was sent, since the configuration has problems");
        return report;
    }
    let session = match Session::with_settings(options, Needs::Accounts, settings).await {
        Ok(session) => session,
        Err(failure) => {
            report.add_failure(None, "configuration", &failure);
            return report;
        }
    };
    if let Err(failure) = check_calls(&session, settings, &mut report).await {
        report.add_failure(None, "configuration", &failure);
    }
    report
}

async fn check_calls(session: &Session, settings: &Settings, report: &mut Report) -> Result<(), Failure> {
    let accounts = session.accounts()?;
    if settings.accounts.is_empty() {
        let of_simulator = |account: &Account| Fact::ok("account", &account.id).source("--simulate");
        accounts.iter().for_each(|account| report.add(Some(account), of_simulator(account)));
    }
    let with_token = token::check(session, accounts, settings, SystemTime::now(), report).await;
    let seen = reads::check(session, &with_token, report).await;
    connection::check(&seen, report);
    Ok(())
}

/// Adds the schemas of what the commands print.
#[cfg(test)]
pub(crate) fn add_schemas(schemas: &mut crate::records::Schemas) {
    schemas.add::<fact::Fact>("check");
}
