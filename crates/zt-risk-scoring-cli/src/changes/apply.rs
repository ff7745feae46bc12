//! Applies plans to one account or to many.

use std::path::PathBuf;

use clap::Args;
use futures_util::StreamExt;
use zt_risk_scoring::{Applied, ApplyError, ChangeRecord, FleetPlan, Plan};

use super::outcome::{AppliedRecord, Outcome};
use super::plans::{Notes, planned_changes, print_plans};
use super::record::RecordFile;
use super::review::review;
use crate::confirmation::{Decision, require_confirmation};
use crate::exit_status::ExitStatus;
use crate::failure::{ErrorRecord, Failure, print_failure};
use crate::fleet::Readings;
use crate::identity::TokenIds;
use crate::records::Rows;
use crate::session::{Account, Session};
use crate::terminal::{Interrupt, Progress, print_message};
use crate::text;

/// How a change is confirmed and recorded.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ApplyOptions {
    /// Apply without asking
    #[arg(long, short)]
    yes: bool,

    /// Go on with the other accounts after a failure
    #[arg(long)]
    keep_going: bool,

    /// Append a line of JSON per account to this file: time, token id, settings before and after, cf-ray, and the plan that
    /// takes the change back
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
}

impl ApplyOptions {
    /// Rejects a change that nobody can confirm, or that cannot be recorded, before anything is sent.
    pub(crate) fn check(&self, session: &Session) -> Result<(), Failure> {
        if session.is_dry_run() {
            return Ok(());
        }
        require_confirmation(self.yes)?;
        self.record.as_deref().map_or(Ok(()), |path| RecordFile::open(path).map(drop))
    }
}

/// A run that applies plans.
struct Run<'a> {
    session: &'a Session,
    record: Option<RecordFile>,
    token_ids: TokenIds,
    rows: Rows<AppliedRecord>,
    statuses: Vec<ExitStatus>,
    /// Whether the record has a change that can be taken back.
    can_roll_back: bool,
}

/// Shows plans, asks, applies them, records that, and prints what was done.
///
/// # Errors
///
/// If the plan of the only account cannot be applied, or the record or standard output cannot be written.
pub(crate) async fn apply(
    session: &Session,
    plans: Readings<'_, FleetPlan>,
    options: &ApplyOptions,
) -> Result<ExitStatus, Failure> {
    let changes_something =
        |(_, plan): &(_, Result<FleetPlan, _>)| plan.as_ref().is_ok_and(|plan| !plan.plan().is_empty());
    let failed = plans.0.iter().filter(|(_, plan)| plan.is_err()).count();
    let nothing_to_do = !plans.0.iter().any(changes_something);
    if session.is_dry_run() || nothing_to_do {
        return print_plans(session, plans, Notes::Important);
    }
    if failed > 0 && !options.keep_going {
        let status = print_plans(session, plans, Notes::Important)?;
        let failed = text::count(failed, "account");
        print_message(&format!(
            "nothing was changed: {failed} could not be planned; --keep-going applies the other plans"
        ));
        return Ok(status);
    }
    let of_several_accounts = plans.0.len() > 1;
    let mut run = Run {
        session,
        record: None,
        token_ids: TokenIds::default(),
        rows: Rows::new(of_several_accounts),
        statuses: Vec::new(),
        can_roll_back: false,
    };
    let mut planned = Vec::new();
    for (account, plan) in plans.0 {
        match plan {
            Ok(plan) => planned.push((account, plan)),
            Err(failure) => run.fail(account, &failure),
        }
    }
    if review(&planned, options.yes)? == Decision::Decline {
        print_message("nothing was changed");
        return Ok(ExitStatus::worst(run.statuses.into_iter().chain([ExitStatus::Findings])));
    }
    run.record = options.record.as_deref().map(RecordFile::open).transpose()?;
    match planned.as_slice() {
        [(account, plan)] if !of_several_accounts => run.apply_one(account, plan).await?,
        plans => run.apply_each(plans, options.keep_going).await,
    }
    Ok(run.finish(of_several_accounts))
}

