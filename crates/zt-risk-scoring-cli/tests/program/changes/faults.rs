//! Calls that fail, and writes whose effect is not as it is meant to be.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use serde_json::{Value, json};
use zt_risk_scoring_mock::simulator::operations::{GET_BEHAVIORS, UPDATE_BEHAVIORS};
use zt_risk_scoring_mock::simulator::{Fault, Permissions, Response, Token};

use super::{Setup, expect};

const SET: &str = "behaviors set imp_travel --enable --yes";

/// The error that the program printed as JSON, which is the last line of standard error.
#[track_caller]
fn error(setup: &Setup, status: i32, command: &str) -> Value {
    let (stdout, stderr) = setup.expect(status, &format!("{command} --output json"));
    assert_eq!(stdout, "");
    let reports: Vec<Value> = stderr
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|report: &Value| report.is_object())
        .collect();
    let [report] = reports.as_slice() else { panic!("{stderr}") };
    report["error"].clone()
}

#[test]
fn write_that_is_not_taken_over_is_not_verified() {
    let setup = Setup::new();
    let revert = Fault::writer(|account| account.behaviors_mut().get_mut("imp_travel").unwrap().enabled = false);
    setup.simulator.inject(revert.after_operation().on(UPDATE_BEHAVIORS));
    let error = error(&setup, 8, SET);
    assert_eq!(error["kind"], "mismatch");
    assert!(error["message"].as_str().unwrap().contains("imp_travel"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("who else changes them"), "{error}");
}

#[test]
fn write_that_resets_omitted_behaviors_is_not_verified() {
    let setup = Setup::new();
    setup.edit(0, "high_dlp", |behavior| behavior.enabled = true);
    setup.simulator.set_unknowns(super::resetting());
    let error = error(&setup, 8, SET);
    assert_eq!(error["kind"], "mismatch");
    assert!(error["message"].as_str().unwrap().contains("high_dlp"), "{error}");
    let (_, stderr) = setup.expect(8, "behaviors set sentinel_one --enable --yes");
    let mismatches = stderr.matches("imp_travel: changed without being requested").count();
    assert_eq!(mismatches, 1, "each mismatch is printed once: {stderr}");
}

#[test]
fn write_whose_response_is_lost_is_verified_by_a_read() {
    let setup = Setup::new();
    let lost = setup.simulator.inject(Fault::reset().after_operation().on(UPDATE_BEHAVIORS).once());
    setup.expect(0, &format!("{SET} --record changes.ndjson"));
    assert_eq!((lost.happened(), setup.writes()), (1, vec![0]));
    assert!(setup.is_enabled(0, "imp_travel"));
    assert_eq!(setup.lines("changes.ndjson")[0]["outcome"], "applied");
}

#[test]
fn write_whose_response_is_lost_and_that_cannot_be_read_is_not_verified() {
    let setup = Setup::new();
    setup.simulator.inject(Fault::reset().after_operation().on(UPDATE_BEHAVIORS));
    setup.simulator.inject(Fault::respond(Response::missing_permission()).on(GET_BEHAVIORS).skip(2));
    let error = error(&setup, 8, SET);
    assert_eq!(error["kind"], "unknown");
    assert!(error["hint"].as_str().unwrap().contains("apply the same plan again"), "{error}");
}

#[test]
fn write_that_a_token_may_not_make_is_rejected() {
    let setup = Setup::new();
    setup.simulator.add_token(Token::new("cfut_reader").permissions(Permissions::read_only()));
    let arguments = shell_words::split(SET).unwrap();
    let (stdout, stderr) = expect(8, &setup.run_with(&arguments, &[("CLOUDFLARE_API_TOKEN", "cfut_reader")]));
    assert_eq!(stdout, "");
    assert!(stderr.contains("grant the token the permission Zero Trust Write"), "{stderr}");
    assert!(stderr.contains("\nimp_travel: the change was not taken over: expected enabled"), "{stderr}");
    assert_eq!(setup.writes(), [0]);
    assert!(!setup.is_enabled(0, "imp_travel"));
}

#[test]
fn failure_of_the_read_before_a_change_has_its_own_status() {
    for (response, status) in [
        (Response::too_many_requests(std::time::Duration::from_secs(300)), 6),
        (Response::plan_lacks_feature(), 5),
        (Response::invalid_token(), 4),
        (Response::missing_permission(), 4),
        (Response::of_status(400), 1),
    ] {
        let setup = Setup::new();
        setup.expect(3, "behaviors plan desired.toml --out plan.json");
        setup.simulator.inject(Fault::respond(response.clone()).on(GET_BEHAVIORS));
        setup.requests();
        for command in [
            "behaviors list",
            "behaviors plan desired.toml",
            "behaviors diff desired.toml",
            "behaviors export",
            SET,
            "behaviors apply desired.toml --yes",
            "behaviors apply desired.toml --dry-run",
            "behaviors apply plan.json --yes",
            "behaviors apply plan.json --dry-run",
        ] {
            let error = error(&setup, status, command);
            assert_eq!(error["status"], response.status(), "{command}: {error}");
        }
        setup.expect_no_writes();
    }
}

#[test]
fn account_without_the_feature_has_a_status_of_its_own() {
    let setup = Setup::new();
    setup.simulator.edit(setup.simulator.account_id(), |account| account.set_feature(false));
    assert_eq!(error(&setup, 5, SET)["kind"], "plan");
}

#[test]
fn read_between_the_plan_and_the_write_keeps_its_status() {
    let setup = Setup::new();
    setup.simulator.inject(Fault::respond(Response::missing_permission()).on(GET_BEHAVIORS).skip(1));
    let error = error(&setup, 4, SET);
    assert_eq!(error["kind"], "read");
    setup.expect_no_writes();
}

#[test]
fn read_that_cannot_be_sent_is_a_failed_call() {
    let setup = Setup::new();
    let url = "http://127.0.0.1:9/client/v4";
    save_plan_for(&setup, url);
    let (_, stderr) = setup.expect(1, &format!("behaviors apply plan.json --yes --timeout 2 --base-url {url}"));
    assert!(stderr.contains("nothing was written"), "{stderr}");
}

#[test]
fn write_that_cannot_be_sent_is_a_failed_call() {
    let setup = Setup::new();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/client/v4", listener.local_addr().unwrap());
    save_plan_for(&setup, &url);
    let server = std::thread::spawn(move || respond_once(listener));
    let (_, stderr) = setup.expect(1, &format!("behaviors apply plan.json --yes --timeout 2 --base-url {url}"));
    server.join().unwrap();
    assert!(stderr.contains("the change was not made"), "{stderr}");
}

/// Saves the plan of the account for another base URL.
fn save_plan_for(setup: &Setup, url: &str) {
    setup.expect(3, "behaviors plan desired.toml --out plan.json");
    let mut plan: Value = serde_json::from_str(&setup.read("plan.json")).unwrap();
    plan["plans"][0]["target"]["base_url"] = url.into();
    setup.write("plan.json", &plan.to_string());
}

/// Responds to the first request with the behaviors that the plan saw, and closes the port.
fn respond_once(listener: TcpListener) {
    let (mut stream, _) = listener.accept().unwrap();
    drop(listener);
    let mut request = BufReader::new(stream.try_clone().unwrap()).lines();
    while request.next().is_some_and(|line| !line.unwrap().is_empty()) {}
    let behavior = json!({"name": "Impossible Travel", "description": "", "enabled": false, "risk_level": "high"});
    let body =
        json!({"success": true, "errors": [], "messages": [], "result": {"behaviors": {"imp_travel": behavior}}});
    let body = body.to_string();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
    write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
}

#[test]
fn hint_of_an_unrequested_change_names_the_write_as_a_possible_cause() {
    let setup = Setup::new();
    setup.edit(0, "high_dlp", |behavior| behavior.enabled = true);
    setup.simulator.set_unknowns(super::resetting());
    let (_, stderr) = setup.expect(8, SET);
    assert!(stderr.contains("hint: this write itself may be the cause"), "{stderr}");
    assert!(stderr.contains("zt-risk behaviors export"), "{stderr}");
}

#[test]
fn repaired_behaviors_are_named() {
    let setup = Setup::new();
    setup.edit(0, "high_dlp", |behavior| behavior.enabled = true);
    setup.simulator.set_unknowns(super::resetting());
    setup.write("desired.toml", "[behaviors.imp_travel]\nenabled = true\n[behaviors.high_dlp]\nenabled = true\n");
    let (_, stderr) = setup.expect(0, "behaviors apply desired.toml --yes");
    assert!(stderr.contains("these had changed without being requested: high_dlp"), "{stderr}");
    assert!(setup.is_enabled(0, "high_dlp") && setup.is_enabled(0, "imp_travel"));
}
