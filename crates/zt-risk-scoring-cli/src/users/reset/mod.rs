//! `zt-risk users reset`.

mod ids;
mod record;

use clap::Args;
use zt_risk_scoring::{Client, Error, ErrorKind, Summary, UserId};

use self::ids::UserArgument;
use self::record::Outcome;
pub(super) use self::record::ResetRecord;
use super::personal_data::PersonalData;
use crate::confirmation::{Confirmation, Decision};
use crate::exit_status::ExitStatus;
use crate::failure::{ErrorRecord, Failure, print_failure, print_hints};
use crate::options::number;
use crate::records::Rows;
use crate::session::{Account, Session};
use crate::terminal::{Interrupt, Progress, print_message};
use crate::{mistyped, text};

#[derive(Args)]
#[command(after_help = "\
Examples:
  zt-risk users reset 11111111-1111-4111-8111-111111111111 --dry-run --simulate
  zt-risk users reset 11111111-1111-4111-8111-111111111111 --yes --simulate
  zt-risk users reset 11111111-1111-4111-8111-111111111111 --show-pii --yes --simulate

Several ids may be given. A reset cannot be taken back. The users are reset one after the other. A reset that may have been sent is not sent again.
The token needs the permission Zero Trust Write. With Zero Trust: PII Read, the users' levels are shown before.")]
pub(crate) struct ResetArguments {
    /// Ids of the users: UUIDs, as `zt-risk users list` shows them; `-` reads them from standard input, one per line
    #[arg(required = true, value_name = "USER")]
    users: Vec<UserArgument>,

    /// Most users that are reset; with more, nothing is sent
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = number::<u32>(1, u32::MAX.into()))]
    limit: u32,

    /// Go on with the other users after a failure
    #[arg(long)]
    keep_going: bool,

    #[command(flatten)]
    confirmation: Confirmation,

    #[command(flatten)]
    personal_data: PersonalData,
}

impl ResetArguments {
    /// The users, each of them once.
    fn users(&self) -> Result<Vec<UserId>, Failure> {
        let (users, duplicates) = ids::read(&self.users, std::io::stdin().lock())?;
        if duplicates > 0 {
            print_message(&format!("{} removed", text::count(duplicates, "duplicate user id")));
        }
        let count = users.len();
        if u32::try_from(count).is_ok_and(|count| count <= self.limit) {
            return Ok(users);
        }
        Err(Failure::usage(
            format!("{} are more than the limit of {}; nothing was sent", text::count(count, "user"), self.limit),
            format!("check the list, then allow as many with --limit {count}"),
        ))
    }
}

/// A run that resets users.
struct Run<'a> {
    account: &'a Account,
    client: Client,
    rows: Vec<ResetRecord>,
    /// The error of each failed reset.
    failures: Vec<Failure>,
}

pub(super) async fn run(arguments: &ResetArguments, session: &Session) -> Result<ExitStatus, Failure> {
    let account = session.only_account()?;
    arguments.confirmation.check(session)?;
    let users = arguments.users()?;
    let client = session.client_of(account);
    let summary = read_summary(&client, account).await?;
    let find = |user: &UserId| summary.as_ref().and_then(|summary| summary.get(*user));
    let listed = users.iter().filter_map(find);
    mistyped::warn(account, "user", listed.flat_map(|user| user.mistyped().map(|(property, _)| property)));
    let rows: Vec<_> = users.iter().map(|user| ResetRecord::new(*user, find(user))).collect();
    if session.is_dry_run() {
        print(session, account, rows)?;
        return Ok(ExitStatus::Findings);
    }
    review(account, &users, summary.as_ref(), arguments.personal_data);
    let question = format!("Reset the risk of {}?", text::count(users.len(), "user"));
    if arguments.confirmation.ask(&question)? == Decision::Decline {
        print_message("nothing was changed");
        return Ok(ExitStatus::Findings);
    }
    let mut run = Run { account, client, rows, failures: Vec::new() };
    let is_interrupted = run.reset_each(&users, arguments.keep_going).await;
    run.finish(session, is_interrupted)
}

