//! Plans, from outside: which requests they send, and what their errors say.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

use std::error::Error as _;
use std::time::Duration;

use zt_risk_scoring::{
    ApplyErrorKind, BehaviorChanges, BehaviorMap, Client, Credentials, DesiredState, Error, ErrorKind, MismatchKind,
    OtherBehaviors, Plan, PlanErrorKind, RetryConfig, RiskLevel,
};
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::simulator::operations::{GET_BEHAVIORS, UPDATE_BEHAVIORS};
use zt_risk_scoring_mock::simulator::{Fault, OmittedBehaviors, Response, UnknownLevels, Unknowns};
use zt_risk_scoring_tests::{ACCOUNT_ID, builder, client_of};

/// A simulator, a client, and the plan to enable `imp_travel`.
async fn planned() -> (Simulator, Client, Plan) {
    let simulator = Simulator::start().await;
    let client = client_of(&simulator);
    let plan = client.behaviors().plan(BehaviorChanges::new().enable("imp_travel")).await.unwrap();
    simulator.clear_requests();
    (simulator, client, plan)
}

/// The methods of the requests that the simulator received.
fn methods(simulator: &Simulator) -> String {
    simulator.requests().iter().map(|request| request.method().to_owned()).collect::<Vec<_>>().join(" ")
}

fn is_enabled(simulator: &Simulator, id: &str) -> bool {
    simulator.account(simulator.account_id()).unwrap().behaviors()[id].enabled
}

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
async fn rollback_is_applied_although_someone_changed_another_behavior_meanwhile() {
    let (simulator, client, plan) = planned().await;
    let applied = client.behaviors().apply(&plan).await.unwrap();
    assert_eq!(applied.rollback().unmanaged(), plan.unmanaged());
    simulator.edit(simulator.account_id(), |account| {
        account.behaviors_mut().get_mut("high_dlp").unwrap().enabled = true;
    });
    client.behaviors().apply(applied.rollback()).await.unwrap();
    assert!(!is_enabled(&simulator, "imp_travel") && is_enabled(&simulator, "high_dlp"));
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
async fn change_that_nobody_requested_is_reported_and_rolled_back() {
    let (simulator, client, plan) = planned().await;
    let before = client.behaviors().get().await.unwrap();
    let writer = Fault::writer(|account| account.behaviors_mut().get_mut("high_dlp").unwrap().enabled = true);
    simulator.inject(writer.on(UPDATE_BEHAVIORS).once());
    let error = client.behaviors().apply(&plan).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_written()), (ApplyErrorKind::Mismatch, true));
    let [mismatch] = error.mismatches() else { panic!("{error}") };
    assert_eq!((mismatch.id.as_str(), mismatch.kind), ("high_dlp", MismatchKind::NotRequested));
    assert_eq!(error.record().unwrap().mismatches, error.mismatches());
    client.behaviors().apply(error.rollback().unwrap()).await.unwrap();
    assert_eq!(client.behaviors().get().await.unwrap(), before);
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
async fn behaviors_that_a_put_resets_are_repaired_if_the_plan_covers_them() {
    let simulator = Simulator::start().await;
    let mut unknowns = Unknowns::default();
    unknowns.omitted_behaviors = OmittedBehaviors::Reset;
    simulator.set_unknowns(unknowns);
    let client = client_of(&simulator);
    let enable = |id: &str| BehaviorChanges::new().enable(id);
    client.behaviors().apply(&client.behaviors().plan(enable("high_dlp")).await.unwrap()).await.unwrap();

    // `high_dlp` is covered, and reset by the PUT of the others.
    let all = DesiredState::default().others(OtherBehaviors::Enable);
    let plan = client.behaviors().plan(&all).await.unwrap();
    simulator.clear_requests();
    let applied = client.behaviors().apply(&plan).await.unwrap();
    assert_eq!(methods(&simulator), "GET PUT GET PUT GET");
    assert_eq!(client.behaviors().get().await.unwrap().enabled().len(), 3);
    let [repaired] = &applied.record().repaired[..] else { panic!("{:?}", applied.record().repaired) };
    assert_eq!((repaired.id.as_str(), repaired.kind), ("high_dlp", MismatchKind::NotRequested));

    // Behaviors that are not covered are reported, and the rollback repairs them.
    let plan = client.behaviors().plan(BehaviorChanges::new().level("high_dlp", RiskLevel::Low)).await.unwrap();
    let error = client.behaviors().apply(&plan).await.unwrap_err();
    assert_eq!(error.mismatches().len(), 2);
    client.behaviors().apply(error.rollback().unwrap()).await.unwrap();
    assert_eq!(client.behaviors().get().await.unwrap(), *plan.seen());
}

