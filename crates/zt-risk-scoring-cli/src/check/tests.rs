use httpmock::{Method, MockServer};
use tempfile::TempDir;
use zt_risk_scoring::AccountId;

use super::fact::Verdict;
use super::*;
use crate::options::BUILT_IN;

const ONE: &str = "023e105f4ecef8ad9ca31a8372d0c353";
const TWO: &str = "1234567890abcdef1234567890abcdef";

/// Options that read neither the environment nor the user's configuration file.
fn options(directory: &TempDir, base_url: &str) -> Options {
    let file = |name: &str, content: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;

            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        path
    };
    Options {
        account_ids: vec![AccountId::new(ONE).unwrap()],
        config: Some(file("config.toml", "")),
        token_file: Some(file("token", "cfut_secret")),
        base_url: Some(base_url.to_owned()),
        concurrency: 4,
        ..Options::default()
    }
}

async fn report(options: &Options) -> Report {
    check(options, &Settings::read(options)).await
}

fn fact<'a>(report: &'a Report, subject: &str) -> &'a Fact {
    let facts = report.facts.iter().map(|(_, fact)| fact);
    facts.rev().find(|fact| fact.subject == subject).unwrap_or_else(|| panic!("no {subject}: {:?}", report.facts))
}

fn respond(server: &MockServer, path: &str, status: u16, body: &str) {
    let path = path.to_owned();
    server.mock(|when, then| {
        when.method(Method::GET).path(path);
        let then = then.status(status).header("content-type", "application/json").body(body);
        then.header("date", "Sun, 06 Nov 1994 08:49:37 GMT").header("ratelimit", "\"default\";r=7;t=30");
    });
}

const TOKEN: &str = r#"{"success": true, "result": {"id": "t1", "status": "active"}}"#;
const FORBIDDEN: &str =
    r#"{"success": false, "errors": [{"code": 10000, "message": "Authentication error"}], "result": null}"#;
const NO_PLAN: &str = r#"{"success": false, "errors": [{"code": 3314, "message": "not entitled"}], "result": null}"#;
const BEHAVIORS: &str = r#"{"success": true, "result": {"behaviors": {}}}"#;
const SUMMARY: &str = r#"{"success": true, "result": {"users": []}}"#;
const INTEGRATIONS: &str = r#"{"success": true, "result": []}"#;

fn serve(server: &MockServer, account: &str, [behaviors, summary, integrations]: [(u16, &str); 3]) {
    let path = |path: &str| format!("/accounts/{account}/zt_risk_scoring/{path}");
    respond(server, &path("behaviors"), behaviors.0, behaviors.1);
    respond(server, &path("summary"), summary.0, summary.1);
    respond(server, &path("integrations"), integrations.0, integrations.1);
}

const ALL_WORK: [(u16, &str); 3] = [(200, BEHAVIORS), (200, SUMMARY), (200, INTEGRATIONS)];

#[tokio::test]
async fn everything_works_on_the_simulator() {
    let options = Options { simulate: Some(BUILT_IN.into()), concurrency: 4, ..Options::default() };
    let report = report(&options).await;
    assert_eq!(report.status(), ExitStatus::Done, "{:?}", report.facts);
    for subject in
        ["account", "base_url", "token", "read_behaviors", "read_users", "read_integrations", "plan", "clock"]
    {
        assert_eq!(fact(&report, subject).verdict, Verdict::Ok, "{:?}", fact(&report, subject));
    }
    assert_eq!(fact(&report, "write_permission").verdict, Verdict::Unknown);
}

#[tokio::test]
async fn settings_have_their_sources_and_responses_tell_quota_and_clock() {
    let (server, directory) = (MockServer::start_async().await, TempDir::new().unwrap());
    respond(&server, "/user/tokens/verify", 200, TOKEN);
    serve(&server, ONE, ALL_WORK);
    let report = report(&options(&directory, &server.base_url())).await;
    for (subject, value, source) in [
        ("account", ONE, "--account-id"),
        ("credentials", "API token of a user", "--token-file"),
        ("base_url", &server.base_url(), "--base-url"),
        ("timeout", "60 s", "default"),
        ("output", "table", "default"),
        ("token", "active, never expires, id t1", "verification by the API"),
        ("read_users", "works", "GET summary"),
        ("plan", "includes risk scoring", ""),
        ("quota", "7 requests left, full again in 30 s", "header ratelimit, `default`"),
    ] {
        let fact = fact(&report, subject);
        assert_eq!((fact.value.as_str(), fact.source.as_str()), (value, source));
        assert_eq!(fact.verdict, Verdict::Ok, "{fact:?}");
    }
    let clock = fact(&report, "clock");
    assert!(clock.verdict == Verdict::Problem && clock.value.contains("s ahead of"), "{clock:?}");
    assert_eq!(report.status(), ExitStatus::Failed);
    let printed = format!("{:?}", report.facts);
    assert!(!printed.contains("cfut_secret"), "{printed}");
}

