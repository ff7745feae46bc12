//! Every operation succeeds with the same result.

use serde_json::Value;
use zt_risk_scoring_mock::simulator::operations::{GET_SUMMARY, GET_USER_RISK};
use zt_risk_scoring_mock::simulator::{EmptyResult, UnknownBehaviors, Unknowns, UpdateResponse, UrlForm};
use zt_risk_scoring_tests::sample_account::{Door, behaviors, call, comparable, result_of};
use zt_risk_scoring_tests::{Backend, Mocks, Simulated};

use crate::calls;

#[tokio::test]
async fn every_operation_of_the_simulator_returns_its_result() {
    succeeds::<Simulated>().await;
}

#[tokio::test]
async fn every_operation_of_the_generated_mocks_returns_its_result() {
    succeeds::<Mocks>().await;
}

async fn succeeds<B: Backend>() {
    let backend = B::start(&behaviors()).await;
    let client = backend.builder().build().unwrap();
    for (number, (operation, door)) in calls().enumerate() {
        let context = format!("{} {door:?}", operation.id);
        backend.restore();
        let (value, metadata) =
            call(&client, operation, door).await.unwrap_or_else(|error| panic!("{context}: {error}"));
        assert_eq!(comparable(operation, value), comparable(operation, result_of(operation)), "{context}");
        assert_eq!((metadata.status().as_u16(), metadata.attempts()), (200, 1), "{context}");
        assert!(metadata.errors().is_empty() && metadata.messages().is_empty(), "{context}");
        assert!(metadata.cf_ray().is_some(), "{context}");
        assert_eq!(backend.received().await, number + 1, "{context}");
    }
}

/// Every assumption about the form of a response.
fn unknowns() -> Vec<Unknowns> {
    let with = |set: fn(&mut Unknowns)| {
        let mut unknowns = Unknowns::default();
        set(&mut unknowns);
        unknowns
    };
    vec![
        with(|unknowns| unknowns.empty_result = EmptyResult::Object),
        with(|unknowns| unknowns.update_response = UpdateResponse::WithNames),
        with(|unknowns| unknowns.tenant_url = UrlForm::Relative),
        with(|unknowns| unknowns.well_known_url = UrlForm::Relative),
        with(|unknowns| unknowns.unknown_behaviors = UnknownBehaviors::Ignored),
    ]
}

#[tokio::test]
async fn every_operation_reads_every_form_of_response() {
    let backend = Simulated::start(&behaviors()).await;
    let client = backend.builder().build().unwrap();
    for unknowns in unknowns() {
        backend.simulator.set_unknowns(unknowns);
        for (operation, door) in calls() {
            let context = format!("{} {door:?} {unknowns:?}", operation.id);
            backend.restore();
            call(&client, operation, door).await.unwrap_or_else(|error| panic!("{context}: {error}"));
        }
    }
}

#[tokio::test]
async fn counts_of_a_list_are_in_the_metadata() {
    let backend = Simulated::start(&behaviors()).await;
    let client = backend.builder().build().unwrap();
    for operation in [GET_SUMMARY, GET_USER_RISK] {
        let (value, metadata) = call(&client, operation, Door::Method).await.unwrap();
        assert_ne!(value, Value::Null);
        assert_eq!(metadata.result_info().unwrap().total_count, Some(1));
    }
}
