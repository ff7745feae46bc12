//! Which requests the application of a plan sends, and how it fails.

use std::error::Error as _;
use std::time::Duration;

use zt_risk_scoring::{
    ApplyErrorKind, BehaviorChanges, Credentials, DesiredState, Error, ErrorKind, MismatchKind, RetryConfig,
};
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::simulator::operations::{GET_BEHAVIORS, UPDATE_BEHAVIORS};
use zt_risk_scoring_mock::simulator::{Fault, Response};
use zt_risk_scoring_tests::{builder, client_of};

use crate::{is_enabled, methods, planned};

#[tokio::test]
async fn applying_reads_writes_only_the_change_and_reads_again() {
    let (simulator, client, plan) = planned().await;
    let before = client.behaviors().get().await.unwrap();
    simulator.clear_requests();
    let applied = client.behaviors().apply(&plan).await.unwrap();
    assert_eq!(methods(&simulator), "GET PUT GET");
    let body = simulator.requests()[1].json().unwrap();
    assert_eq!(body, serde_json::json!({"behaviors": {"imp_travel": {"enabled": true, "risk_level": "high"}}}));
    assert!(applied.has_written() && is_enabled(&simulator, "imp_travel"));
    let record = applied.record();
    assert_eq!(record.before.as_ref(), Some(&before));
    assert_eq!(record.after.as_ref(), Some(&plan.meant()));
    assert!(record.started_at <= record.finished_at && record.planned_at <= record.started_at);
    let calls: Vec<_> = record.requests.iter().map(|call| (call.method.as_str(), call.status, &call.error)).collect();
    assert_eq!(calls, [("GET", Some(200), &None), ("PUT", Some(200), &None), ("GET", Some(200), &None)]);
    assert!(record.requests.iter().all(|call| call.cf_ray.is_some()));
}

#[tokio::test]
async fn plan_that_is_applied_twice_changes_nothing_the_second_time() {
    let (simulator, client, plan) = planned().await;
    client.behaviors().apply(&plan).await.unwrap();
    simulator.clear_requests();
    let again = client.behaviors().apply(&plan).await.unwrap();
    assert_eq!(methods(&simulator), "GET");
    assert!(!again.has_written());
    // It can be taken back all the same.
    client.behaviors().apply(again.rollback()).await.unwrap();
    assert!(!is_enabled(&simulator, "imp_travel"));
}

#[tokio::test]
async fn empty_plan_sends_nothing() {
    let (simulator, client, _) = planned().await;
    let export = DesiredState::from(&client.behaviors().get().await.unwrap());
    let plan = client.behaviors().plan(&export).await.unwrap();
    assert!(plan.is_empty() && plan.unmanaged().is_empty());
    simulator.clear_requests();
    assert!(!client.behaviors().apply(&plan).await.unwrap().has_written());
    assert_eq!(methods(&simulator), "");
}

#[tokio::test]
async fn put_whose_response_was_lost_is_not_sent_again() {
    let (simulator, client, plan) = planned().await;
    let lost = simulator.inject(Fault::reset().after_operation().on(UPDATE_BEHAVIORS).once());
    let applied = client.behaviors().apply(&plan).await.unwrap();
    assert_eq!((methods(&simulator).as_str(), lost.happened()), ("GET PUT GET", 1));
    assert!(applied.has_written());
}

#[tokio::test(start_paused = true)]
async fn put_is_sent_again_only_after_another_read() {
    let (simulator, client, plan) = planned().await;
    simulator.inject(Fault::status(503).on(UPDATE_BEHAVIORS).times(2));
    client.behaviors().apply(&plan).await.unwrap();
    assert_eq!(methods(&simulator), "GET PUT GET PUT GET PUT GET");

    let (simulator, client, plan) = planned().await;
    simulator.inject(Fault::status(503).on(UPDATE_BEHAVIORS));
    let error = client.behaviors().apply(&plan).max_writes(2).await.unwrap_err();
    assert_eq!(methods(&simulator), "GET PUT GET PUT GET");
    assert_eq!(error.kind(), ApplyErrorKind::Write);
    let source = error.source().unwrap().downcast_ref::<Error>().unwrap();
    assert_eq!((source.kind(), error.call_error().unwrap().kind()), (ErrorKind::Server, ErrorKind::Server));
}

