//! Which reads work, per account, and what their responses say of the connection.

use std::collections::HashMap;
use std::time::SystemTime;

use futures_util::StreamExt as _;
use zt_risk_scoring::{AccountId, Client, Error, ErrorKind, Metadata, Request, Response};

use super::connection::Seen;
use super::fact::Fact;
use super::report::Report;
use crate::failure::Failure;
use crate::session::{Account, Session};
use crate::terminal::Progress;

/// Whether a read worked, by account. What was read is dropped.
type Results = HashMap<AccountId, Result<(), Failure>>;

/// The reads of each account, with the operation of each.
const READS: [(&str, &str); 3] =
    [("read_behaviors", "GET behaviors"), ("read_users", "GET summary"), ("read_integrations", "GET integrations")];

/// Makes the reads of all accounts, and adds which work. Returns what the responses say of the connection.
pub(super) async fn check(session: &Session, accounts: &[Account], report: &mut Report) -> Seen {
    let mut seen = Seen::default();
    let results = [
        read(session, accounts, &mut seen, "checking reads of behaviors", |client| client.behaviors().get()).await,
        read(session, accounts, &mut seen, "checking reads of users", |client| client.users().summary()).await,
        read(session, accounts, &mut seen, "checking reads of integrations", |client| client.integrations().list())
            .await,
    ];
    for account in accounts {
        let of_account: Vec<_> = results.iter().filter_map(|results| results.get(&account.id)).collect();
        for ((subject, source), result) in READS.iter().zip(&of_account) {
            match result {
                Ok(()) => report.add(Some(account), Fact::ok(subject, "works").source(source)),
                Err(failure) => {
                    let fact = Fact::failed(subject, failure).source(source);
                    report.add_problem(Some(account), fact, failure.exit_status());
                }
            }
        }
        report.add(Some(account), plan(&of_account));
        report.add(Some(account), write_permission());
    }
    seen
}

/// Whether the account's plan includes risk scoring: a call that works shows it.
fn plan(results: &[&Result<(), Failure>]) -> Fact {
    let lacks = |result: &&&Result<(), Failure>| {
        let error = result.as_ref().err().and_then(Failure::call_error);
        error.is_some_and(|error| error.kind() == ErrorKind::Plan)
    };
    if results.iter().find(lacks).is_some() {
        return Fact::problem("plan", "does not include risk scoring")
            .advice("use an account with an Enterprise plan, which risk scoring requires");
    }
    match results.iter().any(|result| result.is_ok()) {
        true => Fact::ok("plan", "includes risk scoring"),
        false => Fact::unknown("plan", "no read worked").advice("correct the problems of the reads first"),
    }
}

fn write_permission() -> Fact {
    Fact::unknown("write_permission", "only a change shows whether the token may write")
        .advice("a token that changes something needs the permission Zero Trust Write")
}

async fn read<T: Send + 'static>(
    session: &Session,
    accounts: &[Account],
    seen: &mut Seen,
    title: &str,
    request: impl Fn(&Client) -> Request<'static, T> + Send + Sync + 'static,
) -> Results {
    let mut results = Results::new();
    // A call for one of many waits until the API no longer rejects calls. A call of its own fails at once, which is the finding.
    if let [account] = accounts {
        let response = request(&session.client_of(account)).account_id(&account.id).send().await;
        results.insert(account.id.clone(), result(response, seen));
        return results;
    }
    let progress = Progress::new(title, accounts.len());
    let fleet = accounts.iter().map(Account::to_fleet);
    let mut responses = session.client.request_many(fleet, request).concurrency(session.concurrency());
    while let Some((id, response)) = responses.next().await {
        progress.advance();
        results.insert(id, result(response, seen));
    }
    results
}

/// Whether a read worked. Keeps what its response says of the connection.
fn result<T>(response: Result<Response<T>, Error>, seen: &mut Seen) -> Result<(), Failure> {
    match response {
        Ok(response) => {
            seen.add(response.metadata(), SystemTime::now());
            Ok(())
        }
        Err(error) => {
            let metadata: Option<&Metadata> = error.metadata();
            metadata.into_iter().for_each(|metadata| seen.add(metadata, SystemTime::now()));
            Err(Failure::Read(error))
        }
    }
}
