//! stand-in
use cloudflare_client::Request;
use zt_risk_scoring_api::{Client, operations, types};

use super::{BehaviorId, BehaviorSettings, Behaviors};

impl Behaviors {
    /// Update.
    pub fn update(&self, entries: Vec<(BehaviorId, BehaviorSettings)>) -> Request<'static, types::UpdatedBehaviors> {
        let body = types::UpdateBehaviorsBody::new(
            entries
                .into_iter()
                .map(|(id, settings)| {
                    (
                        id.into(),
                        types::BehaviorUpdate::new(settings.enabled, settings.risk_level.as_str().parse().unwrap()),
                    )
                })
                .collect(),
        );
        Request::envelope(&self.connection, operations::UPDATE_BEHAVIORS, move |connection, options| {
            let account = options.resolve_account(connection)?;
            Ok(cloudflare_client::sdk::api::<Client>(connection).update_behaviors(account.as_str(), &body)?)
        })
    }
}
