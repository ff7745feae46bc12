//! Rollbacks of recorded runs, with the command that the program prints.

use zt_risk_scoring_mock::simulator::operations::{GET_BEHAVIORS, UPDATE_BEHAVIORS};
use zt_risk_scoring_mock::simulator::{Fault, Response, Unknowns};

use super::{Setup, expect};

/// The arguments of the command that takes a run back, as the program printed it.
#[track_caller]
pub(super) fn command(stderr: &str) -> Vec<String> {
    let line = stderr.lines().find_map(|line| line.strip_prefix("to take this back: ")).expect(stderr);
    let mut words = shell_words::split(line).unwrap();
    assert_eq!(words.remove(0), "zt-risk");
    words
}

/// Runs the command that takes a run back, as the program printed it and with `--yes`.
#[track_caller]
fn roll_back(setup: &Setup, status: i32, stderr: &str) -> String {
    let mut arguments = command(stderr);
    arguments.push("--yes".to_owned());
    expect(status, &setup.run_with(&arguments, &[("CLOUDFLARE_API_TOKEN", setup.simulator.api_token())])).1
}

#[test]
fn printed_command_takes_a_run_back() {
    for name in ["changes.ndjson", "my changes $HOME 'of' today.ndjson", "-changes"] {
        let setup = Setup::with_accounts(2);
        setup.edit(1, "imp_travel", |behavior| behavior.risk_level = "low".to_owned());
        let before = [setup.behavior(0, "imp_travel"), setup.behavior(1, "imp_travel")];
        let arguments = ["behaviors", "set", "imp_travel", "--enable", "--level", "medium", "--yes"].map(str::to_owned);
        let options = ["--accounts-file".to_owned(), "accounts.txt".to_owned(), format!("--record={name}")];
        let token = [("CLOUDFLARE_API_TOKEN", setup.simulator.api_token())];
        let (_, stderr) = expect(0, &setup.run_with(&[&arguments[..], &options[..]].concat(), &token));
        assert_ne!([setup.behavior(0, "imp_travel"), setup.behavior(1, "imp_travel")], before);
        roll_back(&setup, 0, &stderr);
        assert_eq!([setup.behavior(0, "imp_travel"), setup.behavior(1, "imp_travel")], before);
    }
}

#[test]
fn printed_command_repeats_the_options_that_it_needs() {
    let setup = Setup::new();
    setup.write_secret("token", setup.simulator.api_token());
    setup.write("config.toml", "[profiles.eu]\noutput = \"csv\"\n");
    let url = setup.simulator.base_url();
    let arguments = format!(
        "behaviors set imp_travel --enable --yes --record changes.ndjson --token-file token --config config.toml \
         --profile eu --base-url {url} --allow-plain-http"
    );
    let (_, stderr) = expect(0, &setup.run_with(&shell_words::split(&arguments).unwrap(), &[]));
    let mut arguments = command(&stderr);
    for part in ["--token-file token", "--config config.toml", "--profile eu", "--allow-plain-http"] {
        assert!(arguments.join(" ").contains(part), "{arguments:?}");
    }
    arguments.push("--yes".to_owned());
    let output = crate::support::command().args(&arguments).current_dir(setup.folder.path()).output().unwrap();
    expect(0, &output);
    assert!(!setup.is_enabled(0, "imp_travel"));
}

#[test]
fn rollback_is_confirmed_and_recorded_as_any_change() {
    let setup = Setup::new();
    let (_, stderr) = setup.expect(0, "behaviors set imp_travel --enable --yes --record changes.ndjson");
    let mut arguments = command(&stderr);
    setup.requests();
    let token = [("CLOUDFLARE_API_TOKEN", setup.simulator.api_token())];
    expect(2, &setup.run_with(&arguments, &token));
    setup.expect_no_requests();
    arguments.extend(["--yes", "--record", "changes.ndjson"].map(str::to_owned));
    let (_, stderr) = expect(0, &setup.run_with(&arguments, &token));
    assert!(!setup.is_enabled(0, "imp_travel"));
    // The rollback can be taken back, too.
    roll_back(&setup, 0, &stderr);
    assert!(setup.is_enabled(0, "imp_travel"));
    assert_eq!(setup.lines("changes.ndjson").len(), 2);
}

#[test]
fn rollback_of_a_run_that_failed_takes_back_what_was_done() {
    let setup = Setup::with_accounts(3);
    let fault = Fault::respond(Response::missing_permission()).on(UPDATE_BEHAVIORS);
    setup.simulator.inject(fault.in_account(setup.accounts[1].clone()));
    let (_, stderr) =
        setup.expect(8, "behaviors apply desired.toml --yes --record changes.ndjson --accounts-file accounts.txt");
    assert_eq!(setup.enabled_in_each(), [true, false, false]);
    setup.requests();
    roll_back(&setup, 0, &stderr);
    assert_eq!(setup.enabled_in_each(), [false, false, false]);
    assert_eq!(setup.writes(), [0]);
}

#[test]
fn rollback_begins_with_the_last_change() {
    let setup = Setup::with_accounts(3);
    let (_, stderr) =
        setup.expect(0, "behaviors set imp_travel --enable --yes --record changes.ndjson --accounts-file accounts.txt");
    setup.requests();
    roll_back(&setup, 0, &stderr);
    assert_eq!(setup.writes(), [2, 1, 0]);
}

#[test]
fn rollback_is_rejected_if_someone_changed_the_account_since() {
    let setup = Setup::new();
    let (_, stderr) = setup.expect(0, "behaviors set imp_travel --enable --yes --record changes.ndjson");
    setup.edit(0, "imp_travel", |behavior| behavior.risk_level = "low".to_owned());
    setup.requests();
    let message = roll_back(&setup, 8, &stderr);
    assert!(message.contains("the plan is outdated"), "{message}");
    let account = setup.simulator.account_id();
    assert!(message.contains(&format!("account {account} was changed after the run; set what")), "{message}");
    setup.expect_no_writes();
    assert!(setup.is_enabled(0, "imp_travel"));
}

