//! Users: the summary, one user, the reset.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::{Caller, set};
use crate::simulator::*;

const ID: Uuid = Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);

async fn start() -> (Simulator, Caller) {
    let simulator = Simulator::start().await;
    let mut event = Event::new("Impossible Travel", "high", "2026-11-22T08:00:00Z");
    event.event_details = Some(json!({"from": ["a", 1]}));
    let user = User::new(ID, "user@example.com", "A User").with_event(event).with_event(Event::new(
        "High DLP",
        "low",
        "not a time",
    ));
    simulator.edit(simulator.account_id(), |account| {
        account.set_users([user, User::new(Uuid::max(), "b@example.com", "B")])
    });
    let caller = Caller::of(&simulator);
    (simulator, caller)
}

#[tokio::test]
async fn summary_has_the_users_with_events() {
    let (_simulator, caller) = start().await;
    let response = caller.get("/summary").await;
    let expected = json!({"users": [{
        "email": "user@example.com", "event_count": 2, "last_event": "not a time", "max_risk_level": "high",
        "name": "A User", "user_id": ID,
    }]});
    assert_eq!(response.result(), &expected);
    assert_eq!(response.body["result_info"], json!({"count": 1, "page": 1, "per_page": 1, "total_count": 1}));
}

#[tokio::test]
async fn user_has_events_with_their_details() {
    let (_simulator, caller) = start().await;
    let response = caller.get(&format!("/{ID}")).await;
    let user = response.result();
    assert_eq!(
        (&user["email"], &user["risk_level"], &user["last_reset_time"]),
        (&json!("user@example.com"), &json!("high"), &Value::Null)
    );
    assert_eq!(user["events"][0]["event_details"], json!({"from": ["a", 1]}));
    assert!(user["events"][1].as_object().unwrap().get("event_details").is_none());
}

#[tokio::test]
async fn reset_clears_events_and_level_and_sets_the_time() {
    let (simulator, caller) = start().await;
    simulator.set_time(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    let response = caller.post(&format!("/{ID}/reset"), &Value::Null).await;
    assert_eq!(response.result(), &Value::Null);
    let user = caller.get(&format!("/{ID}")).await;
    assert_eq!((&user.result()["events"], &user.result()["risk_level"]), (&json!([]), &Value::Null));
    assert!(user.result()["last_reset_time"].as_str().unwrap().starts_with("2027-01-15T08:00:0"), "{}", user.body);
    assert_eq!(caller.get("/summary").await.result()["users"], json!([]));
    set(&simulator, |unknowns| unknowns.empty_result = EmptyResult::Object);
    assert_eq!(caller.post(&format!("/{ID}/reset"), &Value::Null).await.result(), &json!({}));
}

#[tokio::test]
async fn unknown_user_is_not_found() {
    let (_simulator, caller) = start().await;
    let id = Uuid::from_u128(1);
    assert_eq!(caller.get(&format!("/{id}")).await.status, 404);
    assert_eq!(caller.post(&format!("/{id}/reset"), &Value::Null).await.status, 404);
    let no_uuid = caller.get("/7").await;
    assert_eq!((no_uuid.status, no_uuid.code()), (404, 7003));
}

#[tokio::test]
async fn generated_user_can_be_read_reset_and_removed() {
    let (simulator, caller) = start().await;
    simulator.edit(simulator.account_id(), |account| account.generate_users(20));
    let user = |index| User::generated(index).user_id;
    let response = caller.get(&format!("/{}", user(10))).await;
    assert_eq!(
        (&response.result()["email"], &response.result()["risk_level"]),
        (&json!("user-10@example.com"), &json!("high"))
    );
    assert_eq!(caller.get(&format!("/{}", user(20))).await.status, 404);
    assert_eq!(caller.get("/summary").await.result()["users"].as_array().unwrap().len(), 20);

    caller.post(&format!("/{}/reset", user(10)), &Value::Null).await.result();
    let removed = simulator.edit(simulator.account_id(), |account| account.remove_user(user(3)));
    assert_eq!(removed.unwrap().name, "User 3");
    simulator.edit(simulator.account_id(), |account| {
        account.put_user(User::new(ID, "a", "b").with_event(Event::new("c", "odd", "d")))
    });
    let response = caller.get("/summary").await;
    let users = response.result()["users"].as_array().unwrap();
    assert_eq!((users.len(), &users[18]["max_risk_level"]), (19, &json!("odd")));
    assert_eq!(caller.get(&format!("/{}", user(3))).await.status, 404);
    assert_eq!(simulator.edit(simulator.account_id(), |account| account.remove_user(user(3))), None);
}
