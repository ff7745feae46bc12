//! What is sent to create or update an integration.

use serde::Serialize;
use url::Url;
use zt_risk_scoring_api::types;

use super::{Integration, IntegrationType, ReferenceId};
use crate::Error;
use crate::requests::invalid;

/// The integration to be created. It is active at first.
///
/// ```
/// use zt_risk_scoring::NewIntegration;
///
/// let new = NewIntegration::okta("https://tenant.okta.com")?.reference("primary".parse()?);
/// assert!(NewIntegration::okta("tenant.okta.com").is_err());
/// # Ok::<(), zt_risk_scoring::Error>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "an integration is created by `Integrations::create`"]
pub struct NewIntegration {
    pub(super) integration_type: IntegrationType,
    pub(super) tenant_url: String,
    pub(super) reference: Option<ReferenceId>,
}

impl NewIntegration {
    /// An integration of a type, for the tenant at a base URL.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) if the URL is not absolute, or would be sent otherwise than it is read.
    pub fn new(integration_type: IntegrationType, tenant_url: impl Into<String>) -> Result<Self, Error> {
        let tenant_url = checked_url(tenant_url.into())?;
        Ok(Self { integration_type, tenant_url, reference: None })
    }

    /// An integration of Okta, for the tenant at a base URL.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn okta(tenant_url: impl Into<String>) -> Result<Self, Error> {
        Self::new(IntegrationType::Okta, tenant_url)
    }

    /// The reference, an id of your own choosing. With one, a creation whose response is lost can be found again; see
    /// [`Integrations::create`](super::Integrations::create).
    pub fn reference(mut self, reference: ReferenceId) -> Self {
        self.reference = Some(reference);
        self
    }

    /// The body of the request.
    pub(super) fn body(&self) -> types::CreateIntegrationBody {
        let integration_type = match &self.integration_type {
            IntegrationType::Okta => types::IntegrationType::Okta,
            other => types::IntegrationType::Unknown(other.as_str().to_owned()),
        };
        let mut body = types::CreateIntegrationBody::new(integration_type, self.tenant_url.clone());
        body.reference_id = self.reference.as_ref().map(|reference| Some(reference.as_str().to_owned()));
        body
    }
}

/// The new state of an integration. An update overwrites whether it is active, and its tenant.
///
/// The reference is left alone unless it is set or cleared. The API does not document what becomes of a reference that an update
/// leaves alone, so set it to be sure.
///
/// ```
/// # let json = r#"{"id": "1", "integration_type": "Okta", "active": true, "tenant_url": "https://tenant.okta.com"}"#;
/// # let integration: zt_risk_scoring::Integration = serde_json::from_str(json)?;
/// use zt_risk_scoring::IntegrationUpdate;
///
/// let deactivated = IntegrationUpdate::from(&integration).active(false);
/// let moved = IntegrationUpdate::new(true, "https://other.okta.com")?.reference("primary".parse()?);
/// let without_reference = IntegrationUpdate::from(&integration).clear_reference();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[must_use = "an integration is updated by `Integrations::update`"]
pub struct IntegrationUpdate {
    active: bool,
    tenant_url: String,
    /// Absent if the reference is left alone, and null if it is cleared.
    #[serde(rename = "reference_id", skip_serializing_if = "Option::is_none")]
    reference: Option<Option<ReferenceId>>,
}

impl IntegrationUpdate {
    /// A state with both values that an update overwrites.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) if the URL is not absolute, or would be sent otherwise than it is read.
    pub fn new(active: bool, tenant_url: impl Into<String>) -> Result<Self, Error> {
        Ok(Self { active, tenant_url: checked_url(tenant_url.into())?, reference: None })
    }

    /// Sets whether changes are sent.
    pub fn active(mut self, active: bool) -> Self {
        self.active = active;
        self
    }

    /// Sets the base URL of the tenant.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new).
    pub fn tenant_url(mut self, tenant_url: impl Into<String>) -> Result<Self, Error> {
        self.tenant_url = checked_url(tenant_url.into())?;
        Ok(self)
    }

    /// Sets the reference.
    pub fn reference(mut self, reference: ReferenceId) -> Self {
        self.reference = Some(Some(reference));
        self
    }

    /// Clears the reference: the API gets null.
    pub fn clear_reference(mut self) -> Self {
        self.reference = Some(None);
        self
    }

