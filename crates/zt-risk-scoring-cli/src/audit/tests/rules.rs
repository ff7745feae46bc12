//! Each rule, violated and not.

use super::*;
use crate::audit::finding::{Outcome, Subject};
use crate::audit::rule::{Rule, Severity};

const NONE: [&str; 0] = [];

#[test]
fn too_few_enabled_behaviors_are_found() {
    let policy = "baseline = { min_enabled = 2, unlisted_behaviors = \"allow\" }";
    assert_eq!(
        findings_of(policy, &[("a", true, "low"), ("b", false, "low")]),
        ["error too-few-enabled: 1 of 2 behaviors is enabled, but at least 2 must be"]
    );
    assert_eq!(
        findings_of(policy, &[]),
        ["error too-few-enabled: 0 of 0 behaviors are enabled, but at least 2 must be"]
    );
    assert_eq!(
        findings_of(policy, &[("a", false, "low")]),
        ["error too-few-enabled: 0 of 1 behavior is enabled, but at least 2 must be"]
    );
    assert_eq!(findings_of(policy, &[("a", true, "low"), ("b", true, "low")]), NONE);
}

#[test]
fn disabled_behavior_is_found_if_it_must_be_enabled() {
    let policy = "baseline.behaviors.a.enabled = true";
    assert_eq!(
        findings_of(policy, &[("a", false, "low")]),
        ["error behavior-disabled: a is disabled, but must be enabled"]
    );
    assert_eq!(findings_of(policy, &[("a", true, "low")]), NONE);
}

#[test]
fn enabled_behavior_is_found_if_it_must_be_disabled() {
    let policy = "baseline.behaviors.a.enabled = false";
    assert_eq!(
        findings_of(policy, &[("a", true, "low")]),
        ["error behavior-enabled: a is enabled, but must be disabled"]
    );
    assert_eq!(findings_of(policy, &[("a", false, "low")]), NONE);
}

#[test]
fn level_is_found_outside_its_bounds() {
    let policy = "baseline.behaviors.a = { min_level = \"medium\", max_level = \"medium\" }";
    assert_eq!(
        findings_of(policy, &[("a", false, "low")]),
        ["error level-too-low: the level of a is low, but must be at least medium"]
    );
    assert_eq!(
        findings_of(policy, &[("a", true, "high")]),
        ["error level-too-high: the level of a is high, but must be at most medium"]
    );
    assert_eq!(findings_of(policy, &[("a", true, "medium")]), NONE);
}

#[test]
fn unknown_level_counts_as_above_high_and_is_reported() {
    let unknown = [("a", true, "critical")];
    let warning = "warning unknown-level: a has the unknown level \"critical\", which counts as above high";
    assert_eq!(
        findings_of("baseline.behaviors.a.max_level = \"high\"", &unknown),
        [
            "error level-too-high: the level of a is critical, which is unknown and counts as above high, but must be at \
             most high",
            warning
        ]
    );
    assert_eq!(findings_of("baseline.behaviors.a.min_level = \"high\"", &unknown), [warning]);
    assert_eq!(findings_of("baseline.behaviors.a.enabled = true", &unknown), NONE);
}

#[test]
fn missing_behavior_is_found_and_a_similar_one_suggested() {
    let policy = "baseline = { unlisted_behaviors = \"allow\", behaviors.imp_travle.enabled = true }";
    assert_eq!(
        findings_of(policy, &[("imp_travel", true, "low")]),
        ["error missing-behavior: the account has no behavior imp_travle; it has imp_travel"]
    );
    assert_eq!(findings_of(policy, &[]), ["error missing-behavior: the account has no behavior imp_travle"]);
}

#[test]
fn optional_behavior_may_be_missing_and_is_checked_if_present() {
    let policy = "baseline.behaviors.a = { optional = true, enabled = true }";
    assert_eq!(findings_of(policy, &[]), NONE);
    assert_eq!(findings_of(policy, &[("a", false, "low")]).len(), 1);
}

#[test]
fn unlisted_behavior_is_reported_unless_it_is_allowed() {
    let of = [("a", false, "low"), ("b", true, "high")];
    let finding = "warning unlisted-behavior: the policy does not list b, which is enabled at level high";
    assert_eq!(findings_of("baseline.behaviors.a = {}", &of), [finding]);
    assert_eq!(findings_of("baseline = { behaviors.a = {}, unlisted_behaviors = \"report\" }", &of), [finding]);
    assert_eq!(findings_of("baseline = { behaviors.a = {}, unlisted_behaviors = \"allow\" }", &of), NONE);
    assert_eq!(findings_of(NOTHING, &of).len(), 2);
}

