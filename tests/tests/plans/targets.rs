//! What a plan is applied to, and how long its calls may take.

use std::time::Duration;

use zt_risk_scoring::{ApplyErrorKind, BehaviorChanges, Client, Credentials, ErrorKind, Plan};
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::simulator::Fault;
use zt_risk_scoring_mock::simulator::operations::UPDATE_BEHAVIORS;
use zt_risk_scoring_tests::{ACCOUNT_ID, client_of};

use crate::{is_enabled, planned};

#[tokio::test]
async fn plan_is_rejected_on_another_account_or_base_url_or_when_it_is_too_old() {
    let (simulator, client, plan) = planned().await;
    let error = client.behaviors().apply(&plan).account_id(ACCOUNT_ID).await.unwrap_err();
    assert_eq!((error.kind(), error.record()), (ApplyErrorKind::Target, None));
    assert!(error.to_string().contains("the plan is for the account 5130"), "{error}");
    let error = client.behaviors().apply(&plan).account_id("../user").await.unwrap_err();
    assert_eq!((error.kind(), error.call_error().unwrap().kind()), (ApplyErrorKind::Target, ErrorKind::Configuration));

    let other = Simulator::start().await;
    let error = client_of(&other).behaviors().apply(&plan).await.unwrap_err();
    assert_eq!(error.kind(), ApplyErrorKind::Target);
    assert!(error.to_string().contains("the plan is for the base URL"), "{error}");

    let error = client.behaviors().apply(&plan).max_age(Duration::ZERO).await.unwrap_err();
    assert_eq!(error.kind(), ApplyErrorKind::TooOld);
    assert!(error.to_string().ends_with(" old, and may be 0 s old at most; plan again"), "{error}");
    assert!(simulator.requests().is_empty() && other.requests().is_empty());
    client.behaviors().apply(&plan).max_age(Duration::from_secs(60 * 60)).await.unwrap();

    // The age of a plan from the future is not known.
    let mut saved = serde_json::to_value(&plan).unwrap();
    saved["created_at"] = serde_json::json!("9999-01-01T00:00:00Z");
    let future: Plan = serde_json::from_value(saved).unwrap();
    let error = client.behaviors().apply(&future).max_age(Duration::from_secs(60 * 60)).await.unwrap_err();
    assert_eq!(error.kind(), ApplyErrorKind::TooOld);
    assert!(error.to_string().contains("in the future by this computer's clock"), "{error}");
}

#[tokio::test]
async fn client_without_an_account_applies_a_plan_to_the_account_of_the_plan() {
    let (simulator, _, plan) = planned().await;
    let client = Client::builder()
        .credentials(Credentials::api_token(simulator.api_token()).unwrap())
        .base_url(simulator.base_url())
        .build()
        .unwrap();
    client.behaviors().apply(&plan).await.unwrap();
    assert!(is_enabled(&simulator, "imp_travel"));
    let error = client.behaviors().plan(BehaviorChanges::new()).await.unwrap_err();
    assert_eq!(error.call_error().unwrap().kind(), ErrorKind::Configuration);
}

#[tokio::test(start_paused = true)]
async fn each_call_of_a_plan_has_the_timeout_that_is_set() {
    let (simulator, client, plan) = planned().await;
    simulator.inject(Fault::delay(Duration::from_secs(3600)));
    let timeout = Duration::from_secs(2);
    let error = client.behaviors().plan(BehaviorChanges::new()).timeout(timeout).await.unwrap_err();
    assert!(error.call_error().unwrap().is_timeout());
    let error = client.behaviors().apply(&plan).timeout(timeout).await.unwrap_err();
    assert!(error.call_error().unwrap().is_timeout());
    simulator.clear_faults();
    simulator.inject(Fault::delay(Duration::from_secs(3600)).on(UPDATE_BEHAVIORS).once());
    let started = tokio::time::Instant::now();
    client.behaviors().apply(&plan).timeout(timeout).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}
