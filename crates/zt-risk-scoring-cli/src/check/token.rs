//! Whether the tokens are valid, and until when.

use std::time::SystemTime;

use api_tokens::operations::types::{TokenState, TokenStatus};
use chrono::{DateTime, SecondsFormat, Utc};
use zt_risk_scoring::{Connection, Error};

use super::fact::Fact;
use super::report::Report;
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::identity;
use crate::session::{Account, Session};
use crate::settings::{AuthenticationKind, Settings};
use crate::text::printable;

/// A token that expires within so many days is worth a warning.
const WARNING_DAYS: i64 = 7;

/// How many of the accounts that share a token are asked for it.
const MOST_ACCOUNTS: usize = 3;

/// Adds a fact for each token. A token that several accounts have is verified once. Returns the accounts that have a token: a command
/// that fails may ask the user for something, so it is not run again for each read.
pub(super) async fn check(
    session: &Session,
    accounts: &[Account],
    settings: &Settings,
    now: SystemTime,
    report: &mut Report,
) -> Vec<Account> {
    let mut without_token: Vec<Connection> = Vec::new();
    for (connection, of_connection) in by_connection(session, accounts) {
        let Some(account) = of_connection.first() else { continue };
        let owner = account.credentials.is_some().then_some(*account);
        let kind = settings.authentication_for(&account.id).map(|authentication| &authentication.value.kind);
        if kind == Some(&AuthenticationKind::GlobalKey) {
            let value = "a global API key cannot be verified; the reads show whether it works";
            report.add(owner, Fact::unknown("token", value));
        } else {
            match verify(&connection, &of_connection, kind).await {
                Ok(status) => add_status(owner, &status, now.into(), report),
                Err(error) if of_connection.len() > MOST_ACCOUNTS && identity::is_rejected(&error) => {
                    let value =
                        format!("not known to the first {MOST_ACCOUNTS} accounts; the reads show whether it works");
                    report.add(owner, Fact::unknown("token", value));
                }
                Err(error) => {
                    if !identity::has_token(&error) {
                        without_token.push(connection.clone());
                    }
                    report.add_failure(owner, "token", &Failure::Read(error));
                }
            }
        }
    }
    let has_token = |account: &&Account| {
        let client = session.client_of(account);
        !without_token.iter().any(|connection| connection.is_same(client.connection()))
    };
    accounts.iter().filter(has_token).cloned().collect()
}

/// The connections of accounts, each with its accounts.
fn by_connection<'a>(session: &Session, accounts: &'a [Account]) -> Vec<(Connection, Vec<&'a Account>)> {
    let mut connections: Vec<(Connection, Vec<&Account>)> = Vec::new();
    for account in accounts {
        let connection = session.client_of(account).connection().clone();
        match connections.iter_mut().find(|(known, _)| known.is_same(&connection)) {
            Some((_, of_connection)) => of_connection.push(account),
            None => connections.push((connection, vec![account])),
        }
    }
    connections
}

/// Verifies a token. Its text may say that it belongs to an account, but not to which of the accounts that share it.
async fn verify(
    connection: &Connection,
    accounts: &[&Account],
    kind: Option<&AuthenticationKind>,
) -> Result<TokenStatus, Error> {
    let ids: Vec<_> = accounts.iter().take(MOST_ACCOUNTS).map(|account| &account.id).collect();
    match kind {
        Some(AuthenticationKind::AccountToken) => identity::verify_in_accounts(connection, &ids).await,
        _ => identity::verify(connection, &ids).await,
    }
}

