//! An account with one of everything, in JSON as the API sends it; and the calls of every operation on it.

use serde_json::{Value, json};
use zt_risk_scoring::external::uuid::Uuid;
use zt_risk_scoring::operations::types;
use zt_risk_scoring::{
    BehaviorMap, BehaviorSettings, Client, Error, IntegrationUpdate, Metadata, NewIntegration, Request, RiskLevel,
};
use zt_risk_scoring_mock::simulator::Operation;
use zt_risk_scoring_mock::simulator::operations::{
    CREATE_INTEGRATION, DELETE_INTEGRATION, GET_BEHAVIORS, GET_INTEGRATION, GET_INTEGRATION_BY_REFERENCE_ID,
    GET_SUMMARY, GET_USER_RISK, LIST_INTEGRATIONS, RESET_USER_RISK, UPDATE_BEHAVIORS, UPDATE_INTEGRATION,
};

use crate::ACCOUNT_ID;

/// The user's id.
pub const USER: Uuid = Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);
/// The integration's id.
pub const INTEGRATION: Uuid = Uuid::from_u128(0xf81d_4fae_7dec_41d0_a765_00a0_c91e_6bf6);
/// The integration's reference.
pub const REFERENCE: &str = "a b/ü";
/// The tenant of the integration that [`CREATE_INTEGRATION`] creates.
pub const NEW_TENANT: &str = "https://new.okta.com";

/// How a call is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Door {
    /// Through a hand-written method.
    Method,
    /// Through the generated method of the operation.
    Generated,
}

impl Door {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Method, Self::Generated];
}

fn behavior(name: &str, enabled: bool, risk_level: &str) -> Value {
    json!({"name": name, "description": format!("about {name}"), "enabled": enabled, "risk_level": risk_level})
}

/// The behaviors.
pub fn behaviors() -> BehaviorMap {
    let behaviors = json!({
        "imp_travel": behavior("Impossible Travel", false, "high"),
        "a b/ü": behavior("Odd \"id\"", true, "critical"),
    });
    serde_json::from_value(behaviors).unwrap()
}

fn event() -> Value {
    json!({"id": "1", "name": "Impossible Travel", "risk_level": "high", "timestamp": "2026-11-22T01:02:03Z",
        "event_details": {"from": ["NZ", null]}})
}

/// The integration.
pub fn integration() -> Value {
    json!({"id": INTEGRATION, "account_tag": ACCOUNT_ID, "active": true, "created_at": "2026-01-01T00:00:00.000000Z",
        "integration_type": "Okta", "reference_id": REFERENCE, "tenant_url": "https://tenant.okta.com",
        "well_known_url": format!("https://risk-signals.example.com/.well-known/sse-configuration/{INTEGRATION}/")})
}

fn changed_integration(changes: &[(&str, Value)]) -> Value {
    let mut integration = integration();
    for (property, value) in changes {
        integration[*property] = value.clone();
    }
    integration
}

/// The `result` of the call of an operation.
pub fn result_of(operation: Operation) -> Value {
    match operation {
        GET_BEHAVIORS => json!({"behaviors": behaviors()}),
        UPDATE_BEHAVIORS => json!({"behaviors": {
            "imp_travel": {"enabled": true, "risk_level": "low"}, "a b/ü": {"enabled": true, "risk_level": "critical"}}}),
        GET_SUMMARY => json!({"users": [{"email": "jane@example.com", "event_count": 1, "name": "Jane",
            "last_event": "2026-11-22T01:02:03Z", "max_risk_level": "high", "user_id": USER}]}),
        GET_USER_RISK => json!({"email": "jane@example.com", "name": "Jane", "events": [event()], "risk_level": "high",
            "last_reset_time": null}),
        LIST_INTEGRATIONS => json!([integration()]),
        GET_INTEGRATION | GET_INTEGRATION_BY_REFERENCE_ID => integration(),
        CREATE_INTEGRATION => changed_integration(&[("reference_id", json!("")), ("tenant_url", json!(NEW_TENANT))]),
        UPDATE_INTEGRATION => {
            changed_integration(&[("active", json!(false)), ("tenant_url", json!("https://moved.okta.com"))])
        }
        DELETE_INTEGRATION | RESET_USER_RISK => Value::Null,
        _ => panic!("{} is no operation of the family", operation.id),
    }
}

/// The same, as it is comparable with the result of any server: what the server chooses for a new integration is left out.
pub fn comparable(operation: Operation, mut result: Value) -> Value {
    if operation == CREATE_INTEGRATION {
        for property in ["id", "created_at", "well_known_url"] {
            assert!(result[property].take().is_string(), "{property}");
        }
    }
    result
}

