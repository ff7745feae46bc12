//! Plans in files, and what becomes of them when they are applied.

use serde_json::{Value, json};
use zt_risk_scoring_mock::simulator::Fault;
use zt_risk_scoring_mock::simulator::operations::UPDATE_BEHAVIORS;

use super::{Setup, column};

#[test]
fn saved_plan_is_applied_once() {
    let setup = Setup::new();
    setup.expect(3, "behaviors plan desired.toml --out plan.json");
    setup.expect_no_writes();
    let rows = setup.rows(0, "behaviors apply plan.json --yes");
    assert_eq!(column(&rows, "outcome"), ["applied"]);
    assert_eq!(rows[0]["changes"][0]["id"], "imp_travel");
    assert_eq!(rows[0]["may_have_written"], true);
    assert_eq!(setup.writes(), [0]);
    assert!(setup.is_enabled(0, "imp_travel"));

    let rows = setup.rows(0, "behaviors apply plan.json --yes");
    assert_eq!((column(&rows, "outcome"), &rows[0]["may_have_written"]), (vec!["unchanged"], &json!(false)));
    setup.expect_no_writes();
}

#[test]
fn plan_without_changes_sends_nothing() {
    let setup = Setup::new();
    setup.edit(0, "imp_travel", |behavior| behavior.enabled = true);
    setup.expect(0, "behaviors plan desired.toml --out plan.json");
    setup.requests();
    let (stdout, stderr) = setup.expect(0, "behaviors apply plan.json --yes --output json");
    let rows: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&rows[0]["outcome"], stderr.as_str()), (&json!("unchanged"), "no changes\n"));
    setup.expect_no_requests();
}

#[test]
fn outdated_plan_is_not_written() {
    let setup = Setup::new();
    setup.expect(3, "behaviors plan desired.toml --out plan.json");
    setup.edit(0, "imp_travel", |behavior| behavior.risk_level = "low".to_owned());
    setup.requests();
    let (stdout, stderr) = setup.expect(8, "behaviors apply plan.json --yes --output json");
    assert_eq!(stdout, "");
    let error = last_error(&stderr);
    assert_eq!(error["kind"], "outdated");
    assert_eq!(stderr.matches("found disabled, low").count(), 1, "{stderr}");
    assert!(error["hint"].as_str().unwrap().contains("plan again"), "{error}");
    assert_eq!(setup.requests(), [("GET".to_owned(), 0)]);
    assert!(!setup.is_enabled(0, "imp_travel"));
    // A dry run says so, too, and exits as with any change.
    let (_, stderr) = setup.expect(3, "behaviors apply plan.json --dry-run");
    assert!(stderr.contains("`imp_travel` has changed since the plan was made"), "{stderr}");
}

#[test]
fn change_of_another_behavior_does_not_outdate_a_plan() {
    let setup = Setup::new();
    setup.expect(3, "behaviors plan desired.toml --out plan.json");
    setup.edit(0, "high_dlp", |behavior| behavior.enabled = true);
    setup.expect(0, "behaviors apply plan.json --yes");
    assert!(setup.is_enabled(0, "imp_travel") && setup.is_enabled(0, "high_dlp"));
}

#[test]
fn plan_for_another_base_url_is_rejected_before_anything_is_sent() {
    for count in [1, 2] {
        let (setup, other) = (Setup::with_accounts(count), Setup::with_accounts(count));
        other.expect(3, "behaviors plan desired.toml --accounts-file accounts.txt --out plan.json");
        setup.write("plan.json", &other.read("plan.json"));
        for arguments in ["--yes", "--yes --keep-going", "--dry-run"] {
            let (stdout, stderr) = setup.expect(2, &format!("behaviors apply plan.json {arguments}"));
            assert_eq!(stdout, "");
            assert!(stderr.contains("the plan is for the base URL"), "{stderr}");
            assert!(stderr.contains("hint: apply the plans to the accounts and the base URL"), "{stderr}");
        }
        setup.expect_no_requests();
    }
}

