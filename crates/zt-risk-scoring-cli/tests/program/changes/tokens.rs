//! Accounts with tokens of their own: each request has the token of its account.

use zt_risk_scoring_mock::simulator::Token;

use super::{Setup, expect};

/// Three accounts, each of which has a token that works for it alone, in a file.
fn setup() -> Setup {
    let setup = Setup::with_accounts(3);
    assert!(setup.simulator.remove_token(setup.simulator.api_token()));
    for (number, account) in setup.accounts.iter().enumerate() {
        let token = format!("cfut_own-{number}");
        setup.write_secret(&format!("token-{number}"), &token);
        setup.simulator.add_token(Token::new(token).accounts([account]));
    }
    setup
}

/// Runs commands that read, plan and apply, and checks which token each request has.
fn check(setup: &Setup, options: &str) {
    let run = |status, command: &str| {
        let arguments = shell_words::split(&format!("{command} {options}")).unwrap();
        expect(status, &setup.run_with(&arguments, &[]))
    };
    run(0, "behaviors list");
    run(0, "behaviors export --dir exported");
    run(0, &format!("behaviors diff {}", setup.accounts[1]));
    run(3, "behaviors diff desired.toml");
    run(3, "behaviors plan desired.toml --out plan.json");
    run(3, "behaviors apply plan.json --dry-run");
    run(0, "behaviors apply plan.json --yes --record changes.ndjson");
    run(0, "behaviors set high_dlp --enable --yes");
    assert_eq!(setup.enabled_in_each(), [true, true, true]);
    // The record names the token of each account: those that the simulator numbered after its own.
    let ids: Vec<_> = setup.lines("changes.ndjson").iter().map(|line| line["token_id"].clone()).collect();
    assert_eq!(ids, [2, 3, 4].map(|number| format!("{number:032x}")));
    let requests = setup.simulator.take_requests();
    for (number, id) in setup.accounts.iter().enumerate() {
        let of_account: Vec<_> = requests.iter().filter(|request| request.account_id() == Some(id)).collect();
        assert!(of_account.len() > 10, "{of_account:?}");
        let expected = format!("Bearer cfut_own-{number}");
        assert!(of_account.iter().all(|request| request.header("authorization") == Some(&expected)));
    }
}

#[test]
fn token_file_of_a_row_is_used_for_its_account() {
    let setup = setup();
    let rows = setup.accounts.iter().enumerate().map(|(number, id)| format!("{id},Customer {number},token-{number}\n"));
    setup.write("accounts.csv", &format!("account_id,label,token_file\n{}", rows.collect::<String>()));
    check(&setup, "--accounts-file accounts.csv");
    assert_eq!(setup.lines("changes.ndjson")[2]["account_label"], "Customer 2");
}

#[test]
fn profile_of_a_row_is_used_for_its_account() {
    let setup = setup();
    let profiles = (0..3).map(|number| {
        let path = setup.path(&format!("token-{number}"));
        format!("[profiles.customer{number}]\ntoken_file = {path:?}\n")
    });
    setup.write("config.toml", &profiles.collect::<String>());
    let rows = setup.accounts.iter().enumerate().map(|(number, id)| format!("{id},customer{number}\n"));
    setup.write("accounts.csv", &format!("account_id,profile\n{}", rows.collect::<String>()));
    check(&setup, "--accounts-file accounts.csv --config config.toml");
}

#[test]
fn rollback_of_accounts_with_tokens_of_their_own_uses_these() {
    let setup = setup();
    let rows = setup.accounts.iter().enumerate().map(|(number, id)| format!("{id},token-{number}\n"));
    setup.write("accounts.csv", &format!("account_id,token_file\n{}", rows.collect::<String>()));
    // The second account needs no change, so it has no rollback.
    setup.edit(1, "imp_travel", |behavior| behavior.enabled = true);
    let arguments = "behaviors apply desired.toml --yes --record changes.ndjson --accounts-file accounts.csv";
    let (_, stderr) = expect(0, &setup.run_with(&shell_words::split(arguments).unwrap(), &[]));
    let mut command = super::rollbacks::command(&stderr);
    assert_eq!(setup.enabled_in_each(), [true, true, true]);
    command.push("--yes".to_owned());
    expect(0, &setup.run_with(&command, &[]));
    assert_eq!(setup.enabled_in_each(), [false, true, false]);
}

#[test]
fn account_without_a_token_is_not_called_with_the_token_of_another() {
    let setup = setup();
    let [first, second, third] = setup.accounts.as_slice() else { unreachable!() };
    setup.write("accounts.csv", &format!("account_id,token_file\n{first},token-0\n{second},token-1\n"));
    let arguments = shell_words::split(&format!("behaviors diff {third} --accounts-file accounts.csv")).unwrap();
    let (_, stderr) = expect(2, &setup.run_with(&arguments, &[]));
    assert!(stderr.contains(&format!("there are no credentials for the account {third}")), "{stderr}");
    setup.expect_no_requests();

    // With a token for all others, that one is used for it.
    let environment = [("CLOUDFLARE_API_TOKEN", "cfut_own-2")];
    expect(0, &setup.run_with(&arguments, &environment));
    let requests = setup.simulator.take_requests();
    let mut used: Vec<_> =
        requests.iter().map(|request| (request.account_id(), request.header("authorization"))).collect();
    used.sort_unstable();
    let mut expected: Vec<_> =
        std::iter::zip(&setup.accounts, ["Bearer cfut_own-0", "Bearer cfut_own-1", "Bearer cfut_own-2"])
            .map(|(id, token)| (Some(id.as_str()), Some(token)))
            .collect();
    expected.sort_unstable();
    assert_eq!(used, expected);
}

