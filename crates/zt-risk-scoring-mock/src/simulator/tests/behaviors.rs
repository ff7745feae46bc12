//! Reading and changing behaviors, under every switch.

use std::time::Duration;

use serde_json::json;

use super::{Caller, set};
use crate::simulator::*;

async fn start() -> (Simulator, Caller) {
    let simulator = Simulator::start().await;
    let caller = Caller::of(&simulator);
    (simulator, caller)
}

fn update(id: &str, enabled: bool, level: &str) -> Value {
    json!({"behaviors": {id: {"enabled": enabled, "risk_level": level}}})
}

use serde_json::Value;

#[tokio::test]
async fn update_sticks_and_its_response_has_all_behaviors() {
    let (simulator, caller) = start().await;
    let response = caller.put("/behaviors", &update("imp_travel", true, "low")).await;
    let expected = json!({
        "high_dlp": {"enabled": false, "risk_level": "medium"},
        "imp_travel": {"enabled": true, "risk_level": "low"},
        "sentinel_one": {"enabled": false, "risk_level": "medium"},
    });
    assert_eq!(response.result()["behaviors"], expected);
    let read = caller.get("/behaviors").await;
    let behavior = &read.result()["behaviors"]["imp_travel"];
    assert_eq!((&behavior["enabled"], &behavior["risk_level"]), (&json!(true), &json!("low")));
    assert_eq!(behavior["name"], "Impossible Travel");
    set(&simulator, |unknowns| unknowns.update_response = UpdateResponse::WithNames);
    let response = caller.put("/behaviors", &json!({"behaviors": {}})).await;
    assert_eq!(response.result(), read.result());
}

#[tokio::test]
async fn update_of_one_account_leaves_others_alone() {
    let (simulator, caller) = start().await;
    simulator.add_account("other");
    caller.put("/behaviors", &update("imp_travel", true, "low")).await.result();
    assert!(!simulator.account("other").unwrap().behaviors()["imp_travel"].enabled);
    assert_eq!(
        caller.with_account("other").get("/behaviors").await.result()["behaviors"]["imp_travel"]["enabled"],
        false
    );
}

#[tokio::test]
async fn omitted_behaviors_are_kept_or_reset() {
    let (simulator, caller) = start().await;
    let edit = || {
        simulator.edit(simulator.account_id(), |account| {
            let behavior = account.behaviors_mut().get_mut("imp_travel").unwrap();
            (behavior.enabled, behavior.risk_level) = (true, "low".to_owned());
        });
    };
    let level = || {
        let behavior = simulator.account(simulator.account_id()).unwrap().behaviors()["imp_travel"].clone();
        (behavior.enabled, behavior.risk_level)
    };
    for (omitted, expected) in [(OmittedBehaviors::Kept, (true, "low")), (OmittedBehaviors::Reset, (false, "high"))] {
        set(&simulator, |unknowns| unknowns.omitted_behaviors = omitted);
        edit();
        caller.put("/behaviors", &update("high_dlp", true, "low")).await.result();
        assert_eq!(level(), (expected.0, expected.1.to_owned()), "{omitted:?}");
    }
}

#[tokio::test]
async fn unknown_id_is_rejected_ignored_or_created() {
    let (simulator, caller) = start().await;
    let both = json!({"behaviors": {
        "imp_travel": {"enabled": true, "risk_level": "low"},
        "a/new": {"enabled": true, "risk_level": "high"},
    }});
    let before = caller.get("/behaviors").await.body;
    let rejected = caller.put("/behaviors", &both).await;
    assert_eq!((rejected.status, &rejected.body["errors"][0]["source"]["pointer"]), (400, &json!("/behaviors/a~1new")));
    assert_eq!(caller.get("/behaviors").await.body, before);

    set(&simulator, |unknowns| unknowns.unknown_behaviors = UnknownBehaviors::Ignored);
    let response = caller.put("/behaviors", &both).await;
    assert_eq!(
        (&response.result()["behaviors"]["a/new"], response.result()["behaviors"]["imp_travel"]["enabled"].as_bool()),
        (&Value::Null, Some(true))
    );

    set(&simulator, |unknowns| unknowns.unknown_behaviors = UnknownBehaviors::Created);
    caller.put("/behaviors", &both).await.result();
    let read = caller.get("/behaviors").await;
    assert_eq!(
        read.result()["behaviors"]["a/new"],
        json!({"name": "a/new", "description": "", "enabled": true, "risk_level": "high"})
    );
}

