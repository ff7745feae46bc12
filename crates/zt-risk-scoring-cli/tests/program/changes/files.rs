//! Files that `export` writes, edited, compared, planned and applied.

use serde_json::Value;

use super::{Setup, column};

/// Each format: its option, and the ending of its file.
const FORMATS: [(&str, &str); 3] = [("table", "toml"), ("yaml", "yaml"), ("json", "json")];

#[test]
fn exported_file_is_the_account() {
    for (format, ending) in FORMATS {
        let setup = Setup::new();
        setup.edit(0, "high_dlp", |behavior| (behavior.enabled, behavior.risk_level) = (true, "medium".to_owned()));
        let (text, _) = setup.expect(0, &format!("behaviors export --output {format}"));
        let name = format!("exported.{ending}");
        setup.write(&name, &text);
        for command in ["diff", "plan", "apply --yes"] {
            setup.expect(0, &format!("behaviors {command} {name}"));
        }
        setup.expect_no_writes();
    }
}

#[test]
fn edited_file_changes_the_account() {
    for (format, ending) in FORMATS {
        let setup = Setup::new();
        setup.edit(0, "high_dlp", |behavior| behavior.risk_level = "medium".to_owned());
        setup.edit(0, "sentinel_one", |behavior| behavior.risk_level = "low".to_owned());
        let (text, _) = setup.expect(0, &format!("behaviors export --output {format}"));
        let edited = text.replace("medium", "low");
        assert_ne!(edited, text);
        let name = format!("edited.{ending}");
        setup.write(&name, &edited);
        let rows = setup.rows(3, &format!("behaviors diff {name}"));
        assert_eq!((column(&rows, "id"), column(&rows, "difference")), (vec!["high_dlp"], vec!["changed"]));
        assert_eq!(
            (&rows[0]["account"]["risk_level"], &rows[0]["other"]["risk_level"]),
            (&"medium".into(), &"low".into())
        );
        let rows = setup.rows(3, &format!("behaviors plan {name} --out plan.json"));
        assert_eq!((column(&rows, "id"), &rows[0]["after"]["risk_level"]), (vec!["high_dlp"], &"low".into()));
        setup.expect(0, "behaviors apply plan.json --yes");
        assert_eq!(setup.behavior(0, "high_dlp").risk_level, "low");
        setup.expect(0, &format!("behaviors diff {name}"));
    }
}

#[test]
fn file_for_each_account_is_exported() {
    for (format, ending) in FORMATS {
        let setup = Setup::with_accounts(3);
        setup.edit(1, "imp_travel", |behavior| behavior.enabled = true);
        let command = format!("behaviors export --dir a/b --accounts-file accounts.txt --output {format}");
        setup.expect(0, &command);
        for (number, account) in setup.accounts.iter().enumerate() {
            let file = format!("a/b/{account}.{ending}");
            assert!(setup.path(&file).exists(), "{file}");
            setup.expect(0, &format!("behaviors diff {file} --account-id {account}"));
            let of_second = format!("behaviors diff {file} --account-id {}", setup.accounts[1]);
            setup.expect(if number == 1 { 0 } else { 3 }, &of_second);
        }
    }
}

#[test]
fn exported_folder_is_a_result() {
    let setup = Setup::with_accounts(2);
    let rows = setup.rows(0, "behaviors export --dir exported --accounts-file accounts.txt");
    assert_eq!(column(&rows, "account_id"), setup.accounts);
    assert!(rows.iter().all(|row| row["behaviors"] == 3), "{rows:?}");
    for row in &rows {
        let exported: Value = serde_json::from_str(&setup.read(row["path"].as_str().unwrap())).unwrap();
        assert_eq!(exported["behaviors"].as_object().unwrap().len(), 3);
    }
}

