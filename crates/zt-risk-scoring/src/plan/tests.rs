use serde_json::{Value, json};

use super::*;
use crate::{AccountId, Behavior, BehaviorChanges, RiskLevel};

const ACCOUNT: &str = "023e105f4ecef8ad9ca31a8372d0c353";

fn target() -> PlanTarget {
    let account_id = AccountId::new(ACCOUNT).unwrap();
    PlanTarget { account_id, base_url: "https://example.com".to_owned(), revision: "2026-11-22".to_owned() }
}

fn behavior(name: &str, enabled: bool, level: &str) -> Behavior {
    Behavior { enabled, ..Behavior::new(name, level.into()) }
}

fn seen() -> BehaviorMap {
    [("a", behavior("A", true, "low")), ("b", behavior("B\n2", false, "critical")), ("c", behavior("C", false, "high"))]
        .into_iter()
        .collect()
}

fn plan(desired: impl Into<DesiredState>) -> Plan {
    let created_at = "2026-11-22T01:02:03Z".parse().unwrap();
    Plan::new(target(), created_at, Comparison::new(&desired.into(), &seen()), seen())
}

#[test]
fn plan_is_read_as_it_was_written() {
    let changes = BehaviorChanges::new().disable("a").enable("b").level("missing", RiskLevel::Low);
    let plan = plan(changes);
    let json = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
}

#[test]
fn saved_plan_that_was_changed_by_hand_is_rejected() {
    let saved = serde_json::to_value(plan(BehaviorChanges::new().disable("a"))).unwrap();
    serde_json::from_value::<Plan>(saved.clone()).unwrap();
    let changed = |pointer: &str, value: Value| {
        let mut saved = saved.clone();
        *saved.pointer_mut(pointer).unwrap() = value;
        serde_json::from_value::<Plan>(saved).unwrap_err().to_string()
    };
    let not_seen = changed("/changes/a/before/risk_level", json!("high"));
    assert!(not_seen.contains("the plan changes `a`, but not from the settings that it saw"), "{not_seen}");
    let no_change = changed("/changes/a/after/enabled", json!(true));
    assert!(no_change.contains("its settings stay the same"), "{no_change}");
    let other_id = changed("/seen", json!({}));
    assert!(other_id.contains("the plan changes `a`"), "{other_id}");
    assert!(changed("/target/account_id", json!("..")).contains("account id"));
    // Each behavior that it saw is listed once.
    assert!(changed("/unmanaged", json!(["b"])).contains("the plan saw `c`, but does not list it"));
    assert!(changed("/unchanged", json!(["c"])).contains("the plan lists `c` twice"));
    assert!(changed("/unchanged", json!(["a"])).contains("the plan lists `a` twice"));
    assert!(changed("/unchanged", json!(["d"])).contains("the plan lists `d`, but did not see it"));
    let mut unknown = saved.clone();
    unknown["force"] = json!(true);
    assert!(serde_json::from_value::<Plan>(unknown).unwrap_err().to_string().contains("unknown field `force`"));
}

#[test]
fn display_has_a_line_for_each_change_and_lists_the_rest() {
    let changes = BehaviorChanges::new().disable("a").level("b", RiskLevel::Low).enable("missing");
    let expected = format!(
        "\
plan for account {ACCOUNT} at https://example.com, made 2026-11-22 01:02:03 UTC
~ a: enabled → disabled (A)
~ b: critical → low (B 2)
unmanaged: c
not in the account: missing
warning: this disables the last enabled behavior: users then have no risk score, and Access policies that select users by \
their score see them as unscored"
    );
    assert_eq!(plan(changes).to_string(), expected);
    let export = plan(DesiredState::from(&seen())).to_string();
    assert!(export.ends_with("\nno changes\nalready so: a, b, c"), "{export}");
}

#[test]
fn plan_warns_only_if_it_disables_the_last_enabled_behavior() {
    assert_eq!(plan(BehaviorChanges::new().disable("a")).warnings(), [PlanWarning::DisablesLastEnabled]);
    assert_eq!(plan(BehaviorChanges::new().disable("a").enable("b")).warnings(), []);
    assert_eq!(plan(BehaviorChanges::new().level("a", RiskLevel::High)).warnings(), []);
    // None is enabled before.
    let created_at = now();
    let none: BehaviorMap = [("a", behavior("A", false, "low"))].into_iter().collect();
    let comparison = Comparison::new(&BehaviorChanges::new().level("a", RiskLevel::High).into(), &none);
    assert_eq!(Plan::new(target(), created_at, comparison, none).warnings(), []);
}

