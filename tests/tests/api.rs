//! The generated client: the requests that it builds, and how its models are read and written.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic fails the test")]

use serde_json::json;
use zt_risk_scoring_api::{
    ApiClient, ApiRequest, Client, Envelope, Operation, REVISION, RequestError, operations, types,
};

fn client() -> Client {
    Client::new("https://example.com/base", reqwest::Client::new())
}

/// A request's operation and what is sent, without the type of its success.
fn sent<T>(built: Result<ApiRequest<T>, RequestError>) -> (Operation, reqwest::Request) {
    let request = built.unwrap();
    (request.operation(), *request.into_request())
}

/// A request of every operation.
fn requests() -> Vec<(Operation, reqwest::Request)> {
    let (client, id) = (client(), uuid::Uuid::nil());
    let create = types::CreateIntegrationBody::new(types::IntegrationType::Okta, "https://tenant.okta.com".to_owned());
    let update = types::UpdateIntegrationBody::new(true, "https://tenant.okta.com".to_owned());
    let behaviors = types::UpdateBehaviorsBody::new(Default::default());
    vec![
        sent(client.get_behaviors("abc")),
        sent(client.update_behaviors("abc", &behaviors)),
        sent(client.list_integrations("abc")),
        sent(client.create_integration("abc", &create)),
        sent(client.get_integration_by_reference_id("abc", "def")),
        sent(client.delete_integration("abc", &id)),
        sent(client.get_integration("abc", &id)),
        sent(client.update_integration("abc", &id, &update)),
        sent(client.get_summary("abc")),
        sent(client.get_user_risk("abc", &id)),
        sent(client.reset_user_risk("abc", &id)),
    ]
}

#[test]
fn every_operation_builds_its_request_with_the_revision() {
    let requests = requests();
    let operations: Vec<_> = requests.iter().map(|(operation, _)| *operation).collect();
    assert_eq!(operations, operations::ALL);
    for (operation, request) in requests {
        assert_eq!(request.headers()["api-version"], REVISION);
        assert_eq!(request.headers()["accept"], "application/json");
        assert_eq!(request.method(), operation.method);
        assert_eq!(request.url().host_str(), Some("example.com"));
        let path = request.url().path().strip_prefix("/base").unwrap();
        assert!(operation.has_path(path) && path.starts_with("/accounts/abc/zt_risk_scoring/"), "{path}");
        assert_eq!(
            request.body().is_some(),
            ["create_integration", "update_behaviors", "update_integration"].contains(&operation.id)
        );
    }
}

#[test]
fn request_carries_the_body_and_the_user_agent_of_the_sdk() {
    let body = types::UpdateIntegrationBody::new(true, "https://tenant.okta.com".to_owned());
    let request = client().update_integration("abc", &uuid::Uuid::nil(), &body).unwrap();
    assert!(request.user_agent().starts_with("zt-risk-scoring/"), "{}", request.user_agent());
    let request = request.into_request();
    assert_eq!(request.headers()["content-type"], "application/json");
    let sent: serde_json::Value = serde_json::from_slice(request.body().unwrap().as_bytes().unwrap()).unwrap();
    assert_eq!(sent, json!({"active": true, "tenant_url": "https://tenant.okta.com"}));
}

#[test]
fn path_parameter_that_no_url_can_carry_is_an_error() {
    for value in ["", ".", ".."] {
        let error = client().get_integration_by_reference_id("abc", value).unwrap_err();
        assert!(matches!(error, RequestError::Parameter(_)));
        assert!(error.to_string().starts_with("the path parameter `reference_id` is "), "{error}");
    }
}

/// Reads the result of an envelope.
fn result<E: Envelope>(json: &str) -> Result<E::Result, String> {
    E::read_result(&mut serde_json::Deserializer::from_str(json)).map_err(|error| error.to_string())
}

#[test]
fn required_result_is_read_and_has_no_value_if_it_is_missing() {
    let behavior = r#"{"name":"n","description":"d","enabled":true,"risk_level":"low"}"#;
    let read = |json: &str| result::<types::BehaviorsEnvelope>(json);
    let behaviors = read(&format!(r#"{{"behaviors":{{"a":{behavior}}}}}"#)).unwrap().behaviors;
    assert_eq!(behaviors["a"].risk_level, types::RiskLevel::Low);
    assert!(read("null").is_err());
    let duplicate = read(&format!(r#"{{"behaviors":{{"a":{behavior},"a":{behavior}}}}}"#));
    assert!(duplicate.unwrap_err().starts_with("duplicate key"));
    assert!(<types::BehaviorsEnvelope as Envelope>::missing_result().is_none());
}

#[test]
fn nullable_result_is_none_if_it_is_null_or_missing() {
    let read = |json: &str| result::<types::IntegrationsEnvelope>(json).unwrap();
    assert!(read("null").is_none() && read("[]").unwrap().is_empty());
    assert!(<types::IntegrationsEnvelope as Envelope>::missing_result().unwrap().is_none());
}

#[test]
fn envelope_without_a_result_reads_any_value_as_nothing() {
    for json in ["null", "{}", "[1]", "7"] {
        result::<types::FailureEnvelope>(json).unwrap();
    }
    assert_eq!(<types::FailureEnvelope as Envelope>::missing_result(), Some(()));
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

#[test]
fn reference_id_of_a_new_integration_is_absent_null_or_a_value() {
    let mut body =
        types::CreateIntegrationBody::new(types::IntegrationType::Okta, "https://tenant.okta.com".to_owned());
    for (reference_id, expected) in
        [(None, None), (Some(None), Some(json!(null))), (Some(Some("mine".to_owned())), Some(json!("mine")))]
    {
        body.reference_id = reference_id;
        let request = client().create_integration("abc", &body).unwrap().into_request();
        let sent: serde_json::Value = serde_json::from_slice(request.body().unwrap().as_bytes().unwrap()).unwrap();
        assert_eq!(sent.get("reference_id"), expected.as_ref(), "{sent}");
    }
}

#[test]
fn absent_null_and_odd_properties_of_a_user_are_read_and_written_back() {
    for properties in [
        json!({}),
        json!({"last_reset_time": null, "risk_level": null}),
        json!({"last_reset_time": "2024-02-29T01:02:03Z", "risk_level": "low"}),
        json!({"last_reset_time": "2018-09-24 11:41:36.697534+00", "risk_level": "severe"}),
    ] {
        let mut user = json!({"email": "e", "name": "n", "events": []});
        user.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
        let read: types::UserRisk = serde_json::from_value(user.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), user);
    }
}

#[test]
fn odd_time_of_an_integration_does_not_cost_the_others() {
    let integration = |id: &str, created_at: &str| {
        json!({
            "id": id, "created_at": created_at, "account_tag": "a", "active": true, "integration_type": "Okta",
            "reference_id": "r", "tenant_url": "https://tenant.okta.com", "well_known_url": "/w",
        })
    };
    let list = json!([
        integration("11111111-2222-4333-8444-555555555555", "2024-02-29T01:02:03Z"),
        integration("", "yesterday"),
    ]);
    let read = result::<types::IntegrationsEnvelope>(&list.to_string()).unwrap().unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), list);
    let values: Vec<_> = read.iter().map(|one| (one.id.value().is_some(), one.created_at.value().is_some())).collect();
    assert_eq!(values, [(true, true), (false, false)]);
}
