//! JUnit reports, validated against a schema of this project.

use uppsala::{XsdValidator, parse};

use super::*;
use crate::audit::junit;
use crate::audit::rule::Severity;

const SCHEMA: &str = include_str!("junit.xsd");

/// The violations of the schema, or of XML.
fn violations(report: &str) -> Vec<String> {
    let schema = parse(SCHEMA).unwrap();
    let validator = XsdValidator::from_schema(&schema).unwrap();
    match parse(report) {
        Ok(document) => validator.validate(&document).iter().map(ToString::to_string).collect(),
        Err(error) => vec![error.to_string()],
    }
}

fn policy_with_exception() -> PolicyFile {
    policy(&format!(
        "[baseline.behaviors.a]
         enabled = true
         min_level = \"high\"
         [[exceptions]]
         account = \"{ACCOUNT}\"
         rule = \"behavior-disabled\"
         reason = \"not <licensed>\""
    ))
}

fn a_report(fail_on: Severity) -> String {
    let policy = policy_with_exception();
    let of = behaviors(&[("a", false, "low"), ("b", false, "low")]);
    junit::report(&[report(&policy, ACCOUNT, &of), unreadable(OTHER_ACCOUNT)], fail_on).unwrap()
}

#[test]
fn report_has_a_suite_for_each_account_and_a_case_for_each_check() {
    let report = a_report(Severity::Error);
    assert_eq!(violations(&report), [""; 0], "{report}");
    let expected = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="zt-risk behaviors audit" tests="7" skipped="2" failures="1" errors="1">
    <testsuite name="{ACCOUNT}" tests="6" skipped="2" errors="0" failures="1">
        <testcase name="missing-behavior behaviors/a" classname="{ACCOUNT}"/>
        <testcase name="behavior-disabled behaviors/a" classname="{ACCOUNT}">
            <skipped message="accepted: a is disabled, but must be enabled; reason: not &lt;licensed&gt;"/>
        </testcase>
        <testcase name="level-too-low behaviors/a" classname="{ACCOUNT}">
            <failure message="the level of a is low, but must be at least high" type="error">actual: low
expected: at least high
policy: baseline.behaviors.a.min_level
help: Raise the level with `zt-risk behaviors set ID --level LEVEL`.</failure>
        </testcase>
        <testcase name="unknown-level behaviors/a" classname="{ACCOUNT}"/>
        <testcase name="unlisted-behavior behaviors/b" classname="{ACCOUNT}">
            <skipped message="warning: the policy does not list b, which is disabled at level low"/>
        </testcase>
        <testcase name="exception-unused exceptions/behavior-disabled/*/*" classname="{ACCOUNT}"/>
    </testsuite>
    <testsuite name="{OTHER_ACCOUNT}" tests="1" skipped="0" errors="1" failures="0">
        <testcase name="read the account" classname="{OTHER_ACCOUNT}">
            <error message="the token file is missing" type="usage">hint: create it</error>
        </testcase>
    </testsuite>
</testsuites>
"#
    );
    assert_eq!(report, expected);
}

#[test]
fn finding_fails_from_the_given_severity_on() {
    let failures = |fail_on| a_report(fail_on).matches("<failure ").count();
    assert_eq!([Severity::Note, Severity::Warning, Severity::Error].map(failures), [2, 2, 1]);
}

#[test]
fn text_from_outside_cannot_break_the_report() {
    let id = "\u{0}\u{1b}[31m<a b=\"'&]]>\u{ffff}\u{fffe}\n\u{202e}";
    let policy = policy(NOTHING);
    let report = junit::report(&[report(&policy, ACCOUNT, &behaviors(&[(id, false, id)]))], Severity::Note).unwrap();
    assert_eq!(violations(&report), [""; 0], "{report:?}");
    assert!(report.chars().all(|char| char == '\n' || zt_risk_scoring::is_printable(char)), "{report:?}");
}

#[test]
fn schema_rejects_wrong_reports() {
    let valid = a_report(Severity::Error);
    for (from, to) in [
        ("<testsuites ", "<suites "),
        ("tests=\"1\" ", ""),
        ("tests=\"1\" ", "tests=\"one\" "),
        ("errors=\"1\" failures", "errors=\"-1\" failures"),
        (" classname=", " class="),
        ("<skipped ", "<ignored "),
        ("type=\"error\"", "type=\"fatal\""),
        ("<failure message=", "<failure text="),
    ] {
        assert!(valid.contains(from), "{from}");
        let close = |name: &str| format!("</{}>", name.trim_matches(['<', ' ']));
        let mut wrong = valid.replace(from, to);
        if from.starts_with('<') && !from.contains('=') {
            wrong = wrong.replace(&close(from), &close(to));
        }
        assert_ne!(violations(&wrong), [""; 0], "{from} {to}");
    }
}
