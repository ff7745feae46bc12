//! Runs over many accounts: failures, and how a run goes on.

use std::time::{Duration, Instant};

use serde_json::json;
use zt_risk_scoring_mock::simulator::operations::{GET_BEHAVIORS, UPDATE_BEHAVIORS};
use zt_risk_scoring_mock::simulator::{Fault, Response};

use super::{Setup, column};

const ACCOUNTS: &str = "--accounts-file accounts.txt";

/// Three accounts, in the second of which an operation fails.
fn failing(fault: Fault) -> Setup {
    let setup = Setup::with_accounts(3);
    setup.simulator.inject(fault.in_account(setup.accounts[1].clone()));
    setup
}

fn unreadable() -> Setup {
    failing(Fault::respond(Response::missing_permission()).on(GET_BEHAVIORS))
}

fn unwritable() -> Setup {
    failing(Fault::respond(Response::missing_permission()).on(UPDATE_BEHAVIORS))
}

#[test]
fn failure_of_an_account_is_a_row_of_every_read() {
    let setup = unreadable();
    let accounts: Vec<_> = setup.accounts.iter().map(String::as_str).collect();
    for command in ["list", "plan desired.toml", "diff desired.toml", "export --dir exported", "show imp_travel"] {
        let rows = setup.rows(7, &format!("behaviors {command} {ACCOUNTS}"));
        let failed: Vec<_> = rows.iter().filter(|row| row["error"].is_object()).collect();
        assert_eq!(failed.len(), 1, "{command}");
        assert_eq!((&failed[0]["account_id"], &failed[0]["error"]["status"]), (&json!(accounts[1]), &json!(403)));
        let mut seen: Vec<_> = rows.iter().map(|row| row["account_id"].as_str().unwrap()).collect();
        seen.dedup();
        assert_eq!(seen, accounts, "{command}");
    }
}

#[test]
fn plan_that_fails_for_an_account_keeps_all_from_being_applied() {
    let setup = unreadable();
    let (_, stderr) = setup.expect(7, &format!("behaviors apply desired.toml --yes {ACCOUNTS}"));
    assert!(stderr.contains("nothing was changed: 1 account could not be planned; --keep-going"), "{stderr}");
    setup.expect_no_writes();
    let rows = setup.rows(7, &format!("behaviors apply desired.toml --yes {ACCOUNTS}"));
    assert_eq!(rows.iter().filter(|row| row["error"].is_object()).count(), 1);
    assert_eq!(rows.iter().filter(|row| row["outcome"] == "not_started").count(), 2);
}

#[test]
fn keep_going_applies_the_plans_that_could_be_made() {
    let setup = unreadable();
    let rows = setup.rows(7, &format!("behaviors apply desired.toml --yes --keep-going {ACCOUNTS}"));
    let mut outcomes: Vec<_> = rows.iter().map(|row| (row["account_id"].clone(), row["outcome"].clone())).collect();
    outcomes.sort_by_key(|(id, _)| id.to_string());
    let mut expected: Vec<_> = std::iter::zip(&setup.accounts, [json!("applied"), json!("failed"), json!("applied")])
        .map(|(id, outcome)| (json!(id), outcome))
        .collect();
    expected.sort_by_key(|(id, _)| id.to_string());
    assert_eq!(outcomes, expected);
    assert_eq!(setup.enabled_in_each(), [true, false, true]);
}

#[test]
fn plans_that_all_fail_are_not_done() {
    let setup = Setup::with_accounts(2);
    setup.simulator.inject(Fault::respond(Response::missing_permission()).on(GET_BEHAVIORS));
    for keep_going in ["", "--keep-going"] {
        setup.expect(7, &format!("behaviors apply desired.toml --yes {keep_going} {ACCOUNTS}"));
    }
    setup.expect(7, &format!("behaviors plan desired.toml --out plan.json {ACCOUNTS}"));
    // The file has no plans, which must not look like a success.
    let (_, stderr) = setup.expect(2, "behaviors apply plan.json --yes");
    assert!(stderr.contains("the file has no plans"), "{stderr}");
    setup.expect_no_writes();
}

