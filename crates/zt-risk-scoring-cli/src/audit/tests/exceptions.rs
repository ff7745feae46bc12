//! Exceptions: what they accept, and when they are findings themselves.

use super::*;
use crate::audit::finding::Outcome;

const DISABLED: &str = "error behavior-disabled: a is disabled, but must be enabled";
const TOO_LOW: &str = "error level-too-low: the level of a is low, but must be at least high";

/// The findings of an account with two findings for behavior `a`, and an exception with the given keys.
fn with_exception(keys: &str) -> Vec<String> {
    let policy = format!(
        "baseline.behaviors.a = {{ enabled = true, min_level = \"high\" }}
         [[exceptions]]
         reason = \"agreed\"
         {keys}"
    );
    findings_of(&policy, &[("a", false, "low")])
}

#[test]
fn exception_accepts_what_matches_all_of_its_keys() {
    for (keys, expected) in [
        ("rule = \"behavior-disabled\"", &[TOO_LOW][..]),
        ("behavior = \"a\"", &[]),
        ("rule = \"level-too-low\"\nbehavior = \"a\"", &[DISABLED]),
    ] {
        assert_eq!(with_exception(&format!("account = \"{ACCOUNT}\"\n{keys}")), expected, "{keys}");
        assert_eq!(with_exception(&format!("account = \"{}\"\n{keys}", ACCOUNT.to_uppercase())), expected, "{keys}");
        assert_eq!(with_exception(&format!("account = \"{OTHER_ACCOUNT}\"\n{keys}")), [DISABLED, TOO_LOW], "{keys}");
    }
}

#[test]
fn exception_that_matches_nothing_is_a_note() {
    for (keys, matched) in [
        ("rule = \"behavior-enabled\"", "behavior-enabled"),
        ("behavior = \"b\"", "b"),
        ("rule = \"behavior-disabled\"\nbehavior = \"b\"", "behavior-disabled, b"),
        ("integration = \"primary\"", "primary"),
    ] {
        let note = format!("note exception-unused: the exception for {matched} matches no finding");
        assert_eq!(with_exception(&format!("account = \"{ACCOUNT}\"\n{keys}")), [DISABLED, TOO_LOW, &note]);
    }
}

#[test]
fn exception_applies_until_the_end_of_its_last_day() {
    let found = |until: &str| with_exception(&format!("account = \"{ACCOUNT}\"\nbehavior = \"a\"\nuntil = {until}"));
    for until in ["2027-01-15", "\"2027-01-15\"", "2027-02-01"] {
        assert!(found(until).is_empty(), "{until}");
    }
    assert_eq!(
        found("2027-01-14"),
        [DISABLED, TOO_LOW, "warning exception-expired: the exception for a expired after 2027-01-14"]
    );
}

#[test]
fn exception_for_an_integration_accepts_findings_about_it() {
    let id = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
    let policy = format!(
        "baseline.integrations = [{{ reference = \"primary\" }}]
         exceptions = [
           {{ account = \"{ACCOUNT}\", integration = \"primary\", reason = \"planned\" }},
           {{ account = \"{ACCOUNT}\", integration = \"{id}\", reason = \"being removed\" }},
         ]"
    );
    let present = [integration(id, None, "https://tenant.okta.com", true)];
    assert_eq!(findings(&policy, &behaviors(&[]), &present), [""; 0]);
}

#[test]
fn two_exceptions_for_one_finding_are_both_used() {
    let policy = format!(
        "baseline.behaviors.a.enabled = true
         exceptions = [
           {{ account = \"{ACCOUNT}\", behavior = \"a\", reason = \"one\" }},
           {{ account = \"{ACCOUNT}\", rule = \"behavior-disabled\", reason = \"two\" }},
         ]"
    );
    assert_eq!(findings_of(&policy, &[("a", false, "low")]), [""; 0]);
}

#[test]
fn accepted_finding_keeps_the_reason() {
    let policy = policy(&format!(
        "baseline.behaviors.a.enabled = true
         exceptions = [{{ account = \"{ACCOUNT}\", behavior = \"a\", reason = \"not licensed\" }}]"
    ));
    let checks = checks(&policy, ACCOUNT, &behaviors(&[("a", false, "low")]), &[]);
    let reasons = checks.iter().filter_map(|check| match &check.outcome {
        Outcome::Accepted { reason, .. } => Some(reason.as_str()),
        _ => None,
    });
    assert_eq!(reasons.collect::<Vec<_>>(), ["not licensed"]);
}
