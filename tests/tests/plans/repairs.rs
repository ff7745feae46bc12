//! Taking a plan back, and repairing what a PUT changed beside it.

use zt_risk_scoring::{
    ApplyErrorKind, BehaviorChanges, DesiredState, ErrorKind, MismatchKind, OtherBehaviors, RiskLevel,
};
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::simulator::operations::{GET_BEHAVIORS, UPDATE_BEHAVIORS};
use zt_risk_scoring_mock::simulator::{Fault, OmittedBehaviors, Unknowns};
use zt_risk_scoring_tests::client_of;

use crate::{is_enabled, methods, planned};

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