#[tokio::test]
async fn read_that_fails_says_what_to_do_and_decides_the_exit_status() {
    let (server, directory) = (MockServer::start_async().await, TempDir::new().unwrap());
    respond(&server, "/user/tokens/verify", 200, TOKEN);
    serve(&server, ONE, [(200, BEHAVIORS), (403, FORBIDDEN), (200, INTEGRATIONS)]);
    let report = report(&options(&directory, &server.base_url())).await;
    let users = fact(&report, "read_users");
    assert!(users.verdict == Verdict::Problem && users.advice.contains("PII Read"), "{users:?}");
    assert_eq!(fact(&report, "plan").verdict, Verdict::Ok);
    assert_eq!(report.status(), ExitStatus::NotPermitted);
}

#[tokio::test]
async fn one_of_several_accounts_without_the_plan_is_a_row_of_its_own() {
    let (server, directory) = (MockServer::start_async().await, TempDir::new().unwrap());
    respond(&server, "/user/tokens/verify", 200, TOKEN);
    serve(&server, ONE, ALL_WORK);
    serve(&server, TWO, [(403, NO_PLAN), (403, NO_PLAN), (403, NO_PLAN)]);
    let mut options = options(&directory, &server.base_url());
    options.account_ids.push(AccountId::new(TWO).unwrap());
    let report = report(&options).await;
    let plans: Vec<_> = report.facts.iter().filter(|(_, fact)| fact.subject == "plan").collect();
    let verdicts: Vec<_> =
        plans.iter().map(|(account, fact)| (account.as_ref().unwrap().id.as_str(), fact.verdict)).collect();
    assert_eq!(verdicts, [(ONE, Verdict::Ok), (TWO, Verdict::Problem)]);
    assert_eq!(report.facts.iter().filter(|(_, fact)| fact.subject == "token").count(), 1);
    assert_eq!(report.status(), ExitStatus::SomeFailed);
}

#[tokio::test]
async fn incomplete_configuration_sends_nothing_and_says_what_to_do() {
    let (server, directory) = (MockServer::start_async().await, TempDir::new().unwrap());
    let any = server.mock(|when, then| {
        when.any_request();
        then.status(200).body(TOKEN);
    });
    let mut options = options(&directory, &server.base_url());
    options.token_file = Some(directory.path().join("none"));
    let report = report(&options).await;
    assert_eq!(report.status(), ExitStatus::Usage);
    let problem = fact(&report, "configuration");
    assert!(problem.value.contains("cannot be read") && problem.advice.contains("check the path"), "{problem:?}");
    assert_eq!(fact(&report, "base_url").source, "--base-url");
    assert_eq!(any.calls(), 0);
}

#[tokio::test]
async fn token_of_an_account_is_verified_there_and_is_a_row_of_the_account() {
    let (server, directory) = (MockServer::start_async().await, TempDir::new().unwrap());
    let mut options = options(&directory, &server.base_url());
    respond(&server, "/user/tokens/verify", 200, TOKEN);
    respond(&server, &format!("/accounts/{TWO}/tokens/verify"), 403, FORBIDDEN);
    serve(&server, ONE, ALL_WORK);
    serve(&server, TWO, ALL_WORK);
    let (list, own) = (directory.path().join("list.csv"), directory.path().join("own"));
    std::fs::write(&list, format!("account_id,token_file\n{TWO},own\n")).unwrap();
    std::fs::copy(options.token_file.as_ref().unwrap(), &own).unwrap();
    std::fs::write(&own, "cfat_secret").unwrap();
    options.accounts_file = Some(list);
    let report = report(&options).await;
    let tokens: Vec<_> = report.facts.iter().filter(|(_, fact)| fact.subject == "token").collect();
    let [(None, shared), (Some(account), own)] = tokens[..] else { panic!("{tokens:?}") };
    assert_eq!((shared.verdict, own.verdict, account.id.as_str()), (Verdict::Ok, Verdict::Problem, TWO));
    assert!(!own.advice.contains("zt-risk check"), "{own:?}");
}

