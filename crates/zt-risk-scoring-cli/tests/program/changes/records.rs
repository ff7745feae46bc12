//! The record of changes.

use serde_json::{Value, json};
use zt_risk_scoring_mock::simulator::operations::{GET_BEHAVIORS, UPDATE_BEHAVIORS};
use zt_risk_scoring_mock::simulator::{Fault, Response, Token};

use super::{Setup, column, expect};

#[test]
fn record_says_when_who_and_what() {
    let setup = Setup::new();
    setup.expect(0, "behaviors set imp_travel --enable --level low --yes --record changes.ndjson");
    let lines = setup.lines("changes.ndjson");
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(line["account_id"], setup.simulator.account_id());
    assert_eq!(line["outcome"], "applied");
    // The first token of the simulator.
    assert_eq!(line["token_id"], format!("{:032x}", 1));
    let settings = |when: &str| {
        let behavior = &line[when]["imp_travel"];
        (behavior["enabled"].clone(), behavior["risk_level"].clone())
    };
    assert_eq!(settings("after"), (json!(true), json!("low")), "{line}");
    assert_eq!(settings("before").0, json!(false), "{line}");
    assert_eq!(line["error"], Value::Null);
    assert_eq!(line["rollback"]["changes"]["imp_travel"]["after"]["enabled"], false);
    // The id of the write, and not of the read after it.
    let requests = line["requests"].as_array().unwrap();
    let methods: Vec<_> = requests.iter().map(|request| request["method"].as_str().unwrap()).collect();
    assert_eq!(methods, ["GET", "PUT", "GET"]);
    assert!(line["cf_ray"].is_string());
    assert_eq!(line["cf_ray"], requests[1]["cf_ray"]);
    assert_ne!(line["cf_ray"], requests[2]["cf_ray"]);
    // The time is now, and so is the run.
    let now = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
    for name in ["time", "run", "started_at", "finished_at"] {
        let time: chrono::DateTime<chrono::Utc> = line[name].as_str().unwrap().parse().unwrap();
        assert!((now - time).num_seconds().abs() < 60, "{name}: {line}");
    }
    assert!(!line.to_string().contains(setup.simulator.api_token()));
}

#[test]
fn run_of_many_accounts_has_a_line_for_each() {
    let setup = Setup::with_accounts(4);
    setup.edit(0, "imp_travel", |behavior| behavior.enabled = true);
    let fault = Fault::respond(Response::missing_permission()).on(UPDATE_BEHAVIORS);
    setup.simulator.inject(fault.in_account(setup.accounts[2].clone()));
    let command = "behaviors apply desired.toml --yes --record changes.ndjson --accounts-file accounts.txt";
    setup.expect(8, command);
    let lines = setup.lines("changes.ndjson");
    assert_eq!(column(&lines, "account_id"), setup.accounts);
    assert_eq!(column(&lines, "outcome"), ["unchanged", "applied", "failed", "not_started"]);
    assert!(lines.iter().all(|line| line["run"] == lines[0]["run"]));
    let not_started = &lines[3];
    assert!(not_started["time"].is_string());
    for name in ["token_id", "cf_ray", "error", "rollback"] {
        assert_eq!(not_started[name], Value::Null);
    }
    let failed = &lines[2];
    assert_eq!((&failed["error"]["kind"], &failed["error"]["status"]), (&json!("write"), &json!(403)));
    assert_eq!(failed["before"], failed["after"]);
    assert!(failed["cf_ray"].is_string());
    assert_eq!(lines[0]["rollback"], Value::Null);
    // One token has one id, which is asked for once.
    let verifications = setup.simulator.requests().iter().filter(|request| request.path().contains("verify")).count();
    assert_eq!(verifications, 1);

    // The next run appends to the file, under an id of its own.
    setup.simulator.clear_faults();
    setup.expect(0, command);
    let lines = setup.lines("changes.ndjson");
    assert_eq!(lines.len(), 8);
    assert_ne!(lines[0]["run"], lines[4]["run"]);
}

#[test]
fn account_that_cannot_be_planned_is_recorded() {
    let setup = Setup::with_accounts(2);
    let fault = Fault::respond(Response::missing_permission()).on(GET_BEHAVIORS);
    setup.simulator.inject(fault.in_account(setup.accounts[0].clone()));
    let command = "behaviors apply desired.toml --yes --record changes.ndjson --accounts-file accounts.txt";
    setup.expect(7, command);
    assert_eq!(setup.read("changes.ndjson"), "", "nothing was tried");
    setup.expect(7, &format!("{command} --keep-going"));
    let lines = setup.lines("changes.ndjson");
    assert_eq!(column(&lines, "account_id"), setup.accounts);
    assert_eq!(column(&lines, "outcome"), ["failed", "applied"]);
    assert_eq!((&lines[0]["error"]["status"], &lines[0]["token_id"]), (&json!(403), &Value::Null));
}

#[test]
fn failure_of_the_only_account_is_recorded() {
    let setup = Setup::new();
    setup.expect(3, "behaviors plan desired.toml --out plan.json");
    setup.edit(0, "imp_travel", |behavior| behavior.risk_level = "low".to_owned());
    setup.expect(8, "behaviors apply plan.json --yes --record changes.ndjson");
    let lines = setup.lines("changes.ndjson");
    assert_eq!(lines.len(), 1);
    assert_eq!((&lines[0]["outcome"], &lines[0]["error"]["kind"]), (&json!("failed"), &json!("outdated")));
    assert_eq!((&lines[0]["cf_ray"], &lines[0]["rollback"]), (&Value::Null, &Value::Null));
}