#[test]
fn account_id_chooses_among_plans() {
    let setup = Setup::with_accounts(3);
    setup.expect(3, "behaviors plan desired.toml --accounts-file accounts.txt --out plan.json");
    setup.requests();
    let account = &setup.accounts[1];
    let rows = setup.rows(0, &format!("behaviors apply plan.json --yes --account-id {account}"));
    assert_eq!(column(&rows, "account_id"), [account.as_str()]);
    assert_eq!(setup.writes(), [1]);
    assert_eq!(setup.enabled_in_each(), [false, true, false]);

    let unplanned = "f".repeat(32);
    let (_, stderr) = setup.expect(2, &format!("behaviors apply plan.json --yes --account-id {unplanned}"));
    assert!(stderr.contains(&format!("no plan for the account {unplanned}")), "{stderr}");
    setup.expect_no_requests();
}

#[test]
fn account_of_the_environment_does_not_choose_among_plans() {
    let setup = Setup::with_accounts(3);
    setup.expect(3, "behaviors plan desired.toml --accounts-file accounts.txt --out plan.json");
    setup.expect(0, "behaviors apply plan.json --yes");
    assert_eq!(setup.enabled_in_each(), [true, true, true]);
}

#[test]
fn accounts_file_may_have_accounts_without_a_plan() {
    let setup = Setup::with_accounts(3);
    let [first, second, third] = setup.accounts.as_slice() else { unreachable!() };
    setup.expect(3, &format!("behaviors plan desired.toml --account-id {first} --account-id {second} --out plan.json"));
    let (_, stderr) = setup.expect(0, "behaviors apply plan.json --yes --accounts-file accounts.txt");
    assert!(stderr.contains("no plan for 1 account of the accounts file"), "{stderr}");
    assert_eq!(setup.enabled_in_each(), [true, true, false]);

    setup.write("other.txt", third);
    let (_, stderr) = setup.expect(2, "behaviors apply plan.json --yes --accounts-file other.txt");
    assert!(stderr.contains("no plan for any of the given accounts"), "{stderr}");
}

#[test]
fn damaged_plan_is_a_usage_error_before_anything_is_sent() {
    let setup = Setup::new();
    setup.expect(3, "behaviors plan desired.toml --out plan.json");
    setup.requests();
    let saved: Value = serde_json::from_str(&setup.read("plan.json")).unwrap();
    let edited = |edit: fn(&mut Value)| {
        let mut plan = saved.clone();
        edit(&mut plan);
        plan.to_string()
    };
    let change = |plan: &Value| plan["plans"][0]["changes"]["imp_travel"].clone();
    assert_eq!(change(&saved)["after"]["enabled"], true);
    for (text, part) in [
        (edited(|plan| plan["version"] = json!(2)), "version 2"),
        (edited(|plan| drop(plan.as_object_mut().unwrap().remove("version"))), "missing field `version`"),
        (edited(|plan| plan["plans"] = json!([])), "the file has no plans"),
        (edited(|plan| plan["more"] = json!(1)), "unknown field `more`"),
        (edited(|plan| plan["plans"][0]["more"] = json!(1)), "unknown field `more`"),
        (
            edited(|plan| plan["plans"][0]["changes"]["imp_travel"]["before"]["risk_level"] = json!("low")),
            "not from the settings that it saw",
        ),
        (
            edited(|plan| plan["plans"][0]["changes"]["imp_travel"]["after"]["enabled"] = json!(false)),
            "its settings stay the same",
        ),
        (edited(|plan| plan["plans"][0]["unchanged"] = json!(["imp_travel"])), "lists `imp_travel` twice"),
        (
            edited(|plan| {
                let second = plan["plans"][0].clone();
                plan["plans"].as_array_mut().unwrap().push(second);
            }),
            "two plans for the account",
        ),
        (edited(|plan| plan["plans"][0]["target"]["revision"] = json!("2020-01-01")), "the API revision 2020-01-01"),
        (setup.read("plan.json")[..40].to_owned(), "EOF"),
    ] {
        setup.write("damaged.json", &text);
        for arguments in ["--yes", "--dry-run"] {
            let (stdout, stderr) = setup.expect(2, &format!("behaviors apply damaged.json {arguments}"));
            assert_eq!(stdout, "");
            assert!(stderr.starts_with("error: ") && stderr.contains(part), "{part}: {stderr}");
            assert_eq!(stderr.lines().count(), 2, "{stderr}");
        }
    }
    setup.expect_no_requests();
}