fn add_status(account: Option<&Account>, token: &TokenStatus, now: DateTime<Utc>, report: &mut Report) {
    const CREATE: &str = "create another token in Cloudflare's dashboard, under API Tokens";
    let id = printable(&token.id);
    let source = "verification by the API";
    let problem = |value: String, advice: &str| Fact::problem("token", value).source(source).advice(advice);
    if token.status != TokenState::Active {
        let state = printable(&token.status.to_string());
        let fact = problem(format!("{state}, id {id}"), CREATE);
        return report.add_problem(account, fact, ExitStatus::NotPermitted);
    }
    let time = |time: &DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    if let Some(start) = token.not_before.as_ref().and_then(|time| time.value()).filter(|start| **start > now) {
        let value = format!("not valid before {}, id {id}", time(start));
        let fact = problem(value, "wait until then, or use another token");
        return report.add_problem(account, fact, ExitStatus::NotPermitted);
    }
    if let Some(expiry) = token.expires_on.as_ref().and_then(|time| time.value()).filter(|expiry| **expiry <= now) {
        let fact = problem(format!("expired on {}, id {id}", time(expiry)), CREATE);
        return report.add_problem(account, fact, ExitStatus::NotPermitted);
    }
    if let Some(start) = token.not_before.as_ref().filter(|time| time.value().is_none()) {
        let value = format!("active, not valid before `{}`, id {id}", printable(&start.text()));
        return report.add(account, Fact::unknown("token", value).source(source));
    }
    let fact = match &token.expires_on {
        None => Fact::ok("token", format!("active, never expires, id {id}")),
        Some(expiry) => match expiry.value() {
            None => Fact::unknown("token", format!("active, expires on `{}`, id {id}", printable(&expiry.text()))),
            Some(expiry) => {
                let value = format!("active, expires on {}, id {id}", time(expiry));
                let days = expiry.signed_duration_since(now).num_days();
                if days < WARNING_DAYS {
                    Fact::warning("token", value).advice(format!("it expires within {WARNING_DAYS} days: {CREATE}"))
                } else {
                    Fact::ok("token", value)
                }
            }
        },
    };
    report.add(account, fact.source(source));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::check::fact::Verdict;

    fn judge(token: &serde_json::Value) -> (Fact, ExitStatus) {
        let now: DateTime<Utc> = "2026-11-22T00:00:00Z".parse().unwrap();
        let mut report = Report::new(false);
        add_status(None, &serde_json::from_value(token.clone()).unwrap(), now, &mut report);
        let status = report.status();
        (report.facts.remove(0).1, status)
    }

    #[test]
    fn token_is_judged_by_its_state_and_its_times() {
        for (token, verdict, value, status) in [
            (json!({"status": "active"}), Verdict::Ok, "active, never expires, id t1", ExitStatus::Done),
            (
                json!({"status": "active", "expires_on": "2027-01-01T00:00:00Z"}),
                Verdict::Ok,
                "expires on 2027-01-01",
                ExitStatus::Done,
            ),
            (
                json!({"status": "active", "expires_on": "2026-11-29T00:00:00Z"}),
                Verdict::Ok,
                "2026-11-29",
                ExitStatus::Done,
            ),
            (
                json!({"status": "active", "expires_on": "2026-11-28T23:59:59Z"}),
                Verdict::Warning,
                "2026-11-28",
                ExitStatus::Done,
            ),
            (json!({"status": "active", "expires_on": "soon"}), Verdict::Unknown, "`soon`", ExitStatus::Done),
            (json!({"status": "active", "not_before": "soon"}), Verdict::Unknown, "`soon`", ExitStatus::Done),
            (
                json!({"status": "active", "not_before": "soon", "expires_on": "2026-11-22T00:00:00Z"}),
                Verdict::Problem,
                "expired on",
                ExitStatus::NotPermitted,
            ),
            (
                json!({"status": "active", "not_before": "2026-11-23T00:00:00Z"}),
                Verdict::Problem,
                "not valid before",
                ExitStatus::NotPermitted,
            ),
            (
                json!({"status": "active", "expires_on": "2026-11-22T00:00:00Z"}),
                Verdict::Problem,
                "expired on 2026-11-22T00:00:00Z",
                ExitStatus::NotPermitted,
            ),
            (json!({"status": "disabled"}), Verdict::Problem, "disabled, id t1", ExitStatus::NotPermitted),
            (json!({"status": "odd\u{1b}"}), Verdict::Problem, "odd , id t1", ExitStatus::NotPermitted),
        ] {
            let mut token = token;
            token["id"] = json!("t1");
            let (fact, found) = judge(&token);
            assert_eq!((fact.verdict, found), (verdict, status), "{fact:?}");
            assert!(fact.value.contains(value), "{fact:?}");
            assert_eq!(fact.advice.is_empty(), matches!(verdict, Verdict::Ok | Verdict::Unknown), "{fact:?}");
        }
    }
}