#[tokio::test(start_paused = true)]
async fn repair_does_not_overwrite_what_another_client_changes_meanwhile() {
    let simulator = Simulator::start().await;
    let mut unknowns = Unknowns::default();
    unknowns.omitted_behaviors = OmittedBehaviors::Reset;
    simulator.set_unknowns(unknowns);
    let client = client_of(&simulator);
    let high_dlp = BehaviorChanges::new().enable("high_dlp");
    client.behaviors().apply(&client.behaviors().plan(high_dlp).await.unwrap()).await.unwrap();
    let plan = client.behaviors().plan(DesiredState::default().others(OtherBehaviors::Enable)).await.unwrap();
    simulator.clear_requests();

    // The repair fails, and another client changes what the first PUT wrote.
    simulator.inject(Fault::status(503).on(UPDATE_BEHAVIORS).skip(1).once());
    let writer = Fault::writer(|account| account.behaviors_mut().get_mut("imp_travel").unwrap().enabled = false);
    simulator.inject(writer.on(GET_BEHAVIORS).skip(2).once());
    let error = client.behaviors().apply(&plan).await.unwrap_err();
    assert_eq!(methods(&simulator), "GET PUT GET PUT GET");
    assert_eq!((error.kind(), error.call_error().unwrap().kind()), (ApplyErrorKind::Mismatch, ErrorKind::Server));
    assert!(!is_enabled(&simulator, "imp_travel"));

    // Without another client, a repair that failed is sent again.
    let plan = client.behaviors().plan(DesiredState::default().others(OtherBehaviors::Enable)).await.unwrap();
    simulator.clear_requests();
    simulator.inject(Fault::status(503).on(UPDATE_BEHAVIORS).skip(1).once());
    client.behaviors().apply(&plan).await.unwrap();
    assert_eq!(methods(&simulator), "GET PUT GET PUT GET PUT GET");
}

#[tokio::test(start_paused = true)]
async fn repair_is_sent_as_seldom_as_the_first_put() {
    // A repair that fails ends after the most writes, and a PUT whose error cannot pass is not repaired at all.
    for (status, skip, expected) in [(503, 1, "GET PUT GET PUT GET PUT GET"), (403, 0, "GET PUT GET")] {
        let simulator = Simulator::start().await;
        let mut unknowns = Unknowns::default();
        unknowns.omitted_behaviors = OmittedBehaviors::Reset;
        simulator.set_unknowns(unknowns);
        let client = client_of(&simulator);
        let high_dlp = BehaviorChanges::new().enable("high_dlp");
        client.behaviors().apply(&client.behaviors().plan(high_dlp).await.unwrap()).await.unwrap();
        let plan = client.behaviors().plan(DesiredState::default().others(OtherBehaviors::Enable)).await.unwrap();
        simulator.clear_requests();
        let fault = Fault::status(status).on(UPDATE_BEHAVIORS).skip(skip);
        simulator.inject(if skip == 0 { fault.after_operation() } else { fault });
        let error = client.behaviors().apply(&plan).await.unwrap_err();
        assert_eq!((methods(&simulator).as_str(), error.kind()), (expected, ApplyErrorKind::Mismatch));
        assert!(error.call_error().is_some());
        assert_eq!(error.mismatches().iter().map(|mismatch| mismatch.id.as_str()).collect::<Vec<_>>(), ["high_dlp"]);
    }
}

#[tokio::test]
async fn repair_is_not_repeated_if_it_succeeds_without_effect() {
    let simulator = Simulator::start().await;
    let client = client_of(&simulator);
    let high_dlp = BehaviorChanges::new().enable("high_dlp");
    client.behaviors().apply(&client.behaviors().plan(high_dlp).await.unwrap()).await.unwrap();
    let plan = client.behaviors().plan(DesiredState::default().others(OtherBehaviors::Enable)).await.unwrap();
    simulator.clear_requests();
    let writer = Fault::writer(|account| account.behaviors_mut().get_mut("high_dlp").unwrap().enabled = false);
    simulator.inject(writer.on(UPDATE_BEHAVIORS).after_operation());
    let error = client.behaviors().apply(&plan).await.unwrap_err();
    assert_eq!(methods(&simulator), "GET PUT GET PUT GET");
    let [mismatch] = error.mismatches() else { panic!("{error}") };
    assert_eq!((mismatch.id.as_str(), mismatch.kind), ("high_dlp", MismatchKind::NotRequested));
}

