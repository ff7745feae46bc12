//! Every key of a scenario has an effect that the SDK shows.

use std::time::{Duration, Instant};

use zt_risk_scoring::{BehaviorMap, Client, Credentials, Error, ErrorKind, NewIntegration, RetryConfig};
use zt_risk_scoring_mock::simulator::{
    DuplicateReferenceIds, OmittedBehaviors, UnknownLevels, Unknowns, UpdateResponse,
};

use super::*;

const ACCOUNT_ID: &str = "5130a3c1e15b0f0cba1a7ce1a0bb9e2d";
const OTHER_ID: &str = "023e105f4ecef8ad9ca31a8372d0c353";
const ANA: &str = "11111111-1111-4111-8111-111111111111";

/// A simulator of a scenario, and a client that uses its first account and token without retries.
struct Session {
    simulator: Simulator,
    client: Client,
}

impl Session {
    async fn of(toml: &str) -> Self {
        let scenario = Scenario::parse("test.toml", toml).unwrap();
        let simulator = scenario.start().await.unwrap();
        let account_id = scenario.account_ids().next().unwrap().clone();
        let client = client(&simulator, scenario.token(), account_id.as_str());
        Self { simulator, client }
    }

    async fn behaviors(&self) -> Result<BehaviorMap, Error> {
        self.client.behaviors().get().await
    }
}

fn client(simulator: &Simulator, token: &str, account_id: &str) -> Client {
    Client::builder()
        .credentials(Credentials::api_token(token).unwrap())
        .account_id(account_id)
        .base_url(simulator.base_url())
        .retry(RetryConfig::none())
        .build()
        .unwrap()
}

fn error(toml: &str) -> String {
    Scenario::parse("test.toml", toml).unwrap_err().to_string()
}

#[tokio::test]
async fn built_in_scenario_has_something_for_every_command() {
    let scenario = Scenario::built_in().unwrap();
    let simulator = scenario.start().await.unwrap();
    assert_eq!((scenario.token(), ACCOUNT_ID), (simulator.api_token(), simulator.account_id()));
    assert_eq!(simulator.account_ids(), [ACCOUNT_ID]);

    let client = client(&simulator, scenario.token(), ACCOUNT_ID);
    let behaviors = client.behaviors().get().await.unwrap();
    assert_eq!((behaviors.len(), behaviors.enabled().len()), (3, 0));
    let summary = client.users().summary().await.unwrap();
    let counts: Vec<_> =
        summary.count_by_level().into_iter().map(|(level, count)| (level.to_string(), count)).collect();
    assert_eq!(counts, [("low".to_owned(), 1), ("medium".to_owned(), 2), ("high".to_owned(), 1)]);
    let ana = client.users().get(ANA.parse().unwrap()).await.unwrap();
    assert_eq!((ana.events.len(), ana.name.as_deref()), (2, Some("Ana Silva")));
    assert_eq!(client.integrations().list().await.unwrap().len(), 1);

    // The clock is stopped, so that timestamps are the same in every run.
    client.users().reset(ANA.parse().unwrap()).await.unwrap();
    let ana = client.users().get(ANA.parse().unwrap()).await.unwrap();
    assert_eq!(ana.last_reset_time.unwrap().text(), "2026-11-22T12:00:00.000000Z");
}

#[tokio::test]
async fn clock_starts_at_its_time_and_runs_unless_it_is_stopped() {
    let reset_time = async |toml: &str| {
        let session = Session::of(toml).await;
        session.client.users().reset(ANA.parse().unwrap()).await.unwrap();
        let user = session.client.users().get(ANA.parse().unwrap()).await.unwrap();
        user.last_reset_time.unwrap().text().into_owned()
    };
    assert_eq!(
        reset_time("clock = { start = 2030-01-01T01:00:00+01:00, stopped = true }").await,
        "2030-01-01T00:00:00.000000Z"
    );
    let running = reset_time("clock = { start = \"2030-01-01T00:00:00Z\" }").await;
    assert!(running.starts_with("2030-01-01T00:") && !running.ends_with(".000000Z"), "{running}");
}