#[test]
fn record_names_the_token_of_an_account() {
    let setup = Setup::new();
    let account = setup.simulator.account_id();
    setup.simulator.add_token(Token::new("cfat_of-account").of_account(account));
    let arguments = ["behaviors", "set", "imp_travel", "--enable", "--yes", "--record", "changes.ndjson"];
    let arguments = arguments.map(str::to_owned);
    expect(0, &setup.run_with(&arguments, &[("CLOUDFLARE_API_TOKEN", "cfat_of-account")]));
    assert_eq!(setup.lines("changes.ndjson")[0]["token_id"], format!("{:032x}", 2));
}

#[test]
fn record_of_a_global_key_names_no_token() {
    let setup = Setup::new();
    let (email, key) = setup.simulator.global_key();
    let arguments = ["behaviors", "set", "imp_travel", "--enable", "--yes", "--record", "changes.ndjson"];
    let arguments = arguments.map(str::to_owned);
    expect(0, &setup.run_with(&arguments, &[("CLOUDFLARE_EMAIL", email), ("CLOUDFLARE_API_KEY", key)]));
    assert!(setup.is_enabled(0, "imp_travel"));
    let line = &setup.lines("changes.ndjson")[0];
    assert_eq!(line["token_id"], Value::Null);
    assert_eq!(line["outcome"], "applied");
    assert!(!line.to_string().contains(key) && !line.to_string().contains(email));
}

#[test]
fn record_that_cannot_be_written_is_a_usage_error_before_anything_is_sent() {
    let setup = Setup::new();
    setup.expect(3, "behaviors plan desired.toml --out plan.json");
    setup.requests();
    for command in ["set imp_travel --enable", "apply desired.toml", "apply plan.json"] {
        let (stdout, stderr) = setup.expect(2, &format!("behaviors {command} --yes --record nowhere/changes.ndjson"));
        assert_eq!(stdout, "");
        assert!(stderr.contains("nowhere/changes.ndjson cannot be written"), "{stderr}");
        setup.expect_no_requests();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn record_that_is_full_stops_a_run() {
    let setup = Setup::with_accounts(2);
    let command =
        "behaviors set imp_travel --enable --yes --keep-going --record /dev/full --accounts-file accounts.txt";
    let (stdout, stderr) = setup.expect(1, &format!("{command} --output json"));
    assert!(stderr.contains("applied, but /dev/full cannot be written"), "{stderr}");
    assert_eq!(stderr.matches("cannot be written").count(), 1, "{stderr}");
    // The line is not lost, since it has the rollback.
    let line: Value = stderr.lines().find_map(|line| serde_json::from_str(line).ok()).expect(&stderr);
    assert_eq!(
        (&line["outcome"], &line["rollback"]["changes"]["imp_travel"]["after"]["enabled"]),
        (&json!("applied"), &json!(false))
    );
    assert!(!stderr.contains("--roll-back"), "{stderr}");
    assert_eq!(setup.writes(), [0]);
    let rows: Vec<Value> = serde_json::from_str(&stdout).unwrap();
    assert_eq!(column(&rows, "outcome"), ["applied", "not_started"]);
}

#[cfg(target_os = "linux")]
#[test]
fn rejected_write_counts_more_than_a_full_record_or_output() {
    let setup = Setup::new();
    setup.simulator.inject(Fault::status(400).on(UPDATE_BEHAVIORS));
    let (_, stderr) = setup.expect(8, "behaviors set imp_travel --enable --yes --record /dev/full");
    assert!(stderr.contains("failed, but /dev/full cannot be written"), "{stderr}");
    let setup = Setup::with_accounts(2);
    setup.simulator.inject(Fault::status(400).on(UPDATE_BEHAVIORS).in_account(setup.accounts[1].clone()));
    let status = crate::support::command()
        .args([
            "behaviors",
            "set",
            "imp_travel",
            "--enable",
            "--yes",
            "--record",
            "r",
            "--accounts-file",
            "accounts.txt",
        ])
        .env("CLOUDFLARE_API_TOKEN", setup.simulator.api_token())
        .env("CLOUDFLARE_BASE_URL", setup.simulator.base_url())
        .current_dir(setup.folder.path())
        .stdout(std::fs::File::options().write(true).open("/dev/full").unwrap())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(8));
}

#[cfg(unix)]
#[test]
fn name_of_a_record_reaches_no_terminal_as_a_command() {
    let setup = Setup::new();
    let (_, stderr) = setup.expect(0, "behaviors set imp_travel --enable --yes --record 'a\u{1b}]0;b\u{7}'");
    assert!(stderr.contains("--roll-back") && !stderr.contains(['\u{1b}', '\u{7}']), "{stderr:?}");
}

#[test]
fn file_that_is_no_record_is_rejected_before_anything_is_sent() {
    let setup = Setup::new();
    setup.write("policy.toml", "[[rules]]\n");
    for text in ["[[rules]]\n", "\u{0}garbage", "{\"version\": 1}\n"] {
        setup.write("policy.toml", text);
        let (_, stderr) = setup.expect(2, "behaviors set imp_travel --enable --yes --record policy.toml");
        assert!(stderr.contains("policy.toml is no record of changes"), "{stderr}");
        assert_eq!(setup.read("policy.toml"), text);
    }
    setup.expect_no_requests();
}

#[test]
fn output_file_that_is_the_input_is_rejected() {
    let setup = Setup::new();
    for command in ["apply desired.toml --yes --record ./desired.toml", "plan desired.toml --out ./desired.toml"] {
        let (_, stderr) = setup.expect(2, &format!("behaviors {command}"));
        assert!(stderr.contains("./desired.toml is the file to"), "{stderr}");
    }
    assert_eq!(setup.read("desired.toml"), super::DESIRED);
    setup.expect_no_requests();
}
