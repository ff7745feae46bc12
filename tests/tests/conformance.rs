//! Tests that every stand-in for the API passes: the simulator and the scripted mocks.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic fails the test")]

use zt_risk_scoring::{Behavior, BehaviorMap, Client, Credentials, ErrorKind, RiskLevel};
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_tests::{Backend, Mocks};

#[tokio::test]
async fn simulator_conforms() {
    conforms(&mut Simulator::start().await).await;
}

#[tokio::test]
async fn generated_mocks_conform() {
    conforms(&mut Mocks::start().await).await;
}

async fn conforms(backend: &mut impl Backend) {
    behaviors_are_complete_and_ordered_by_id(backend).await;
    next_read_returns_changed_behaviors(backend).await;
    unknown_level_is_kept(backend).await;
    account_without_behaviors_has_an_empty_map(backend).await;
    unknown_account_is_not_found(backend).await;
    unknown_token_is_rejected(backend).await;
}

fn client(backend: &impl Backend) -> Client {
    client_with_token(backend, backend.api_token())
}

fn client_with_token(backend: &impl Backend, token: &str) -> Client {
    Client::builder()
        .credentials(Credentials::api_token(token).unwrap())
        .account_id(backend.account_id())
        .base_url(backend.base_url())
        .build()
        .unwrap()
}

fn behavior(name: &str, enabled: bool, level: &str) -> Behavior {
    let mut behavior = Behavior::new(name, level.into());
    behavior.enabled = enabled;
    behavior.description = format!("about {name}");
    behavior
}

async fn behaviors_are_complete_and_ordered_by_id(backend: &mut impl Backend) {
    let expected: BehaviorMap = [
        ("imp_travel", behavior("Impossible Travel", true, "high")),
        ("a b/ü", behavior("Odd \"id\"", false, "low")),
        ("high_dlp", behavior("High DLP", true, "medium")),
    ]
    .into_iter()
    .collect();
    backend.set_behaviors(&expected);
    let response = client(backend).behaviors().get().send().await.unwrap();
    assert_eq!(response.value(), &expected);
    assert_eq!(response.metadata().status(), 200);
    assert_eq!(response.metadata().attempts(), 1);
    assert!(response.metadata().errors().is_empty() && response.metadata().messages().is_empty());
    let ids: Vec<_> = response.value().iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["a b/ü", "high_dlp", "imp_travel"]);
}

async fn next_read_returns_changed_behaviors(backend: &mut impl Backend) {
    for level in RiskLevel::KNOWN {
        let expected: BehaviorMap =
            [("imp_travel", behavior("Impossible Travel", true, level.as_str()))].into_iter().collect();
        backend.set_behaviors(&expected);
        let read = client(backend).behaviors().get().await.unwrap();
        assert_eq!(read.highest_enabled_level(), Some(&level));
    }
}

async fn unknown_level_is_kept(backend: &mut impl Backend) {
    let expected: BehaviorMap = [("new", behavior("New", true, "critical"))].into_iter().collect();
    backend.set_behaviors(&expected);
    assert_eq!(client(backend).behaviors().get().await.unwrap(), expected);
}

async fn account_without_behaviors_has_an_empty_map(backend: &mut impl Backend) {
    backend.set_behaviors(&BehaviorMap::default());
    assert!(client(backend).behaviors().get().await.unwrap().is_empty());
}

async fn unknown_account_is_not_found(backend: &mut impl Backend) {
    let other = "00000000000000000000000000000000";
    let error = client(backend).behaviors().get().account_id(other).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.status().unwrap(), 404);
    assert_eq!(error.errors()[0].code(), Some(7003));
}

async fn unknown_token_is_rejected(backend: &mut impl Backend) {
    let error = client_with_token(backend, "cfut_another").behaviors().get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!(error.status().unwrap(), 403);
    assert_eq!(error.errors()[0].code(), Some(9109));
}
