//! The generated client: what it sends through its transport, and how its models are read and written.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic fails the test")]

use std::sync::{Arc, Mutex};

use serde_json::json;
use zt_risk_scoring_api::{
    ApiClient, Client, ClientInfo, Error, REVISION, Transport, TransportError, TransportFuture, operations, types,
};

/// A transport that records requests and returns a scripted response to each.
#[derive(Debug)]
struct ScriptedTransport {
    response: Result<&'static str, TransportError>,
    sent: Mutex<Vec<(reqwest::Request, &'static str)>>,
}

impl Transport for ScriptedTransport {
    fn send(&self, request: reqwest::Request, operation_id: &'static str) -> TransportFuture<'_> {
        self.sent.lock().unwrap().push((request, operation_id));
        let response = self.response.clone().map(|body| http::Response::new(body).into());
        Box::pin(async { response })
    }
}

fn client(response: Result<&'static str, TransportError>) -> (Client, Arc<ScriptedTransport>) {
    let transport = Arc::new(ScriptedTransport { response, sent: Mutex::default() });
    (Client::with_transport("https://example.com", reqwest::Client::new(), transport.clone()), transport)
}

#[tokio::test]
async fn every_operation_sends_its_request_through_the_transport_with_the_revision() {
    let (client, transport) = client(Err(TransportError::new("scripted")));
    let id = uuid::Uuid::nil();
    let create = types::CreateIntegrationBody::new(types::IntegrationType::Okta, "https://tenant.okta.com".to_owned());
    let update = types::UpdateIntegrationBody::new(true, "https://tenant.okta.com".to_owned());
    let behaviors = types::UpdateBehaviorsBody::new(Default::default());
    client.create_integration("abc", &create).await.unwrap_err();
    client.delete_integration("abc", &id).await.unwrap_err();
    client.get_behaviors("abc").await.unwrap_err();
    client.get_integration("abc", &id).await.unwrap_err();
    client.get_integration_by_reference_id("abc", "def").await.unwrap_err();
    client.get_summary("abc").await.unwrap_err();
    client.get_user_risk("abc", &id).await.unwrap_err();
    client.list_integrations("abc").await.unwrap_err();
    client.reset_user_risk("abc", &id).await.unwrap_err();
    client.update_behaviors("abc", &behaviors).await.unwrap_err();
    client.update_integration("abc", &id, &update).await.unwrap_err();

    let sent = transport.sent.lock().unwrap();
    let mut operations: Vec<_> = sent.iter().map(|(_, operation)| *operation).collect();
    let mut documented: Vec<_> = operations::ALL.iter().map(|operation| operation.id).collect();
    operations.sort();
    documented.sort();
    assert_eq!(operations, documented);
    for (request, id) in sent.iter() {
        assert_eq!(request.headers()["api-version"], REVISION);
        let operation = operations::ALL.iter().find(|operation| operation.id == *id).unwrap();
        assert_eq!(request.method(), operation.method);
        assert!(request.url().path().starts_with("/accounts/abc/zt_risk_scoring/"));
    }
}

#[tokio::test]
async fn response_is_decoded() {
    let (client, _) = client(Ok(r#"{"success":true,"result":{"behaviors":{}}}"#));
    let envelope = client.get_behaviors("abc").await.unwrap();
    assert!(envelope.result.as_ref().unwrap().behaviors.is_empty());
}

#[tokio::test]
async fn transport_error_is_a_custom_error_with_its_message() {
    let (client, _) = client(Err(TransportError::new("scripted")));
    match client.get_behaviors("abc").await {
        Err(Error::Custom(reason)) => assert_eq!(reason, "scripted"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn revision_constant_is_the_api_version_of_the_client() {
    assert_eq!(REVISION, Client::api_version());
}

#[test]
fn undocumented_enum_value_is_written_as_it_was_read() {
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
fn request_bodies_are_built_by_constructors() {
    let update = types::BehaviorUpdate::new(true, types::RiskLevel::High);
    let body = types::UpdateBehaviorsBody::new([("imp_travel".to_owned(), update)].into());
    let expected = json!({"behaviors": {"imp_travel": {"enabled": true, "risk_level": "high"}}});
    assert_eq!(serde_json::to_value(body).unwrap(), expected);
    let body = types::UpdateBehaviorsBody::new(Default::default());
    assert_eq!(serde_json::to_value(body).unwrap(), json!({"behaviors": {}}));
}
