//! Servers that stand in for the API. The conformance tests run against each of them.

use std::collections::BTreeMap;

use httpmock::{Mock, MockServer, Then, When};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use zt_risk_scoring::{BehaviorMap, ClientBuilder, Credentials};
use zt_risk_scoring_api::types::FailureEnvelope;
use zt_risk_scoring_mock::simulator::{
    Event, Fault, Integration, Permissions, Quota, Response, Token, User, operations,
};
use zt_risk_scoring_mock::{MockServerExt, Simulator};

use crate::failure::{Body, Failure};
use crate::sample_account::{
    INTEGRATION, REFERENCE, USER, create_integration_body, result_of, update_behaviors_body, update_integration_body,
};
use crate::{ACCOUNT_ID, TOKEN, builder};

/// A server that stands in for the API. [`ACCOUNT_ID`] is its account, and [`TOKEN`] its token.
pub trait Backend: Sized {
    /// Starts a server with the sample account, which has other behaviors. It responds to the sample calls.
    fn start(behaviors: &BehaviorMap) -> impl Future<Output = Self>;

    /// Undoes what calls have changed.
    fn restore(&self);

    /// Starts a server whose every operation fails.
    fn failing(failure: Failure) -> impl Future<Output = Self>;

    /// The configuration of a client.
    fn builder(&self) -> ClientBuilder;

    /// How many requests the server received.
    fn received(&self) -> impl Future<Output = usize>;
}

/// The simulator.
pub struct Simulated {
    /// The simulator itself.
    pub simulator: Simulator,
    token: &'static str,
    behaviors: BehaviorMap,
}

impl Simulated {
    async fn with_account(behaviors: &BehaviorMap) -> Self {
        let simulator = Simulator::start().await;
        simulator.add_token(Token::new(TOKEN));
        let simulated = Self { simulator, token: TOKEN, behaviors: behaviors.clone() };
        simulated.restore();
        simulated
    }

    /// The response of the failures that have no cause in the state of a simulator.
    fn response(failure: Failure) -> Response {
        match failure {
            Failure::MissingCredentials => Response::missing_credentials(),
            Failure::MalformedAuthorization => Response::malformed_authorization(),
            Failure::InvalidBody => Response::invalid_body("/behaviors/x", "no"),
            Failure::TooManyRequestsOfOld => Response::legacy_too_many_requests(Failure::BLOCK),
            Failure::EdgePage(429) => Response::edge_page(429).header("retry-after", "300").unwrap(),
            Failure::EdgePage(status) => Response::edge_page(status),
            Failure::Unsuccessful => Response::unsuccessful(),
            Failure::NullResult => Response::null_result(),
            Failure::MissingResult => Response::missing_result(),
            _ => panic!("{failure:?} has a cause"),
        }
    }
}

impl Backend for Simulated {
    async fn start(behaviors: &BehaviorMap) -> Self {
        Self::with_account(behaviors).await
    }

    fn restore(&self) {
        self.simulator.set_behaviors_of(ACCOUNT_ID, &self.behaviors).unwrap();
        self.simulator.edit(ACCOUNT_ID, |account| {
            account.set_users([user()]);
            *account.integrations_mut() = vec![integration()];
        });
    }

    async fn failing(failure: Failure) -> Self {
        let mut simulated = Self::with_account(&BehaviorMap::default()).await;
        let simulator = &simulated.simulator;
        match failure {
            Failure::MissingPermission => simulator.add_token(Token::new(TOKEN).permissions(Permissions::none())),
            Failure::PlanWithoutFeature => simulator.edit(ACCOUNT_ID, |account| account.set_feature(false)),
            Failure::UnknownToken => simulated.token = "cfut_another",
            Failure::UnknownAccount => assert!(simulator.remove_account(ACCOUNT_ID)),
            Failure::TooManyRequests => simulator.set_quota(Some(Quota::new(0, Failure::BLOCK))),
            _ => drop(simulator.inject(Fault::respond(Self::response(failure)))),
        }
        simulated
    }

    fn builder(&self) -> ClientBuilder {
        builder(self.simulator.base_url()).credentials(Credentials::api_token(self.token).unwrap())
    }

    async fn received(&self) -> usize {
        self.simulator.requests().len()
    }
}

/// The user of the sample account.
fn user() -> User {
    let sample = result_of(operations::GET_USER_RISK);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let sample_event = &sample["events"][0];
    let [name, level, time] = ["name", "risk_level", "timestamp"].map(|property| text(&sample_event[property]));
    let mut event = Event::new(name, level, time);
    event.id = text(&sample_event["id"]);
    event.event_details = Some(sample_event["event_details"].clone());
    User::new(USER, text(&sample["email"]), text(&sample["name"])).with_event(event)
}

