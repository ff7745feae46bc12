//! Runs `zt-risk users` against a simulator with faults.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic fails the test")]

mod common;

use serde_json::json;
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::simulator::{Event, Fault, Permissions, Response, Token, User, Uuid, operations};

use common::{Run, run, spawn, writes};

const ONE: &str = "11111111-1111-4111-8111-111111111111";
const TWO: &str = "22222222-2222-4222-8222-222222222222";
const THREE: &str = "33333333-3333-4333-8333-333333333333";
const OTHER_ACCOUNT: &str = "023e105f4ecef8ad9ca31a8372d0c353";

/// Personal data of the user [`ONE`].
const PERSONAL_DATA: [&str; 3] = ["ana@example.com", "Ana Silva", "Lisbon"];

fn user(id: &str, email: &str, name: &str, level: &str) -> User {
    let mut event = Event::new("Impossible Travel", level, "2026-11-22T08:00:00Z");
    event.event_details = Some(json!({"city": "Lisbon"}));
    User::new(Uuid::parse_str(id).unwrap(), email, name).with_event(event)
}

/// A simulator with three users.
fn simulator() -> Simulator {
    let simulator = Simulator::start_blocking();
    simulator.edit(simulator.account_id(), |account| {
        account.set_users([
            user(ONE, "ana@example.com", "Ana Silva", "medium"),
            user(TWO, "bo@example.com", "Bo", "high"),
            user(THREE, "cy@example.com", "Cy", "low"),
        ]);
    });
    simulator
}

fn has_personal_data(text: &str) -> bool {
    PERSONAL_DATA.iter().any(|data| text.contains(data)) || text.contains("@example.com")
}

#[test]
fn personal_data_is_in_no_format_unless_it_is_shown() {
    let simulator = simulator();
    for format in ["table", "json", "ndjson", "yaml", "csv"] {
        for command in [&["users", "list"][..], &["users", "show", ONE]] {
            let arguments = [command, &["--output", format, "-vv"]].concat();
            let masked = run(&simulator, &arguments);
            assert_eq!(masked.status, Some(0), "{masked:?}");
            let has_mask = format != "table" || command.len() == 3;
            assert!(masked.stdout.contains("[masked]") == has_mask && masked.stderr.contains("GET"), "{masked:?}");
            assert!(!has_personal_data(&masked.stdout) && !has_personal_data(&masked.stderr), "{masked:?}");

            let shown = run(&simulator, &[&arguments[..], &["--show-pii"]].concat());
            assert!(shown.stdout.contains("ana@example.com"), "{shown:?}");
            assert!(shown.stdout.contains("Lisbon") == (command.len() == 3), "{shown:?}");
            assert!(!shown.stdout.contains("[masked]"), "{shown:?}");
            assert!(!has_personal_data(&shown.stderr), "{shown:?}");
        }
    }
}

#[test]
fn personal_data_of_a_malformed_response_is_in_no_error() {
    let simulator = simulator();
    for (command, operation) in [
        (&["users", "list"][..], operations::GET_SUMMARY),
        (&["users", "show", ONE], operations::GET_USER_RISK),
        (&["users", "reset", ONE, "--yes"], operations::GET_SUMMARY),
    ] {
        for result in [
            json!("ana@example.com"),
            json!({"users": ["ana@example.com"], "events": ["ana@example.com"]}),
            json!({"users": "ana@example.com", "events": {"ana@example.com": 1}}),
            json!(["ana@example.com"]),
        ] {
            let fault = simulator
                .inject(Fault::respond(Response::json(200, &json!({"success": true, "result": result}))).on(operation));
            for format in ["table", "json"] {
                let failed = run(&simulator, &[command, &["--output", format, "-vv"]].concat());
                assert_eq!(failed.status, Some(1), "{failed:?}");
                assert!(!has_personal_data(&failed.stdout) && !has_personal_data(&failed.stderr), "{failed:?}");
            }
            assert!(fault.happened() >= 2);
            fault.remove();
        }
    }
    assert!(writes(&simulator).is_empty());
}

#[test]
fn mistyped_value_is_null_with_a_warning_that_names_the_property() {
    let simulator = simulator();
    let odd = json!({"user_id": ONE, "email": ["ana@example.com"], "name": "Bo", "max_risk_level": {"a": "Ana Silva"}});
    let body = json!({"success": true, "result": {"users": [odd]}});
    simulator.inject(Fault::respond(Response::json(200, &body)).on(operations::GET_SUMMARY));
    let list = run(&simulator, &["users", "list", "--output", "json"]);
    assert_eq!((list.status, list.values("email")), (Some(0), vec![json!(null)]));
    assert_eq!((list.values("max_risk_level"), list.values("name")), (vec![json!(null)], vec![json!("[masked]")]));
    for property in ["email", "max_risk_level"] {
        assert!(list.stderr.contains(&format!("`{property}` of 1 user does not")), "{list:?}");
    }
    assert!(!has_personal_data(&list.stderr), "{list:?}");
}

