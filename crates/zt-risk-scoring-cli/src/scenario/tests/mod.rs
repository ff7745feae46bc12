//! Every key of a scenario has an effect that the SDK shows.

mod accounts;
mod faults;
mod page;
mod problems;
mod quotas;
mod tokens;

use zt_risk_scoring::{BehaviorMap, Client, Credentials, Error, RetryConfig};
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