#[tokio::test]
async fn unknown_level_is_accepted_if_the_account_has_it() {
    let (simulator, caller) = start().await;
    assert_eq!(caller.put("/behaviors", &update("imp_travel", true, "critical")).await.status, 400);
    set(&simulator, |unknowns| unknowns.unknown_levels = UnknownLevels::Accepted);
    caller.put("/behaviors", &update("imp_travel", true, "critical")).await.result();
    set(&simulator, |_| {});
    caller.put("/behaviors", &update("imp_travel", false, "critical")).await.result();
    assert_eq!(caller.put("/behaviors", &update("imp_travel", false, "severe")).await.status, 400);
    assert_eq!(simulator.account(simulator.account_id()).unwrap().behaviors()["imp_travel"].risk_level, "critical");
}

#[tokio::test]
async fn invalid_body_is_rejected_with_a_pointer_and_changes_nothing() {
    let (_simulator, caller) = start().await;
    let before = caller.get("/behaviors").await.body;
    for (body, pointer) in [
        (json!([]), ""),
        (json!({}), "/behaviors"),
        (json!({"behaviors": null}), "/behaviors"),
        (json!({"behaviors": {"high_dlp": null}}), "/behaviors/high_dlp"),
        (json!({"behaviors": {"high_dlp": {"risk_level": "low"}}}), "/behaviors/high_dlp/enabled"),
        (json!({"behaviors": {"high_dlp": {"enabled": "yes", "risk_level": "low"}}}), "/behaviors/high_dlp/enabled"),
        (json!({"behaviors": {"high_dlp": {"enabled": true}}}), "/behaviors/high_dlp/risk_level"),
        (json!({"behaviors": {"high_dlp": {"enabled": true, "risk_level": 3}}}), "/behaviors/high_dlp/risk_level"),
        (json!({"behaviors": {"high_dlp": {"enabled": true, "risk_level": "High"}}}), "/behaviors/high_dlp/risk_level"),
    ] {
        let response = caller.put("/behaviors", &body).await;
        assert_eq!(
            (response.status, &response.body["errors"][0]["source"]["pointer"]),
            (400, &json!(pointer)),
            "{body}"
        );
        assert_eq!(response.body["messages"], Value::Null);
    }
    let malformed =
        caller.try_send(reqwest::Method::PUT, &caller.path("/behaviors"), Some("{".to_owned())).await.unwrap();
    assert_eq!(malformed.status, 400);
    assert_eq!(caller.get("/behaviors").await.body, before);
}

/// Two PUTs, of which the first begins first and is carried out last. Returns their statuses.
async fn overlap(simulator: &Simulator, caller: &Caller) -> (u16, u16) {
    let slow = simulator.inject(Fault::delay(Duration::from_secs(1)).on(operations::UPDATE_BEHAVIORS).once());
    let body = update("imp_travel", true, "low");
    let (first, second) = tokio::join!(caller.put("/behaviors", &body), async {
        while slow.happened() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        caller.put("/behaviors", &update("high_dlp", true, "low")).await
    });
    (first.status, second.status)
}

#[tokio::test(start_paused = true)]
async fn concurrent_updates_are_merged_or_lost_or_rejected() {
    for (concurrent_updates, statuses, expected) in [
        (ConcurrentUpdates::Merged, (200, 200), ["high_dlp", "imp_travel"].as_slice()),
        (ConcurrentUpdates::LastWins, (200, 200), &["imp_travel"]),
        (ConcurrentUpdates::Rejected, (409, 200), &["high_dlp"]),
    ] {
        let (simulator, caller) = start().await;
        set(&simulator, |unknowns| unknowns.concurrent_updates = concurrent_updates);
        assert_eq!(overlap(&simulator, &caller).await, statuses, "{concurrent_updates:?}");
        let account = simulator.account(simulator.account_id()).unwrap();
        let enabled = account.behaviors().iter().filter(|(_, behavior)| behavior.enabled);
        assert_eq!(enabled.map(|(id, _)| id).collect::<Vec<_>>(), expected, "{concurrent_updates:?}");
        // An update that overlaps no other one is carried out under every switch.
        caller.put("/behaviors", &update("sentinel_one", true, "low")).await.result();
    }
}

#[tokio::test]
async fn unlisted_behaviors_appear_in_responses() {
    let (simulator, caller) = start().await;
    assert_eq!(caller.get("/behaviors").await.result()["behaviors"].as_object().unwrap().len(), 3);
    set(&simulator, |unknowns| unknowns.unlisted_behaviors = true);
    assert_eq!(caller.get("/behaviors").await.result()["behaviors"].as_object().unwrap().len(), 8);
}

#[tokio::test]
async fn value_that_is_no_map_of_behaviors_is_an_error() {
    let (simulator, _) = start().await;
    assert!(simulator.set_behaviors(json!({"a": 7})).is_err());
    assert_eq!(simulator.account(simulator.account_id()).unwrap().behaviors().len(), 3);
}
