//! Runs `zt-risk behaviors audit` on the simulator: reports, summaries and exit statuses.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic fails the test")]

use std::fs;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

const COMPLIANT: &str = "00000000000000000000000000000001";
const NOT_COMPLIANT: &str = "00000000000000000000000000000002";
/// An account whose plan lacks the feature.
const UNREADABLE: &str = "00000000000000000000000000000003";

const SCENARIO: &str = r#"
[[accounts]]
id = "00000000000000000000000000000001"
behaviors = { imp_travel = { enabled = true, level = "high" } }
integrations = [
  { id = "66666666-6666-4666-8666-666666666666", tenant_url = "https://a.okta.com", reference_id = "main" },
]

[[accounts]]
id = "00000000000000000000000000000002"
behaviors = { imp_travel = { enabled = false, level = "critical" } }

[[accounts]]
id = "00000000000000000000000000000003"
feature = false
"#;

const POLICY: &str = r#"
[baseline.behaviors.imp_travel]
enabled = true
max_level = "high"

[[baseline.integrations]]
reference = "main"
"#;

/// What the program printed, and its exit status.
struct Outcome {
    stdout: String,
    stderr: String,
    status: i32,
}

/// A folder with a scenario and a policy, in which the program runs.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("scenario.toml"), SCENARIO).unwrap();
        fs::write(folder.path().join("policy.toml"), POLICY).unwrap();
        Self(folder)
    }

    /// Audits accounts with further arguments.
    fn audit(&self, accounts: &[&str], arguments: &[&str]) -> Outcome {
        self.audit_with_input("", accounts, arguments)
    }

    /// As [`audit`](Self::audit), with a text on standard input.
    fn audit_with_input(&self, input: &str, accounts: &[&str], arguments: &[&str]) -> Outcome {
        let path = self.0.path().join("input");
        fs::write(&path, input).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_zt-risk"))
            .stdin(fs::File::open(path).unwrap())
            .args(["behaviors", "audit", "--simulate=scenario.toml"])
            .args(accounts.iter().flat_map(|account| ["--account-id", account]))
            .args(arguments)
            .env_clear()
            .current_dir(self.0.path())
            .output()
            .unwrap();
        Outcome {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            status: output.status.code().unwrap(),
        }
    }
}

const WITH_POLICY: [&str; 2] = ["--policy", "policy.toml"];

#[test]
fn compliant_account_has_no_finding_and_status_0() {
    let outcome = Folder::new().audit(&[COMPLIANT], &[&WITH_POLICY[..], &["-o", "json"]].concat());
    assert_eq!((outcome.stdout.as_str(), outcome.status), ("[]\n", 0), "{}", outcome.stderr);
    assert_eq!(
        outcome.stderr,
        "1 account: 1 compliant, 0 not compliant, 0 not read; 0 errors, 0 warnings, 0 notes, 0 accepted\n"
    );
}

#[test]
fn findings_are_rows_of_their_account_and_make_status_3() {
    let outcome = Folder::new().audit(&[COMPLIANT, NOT_COMPLIANT], &[&WITH_POLICY[..], &["-o", "json"]].concat());
    let rows: Vec<Value> = serde_json::from_str(&outcome.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let found: Vec<_> = rows.iter().map(|row| (text(&row["rule"]), text(&row["account_id"]))).collect();
    let expected = ["behavior-disabled", "level-too-high", "integration-missing", "unknown-level"];
    assert_eq!(found, expected.map(|rule| (rule.to_owned(), NOT_COMPLIANT.to_owned())));
    assert_eq!(outcome.status, 3);
    assert_eq!(
        outcome.stderr,
        "2 accounts: 1 compliant, 1 not compliant, 0 not read; 3 errors, 1 warning, 0 notes, 0 accepted\n"
    );
}

#[test]
fn account_that_only_the_policy_names_is_reported() {
    let folder = Folder::new();
    let named = [COMPLIANT, NOT_COMPLIANT, UNREADABLE].map(|account| format!("[accounts.{account}]\n")).concat();
    fs::write(folder.0.path().join("policy.toml"), format!("{POLICY}{named}")).unwrap();
    let messages = |accounts: &[&str]| {
        let lines = folder.audit(accounts, &WITH_POLICY).stderr;
        lines.lines().filter(|line| line.starts_with("the policy names")).map(str::to_owned).collect::<Vec<_>>()
    };
    let expected =
        format!("the policy names the account {NOT_COMPLIANT} and 1 other account, which this audit does not include");
    assert_eq!(messages(&[COMPLIANT]), [expected]);
    assert_eq!(messages(&[COMPLIANT, NOT_COMPLIANT, UNREADABLE]), [""; 0]);
}

#[test]
fn finding_below_the_given_severity_makes_status_0() {
    let folder = Folder::new();
    fs::write(folder.0.path().join("policy.toml"), "[baseline]").unwrap();
    let status = |fail_on: &[&str]| folder.audit(&[COMPLIANT], &[&WITH_POLICY[..], fail_on].concat()).status;
    assert_eq!(status(&[]), 3, "an unlisted behavior is a warning");
    assert_eq!(status(&["--fail-on", "error"]), 0);
    assert_eq!(status(&["--fail-on", "note"]), 3);
}

#[test]
fn only_account_that_cannot_be_read_does_not_comply() {
    let outcome = Folder::new().audit(&[UNREADABLE], &WITH_POLICY);
    assert_eq!((outcome.stdout.as_str(), outcome.status), ("", 5), "{}", outcome.stderr);
    assert!(outcome.stderr.starts_with("error: ") && !outcome.stderr.contains("compliant"), "{}", outcome.stderr);
}

#[test]
fn account_that_cannot_be_read_is_a_row_among_several_and_makes_status_7() {
    let outcome =
        Folder::new().audit(&[UNREADABLE, NOT_COMPLIANT, COMPLIANT], &[&WITH_POLICY[..], &["-o", "ndjson"]].concat());
    let rows: Vec<Value> = outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&rows[0]["account_id"], &rows[0]["error"]["kind"]), (&json!(UNREADABLE), &json!("plan")));
    assert_eq!(rows.len(), 5);
    assert_eq!(outcome.status, 7);
    assert!(outcome.stderr.starts_with("3 accounts: 1 compliant, 1 not compliant, 1 not read; "), "{}", outcome.stderr);
}