#[test]
fn plan_as_the_sdk_serializes_it_is_applied() {
    let setup = Setup::new();
    setup.expect(3, "behaviors plan desired.toml --out plan.json");
    let saved: Value = serde_json::from_str(&setup.read("plan.json")).unwrap();
    setup.write("one.json", &saved["plans"][0].to_string());
    setup.expect(0, "behaviors apply one.json --yes");
    assert!(setup.is_enabled(0, "imp_travel"));
}

#[test]
fn plan_is_no_desired_state() {
    let setup = Setup::new();
    setup.expect(3, "behaviors plan desired.toml --out plan.json");
    setup.requests();
    for command in ["plan", "diff"] {
        let (_, stderr) = setup.expect(2, &format!("behaviors {command} plan.json"));
        assert!(stderr.contains("plan.json has plans"), "{stderr}");
    }
    setup.expect_no_requests();
}

#[test]
fn plan_that_misses_a_behavior_changes_nothing_unless_it_is_allowed() {
    let setup = Setup::new();
    setup.write("desired.toml", "[behaviors.imp_travel]\nenabled = true\n[behaviors.other]\nenabled = true\n");
    for command in ["plan", "apply --yes"] {
        let (_, stderr) = setup.expect(2, &format!("behaviors {command} desired.toml"));
        assert!(stderr.contains("has no behavior `other`"), "{stderr}");
    }
    setup.expect_no_writes();
    setup.expect(0, "behaviors apply desired.toml --yes --allow-missing");
    assert!(setup.is_enabled(0, "imp_travel"));
}

#[test]
fn unknown_level_is_planned_only_if_it_is_allowed() {
    let setup = Setup::new();
    setup.write("desired.toml", "[behaviors.imp_travel]\nrisk_level = \"extreme\"\n");
    for command in ["plan", "apply --yes"] {
        let (_, stderr) = setup.expect(2, &format!("behaviors {command} desired.toml"));
        assert!(stderr.contains("unknown risk level `extreme`"), "{stderr}");
    }
    let rows = setup.rows(3, "behaviors plan desired.toml --allow-unknown-levels");
    assert_eq!(rows[0]["after"]["risk_level"], "extreme");
    setup.expect_no_writes();
    // The simulator does not know it either.
    setup.expect(8, "behaviors apply desired.toml --yes --allow-unknown-levels");
}

#[test]
fn behavior_that_the_plan_covers_is_restored_if_someone_else_changes_it_meanwhile() {
    let setup = Setup::new();
    setup.write("desired.toml", "others = \"disable\"\n\n[behaviors.imp_travel]\nenabled = true\n");
    let other = Fault::writer(|account| account.behaviors_mut().get_mut("high_dlp").unwrap().enabled = true);
    let fault = setup.simulator.inject(other.on(UPDATE_BEHAVIORS).once());
    setup.expect(0, "behaviors apply desired.toml --yes --record changes.ndjson");
    assert_eq!(fault.happened(), 1);
    assert!(!setup.is_enabled(0, "high_dlp"));
    assert_eq!(setup.lines("changes.ndjson")[0]["repaired"][0]["id"], "high_dlp");
}

/// The error that is the last line of standard error.
fn last_error(stderr: &str) -> Value {
    let report: Value = serde_json::from_str(stderr.lines().last().unwrap()).unwrap();
    report["error"].clone()
}