#[tokio::test]
async fn account_has_what_its_keys_say() {
    let session = Session::of(&format!(
        r#"
        [[accounts]]
        id = "{OTHER_ID}"
        generated_users = 3
        [accounts.behaviors.imp_travel]
        enabled = true
        [accounts.behaviors.new]
        name = "New"
        description = "Something new"
        level = "critical"
        [[accounts.users]]
        id = "{ANA}"
        email = "ana@example.com"
        name = "Ana"
        level = "low"
        last_reset_time = "yesterday"
        events = [{{ id = "e", name = "E", level = "high", time = 2026-11-22T08:00:00Z, details = {{ a = [1] }} }}]
        [[accounts.integrations]]
        id = "67e55044-10b1-426f-9247-bb680e5fe0c8"
        tenant_url = "https://a.okta.com"
        reference_id = "r"
        active = false
        created_at = 2026-01-02T03:04:05Z
        type = "Other"
        "#
    ))
    .await;
    assert_eq!(session.simulator.account_ids(), [OTHER_ID]);

    let behaviors = session.behaviors().await.unwrap();
    assert_eq!(behaviors.len(), 2);
    let travel = behaviors.get("imp_travel").unwrap();
    assert_eq!((travel.enabled, travel.name.as_str(), travel.risk_level.as_str()), (true, "Impossible Travel", "high"));
    let new = behaviors.get("new").unwrap();
    assert_eq!((new.enabled, new.name.as_str(), new.risk_level.as_str()), (false, "New", "critical"));
    assert_eq!(new.description, "Something new");

    assert_eq!(session.client.users().summary().await.unwrap().len(), 4);
    let ana = session.client.users().get(ANA.parse().unwrap()).await.unwrap();
    assert_eq!((ana.email.as_deref(), ana.name.as_deref()), (Some("ana@example.com"), Some("Ana")));
    assert_eq!((ana.risk_level.unwrap().as_str(), &*ana.last_reset_time.unwrap().text()), ("low", "yesterday"));
    let event = &ana.events[0];
    assert_eq!((event.id.as_deref(), event.name.as_deref()), (Some("e"), Some("E")));
    assert_eq!(event.risk_level.as_ref().unwrap().as_str(), "high");
    assert_eq!(event.timestamp.as_ref().unwrap().text(), "2026-11-22T08:00:00Z");
    assert_eq!(event.event_details.as_ref().unwrap()["a"][0], 1);

    let integrations = session.client.integrations().list().await.unwrap();
    let integration = &integrations[0];
    assert_eq!(integration.id().unwrap().to_string(), "67e55044-10b1-426f-9247-bb680e5fe0c8");
    assert_eq!((integration.tenant_url.as_str(), integration.active), ("https://a.okta.com", false));
    assert_eq!((integration.reference_id.as_deref(), integration.integration_type.as_str()), (Some("r"), "Other"));
    assert_eq!(integration.created_at.as_ref().unwrap().text(), "2026-01-02T03:04:05Z");
}

#[tokio::test]
async fn account_without_the_feature_rejects_calls() {
    let session = Session::of(&format!("accounts = [{{ id = \"{OTHER_ID}\", feature = false }}]")).await;
    assert_eq!(session.behaviors().await.unwrap_err().kind(), ErrorKind::Plan);
}

#[tokio::test]
async fn ensured_account_is_added_once_with_the_behaviors_of_a_new_account() {
    let mut scenario = Scenario::built_in().unwrap();
    let id = OTHER_ID.parse().unwrap();
    scenario.ensure_account(&id);
    scenario.ensure_account(&id);
    scenario.ensure_account(&ACCOUNT_ID.parse().unwrap());
    assert_eq!(scenario.account_ids().map(AccountId::as_str).collect::<Vec<_>>(), [ACCOUNT_ID, OTHER_ID]);
    let simulator = scenario.start().await.unwrap();
    let other = simulator.account(OTHER_ID).unwrap();
    assert_eq!((other.behaviors().len(), other.integrations().len()), (3, 0));
    assert_eq!(simulator.account(ACCOUNT_ID).unwrap().integrations().len(), 1);
}

#[tokio::test]
async fn generated_users_replace_those_of_the_file() {
    let mut scenario = Scenario::built_in().unwrap();
    scenario.generate_users(20);
    let simulator = scenario.start().await.unwrap();
    let summary = client(&simulator, scenario.token(), ACCOUNT_ID).users().summary().await.unwrap();
    assert_eq!(summary.len(), 20);
}