/// The users with a risk score, for the review. A token that may only write cannot read them, and may still reset.
async fn read_summary(client: &Client, account: &Account) -> Result<Option<Summary>, Failure> {
    match client.users().summary().account_id(&account.id).await {
        Ok(summary) => Ok(Some(summary)),
        Err(error) if error.kind() == ErrorKind::Permission && error.unexpected_body().is_none() => {
            print_message("the token lacks the permission Zero Trust: PII Read, so the users' levels are not shown");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Shows which users are reset.
fn review(account: &Account, users: &[UserId], summary: Option<&Summary>, personal_data: PersonalData) {
    let label = account.label.as_deref().map(|label| format!(" ({})", text::printable(label))).unwrap_or_default();
    print_message(&format!("account {}{label}: reset the risk of {}", account.id, text::count(users.len(), "user")));
    for user in users {
        let describe = |summary: &Summary| record::description(*user, summary.get(*user), personal_data);
        let line = summary.map_or_else(|| user.to_string(), describe);
        print_message(&format!("  {}", text::printable(&line)));
    }
}

fn print(session: &Session, account: &Account, records: Vec<ResetRecord>) -> Result<(), Failure> {
    let mut rows = Rows::new(false);
    records.into_iter().for_each(|record| rows.push(account.id.as_str(), account.label.as_deref(), record));
    session.printer.print(&rows)
}

impl Run<'_> {
    /// Resets one user after the other. Returns whether Ctrl-C ended it before the last one.
    async fn reset_each(&mut self, users: &[UserId], keep_going: bool) -> bool {
        self.rows.iter_mut().for_each(|row| row.outcome = Outcome::NotStarted);
        let interrupt = Interrupt::listen();
        let progress = Progress::new("resetting", users.len());
        for (user, row) in users.iter().zip(&mut self.rows) {
            if interrupt.has_been_pressed().await {
                return true;
            }
            match self.client.users().reset(*user).account_id(&self.account.id).await {
                Ok(()) => row.outcome = Outcome::Reset,
                Err(error) => {
                    self.failures.push(fail(row, error));
                    if !keep_going {
                        break;
                    }
                }
            }
            progress.advance();
        }
        false
    }

    /// Prints what was done. A result that cannot be written does not hide a failed reset.
    fn finish(mut self, session: &Session, is_interrupted: bool) -> Result<ExitStatus, Failure> {
        if self.rows.len() == 1
            && let Some(failure) = self.failures.pop()
        {
            return Err(failure);
        }
        let number = |outcome| self.rows.iter().filter(|row| row.outcome == outcome).count();
        let (reset, failed) = (number(Outcome::Reset), number(Outcome::Failed));
        let counts = format!(
            "{}: {reset} reset, {failed} failed, {} not started",
            text::count(self.rows.len(), "user"),
            number(Outcome::NotStarted)
        );
        let mut statuses: Vec<_> = self.failures.iter().map(Failure::exit_status).collect();
        let hints: Vec<_> = self.failures.iter().map(|failure| ErrorRecord::from(failure).hint).collect();
        if let Err(failure) = print(session, self.account, self.rows) {
            print_failure(&failure, session.printer.output);
            statuses.push(failure.exit_status());
        }
        print_hints(hints);
        print_message(&counts);
        Ok(ExitStatus::worst(statuses.into_iter().chain(is_interrupted.then_some(ExitStatus::Interrupted))))
    }
}

/// Records a failed reset.
fn fail(row: &mut ResetRecord, error: Error) -> Failure {
    row.outcome = Outcome::Failed;
    row.may_have_been_reset = may_have_been_reset(&error);
    let failure = Failure::Write(error);
    row.error = Some((&failure).into());
    failure
}

/// Whether the API may have reset the user. A response with a client error says that it did not.
fn may_have_been_reset(error: &Error) -> bool {
    error.may_have_been_sent() && !error.status().is_some_and(|status| status.is_client_error())
}