#[tokio::test]
async fn behavior_that_disappears_is_reported_and_needs_no_repair() {
    let simulator = Simulator::start().await;
    let client = client_of(&simulator);
    let plan = client.behaviors().plan(DesiredState::default().others(OtherBehaviors::Enable)).await.unwrap();
    let level = BehaviorChanges::new().level("imp_travel", RiskLevel::Low).level("high_dlp", RiskLevel::Medium);
    let plan = if plan.unchanged().is_empty() { client.behaviors().plan(level).await.unwrap() } else { plan };
    let unchanged = plan.unchanged()[0].to_string();
    simulator.clear_requests();
    let gone = unchanged.clone();
    let writer = Fault::writer(move |account| drop(account.behaviors_mut().remove(&gone)));
    simulator.inject(writer.on(UPDATE_BEHAVIORS).after_operation().once());
    let error = client.behaviors().apply(&plan).await.unwrap_err();
    assert_eq!(methods(&simulator), "GET PUT GET");
    let [mismatch] = error.mismatches() else { panic!("{error}") };
    assert_eq!((mismatch.id.as_str(), mismatch.kind), (unchanged.as_str(), MismatchKind::NotRequested));
    assert_eq!(mismatch.found, None);
}

#[tokio::test]
async fn later_change_of_what_a_plan_does_not_cover_does_not_outdate_its_rollback() {
    let (simulator, client, plan) = planned().await;
    let applied = client.behaviors().apply(&plan).await.unwrap();
    simulator.edit(simulator.account_id(), |account| {
        account.behaviors_mut().get_mut("high_dlp").unwrap().enabled = true;
    });
    client.behaviors().apply(applied.rollback()).await.unwrap();
    assert!(!is_enabled(&simulator, "imp_travel") && is_enabled(&simulator, "high_dlp"));
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

#[tokio::test]
async fn unknown_ids_and_levels_are_errors_unless_they_are_allowed() {
    let simulator = Simulator::start().await;
    let client = client_of(&simulator);
    let misspelt = BehaviorChanges::new().enable("imp_travl").enable("imp_travel");
    let error = client.behaviors().plan(misspelt.clone()).await.unwrap_err();
    assert_eq!(error.kind(), PlanErrorKind::MissingBehaviors);
    let text = "the account has no behavior `imp_travl`; it has `high_dlp`, `imp_travel`, `sentinel_one`";
    assert_eq!(error.to_string(), text);
    let plan = client.behaviors().plan(misspelt).allow_missing().await.unwrap();
    assert_eq!((plan.missing().len(), plan.changes().len()), (1, 1));

    let level = BehaviorChanges::new().level("imp_travel", "hihg".into());
    let error = client.behaviors().plan(level.clone()).await.unwrap_err();
    assert_eq!((error.kind(), error.ids()[0].as_str()), (PlanErrorKind::UnknownLevels, "imp_travel"));
    let text = "unknown risk level `hihg` for `imp_travel`; the known levels are low, medium and high";
    assert_eq!((error.to_string().as_str(), format!("{error:#}").as_str()), (text, text));
    let mut unknowns = Unknowns::default();
    unknowns.unknown_levels = UnknownLevels::Accepted;
    simulator.set_unknowns(unknowns);
    let plan = client.behaviors().plan(level).allow_unknown_levels().await.unwrap();
    client.behaviors().apply(&plan).await.unwrap();
}

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
async fn error_of_a_plan_has_the_error_of_the_call_in_its_long_form() {
    let simulator = Simulator::start().await;
    simulator.inject(Fault::status(403).on(GET_BEHAVIORS).once());
    let error = client_of(&simulator).behaviors().plan(BehaviorChanges::new()).await.unwrap_err();
    assert_eq!(error.to_string(), "the behaviors could not be read");
    assert_eq!(format!("{error:#}"), format!("the behaviors could not be read: {}", error.call_error().unwrap()));
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

#[tokio::test]
async fn account_without_behaviors_has_an_empty_plan() {
    let simulator = Simulator::start().await;
    simulator.set_behaviors(BehaviorMap::default()).unwrap();
    let plan = client_of(&simulator).behaviors().plan(DesiredState::default().others(OtherBehaviors::Disable)).await;
    assert!(plan.unwrap().is_empty());
}
