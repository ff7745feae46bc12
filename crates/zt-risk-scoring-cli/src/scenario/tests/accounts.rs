//! Accounts: what they have, and those that arguments add.

use zt_risk_scoring::{AccountId, ErrorKind};

use super::{ACCOUNT_ID, ANA, OTHER_ID, Session, client};
use crate::scenario::Scenario;

#[tokio::test]
async fn account_has_what_its_keys_say() {
    let session = Session::of(&format!(
        r#"
        [[accounts]]
        id = "{OTHER_ID}"
        generated_users = 3
        [accounts.behaviors.imp_travel]
        enabled = true
        [accounts.behaviors.new]
        name = "New"
        description = "Something new"
        level = "critical"
        [[accounts.users]]
        id = "{ANA}"
        email = "ana@example.com"
        name = "Ana"
        level = "low"
        last_reset_time = "yesterday"
        events = [{{ id = "e", name = "E", level = "high", time = 2026-11-22T08:00:00Z, details = {{ a = [1] }} }}]
        [[accounts.integrations]]
        id = "67e55044-10b1-426f-9247-bb680e5fe0c8"
        tenant_url = "https://a.okta.com"
        reference_id = "r"
        active = false
        created_at = 2026-01-02T03:04:05Z
        type = "Other"
        "#
    ))
    .await;
    assert_eq!(session.simulator.account_ids(), [OTHER_ID]);

    let behaviors = session.behaviors().await.unwrap();
    assert_eq!(behaviors.len(), 2);
    let travel = behaviors.get("imp_travel").unwrap();
    assert_eq!((travel.enabled, travel.name.as_str(), travel.risk_level.as_str()), (true, "Impossible Travel", "high"));
    let new = behaviors.get("new").unwrap();
    assert_eq!((new.enabled, new.name.as_str(), new.risk_level.as_str()), (false, "New", "critical"));
    assert_eq!(new.description, "Something new");

    assert_eq!(session.client.users().summary().await.unwrap().len(), 4);
    let ana = session.client.users().get(ANA.parse().unwrap()).await.unwrap();
    assert_eq!((ana.email.as_deref(), ana.name.as_deref()), (Some("ana@example.com"), Some("Ana")));
    assert_eq!((ana.risk_level.unwrap().as_str(), &*ana.last_reset_time.unwrap().text()), ("low", "yesterday"));
    let event = &ana.events[0];
    assert_eq!((event.id.as_deref(), event.name.as_deref()), (Some("e"), Some("E")));
    assert_eq!(event.risk_level.as_ref().unwrap().as_str(), "high");
    assert_eq!(event.timestamp.as_ref().unwrap().text(), "2026-11-22T08:00:00Z");
    assert_eq!(event.event_details.as_ref().unwrap()["a"][0], 1);

    let integrations = session.client.integrations().list().await.unwrap();
    let integration = &integrations[0];
    assert_eq!(integration.id().unwrap().to_string(), "67e55044-10b1-426f-9247-bb680e5fe0c8");
    assert_eq!((integration.tenant_url.as_str(), integration.active), ("https://a.okta.com", false));
    assert_eq!((integration.reference_id.as_deref(), integration.integration_type.as_str()), (Some("r"), "Other"));
    assert_eq!(integration.created_at.as_ref().unwrap().text(), "2026-01-02T03:04:05Z");
}

#[tokio::test]
async fn account_without_the_feature_rejects_calls() {
    let session = Session::of(&format!("accounts = [{{ id = \"{OTHER_ID}\", feature = false }}]")).await;
    assert_eq!(session.behaviors().await.unwrap_err().kind(), ErrorKind::Plan);
}

#[tokio::test]
async fn ensured_account_is_added_once_with_the_behaviors_of_a_new_account() {
    let mut scenario = Scenario::built_in().unwrap();
    let id = OTHER_ID.parse().unwrap();
    scenario.ensure_account(&id);
    scenario.ensure_account(&id);
    scenario.ensure_account(&ACCOUNT_ID.parse().unwrap());
    assert_eq!(scenario.account_ids().map(AccountId::as_str).collect::<Vec<_>>(), [ACCOUNT_ID, OTHER_ID]);
    let simulator = scenario.start().await.unwrap();
    let other = simulator.account(OTHER_ID).unwrap();
    assert_eq!((other.behaviors().len(), other.integrations().len()), (3, 0));
    assert_eq!(simulator.account(ACCOUNT_ID).unwrap().integrations().len(), 1);
}

#[tokio::test]
async fn generated_users_replace_those_of_the_file() {
    let mut scenario = Scenario::built_in().unwrap();
    scenario.generate_users(20);
    let simulator = scenario.start().await.unwrap();
    let summary = client(&simulator, scenario.token(), ACCOUNT_ID).users().summary().await.unwrap();
    assert_eq!(summary.len(), 20);
}