#[test]
fn account_whose_integrations_cannot_be_read_is_not_read() {
    let folder = Folder::new();
    let fault = format!("{SCENARIO}\n[[faults]]\nstatus = 403\non = \"list_integrations\"\naccount = \"{COMPLIANT}\"");
    fs::write(folder.0.path().join("scenario.toml"), fault).unwrap();
    let outcome = folder.audit(&[COMPLIANT], &WITH_POLICY);
    assert_eq!((outcome.stdout.as_str(), outcome.status), ("", 4), "{}", outcome.stderr);
    let outcome = folder.audit(&[NOT_COMPLIANT, COMPLIANT], &[&WITH_POLICY[..], &["-o", "csv"]].concat());
    let rows: Vec<_> = outcome.stdout.lines().collect();
    assert!(rows[1].starts_with(NOT_COMPLIANT) && rows.last().unwrap().starts_with(COMPLIANT), "{rows:?}");
    assert_eq!(outcome.status, 7);
}

#[test]
fn integrations_are_read_only_of_accounts_for_which_the_policy_lists_some() {
    let folder = Folder::new();
    let fault = format!("{SCENARIO}\n[[faults]]\nstatus = 403\non = \"list_integrations\"\naccount = \"{COMPLIANT}\"");
    fs::write(folder.0.path().join("scenario.toml"), fault).unwrap();
    let policy = format!(
        "baseline.behaviors.imp_travel = {{}}\naccounts.{NOT_COMPLIANT}.integrations = [{{ reference = \"a\" }}]"
    );
    fs::write(folder.0.path().join("policy.toml"), policy).unwrap();
    let outcome = folder.audit(&[COMPLIANT, NOT_COMPLIANT], &[&WITH_POLICY[..], &["-o", "ndjson"]].concat());
    let rows: Vec<Value> = outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let found: Vec<_> = rows.iter().map(|row| (&row["account_id"], &row["rule"])).collect();
    assert_eq!(found, [(&json!(NOT_COMPLIANT), &json!("integration-missing"))]);
    assert_eq!(outcome.status, 3);
}

#[test]
fn junit_report_agrees_with_the_exit_status() {
    let report = |accounts: &[&str], more: &[&str]| {
        let outcome = Folder::new().audit(accounts, &[&WITH_POLICY[..], &["-o", "junit"], more].concat());
        let counts = outcome.stdout.lines().find(|line| line.starts_with("<testsuites ")).unwrap().to_owned();
        (counts.split_once(" failures=").unwrap().1.to_owned(), outcome.status)
    };
    assert_eq!(report(&[COMPLIANT], &[]), ("\"0\" errors=\"0\">".to_owned(), 0));
    assert_eq!(report(&[NOT_COMPLIANT], &[]), ("\"4\" errors=\"0\">".to_owned(), 3));
    assert_eq!(report(&[NOT_COMPLIANT], &["--fail-on", "error"]), ("\"3\" errors=\"0\">".to_owned(), 3));
    assert_eq!(report(&[UNREADABLE], &[]), ("\"0\" errors=\"1\">".to_owned(), 5));
    assert_eq!(report(&[UNREADABLE, NOT_COMPLIANT], &[]), ("\"4\" errors=\"1\">".to_owned(), 7));
}