#[tokio::test(start_paused = true)]
async fn wait_that_the_api_asks_for_before_another_put_is_kept_up_to_the_ceiling_of_the_connection() {
    let retry_after = |seconds| Response::of_status(503).header("retry-after", seconds).unwrap();
    for (seconds, ceiling, expected) in
        [("50", 60, "GET PUT GET PUT GET"), ("70", 60, "GET PUT GET"), ("70", 90, "GET PUT GET PUT GET")]
    {
        let (simulator, _, plan) = planned().await;
        simulator.inject(Fault::respond(retry_after(seconds)).on(UPDATE_BEHAVIORS).once());
        let mut retry = RetryConfig::default();
        retry.retry_after_ceiling = Duration::from_secs(ceiling);
        let client = builder(simulator.base_url())
            .credentials(Credentials::api_token(simulator.api_token()).unwrap())
            .retry(retry)
            .build()
            .unwrap();
        let started = tokio::time::Instant::now();
        let applied = client.behaviors().apply(&plan).account_id(simulator.account_id()).await;
        assert_eq!((methods(&simulator).as_str(), applied.is_ok()), (expected, expected.ends_with("PUT GET PUT GET")));
        let least = if applied.is_ok() { seconds.parse().unwrap() } else { 0 };
        assert!(started.elapsed() >= Duration::from_secs(least), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn rejected_put_is_not_sent_again() {
    let (simulator, client, plan) = planned().await;
    simulator.inject(Fault::status(403).on(UPDATE_BEHAVIORS).once());
    let error = client.behaviors().apply(&plan).await.unwrap_err();
    assert_eq!(methods(&simulator), "GET PUT GET");
    assert_eq!((error.kind(), error.call_error().unwrap().kind()), (ApplyErrorKind::Write, ErrorKind::Permission));
    assert_eq!(error.to_string(), "the change was not made");
    assert_eq!(format!("{error:#}"), format!("the change was not made: {}", error.call_error().unwrap()));
    assert_eq!(error.record().unwrap().requests[1].error.as_deref(), Some("permission"));
    assert_eq!(error.mismatches()[0].kind, MismatchKind::NotApplied);
}

#[tokio::test]
async fn change_of_another_client_is_reported_also_if_the_put_is_rejected() {
    let (simulator, client, plan) = planned().await;
    simulator.inject(Fault::status(403).on(UPDATE_BEHAVIORS).once());
    let writer = Fault::writer(|account| account.behaviors_mut().get_mut("high_dlp").unwrap().enabled = true);
    simulator.inject(writer.on(GET_BEHAVIORS).skip(1).once());
    let error = client.behaviors().apply(&plan).await.unwrap_err();
    let kinds: Vec<_> = error.mismatches().iter().map(|mismatch| (mismatch.id.as_str(), mismatch.kind)).collect();
    assert_eq!(kinds, [("high_dlp", MismatchKind::NotRequested), ("imp_travel", MismatchKind::NotApplied)]);
}

#[tokio::test(start_paused = true)]
async fn plan_that_another_client_outdates_after_a_failed_put_names_the_failure() {
    let (simulator, client, plan) = planned().await;
    simulator.inject(Fault::status(503).on(UPDATE_BEHAVIORS).once());
    let writer = Fault::writer(|account| {
        account.behaviors_mut().get_mut("imp_travel").unwrap().risk_level = "low".to_owned();
    });
    simulator.inject(writer.on(GET_BEHAVIORS).skip(1).once());
    let error = client.behaviors().apply(&plan).await.unwrap_err();
    assert_eq!(methods(&simulator), "GET PUT GET");
    assert_eq!((error.kind(), error.may_have_written()), (ApplyErrorKind::Outdated, true));
    assert_eq!(error.call_error().unwrap().kind(), ErrorKind::Server);
}

#[tokio::test]
async fn nothing_is_written_if_the_behaviors_cannot_be_read_or_changed_meanwhile() {
    let (simulator, client, plan) = planned().await;
    simulator.inject(Fault::status(403).on(GET_BEHAVIORS).once());
    let error = client.behaviors().apply(&plan).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_written()), (ApplyErrorKind::Read, false));

    simulator.edit(simulator.account_id(), |account| {
        account.behaviors_mut().get_mut("imp_travel").unwrap().risk_level = "low".to_owned();
    });
    let error = client.behaviors().apply(&plan).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_written()), (ApplyErrorKind::Outdated, false));
    let [mismatch] = error.mismatches() else { panic!("{error}") };
    assert_eq!((mismatch.id.as_str(), mismatch.kind), ("imp_travel", MismatchKind::Outdated));
    let text = "imp_travel: changed since the plan was made: expected disabled, high; found disabled, low";
    assert_eq!(error.to_string(), format!("the plan is outdated; plan again: {text}"));
    assert_eq!(methods(&simulator), "GET GET");
}