#[test]
fn users_are_filtered_and_those_with_the_highest_level_come_first() {
    let simulator = simulator();
    let ids = |arguments: &[&str]| {
        run(&simulator, &[&["users", "list", "--output", "json"], arguments].concat()).values("user_id")
    };
    assert_eq!(ids(&[]), [TWO, ONE, THREE]);
    assert_eq!(ids(&["--at-least", "medium"]), [TWO, ONE]);
    assert_eq!(ids(&["--level", "low"]), [THREE]);
}

#[test]
fn user_that_one_of_several_accounts_lacks_is_a_failed_row() {
    let simulator = simulator();
    simulator.add_account(OTHER_ACCOUNT);
    let accounts = ["--account-id", simulator.account_id(), "--account-id", OTHER_ACCOUNT, "--output", "json"];
    let show = run(&simulator, &[&["users", "show", ONE][..], &accounts].concat());
    assert_eq!(show.status, Some(7), "{show:?}");
    let rows = show.json();
    assert_eq!(
        (&rows[0]["risk_level"], &rows[0]["events"][0]["event_details"]),
        (&json!("medium"), &json!("[masked]"))
    );
    assert_eq!((&rows[1]["account_id"], &rows[1]["error"]["kind"]), (&json!(OTHER_ACCOUNT), &json!("not_found")));
}

#[test]
fn failed_reset_ends_the_run_unless_it_is_to_go_on() {
    for (arguments, outcomes, sent) in
        [(&[][..], ["reset", "failed", "not_started"], 2), (&["--keep-going"], ["reset", "failed", "reset"], 3)]
    {
        let simulator = simulator();
        let fault = simulator.inject(Fault::status(500).on(operations::RESET_USER_RISK).skip(1).once());
        let command = ["users", "reset", ONE, TWO, THREE, "--yes", "--output", "json"];
        let reset = run(&simulator, &[&command[..], arguments].concat());
        assert_eq!((reset.status, reset.values("outcome")), (Some(8), outcomes.map(|outcome| json!(outcome)).to_vec()));
        assert_eq!(reset.values("may_have_been_reset"), [false, true, false]);
        assert_eq!(reset.json()[1]["error"]["status"], 500);
        assert_eq!((writes(&simulator).len(), fault.happened()), (sent, 1));
        assert!(reset.stderr.contains("hint: ") && !has_personal_data(&reset.stderr), "{reset:?}");
        let counts = format!("3 users: {} reset, 1 failed, {} not started", sent - 1, 3 - sent);
        assert!(reset.stderr.contains(&counts), "{reset:?}");
    }
}

#[test]
fn review_names_each_user_and_the_level_before() {
    let simulator = simulator();
    let unlisted = "44444444-4444-4444-8444-444444444444";
    simulator.edit(simulator.account_id(), |account| {
        account.put_user(User::new(Uuid::parse_str(unlisted).unwrap(), "di@example.com", "Di"));
    });
    let reset = run(&simulator, &["users", "reset", ONE, ONE, unlisted, "--yes", "-vv"]);
    assert_eq!((reset.status, writes(&simulator).len()), (Some(0), 2), "{reset:?}");
    for part in [
        "1 duplicate user id removed".to_owned(),
        format!("account {}: reset the risk of 2 users", simulator.account_id()),
        format!("  {ONE}: level medium, 1 event, the latest at 2026-11-22T08:00:00Z"),
        format!("  {unlisted}: not among the users with a risk score"),
    ] {
        assert!(reset.stderr.contains(&part), "{part}: {reset:?}");
    }
    assert!(!has_personal_data(&reset.stdout) && !has_personal_data(&reset.stderr), "{reset:?}");
    let shown = run(&simulator, &["users", "reset", TWO, "--yes", "--show-pii"]);
    assert!(shown.stderr.contains("Bo, bo@example.com"), "{shown:?}");
    let list = run(&simulator, &["users", "list", "--output", "json"]);
    assert_eq!(list.values("user_id"), [THREE]);
}

#[test]
fn token_that_cannot_read_users_resets_without_their_levels() {
    let simulator = simulator();
    simulator.add_token(Token::new(simulator.api_token()).permissions(Permissions::without_pii()));
    let reset = run(&simulator, &["users", "reset", ONE, "--yes"]);
    assert_eq!(reset.status, Some(0), "{reset:?}");
    assert!(
        reset.stderr.contains("lacks the permission Zero Trust: PII Read") && reset.stderr.contains(ONE),
        "{reset:?}"
    );
    assert_eq!(writes(&simulator).len(), 1);
}