#[tokio::test]
async fn token_has_what_its_keys_say() {
    let session = Session::of(&format!(
        r#"
        accounts = [{{ id = "{ACCOUNT_ID}" }}, {{ id = "{OTHER_ID}" }}]
        clock = {{ start = 2030-01-01T00:00:00Z, stopped = true }}
        [[tokens]]
        text = "cfut_all"
        [[tokens]]
        text = "cfut_reader"
        permissions = ["read"]
        [[tokens]]
        text = "cfut_writer"
        permissions = ["write"]
        [[tokens]]
        text = "cfut_pii"
        permissions = ["pii_read"]
        [[tokens]]
        text = "cfut_other"
        accounts = ["{OTHER_ID}"]
        [[tokens]]
        text = "cfut_disabled"
        disabled = true
        [[tokens]]
        text = "cfut_future"
        not_before = 2030-01-01T00:00:01Z
        [[tokens]]
        text = "cfut_expired"
        expires_on = 2030-01-01T00:00:00Z
        "#
    ))
    .await;
    assert!(session.behaviors().await.is_ok());
    let token = |text| client(&session.simulator, text, ACCOUNT_ID);
    let read = async |text| token(text).behaviors().get().await.map_err(|error| error.kind());
    let users = async |text| token(text).users().summary().await.map_err(|error| error.kind());
    let reset = async |text| token(text).users().reset(ANA.parse().unwrap()).await.map_err(|error| error.kind());

    assert!(read("cfut_reader").await.is_ok() && read("cfut_writer").await.is_ok());
    assert_eq!(read("cfut_pii").await, Err(ErrorKind::Permission));
    assert!(users("cfut_pii").await.is_ok());
    assert_eq!(users("cfut_reader").await.unwrap_err(), ErrorKind::Permission);
    // The account has no users: a token with the permission learns it.
    assert_eq!(reset("cfut_reader").await.unwrap_err(), ErrorKind::Permission);
    assert_eq!(reset("cfut_writer").await.unwrap_err(), ErrorKind::NotFound);
    assert_eq!(read("cfut_other").await, Err(ErrorKind::Permission));
    assert!(client(&session.simulator, "cfut_other", OTHER_ID).behaviors().get().await.is_ok());
    for rejected in ["cfut_disabled", "cfut_future", "cfut_expired", "cfut_simulated-token"] {
        assert_eq!(read(rejected).await, Err(ErrorKind::Authentication), "{rejected}");
    }
}

#[tokio::test]
async fn token_of_an_account_is_verified_by_the_account() {
    let session = Session::of(&format!("tokens = [{{ text = \"cfat_a\", of_account = \"{ACCOUNT_ID}\" }}]")).await;
    let tokens = api_tokens::Client::builder()
        .credentials(Credentials::api_token("cfat_a").unwrap())
        .account_id(ACCOUNT_ID)
        .base_url(session.simulator.base_url())
        .retry(RetryConfig::none())
        .build()
        .unwrap();
    assert!(tokens.operations().verify_account_token().await.is_ok());
    assert!(tokens.operations().verify_user_token().await.is_err());
}

#[tokio::test]
async fn quota_blocks_after_its_requests() {
    for key in ["quota", "address_quota"] {
        let session = Session::of(&format!("{key} = {{ requests = 1, window_s = 60, block_s = 90 }}")).await;
        assert!(session.behaviors().await.is_ok(), "{key}");
        // The first client knows the quota, and would not send another request.
        let second = client(&session.simulator, TOKEN, ACCOUNT_ID);
        let blocked = second.behaviors().get().await.unwrap_err();
        assert_eq!((blocked.kind(), blocked.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(90))));
        assert_eq!(session.simulator.blocked_requests(), 1, "{key}");
    }
}

#[tokio::test]
async fn vendor_quota_is_that_of_the_vendor() {
    let session = Session::of("quota = \"vendor\"\naddress_quota = \"vendor\"").await;
    let response = session.client.behaviors().get().send().await.unwrap();
    let policy = response.metadata().headers()["ratelimit-policy"].to_str().unwrap();
    assert_eq!(policy, "\"default\";q=1200;w=300");
}

/// A session with one fault.
async fn with_fault(keys: &str) -> Session {
    Session::of(&format!("faults = [{{ {keys} }}]")).await
}

#[tokio::test]
async fn faulty_status_is_sent_in_place_of_the_response() {
    let session = with_fault("status = 429, retry_after_s = 7").await;
    let error = session.behaviors().await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(7))));
    let error = with_fault("edge_page = 524").await.behaviors().await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 524);
    assert!(error.to_string().contains("HTML"), "{error}");
}

#[tokio::test]
async fn fault_is_limited_by_operation_account_skip_and_times() {
    let session = with_fault("status = 500, on = \"get_summary\"").await;
    assert!(session.behaviors().await.is_ok());
    assert!(session.client.users().summary().await.is_err());
    let accounts = format!("accounts = [{{ id = \"{ACCOUNT_ID}\" }}, {{ id = \"{OTHER_ID}\" }}]");
    let session = Session::of(&format!("{accounts}\nfaults = [{{ status = 500, account = \"{OTHER_ID}\" }}]")).await;
    assert!(session.behaviors().await.is_ok());
    assert!(session.client.behaviors().get().account_id(OTHER_ID).await.is_err());
    let session = with_fault("status = 500, skip = 1, times = 1").await;
    assert!(session.behaviors().await.is_ok());
    assert!(session.behaviors().await.is_err());
    assert!(session.behaviors().await.is_ok());
}