#[test]
fn first_failure_stops_a_run_and_the_same_command_resumes_it() {
    let setup = Setup::with_accounts(3);
    let fault = Fault::respond(Response::missing_permission()).on(UPDATE_BEHAVIORS);
    let fault = setup.simulator.inject(fault.in_account(setup.accounts[1].clone()));
    let command = format!("behaviors apply desired.toml --yes {ACCOUNTS}");
    let (stdout, stderr) = setup.expect(8, &format!("{command} --output json"));
    let rows: Vec<serde_json::Value> = serde_json::from_str(&stdout).unwrap();
    assert_eq!(column(&rows, "outcome"), ["applied", "failed", "not_started"]);
    assert_eq!(rows[1]["error"]["kind"], "write");
    assert_eq!(rows[1]["error"]["status"], 403);
    assert!(rows[1]["error"]["hint"].as_str().unwrap().contains("Zero Trust Write"));
    assert_eq!((&rows[0]["error"], &rows[2]["error"]), (&json!(null), &json!(null)));
    assert_eq!(rows[2]["may_have_written"], false);
    assert!(stderr.contains("to go on, run the same command again"), "{stderr}");
    assert_eq!(setup.writes(), [0, 1]);
    assert_eq!(setup.enabled_in_each(), [true, false, false]);

    fault.remove();
    let rows = setup.rows(0, &command);
    assert_eq!(column(&rows, "outcome"), ["unchanged", "applied", "applied"]);
    assert_eq!(setup.writes(), [1, 2]);
    assert_eq!(setup.enabled_in_each(), [true, true, true]);
}

#[test]
fn saved_plan_resumes_as_well() {
    let setup = unwritable();
    setup.expect(3, &format!("behaviors plan desired.toml --out plan.json {ACCOUNTS}"));
    let rows = setup.rows(8, "behaviors apply plan.json --yes");
    assert_eq!(column(&rows, "outcome"), ["applied", "failed", "not_started"]);
    setup.simulator.clear_faults();
    setup.requests();
    let rows = setup.rows(0, "behaviors apply plan.json --yes");
    assert_eq!(column(&rows, "outcome"), ["unchanged", "applied", "applied"]);
    assert_eq!(setup.writes(), [1, 2]);
}

#[test]
fn keep_going_applies_the_others_after_a_failure() {
    let setup = unwritable();
    let rows = setup.rows(8, &format!("behaviors set imp_travel --enable --yes --keep-going {ACCOUNTS}"));
    assert_eq!(column(&rows, "outcome"), ["applied", "failed", "applied"]);
    assert_eq!(setup.writes(), [0, 1, 2]);
    assert_eq!(setup.enabled_in_each(), [true, false, true]);
}

#[test]
fn run_that_succeeds_does_not_ask_to_go_on() {
    let setup = Setup::with_accounts(2);
    let (_, stderr) = setup.expect(0, &format!("behaviors apply desired.toml --yes {ACCOUNTS}"));
    assert!(!stderr.contains("to go on") && !stderr.contains("take this back"), "{stderr}");
    for account in &setup.accounts {
        assert!(stderr.contains(account.as_str()), "all plans are shown: {stderr}");
    }
}

#[test]
fn concurrency_and_order_do_not_change_the_rows() {
    let setup = Setup::with_accounts(12);
    setup
        .simulator
        .inject(Fault::delay(Duration::from_millis(200)).on(GET_BEHAVIORS).in_account(setup.accounts[0].clone()));
    for concurrency in [1, 16] {
        let rows = setup.rows(0, &format!("behaviors show imp_travel --concurrency {concurrency} {ACCOUNTS}"));
        assert_eq!(column(&rows, "account_id"), setup.accounts);
    }
}

#[test]
fn labels_are_part_of_rows_and_of_the_review() {
    let setup = Setup::with_accounts(2);
    let [first, second] = setup.accounts.as_slice() else { unreachable!() };
    setup.write("labels.csv", &format!("account_id,label\n{first},First customer\n{second},\"Second\u{1b}[31m\"\n"));
    let (stdout, stderr) =
        setup.expect(0, "behaviors set imp_travel --enable --yes --accounts-file labels.csv --output json");
    assert!(stdout.contains("First customer") && !stdout.contains('\u{1b}'), "{stdout}");
    assert!(stderr.contains("First customer: ") && !stderr.contains('\u{1b}'), "{stderr}");
}

#[test]
fn only_plan_of_several_accounts_is_one_of_several() {
    let setup = Setup::with_accounts(2);
    let fault = |operation| Fault::respond(Response::missing_permission()).on(operation);
    setup.simulator.inject(fault(GET_BEHAVIORS).in_account(setup.accounts[0].clone()));
    setup.simulator.inject(fault(UPDATE_BEHAVIORS).in_account(setup.accounts[1].clone()));
    let rows = setup.rows(8, &format!("behaviors apply desired.toml --yes --keep-going {ACCOUNTS}"));
    assert_eq!(column(&rows, "account_id"), setup.accounts);
    assert_eq!(column(&rows, "outcome"), ["failed", "failed"]);
}

#[test]
fn row_of_an_account_has_what_is_not_as_it_is_meant_to_be() {
    let setup = Setup::with_accounts(2);
    setup.edit(0, "high_dlp", |behavior| behavior.enabled = true);
    setup.simulator.set_unknowns(super::resetting());
    let rows = setup.rows(8, &format!("behaviors apply desired.toml --yes {ACCOUNTS}"));
    assert_eq!(column(&rows, "outcome"), ["failed", "not_started"]);
    assert_eq!(rows[0]["mismatches"].as_array().unwrap().len(), 1);
    assert!(rows[0]["mismatches"][0].as_str().unwrap().starts_with("high_dlp: "), "{rows:?}");
    assert_eq!((&rows[0]["may_have_written"], &rows[1]["mismatches"]), (&json!(true), &json!([])));
}

