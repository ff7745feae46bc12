//! The facts that were found so far, and the exit status that they mean.

use super::fact::Fact;
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::records::Rows;
use crate::session::Account;

/// The facts, in the order in which they are printed.
pub(super) struct Report {
    /// A fact without an account is about the whole run.
    pub(super) facts: Vec<(Option<Account>, Fact)>,
    statuses: Vec<ExitStatus>,
    has_several_accounts: bool,
}

impl Report {
    pub(super) fn new(has_several_accounts: bool) -> Self {
        Self { facts: Vec::new(), statuses: Vec::new(), has_several_accounts }
    }

    /// Adds a fact of an account, or of the whole run.
    pub(super) fn add(&mut self, account: Option<&Account>, fact: Fact) {
        self.facts.push((account.cloned(), fact));
    }

    /// Adds a problem, and the exit status that it means.
    pub(super) fn add_problem(&mut self, account: Option<&Account>, fact: Fact, status: ExitStatus) {
        let status = if self.has_several_accounts { status.among_several() } else { status };
        self.statuses.push(status);
        self.add(account, fact);
    }

    /// Adds the problem that a call failed.
    pub(super) fn add_failure(&mut self, account: Option<&Account>, subject: &'static str, failure: &Failure) {
        self.add_problem(account, Fact::failed(subject, failure), failure.exit_status());
    }

    pub(super) fn into_rows(self) -> Rows<Fact> {
        let mut rows = Rows::new(self.has_several_accounts);
        for (account, fact) in self.facts {
            match account {
                Some(account) => rows.push(account.id.as_str(), account.label.as_deref(), fact),
                None => rows.push_without_account(fact),
            }
        }
        rows
    }

    pub(super) fn status(&self) -> ExitStatus {
        ExitStatus::worst(self.statuses.iter().copied())
    }
}
