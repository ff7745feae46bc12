//! Faults: each effect, before and after the operation, and how often.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Caller, Reply};
use crate::simulator::*;

async fn start() -> (Simulator, Caller) {
    let simulator = Simulator::start().await;
    let caller = Caller::of(&simulator);
    (simulator, caller)
}

/// Tries to create an integration.
async fn try_create(caller: &Caller) -> reqwest::Result<Reply> {
    let body = json!({"integration_type": "Okta", "tenant_url": "https://tenant.okta.com"});
    caller.try_send(Method::POST, &caller.path("/integrations"), Some(body.to_string())).await
}

fn count(simulator: &Simulator) -> usize {
    simulator.account(simulator.account_id()).unwrap().integrations().len()
}

#[tokio::test]
async fn response_takes_the_place_of_the_operation_or_follows_it() {
    let (simulator, caller) = start().await;
    let fault = Fault::respond(Response::edge_page(524)).on(operations::CREATE_INTEGRATION);
    let before = simulator.inject(fault.clone().once());
    assert_eq!(try_create(&caller).await.unwrap().status, 524);
    assert_eq!((count(&simulator), before.happened()), (0, 1));
    simulator.inject(fault.after_operation().once());
    let reply = try_create(&caller).await.unwrap();
    assert_eq!((reply.status, count(&simulator)), (524, 1));
    assert!(reply.body.as_str().unwrap().starts_with("<!DOCTYPE html>"));
    assert_eq!(try_create(&caller).await.unwrap().status, 200);
}

#[tokio::test]
async fn connection_is_reset_before_or_after_the_operation() {
    let (simulator, caller) = start().await;
    for (fault, expected) in [(Fault::reset(), 0), (Fault::reset().after_operation(), 1)] {
        simulator.inject(fault.on(operations::CREATE_INTEGRATION).once());
        let error = try_create(&caller).await.unwrap_err();
        assert!(format!("{error:?}").contains("ConnectionReset"), "{error:?}");
        assert_eq!(count(&simulator), expected);
    }
    assert_eq!(simulator.requests().len(), 2);
    caller.get("/behaviors").await.result();
}