/// The integration of the sample account.
fn integration() -> Integration {
    let sample = result_of(operations::GET_INTEGRATION);
    let mut integration = Integration::new(INTEGRATION, sample["tenant_url"].as_str().unwrap());
    integration.reference_id = Some(REFERENCE.to_owned());
    integration
}

/// The header `cf-ray` of the mocks.
pub const RAY: &str = "8f1e7c2d3b4a5960-AKL";

/// The generated mocks, scripted to stand in for the API.
pub struct Mocks {
    server: MockServer,
    mocks: Vec<usize>,
}

/// Mocks every operation with one function of `when` and `then`, whose types differ.
macro_rules! mock_every_operation {
    ($server:expr, |$when:ident, $then:ident| $script:expr) => {
        mock_every_operation!(
            $server, |$when, $then| $script;
            get_behaviors, update_behaviors, get_summary, get_user_risk, reset_user_risk, list_integrations,
            create_integration, get_integration, get_integration_by_reference_id, update_integration, delete_integration
        )
    };
    ($server:expr, |$when:ident, $then:ident| $script:expr; $($operation:ident),+) => {
        vec![$($server.$operation(|$when, $then| $script).id),+]
    };
}

/// Mocks operations with their parameters and the results of the sample account.
macro_rules! mock_successes {
    ($server:expr, $results:expr; $($operation:ident($($parameter:ident: $value:expr),*)),+ $(,)?) => {
        vec![$($server.$operation(|when, then| {
            expect_token(when.account_id(ACCOUNT_ID)$(.$parameter($value))*.into_inner());
            then.ok(&success(&$results[stringify!($operation)])).into_inner().header("cf-ray", RAY);
        }).id),+]
    };
}

impl Backend for Mocks {
    async fn start(behaviors: &BehaviorMap) -> Self {
        let server = MockServer::start_async().await;
        let all = zt_risk_scoring_api::operations::ALL;
        let mut results: BTreeMap<_, _> = all.iter().map(|operation| (operation.id, result_of(*operation))).collect();
        results.insert("get_behaviors", json!({"behaviors": behaviors}));
        let mocks = mock_successes!(
            server, results;
            get_behaviors(),
            update_behaviors(body: &update_behaviors_body()),
            get_summary(),
            get_user_risk(user_id: &USER),
            reset_user_risk(user_id: &USER),
            list_integrations(),
            create_integration(body: &create_integration_body()),
            get_integration(integration_id: &INTEGRATION),
            get_integration_by_reference_id(reference_id: REFERENCE),
            update_integration(integration_id: &INTEGRATION, body: &update_integration_body()),
            delete_integration(integration_id: &INTEGRATION),
        );
        Self { server, mocks }
    }

    /// The mocks have no state.
    fn restore(&self) {}

    async fn failing(failure: Failure) -> Self {
        let server = MockServer::start_async().await;
        let mocks = mock_every_operation!(server, |when, then| {
            expect_token(when.into_inner());
            let then = match typed(failure) {
                Some(envelope) => then.client_error(failure.status(), &envelope).into_inner(),
                None => untyped(then.into_inner(), failure),
            };
            let then = then.header("cf-ray", RAY);
            if let Some(wait) = failure.retry_after() {
                then.header("retry-after", wait.as_secs().to_string());
            }
        });
        Self { server, mocks }
    }

    fn builder(&self) -> ClientBuilder {
        builder(self.server.base_url())
    }

    async fn received(&self) -> usize {
        let mut received = 0;
        for id in &self.mocks {
            received += Mock::new(*id, &self.server).calls_async().await;
        }
        received
    }
}

fn expect_token(when: When) {
    when.header("authorization", format!("Bearer {TOKEN}"));
}

/// The envelope of a success.
fn success<T: DeserializeOwned>(result: &Value) -> T {
    serde_json::from_value(json!({"errors": [], "messages": [], "success": true, "result": result})).unwrap()
}

/// The failure as the typed mocks send it. `None` if they would send something else.
fn typed(failure: Failure) -> Option<FailureEnvelope> {
    let Body::Envelope(mut body) = failure.body() else { return None };
    // The typed envelope has no result, which is null.
    if body["result"].is_null() {
        body.as_object_mut().unwrap().remove("result");
    }
    let envelope = serde_json::from_value(body.clone()).unwrap();
    (failure.status() >= 400 && json!(envelope) == body).then_some(envelope)
}

fn untyped(then: Then, failure: Failure) -> Then {
    let (content_type, body) = match failure.body() {
        Body::Envelope(body) => ("application/json", body.to_string()),
        Body::Page(page) => ("text/html; charset=UTF-8", page),
    };
    then.status(failure.status()).header("content-type", content_type).body(body)
}