const IDS: [&str; 2] = ["f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "0b5f2c8e-1d4a-4c3b-9f60-6a1c2d3e4f50"];

fn integrations() -> [Integration; 2] {
    [
        integration(IDS[0], Some("primary"), "https://tenant.okta.com", true),
        integration(IDS[1], None, "https://Old.okta.com:443/", false),
    ]
}

#[test]
fn integration_is_named_by_id_reference_or_tenant_url() {
    for (name, expected) in [
        (format!("id = \"{}\"", IDS[0]), None),
        (format!("id = \"{}\"", IDS[0].to_uppercase()), None),
        ("reference = \"primary\"".to_owned(), None),
        ("tenant_url = \"https://TENANT.okta.com/\"".to_owned(), None),
        (
            "id = \"f81d4fae-7dec-11d0-a765-000000000000\"".to_owned(),
            Some("the id f81d4fae-7dec-11d0-a765-000000000000"),
        ),
        ("reference = \"Primary\"".to_owned(), Some("the reference Primary")),
        ("tenant_url = \"https://tenant.okta.com/a\"".to_owned(), Some("the tenant https://tenant.okta.com/a")),
        ("tenant_url = \"http://tenant.okta.com\"".to_owned(), Some("the tenant http://tenant.okta.com")),
    ] {
        let policy = format!("baseline = {{ unlisted_integrations = \"allow\", integrations = [{{ {name} }}] }}");
        let expected: Vec<_> = expected
            .map(|name| format!("error integration-missing: the account has no integration with {name}"))
            .into_iter()
            .collect();
        assert_eq!(findings(&policy, &behaviors(&[]), &integrations()), expected);
    }
}

#[test]
fn tenant_that_the_api_writes_without_a_scheme_is_the_listed_one() {
    let policy = |url: &str| format!("baseline.integrations = [{{ tenant_url = \"{url}\" }}]");
    for tenant in ["tenant.okta.com", "Tenant.okta.com:443/"] {
        let integrations = [integration(IDS[0], None, tenant, true)];
        assert_eq!(findings(&policy("https://tenant.okta.com"), &behaviors(&[]), &integrations), NONE);
        assert_eq!(findings(&policy("https://tenant.okta.com.b.example"), &behaviors(&[]), &integrations).len(), 2);
    }
}

#[test]
fn inactive_integration_is_found_unless_that_is_allowed() {
    let policy = |more: &str| {
        format!(
            "baseline = {{ unlisted_integrations = \"allow\",
             integrations = [{{ tenant_url = \"https://old.okta.com\"{more} }}] }}"
        )
    };
    assert_eq!(
        findings(&policy(""), &behaviors(&[]), &integrations()),
        [
            "error integration-inactive: the integration with the tenant https://old.okta.com is inactive, but must be active"
        ]
    );
    assert_eq!(findings(&policy(", allow_inactive = true"), &behaviors(&[]), &integrations()), NONE);
}

#[test]
fn inactive_integration_is_found_beside_an_active_one_of_the_same_tenant() {
    let policy = |more: &str| format!("baseline.integrations = [{{ tenant_url = \"https://a.okta.com\"{more} }}]");
    let of = |active: [bool; 2]| {
        let integrations = [(IDS[0], active[0]), (IDS[1], active[1])];
        integrations.map(|(id, is_active)| integration(id, None, "https://a.okta.com", is_active))
    };
    let found = |active| findings(&policy(""), &behaviors(&[]), &of(active));
    let inactive = "integrations with the tenant https://a.okta.com";
    assert_eq!(
        found([true, false]),
        [format!("error integration-inactive: 1 of 2 {inactive} is inactive, but all must be active")]
    );
    assert_eq!(
        found([false, false]),
        [format!("error integration-inactive: 2 of 2 {inactive} are inactive, but all must be active")]
    );
    assert_eq!(found([true, true]), NONE);
    assert_eq!(findings(&policy(", allow_inactive = true"), &behaviors(&[]), &of([true, false])), NONE);
}

#[test]
fn unlisted_integration_is_reported_if_there_is_a_list_of_integrations() {
    let found = [
        "warning unlisted-integration: the policy does not list the integration of Okta with https://Old.okta.com:443/",
    ];
    let listed = "integrations = [{ reference = \"primary\" }]";
    assert_eq!(findings(&format!("baseline = {{ {listed} }}"), &behaviors(&[]), &integrations()), found);
    assert_eq!(
        findings(
            &format!("baseline = {{ {listed}, unlisted_integrations = \"allow\" }}"),
            &behaviors(&[]),
            &integrations()
        ),
        NONE
    );
    assert_eq!(findings("baseline.integrations = []", &behaviors(&[]), &integrations()).len(), 2);
    assert_eq!(findings("baseline.unlisted_integrations = \"report\"", &behaviors(&[]), &integrations()).len(), 2);
    assert_eq!(findings(NOTHING, &behaviors(&[]), &integrations()), NONE);
}

#[test]
fn integrations_are_needed_only_if_the_policy_is_about_them() {
    let account = &AccountId::new(ACCOUNT).unwrap();
    for (text, is_needed) in [
        (NOTHING, false),
        ("baseline.unlisted_integrations = \"allow\"", false),
        ("baseline.unlisted_integrations = \"report\"", true),
        ("baseline.integrations = []", true),
        (&format!("accounts.{ACCOUNT}.integrations = []"), true),
        (&format!("accounts.{OTHER_ACCOUNT}.integrations = []"), false),
    ] {
        assert_eq!(policy(text).policy.for_account(account).needs_integrations(), is_needed, "{text}");
    }
    assert!(!PolicyFile::read(None).unwrap().policy.for_account(account).needs_integrations());
}

#[test]
fn account_replaces_single_values_of_the_baseline() {
    let policy = policy(&format!(
        "[baseline]
         min_enabled = 2
         behaviors.a = {{ enabled = true, min_level = \"high\" }}
         integrations = [{{ reference = \"primary\" }}]
         [accounts.{}]
         min_enabled = 1
         unlisted_behaviors = \"allow\"
         behaviors.a.min_level = \"low\"
         behaviors.b = {{}}
         integrations = []",
        ACCOUNT.to_uppercase()
    ));
    let of = behaviors(&[("a", false, "low"), ("c", true, "low")]);
    let found = |account: &str| {
        let checks = checks(&policy, account, &of, &[]);
        checks.iter().filter(|check| check.finding().is_some()).map(|check| check.rule).collect::<Vec<_>>()
    };
    assert_eq!(found(ACCOUNT), [Rule::MissingBehavior, Rule::BehaviorDisabled]);
    assert_eq!(
        found(OTHER_ACCOUNT),
        [
            Rule::TooFewEnabled,
            Rule::BehaviorDisabled,
            Rule::LevelTooLow,
            Rule::UnlistedBehavior,
            Rule::IntegrationMissing
        ]
    );
}

#[test]
fn policy_replaces_the_severity_of_a_rule_and_the_worst_finding_is_first() {
    let policy = "severities = { unlisted-behavior = \"error\", behavior-disabled = \"note\" }
        baseline.behaviors.a.enabled = true";
    let found = findings_of(policy, &[("a", false, "low"), ("b", false, "low")]);
    let severities: Vec<_> = found.iter().map(|finding| finding.split(':').next().unwrap()).collect();
    assert_eq!(severities, ["error unlisted-behavior", "note behavior-disabled"]);
}

#[test]
fn finding_has_what_is_and_what_should_be() {
    let policy = policy("baseline.behaviors.a.min_level = \"high\"");
    let checks = checks(&policy, ACCOUNT, &behaviors(&[("a", false, "low")]), &[]);
    assert_eq!(
        serde_json::to_value(checks.iter().find_map(Check::finding)).unwrap(),
        json!({"severity": "error", "rule": "level-too-low", "behavior": "a", "integration": null,
            "actual": "low", "expected": "at least high", "message": "the level of a is low, but must be at least high"})
    );
}

#[test]
fn check_without_a_finding_is_listed_as_well() {
    let policy = policy("baseline = { min_enabled = 0, behaviors.a.enabled = true }");
    let checks = checks(&policy, ACCOUNT, &behaviors(&[("a", true, "low")]), &[]);
    let a = || Subject::Behavior("a".to_owned());
    let expected =
        [(Rule::TooFewEnabled, Subject::Account), (Rule::MissingBehavior, a()), (Rule::BehaviorDisabled, a())];
    let applied: Vec<_> = checks.iter().map(|check| (check.rule, check.subject.clone())).collect();
    assert_eq!(applied, expected);
    assert!(checks.iter().all(|check| check.outcome == Outcome::Passed));
}

#[test]
fn severities_are_ordered_by_weight() {
    assert!(Severity::Note < Severity::Warning && Severity::Warning < Severity::Error);
}
