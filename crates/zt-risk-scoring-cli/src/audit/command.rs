//! The command `zt-risk behaviors audit`.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use clap::Args;
use zt_risk_scoring::{AccountId, BehaviorMap, Integration};

use super::engine::{AccountState, audit};
use super::finding::{AccountReport, Outcome};
use super::policy::Policy;
use super::policy_file::{DEFAULT_POLICY, PolicyFile};
use super::rule::Severity;
use super::{junit, sarif};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::fleet::{self, Readings};
use crate::options::Output;
use crate::records::{Rows, print_text};
use crate::session::{Account, Session};
use crate::terminal;
use crate::text::{self, count};
use crate::toml_file;

#[derive(Args)]
#[command(after_help = "\
Examples:
  zt-risk behaviors audit --simulate
  zt-risk behaviors audit --policy policy.toml --accounts-file accounts.csv --simulate
  zt-risk behaviors audit --policy policy.toml --output sarif --simulate
  zt-risk behaviors audit --output junit --fail-on error --simulate
  zt-risk behaviors audit --print-policy
  zt-risk behaviors audit --print-schema

Exit status:
  0  every account complies with the policy, or has findings that are less severe than --fail-on
  3  an account has a finding that is as severe as --fail-on, or more
An account that could not be read does not comply: see the exit status in `zt-risk --help`.")]
pub(crate) struct AuditArguments {
    /// Policy in TOML: what accounts must be like; `-` is standard input; without it, a built-in policy
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,

    /// Least severity of a finding that makes an account non-compliant
    #[arg(long, value_enum, value_name = "SEVERITY", default_value = "warning")]
    fail_on: Severity,

    /// Print the built-in policy, as a start for your own
    #[arg(long, conflicts_with_all = ["policy", "print_schema"])]
    print_policy: bool,

    /// Print the JSON Schema of policies, which describes every key
    #[arg(long, conflicts_with = "policy")]
    print_schema: bool,
}

impl AuditArguments {
    /// Whether it prints the built-in policy or the schema, and audits nothing.
    pub(crate) fn prints(&self) -> bool {
        self.print_policy || self.print_schema
    }

    /// Prints the built-in policy or the schema.
    pub(crate) fn print(&self) -> Result<ExitStatus, Failure> {
        let text = if self.print_policy { DEFAULT_POLICY.to_owned() } else { json(&schemars::schema_for!(Policy))? };
        print_text(&text)?;
        Ok(ExitStatus::Done)
    }
}

/// Audits all accounts, and prints the findings.
pub(crate) async fn run(arguments: &AuditArguments, session: &Session) -> Result<ExitStatus, Failure> {
    let policy = read_policy(arguments, session)?;
    let reports = reports(&policy, session).await?;
    match session.printer.output {
        Output::Junit => print_text(&junit::report(&reports, arguments.fail_on)?)?,
        Output::Sarif => {
            let directory = std::env::current_dir().map_err(Failure::Output)?;
            print_text(&json(&sarif::log(&reports, &policy, &directory))?)?;
            if policy.path.is_none() {
                terminal::print_message(WITHOUT_FILE);
            }
        }
        _ => print_rows(session, &reports)?,
    }
    if reports.len() > 1 || reports.iter().any(|report| report.checks.is_ok()) {
        terminal::print_message(&summary(&reports, arguments.fail_on));
    }
    if let Some(message) = accounts_not_audited(&policy.policy, &reports) {
        terminal::print_message(&message);
    }
    status(reports, arguments.fail_on)
}

/// A log without a policy file has no physical locations.
const WITHOUT_FILE: &str =
    "the SARIF log has no locations in a file, which code scanning needs: name a policy file with --policy";

/// Reads the policy. Another option may have read standard input before, which then is empty, as a policy that all accounts satisfy.
fn read_policy(arguments: &AuditArguments, session: &Session) -> Result<PolicyFile, Failure> {
    let path = arguments.policy.as_deref();
    if path.is_some_and(toml_file::is_stdin)
        && let Some(other) = session.reader_of_stdin()
    {
        return Err(Failure::usage(
            format!("both --policy and {other} are `-`, but standard input can only be read once"),
            "name a file for one of them",
        ));
    }
    PolicyFile::read(path)
}

/// A message about accounts that the policy names and the audit does not include. Their ids may be misspelt, and a stricter requirement
/// then applies to no account.
fn accounts_not_audited(policy: &Policy, reports: &[AccountReport]) -> Option<String> {
    let is_audited = |id: &&str| reports.iter().any(|report| report.account_id().eq_ignore_ascii_case(id));
    let of_exceptions = policy.exceptions.iter().map(|exception| exception.account.as_str());
    let named = policy.accounts.keys().map(String::as_str).chain(of_exceptions);
    let ids: BTreeSet<String> = named.filter(|id| !is_audited(id)).map(str::to_lowercase).collect();
    let first = ids.first()?;
    let others = match ids.len().saturating_sub(1) {
        0 => String::new(),
        others => format!(" and {}", count(others, "other account")),
    };
    Some(format!("the policy names the account {first}{others}, which this audit does not include"))
}

fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    text::json_pretty(value).map_err(|error| Failure::Output(error.into()))
}

