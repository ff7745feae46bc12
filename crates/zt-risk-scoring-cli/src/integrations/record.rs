//! An integration as a row.

use schemars::JsonSchema;
use serde::Serialize;
use zt_risk_scoring::Integration;

use crate::mistyped;
use crate::records::{Cell, Column, Record, Tone};
use crate::session::Account;
use crate::text;

/// A third party to which changes of risk scores are sent.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct IntegrationRecord {
    /// The integration's id: a UUID.
    id: String,
    /// Whether changes of risk scores are being sent.
    active: bool,
    /// The third party, such as `Okta`.
    integration_type: String,
    /// The base URL of the tenant.
    tenant_url: String,
    /// The reference, an id that the client chose. Null if there is none.
    reference_id: Option<String>,
    /// The URL of the Shared Signals Framework configuration, which the third party asks for.
    well_known_url: Option<String>,
    /// When the integration was created.
    created_at: Option<String>,
}

impl IntegrationRecord {
    pub(super) fn new(integration: &Integration) -> Self {
        Self {
            id: integration.id.text().into_owned(),
            active: integration.active,
            integration_type: integration.integration_type.to_string(),
            tenant_url: integration.tenant_url.clone(),
            reference_id: reference(integration),
            well_known_url: integration.well_known_url.as_deref().map(str::to_owned),
            created_at: integration
                .created_at
                .as_ref()
                .map(|time| text::time(time).unwrap_or_else(|| time.text().into_owned())),
        }
    }
}

/// The reference of an integration. An empty one means that there is none.
pub(super) fn reference(integration: &Integration) -> Option<String> {
    integration.reference_id.as_deref().filter(|reference| !reference.is_empty()).map(str::to_owned)
}

/// Warns about values that have another JSON type than the documented one.
pub(super) fn warn_of_mistyped<'a>(account: &Account, integrations: impl IntoIterator<Item = &'a Integration>) {
    let odd = integrations.into_iter().flat_map(|integration| integration.mistyped().map(|(property, _)| property));
    mistyped::warn(account, "integration", odd);
}

/// The columns of an integration, of which not every table has the URL for the third party.
const fn columns(well_known_url: Column) -> [Column; 7] {
    [
        Column::new("id", "ID"),
        Column::new("active", "ACTIVE"),
        Column::new("integration_type", "TYPE"),
        Column::new("tenant_url", "TENANT"),
        Column::new("reference_id", "REFERENCE"),
        well_known_url,
        Column::new("created_at", "CREATED"),
    ]
}

impl Record for IntegrationRecord {
    const COLUMNS: &'static [Column] = &columns(Column::only_csv("well_known_url"));

    fn cells(&self) -> Vec<Cell> {
        let tone = if self.active { Tone::Good } else { Tone::Plain };
        vec![
            self.id.as_str().into(),
            Cell::yes_or_no(self.active).tone(tone),
            self.integration_type.as_str().into(),
            self.tenant_url.as_str().into(),
            Cell::optional(self.reference_id.as_deref()),
            Cell::optional(self.well_known_url.as_deref()),
            Cell::optional(self.created_at.as_deref()),
        ]
    }
}

/// An integration with its URL for the third party.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(transparent)]
pub(super) struct DetailedIntegration(pub(super) IntegrationRecord);

impl Record for DetailedIntegration {
    const COLUMNS: &'static [Column] = &columns(Column::new("well_known_url", "WELL-KNOWN URL"));

    fn cells(&self) -> Vec<Cell> {
        self.0.cells()
    }
}
