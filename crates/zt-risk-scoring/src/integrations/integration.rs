//! One integration.

use serde_json::Value;

use super::{IntegrationId, IntegrationType, ReferenceId};
use crate::object::{Mistyped, impl_object};
use crate::{Formatted, Timestamp};

/// A third party to which changes of risk scores are sent.
///
/// A response must have the properties that a change of the integration needs: its id, its type, its tenant, and whether it is
/// active. The others are `None` if they are absent or null. One of another JSON type is in [`mistyped`](Self::mistyped).
///
/// ```
/// use zt_risk_scoring::{Integration, IntegrationType};
///
/// let integration: Integration = serde_json::from_str(
///     r#"{"id": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "integration_type": "Okta", "active": true,
///         "tenant_url": "https://tenant.okta.com", "reference_id": "..", "created_at": "2026-11-22T01:02:03Z"}"#,
/// )?;
/// assert_eq!(integration.integration_type, IntegrationType::Okta);
/// assert_eq!(integration.reference_id.as_deref(), Some(".."));
/// assert_eq!(integration.reference(), None);
/// assert!(integration.id().is_some());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Integration {
    /// The account that the integration belongs to.
    pub account_tag: Option<Box<str>>,
    /// Whether changes are being sent.
    pub active: bool,
    /// When the integration was created.
    pub created_at: Option<Timestamp>,
    /// The integration's id, with any text. Only an [`id`](Self::id) can be asked for.
    pub id: Formatted<IntegrationId>,
    /// The third party.
    pub integration_type: IntegrationType,
    /// The reference, with any text. Only a [`reference`](Self::reference) can be asked for.
    pub reference_id: Option<Box<str>>,
    /// The base URL of the tenant, such as `https://tenant.okta.com`.
    pub tenant_url: String,
    /// The URL of the Shared Signals Framework configuration. It is documented as relative, and has been seen absolute.
    pub well_known_url: Option<Box<str>>,
    mistyped: Mistyped,
}

impl_object!(Integration {
    account_tag,
    active,
    created_at,
    id,
    integration_type,
    reference_id,
    tenant_url,
    well_known_url
});

impl Integration {
    /// The integration's id. `None` if the API sent none that is a UUID.
    pub fn id(&self) -> Option<IntegrationId> {
        self.id.value().copied()
    }

    /// The integration's reference. `None` if there is none, or no URL can carry it.
    pub fn reference(&self) -> Option<ReferenceId> {
        ReferenceId::new(self.reference_id.as_deref()?).ok()
    }

    /// The properties whose value has another JSON type than the documented one, by name.
    pub fn mistyped(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.mistyped.iter()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    pub(crate) fn json() -> Value {
        json!({"account_tag": "023e105f4ecef8ad9ca31a8372d0c353", "active": true, "created_at": "2026-11-22T01:02:03Z",
            "id": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "integration_type": "Okta", "reference_id": "primary",
            "tenant_url": "https://tenant.okta.com", "well_known_url": "/.well-known/ssf-configuration"})
    }

    fn with(property: &str, value: Value) -> Value {
        let mut json = json();
        json[property] = value;
        json
    }

    #[test]
    fn odd_values_are_written_as_they_were_read() {
        for (property, value) in [
            ("account_tag", json!("")),
            ("created_at", json!("yesterday")),
            ("created_at", json!(1_795_309_323)),
            ("id", json!("F81D4FAE-7dec-11d0-a765-00a0c91e6bf6")),
            ("id", json!("one")),
            ("integration_type", json!("okta")),
            ("reference_id", json!("")),
            ("reference_id", json!("..")),
            ("reference_id", json!("a\\b")),
            ("reference_id", json!(null)),
            ("reference_id", json!({"a": 1})),
            ("tenant_url", json!("no URL")),
            ("well_known_url", json!(null)),
        ] {
            let json = with(property, value);
            let integration: Integration = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(serde_json::to_value(&integration).unwrap(), json);
        }
    }

    #[test]
    fn integration_without_what_a_change_needs_is_rejected() {
        for property in ["active", "id", "integration_type", "tenant_url"] {
            let mut without = json();
            without.as_object_mut().unwrap().remove(property);
            let error = serde_json::from_value::<Integration>(without).unwrap_err().to_string();
            assert_eq!(error, format!("missing field `{property}`"));
            assert!(serde_json::from_value::<Integration>(with(property, json!(null))).is_err(), "{property}");
        }
        for property in ["account_tag", "created_at", "reference_id", "well_known_url"] {
            let mut without = json();
            without.as_object_mut().unwrap().remove(property);
            let integration: Integration = serde_json::from_value(without).unwrap();
            assert_eq!(serde_json::to_value(integration).unwrap(), with(property, json!(null)));
        }
    }

    #[test]
    fn id_and_reference_are_none_if_no_path_can_have_them() {
        let read = |json| serde_json::from_value::<Integration>(json).unwrap();
        assert_eq!(read(json()).id().unwrap().to_string(), "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
        assert_eq!(read(with("id", json!("one"))).id(), None);
        assert_eq!(read(json()).reference().unwrap().as_str(), "primary");
        assert_eq!(read(with("reference_id", json!("a\\b"))).reference().unwrap().as_str(), "a\\b");
        for reference in [json!(null), json!(""), json!("."), json!(".."), json!(7)] {
            assert_eq!(read(with("reference_id", reference)).reference(), None);
        }
    }
}
