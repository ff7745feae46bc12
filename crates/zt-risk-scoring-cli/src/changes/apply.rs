//! Applies plans to one account or to many.

use std::path::{Path, PathBuf};

use clap::Args;
use futures_util::StreamExt;
use zt_risk_scoring::{AccountId, Applied, ApplyError, ApplyErrorKind, ChangeRecord, FleetPlan, Plan};

use super::outcome::{AppliedRecord, Outcome};
use super::plans::{Notes, planned_changes, print_plans};
use super::record::RecordFile;
use super::review::review;
use crate::confirmation::{Decision, require_confirmation};
use crate::exit_status::ExitStatus;
use crate::failure::{ErrorRecord, Failure, print_failure, print_hints};
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

    /// Whether the plans take a recorded run back.
    #[arg(skip)]
    is_rollback: bool,
}

impl ApplyOptions {
    /// The options for plans that may take a recorded run back.
    pub(crate) fn for_rollback(&self, is_rollback: bool) -> Self {
        Self { is_rollback, ..self.clone() }
    }

    /// Rejects a change that nobody can confirm, or that cannot be recorded, before anything is sent.
    pub(crate) fn check(&self, session: &Session) -> Result<(), Failure> {
        if session.is_dry_run() {
            return Ok(());
        }
        require_confirmation(self.yes)?;
        self.record.as_deref().map_or(Ok(()), |path| RecordFile::open(path).map(drop))
    }

    /// Rejects a record that is the file of what to apply: it would no longer be readable.
    pub(crate) fn check_input(&self, input: &Path) -> Result<(), Failure> {
        match &self.record {
            Some(record) if is_same_file(record, input) => Err(Failure::usage(
                format!("--record {} is the file to apply", record.display()),
                "give --record another file",
            )),
            _ => Ok(()),
        }
    }
}

/// Whether two paths are those of one existing file.
pub(crate) fn is_same_file(one: &Path, other: &Path) -> bool {
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// A run that applies plans.
struct Run<'a> {
    session: &'a Session,
    record: Option<RecordFile>,
    token_ids: TokenIds,
    rows: Rows<AppliedRecord>,
    /// The order of the rows.
    order: Vec<AccountId>,
    statuses: Vec<ExitStatus>,
    /// What the user can do about each failure.
    hints: Vec<String>,
    interrupt: Interrupt,
    /// Whether the first plan was begun.
    has_begun: bool,
    /// Whether the plans take a recorded run back.
    is_rollback: bool,
    /// Whether the record has a change that can be taken back.
    can_roll_back: bool,
}

/// Shows plans, asks, applies them, records that, and prints what was done.
///
/// # Errors
///
/// If the plan of the only account cannot be applied, or the record cannot be opened.
pub(crate) async fn apply(
    session: &Session,
    plans: Readings<'_, FleetPlan>,
    options: &ApplyOptions,
) -> Result<ExitStatus, Failure> {
    if session.is_dry_run() {
        return print_plans(session, plans, Notes::Important);
    }
    let of_several_accounts = plans.0.len() > 1;
    let order: Vec<_> = plans.0.iter().map(|(account, _)| account.id.clone()).collect();
    let (mut planned, mut unplanned) = (Vec::new(), Vec::new());
    for (account, plan) in plans.0 {
        match plan {
            Ok(plan) => planned.push((account, plan)),
            Err(failure) => unplanned.push((account, failure)),
        }
    }
    let mut run = Run::new(session, order);
    if !unplanned.is_empty() && !options.keep_going {
        let count = text::count(unplanned.len(), "account");
        print_message(&format!(
            "nothing was changed: {count} could not be planned; --keep-going applies the other plans"
        ));
        run.leave(&planned, &unplanned).await;
        return Ok(run.finish());
    }
    for (account, failure) in &unplanned {
        print_message(&format!("account {}: {failure}", account.id));
    }
    if planned.iter().all(|(_, plan)| plan.plan().is_empty()) {
        print_message("no changes");
    } else if review(&planned, options.yes)? == Decision::Decline {
        print_message("nothing was changed");
        run.leave(&planned, &unplanned).await;
        run.statuses.push(ExitStatus::Findings);
        return Ok(run.finish());
    }
    run.record = options.record.as_deref().map(RecordFile::open).transpose()?;
    run.leave(&[], &unplanned).await;
    run.has_begun = true;
    run.is_rollback = options.is_rollback;
    run.interrupt = Interrupt::listen_to_both();
    match planned.as_slice() {
        [(account, plan)] if !of_several_accounts => run.apply_one(account, plan).await?,
        plans => run.apply_each(plans, options.keep_going).await,
    }
    Ok(run.finish())
}

