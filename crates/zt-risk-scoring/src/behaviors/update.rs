//! The update of behaviors, and its response.

use std::collections::{BTreeMap, btree_map};

use api_runtime::{UniqueKeys, deserialize_as};
use cloudflare_client::Request;
use serde::{Deserialize, Serialize};
use zt_risk_scoring_api::operations::UPDATE_BEHAVIORS;
use zt_risk_scoring_api::types::{self, BehaviorUpdate, UpdateBehaviorsBody};

use super::{BehaviorId, BehaviorSettings, Behaviors};
use crate::RiskLevel;
use crate::object::impl_object_only;
use crate::requests::{invalid, request};

/// A request to update behaviors; see [`Behaviors::update`].
///
/// ```
/// use zt_risk_scoring::{BehaviorSettings, Behaviors, RiskLevel, UpdateBehaviors};
///
/// fn enable(behaviors: &Behaviors) -> UpdateBehaviors {
///     behaviors.update([("imp_travel", BehaviorSettings::new(true, RiskLevel::High))])
/// }
/// ```
pub type UpdateBehaviors = Request<'static, UpdatedBehaviors>;

/// All behaviors of an account after an update, with their settings, by id.
///
/// In JSON it is an object with a map `behaviors`, as the API sends it. A duplicate id is an error.
///
/// ```
/// use zt_risk_scoring::{BehaviorSettings, RiskLevel, UpdatedBehaviors};
///
/// let json = r#"{"behaviors": {"imp_travel": {"enabled": true, "risk_level": "high"}}}"#;
/// let updated: UpdatedBehaviors = serde_json::from_str(json)?;
/// let behavior = updated.get("imp_travel").unwrap();
/// assert_eq!(BehaviorSettings::from(behavior), BehaviorSettings::new(true, RiskLevel::High));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(remote = "Self")]
pub struct UpdatedBehaviors {
    #[serde(deserialize_with = "deserialize_as::<UniqueKeys, _, _>")]
    behaviors: BTreeMap<BehaviorId, UpdatedBehavior>,
}

/// A behavior in the response to an update: its settings, and what else the API sent. Its id is its key in
/// [`UpdatedBehaviors`].
///
/// ```
/// let json = r#"{"enabled": false, "risk_level": "critical", "name": "Impossible Travel"}"#;
/// let behavior: zt_risk_scoring::UpdatedBehavior = serde_json::from_str(json)?;
/// assert_eq!(behavior.risk_level.as_str(), "critical");
/// assert_eq!((behavior.name.as_deref(), behavior.description), (Some("Impossible Travel"), None));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(remote = "Self")]
#[non_exhaustive]
pub struct UpdatedBehavior {
    /// What a user does to trigger the behavior. The API does not document it here, and has sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether the behavior counts towards the score.
    pub enabled: bool,
    /// The display name. The API does not document it here, and has sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How risky the behavior is.
    pub risk_level: RiskLevel,
}

impl Behaviors {
    /// Sets all settings of some behaviors. The token needs the permission Zero Trust Write.
    ///
    /// The API does not document what becomes of a behavior that is not named, what an unknown id does, and what concurrent
    /// updates do. It overwrites settings without a check that they are still what the caller read. A wrong level or a disabled
    /// behavior changes who gets into applications, so compare the result with what you meant.
    ///
    /// No entry, or two with one id, fails the call before anything is sent.
    ///
    /// ```
    /// # use zt_risk_scoring_mock::{MockServerExt, httpmock::MockServer};
    /// # use zt_risk_scoring::{Client, Credentials, Error};
    /// use zt_risk_scoring::{BehaviorSettings, RiskLevel};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Error> {
    /// # let server = MockServer::start_async().await;
    /// # let body = r#"{"success": true, "result": {"behaviors": {"imp_travel": {"enabled": true, "risk_level": "high"}}}}"#;
    /// # server.update_behaviors(|_, then| drop(then.into_inner().status(200).body(body)));
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token("cfut_0123456789")?)
    /// #     .account_id("023e105f4ecef8ad9ca31a8372d0c353")
    /// #     .base_url(server.base_url())
    /// #     .build()?;
    /// let settings = BehaviorSettings::new(true, RiskLevel::High);
    /// let updated = client.behaviors().update([("imp_travel", settings.clone())]).await?;
    /// assert_eq!(updated.get("imp_travel").map(BehaviorSettings::from), Some(settings));
    /// # Ok(())
    /// # }
    /// ```
    pub fn update<I: Into<BehaviorId>>(
        &self,
        behaviors: impl IntoIterator<Item = (I, BehaviorSettings)>,
    ) -> UpdateBehaviors {
        let body = body(behaviors.into_iter().map(|(id, settings)| (id.into(), settings)));
        request(self.connection(), UPDATE_BEHAVIORS, move |api, account| {
            let body = body.as_ref().map_err(|problem| invalid(problem.as_str()))?;
            Ok(api.update_behaviors(account, body)?)
        })
        .result_as()
    }
}

