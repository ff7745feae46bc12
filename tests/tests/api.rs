//! The low-level crate: what is generated, and the hook.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "what panics here is a test that has found something")]

use std::sync::{Arc, Mutex};

use serde_json::json;
use zt_risk_scoring_api::{Client, ClientInfo, Error, REVISION, Transport, TransportError, TransportFuture, types};

/// A transport that keeps what it is given and answers with what it was made with.
#[derive(Debug)]
struct Scripted {
    answer: Result<&'static str, TransportError>,
    sent: Mutex<Vec<(reqwest::Request, &'static str)>>,
}

impl Transport for Scripted {
    fn send(&self, request: reqwest::Request, operation_id: &'static str) -> TransportFuture<'_> {
        self.sent.lock().unwrap().push((request, operation_id));
        let answer = self.answer.clone().map(|body| http::Response::new(body).into());
        Box::pin(async { answer })
    }
}

fn client(answer: Result<&'static str, TransportError>) -> (Client, Arc<Scripted>) {
    let transport = Arc::new(Scripted { answer, sent: Mutex::default() });
    (Client::new_with_client("https://example.com", reqwest::Client::new(), transport.clone()), transport)
}

#[tokio::test]
async fn every_request_leaves_through_the_transport_with_the_revision() {
    let (client, transport) = client(Ok(r#"{"success":true,"result":{"behaviors":{}}}"#));
    let answer = client.get_behaviors("abc").await.unwrap();
    assert!(answer.result.as_ref().unwrap().behaviors.is_empty());
    let sent = transport.sent.lock().unwrap();
    let [(request, operation)] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(*operation, "get_behaviors");
    assert_eq!(request.url().as_str(), "https://example.com/accounts/abc/zt_risk_scoring/behaviors");
    assert_eq!(request.headers()["api-version"], REVISION);
}

#[tokio::test]
async fn a_transport_that_has_no_answer_is_an_error_of_its_words() {
    let (client, _) = client(Err(TransportError::new("no way")));
    match client.get_behaviors("abc").await {
        Err(Error::Custom(reason)) => assert_eq!(reason, "no way"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_constant_and_the_client_agree_on_the_revision() {
    assert_eq!(REVISION, "2026-11-22");
    assert_eq!(REVISION, Client::api_version());
}

#[test]
fn a_value_that_the_document_does_not_list_is_written_as_it_was_read() {
    for value in ["low", "high", "critical", "High", ""] {
        let json = json!({"enabled": true, "risk_level": value});
        let update: types::BehaviorUpdate = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(update.risk_level.to_string(), value);
        assert_eq!(serde_json::to_value(update).unwrap(), json);
    }
    assert!(matches!("Okta".parse(), Ok(types::IntegrationType::Okta)));
    assert!(matches!("Entra".parse(), Ok(types::IntegrationType::Unknown(other)) if other == "Entra"));
}

#[test]
fn what_is_sent_can_be_built() {
    let update = types::BehaviorUpdate::new(true, types::RiskLevel::High);
    let body = types::UpdateBehaviorsBody::new([("imp_travel".to_owned(), update)].into());
    let expected = json!({"behaviors": {"imp_travel": {"enabled": true, "risk_level": "high"}}});
    assert_eq!(serde_json::to_value(body).unwrap(), expected);
    let body = types::UpdateBehaviorsBody::new(Default::default());
    assert_eq!(serde_json::to_value(body).unwrap(), json!({"behaviors": {}}));
}