impl<'a> Run<'a> {
    fn new(session: &'a Session, order: Vec<AccountId>) -> Self {
        Self {
            session,
            record: None,
            token_ids: TokenIds::default(),
            rows: Rows::new(order.len() > 1),
            order,
            statuses: Vec::new(),
            hints: Vec::new(),
            interrupt: Interrupt::none(),
            has_begun: false,
            is_rollback: false,
            can_roll_back: false,
        }
    }

    async fn apply_one(&mut self, account: &Account, fleet_plan: &FleetPlan) -> Result<(), Failure> {
        let plan = fleet_plan.plan();
        let request = self.session.client_of(account).behaviors().apply(plan).account_id(&account.id);
        let result = tokio::select! {
            biased;
            result = request.into_future() => result,
            () = self.interrupt.pressed_again() => {
                self.abandon(account, plan).await;
                return Ok(());
            }
        };
        self.end(account, plan, &result).await;
        result.map(|_| ()).map_err(|error| {
            self.print_rollback_command();
            // The messages of other kinds have their mismatches.
            if error.kind() == ApplyErrorKind::Write {
                error.mismatches().iter().for_each(|mismatch| print_message(&mismatch.to_string()));
            }
            Failure::from(error)
        })
    }

    async fn apply_each(&mut self, plans: &[(&Account, FleetPlan)], keep_going: bool) {
        let progress = Progress::new("applying", plans.len());
        let mut stream = self.session.client.behaviors().apply_many(plans.iter().map(|(_, plan)| plan.clone()));
        if keep_going {
            stream = stream.keep_going();
        }
        let mut open: Vec<_> = plans.iter().collect();
        let (mut is_recorded, mut is_interrupted) = (true, false);
        loop {
            // In this order: a request that is not in flight is not begun, and one that ended is not abandoned.
            let item = tokio::select! {
                biased;
                () = self.interrupt.pressed(), if !is_interrupted => {
                    is_interrupted = true;
                    stream.stop();
                    continue;
                }
                item = stream.next() => item,
                () = self.interrupt.pressed_again() => {
                    // Plans are applied one after the other.
                    if !open.is_empty() {
                        let (account, plan) = open.remove(0);
                        self.abandon(account, plan.plan()).await;
                    }
                    break;
                }
            };
            let Some((id, result)) = item else { break };
            progress.advance();
            let Some(index) = open.iter().position(|(account, _)| account.id == id) else { continue };
            let (account, plan) = open.remove(index);
            // What cannot be recorded is not changed.
            if !self.end(account, plan.plan(), &result).await {
                is_recorded = false;
                stream.stop();
            }
            if let Err(error) = result {
                self.fail(&Failure::from(error));
            }
        }
        if is_interrupted && !open.is_empty() {
            self.statuses.push(ExitStatus::Interrupted);
        }
        for (account, plan) in open {
            self.add(account, plan.plan(), Outcome::NotStarted, None);
            // A full disk is reported once, and not for each account.
            if is_recorded {
                self.write_record(account, Outcome::NotStarted, None, None, None).await;
            }
        }
    }

    /// Adds accounts that stay as they are, and those for which no plan could be made.
    async fn leave(&mut self, planned: &[(&Account, FleetPlan)], unplanned: &[(&Account, Failure)]) {
        for (account, plan) in planned {
            self.add(account, plan.plan(), Outcome::NotStarted, None);
        }
        for (account, failure) in unplanned {
            self.fail(failure);
            let record = AppliedRecord::unplanned(failure);
            self.rows.push(account.id.as_str(), account.label.as_deref(), record);
            self.write_record(account, Outcome::Failed, None, None, Some(failure.into())).await;
        }
    }

