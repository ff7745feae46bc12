//! Every id, reference and level goes unchanged through path, body, typed mock and simulator, or is rejected before it is
//! sent.

use std::fmt::Debug;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use zt_risk_scoring::external::uuid::Uuid;
use zt_risk_scoring::operations::types;
use zt_risk_scoring::{
    AccountId, BehaviorId, BehaviorSettings, Client, ErrorKind, IntegrationId, IntegrationUpdate, NewIntegration,
    ReferenceId, RetryConfig, RiskLevel, UserId,
};
use zt_risk_scoring_mock::httpmock::MockServer;
use zt_risk_scoring_mock::simulator::{
    Event, Integration, RecordedRequest, UnknownBehaviors, UnknownLevels, Unknowns, User,
};
use zt_risk_scoring_mock::{MockServerExt, Simulator};
use zt_risk_scoring_tests::{builder, client_of};

const TENANT: &str = "https://tenant.okta.com";

/// Text of which a URL, a path, JSON or a header could make something else.
fn text() -> impl Strategy<Value = String> {
    let parts = vec![
        ".",
        "..",
        "/",
        "\\",
        "%",
        "%2e",
        "%2E%2e",
        "%2F",
        "%5c",
        "%00",
        "\r\n",
        "\0",
        "?",
        "#",
        "&",
        ";",
        " ",
        "+",
        "\"",
        "{",
        "}",
        "\u{7f}",
        "ü",
        "e\u{301}",
        "\u{202e}",
        "\u{feff}",
        "\u{fffd}",
        "🙂",
        "\u{10ffff}",
        "a",
        "reference_id",
        "behaviors",
        "reset",
    ];
    prop_oneof![
        4 => prop::collection::vec(select(parts), 0..5).prop_map(|parts| parts.concat()),
        3 => any::<String>(),
        1 => ("[a/%.ü]", 1_000..4_000_usize).prop_map(|(char, times)| char.repeat(times)),
    ]
}

/// A UUID or an account id, of which one character is another.
fn nearly(id: String) -> impl Strategy<Value = String> {
    let length = id.chars().count();
    let char = prop_oneof![select(vec!['.', '/', '\\', '%', '-', 'g', 'F', '\n', '６', 'é']), any::<char>()];
    (0..length, char).prop_map(move |(at, other)| {
        id.chars().enumerate().map(|(index, char)| if index == at { other } else { char }).collect()
    })
}

fn uuid_text() -> impl Strategy<Value = String> {
    let uuid = any::<u128>().prop_map(|number| Uuid::from_u128(number).to_string());
    prop_oneof![
        4 => uuid.clone(),
        2 => uuid.clone().prop_map(|text| text.to_uppercase()),
        1 => uuid.clone().prop_map(|text| text.replace('-', "")),
        4 => uuid.prop_flat_map(nearly),
        2 => text(),
    ]
}

fn account_text() -> impl Strategy<Value = String> {
    let account = any::<u128>().prop_map(|number| format!("{number:032x}"));
    prop_oneof![
        4 => account.clone(),
        2 => account.clone().prop_map(|text| text.to_uppercase()),
        4 => account.prop_flat_map(nearly),
        2 => text(),
    ]
}

/// A simulator and a mock server, each with a client.
struct Servers {
    simulator: Simulator,
    client: Client,
    mocks: MockServer,
    client_of_mocks: Client,
}

impl Servers {
    async fn start() -> Self {
        let simulator = Simulator::start().await;
        let mut unknowns = Unknowns::default();
        unknowns.unknown_behaviors = UnknownBehaviors::Created;
        unknowns.unknown_levels = UnknownLevels::Accepted;
        simulator.set_unknowns(unknowns);
        let client = client_of(&simulator);
        let mocks = MockServer::start_async().await;
        let client_of_mocks = builder(mocks.base_url()).retry(RetryConfig::none()).build().unwrap();
        Self { simulator, client, mocks, client_of_mocks }
    }

    /// Forgets the requests, the state of the account, and the mocks of an earlier case.
    async fn reset(&self) {
        self.simulator.clear_requests();
        self.simulator.add_account(self.simulator.account_id());
        self.mocks.reset_async().await;
    }

    /// The only request since.
    fn request(&self) -> RecordedRequest {
        let mut requests = self.simulator.requests();
        self.simulator.clear_requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests.remove(0)
    }

    fn body(&self) -> Value {
        self.request().json().unwrap()
    }

    fn integrations(&self) -> Vec<Integration> {
        self.simulator.account(self.simulator.account_id()).unwrap().integrations().to_vec()
    }
}

