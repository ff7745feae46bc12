//! Exit statuses where several hold, and formats.

use zt_risk_scoring_mock::simulator::operations::{GET_BEHAVIORS, UPDATE_BEHAVIORS};
use zt_risk_scoring_mock::simulator::{Fault, Response};

use super::Setup;

#[test]
fn failure_of_an_account_hides_changes() {
    let setup = Setup::with_accounts(3);
    let fault = Fault::respond(Response::missing_permission()).on(GET_BEHAVIORS);
    setup.simulator.inject(fault.in_account(setup.accounts[1].clone()));
    for command in ["plan desired.toml", "diff desired.toml", "apply desired.toml --dry-run"] {
        let (stdout, _) = setup.expect(7, &format!("behaviors {command} --accounts-file accounts.txt"));
        assert!(stdout.contains("imp_travel"), "{stdout}");
    }
    let (first, third) = (&setup.accounts[0], &setup.accounts[2]);
    let accounts = format!("--account-id {first} --account-id {third}");
    for command in ["plan desired.toml", "diff desired.toml", "apply desired.toml --dry-run"] {
        setup.expect(3, &format!("behaviors {command} {accounts}"));
    }
}

#[test]
fn rejected_write_hides_an_account_that_cannot_be_read() {
    let setup = Setup::with_accounts(3);
    let fault = |operation| Fault::respond(Response::missing_permission()).on(operation);
    setup.simulator.inject(fault(GET_BEHAVIORS).in_account(setup.accounts[0].clone()));
    setup.simulator.inject(fault(UPDATE_BEHAVIORS).in_account(setup.accounts[1].clone()));
    setup.expect(8, "behaviors apply desired.toml --yes --keep-going --accounts-file accounts.txt");
    assert_eq!(setup.enabled_in_each(), [false, false, true]);
}

#[test]
fn account_without_the_behavior_is_one_of_several_failures() {
    let setup = Setup::with_accounts(3);
    setup.simulator.edit(&setup.accounts[1], |account| drop(account.behaviors_mut().remove("imp_travel")));
    let command = "behaviors apply desired.toml --yes --accounts-file accounts.txt";
    setup.expect(7, command);
    setup.expect_no_writes();
    // Two accounts are changed, so the status must not say that the arguments are invalid and nothing was sent.
    setup.expect(7, &format!("{command} --keep-going"));
    assert_eq!(setup.writes(), [0, 2]);
    setup.expect(0, &format!("{command} --allow-missing"));
}

#[test]
fn format_of_the_profile_is_that_of_errors() {
    let setup = Setup::new();
    setup.write("config.toml", "[profiles.ci]\noutput = \"json\"\n");
    setup.simulator.inject(Fault::respond(Response::missing_permission()));
    for command in ["behaviors list", "users list", "integrations list", "behaviors set imp_travel --enable --yes"] {
        let (_, stderr) = setup.expect(4, &format!("{command} --config config.toml --profile ci"));
        let report: serde_json::Value = serde_json::from_str(stderr.trim()).unwrap();
        assert_eq!(report["error"]["kind"], "permission", "{stderr}");
        let (_, stderr) = setup.expect(4, &format!("{command} --config config.toml --profile ci --output table"));
        assert!(stderr.starts_with("error: "), "{stderr}");
    }
}

#[test]
fn format_of_the_profile_is_that_of_problems_of_the_configuration() {
    let setup = Setup::new();
    setup.write("config.toml", "[profiles.ci]\noutput = \"ndjson\"\n");
    for command in ["behaviors list", "behaviors apply desired.toml --yes", "users list", "integrations list"] {
        let arguments = shell_words::split(&format!("{command} --config config.toml --profile ci")).unwrap();
        let (_, stderr) = super::expect(2, &setup.run_with(&arguments, &[]));
        let report: serde_json::Value = serde_json::from_str(stderr.trim()).unwrap();
        assert_eq!(report["error"]["message"], "there are no credentials");
    }
    for command in ["behaviors diff missing.toml", "behaviors apply missing.json --yes"] {
        let (_, stderr) = setup.expect(2, &format!("{command} --config config.toml --profile ci"));
        let report: serde_json::Value = serde_json::from_str(stderr.trim()).unwrap();
        assert_eq!(report["error"]["kind"], "usage");
    }
    setup.expect_no_requests();
}

#[test]
fn report_of_anything_but_an_audit_is_a_usage_error() {
    let setup = Setup::new();
    setup.expect(3, "behaviors plan desired.toml --out plan.json");
    setup.requests();
    let user = "11111111-1111-4111-8111-111111111111";
    for format in ["junit", "sarif"] {
        for command in [
            "behaviors list",
            "behaviors plan desired.toml",
            "behaviors apply plan.json --yes",
            "behaviors set imp_travel --enable --yes",
            "behaviors export",
            "users list",
            &format!("users reset {user} --yes"),
            "integrations list",
            "integrations create --tenant-url https://new.okta.com --yes",
        ] {
            let (stdout, stderr) = setup.expect(2, &format!("{command} --output {format}"));
            assert_eq!(stdout, "");
            assert!(stderr.contains(format), "{stderr}");
            setup.expect_no_requests();
        }
    }
}

#[test]
fn file_that_cannot_be_written_is_a_failure_and_no_usage_error() {
    let setup = Setup::with_accounts(2);
    let fails = |status, command: &str| {
        let (_, stderr) = setup.expect(status, command);
        assert!(stderr.contains("the result could not be written: desired.toml/x"), "{stderr}");
    };
    fails(1, "behaviors export --dir desired.toml/x");
    fails(1, "behaviors plan desired.toml --out desired.toml/x");
    let (stdout, _) = setup.expect(7, "behaviors export --dir desired.toml/x --accounts-file accounts.txt");
    assert!(stdout.contains("could not be written"), "{stdout}");
    let fault = Fault::respond(Response::missing_permission()).on(GET_BEHAVIORS);
    setup.simulator.inject(fault.in_account(setup.accounts[1].clone()));
    fails(7, "behaviors plan desired.toml --out desired.toml/x --accounts-file accounts.txt");
}

#[cfg(target_os = "linux")]
#[test]
fn failed_account_counts_more_than_a_full_output() {
    let setup = Setup::with_accounts(2);
    let fault = Fault::respond(Response::missing_permission()).on(GET_BEHAVIORS);
    setup.simulator.inject(fault.in_account(setup.accounts[1].clone()));
    let output = crate::support::command()
        .args(["behaviors", "list", "--accounts-file", "accounts.txt"])
        .env("CLOUDFLARE_API_TOKEN", setup.simulator.api_token())
        .env("CLOUDFLARE_BASE_URL", setup.simulator.base_url())
        .current_dir(setup.folder.path())
        .stdout(std::fs::File::options().write(true).open("/dev/full").unwrap())
        .output()
        .unwrap();
    let (_, stderr) = super::expect(7, &output);
    assert!(stderr.contains("the result could not be written"), "{stderr}");
}