#[test]
fn nothing_is_sent_without_a_confirmation_or_beyond_the_limit() {
    let simulator = simulator();
    for (arguments, part) in [
        (&[ONE][..], "confirm it with --yes"),
        (&[ONE, TWO, THREE, "--limit", "2", "--yes"], "--limit 3"),
        (&[ONE, "--account-id", simulator.account_id(), "--account-id", OTHER_ACCOUNT, "--yes"], "one account"),
        (&["ana", "--yes"], "the user id has 3 characters"),
        (&["-", "--yes"], "standard input has no user id"),
    ] {
        let reset = run(&simulator, &[&["users", "reset"], arguments].concat());
        assert_eq!(reset.status, Some(2), "{reset:?}");
        assert!(reset.stderr.contains(part), "{part}: {reset:?}");
    }
    assert!(simulator.requests().is_empty());
}

#[test]
fn dry_run_prints_the_users_and_resets_none() {
    let simulator = simulator();
    let planned = run(&simulator, &["users", "reset", ONE, "--dry-run", "--output", "json"]);
    assert_eq!((planned.status, planned.values("outcome")), (Some(3), vec![json!("planned")]), "{planned:?}");
    assert_eq!(planned.values("max_risk_level"), ["medium"]);
    assert!(writes(&simulator).is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn failed_reset_counts_more_than_an_output_that_cannot_be_written() {
    let simulator = simulator();
    simulator.inject(Fault::status(400).on(operations::RESET_USER_RISK));
    let reset = common::command(&simulator, &["users", "reset", ONE, TWO, "--yes"])
        .stdin(std::process::Stdio::null())
        .stdout(std::fs::File::options().write(true).open("/dev/full").unwrap())
        .output()
        .unwrap();
    let stderr = String::from_utf8(reset.stderr).unwrap();
    assert_eq!(reset.status.code(), Some(8), "{stderr}");
    assert!(stderr.contains("2 users: 0 reset, 1 failed, 1 not started"), "{stderr}");
}

#[test]
fn ids_are_read_from_standard_input() {
    let simulator = simulator();
    let input = format!("{ONE}\n{TWO}\n{ONE}\n");
    let reset = Run::of(spawn(&simulator, &["users", "reset", "-", "--yes", "--output", "json"], &input));
    assert_eq!((reset.status, reset.values("user_id")), (Some(0), vec![json!(ONE), json!(TWO)]), "{reset:?}");
    assert_eq!(reset.values("outcome"), ["reset", "reset"]);
}

#[test]
fn reset_whose_response_is_lost_is_sent_once_and_gets_a_hint() {
    let simulator = simulator();
    let fault = simulator.inject(Fault::reset().after_operation().on(operations::RESET_USER_RISK));
    let reset = run(&simulator, &["users", "reset", ONE, "--yes"]);
    assert_eq!((reset.status, fault.happened()), (Some(8), 1), "{reset:?}");
    assert!(reset.stderr.contains("hint: the change may have been made; `zt-risk users show`"), "{reset:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_run_after_the_current_reset() {
    use std::process::Command;
    use std::time::Duration;

    let simulator = simulator();
    simulator.inject(Fault::delay(Duration::from_secs(2)).on(operations::RESET_USER_RISK));
    let child = spawn(&simulator, &["users", "reset", ONE, TWO, "--yes", "--output", "json"], "");
    while writes(&simulator).is_empty() {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let reset = Run::of(child);
    assert_eq!((reset.status, reset.values("outcome")), (Some(130), vec![json!("reset"), json!("not_started")]));
    assert!(reset.stderr.contains("2 users: 1 reset, 0 failed, 1 not started"), "{reset:?}");
    assert_eq!(writes(&simulator).len(), 1);
}

#[cfg(unix)]
#[test]
fn only_a_yes_at_the_prompt_resets_a_user() {
    use expectrl::process::unix::WaitStatus;
    use expectrl::{Eof, Expect, Session};

    let simulator = simulator();
    for (typed, code, sent) in [("n", 3, 0), ("", 3, 0), ("yes", 0, 1)] {
        let mut terminal = Session::spawn(common::command(&simulator, &["users", "reset", ONE])).unwrap();
        let before = terminal.expect("Reset the risk of 1 user? [y/N] ").unwrap();
        let review = String::from_utf8_lossy(before.before()).into_owned();
        assert!(review.contains(&format!("{ONE}: level medium")) && !has_personal_data(&review), "{review}");
        terminal.send_line(typed).unwrap();
        terminal.expect(Eof).unwrap();
        let status = terminal.get_process().wait().unwrap();
        assert!(matches!(status, WaitStatus::Exited(_, exited) if exited == code), "{typed:?}: {status:?}");
        assert_eq!(writes(&simulator).len(), sent, "{typed:?}");
    }
}
