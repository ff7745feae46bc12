//! Integrations: created, read, updated and deleted, under every switch.

use serde_json::{Value, json};

use super::{Caller, set};
use crate::simulator::*;

async fn start() -> (Simulator, Caller) {
    let simulator = Simulator::start().await;
    let caller = Caller::of(&simulator);
    (simulator, caller)
}

fn new(reference_id: Option<&str>) -> Value {
    json!({"integration_type": "Okta", "tenant_url": "https://tenant.okta.com", "reference_id": reference_id})
}

/// Creates an integration, and returns it.
async fn create(caller: &Caller, reference_id: Option<&str>) -> Value {
    caller.post("/integrations", &new(reference_id)).await.result().clone()
}

fn path(integration: &Value) -> String {
    format!("/integrations/{}", integration["id"].as_str().unwrap())
}

#[tokio::test]
async fn integration_comes_and_goes() {
    let (simulator, caller) = start().await;
    let created = create(&caller, Some("ref 1/ü")).await;
    assert_eq!((&created["active"], &created["account_tag"]), (&json!(true), &json!(simulator.account_id())));
    assert_eq!(
        (&created["reference_id"], &created["tenant_url"]),
        (&json!("ref 1/ü"), &json!("https://tenant.okta.com"))
    );
    assert!(created["created_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(caller.get(&path(&created)).await.result(), &created);
    assert_eq!(caller.get("/integrations/reference_id/ref%201%2F%C3%BC").await.result(), &created);
    let second = create(&caller, None).await;
    assert_ne!(second["id"], created["id"]);
    assert_eq!(second["reference_id"], "");
    assert_eq!(caller.get("/integrations").await.result(), &json!([created, second]));

    assert_eq!(caller.delete(&path(&created)).await.result(), &Value::Null);
    for response in [caller.get(&path(&created)).await, caller.delete(&path(&created)).await] {
        assert_eq!(response.status, 404);
    }
    assert_eq!(caller.get("/integrations/reference_id/ref%201%2F%C3%BC").await.status, 404);
    assert_eq!(caller.get("/integrations").await.result(), &json!([second]));
}

#[tokio::test]
async fn update_overwrites_and_sets_clears_or_keeps_the_reference_id() {
    let (simulator, caller) = start().await;
    let created = create(&caller, Some("old")).await;
    let update = |reference_id: Option<Value>| {
        let mut body = json!({"active": false, "tenant_url": "https://other.okta.com/x"});
        reference_id.into_iter().for_each(|value| body["reference_id"] = value);
        body
    };
    for (sent, omitted, expected) in [
        (None, OmittedReferenceId::Kept, "old"),
        (Some(json!("new")), OmittedReferenceId::Kept, "new"),
        (Some(json!("new")), OmittedReferenceId::Cleared, "new"),
        (Some(Value::Null), OmittedReferenceId::Kept, ""),
        (Some(json!("again")), OmittedReferenceId::Kept, "again"),
        (None, OmittedReferenceId::Cleared, ""),
    ] {
        set(&simulator, |unknowns| unknowns.omitted_reference_id = omitted);
        let updated = caller.put(&path(&created), &update(sent.clone())).await;
        assert_eq!(updated.result()["reference_id"], expected, "{sent:?} {omitted:?}");
        assert_eq!(
            (&updated.result()["active"], &updated.result()["tenant_url"]),
            (&json!(false), &json!("https://other.okta.com/x"))
        );
        assert_eq!(caller.get(&path(&created)).await.result(), updated.result());
        assert_eq!(updated.result()["created_at"], created["created_at"]);
    }
    assert_eq!(caller.put(&format!("/integrations/{}", Uuid::max()), &update(None)).await.status, 404);
}

#[tokio::test]
async fn duplicate_reference_id_is_rejected_or_allowed() {
    let (simulator, caller) = start().await;
    let first = create(&caller, Some("same")).await;
    let other = create(&caller, Some("other")).await;
    let taking = json!({"active": true, "tenant_url": "https://a.okta.com", "reference_id": "same"});
    assert_eq!(caller.post("/integrations", &new(Some("same"))).await.status, 409);
    assert_eq!(caller.put(&path(&other), &taking).await.status, 409);
    caller.put(&path(&first), &taking).await.result();
    set(&simulator, |unknowns| unknowns.duplicate_reference_ids = DuplicateReferenceIds::Allowed);
    create(&caller, Some("same")).await;
    caller.put(&path(&other), &taking).await.result();
    assert_eq!(caller.get("/integrations/reference_id/same").await.result()["id"], first["id"]);
}

#[tokio::test]
async fn urls_are_absolute_or_relative() {
    let (simulator, caller) = start().await;
    let created = create(&caller, None).await;
    assert!(created["well_known_url"].as_str().unwrap().starts_with("https://"));
    set(&simulator, |unknowns| (unknowns.well_known_url, unknowns.tenant_url) = (UrlForm::Relative, UrlForm::Relative));
    let read = caller.get(&path(&created)).await;
    assert!(read.result()["well_known_url"].as_str().unwrap().starts_with("/.well-known/"), "{}", read.body);
    assert_eq!(read.result()["tenant_url"], "tenant.okta.com");
}

#[tokio::test]
async fn url_without_a_scheme_is_shown_in_both_forms() {
    let (simulator, caller) = start().await;
    let id = Uuid::from_u128(7);
    let integration = Integration::new(id, "tenant.okta.com");
    simulator.edit(simulator.account_id(), |account| account.integrations_mut().push(integration));
    for form in UrlForm::ALL {
        set(&simulator, |unknowns| unknowns.tenant_url = *form);
        let read = caller.get(&format!("/integrations/{id}")).await;
        assert_eq!(read.result()["tenant_url"], "tenant.okta.com", "{form:?}");
    }
}

#[tokio::test]
async fn invalid_integration_is_rejected_with_a_pointer() {
    let (_simulator, caller) = start().await;
    let existing = create(&caller, None).await;
    for (body, pointer) in [
        (json!({"tenant_url": "https://a"}), "/integration_type"),
        (json!({"integration_type": "Other", "tenant_url": "https://a"}), "/integration_type"),
        (json!({"integration_type": "Okta"}), "/tenant_url"),
        (json!({"integration_type": "Okta", "tenant_url": "/a"}), "/tenant_url"),
        (json!({"integration_type": "Okta", "tenant_url": "ftp://a"}), "/tenant_url"),
        (json!({"integration_type": "Okta", "tenant_url": "https://a", "reference_id": 7}), "/reference_id"),
    ] {
        let response = caller.post("/integrations", &body).await;
        assert_eq!(
            (response.status, &response.body["errors"][0]["source"]["pointer"]),
            (400, &json!(pointer)),
            "{body}"
        );
    }
    for (body, pointer) in [
        (json!({"tenant_url": "https://a"}), "/active"),
        (json!({"active": true}), "/tenant_url"),
        (json!({"active": null, "tenant_url": "https://a"}), "/active"),
    ] {
        let response = caller.put(&path(&existing), &body).await;
        assert_eq!(
            (response.status, &response.body["errors"][0]["source"]["pointer"]),
            (400, &json!(pointer)),
            "{body}"
        );
    }
    assert_eq!(caller.get("/integrations").await.result(), &json!([existing]));
}

#[tokio::test]
async fn edited_integration_is_served() {
    let (simulator, caller) = start().await;
    let mut integration = Integration::new(Uuid::from_u128(7), "https://a.okta.com");
    integration.integration_type = "New".to_owned();
    integration.created_at = "long ago".to_owned();
    simulator.edit(simulator.account_id(), |account| account.integrations_mut().push(integration));
    let read = caller.get(&format!("/integrations/{}", Uuid::from_u128(7))).await;
    assert_eq!((&read.result()["integration_type"], &read.result()["created_at"]), (&json!("New"), &json!("long ago")));
}