    /// The body as the API's document has it. It cannot clear the reference, since the document does not say that it can be null.
    pub(super) fn without_null(&self) -> types::UpdateIntegrationBody {
        types::UpdateIntegrationBody::new(self.active, self.tenant_url.clone())
    }

    /// The body that is sent.
    pub(super) fn to_json(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(self).map_err(|_| invalid("the update cannot be written as JSON"))
    }
}

/// The present state, with the tenant as the API sent it. The reference is left alone.
impl From<&Integration> for IntegrationUpdate {
    fn from(integration: &Integration) -> Self {
        Self { active: integration.active, tenant_url: integration.tenant_url.clone(), reference: None }
    }
}

/// Checks the base URL of a tenant. It is sent verbatim, so text that a URL parser would change silently is rejected.
fn checked_url(text: String) -> Result<String, Error> {
    let is_ignored = |char: char| char.is_ascii_control() || char == ' ';
    if text.contains(is_ignored) {
        return Err(invalid("the tenant URL has a space or a control character"));
    }
    match Url::parse(&text) {
        Ok(url) if url.has_host() => Ok(text),
        Ok(_) => Err(invalid("the tenant URL has no host; write it as in https://tenant.okta.com")),
        Err(error) => Err(invalid(format!(
            "the tenant URL is not an absolute URL ({error}); write it as in https://tenant.okta.com"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reference_is_set_cleared_or_left_alone() {
        let update = || IntegrationUpdate::new(true, "https://a.example").unwrap();
        let reference = || "primary".parse().unwrap();
        let base = json!({"active": true, "tenant_url": "https://a.example"});
        let with = |value| {
            let mut json = base.clone();
            json["reference_id"] = value;
            json
        };
        for (update, expected) in [
            (update(), base.clone()),
            (update().reference(reference()), with(json!("primary"))),
            (update().clear_reference(), with(json!(null))),
            (update().clear_reference().reference(reference()), with(json!("primary"))),
            (update().reference(reference()).clear_reference(), with(json!(null))),
        ] {
            assert_eq!(serde_json::to_value(update).unwrap(), expected);
        }
        let new = || NewIntegration::okta("https://a.example").unwrap();
        let expected = json!({"integration_type": "Okta", "tenant_url": "https://a.example"});
        assert_eq!(serde_json::to_value(new().body()).unwrap(), expected);
        let expected =
            json!({"integration_type": "Okta", "tenant_url": "https://a.example", "reference_id": "primary"});
        assert_eq!(serde_json::to_value(new().reference(reference()).body()).unwrap(), expected);
    }

    #[test]
    fn update_of_an_integration_changes_only_what_is_set() {
        let mut json = super::super::integration::tests::json();
        json["tenant_url"] = json!("as the API sent it");
        let integration: Integration = serde_json::from_value(json).unwrap();
        let update = IntegrationUpdate::from(&integration).active(false);
        let expected = json!({"active": false, "tenant_url": "as the API sent it"});
        assert_eq!(serde_json::to_value(&update).unwrap(), expected);
        let update = update.tenant_url("https://b.example").unwrap();
        assert_eq!(serde_json::to_value(&update).unwrap()["tenant_url"], "https://b.example");
        assert!(update.tenant_url("b.example").is_err());
    }

    #[test]
    fn tenant_url_is_absolute_and_kept_verbatim() {
        for url in [
            "https://tenant.okta.com",
            "HTTPS://Tenant.okta.com:443/a/../b?c#d",
            "http://localhost:80",
            "https://ü.example",
        ] {
            assert_eq!(NewIntegration::okta(url).unwrap().tenant_url, url);
        }
        for (url, problem) in [
            ("", "is not an absolute URL"),
            ("tenant.okta.com", "is not an absolute URL"),
            ("/tenant", "is not an absolute URL"),
            ("//tenant.okta.com", "is not an absolute URL"),
            ("https://", "is not an absolute URL"),
            ("https://a b", "has a space"),
            (" https://tenant.okta.com", "has a space"),
            ("https://tenant.okta.com\n", "has a space or a control character"),
            ("mailto:a@example.com", "has no host"),
        ] {
            let error = NewIntegration::okta(url).unwrap_err().to_string();
            assert!(error.starts_with(&format!("the tenant URL {problem}")), "{url:?}: {error}");
            assert!(IntegrationUpdate::new(true, url).is_err());
        }
    }
}