/// The token's row of a check of accounts that share a token, which `owner` alone knows. All reads work.
async fn shared_account_token(accounts: usize, owner: Option<usize>) -> Verdict {
    let (server, directory) = (MockServer::start_async().await, TempDir::new().unwrap());
    let mut options = options(&directory, &server.base_url());
    std::fs::write(options.token_file.as_ref().unwrap(), "cfat_secret").unwrap();
    options.account_ids = (0..accounts).map(|number| AccountId::new(format!("{number:032x}")).unwrap()).collect();
    for (number, id) in options.account_ids.iter().enumerate() {
        serve(&server, id.as_str(), ALL_WORK);
        let (status, body) = if owner == Some(number) { (200, TOKEN) } else { (403, FORBIDDEN) };
        respond(&server, &format!("/accounts/{id}/tokens/verify"), status, body);
    }
    let report = report(&options).await;
    let tokens: Vec<_> = report.facts.iter().filter(|(_, fact)| fact.subject == "token").collect();
    let [(None, token)] = tokens[..] else { panic!("{tokens:?}") };
    let verdict = token.verdict;
    // The clock of the server is wrong in these tests.
    let problems = report.facts.iter().filter(|(_, fact)| fact.verdict == Verdict::Problem);
    let problems = problems.filter(|(_, fact)| fact.subject != "clock").count();
    assert_eq!(problems, usize::from(verdict == Verdict::Problem));
    verdict
}

#[tokio::test]
async fn shared_token_of_an_account_is_verified_by_the_account_that_it_belongs_to() {
    for (accounts, owner, verdict) in [
        (2, Some(1), Verdict::Ok),
        (4, Some(2), Verdict::Ok),
        // The account that knows it is not asked.
        (4, Some(3), Verdict::Unknown),
        (4, None, Verdict::Unknown),
        (3, None, Verdict::Problem),
    ] {
        assert_eq!(shared_account_token(accounts, owner).await, verdict, "{accounts} {owner:?}");
    }
}

#[tokio::test]
async fn global_key_is_not_verified() {
    let (server, directory) = (MockServer::start_async().await, TempDir::new().unwrap());
    serve(&server, ONE, ALL_WORK);
    let options = options(&directory, &server.base_url());
    let mut settings = Settings::read(&options);
    let authentication = settings.authentication.as_mut().unwrap();
    authentication.value.credentials = zt_risk_scoring::Credentials::global_key("a@example.com", "cfk_secret").unwrap();
    authentication.value.kind = crate::settings::AuthenticationKind::GlobalKey;
    let report = check(&options, &settings).await;
    assert_eq!(fact(&report, "token").verdict, Verdict::Unknown);
    assert!(fact(&report, "credentials").advice.contains("prefer an API token"));
    assert_eq!(fact(&report, "read_users").verdict, Verdict::Ok);
}

#[tokio::test]
async fn call_without_a_connection_leaves_plan_quota_and_clock_unknown() {
    let directory = TempDir::new().unwrap();
    let mut options = options(&directory, "http://127.0.0.1:9");
    options.timeout = Some(std::time::Duration::from_secs(2));
    let report = report(&options).await;
    for subject in ["plan", "quota", "clock"] {
        assert_eq!(fact(&report, subject).verdict, Verdict::Unknown, "{:?}", fact(&report, subject));
    }
    assert!(fact(&report, "read_behaviors").advice.contains("check the network"));
    assert_eq!(report.status(), ExitStatus::Failed);
}

#[cfg(unix)]
#[tokio::test]
async fn token_command_that_fails_is_run_once_and_nothing_is_sent() {
    let (server, directory) = (MockServer::start_async().await, TempDir::new().unwrap());
    serve(&server, ONE, ALL_WORK);
    let mut options = options(&directory, &server.base_url());
    let runs = directory.path().join("runs");
    let command = format!("token_command = [\"sh\", \"-c\", \"echo >> {}; exit 3\"]", runs.display());
    std::fs::write(options.config.as_ref().unwrap(), format!("[profiles.x]\n{command}\n")).unwrap();
    std::fs::write(directory.path().join("list.csv"), format!("account_id,profile\n{ONE},x\n")).unwrap();
    options.account_ids.clear();
    options.accounts_file = Some(directory.path().join("list.csv"));
    let report = report(&options).await;
    let token = fact(&report, "token");
    assert!(token.value.contains("failed (exit status: 3)") && token.advice.contains("by hand"), "{token:?}");
    assert!(report.facts.iter().all(|(_, fact)| fact.subject != "read_behaviors"), "{:?}", report.facts);
    assert_eq!(std::fs::read_to_string(&runs).unwrap().lines().count(), 1);
    assert_eq!(report.status(), ExitStatus::NotPermitted);
}