/// Checks cases with one pair of servers: a client takes a while to be set up.
fn check<T: Debug>(cases: u32, values: impl Strategy<Value = T>, case: impl AsyncFn(&Servers, T)) {
    let runtime: Runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let servers = runtime.block_on(Servers::start());
    let mut runner = TestRunner::new(ProptestConfig { cases, ..ProptestConfig::with_source_file(file!()) });
    let result = runner.run(&values, |value| {
        runtime.block_on(async {
            servers.reset().await;
            case(&servers, value).await;
        });
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

fn success(result: &Value) -> String {
    json!({"success": true, "result": result}).to_string()
}

#[test]
fn behavior_id_and_level_arrive_unchanged_and_are_read_unchanged() {
    let values = (text(), text(), any::<bool>());
    check(150, values, async |servers, (id, level, enabled)| {
        let settings = BehaviorSettings::new(enabled, RiskLevel::from(&level));
        let update = |client: &Client| client.behaviors().update([(BehaviorId::from(&id), settings.clone())]);
        let body = json!({"behaviors": {&id: {"enabled": enabled, "risk_level": level}}});

        let updated = update(&servers.client).await.unwrap();
        assert_eq!(updated.get(&id).unwrap().risk_level.as_str(), level);
        assert_eq!(servers.body(), body);
        let account = servers.simulator.account(servers.simulator.account_id()).unwrap();
        assert_eq!(account.behaviors()[&id].risk_level, level);
        let read = servers.client.behaviors().get().await.unwrap();
        let (read_id, read) = read.iter().find(|(read, _)| read.as_str() == id).unwrap();
        assert_eq!((read_id.as_str(), read.risk_level.as_str(), read.enabled), (&*id, &*level, enabled));

        let entry = types::BehaviorUpdate::new(enabled, level.parse().unwrap());
        let mock = servers.mocks.update_behaviors(|when, then| {
            when.body(&types::UpdateBehaviorsBody::new([(id.clone(), entry)].into()));
            then.into_inner().status(200).body(success(&body));
        });
        let updated = update(&servers.client_of_mocks).await.unwrap();
        assert_eq!((json!(updated), mock.calls_async().await), (body, 1));
    });
}

#[test]
fn level_of_a_user_is_read_unchanged() {
    check(100, (text(), any::<u128>()), async |servers, (level, id)| {
        let event = Event::new(level.clone(), level.clone(), level.clone());
        let user = User::new(Uuid::from_u128(id), level.clone(), level.clone()).with_event(event);
        servers.simulator.edit(servers.simulator.account_id(), |account| account.put_user(user));
        let id = UserId::from(Uuid::from_u128(id));
        let user = servers.client.users().get(id).await.unwrap();
        assert_eq!(user.risk_level.unwrap().as_str(), level);
        assert_eq!(user.events[0].risk_level.as_ref().unwrap().as_str(), level);
        let summary = servers.client.users().summary().await.unwrap();
        assert_eq!(summary.get(id).unwrap().max_risk_level.as_ref().unwrap().as_str(), level);
    });
}

#[test]
fn reference_arrives_unchanged_in_path_and_body_or_is_rejected() {
    check(150, text(), async |servers, text| {
        let Ok(reference) = ReferenceId::new(text.clone()) else {
            assert!(["", ".", ".."].contains(&text.as_str()), "{text:?}");
            // The generated method takes any text.
            let error = servers.client.operations().get_integration_by_reference_id(&text).await.unwrap_err();
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0));
            assert!(servers.simulator.requests().is_empty());
            return;
        };
        let integrations = servers.client.integrations();
        let new = NewIntegration::okta(TENANT).unwrap().reference(reference.clone());
        let created = integrations.create(new.clone()).await.unwrap();
        assert_eq!(created.reference(), Some(reference.clone()));
        assert_eq!(servers.body()["reference_id"], text);
        assert_eq!(servers.integrations()[0].reference_id.as_deref(), Some(&*text));

        let found = integrations.by_reference(reference.clone()).await.unwrap();
        assert_eq!(found, created);
        let generated = servers.client.operations().get_integration_by_reference_id(&text).await.unwrap();
        assert_eq!(json!(generated), json!(found));
        servers.simulator.clear_requests();

        let update = IntegrationUpdate::from(&created).active(false).reference(reference.clone());
        integrations.update(created.id().unwrap(), update).await.unwrap();
        assert_eq!(servers.body(), json!({"active": false, "tenant_url": TENANT, "reference_id": text}));

        let lookup = servers.mocks.get_integration_by_reference_id(|when, then| {
            when.reference_id(&text);
            then.into_inner().status(200).body(success(&json!(created)));
        });
        let create = servers.mocks.create_integration(|when, then| {
            let mut body = types::CreateIntegrationBody::new(types::IntegrationType::Okta, TENANT.to_owned());
            body.reference_id = Some(Some(text.clone()));
            when.body(&body);
            then.into_inner().status(200).body(success(&json!(created)));
        });
        let integrations = servers.client_of_mocks.integrations();
        assert_eq!(integrations.by_reference(reference).await.unwrap(), created);
        assert_eq!(integrations.create(new).await.unwrap(), created);
        assert_eq!((lookup.calls_async().await, create.calls_async().await), (1, 1));
    });
}

#[test]
fn uuid_arrives_in_its_one_form_and_other_text_is_rejected() {
    check(200, uuid_text(), async |servers, text| {
        let parsed = (text.parse::<UserId>(), text.parse::<IntegrationId>());
        let (Ok(user), Ok(integration)) = parsed else {
            // A UUID with hyphens is accepted in either case, and nothing else.
            let is_uuid = text.len() == 36 && Uuid::try_parse(&text).is_ok();
            assert!(parsed.0.is_err() && parsed.1.is_err() && !is_uuid, "{text:?}");
            return;
        };
        let (id, uuid) = (text.to_lowercase(), *user.as_uuid());
        assert_eq!((user.to_string(), integration.to_string()), (id.clone(), id.clone()));
        servers.simulator.edit(servers.simulator.account_id(), |account| {
            account.put_user(User::new(uuid, "jane@example.com", "Jane"));
            account.integrations_mut().push(Integration::new(uuid, TENANT));
        });
        let ends_with = |end: &str| {
            let request = servers.request();
            assert!(request.path().ends_with(end), "{request:?} {end}");
        };
        servers.client.users().get(user).await.unwrap();
        ends_with(&format!("/zt_risk_scoring/{id}"));
        servers.client.users().reset(user).await.unwrap();
        ends_with(&format!("/zt_risk_scoring/{id}/reset"));
        let found = servers.client.integrations().get(integration).await.unwrap();
        assert_eq!(found.id(), Some(integration));
        ends_with(&format!("/integrations/{id}"));
        servers.client.integrations().update(integration, IntegrationUpdate::from(&found)).await.unwrap();
        ends_with(&format!("/integrations/{id}"));
        servers.client.integrations().delete(integration).await.unwrap();
        ends_with(&format!("/integrations/{id}"));
        assert_eq!(servers.integrations(), []);

        let reset = servers.mocks.reset_user_risk(|when, then| {
            when.user_id(&uuid);
            then.into_inner().status(200).body(success(&Value::Null));
        });
        let get = servers.mocks.get_integration(|when, then| {
            when.integration_id(&uuid);
            then.into_inner().status(200).body(success(&json!(found)));
        });
        servers.client_of_mocks.users().reset(user).await.unwrap();
        servers.client_of_mocks.integrations().get(integration).await.unwrap();
        assert_eq!((reset.calls_async().await, get.calls_async().await), (1, 1));
    });
}

#[test]
fn account_id_arrives_in_its_one_form_and_other_text_is_rejected() {
    check(200, account_text(), async |servers, text| {
        let request = |client: &Client| client.behaviors().get().account_id(&text);
        let Ok(account) = AccountId::new(&text) else {
            assert!(text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text:?}");
            let error = request(&servers.client).await.unwrap_err();
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0));
            let create = servers.client.integrations().create(NewIntegration::okta(TENANT).unwrap());
            let error = create.account_id(&text).await.unwrap_err();
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0));
            assert!(servers.simulator.requests().is_empty());
            return;
        };
        assert_eq!(account.as_str(), text.to_lowercase());
        servers.simulator.add_account(account.as_str());
        request(&servers.client).await.unwrap();
        assert_eq!(servers.request().account_id(), Some(account.as_str()));
        servers.simulator.remove_account(account.as_str());

        let mock = servers.mocks.get_behaviors(|when, then| {
            when.account_id(account.as_str());
            then.into_inner().status(200).body(success(&json!({"behaviors": {}})));
        });
        request(&servers.client_of_mocks).await.unwrap();
        assert_eq!(mock.calls_async().await, 1);
    });
}

#[tokio::test]
async fn reference_that_is_too_long_for_a_url_is_rejected_before_it_is_sent() {
    const MAX_URL_BYTES: usize = 65_534;
    let simulator = Simulator::start().await;
    let (base_url, account) = (simulator.base_url(), simulator.account_id());
    let prefix = format!("{base_url}/accounts/{account}/zt_risk_scoring/integrations/reference_id/");
    let longest = MAX_URL_BYTES - prefix.len();
    for (length, expected) in [(longest, (ErrorKind::NotFound, 1)), (longest + 1, (ErrorKind::Configuration, 0))] {
        let reference = ReferenceId::new("x".repeat(length)).unwrap();
        let error = client_of(&simulator).integrations().by_reference(reference).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), expected, "{error}");
    }
    assert_eq!(simulator.requests().len(), 1);
}
