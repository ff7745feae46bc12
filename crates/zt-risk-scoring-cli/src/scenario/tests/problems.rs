//! Problems of a scenario, and where they are.

use super::{ACCOUNT_ID, ANA, OTHER_ID, error};
use crate::scenario::Scenario;

#[test]
fn invalid_scenario_is_rejected_with_line_and_key() {
    for (toml, expected) in [
        ("account = []", "1: unknown field `account`, expected one of `clock`, `accounts`"),
        ("\n[[accounts]]\nid = \"short\"", "3: accounts.id: the account id has 5 characters"),
        ("[clock]\nstart = 2026-11-22", "2: clock.start: `2026-11-22` is no time such as 2026-11-22T12:00:00Z"),
        ("[clock]\nstart = 1", "2: clock.start: a time is expected, not an integer"),
        ("[quota]\nrequests = 1\nwindow_s = -1", "3: quota.window_s: a number of seconds from 0 to 86400"),
        ("[quota]\nrequests = 1\nwindow_s = 0", "1: quota: `window_s` is 0"),
        ("[quota]\nrequests = 1\nwindow_s = \"1\"", "3: quota.window_s: a number of seconds is expected, not a string"),
        ("[quota]\nrequest = 1", "2: quota: unknown field `request`"),
        ("quota = \"other\"", "1: quota: invalid value: string \"other\", expected \"vendor\" or a table"),
        ("[[tokens]]\ntext = \"a b\"", "2: tokens.text: a token consists of letters"),
        ("[[tokens]]\ntext = \"a\"\npermissions = [\"all\"]", "3: tokens.permissions: unknown variant `all`"),
        ("[[faults]]\non = \"get_behaviors\"", "1: faults: a fault has exactly one of status"),
        ("[[faults]]\nreset = true\nstatus = 500", "1: faults: a fault has exactly one of status"),
        ("[[faults]]\nstatus = 100", "2: faults.status: 100 is no status from 200 to 599"),
        ("[[faults]]\nreset = true\nretry_after_s = 1", "1: faults: `retry_after_s` needs"),
        ("[[faults]]\nreset = true\non = \"x\"", "3: faults.on: unknown operation `x`; the operations are"),
        ("\n[[faults]]\nreset = true\ntimes = 0", "2: faults: `times` is 0"),
        ("[[faults]]\nstatus = 500\ntimes = 0", "1: faults: `times` is 0"),
        ("[[faults]]\nwrite = { behavior = \"a\" }", "1: faults: `write` needs `enabled` or `level`"),
        ("[[faults]]\ntruncate = 1\nafter_operation = true", "1: faults: `after_operation` has no effect on drip"),
        ("[[faults]]\nlost_response = true\nafter_operation = true", "1: faults: `after_operation` has no effect"),
        ("faults = [{ drip = { bytes = 1, interval_s = 1 }, after_operation = true }]", "1: faults: `after_operation`"),
        (
            "[[faults]]\nwrite = { behavior = \"a\", level = \"low\" }\non = \"verify_user_token\"",
            "1: faults: `write` has no effect on `verify_user_token`, whose requests name no account",
        ),
        (
            &format!("[[faults]]\nstatus = 500\non = \"verify_user_token\"\naccount = \"{ACCOUNT_ID}\""),
            "1: faults: `account` has no effect on `verify_user_token`, whose requests name no account",
        ),
        ("[switches]\nempty_result = \"none\"", "2: switches.empty_result: unknown variant `none`"),
    ] {
        let error = error(toml);
        assert!(error.starts_with(&format!("test.toml:{expected}")), "{error}\n{expected}");
    }
    let account = |keys: &str| error(&format!("\n[[accounts]]\nid = \"{OTHER_ID}\"\n{keys}"));
    assert!(account("generated_users = 1000001").contains(":4: accounts.generated_users: at most 1000000 users"));
    let duplicate = account(&format!("[[accounts]]\nid = \"{}\"", OTHER_ID.to_uppercase()));
    assert_eq!(duplicate, format!("test.toml:5: duplicate account `{OTHER_ID}`"));
    let user = format!("[[accounts.users]]\nid = \"{ANA}\"\nemail = \"a@example.com\"\nname = \"A\"\n");
    assert_eq!(account(&user.repeat(2)), format!("test.toml:9: duplicate user `{ANA}`"));
    let integration = format!("[[accounts.integrations]]\nid = \"{ANA}\"\ntenant_url = \"https://a.example\"\n");
    assert_eq!(account(&integration.repeat(2)), format!("test.toml:8: duplicate integration `{ANA}`"));
    assert_eq!(error("tokens = [\n{ text = \"a\" },\n{ text = \"a\" }]"), "test.toml:3: duplicate token `a`");
}

#[tokio::test]
async fn account_of_a_token_or_a_fault_must_exist_once_arguments_have_added_theirs() {
    for (keys, line) in [
        (format!("[[tokens]]\ntext = \"a\"\naccounts = [\n\"{ACCOUNT_ID}\",\n\"{OTHER_ID}\"]"), 5),
        (format!("[[tokens]]\ntext = \"a\"\nof_account = \"{OTHER_ID}\""), 3),
        (format!("\n[[faults]]\nstatus = 500\naccount = \"{OTHER_ID}\""), 2),
    ] {
        let mut scenario = Scenario::parse("test.toml", &keys).unwrap();
        let error = scenario.start().await.unwrap_err().to_string();
        assert_eq!(error, format!("test.toml:{line}: the scenario has no account `{OTHER_ID}`"));
        scenario.ensure_account(&OTHER_ID.parse().unwrap());
        scenario.start().await.unwrap();
    }
}