#[tokio::test]
async fn connection_ends_before_or_after_the_operation() {
    for (keys, count) in [
        ("reset = true", 1),
        ("reset = true, after_operation = true", 2),
        ("lost_response = true", 2),
        ("status = 500, after_operation = true", 2),
    ] {
        let session = with_fault(&format!("{keys}, on = \"create_integration\"")).await;
        let new = NewIntegration::okta("https://b.okta.com").unwrap();
        assert!(session.client.integrations().create(new).await.is_err(), "{keys}");
        assert_eq!(session.client.integrations().list().await.unwrap().len(), count, "{keys}");
    }
}

#[tokio::test]
async fn response_is_delayed_in_parts_or_cut_off() {
    let started = Instant::now();
    assert!(with_fault("delay_s = 0.2").await.behaviors().await.is_ok());
    assert!(started.elapsed() >= Duration::from_millis(200));
    let started = Instant::now();
    assert!(with_fault("drip = { bytes = 200, interval_s = 0.1 }").await.behaviors().await.is_ok());
    assert!(started.elapsed() >= Duration::from_millis(200));
    assert!(with_fault("truncate = 100").await.behaviors().await.is_err());
}

#[tokio::test]
async fn other_writer_changes_a_behavior() {
    let keys = "write = { behavior = \"imp_travel\", enabled = true, level = \"low\" }, times = 1";
    let behaviors = with_fault(keys).await.behaviors().await.unwrap();
    let travel = behaviors.get("imp_travel").unwrap();
    assert_eq!((travel.enabled, travel.risk_level.as_str()), (true, "low"));
    let new = "write = { behavior = \"new\", level = \"low\" }";
    let behaviors = with_fault(new).await.behaviors().await.unwrap();
    assert!(!behaviors.get("new").unwrap().enabled);
}

#[tokio::test]
async fn fault_on_the_command_line_has_the_keys_of_a_file() {
    let status = async |text: &str| {
        let mut scenario = Scenario::built_in().unwrap();
        scenario.add_fault(text.parse().unwrap());
        let simulator = scenario.start().await.unwrap();
        let client = client(&simulator, scenario.token(), ACCOUNT_ID);
        let mut statuses = Vec::new();
        for _ in 0..2 {
            statuses.push(client.behaviors().get().await.map_err(|error| error.status().map(|status| status.as_u16())));
        }
        let users = client.users().summary().await.is_ok();
        (statuses.iter().map(|result| result.as_ref().err().copied()).collect::<Vec<_>>(), users)
    };
    let failure = |status| Some(Some(status));
    assert_eq!(status("503").await, (vec![failure(503), failure(503)], false));
    assert_eq!(status("503@get_behaviors*1").await, (vec![failure(503), None], true));
    assert_eq!(status("edge_page=524*1").await, (vec![failure(524), None], true));
    assert_eq!(status("reset@get_summary").await, (vec![None, None], false));
    assert_eq!(status("delay_s=0.01").await, (vec![None, None], true));
    for (text, part) in [
        ("", "unknown field ``"),
        ("nonsense", "unknown field `nonsense`"),
        ("delay_s=soon", "`soon` is no number"),
        ("99", "99 is no status"),
        ("503@nowhere", "unknown operation `nowhere`; the operations are get_behaviors, "),
        ("503@get_behavior", "unknown operation `get_behavior`; did you mean `get_behaviors`?; the operations are "),
        ("503*0", "`times` is 0, so that the fault would never happen"),
        ("503*many", "`many` is no number"),
        ("times=3", "exactly one of"),
    ] {
        let error = text.parse::<Fault>().unwrap_err();
        assert!(error.contains(part), "{text}: {error}");
    }
}

#[test]
fn quota_on_the_command_line_is_vendor_or_two_numbers() {
    assert_eq!("vendor".parse(), Ok(Quota::Vendor));
    let custom = zt_risk_scoring_mock::simulator::Quota::new(10, Duration::from_secs(60));
    assert_eq!("10/60".parse(), Ok(Quota::Custom(custom)));
    for bad in ["", "10", "10/", "/60", "10/0", "-1/60", "10/86401", "cloudflare"] {
        assert!(bad.parse::<Quota>().is_err(), "{bad}");
    }
}

