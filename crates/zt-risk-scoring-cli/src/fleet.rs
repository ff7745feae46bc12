//! Reads of one account or of many.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use zt_risk_scoring::{AccountId, Client, Request};

use crate::complete::{self, Reading};
use crate::exit_status::ExitStatus;
use crate::failure::{ErrorRecord, Failure, print_failure, print_hints};
use crate::records::{Printer, Record, Rows};
use crate::session::{Account, Session};
use crate::terminal::{self, Progress, print_message};
use crate::text;

/// What was read of each account, in the order of the session's accounts.
pub(crate) struct Readings<'a, T>(pub(crate) Vec<(&'a Account, Result<T, Failure>)>);

/// The failure of an account of which nothing was read, not even an error.
pub(crate) fn not_read() -> Failure {
    Failure::incomplete("the account was not read", "run the command again, for this account")
}

/// What was read so far of some accounts.
pub(crate) struct PendingReadings<'a, T> {
    accounts: &'a [Account],
    results: HashMap<AccountId, Result<T, Failure>>,
}

/// Reads something of every account of the session. The request must change nothing.
///
/// # Errors
///
/// If there is no account, or if there is one, and its read fails. The failure of one of several accounts is a part of the result.
pub(crate) async fn read<'a, T: Reading>(
    session: &'a Session,
    title: &str,
    request: impl Fn(&Client) -> Request<'static, T> + Send + Sync + 'static,
) -> Result<Readings<'a, T>, Failure> {
    read_each(session, session.accounts()?, title, request).await.and_then(|_, value| Ok(value))
}

/// Reads something of some accounts. The request must change nothing. Every failure is a part of the result.
pub(crate) async fn read_each<'a, T: Reading>(
    session: &Session,
    accounts: &'a [Account],
    title: &str,
    request: impl Fn(&Client) -> Request<'static, T> + Send + Sync + 'static,
) -> Readings<'a, T> {
    if let [account] = accounts {
        let response = request(&session.client_of(account)).account_id(&account.id).send().await;
        return Readings(vec![(account, response.map_err(Failure::from).and_then(complete::value))]);
    }
    let progress = Progress::new(title, accounts.len());
    let fleet = accounts.iter().map(Account::to_fleet);
    let mut responses = session.client.request_many(fleet, request).concurrency(session.concurrency());
    let mut readings = PendingReadings::new(accounts);
    while let Some((id, response)) = next(&mut responses).await {
        progress.advance();
        readings.set(id, response.map_err(Failure::from).and_then(complete::value));
    }
    readings.into_readings()
}

/// How long nothing may happen until the user gets to know why.
const QUIET: Duration = Duration::from_secs(10);

/// The next item of a stream of calls. Says that it waits if nothing ends for long: calls that the API's rate limit rejects are sent
/// again when it is over.
pub(crate) async fn next<S: Stream + Unpin>(calls: &mut S) -> Option<S::Item> {
    match tokio::time::timeout(QUIET, calls.next()).await {
        Ok(item) => item,
        Err(_) => {
            let left = text::count(calls.size_hint().0, "account");
            print_message(&format!(
                "waiting for {left}; if the API rejects calls, they are sent when it accepts them again"
            ));
            calls.next().await
        }
    }
}

impl<'a, T> PendingReadings<'a, T> {
    /// No account has been read.
    pub(crate) fn new(accounts: &'a [Account]) -> Self {
        Self { accounts, results: HashMap::with_capacity(accounts.len()) }
    }

    /// Sets what was read of an account.
    pub(crate) fn set(&mut self, id: AccountId, result: Result<T, Failure>) {
        self.results.insert(id, result);
    }

    /// The readings, in the order of the accounts. An account that was not read failed.
    pub(crate) fn into_readings(mut self) -> Readings<'a, T> {
        let mut take = |account: &Account| self.results.remove(&account.id).unwrap_or_else(|| Err(not_read()));
        Readings(self.accounts.iter().map(|account| (account, take(account))).collect())
    }
}

impl<'a, T> Readings<'a, T> {
    /// Makes something of what was read of each account.
    ///
    /// # Errors
    ///
    /// If there is one account, and nothing can be made of it.
    pub(crate) fn and_then<U>(
        self,
        mut make: impl FnMut(&Account, T) -> Result<U, Failure>,
    ) -> Result<Readings<'a, U>, Failure> {
        let is_only = self.0.len() == 1;
        let make = |(account, result): (&'a Account, Result<T, Failure>)| {
            let made = result.and_then(|value| make(account, value));
            if is_only { Ok((account, Ok(made?))) } else { Ok((account, made)) }
        };
        Ok(Readings(self.0.into_iter().map(make).collect::<Result<_, Failure>>()?))
    }

    /// Prints the rows of all accounts, of which `records` makes those of one, and how many accounts were read. Returns the exit
    /// status, in which a failure of one of several accounts counts as such.
    ///
    /// # Errors
    ///
    /// If standard output cannot be written.
    pub(crate) fn print<R: Record>(
        self,
        printer: &Printer,
        mut records: impl FnMut(&Account, T) -> Vec<R>,
    ) -> Result<ExitStatus, Failure> {
        let accounts = self.0.len();
        let mut rows = Rows::new(accounts > 1);
        let (mut statuses, mut hints) = (Vec::new(), Vec::new());
        for (account, result) in self.0 {
            let (id, label) = (account.id.as_str(), account.label.as_deref());
            match result {
                Ok(value) => {
                    records(account, value).into_iter().for_each(|record| rows.push(id, label, record));
                }
                Err(failure) => {
                    rows.push_failure(id, label, &failure);
                    statuses.push(failure.exit_status_among_several());
                    hints.push(ErrorRecord::from(&failure).hint);
                }
            }
        }
        let failed = statuses.len();
        match printer.print(&rows) {
            // It does not hide an account that failed.
            Err(failure) if failed > 0 => {
                print_failure(&failure, printer.output);
                statuses.push(failure.exit_status());
            }
            printed => printed?,
        }
        print_hints(hints);
        if accounts > 1 {
            let read = accounts.saturating_sub(failed);
            terminal::print_message(&format!("{}: {read} read, {failed} failed", text::count(accounts, "account")));
        }
        Ok(ExitStatus::worst(statuses))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_that_was_not_read_is_a_failure_of_its_own() {
        let account = |number: u32| Account {
            id: AccountId::new(format!("{number:032x}")).unwrap(),
            label: None,
            credentials: None,
        };
        let accounts = [account(1), account(2)];
        let mut readings = PendingReadings::new(&accounts);
        readings.set(accounts[1].id.clone(), Ok("read"));
        let Readings(readings) = readings.into_readings();
        let results: Vec<_> = readings.iter().map(|(account, result)| (&account.id, result.as_ref().ok())).collect();
        assert_eq!(results, [(&accounts[0].id, None), (&accounts[1].id, Some(&"read"))]);
    }
}
