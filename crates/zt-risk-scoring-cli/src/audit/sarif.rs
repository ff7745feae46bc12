//! SARIF 2.1.0 logs: what code scanning shows.

use std::path::Path;

use serde_json::{Value, json};
use url::Url;

use super::finding::{AccountReport, Check, Finding};
use super::policy_file::PolicyFile;
use super::rule::Rule;
use crate::failure::ErrorRecord;
use crate::text;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The rule of an account that could not be read. The policy does not state it, so it is none of [`Rule`].
const NOT_READ: &str = "account-not-read";

/// Builds a log. The policy file, if there is one, is the physical location of each result: relative to the current directory, or
/// absolute if it is elsewhere. Accepted findings are left out, since code scanning shows suppressed results as open alerts.
pub(crate) fn log(accounts: &[AccountReport], policy: &PolicyFile, current_directory: &Path) -> Value {
    let policy_uri = policy.path.as_deref().and_then(|path| uri(path, current_directory));
    let findings = accounts
        .iter()
        .flat_map(|account| account.checks.iter().flatten().map(move |check| (account, check)))
        .filter_map(|(account, check)| {
            Some(result(account.account_id(), check, check.finding()?, policy, policy_uri.as_deref()))
        });
    let not_read = accounts.iter().filter_map(|account| not_read(account, policy_uri.as_deref()));
    let results: Vec<_> = findings.chain(not_read).collect();
    let rules: Vec<_> = Rule::ALL.map(|rule| describe(rule, policy)).into_iter().chain([describe_not_read()]).collect();
    let notifications: Vec<_> = accounts.iter().filter_map(notification).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "zt-risk",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": notifications.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    })
}

fn describe(rule: Rule, policy: &PolicyFile) -> Value {
    json!({
        "id": rule.id(),
        "shortDescription": { "text": rule.summary() },
        "fullDescription": { "text": rule.summary() },
        "help": { "text": rule.help(), "markdown": rule.help() },
        "defaultConfiguration": { "level": policy.policy.severity(rule).as_str() },
    })
}

fn describe_not_read() -> Value {
    let (summary, help) = ("An account could not be read.", "Find the cause with `zt-risk check`.");
    json!({
        "id": NOT_READ,
        "shortDescription": { "text": summary },
        "fullDescription": { "text": summary },
        "help": { "text": help, "markdown": help },
        "defaultConfiguration": { "level": "error" },
    })
}

fn result(account_id: &str, check: &Check, finding: &Finding, policy: &PolicyFile, policy_uri: Option<&str>) -> Value {
    let path = format!("{account_id}/{}", check.subject.path());
    let path = path.trim_end_matches('/');
    let line = policy.line_of(&check.key);
    json!({
        "ruleId": finding.rule.id(),
        "ruleIndex": Rule::ALL.iter().position(|rule| *rule == finding.rule),
        "level": finding.severity.as_str(),
        "message": { "text": plain(&format!("Account {account_id}: {}", finding.message)) },
        "locations": [location(path, policy_uri, line)],
        "partialFingerprints": fingerprints(path, finding.rule.id()),
        "properties": {
            "account_id": account_id,
            "behavior": finding.behavior,
            "integration": finding.integration,
            "actual": finding.actual,
            "expected": finding.expected,
        },
    })
}

/// An account that could not be read, as a result: code scanning shows no notifications.
fn not_read(account: &AccountReport, policy_uri: Option<&str>) -> Option<Value> {
    let error = ErrorRecord::from(account.checks.as_ref().err()?);
    let account_id = account.account_id();
    Some(json!({
        "ruleId": NOT_READ,
        "ruleIndex": Rule::ALL.len(),
        "level": "error",
        "message": { "text": failure_text(account_id, &error) },
        "locations": [location(account_id, policy_uri, 1)],
        "partialFingerprints": fingerprints(account_id, NOT_READ),
        "properties": { "account_id": account_id },
    }))
}

/// An account that could not be read, as a notification of the tool.
fn notification(account: &AccountReport) -> Option<Value> {
    let error = ErrorRecord::from(account.checks.as_ref().err()?);
    let account_id = account.account_id();
    Some(json!({
        "level": "error",
        "message": { "text": failure_text(account_id, &error) },
        "descriptor": { "id": error.kind },
        "locations": [{ "logicalLocations": [logical_location(account_id)] }],
    }))
}

fn failure_text(account_id: &str, error: &ErrorRecord) -> String {
    let hint = if error.hint.is_empty() { String::new() } else { format!("; hint: {}", error.hint) };
    plain(&format!("Account {account_id} could not be read: {}{hint}", error.message))
}

/// Text as the plain text of a message. SARIF reads braces as placeholders and brackets as links, unless they are escaped.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text::printable(text).chars() {
        match char {
            '{' | '}' => escaped.push(char),
            '[' | ']' | '\\' => escaped.push('\\'),
            _ => {}
        }
        escaped.push(char);
    }
    escaped
}

/// GitHub merges results with equal line hashes, and would compute equal ones for accounts with the same finding.
fn fingerprints(path: &str, rule: &str) -> Value {
    let fingerprint = format!("{path}/{rule}");
    json!({ "ztRisk/v1": fingerprint, "primaryLocationLineHash": fingerprint })
}

/// A place in the configuration of accounts, with a line of the policy file if there is one.
fn location(path: &str, policy_uri: Option<&str>, line: usize) -> Value {
    let mut location = json!({ "logicalLocations": [logical_location(path)] });
    if let (Some(uri), Some(location)) = (policy_uri, location.as_object_mut()) {
        let physical = json!({ "artifactLocation": { "uri": uri }, "region": { "startLine": line } });
        location.insert("physicalLocation".to_owned(), physical);
    }
    location
}

/// A location in the configuration of accounts, such as `ACCOUNT/behaviors/imp_travel`.
fn logical_location(path: &str) -> Value {
    json!({ "name": path.rsplit('/').next(), "fullyQualifiedName": path, "kind": "resource" })
}

/// A file as a URI.
fn uri(file: &Path, current_directory: &Path) -> Option<String> {
    let unresolved = Url::from_file_path(current_directory.join(file)).ok()?;
    // Parsing resolves the dots of a path such as `./policies/../policy.toml`.
    let absolute = Url::parse(unresolved.as_str()).ok()?;
    let directory = Url::from_directory_path(current_directory).ok()?;
    let relative = directory.make_relative(&absolute).filter(|relative| !relative.starts_with("../"));
    Some(relative.unwrap_or_else(|| absolute.into()))
}
