//! What tokens may do, in which accounts, and with which plans.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Caller, Reply};
use crate::simulator::*;

const USER: Uuid = Uuid::from_u128(7);

/// Sends a request of each operation, and returns whether the operation was permitted.
async fn permitted(caller: &Caller) -> Vec<(&'static str, bool)> {
    let integration = Uuid::from_u128(8);
    let mut permitted = Vec::new();
    for (id, method, path, body) in [
        ("get_behaviors", Method::GET, "/behaviors".to_owned(), Value::Null),
        ("update_behaviors", Method::PUT, "/behaviors".to_owned(), json!({"behaviors": {}})),
        ("get_summary", Method::GET, "/summary".to_owned(), Value::Null),
        ("get_user_risk", Method::GET, format!("/{USER}"), Value::Null),
        ("reset_user_risk", Method::POST, format!("/{USER}/reset"), Value::Null),
        ("list_integrations", Method::GET, "/integrations".to_owned(), Value::Null),
        ("create_integration", Method::POST, "/integrations".to_owned(), json!({})),
        ("get_integration", Method::GET, format!("/integrations/{integration}"), Value::Null),
        ("update_integration", Method::PUT, format!("/integrations/{integration}"), json!({})),
        ("delete_integration", Method::DELETE, format!("/integrations/{integration}"), Value::Null),
        ("get_integration_by_reference_id", Method::GET, "/integrations/reference_id/a".to_owned(), Value::Null),
    ] {
        let reply = caller.send(method, &path, &body).await;
        permitted.push((id, !(reply.status == 403 && reply.code() == 10_000)));
    }
    permitted
}

async fn start(permissions: Permissions) -> (Simulator, Caller) {
    let simulator = Simulator::start().await;
    simulator.edit(simulator.account_id(), |account| account.put_user(User::new(USER, "a", "b")));
    simulator.add_token(Token::new("cfut_limited").permissions(permissions));
    let caller = Caller::of(&simulator).with_token("cfut_limited");
    (simulator, caller)
}

fn assert_missing_permission(reply: &Reply) {
    assert_eq!((reply.status, reply.code()), (403, 10_000));
    assert_eq!(reply.body.as_object().unwrap().keys().collect::<Vec<_>>(), ["errors", "success"]);
}

#[tokio::test]
async fn permissions_allow_the_operations_that_are_documented() {
    let pii = ["get_summary", "get_user_risk"];
    let read = ["get_behaviors", "list_integrations", "get_integration", "get_integration_by_reference_id"];
    let write =
        ["update_behaviors", "reset_user_risk", "create_integration", "update_integration", "delete_integration"];
    let mut write_only = Permissions::none();
    write_only.write = true;
    for (permissions, expected) in [
        (Permissions::full(), [&pii[..], &read, &write].concat()),
        (Permissions::read_only(), [&pii[..], &read].concat()),
        (Permissions::without_pii(), [&read[..], &write].concat()),
        (write_only, [&read[..], &write].concat()),
        (Permissions::none(), Vec::new()),
    ] {
        let (_simulator, caller) = start(permissions).await;
        for (id, is_permitted) in permitted(&caller).await {
            assert_eq!(is_permitted, expected.contains(&id), "{permissions:?} {id}");
        }
    }
}

#[tokio::test]
async fn operation_that_is_not_permitted_changes_nothing() {
    let (simulator, caller) = start(Permissions::read_only()).await;
    let body = json!({"behaviors": {"imp_travel": {"enabled": true, "risk_level": "low"}}});
    assert_missing_permission(&caller.put("/behaviors", &body).await);
    assert!(!simulator.account(simulator.account_id()).unwrap().behaviors()["imp_travel"].enabled);
}

#[tokio::test]
async fn token_of_some_accounts_lacks_permissions_in_others() {
    let simulator = Simulator::start().await;
    simulator.add_account("a");
    simulator.add_account("b");
    simulator.add_token(Token::new("cfut_a").accounts(["a"]));
    let caller = Caller::of(&simulator).with_token("cfut_a");
    caller.with_account("a").get("/behaviors").await.result();
    assert_missing_permission(&caller.with_account("b").get("/behaviors").await);
    let missing = caller.with_account("c").get("/behaviors").await;
    assert_eq!((missing.status, missing.code()), (404, 7003));
}

#[tokio::test]
async fn plan_without_the_feature_is_forbidden() {
    let simulator = Simulator::start().await;
    let caller = Caller::of(&simulator);
    simulator.edit(simulator.account_id(), |account| account.set_feature(false));
    let forbidden = caller.get("/behaviors").await;
    assert_eq!((forbidden.status, forbidden.code()), (403, 3314));
    assert_eq!(forbidden.body["messages"], json!([]));
    simulator.edit(simulator.account_id(), |account| account.set_feature(true));
    caller.get("/behaviors").await.result();
}

#[tokio::test]
async fn removed_account_is_no_route() {
    let simulator = Simulator::start().await;
    let caller = Caller::of(&simulator);
    assert!(simulator.remove_account(simulator.account_id()));
    assert!(!simulator.remove_account(simulator.account_id()));
    let missing = caller.get("/behaviors").await;
    assert_eq!((missing.status, missing.code()), (404, 7003));
}