#[test]
fn reversed_plan_begins_where_the_plan_ends() {
    let plan = plan(BehaviorChanges::new().disable("a").level("b", RiskLevel::Low));
    let reversed = plan.reversed();
    assert_eq!((reversed.seen(), reversed.meant()), (&plan.meant(), seen()));
    assert_eq!(reversed.diff(), plan.diff().reversed());
    assert_eq!(reversed.target(), plan.target());
    // Applying it compares with what it saw.
    serde_json::from_value::<Plan>(serde_json::to_value(&reversed).unwrap()).unwrap();
}

#[test]
fn plan_for_another_account_base_url_or_revision_says_which() {
    let other = |change: fn(&mut PlanTarget)| {
        let mut other = target();
        change(&mut other);
        target().difference(&other).unwrap()
    };
    assert_eq!(target().difference(&target()), None);
    let account = other(|target| target.account_id = AccountId::new("0".repeat(32)).unwrap());
    assert_eq!(account, format!("the plan is for the account {ACCOUNT}, and not for {}", "0".repeat(32)));
    assert!(other(|target| target.base_url.push('/')).starts_with("the plan is for the base URL https://example.com,"));
    assert!(other(|target| target.revision.clear()).starts_with("the plan is for the API revision 2026-11-22,"));
}

#[test]
fn age_of_a_plan_from_the_future_is_zero() {
    let mut plan = plan(BehaviorChanges::new());
    assert!(plan.age() > Duration::from_secs(60));
    plan.created_at = now() + chrono::TimeDelta::days(1);
    assert_eq!(plan.age(), Duration::ZERO);
}

#[test]
fn mismatches_are_outdated_not_applied_or_not_requested() {
    let plan = plan(BehaviorChanges::new().disable("a").enable("b"));
    let kinds = |mismatches: Vec<Mismatch>| {
        mismatches.iter().map(|mismatch| (mismatch.id.to_string(), mismatch.kind)).collect::<Vec<_>>()
    };
    let found = |changes: &[(&str, Behavior)]| {
        let mut found: BTreeMap<_, _> = plan.meant().into_iter().collect();
        for (id, behavior) in changes {
            found.insert((*id).into(), behavior.clone());
        }
        found.into_iter().collect::<BehaviorMap>()
    };
    let outdated = |found: &BehaviorMap| kinds(Mismatch::outdated(&plan, found));
    assert_eq!(outdated(&seen()), []);
    assert_eq!(outdated(&plan.meant()), []);
    assert_eq!(outdated(&found(&[("a", behavior("A", false, "high"))])), [("a".to_owned(), MismatchKind::Outdated)]);
    assert_eq!(outdated(&BehaviorMap::default()).len(), 2);
    let after = |found: &BehaviorMap| kinds(Mismatch::after(&plan, &seen(), found));
    // Names do not count.
    assert_eq!(after(&found(&[("a", behavior("Renamed", false, "low"))])), []);
    let changed = found(&[
        ("a", behavior("A", true, "low")),
        ("c", behavior("C", true, "high")),
        ("new", behavior("New", false, "low")),
    ]);
    let expected = [
        ("a".to_owned(), MismatchKind::NotApplied),
        ("c".to_owned(), MismatchKind::NotRequested),
        ("new".to_owned(), MismatchKind::NotRequested),
    ];
    assert_eq!(after(&changed), expected);
    let text = Mismatch::after(&plan, &seen(), &changed)[2].to_string();
    assert_eq!(text, "new: changed without being requested: expected absent; found disabled, low");
}

#[test]
fn kind_of_an_error_is_serialized_as_its_name() {
    assert_eq!(serde_json::to_value(ApplyErrorKind::TooOld).unwrap(), "too_old");
    assert_eq!(serde_json::to_value(PlanErrorKind::MissingBehaviors).unwrap(), "missing_behaviors");
    assert_eq!(
        (ApplyErrorKind::Unknown.to_string(), PlanErrorKind::Call.to_string()),
        ("unknown".into(), "call".into())
    );
}
