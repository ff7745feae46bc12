//! Making a plan: what is an error, and what its errors say.

use zt_risk_scoring::{BehaviorChanges, BehaviorMap, DesiredState, OtherBehaviors, PlanErrorKind};
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::simulator::operations::GET_BEHAVIORS;
use zt_risk_scoring_mock::simulator::{Fault, UnknownLevels, Unknowns};
use zt_risk_scoring_tests::client_of;

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
async fn error_of_a_plan_has_the_error_of_the_call_in_its_long_form() {
    let simulator = Simulator::start().await;
    simulator.inject(Fault::status(403).on(GET_BEHAVIORS).once());
    let error = client_of(&simulator).behaviors().plan(BehaviorChanges::new()).await.unwrap_err();
    assert_eq!(error.to_string(), "the behaviors could not be read");
    assert_eq!(format!("{error:#}"), format!("the behaviors could not be read: {}", error.call_error().unwrap()));
}

#[tokio::test]
async fn account_without_behaviors_has_an_empty_plan() {
    let simulator = Simulator::start().await;
    simulator.set_behaviors(BehaviorMap::default()).unwrap();
    let plan = client_of(&simulator).behaviors().plan(DesiredState::default().others(OtherBehaviors::Disable)).await;
    assert!(plan.unwrap().is_empty());
}