#[test]
fn sarif_log_names_the_policy_file_and_the_account_that_was_not_read() {
    let outcome = Folder::new().audit(&[NOT_COMPLIANT, UNREADABLE], &[&WITH_POLICY[..], &["-o", "sarif"]].concat());
    let log: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let run = &log["runs"][0];
    let location = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(*location, json!({"artifactLocation": {"uri": "policy.toml"}, "region": {"startLine": 3}}));
    assert_eq!(run["results"].as_array().unwrap().len(), 5);
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let text = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(text.starts_with(&format!("Account {UNREADABLE} could not be read: ")), "{text}");
    assert_eq!(outcome.status, 7);
}

#[test]
fn sarif_log_without_a_policy_file_says_that_code_scanning_needs_one() {
    let line =
        "the SARIF log has no locations in a file, which code scanning needs: name a policy file with --policy\n";
    let folder = Folder::new();
    let outcome = folder.audit(&[NOT_COMPLIANT], &["-o", "sarif"]);
    assert!(outcome.stderr.contains(line) && !outcome.stdout.contains("physicalLocation"), "{}", outcome.stderr);
    let outcome = folder.audit_with_input(POLICY, &[NOT_COMPLIANT], &["--policy", "-", "-o", "sarif"]);
    assert!(outcome.stderr.contains(line) && !outcome.stdout.contains("physicalLocation"), "{}", outcome.stderr);
    let outcome = folder.audit(&[NOT_COMPLIANT], &[&WITH_POLICY[..], &["-o", "sarif"]].concat());
    assert!(!outcome.stderr.contains(line), "{}", outcome.stderr);
}

#[test]
fn policy_is_read_from_standard_input() {
    let folder = Folder::new();
    let audit = |input: &str, more: &[&str]| {
        folder.audit_with_input(input, &[NOT_COMPLIANT], &[&["--policy", "-", "-o", "csv"], more].concat())
    };
    let outcome = audit(POLICY, &[]);
    let of_file = folder.audit(&[NOT_COMPLIANT], &[&WITH_POLICY[..], &["-o", "csv"]].concat());
    assert_eq!((outcome.stdout, outcome.status), (of_file.stdout, 3));
    let outcome = audit("x = 1", &[]);
    assert!(outcome.stderr.starts_with("error: standard input:1: unknown field `x`"), "{}", outcome.stderr);

    let accounts = ["--accounts-file", "-"];
    let outcome = folder.audit_with_input(COMPLIANT, &[], &[&["--policy", "-"], &accounts[..]].concat());
    assert_eq!((outcome.stdout.as_str(), outcome.status), ("", 2));
    let expected = "error: both --policy and --accounts-file are `-`, but standard input can only be read once\n";
    assert!(outcome.stderr.starts_with(expected), "{}", outcome.stderr);
}

#[test]
fn scenario_is_read_from_standard_input() {
    let folder = Folder::new();
    let path = folder.0.path().join("scenario.toml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_zt-risk"));
    command.args(["behaviors", "audit", "--simulate=-", "--policy", "policy.toml", "--account-id", NOT_COMPLIANT]);
    command.env_clear().current_dir(folder.0.path()).stdin(fs::File::open(path).unwrap());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn invalid_policy_is_rejected_with_file_line_and_key() {
    let folder = Folder::new();
    fs::write(folder.0.path().join("policy.toml"), "\n[baseline.behaviors.a]\nmin_level = \"hihg\"").unwrap();
    let outcome = folder.audit(&[COMPLIANT], &WITH_POLICY);
    assert_eq!((outcome.stdout.as_str(), outcome.status), ("", 2));
    let expected =
        "error: policy.toml:3: baseline.behaviors.a.min_level: unknown level \"hihg\"; did you mean \"high\"?";
    assert!(outcome.stderr.starts_with(expected), "{}", outcome.stderr);
}

#[test]
fn printed_policy_is_the_one_that_is_used_without_a_file() {
    let folder = Folder::new();
    let printed = folder.audit(&[], &["--print-policy"]);
    assert_eq!(printed.status, 0);
    fs::write(folder.0.path().join("policy.toml"), &printed.stdout).unwrap();
    let with_file = folder.audit(&[NOT_COMPLIANT], &WITH_POLICY);
    let without_file = folder.audit(&[NOT_COMPLIANT], &[]);
    assert_eq!((with_file.stdout, with_file.status), (without_file.stdout, 3));
}

#[test]
fn printed_schema_accepts_the_printed_policy() {
    let folder = Folder::new();
    let schema: Value = serde_json::from_str(&folder.audit(&[], &["--print-schema"]).stdout).unwrap();
    let policy: toml::Table = toml::from_str(&folder.audit(&[], &["--print-policy"]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&serde_json::to_value(policy).unwrap()));
    assert!(!validator.is_valid(&json!({"rules": []})));
}