/// Whether the document allows the operation to have no result.
pub fn allows_no_result(operation: Operation) -> bool {
    [DELETE_INTEGRATION, LIST_INTEGRATIONS, RESET_USER_RISK].contains(&operation)
}

/// The body that a call of [`UPDATE_BEHAVIORS`] sends.
pub fn update_behaviors_body() -> types::UpdateBehaviorsBody {
    let update = types::BehaviorUpdate::new(true, types::RiskLevel::Low);
    types::UpdateBehaviorsBody::new([("imp_travel".to_owned(), update)].into())
}

/// The body that a call of [`CREATE_INTEGRATION`] sends.
pub fn create_integration_body() -> types::CreateIntegrationBody {
    types::CreateIntegrationBody::new(types::IntegrationType::Okta, NEW_TENANT.to_owned())
}

/// The body that a call of [`UPDATE_INTEGRATION`] sends.
pub fn update_integration_body() -> types::UpdateIntegrationBody {
    types::UpdateIntegrationBody::new(false, "https://moved.okta.com".to_owned())
}

/// A value as JSON, with the metadata of its response.
pub type Outcome = Result<(Value, Metadata), Error>;

/// Calls an operation.
///
/// # Errors
///
/// The error of the call.
pub async fn call(client: &Client, operation: Operation, door: Door) -> Outcome {
    match door {
        Door::Method => call_method(client, operation).await,
        Door::Generated => call_generated(client, operation).await,
    }
}

async fn call_method(client: &Client, operation: Operation) -> Outcome {
    let (behaviors, users, integrations) = (client.behaviors(), client.users(), client.integrations());
    match operation {
        GET_BEHAVIORS => {
            let (behaviors, metadata) = behaviors.get().send().await?.into_parts();
            Ok((json!({"behaviors": behaviors}), metadata))
        }
        UPDATE_BEHAVIORS => sent(behaviors.update([("imp_travel", BehaviorSettings::new(true, RiskLevel::Low))])).await,
        GET_SUMMARY => sent(users.summary()).await,
        GET_USER_RISK => sent(users.get(USER.into())).await,
        RESET_USER_RISK => sent(users.reset(USER.into())).await,
        LIST_INTEGRATIONS => sent(integrations.list()).await,
        GET_INTEGRATION => sent(integrations.get(INTEGRATION.into())).await,
        GET_INTEGRATION_BY_REFERENCE_ID => sent(integrations.by_reference(REFERENCE.parse()?)).await,
        // Without a reference, so that a failed creation is not looked up.
        CREATE_INTEGRATION => {
            let (created, metadata) = integrations.create(NewIntegration::okta(NEW_TENANT)?).send().await?.into_parts();
            Ok((json!(created), metadata))
        }
        UPDATE_INTEGRATION => {
            let update = IntegrationUpdate::new(false, "https://moved.okta.com")?;
            sent(integrations.update(INTEGRATION.into(), update)).await
        }
        DELETE_INTEGRATION => sent(integrations.delete(INTEGRATION.into())).await,
        _ => panic!("{} is no operation of the family", operation.id),
    }
}

async fn call_generated(client: &Client, operation: Operation) -> Outcome {
    let operations = client.operations();
    match operation {
        GET_BEHAVIORS => sent(operations.get_behaviors()).await,
        UPDATE_BEHAVIORS => sent(operations.update_behaviors(&update_behaviors_body())).await,
        GET_SUMMARY => sent(operations.get_summary()).await,
        GET_USER_RISK => sent(operations.get_user_risk(&USER)).await,
        RESET_USER_RISK => sent(operations.reset_user_risk(&USER)).await,
        LIST_INTEGRATIONS => sent(operations.list_integrations()).await,
        GET_INTEGRATION => sent(operations.get_integration(&INTEGRATION)).await,
        GET_INTEGRATION_BY_REFERENCE_ID => sent(operations.get_integration_by_reference_id(REFERENCE)).await,
        CREATE_INTEGRATION => sent(operations.create_integration(&create_integration_body())).await,
        UPDATE_INTEGRATION => sent(operations.update_integration(&INTEGRATION, &update_integration_body())).await,
        DELETE_INTEGRATION => sent(operations.delete_integration(&INTEGRATION)).await,
        _ => panic!("{} is no operation of the family", operation.id),
    }
}

async fn sent<T: serde::Serialize + Send + 'static>(request: Request<'_, T>) -> Outcome {
    let (value, metadata) = request.send().await?.into_parts();
    Ok((json!(value), metadata))
}