#[test]
fn token_of_the_flag_is_that_of_all_accounts_without_one() {
    let setup = setup();
    let [first, second, _] = setup.accounts.as_slice() else { unreachable!() };
    setup.write("accounts.csv", &format!("account_id,token_file\n{first},token-0\n{second},\n"));
    let arguments = "behaviors set imp_travel --enable --yes --accounts-file accounts.csv --token-file token-1";
    // The environment has another token.
    let environment = [("CLOUDFLARE_API_TOKEN", "cfut_own-2")];
    expect(0, &setup.run_with(&shell_words::split(arguments).unwrap(), &environment));
    assert_eq!(setup.enabled_in_each(), [true, true, false]);
}

#[test]
fn only_account_of_a_file_uses_its_own_token() {
    let setup = setup();
    setup.write("accounts.csv", &format!("account_id,token_file\n{},token-1\n", setup.accounts[1]));
    let run = |status, command: &str| {
        let arguments = shell_words::split(&format!("{command} --accounts-file accounts.csv")).unwrap();
        expect(status, &setup.run_with(&arguments, &[("CLOUDFLARE_API_TOKEN", "cfut_own-0")]))
    };
    run(0, "behaviors list");
    run(3, "behaviors diff desired.toml");
    run(3, "behaviors plan desired.toml --out plan.json");
    run(3, "behaviors apply plan.json --dry-run");
    run(0, "behaviors apply plan.json --yes --record changes.ndjson");
    run(0, "users list");
    run(0, "integrations list");
    run(0, "integrations create --tenant-url https://new.okta.com --yes");
    assert_eq!(setup.enabled_in_each(), [false, true, false]);
    assert_eq!(setup.lines("changes.ndjson")[0]["token_id"], format!("{:032x}", 3));
}

#[test]
fn token_is_not_sent_to_the_base_url_of_a_profile_that_it_is_not_from() {
    let setup = setup();
    let url = setup.simulator.base_url();
    let account = setup.simulator.account_id();
    setup.write("config.toml", &format!("default_profile = \"staging\"\n[profiles.staging]\nbase_url = \"{url}\"\n"));
    let of_environment = ("CLOUDFLARE_API_TOKEN", "cfut_own-0");
    let run = |arguments: &str, environment: &[(&str, &str)]| {
        let arguments = format!("behaviors list --config config.toml --account-id {account} {arguments}");
        let arguments = shell_words::split(&arguments).unwrap();
        let environment = environment.iter().copied();
        let mut command = crate::support::command();
        command.args(arguments).envs(environment).current_dir(setup.folder.path()).output().unwrap()
    };
    for (arguments, environment, source) in [
        ("", &[of_environment][..], "CLOUDFLARE_API_TOKEN"),
        ("--profile staging", &[of_environment], "CLOUDFLARE_API_TOKEN"),
        ("--token-file token-0", &[], "--token-file"),
    ] {
        let (_, stderr) = expect(2, &run(arguments, environment));
        assert!(
            stderr.contains(&format!("error: the credentials are from {source}, but the base URL {url}")),
            "{stderr}"
        );
        assert!(stderr.contains("profile `staging` of config.toml"), "{stderr}");
        assert!(stderr.contains("--base-url or CLOUDFLARE_BASE_URL"), "{stderr}");
    }
    setup.expect_no_requests();
    expect(0, &run(&format!("--base-url {url}"), &[of_environment]));
    expect(0, &run("", &[of_environment, ("CLOUDFLARE_BASE_URL", &url)]));
    setup.write("config.toml", &format!("[profiles.default]\nbase_url = \"{url}\"\ntoken_file = \"token-0\"\n"));
    expect(0, &run("", &[]));
}

#[test]
fn unclosed_quote_of_an_accounts_file_is_rejected_before_anything_is_sent() {
    let setup = setup();
    let [first, second, third] = setup.accounts.as_slice() else { unreachable!() };
    setup.write("accounts.csv", &format!("account_id,label\n{first},\"ACME\n{second},Two\n{third},Three\n"));
    let (_, stderr) = setup.expect(2, "behaviors list --accounts-file accounts.csv");
    assert!(stderr.contains("line 2 of accounts.csv has a quote that is not closed"), "{stderr}");
    setup.expect_no_requests();
}

#[cfg(unix)]
#[test]
fn failure_of_a_token_command_names_the_command_and_where_it_is_set() {
    let setup = setup();
    let config = "[profiles.default]\ntoken_command = [\"sh\", \"-c\", \"exit 5\"]\n";
    setup.write("config.toml", config);
    let arguments = shell_words::split("behaviors list --config config.toml").unwrap();
    let (_, stderr) = expect(4, &setup.run_with(&arguments, &[]));
    let message = "error: the token command `sh` failed (exit status: 5)\n";
    let hint = "hint: run the token command `sh` of profile `default` of config.toml by hand to see why it fails\n";
    assert_eq!(stderr, format!("{message}{hint}"));
    let account = setup.simulator.account_id();
    let row = format!(r#"[{{"account_id": "{account}", "token_command": ["sh", "-c", "exit 5"]}}]"#);
    setup.write("accounts.json", &row);
    let arguments = shell_words::split("behaviors list --accounts-file accounts.json").unwrap();
    let (_, stderr) = expect(4, &setup.run_with(&arguments, &[]));
    assert!(stderr.contains("`sh` of element 1 of accounts.json by hand"), "{stderr}");
}