    /// Adds and records an account whose plan was being applied when Ctrl-C was pressed twice.
    async fn abandon(&mut self, account: &Account, plan: &Plan) {
        self.statuses.push(ExitStatus::Interrupted);
        let error = ErrorRecord::interrupted;
        let record = AppliedRecord::interrupted(planned_changes(plan), error());
        self.rows.push(account.id.as_str(), account.label.as_deref(), record);
        self.hints.push(error().hint);
        let rollback = plan.reversed();
        let is_recorded = self.write_record(account, Outcome::Failed, None, Some(&rollback), Some(error())).await;
        self.can_roll_back |= is_recorded && !rollback.is_empty();
    }

    /// Notes the failure of one of several accounts.
    fn fail(&mut self, failure: &Failure) {
        self.statuses.push(failure.exit_status_among_several());
        self.hints.push(ErrorRecord::from(failure).hint);
    }

    /// Adds and records what became of an account. Returns whether it is recorded, if it is to be.
    async fn end(&mut self, account: &Account, plan: &Plan, result: &Result<Applied, ApplyError>) -> bool {
        let (outcome, change, rollback) = match result {
            Ok(applied) if applied.has_written() => {
                (Outcome::Applied, Some(applied.record()), Some(applied.rollback()))
            }
            Ok(applied) => (Outcome::Unchanged, Some(applied.record()), None),
            Err(error) => (Outcome::Failed, error.record(), error.rollback()),
        };
        self.add(account, plan, outcome, result.as_ref().err());
        if let Some(repaired) = change.map(|change| &change.repaired).filter(|repaired| !repaired.is_empty()) {
            let ids: Vec<_> = repaired.iter().map(|mismatch| text::printable(mismatch.id.as_str())).collect();
            print_message(&format!(
                "account {}: a second write was needed: these had changed without being requested: {}",
                account.id,
                ids.join(", ")
            ));
        }
        if self.is_rollback && result.as_ref().is_err_and(|error| error.kind() == ApplyErrorKind::Outdated) {
            let label = account.label.as_deref().map(|label| format!(" ({})", text::printable(label)));
            print_message(&format!(
                "account {}{} was changed after the run; set what is to be taken back with `zt-risk behaviors set`; \
                 the record has the settings under `before`; --keep-going takes the other accounts back",
                account.id,
                label.unwrap_or_default()
            ));
        }
        let error = result.as_ref().err().map(ErrorRecord::from);
        let is_recorded = self.write_record(account, outcome, change, rollback, error).await;
        // The rollback of a rejected write has no changes.
        self.can_roll_back |= is_recorded && rollback.is_some_and(|plan| !plan.is_empty());
        is_recorded
    }

    /// Appends a line to the record. Returns whether that is done, or there is no record. If not, the exit status says so.
    async fn write_record(
        &mut self,
        account: &Account,
        outcome: Outcome,
        change: Option<&ChangeRecord>,
        rollback: Option<&Plan>,
        error: Option<ErrorRecord>,
    ) -> bool {
        let Some(record) = &self.record else { return true };
        let client = self.session.client_of(account);
        let token_id = match change {
            Some(_) => tokio::select! {
                biased;
                id = self.token_ids.get(client.connection(), &account.id) => id,
                () = self.interrupt.pressed_again() => None,
            },
            // Nobody tried to change the account.
            None => None,
        };
        let mut line = record.line(account.id.as_str(), outcome, change);
        line.account_label = account.label.as_deref();
        line.token_id = token_id.as_deref();
        line.error = error;
        line.rollback = rollback;
        let written = record.append(&line);
        if let Err(error) = &written {
            let (id, outcome, path) = (&account.id, outcome.as_str(), record.path.display());
            print_message(&format!("error: account {id}: {outcome}, but {path} cannot be written: {error}"));
            // The line may have the only copy of the rollback.
            if let Ok(line) = text::json_line(&line) {
                print_message(&format!("the line that is missing in {path}:\n{line}"));
            }
            self.statuses.push(ExitStatus::Failed);
        }
        written.is_ok()
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

    fn finish(mut self) -> ExitStatus {
        self.rows.sort_by_account(&self.order);
        if let Err(failure) = self.session.printer.print(&self.rows) {
            print_failure(&failure, self.session.printer.output);
            self.statuses.push(failure.exit_status());
        }
        print_hints(std::mem::take(&mut self.hints));
        let status = ExitStatus::worst(self.statuses.iter().copied());
        if self.has_begun && self.order.len() > 1 && status != ExitStatus::Done {
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