#[tokio::test]
async fn switches_have_the_names_of_the_simulator() {
    let session = Session::of("[switches]\nunlisted_behaviors = true\nupdate_response = \"with_names\"").await;
    assert_eq!(session.behaviors().await.unwrap().len(), 8);
    assert_eq!(session.simulator.unknowns().update_response, UpdateResponse::WithNames);

    let mut scenario = Scenario::parse("", "[switches]\nunknown_levels = \"accepted\"").unwrap();
    scenario.set_switch("omitted_behaviors", "reset").unwrap();
    scenario.set_switch("duplicate_reference_ids", "allowed").unwrap();
    scenario.set_switch("unlisted_behaviors", "true").unwrap();
    let mut expected = Unknowns::default();
    expected.unknown_levels = UnknownLevels::Accepted;
    expected.omitted_behaviors = OmittedBehaviors::Reset;
    expected.duplicate_reference_ids = DuplicateReferenceIds::Allowed;
    expected.unlisted_behaviors = true;
    assert_eq!(scenario.start().await.unwrap().unknowns(), expected);

    let error = scenario.set_switch("omitted", "reset").unwrap_err().to_string();
    assert!(error.contains("unknown field `omitted`, expected one of `omitted_behaviors`"), "{error}");
    let error = scenario.set_switch("omitted_behaviors", "gone").unwrap_err().to_string();
    assert!(error.contains("unknown variant `gone`, expected `kept` or `reset`"), "{error}");
    let error = scenario.set_switch("unlisted_behaviors", "some").unwrap_err().to_string();
    assert!(error.contains("expected a boolean"), "{error}");
}

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

#[tokio::test]
async fn port_in_use_is_named() {
    let scenario = Scenario::built_in().unwrap();
    let first = scenario.start_at(0).await.unwrap();
    let port = first.address().port();
    let error = scenario.start_at(port).await.unwrap_err().to_string();
    assert_eq!(error, format!("port {port} is in use"));
}

#[test]
fn scenario_is_read_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scenario.toml");
    std::fs::write(&path, format!("accounts = [{{ id = \"{OTHER_ID}\" }}]")).unwrap();
    let scenario = Scenario::read(&path).unwrap();
    assert_eq!(scenario.account_ids().map(AccountId::as_str).collect::<Vec<_>>(), [OTHER_ID]);
    assert!(Scenario::read(&folder.path().join("missing.toml")).is_err());
}

/// The page that documents the format.
const PAGE: &str = include_str!("../../SCENARIOS.md");

#[tokio::test]
async fn examples_of_the_page_are_valid() {
    let blocks: Vec<_> = PAGE.split("```toml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect();
    assert_eq!(blocks.len(), 6);
    for block in blocks {
        Scenario::parse("SCENARIOS.md", block).unwrap().start().await.unwrap();
    }
}

#[test]
fn page_has_every_key() {
    let mut checked = 0;
    for unknown in [
        "x = 1",
        "clock.x = 1",
        "accounts = [{ x = 1 }]",
        "accounts = [{ behaviors.imp_travel.x = 1 }]",
        "accounts = [{ users = [{ x = 1 }] }]",
        "accounts = [{ users = [{ events = [{ x = 1 }] }] }]",
        "accounts = [{ integrations = [{ x = 1 }] }]",
        "tokens = [{ x = 1 }]",
        "quota.x = 1",
        "faults = [{ x = 1 }]",
        "faults = [{ drip.x = 1 }]",
        "faults = [{ write.x = 1 }]",
        "switches.x = 1",
    ] {
        let error = error(unknown);
        let (_, keys) = error.split_once("unknown field `x`, expected ").unwrap_or_else(|| panic!("{error}"));
        for key in keys.split('`').skip(1).step_by(2) {
            let is_shown = ["{key} = ", "[{key}]", "[[{key}]]", ".{key}]]", ".{key}.", "`{key}` |"];
            assert!(is_shown.iter().any(|form| PAGE.contains(&form.replace("{key}", key))), "{unknown}: {key}");
            checked += 1;
        }
    }
    assert!(checked > 60, "{checked}");
}

#[test]
fn page_lists_operations_switches_and_their_values() {
    for operation in faults::OPERATIONS {
        assert!(PAGE.contains(&format!("`{}`", operation.id)), "{}", operation.id);
    }
    let switches = toml::Table::try_from(Unknowns::default()).unwrap();
    assert_eq!(switches.len(), 11);
    for (name, default) in switches {
        let default = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
        assert!(PAGE.contains(&format!("| `{name}` | `{default}`, `")), "{name}");
    }
}
