//! Changes that nobody confirms, and dry runs.

#[cfg(unix)]
use zt_risk_scoring_mock::simulator::operations::GET_BEHAVIORS;
#[cfg(unix)]
use zt_risk_scoring_mock::simulator::{Fault, Response};
use zt_risk_scoring_mock::simulator::{Integration, User, Uuid};

use super::Setup;

const USER: &str = "11111111-1111-4111-8111-111111111111";
const OTHER_USER: &str = "22222222-2222-4222-8222-222222222222";
const INTEGRATION: &str = "66666666-6666-4666-8666-666666666666";

/// Every command that changes something, in an account that it would change.
fn writing_commands() -> Vec<String> {
    vec![
        "behaviors set imp_travel --enable".to_owned(),
        "behaviors apply desired.toml".to_owned(),
        "behaviors apply plan.json".to_owned(),
        "behaviors apply changes.ndjson --roll-back RUN".to_owned(),
        format!("users reset {USER}"),
        format!("users reset {USER} {OTHER_USER} --limit 2"),
        "integrations create --tenant-url https://new.okta.com".to_owned(),
        format!("integrations update {INTEGRATION} --deactivate"),
        format!("integrations delete {INTEGRATION}"),
    ]
}

/// An account with a user and an integration, a plan and a recorded run, whose id takes the place of `RUN`.
fn setup() -> (Setup, impl Fn(&str) -> String) {
    let setup = Setup::new();
    let integration = Integration::new(INTEGRATION.parse::<Uuid>().unwrap(), "https://old.okta.com");
    setup.simulator.edit(setup.simulator.account_id(), |account| {
        account.integrations_mut().push(integration);
        account.put_user(User::new(USER.parse().unwrap(), "ana@example.com", "Ana"));
        account.put_user(User::new(OTHER_USER.parse().unwrap(), "bo@example.com", "Bo"));
    });
    setup.expect(0, "behaviors set high_dlp --enable --yes --record changes.ndjson");
    setup.expect(3, "behaviors plan desired.toml --out plan.json");
    let run = setup.lines("changes.ndjson")[0]["run"].as_str().unwrap().to_owned();
    setup.requests();
    (setup, move |command| command.replace("RUN", &run))
}

#[test]
fn change_that_nobody_can_confirm_sends_nothing() {
    let (setup, with_run) = setup();
    for command in writing_commands() {
        let (stdout, stderr) = setup.expect(2, &with_run(&command));
        assert_eq!(stdout, "");
        let message = "error: a change needs a confirmation, and there is no terminal to ask on; nothing was sent\n";
        assert!(stderr.starts_with(message) && stderr.contains("--yes"), "{stderr}");
        setup.expect_no_requests();
    }
}

#[test]
fn dry_run_writes_nothing_and_its_status_says_that_something_would_change() {
    let (setup, with_run) = setup();
    for command in writing_commands() {
        for confirmation in ["", " --yes"] {
            let (stdout, _) = setup.expect(3, &format!("{} --dry-run{confirmation}", with_run(&command)));
            assert_ne!(stdout, "");
            let requests = setup.requests();
            assert!(requests.iter().all(|(method, _)| method == "GET"), "{command}: {requests:?}");
        }
    }
}

#[test]
fn dry_run_without_changes_is_done() {
    let (setup, with_run) = setup();
    setup.expect(0, "behaviors set imp_travel --enable --yes");
    setup.expect(0, &with_run("behaviors apply changes.ndjson --roll-back RUN --yes"));
    setup.requests();
    for command in [
        "behaviors set imp_travel --enable",
        "behaviors apply desired.toml",
        "behaviors apply plan.json",
        "behaviors apply changes.ndjson --roll-back RUN",
        "integrations update 66666666-6666-4666-8666-666666666666 --activate",
    ] {
        setup.expect(0, &format!("{} --dry-run", with_run(command)));
        setup.expect_no_writes();
    }
}

#[test]
fn confirmed_change_is_made() {
    let (setup, with_run) = setup();
    for command in writing_commands().iter().filter(|command| !command.contains("apply plan")) {
        setup.edit(0, "imp_travel", |behavior| behavior.enabled = false);
        setup.expect(0, &format!("{} --yes", with_run(command)));
        assert!(!setup.writes().is_empty(), "{command}");
    }
}

#[test]
fn dry_run_makes_no_record() {
    let setup = Setup::new();
    setup.expect(3, "behaviors set imp_travel --enable --dry-run --record changes.ndjson");
    assert!(!setup.path("changes.ndjson").exists());
}

#[cfg(unix)]
#[test]
fn declined_run_names_the_accounts_that_could_not_be_planned_and_has_their_status() {
    use expectrl::process::unix::WaitStatus;
    use expectrl::{Eof, Expect, Session};

    let setup = Setup::with_accounts(3);
    let fault = Fault::respond(Response::missing_permission()).on(GET_BEHAVIORS);
    setup.simulator.inject(fault.in_account(setup.accounts[1].clone()));
    for (arguments, status, is_named) in [("--accounts-file accounts.txt --keep-going", 7, true), ("", 3, false)] {
        let mut command = crate::support::command();
        command
            .args(format!("behaviors apply desired.toml {arguments}").split_whitespace())
            .env("CLOUDFLARE_API_TOKEN", setup.simulator.api_token())
            .env("CLOUDFLARE_BASE_URL", setup.simulator.base_url())
            .env("CLOUDFLARE_ACCOUNT_ID", setup.simulator.account_id())
            .current_dir(setup.folder.path());
        let mut terminal = Session::spawn(command).unwrap();
        let before = terminal.expect("[y/N] ").unwrap();
        let review = String::from_utf8_lossy(before.before()).into_owned();
        let problem = format!("account {}: the behaviors could not be read", setup.accounts[1]);
        assert_eq!(review.contains(&problem), is_named, "{review}");
        // Not UTF-8: no more than another text does it confirm.
        terminal.send(b"\xff\n").unwrap();
        terminal.expect(Eof).unwrap();
        let exited = terminal.get_process().wait().unwrap();
        assert!(matches!(exited, WaitStatus::Exited(_, code) if code == status), "{exited:?}");
    }
    setup.expect_no_writes();
}
