//! A change through the SDK is read back through the SDK.

use zt_risk_scoring::{
    BehaviorMap, BehaviorSettings, Client, ErrorKind, Integration, IntegrationUpdate, NewIntegration, RiskLevel, UserId,
};
use zt_risk_scoring_mock::simulator::{DuplicateReferenceIds, OmittedReferenceId, Unknowns};
use zt_risk_scoring_tests::sample_account::{INTEGRATION, REFERENCE, USER, behaviors};
use zt_risk_scoring_tests::{Backend, Simulated};

async fn backend() -> (Simulated, Client) {
    let backend = Simulated::start(&behaviors()).await;
    let client = backend.builder().build().unwrap();
    (backend, client)
}

#[tokio::test]
async fn update_changes_the_behaviors_that_it_names() {
    let (_backend, client) = backend().await;
    let settings = BehaviorSettings::new(true, RiskLevel::Medium);
    let updated = client.behaviors().update([("imp_travel", settings.clone())]).await.unwrap();
    assert_eq!(updated.len(), 2);
    let mut changed = behaviors().get("imp_travel").unwrap().clone();
    (changed.enabled, changed.risk_level) = (true, RiskLevel::Medium);
    let others = behaviors().into_iter().filter(|(id, _)| id.as_str() != "imp_travel");
    let expected: BehaviorMap = others.chain([("imp_travel".into(), changed)]).collect();
    assert_eq!(client.behaviors().get().await.unwrap(), expected);

    let error = client.behaviors().update([("missing", settings)]).await.unwrap_err();
    assert_eq!((error.kind(), error.errors()[0].source_pointer()), (ErrorKind::Api, Some("/behaviors/missing")));
    assert_eq!(client.behaviors().get().await.unwrap(), expected);
}

#[tokio::test]
async fn reset_removes_the_events_and_the_level() {
    let (_backend, client) = backend().await;
    client.users().reset(USER.into()).await.unwrap();
    let user = client.users().get(USER.into()).await.unwrap();
    assert_eq!((user.events.len(), user.risk_level), (0, None));
    assert!(user.last_reset_time.unwrap().value().is_some());
    assert!(client.users().summary().await.unwrap().is_empty());

    let other = UserId::from(INTEGRATION);
    for error in [client.users().get(other).await.unwrap_err(), client.users().reset(other).await.unwrap_err()] {
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 1));
    }
}

#[tokio::test]
async fn integration_is_created_found_updated_and_deleted() {
    let (_backend, client) = backend().await;
    let integrations = client.integrations();
    let new = NewIntegration::okta("https://new.okta.com").unwrap().reference("new".parse().unwrap());
    let created = integrations.create(new.clone()).await.unwrap();
    let id = created.id().unwrap();
    assert!(created.active && created.created_at.as_ref().unwrap().value().is_some());
    assert_eq!(integrations.get(id).await.unwrap(), created);
    assert_eq!(integrations.by_reference("new".parse().unwrap()).await.unwrap(), created);
    assert_eq!(integrations.list().await.unwrap().len(), 2);

    let update = IntegrationUpdate::from(&created).active(false).reference("moved".parse().unwrap());
    let updated = integrations.update(id, update).await.unwrap();
    assert_eq!((updated.active, updated.reference_id.as_deref()), (false, Some("moved")));
    assert_eq!(integrations.by_reference("moved".parse().unwrap()).await.unwrap(), updated);
    assert_eq!(integrations.by_reference("new".parse().unwrap()).await.unwrap_err().kind(), ErrorKind::NotFound);

    integrations.delete(id).await.unwrap();
    for error in [
        integrations.get(id).await.unwrap_err(),
        integrations.delete(id).await.unwrap_err(),
        integrations.update(id, IntegrationUpdate::from(&created)).await.unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 1));
    }
}

#[tokio::test]
async fn reference_is_kept_set_or_cleared_under_every_assumption() {
    for omitted in OmittedReferenceId::ALL {
        let (backend, client) = backend().await;
        let mut unknowns = Unknowns::default();
        unknowns.omitted_reference_id = *omitted;
        backend.simulator.set_unknowns(unknowns);
        let update = async |update: IntegrationUpdate| {
            client.integrations().update(INTEGRATION.into(), update).await.unwrap().reference_id.unwrap().into_string()
        };
        let present: Integration = client.integrations().get(INTEGRATION.into()).await.unwrap();
        let left_alone = if *omitted == OmittedReferenceId::Kept { REFERENCE } else { "" };
        assert_eq!(update(IntegrationUpdate::from(&present)).await, left_alone);
        assert_eq!(update(IntegrationUpdate::from(&present).reference("new".parse().unwrap())).await, "new");
        assert_eq!(update(IntegrationUpdate::from(&present).clear_reference()).await, "");
    }
}

#[tokio::test]
async fn reference_of_another_integration_is_rejected_unless_the_api_allows_it() {
    for duplicates in DuplicateReferenceIds::ALL {
        let (backend, client) = backend().await;
        let mut unknowns = Unknowns::default();
        unknowns.duplicate_reference_ids = *duplicates;
        backend.simulator.set_unknowns(unknowns);
        let new = NewIntegration::okta("https://new.okta.com").unwrap().reference(REFERENCE.parse().unwrap());
        let created = client.integrations().create(new).await;
        match duplicates {
            DuplicateReferenceIds::Rejected => {
                let error = created.unwrap_err();
                assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Api, 409));
            }
            _ => assert_eq!(created.unwrap().reference_id.as_deref(), Some(REFERENCE)),
        }
        // The older one.
        let found = client.integrations().by_reference(REFERENCE.parse().unwrap()).await.unwrap();
        assert_eq!(found.id(), Some(INTEGRATION.into()));
    }
}