#[tokio::test(start_paused = true)]
async fn delay_is_before_or_after_the_operation() {
    for (fault, expected) in
        [(Fault::delay(Duration::from_secs(9)), 0), (Fault::delay(Duration::from_secs(9)).after_operation(), 1)]
    {
        let (simulator, caller) = start().await;
        simulator.inject(fault);
        let (reply, ()) = tokio::join!(try_create(&caller), async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            assert_eq!(count(&simulator), expected);
        });
        reply.unwrap().result();
        assert_eq!(count(&simulator), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn request_that_the_client_gives_up_during_a_delay_is_not_carried_out() {
    for (fault, expected) in
        [(Fault::delay(Duration::from_secs(9)), 0), (Fault::delay(Duration::from_secs(9)).after_operation(), 1)]
    {
        let (simulator, caller) = start().await;
        let slow = simulator.inject(fault);
        assert!(tokio::time::timeout(Duration::from_secs(5), try_create(&caller)).await.is_err());
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!((count(&simulator), slow.happened()), (expected, 1));
    }
}

#[tokio::test]
async fn status_that_ends_no_request_is_sent_as_500() {
    let (simulator, caller) = start().await;
    for status in [0, 99, 100, 101, 103, 199, 1_000] {
        simulator.inject(Fault::status(status).once());
        let reply = caller.get("/behaviors").await;
        assert_eq!((reply.status, reply.code()), (500, 10_500), "{status}");
    }
}

#[tokio::test]
async fn content_length_of_a_fault_is_that_of_its_body() {
    let (simulator, caller) = start().await;
    for length in ["5", "none"] {
        simulator.inject(Fault::respond(Response::null_result().header("content-length", length).unwrap()).once());
        assert_eq!(caller.get("/behaviors").await.result(), &Value::Null, "{length}");
    }
}

#[tokio::test]
async fn writer_that_panics_ends_the_connection() {
    let (simulator, caller) = start().await;
    let writer = simulator.inject(Fault::writer(|_| panic!("on purpose")).once());
    assert!(caller.try_send(Method::GET, &caller.path("/behaviors"), None).await.is_err());
    assert_eq!(writer.happened(), 1);
    caller.get("/behaviors").await.result();
}

#[tokio::test(start_paused = true)]
async fn body_drips_to_its_end() {
    let (simulator, caller) = start().await;
    let whole = caller.get("/behaviors").await;
    simulator.inject(Fault::drip(100, Duration::from_secs(1)));
    let started = Instant::now();
    let dripped = caller.get("/behaviors").await;
    assert_eq!(dripped.body, whole.body);
    let length: u64 = dripped.header("content-length").parse().unwrap();
    assert!(started.elapsed() >= Duration::from_secs(length / 100), "{:?}", started.elapsed());
}

#[tokio::test]
async fn truncated_body_is_announced_whole_and_sent_in_part() {
    let (simulator, _) = start().await;
    simulator.inject(Fault::truncate(10));
    let url = format!("{}/accounts/{}/zt_risk_scoring/behaviors", simulator.base_url(), simulator.account_id());
    let mut response = reqwest::Client::new().get(url).bearer_auth(simulator.api_token()).send().await.unwrap();
    assert!(response.content_length().unwrap() > 10);
    assert_eq!(response.chunk().await.unwrap().unwrap(), "{\"errors\":");
    assert!(response.chunk().await.is_err());
}

#[tokio::test]
async fn writer_edits_between_a_read_and_a_write() {
    let (simulator, caller) = start().await;
    let toggle = |account: &mut Account| {
        let behavior = account.behaviors_mut().get_mut("imp_travel").unwrap();
        behavior.enabled = !behavior.enabled;
    };
    let after_read =
        simulator.inject(Fault::writer(toggle).after_operation().on(operations::GET_BEHAVIORS).skip(1).once());
    let enabled = |reply: &Reply| reply.result()["behaviors"]["imp_travel"]["enabled"].as_bool().unwrap();
    assert!(!enabled(&caller.get("/behaviors").await));
    assert!(!enabled(&caller.get("/behaviors").await));
    assert_eq!(after_read.happened(), 1);
    assert!(enabled(&caller.get("/behaviors").await));

    simulator.inject(Fault::writer(toggle).on(operations::UPDATE_BEHAVIORS).once());
    assert!(!enabled(&caller.put("/behaviors", &json!({"behaviors": {}})).await));
}

#[tokio::test]
async fn writer_does_not_match_a_request_without_an_account() {
    let (simulator, caller) = start().await;
    let fault = simulator.inject(Fault::writer(|_| {}));
    caller.with_account("missing").get("/behaviors").await;
    caller.try_send(Method::GET, "/user/tokens/verify", None).await.unwrap().result();
    assert_eq!(fault.happened(), 0);
}

/// The statuses of some reads.
async fn statuses(caller: &Caller, reads: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..reads {
        statuses.push(caller.get("/behaviors").await.status);
    }
    statuses
}

#[tokio::test]
async fn fault_happens_as_often_as_it_says() {
    for (fault, expected) in [
        (Fault::status(500), [500, 500, 500, 500]),
        (Fault::status(500).once(), [500, 200, 200, 200]),
        (Fault::status(500).times(2), [500, 500, 200, 200]),
        (Fault::status(500).skip(2), [200, 200, 500, 500]),
        (Fault::status(500).skip(1).times(2), [200, 500, 500, 200]),
        (Fault::status(500).times(0), [200, 200, 200, 200]),
    ] {
        let (simulator, caller) = start().await;
        let shown = format!("{fault:?}");
        simulator.inject(fault);
        assert_eq!(statuses(&caller, 4).await, expected, "{shown}");
    }
}

#[tokio::test]
async fn faults_that_end_a_request_happen_one_after_another() {
    let (simulator, caller) = start().await;
    let first = simulator.inject(Fault::status(500).times(2));
    let second = simulator.inject(Fault::status(429).once());
    assert_eq!(statuses(&caller, 4).await, [500, 500, 429, 200]);
    assert_eq!((first.happened(), second.happened()), (2, 1));
}

#[tokio::test]
async fn fault_is_limited_to_an_operation_and_an_account() {
    let (simulator, caller) = start().await;
    simulator.add_account("other");
    simulator.inject(Fault::status(500).on(operations::GET_BEHAVIORS).in_account("other"));
    let other = caller.with_account("other");
    assert_eq!((caller.get("/behaviors").await.status, other.get("/behaviors").await.status), (200, 500));
    assert_eq!(other.get("/integrations").await.status, 200);
}

#[tokio::test]
async fn removed_fault_does_not_happen() {
    let (simulator, caller) = start().await;
    let fault = simulator.inject(Fault::status(500));
    assert_eq!(statuses(&caller, 1).await, [500]);
    fault.remove();
    assert_eq!(statuses(&caller, 1).await, [200]);
    simulator.inject(Fault::status(500));
    simulator.clear_faults();
    assert_eq!(statuses(&caller, 1).await, [200]);
}

#[tokio::test]
async fn status_has_the_body_that_the_api_sends_with_it() {
    let (simulator, caller) = start().await;
    for status in [403, 429, 500, 502, 503, 520, 527] {
        simulator.inject(Fault::status(status).once());
        let reply = caller.get("/behaviors").await;
        assert_eq!(reply.status, status);
        let is_page = matches!(reply.body, Value::String(_));
        assert_eq!(is_page, [502, 520, 527].contains(&status), "{status}");
        assert_eq!(reply.headers.contains_key("retry-after"), status == 429);
    }
}