#[tokio::test]
async fn unreadable_result_is_reported_and_the_same_plan_can_be_applied_again() {
    let (simulator, client, plan) = planned().await;
    simulator.inject(Fault::status(403).on(GET_BEHAVIORS).skip(1).once());
    let error = client.behaviors().apply(&plan).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_written()), (ApplyErrorKind::Unknown, true));
    assert_eq!(error.record().unwrap().after, None);
    assert!(!client.behaviors().apply(&plan).await.unwrap().has_written());
    // What it was, without a read.
    client.behaviors().apply(error.rollback().unwrap()).await.unwrap();
    assert!(!is_enabled(&simulator, "imp_travel"));

    // If the PUT failed as well, its error says more than that of the read.
    let (simulator, client, plan) = planned().await;
    simulator.inject(Fault::status(403).on(GET_BEHAVIORS).skip(1).once());
    simulator.inject(Fault::status(400).on(UPDATE_BEHAVIORS).once());
    let error = client.behaviors().apply(&plan).await.unwrap_err();
    assert_eq!((error.kind(), error.call_error().unwrap().kind()), (ApplyErrorKind::Unknown, ErrorKind::Api));
}

#[tokio::test]
async fn change_that_is_not_taken_over_is_reported() {
    let (simulator, client, plan) = planned().await;
    let writer = Fault::writer(|account| account.behaviors_mut().get_mut("imp_travel").unwrap().enabled = false);
    simulator.inject(writer.on(UPDATE_BEHAVIORS).after_operation().once());
    let error = client.behaviors().apply(&plan).await.unwrap_err();
    assert_eq!(methods(&simulator), "GET PUT GET");
    assert_eq!((error.kind(), error.mismatches()[0].kind), (ApplyErrorKind::Mismatch, MismatchKind::NotApplied));
}

#[tokio::test]
async fn level_that_a_change_leaves_alone_is_written_verbatim() {
    let simulator = Simulator::start().await;
    let client = client_of(&simulator);
    simulator.edit(simulator.account_id(), |account| {
        account.behaviors_mut().get_mut("imp_travel").unwrap().risk_level = "Critical ü".to_owned();
    });
    let plan = client.behaviors().plan(BehaviorChanges::new().enable("imp_travel")).await.unwrap();
    let applied = client.behaviors().apply(&plan).await.unwrap();
    let body = simulator.requests().iter().find(|request| request.method() == "PUT").unwrap().json().unwrap();
    assert_eq!(body["behaviors"]["imp_travel"]["risk_level"], "Critical ü");
    client.behaviors().apply(applied.rollback()).await.unwrap();
}
