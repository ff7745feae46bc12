//! JUnit reports: a test suite for each account, a test case for each check.

use std::io;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::finding::{AccountReport, Check, Finding, Outcome};
use super::rule::Severity;
use crate::failure::{ErrorRecord, Failure};
use crate::text;

/// Writes a report. Findings that are less severe than `fail_on` are skipped test cases, and so are accepted ones: JUnit has
/// no other way to show them without a failure.
pub(crate) fn report(accounts: &[AccountReport], fail_on: Severity) -> Result<String, Failure> {
    let mut report = Report::new("zt-risk behaviors audit");
    report.add_test_suites(accounts.iter().map(|account| suite(account, fail_on)));
    report.to_string().map_err(|error| Failure::Output(io::Error::other(error)))
}

fn suite(account: &AccountReport, fail_on: Severity) -> TestSuite {
    let account_id = account.account_id();
    let mut suite = TestSuite::new(account_id);
    match &account.checks {
        Ok(checks) => {
            suite.add_test_cases(checks.iter().map(|check| case(account_id, &name(check), status(check, fail_on))));
        }
        Err(failure) => {
            let error = ErrorRecord::from(failure);
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(xml_text(&error.message)).set_type(error.kind.as_ref());
            if !error.hint.is_empty() {
                status.set_description(xml_text(&format!("hint: {}", error.hint)));
            }
            suite.add_test_case(case(account_id, "read the account", status));
        }
    }
    suite
}

fn case(account_id: &str, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(account_id);
    case
}

/// The rule, and what it is applied to.
fn name(check: &Check) -> String {
    xml_text(format!("{} {}", check.rule, check.subject.path()).trim_end())
}

fn status(check: &Check, fail_on: Severity) -> TestCaseStatus {
    match &check.outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Accepted { finding, reason } => skipped(&format!("accepted: {}; reason: {reason}", finding.message)),
        Outcome::Found(finding) if finding.severity < fail_on => {
            skipped(&format!("{}: {}", finding.severity, finding.message))
        }
        Outcome::Found(finding) => failure(check, finding),
    }
}

/// Text that a terminal shows, and that XML allows. quick-junit escapes it.
fn xml_text(text: &str) -> String {
    text::printable(text).replace(['\u{fffe}', '\u{ffff}'], " ")
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(xml_text(message));
    status
}

fn failure(check: &Check, finding: &Finding) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_message(xml_text(&finding.message)).set_type(finding.severity.as_str());
    let lines = [
        format!("actual: {}", finding.actual),
        format!("expected: {}", finding.expected),
        format!("policy: {}", check.key),
        format!("help: {}", check.rule.help()),
    ];
    status.set_description(lines.map(|line| xml_text(&line)).join("\n"));
    status
}