/// Reads and audits all accounts. Integrations are read of those accounts for which the policy has something about them.
async fn reports(policy: &PolicyFile, session: &Session) -> Result<Vec<AccountReport>, Failure> {
    let policy = &policy.policy;
    let needs_integrations = |account: &Account| policy.for_account(&account.id).needs_integrations();
    let title = "reading behaviors";
    let behaviors = fleet::read_each(session, session.accounts()?, title, |client| client.behaviors().get()).await;
    let with_integrations: Vec<Account> = behaviors
        .0
        .iter()
        .filter(|(account, behaviors)| behaviors.is_ok() && needs_integrations(account))
        .map(|(account, _)| (*account).clone())
        .collect();
    let title = "reading integrations";
    let Readings(integrations) =
        fleet::read_each(session, &with_integrations, title, |client| client.integrations().list()).await;
    let mut integrations: Integrations =
        integrations.into_iter().map(|(account, integrations)| (account.id.clone(), integrations)).collect();
    let today = DateTime::<Utc>::from(SystemTime::now()).date_naive();
    let audit_account = |(account, behaviors): (&Account, Result<BehaviorMap, Failure>)| {
        let state = behaviors.and_then(|behaviors| {
            let integrations = if needs_integrations(account) {
                take_integrations(&mut integrations, &account.id)?
            } else {
                Vec::new()
            };
            Ok::<(BehaviorMap, Vec<Integration>), Failure>((behaviors, integrations))
        });
        let checks = state.map(|(behaviors, integrations)| {
            let (behaviors, integrations) = (&behaviors, integrations.as_slice());
            audit(policy, &AccountState { account_id: &account.id, behaviors, integrations }, today)
        });
        AccountReport { account: account.clone(), checks }
    };
    Ok(behaviors.0.into_iter().map(audit_account).collect())
}

/// The integrations that were read, by account.
type Integrations = HashMap<AccountId, Result<Vec<Integration>, Failure>>;

/// The integrations of an account that needs them. If they were not read, that is a failure: an empty list could comply.
fn take_integrations(read: &mut Integrations, account_id: &AccountId) -> Result<Vec<Integration>, Failure> {
    read.remove(account_id).unwrap_or_else(|| Err(fleet::not_read()))
}

/// Prints a row for each finding. The failure of the only account is printed by the caller.
fn print_rows(session: &Session, reports: &[AccountReport]) -> Result<(), Failure> {
    let is_several = reports.len() > 1;
    let mut rows = Rows::new(is_several);
    for report in reports {
        let (id, label) = (report.account_id(), report.account.label.as_deref());
        match &report.checks {
            Ok(_) => report.findings().into_iter().for_each(|finding| rows.push(id, label, finding.clone())),
            Err(failure) if is_several => rows.push_failure(id, label, failure),
            Err(_) => return Ok(()),
        }
    }
    session.printer.print(&rows)
}

/// How many accounts comply, and how many findings there are.
fn summary(reports: &[AccountReport], fail_on: Severity) -> String {
    let is_read = |report: &&AccountReport| report.checks.is_ok();
    let failed = reports.len().saturating_sub(reports.iter().filter(is_read).count());
    let compliant = reports.iter().filter(is_read).filter(|report| !has_findings(report, fail_on)).count();
    let not_compliant = reports.len().saturating_sub(failed).saturating_sub(compliant);
    let findings: Vec<_> = reports.iter().flat_map(AccountReport::findings).collect();
    let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let checks = reports.iter().flat_map(|report| report.checks.iter().flatten());
    let accepted = checks.filter(|check| matches!(check.outcome, Outcome::Accepted { .. })).count();
    format!(
        "{}: {compliant} compliant, {not_compliant} not compliant, {failed} not read; {}, {}, {}, {accepted} accepted",
        count(reports.len(), "account"),
        count(of(Severity::Error), "error"),
        count(of(Severity::Warning), "warning"),
        count(of(Severity::Note), "note"),
    )
}

fn has_findings(report: &AccountReport, fail_on: Severity) -> bool {
    report.findings().iter().any(|finding| finding.severity >= fail_on)
}

/// The exit status. The failure of the only account is returned as such.
fn status(reports: Vec<AccountReport>, fail_on: Severity) -> Result<ExitStatus, Failure> {
    let has_findings = reports.iter().any(|report| has_findings(report, fail_on));
    let is_several = reports.len() > 1;
    let mut statuses = vec![ExitStatus::findings(has_findings)];
    for failure in reports.into_iter().filter_map(|report| report.checks.err()) {
        if !is_several {
            return Err(failure);
        }
        statuses.push(failure.exit_status_among_several());
    }
    Ok(ExitStatus::worst(statuses))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn integrations_are_those_of_the_account_and_missing_ones_are_a_failure() {
        let id = |number: u32| AccountId::new(format!("{number:032x}")).unwrap();
        let integration: Integration = serde_json::from_value(json!({
            "id": "66666666-6666-4666-8666-666666666666", "integration_type": "Okta", "active": true,
            "tenant_url": "https://a.okta.com", "created_at": "2026-11-22T01:02:03Z",
        }))
        .unwrap();
        let failed = || Err(Failure::usage("the token file is missing", "create it"));
        let mut read = Integrations::from([(id(3), Ok(vec![integration])), (id(1), Ok(Vec::new())), (id(4), failed())]);
        let mut take = |number| {
            let taken = take_integrations(&mut read, &id(number));
            taken.map(|integrations| integrations.len()).map_err(|failure| failure.to_string())
        };
        assert_eq!((take(1), take(3)), (Ok(0), Ok(1)));
        assert_eq!(take(2), Err("the account was not read".to_owned()));
        assert_eq!(take(4), Err("the token file is missing".to_owned()));
    }
}