#[test]
fn review_shows_the_accounts_that_change() {
    let setup = Setup::with_accounts(3);
    setup.edit(1, "imp_travel", |behavior| behavior.enabled = true);
    let (_, stderr) = setup.expect(0, &format!("behaviors apply desired.toml --yes {ACCOUNTS}"));
    let shown = setup.accounts.iter().map(|id| stderr.contains(&format!("plan for account {id}")));
    assert_eq!(shown.collect::<Vec<_>>(), [true, false, true], "{stderr}");
}

#[test]
fn reads_of_several_accounts_end_with_a_summary() {
    let setup = Setup::with_accounts(2);
    let (_, stderr) = setup.expect(0, &format!("behaviors list {ACCOUNTS}"));
    assert_eq!(stderr, "2 accounts: 2 read, 0 failed\n");
    setup.simulator.remove_account(&setup.accounts[1]);
    let (_, stderr) = setup.expect(7, &format!("behaviors list {ACCOUNTS}"));
    assert_eq!(stderr, "hint: check the account id\n2 accounts: 1 read, 1 failed\n");
    let (_, stderr) = setup.expect(0, "behaviors list");
    assert_eq!(stderr, "");
}

#[test]
fn hint_of_failed_accounts_is_printed_once() {
    let setup = Setup::with_accounts(4);
    setup.simulator.inject(Fault::respond(Response::missing_permission()).on(UPDATE_BEHAVIORS));
    let hint = "hint: grant the token the permission Zero Trust Write for this account\n";
    for output in ["table", "csv", "json"] {
        let command = format!("behaviors apply desired.toml --yes --keep-going --output {output} {ACCOUNTS}");
        let (_, stderr) = setup.expect(8, &command);
        assert_eq!(stderr.matches(hint).count(), 1, "{output}: {stderr}");
    }
    setup.simulator.clear_faults();
    setup.simulator.inject(Fault::respond(Response::missing_permission()).on(GET_BEHAVIORS));
    for output in ["table", "csv", "json"] {
        let (_, stderr) = setup.expect(7, &format!("behaviors list --output {output} {ACCOUNTS}"));
        assert_eq!(stderr.matches("hint: grant the token the permission Zero Trust Read").count(), 1, "{stderr}");
    }
}

#[test]
fn saved_plans_name_the_accounts_by_their_labels() {
    let setup = Setup::with_accounts(2);
    let [first, second] = setup.accounts.as_slice() else { unreachable!() };
    setup.write("labels.csv", &format!("account_id,label\n{first},First customer\n{second},\n"));
    setup.expect(3, "behaviors plan desired.toml --out plan.json --accounts-file labels.csv");
    let (stdout, stderr) = setup.expect(0, "behaviors apply plan.json --yes --record r.ndjson --output json");
    assert!(stderr.contains("First customer: plan for account"), "{stderr}");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&stdout).unwrap();
    assert_eq!(column(&rows, "account_label"), ["First customer", "-"]);
    assert_eq!(column(&setup.lines("r.ndjson"), "account_label"), ["First customer", "-"]);
    let run = setup.lines("r.ndjson")[0]["run"].as_str().unwrap().to_owned();
    let (stdout, _) = setup.expect(0, &format!("behaviors apply r.ndjson --roll-back {run} --yes"));
    assert!(stdout.contains("First customer"), "{stdout}");
}

#[test]
fn accounts_are_read_at_once() {
    let setup = Setup::with_accounts(16);
    let delay = Duration::from_millis(600);
    setup.simulator.inject(Fault::delay(delay).on(GET_BEHAVIORS));
    for (status, command) in [(0, "list"), (3, "plan desired.toml")] {
        let start = Instant::now();
        setup.expect(status, &format!("behaviors {command} {ACCOUNTS}"));
        // One after the other, they take at least 16 times the delay.
        assert!(start.elapsed() < delay * 12, "{command}: {:?}", start.elapsed());
    }
}

#[test]
fn accounts_before_and_after_the_command_are_all_read() {
    let setup = Setup::with_accounts(3);
    let [one, two, three] = setup.accounts.as_slice() else { panic!("{:?}", setup.accounts) };
    let command = format!("--account-id {one} behaviors --account-id {two} list --account-id={three} --level high");
    let rows = setup.rows(0, &command);
    assert_eq!(column(&rows, "account_id"), [one, two, three]);
    let (_, stderr) = setup.expect(2, &format!("{ACCOUNTS} behaviors list {ACCOUNTS}"));
    assert!(stderr.contains("'--accounts-file' cannot be used multiple times"), "{stderr}");
}