/// The body of an update, or what is wrong with its entries.
fn body(entries: impl Iterator<Item = (BehaviorId, BehaviorSettings)>) -> Result<UpdateBehaviorsBody, String> {
    let mut behaviors = BTreeMap::new();
    for (id, BehaviorSettings { enabled, risk_level, .. }) in entries {
        let update = BehaviorUpdate::new(enabled, level(risk_level));
        if behaviors.insert(id.as_str().to_owned(), update).is_some() {
            return Err(format!("the update has two entries for the behavior {:?}", id.as_str()));
        }
    }
    if behaviors.is_empty() {
        return Err("the update has no behaviors".to_owned());
    }
    Ok(UpdateBehaviorsBody::new(behaviors))
}

fn level(level: RiskLevel) -> types::RiskLevel {
    match level {
        RiskLevel::Low => types::RiskLevel::Low,
        RiskLevel::Medium => types::RiskLevel::Medium,
        RiskLevel::High => types::RiskLevel::High,
        RiskLevel::Unknown(unknown) => types::RiskLevel::Unknown(unknown.as_str().to_owned()),
    }
}

impl UpdatedBehaviors {
    /// The behavior with the given id.
    pub fn get(&self, id: impl AsRef<str>) -> Option<&UpdatedBehavior> {
        self.behaviors.get(id.as_ref())
    }

    /// The number of behaviors.
    pub fn len(&self) -> usize {
        self.behaviors.len()
    }

    /// Whether the account has no behaviors.
    pub fn is_empty(&self) -> bool {
        self.behaviors.is_empty()
    }

    /// The behaviors with their ids, in the order of the ids.
    pub fn iter(&self) -> btree_map::Iter<'_, BehaviorId, UpdatedBehavior> {
        self.behaviors.iter()
    }
}

impl IntoIterator for UpdatedBehaviors {
    type Item = (BehaviorId, UpdatedBehavior);
    type IntoIter = btree_map::IntoIter<BehaviorId, UpdatedBehavior>;

    fn into_iter(self) -> Self::IntoIter {
        self.behaviors.into_iter()
    }
}

impl<'a> IntoIterator for &'a UpdatedBehaviors {
    type Item = (&'a BehaviorId, &'a UpdatedBehavior);
    type IntoIter = btree_map::Iter<'a, BehaviorId, UpdatedBehavior>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl From<&UpdatedBehavior> for BehaviorSettings {
    fn from(behavior: &UpdatedBehavior) -> Self {
        Self::new(behavior.enabled, behavior.risk_level.clone())
    }
}

impl_object_only!(UpdatedBehaviors, UpdatedBehavior);

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, level: &str) -> (BehaviorId, BehaviorSettings) {
        (id.into(), BehaviorSettings::new(true, level.into()))
    }

    #[test]
    fn body_has_complete_entries_and_levels_verbatim() {
        let body = body([entry("b", "High"), entry("a \"x\"", "low")].into_iter()).unwrap();
        let expected = concat!(
            r#"{"behaviors":{"a \"x\"":{"enabled":true,"risk_level":"low"},"#,
            r#""b":{"enabled":true,"risk_level":"High"}}}"#
        );
        assert_eq!(serde_json::to_string(&body).unwrap(), expected);
    }

    #[test]
    fn update_without_behaviors_or_with_a_duplicate_id_is_rejected() {
        assert_eq!(body([].into_iter()).unwrap_err(), "the update has no behaviors");
        let error = body([entry("a", "low"), entry("b", "low"), entry("a", "high")].into_iter()).unwrap_err();
        assert_eq!(error, r#"the update has two entries for the behavior "a""#);
    }

    #[test]
    fn response_is_written_as_it_was_read() {
        let documented = r#"{"enabled":true,"risk_level":"critical"}"#;
        let seen = r#"{"description":"d","enabled":false,"name":"n","risk_level":"low"}"#;
        let json = format!(r#"{{"behaviors":{{"a":{documented},"b":{seen}}}}}"#);
        let updated: UpdatedBehaviors = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&updated).unwrap(), json);
        let ids: Vec<_> = updated.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!((ids, updated.len(), updated.is_empty()), (vec!["a", "b"], 2, false));
        assert_eq!(updated.get("b").unwrap().name.as_deref(), Some("n"));
        assert_eq!(updated.into_iter().count(), 2);
    }

    #[test]
    fn malformed_response_is_rejected() {
        let settings = r#"{"enabled":true,"risk_level":"low"}"#;
        for json in [
            "{}".to_owned(),
            "[{}]".to_owned(),
            r#"{"behaviors":null}"#.to_owned(),
            r#"{"behaviors":{"a":[true,"low"]}}"#.to_owned(),
            r#"{"behaviors":{"a":{"enabled":true}}}"#.to_owned(),
            format!(r#"{{"behaviors":{{"a":{settings},"a":{settings}}}}}"#),
        ] {
            assert!(serde_json::from_str::<UpdatedBehaviors>(&json).is_err(), "{json}");
        }
    }
}