#[test]
fn change_that_is_not_verified_can_be_taken_back() {
    let setup = Setup::new();
    setup.edit(0, "high_dlp", |behavior| behavior.enabled = true);
    setup.simulator.set_unknowns(super::resetting());
    let (_, stderr) = setup.expect(8, "behaviors set imp_travel --enable --yes --record changes.ndjson");
    assert!(!setup.is_enabled(0, "high_dlp"));
    setup.simulator.set_unknowns(Unknowns::default());
    roll_back(&setup, 0, &stderr);
    assert!(setup.is_enabled(0, "high_dlp") && !setup.is_enabled(0, "imp_travel"));
}

#[test]
fn change_whose_effect_is_unknown_can_be_taken_back() {
    let setup = Setup::new();
    let lost = setup.simulator.inject(Fault::respond(Response::missing_permission()).on(GET_BEHAVIORS).skip(2));
    let (_, stderr) = setup.expect(8, "behaviors set imp_travel --enable --yes --record changes.ndjson");
    assert!(stderr.contains("the change may have been made"), "{stderr}");
    assert!(setup.is_enabled(0, "imp_travel"));
    lost.remove();
    roll_back(&setup, 0, &stderr);
    assert!(!setup.is_enabled(0, "imp_travel"));
}

#[test]
fn run_without_changes_has_no_command_that_takes_it_back() {
    let setup = Setup::with_accounts(2);
    setup.edit(0, "imp_travel", |behavior| behavior.enabled = true);
    let fault = Fault::respond(Response::missing_permission()).on(GET_BEHAVIORS).skip(3);
    setup.simulator.inject(fault);
    // Both plans are made, the first changes nothing, and the second cannot be applied.
    let command =
        "behaviors apply desired.toml --yes --record changes.ndjson --concurrency 1 --accounts-file accounts.txt";
    setup.simulator.clear_faults();
    setup.simulator.inject(Fault::respond(Response::missing_permission()).on(GET_BEHAVIORS).skip(2));
    let (_, stderr) = setup.expect(7, command);
    assert!(!stderr.contains("to take this back"), "{stderr}");
    setup.expect_no_writes();
}

#[test]
fn rejected_write_has_no_command_that_takes_it_back() {
    let setup = Setup::new();
    setup.simulator.inject(Fault::respond(Response::missing_permission()).on(UPDATE_BEHAVIORS));
    let (_, stderr) = setup.expect(8, "behaviors set imp_travel --enable --yes --record changes.ndjson");
    assert!(!stderr.contains("to take this back"), "{stderr}");
    assert_eq!(setup.lines("changes.ndjson")[0]["outcome"], "failed");
}

#[test]
fn unknown_run_and_empty_record_are_usage_errors() {
    let setup = Setup::new();
    setup.expect(0, "behaviors set imp_travel --enable --yes --record changes.ndjson");
    let run = setup.lines("changes.ndjson")[0]["run"].as_str().unwrap().to_owned();
    setup.requests();
    let (_, stderr) = setup.expect(2, "behaviors apply changes.ndjson --roll-back other --yes");
    assert!(stderr.contains("no change of the run `other`") && stderr.contains(&run), "{stderr}");
    setup.write("empty.ndjson", "");
    let (_, stderr) = setup.expect(2, &format!("behaviors apply empty.ndjson --roll-back {run} --yes"));
    assert!(stderr.contains("has no change of the run"), "{stderr}");
    // A record is no file of plans.
    let (_, stderr) = setup.expect(2, "behaviors apply changes.ndjson --yes");
    assert!(stderr.contains("error: changes.ndjson is a record of changes"), "{stderr}");
    assert!(stderr.contains(&format!("--roll-back {run}")), "{stderr}");
    setup.expect_no_requests();
}

#[test]
fn damaged_line_of_a_record_is_skipped_and_the_rest_is_rolled_back() {
    let setup = Setup::new();
    setup.expect(0, "behaviors set imp_travel --enable --yes --record changes.ndjson");
    let run = setup.lines("changes.ndjson")[0]["run"].as_str().unwrap().to_owned();
    setup.write("damaged.ndjson", &format!("{}{{\"run\": \"x\", \"ti", setup.read("changes.ndjson")));
    let (_, stderr) = setup.expect(0, &format!("behaviors apply damaged.ndjson --roll-back {run} --yes"));
    assert!(stderr.contains("warning: damaged.ndjson: line 2 is no recorded change, and is skipped"), "{stderr}");
    assert!(!setup.is_enabled(0, "imp_travel"));
}

#[test]
fn record_that_ends_within_a_line_gets_a_line_break_first() {
    let setup = Setup::new();
    setup.expect(0, "behaviors set imp_travel --enable --yes --record changes.ndjson");
    let whole = setup.read("changes.ndjson");
    setup.write("changes.ndjson", &format!("{whole}{{\"run\":\"2026"));
    let (_, stderr) = setup.expect(0, "behaviors set imp_travel --disable --yes --record changes.ndjson");
    let text = setup.read("changes.ndjson");
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(roll_back(&setup, 0, &stderr).contains("line 2 is no recorded change"));
    assert!(setup.is_enabled(0, "imp_travel"));
    // The first line alone is damaged.
    setup.write("changes.ndjson", "{\"run\":\"2026");
    setup.expect(0, "behaviors set imp_travel --disable --yes --record changes.ndjson");
    assert_eq!(setup.read("changes.ndjson").lines().count(), 2);
}
