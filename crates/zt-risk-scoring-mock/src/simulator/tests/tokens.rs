//! Tokens that are disabled or expire, and the operations that verify tokens.

use std::time::{Duration, SystemTime};

use reqwest::Method;
use serde_json::{Value, json};

use super::{Caller, Reply};
use crate::simulator::*;

async fn verify(caller: &Caller) -> Reply {
    caller.try_send(Method::GET, "/user/tokens/verify", None).await.unwrap()
}

#[tokio::test]
async fn active_token_is_verified_with_a_message() {
    let simulator = Simulator::start().await;
    let reply = verify(&Caller::of(&simulator)).await;
    assert_eq!(reply.result()["status"], "active");
    assert_eq!(reply.result()["id"].as_str().unwrap().len(), 32);
    assert_eq!(reply.body["messages"][0]["code"], 10_000);
    assert!(reply.result().get("expires_on").is_none());
}

#[tokio::test(start_paused = true)]
async fn token_is_valid_from_its_beginning_to_its_end() {
    let simulator = Simulator::start().await;
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let (begin, end) = (start + Duration::from_secs(60), start + Duration::from_secs(120));
    simulator.set_time(start);
    simulator.add_token(Token::new("cfut_brief").not_before(begin).expires_on(end));
    let caller = Caller::of(&simulator).with_token("cfut_brief");
    let reply = verify(&caller).await;
    assert_eq!(reply.result()["not_before"], "2027-01-15T08:01:00.000000Z");
    assert_eq!(reply.result()["expires_on"], "2027-01-15T08:02:00.000000Z");
    assert_eq!(caller.get("/behaviors").await.code(), 9109);

    tokio::time::sleep(Duration::from_secs(60)).await;
    caller.get("/behaviors").await.result();
    assert_eq!(verify(&caller).await.result()["status"], "active");

    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(caller.get("/behaviors").await.code(), 9109);
    let reply = verify(&caller).await;
    assert_eq!((&reply.result()["status"], &reply.body["messages"]), (&json!("expired"), &json!([])));
}

#[tokio::test]
async fn disabled_token_is_reported_and_rejected() {
    let simulator = Simulator::start().await;
    simulator.add_token(Token::new("cfut_off").disabled());
    let caller = Caller::of(&simulator).with_token("cfut_off");
    assert_eq!(verify(&caller).await.result()["status"], "disabled");
    let rejected = caller.get("/behaviors").await;
    assert_eq!((rejected.status, rejected.code()), (403, 9109));
}

#[tokio::test]
async fn token_of_an_account_is_verified_by_the_operation_of_the_account() {
    let simulator = Simulator::start().await;
    simulator.add_token(Token::new("cfat_one").of_account("a"));
    let caller = Caller::of(&simulator).with_token("cfat_one");
    let of_account = |account: &str| {
        let path = format!("/accounts/{account}/tokens/verify");
        let caller = &caller;
        async move { caller.try_send(Method::GET, &path, None).await.unwrap() }
    };
    assert_eq!(of_account("a").await.result()["status"], "active");
    for reply in [of_account("b").await, verify(&caller).await] {
        assert_eq!((reply.status, reply.code()), (401, 1000));
    }
}

#[tokio::test]
async fn token_that_is_unknown_malformed_or_missing_is_rejected() {
    let simulator = Simulator::start().await;
    let caller = Caller::of(&simulator).with_token("cfut_unknown");
    let reply = verify(&caller).await;
    assert_eq!((reply.status, reply.code()), (401, 1000));
    let reply = caller.get("/behaviors").await;
    assert_eq!((reply.status, reply.code()), (403, 9109));
    let malformed = verify(&caller.with_token("")).await;
    assert_eq!((malformed.status, malformed.code()), (400, 6003));
    assert_eq!(malformed.body["errors"][0]["error_chain"][0]["code"], 6111);
    let url = format!("{}/user/tokens/verify", simulator.base_url());
    let missing: Value = serde_json::from_str(&reqwest::get(&url).await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(missing["errors"][0]["code"], 9106);
    let (email, key) = simulator.global_key();
    let request = reqwest::Client::new().get(url).header("x-auth-email", email).header("x-auth-key", key);
    assert_eq!(request.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn removed_token_is_unknown() {
    let simulator = Simulator::start().await;
    let caller = Caller::of(&simulator);
    assert!(simulator.remove_token(simulator.api_token()));
    assert!(!simulator.remove_token(simulator.api_token()));
    assert_eq!(caller.get("/behaviors").await.code(), 9109);
}

#[test]
fn debug_of_a_token_has_no_secret() {
    let shown = format!("{:?}", Token::new("cfut_secret").accounts(["a"]));
    assert!(!shown.contains("secret") && shown.contains("permissions"), "{shown}");
}