impl Run<'_> {
    async fn apply_one(&mut self, account: &Account, fleet_plan: &FleetPlan) -> Result<(), Failure> {
        let _interrupt = Interrupt::listen();
        let plan = fleet_plan.plan();
        let result = self.session.client_of(account).behaviors().apply(plan).account_id(&account.id).await;
        let recorded = self.end(account, plan, &result).await;
        let Err(error) = result else { return recorded };
        if let Err(failure) = recorded {
            print_failure(&failure, self.session.printer.output);
        }
        self.print_rollback_command();
        error.mismatches().iter().for_each(|mismatch| print_message(&mismatch.to_string()));
        Err(error.into())
    }

    async fn apply_each(&mut self, plans: &[(&Account, FleetPlan)], keep_going: bool) {
        let mut interrupt = Interrupt::listen();
        let progress = Progress::new("applying", plans.len());
        let mut stream = self.session.client.behaviors().apply_many(plans.iter().map(|(_, plan)| plan.clone()));
        if keep_going {
            stream = stream.keep_going();
        }
        let mut open: Vec<_> = plans.iter().collect();
        loop {
            let item = tokio::select! {
                item = stream.next() => item,
                () = interrupt.pressed(), if !interrupt.is_seen() => {
                    stream.stop();
                    continue;
                }
            };
            let Some((id, result)) = item else { break };
            progress.advance();
            let Some(index) = open.iter().position(|(account, _)| account.id == id) else { continue };
            let (account, plan) = open.remove(index);
            if let Err(failure) = self.end(account, plan.plan(), &result).await {
                // What cannot be recorded is not begun. The result says how far the run came.
                stream.stop();
                print_failure(&failure, self.session.printer.output);
                self.statuses.push(failure.exit_status());
            }
            if let Err(error) = result {
                self.statuses.push(Failure::from(error).exit_status_among_several());
            }
        }
        if interrupt.is_seen() && !open.is_empty() {
            self.statuses.push(ExitStatus::Interrupted);
        }
        for (account, plan) in open {
            self.add(account, plan.plan(), Outcome::NotStarted, None);
        }
    }

    /// Records what became of an account.
    async fn end(
        &mut self,
        account: &Account,
        plan: &Plan,
        result: &Result<Applied, ApplyError>,
    ) -> Result<(), Failure> {
        let (outcome, change, rollback) = match result {
            Ok(applied) if applied.has_written() => {
                (Outcome::Applied, Some(applied.record()), Some(applied.rollback()))
            }
            Ok(applied) => (Outcome::Unchanged, Some(applied.record()), None),
            Err(error) => (Outcome::Failed, error.record(), error.rollback()),
        };
        self.add(account, plan, outcome, result.as_ref().err());
        self.write_record(account, outcome, change, rollback, result.as_ref().err()).await?;
        // The rollback of a rejected write has no changes.
        self.can_roll_back |= rollback.is_some_and(|plan| !plan.is_empty());
        Ok(())
    }

    async fn write_record(
        &mut self,
        account: &Account,
        outcome: Outcome,
        change: Option<&ChangeRecord>,
        rollback: Option<&Plan>,
        error: Option<&ApplyError>,
    ) -> Result<(), Failure> {
        let Some(record) = &self.record else { return Ok(()) };
        let connection = self.session.client_of(account).connection().clone();
        let token_id = self.token_ids.get(&connection, &account.id).await;
        let mut line = record.line(account.id.as_str(), outcome, change);
        line.account_label = account.label.as_deref();
        line.token_id = token_id.as_deref();
        line.error = error.map(ErrorRecord::from);
        line.rollback = rollback;
        record.append(&line).map_err(|error| {
            let name = record.path.display();
            print_message(&format!(
                "error: account {}: {}, but {name} cannot be written",
                account.id,
                outcome.as_str()
            ));
            Failure::Output(error)
        })
    }

    fn add(&mut self, account: &Account, plan: &Plan, outcome: Outcome, error: Option<&ApplyError>) {
        let record = AppliedRecord {
            outcome,
            changes: planned_changes(plan),
            may_have_written: outcome == Outcome::Applied || error.is_some_and(ApplyError::may_have_written),
            mismatches: error
                .map(|error| error.mismatches().iter().map(ToString::to_string).collect())
                .unwrap_or_default(),
            error: error.map(ErrorRecord::from),
        };
        self.rows.push(account.id.as_str(), account.label.as_deref(), record);
    }

    /// Adds an account for which no plan could be made. The review begins with it.
    fn fail(&mut self, account: &Account, failure: &Failure) {
        print_message(&format!("account {}: {failure}", account.id));
        self.statuses.push(failure.exit_status_among_several());
        self.rows.push_failure(account.id.as_str(), account.label.as_deref(), failure);
    }

    fn finish(mut self, of_several_accounts: bool) -> ExitStatus {
        if let Err(failure) = self.session.printer.print(&self.rows) {
            print_failure(&failure, self.session.printer.output);
            self.statuses.push(failure.exit_status());
        }
        let status = ExitStatus::worst(self.statuses.iter().copied());
        if of_several_accounts && status != ExitStatus::Done {
            print_message("to go on, run the same command again: what is done already is not written again");
        }
        self.print_rollback_command();
        status
    }

    fn print_rollback_command(&self) {
        let Some(record) = self.record.as_ref().filter(|_| self.can_roll_back) else { return };
        let path = record.path.to_string_lossy();
        // A name such as `-x` would be an option.
        let path = if path.starts_with('-') { format!("./{path}") } else { path.into_owned() };
        let command = ["zt-risk", "behaviors", "apply", &path, "--roll-back", &record.run];
        let command = shell_words::join(command.into_iter().map(str::to_owned).chain(self.session.repeated_options()));
        print_message(&format!("to take this back: {command}"));
    }
}