#[test]
fn difference_between_accounts_has_a_direction() {
    let setup = Setup::with_accounts(2);
    let [first, second] = setup.accounts.as_slice() else { unreachable!() };
    setup.edit(1, "imp_travel", |behavior| behavior.enabled = true);
    setup.simulator.edit(second, |account| drop(account.behaviors_mut().remove("high_dlp")));
    let enabled = |row: &Value, side: &str| row[side]["enabled"].clone();

    let rows = setup.rows(3, &format!("behaviors diff {second} --account-id {first}"));
    assert_eq!(column(&rows, "id"), ["high_dlp", "imp_travel"]);
    assert_eq!(column(&rows, "difference"), ["only_in_account", "changed"]);
    assert_eq!((&rows[0]["other"], &rows[1]["account_id"]), (&Value::Null, &first.as_str().into()));
    assert_eq!((enabled(&rows[1], "account"), enabled(&rows[1], "other")), (false.into(), true.into()));

    let rows = setup.rows(3, &format!("behaviors diff {first} --account-id {second}"));
    assert_eq!(column(&rows, "difference"), ["only_in_other", "changed"]);
    assert_eq!((&rows[0]["account"], &rows[1]["account_id"]), (&Value::Null, &second.as_str().into()));
    assert_eq!((enabled(&rows[1], "account"), enabled(&rows[1], "other")), (true.into(), false.into()));

    let (_, stderr) = setup.expect(0, &format!("behaviors diff {first} --account-id {first}"));
    assert_eq!(stderr, "no differences\n");
}

#[test]
fn behavior_that_an_account_lacks_is_a_difference() {
    let setup = Setup::new();
    setup.write("desired.toml", "[behaviors.other]\nenabled = true\n");
    let rows = setup.rows(3, "behaviors diff desired.toml");
    assert_eq!((column(&rows, "id"), column(&rows, "difference")), (vec!["other"], vec!["only_in_other"]));
}

#[test]
fn other_account_that_cannot_be_read_fails_the_command() {
    let setup = Setup::new();
    let (stdout, stderr) = setup.expect(1, &format!("behaviors diff {}", "f".repeat(32)));
    assert_eq!(stdout, "");
    assert!(stderr.contains("hint: check the account id"), "{stderr}");
}

#[test]
fn standard_input_is_read_once() {
    let setup = Setup::new();
    for command in ["diff -", "plan -", "apply - --yes"] {
        let command = format!("behaviors {command} --accounts-file - --simulate");
        let output = crate::support::command()
            .args(command.split(' '))
            .stdin(std::fs::File::open(setup.path("accounts.txt")).unwrap())
            .output()
            .unwrap();
        let (stdout, stderr) = super::expect(2, &output);
        assert!(stdout.is_empty() && stderr.contains("both the file and --accounts-file are `-`"), "{stderr}");
    }
}

#[test]
fn problem_of_a_file_is_reported_before_anything_is_sent() {
    let setup = Setup::new();
    setup.write("level.toml", "[behaviors.imp_travel]\nrisk_level = \"hihg\"\n");
    setup.write("empty.toml", "[behaviors.high_dlp]\nenabled = true\n[behaviors.imp_travel]\n");
    setup.write("plan.json", "{\"version\": 1, \"plans\": [{\"target\"");
    setup.write("other.json", "{\"version\": 1, \"plans\": [{}]}");
    let short = "023e105f4ecef8ad9ca31a8372d0c35";
    for (command, message, hint) in [
        ("plan level.toml", "level.toml: unknown risk level `hihg` for `imp_travel`", "did you mean `high`?"),
        ("apply level.toml --yes", "level.toml: unknown risk level `hihg`", "did you mean `high`?"),
        ("plan empty.toml", "empty.toml: the behavior `imp_travel` has neither enabled nor risk_level", "export"),
        ("apply plan.json --yes", "plan.json: EOF", "plan again"),
        ("apply other.json --yes", "other.json: missing field", "plan again"),
        (&format!("diff {short}"), "an account id has 32 hexadecimal digits", "31 digits"),
    ] {
        let (_, stderr) = setup.expect(2, &format!("behaviors {command}"));
        let (message_line, hint_line) = stderr.split_once("\nhint: ").unwrap();
        assert!(message_line.contains(message) && hint_line.contains(hint), "{stderr}");
    }
    setup.expect_no_requests();
}

#[cfg(unix)]
#[test]
fn file_without_an_end_is_rejected() {
    let setup = Setup::new();
    for (command, limit) in [
        ("behaviors plan /dev/zero", 256),
        ("behaviors audit --policy /dev/zero", 16),
        ("behaviors list --config /dev/zero", 16),
        ("behaviors list --simulate=/dev/zero", 16),
    ] {
        let (_, stderr) = setup.expect(2, command);
        assert!(stderr.contains(&format!("cannot be read: it has more than {limit} MiB")), "{command}: {stderr}");
    }
    setup.expect_no_requests();
}
