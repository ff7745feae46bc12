//! Tests of audits: what is found, and how it is reported.

use std::path::Path;

use chrono::NaiveDate;
use serde_json::{Value, json};
use zt_risk_scoring::{AccountId, Behavior, BehaviorMap, Integration};

use super::engine::{AccountState, audit};
use super::finding::{AccountReport, Check};
use super::policy_file::PolicyFile;
use crate::failure::Failure;
use crate::session::Account;

mod exceptions;
mod junit;
mod policy_files;
mod rules;
mod sarif;

const ACCOUNT: &str = "023e105f4ecef8ad9ca31a8372d0c353";
const OTHER_ACCOUNT: &str = "0123456789abcdef0123456789abcdef";

/// A policy without requirements.
const NOTHING: &str = "[baseline]";

/// A policy in a file, and the file's folder.
fn policy(text: &str) -> PolicyFile {
    read(text).unwrap()
}

/// Reads a policy from a file `policy.toml`. An error is returned as its text, without the path of the file's folder.
fn read(text: &str) -> Result<PolicyFile, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.toml");
    std::fs::write(&path, text).unwrap();
    PolicyFile::read(Some(&path)).map_err(|failure| {
        let message = failure.to_string();
        message.replace(&format!("{}/", folder.path().display()), "")
    })
}

fn behaviors(behaviors: &[(&str, bool, &str)]) -> BehaviorMap {
    let behavior = |&(id, enabled, level): &(&str, bool, &str)| {
        let mut behavior = Behavior::new(id, level.into());
        behavior.enabled = enabled;
        (id.to_owned(), behavior)
    };
    behaviors.iter().map(behavior).collect()
}

fn integration(id: &str, reference: Option<&str>, tenant_url: &str, active: bool) -> Integration {
    let json = json!({"id": id, "integration_type": "Okta", "active": active, "reference_id": reference,
        "tenant_url": tenant_url, "created_at": "2026-11-22T01:02:03Z"});
    serde_json::from_value(json).unwrap()
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2027, 1, 15).unwrap()
}

fn checks(policy: &PolicyFile, account: &str, behaviors: &BehaviorMap, integrations: &[Integration]) -> Vec<Check> {
    let account_id = &AccountId::new(account).unwrap();
    audit(&policy.policy, &AccountState { account_id, behaviors, integrations }, today())
}

fn report(policy: &PolicyFile, account: &str, behaviors: &BehaviorMap) -> AccountReport {
    AccountReport { account: session_account(account), checks: Ok(checks(policy, account, behaviors, &[])) }
}

/// The findings in the test's account, each as "severity rule: message".
fn findings(policy_text: &str, behaviors: &BehaviorMap, integrations: &[Integration]) -> Vec<String> {
    let checks = Ok(checks(&policy(policy_text), ACCOUNT, behaviors, integrations));
    let report = AccountReport { account: session_account(ACCOUNT), checks };
    let text =
        |finding: &super::finding::Finding| format!("{} {}: {}", finding.severity, finding.rule, finding.message);
    report.findings().into_iter().map(text).collect()
}

/// Findings of a policy without integrations.
fn findings_of(policy_text: &str, of: &[(&str, bool, &str)]) -> Vec<String> {
    findings(policy_text, &behaviors(of), &[])
}

fn session_account(id: &str) -> Account {
    Account { id: AccountId::new(id).unwrap(), label: None, credentials: None }
}

fn unreadable(account: &str) -> AccountReport {
    let failure = Failure::usage("the token file is missing", "create it");
    AccountReport { account: session_account(account), checks: Err(failure) }
}

fn sarif_log(accounts: &[AccountReport], policy: &PolicyFile) -> Value {
    super::sarif::log(accounts, policy, Path::new("/home/ci/my repository"))
}
