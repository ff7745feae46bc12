//! A change of an integration: its settings before and after, and how it is reviewed, verified and printed.

use schemars::JsonSchema;
use serde::Serialize;
use zt_risk_scoring::{Integration, IntegrationId};

use super::record::reference;
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::records::{Cell, Column, Record, Rows, Tone};
use crate::session::{Account, Session};
use crate::terminal::print_message;
use crate::text;

/// What can be set of an integration.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub(super) struct IntegrationSettings {
    /// Whether changes of risk scores are sent.
    pub(super) active: bool,
    /// The base URL of the tenant.
    pub(super) tenant_url: String,
    /// The reference. Null if there is none.
    pub(super) reference_id: Option<String>,
}

impl IntegrationSettings {
    pub(super) fn new(integration: &Integration) -> Self {
        Self {
            active: integration.active,
            tenant_url: integration.tenant_url.clone(),
            reference_id: reference(integration),
        }
    }

    /// What is different in others, in words.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let active = |settings: &Self| if settings.active { "yes" } else { "no" };
        let reference = |settings: &Self| match &settings.reference_id {
            Some(reference) => format!("`{reference}`"),
            None => "none".to_owned(),
        };
        let mut differences = Vec::new();
        if self.active != other.active {
            differences.push(format!("active {} → {}", active(self), active(other)));
        }
        if !is_same_url(&self.tenant_url, &other.tenant_url) {
            differences.push(format!("tenant {} → {}", self.tenant_url, other.tenant_url));
        }
        if self.reference_id != other.reference_id {
            differences.push(format!("reference {} → {}", reference(self), reference(other)));
        }
        differences
    }
}

/// Whether two URLs are of one tenant. The API may write one without its scheme, or with a slash at the end.
fn is_same_url(one: &str, other: &str) -> bool {
    let without_scheme = |url: &str| url.split_once("://").map_or(url, |(_, rest)| rest).to_owned();
    let (one, other) = (one.trim_end_matches('/'), other.trim_end_matches('/'));
    let have_schemes = one.contains("://") && other.contains("://");
    if have_schemes { one == other } else { without_scheme(one) == without_scheme(other) }
}

/// What became of an integration.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[schemars(rename = "IntegrationOutcome")]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// A dry run: the change would be made.
    Planned,
    /// The integration was created.
    Created,
    /// The integration was changed, and is as it was asked for.
    Updated,
    /// The integration was deleted, and no longer exists.
    Deleted,
    /// The integration was so before. Nothing was sent.
    Unchanged,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
            Self::Unchanged => "unchanged",
        }
    }
}

/// A change of an integration.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename = "IntegrationChange")]
pub(super) struct ChangeRecord {
    /// The integration's id. Null if it is not created yet.
    pub(super) id: Option<String>,
    /// What became of the integration.
    pub(super) outcome: Outcome,
    /// The third party, such as `Okta`.
    pub(super) integration_type: String,
    /// What changes, in words.
    pub(super) change: String,
    /// The settings before. Null if the integration did not exist.
    pub(super) before: Option<IntegrationSettings>,
    /// The settings after. Null if the integration is deleted.
    pub(super) after: Option<IntegrationSettings>,
    /// The URL of the Shared Signals Framework configuration, which the third party asks for.
    pub(super) well_known_url: Option<String>,
}

impl ChangeRecord {
    /// A change of an integration that exists. `after` is `None` if it is deleted.
    pub(super) fn new(integration: &Integration, after: Option<IntegrationSettings>) -> Self {
        let before = IntegrationSettings::new(integration);
        let change = match &after {
            Some(after) => before.differences(after).join(", "),
            None => format!("delete {} for {}", integration.integration_type, before.tenant_url),
        };
        Self {
            id: Some(integration.id.text().into_owned()),
            outcome: Outcome::Planned,
            integration_type: integration.integration_type.to_string(),
            change,
            before: Some(before),
            after,
            well_known_url: integration.well_known_url.as_deref().map(str::to_owned),
        }
    }

    /// Shows the change before it is confirmed.
    pub(super) fn review(&self, account: &Account) {
        let label = account.label.as_deref().map(|label| format!(" ({label})")).unwrap_or_default();
        let id = self.id.as_deref().map(|id| format!("integration {id}: ")).unwrap_or_default();
        print_message(&text::printable(&format!("account {}{label}: {id}{}", account.id, self.change)));
    }

    /// Prints the change as the result of a command.
    pub(super) fn print(self, session: &Session, account: &Account, outcome: Outcome) -> Result<ExitStatus, Failure> {
        print(session, account, Self { outcome, ..self })?;
        Ok(ExitStatus::findings(outcome == Outcome::Planned))
    }
}

/// Prints a change as the only row.
pub(super) fn print(session: &Session, account: &Account, change: impl Record) -> Result<(), Failure> {
    let mut rows = Rows::new(false);
    rows.push(account.id.as_str(), account.label.as_deref(), change);
    session.printer.print(&rows)
}

/// The columns of a change, of which not every table has the last one.
const fn columns(well_known_url: Column) -> [Column; 11] {
    [
        Column::new("id", "ID"),
        Column::new("outcome", "OUTCOME"),
        Column::only_csv("integration_type"),
        Column::new("change", "CHANGE"),
        Column::only_csv("active_before"),
        Column::only_csv("tenant_url_before"),
        Column::only_csv("reference_id_before"),
        Column::only_csv("active_after"),
        Column::only_csv("tenant_url_after"),
        Column::only_csv("reference_id_after"),
        well_known_url,
    ]
}

impl Record for ChangeRecord {
    const COLUMNS: &'static [Column] = &columns(Column::only_csv("well_known_url"));

    fn cells(&self) -> Vec<Cell> {
        let tone = if self.outcome == Outcome::Planned { Tone::Caution } else { Tone::Good };
        let settings = |settings: &Option<IntegrationSettings>| {
            let settings = settings.as_ref();
            [
                Cell::optional(settings.map(|settings| settings.active.to_string())),
                Cell::optional(settings.map(|settings| settings.tenant_url.as_str())),
                Cell::optional(settings.and_then(|settings| settings.reference_id.as_deref())),
            ]
        };
        let first = [
            Cell::optional(self.id.as_deref()),
            Cell::from(self.outcome.as_str()).tone(tone),
            self.integration_type.as_str().into(),
            self.change.as_str().into(),
        ];
        let last = Cell::optional(self.well_known_url.as_deref());
        first.into_iter().chain(settings(&self.before)).chain(settings(&self.after)).chain([last]).collect()
    }
}

/// A created integration. Its table has the URL that the third party asks for.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(transparent)]
pub(super) struct CreatedIntegration(pub(super) ChangeRecord);

impl Record for CreatedIntegration {
    const COLUMNS: &'static [Column] = &columns(Column::new("well_known_url", "WELL-KNOWN URL"));

    fn cells(&self) -> Vec<Cell> {
        self.0.cells()
    }
}

/// Checks that an integration is as it was asked for.
pub(super) fn verify(meant: &IntegrationSettings, found: &Integration) -> Result<(), Failure> {
    let differences = meant.differences(&IntegrationSettings::new(found));
    if differences.is_empty() {
        return Ok(());
    }
    let id = found.id.text();
    Err(not_verified(&id, &format!("is not as it was asked for: {}", differences.join(", "))))
}

/// The failure of a change that the API accepted, and whose effect could not be read.
pub(super) fn unread(id: IntegrationId, error: zt_risk_scoring::Error) -> Failure {
    let problem = format!("could not be read after the change: {}", Failure::Read(error));
    not_verified(&id.to_string(), &problem)
}

/// A change that the API accepted, and whose effect is not as it is meant to be.
pub(super) fn not_verified(id: &str, problem: &str) -> Failure {
    Failure::not_verified(
        format!("the API accepted the change, but the integration {id} {problem}"),
        format!("look at it with `zt-risk integrations show {}` before you try again", text::printable(id)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(active: bool, tenant_url: &str, reference: Option<&str>) -> IntegrationSettings {
        IntegrationSettings { active, tenant_url: tenant_url.to_owned(), reference_id: reference.map(str::to_owned) }
    }

    #[test]
    fn differences_are_in_words() {
        let before = settings(true, "https://a.okta.com", Some("main"));
        let after = settings(false, "https://b.okta.com", None);
        assert_eq!(
            before.differences(&after),
            ["active yes → no", "tenant https://a.okta.com → https://b.okta.com", "reference `main` → none"]
        );
        assert!(before.differences(&before).is_empty());
    }

    #[test]
    fn url_is_the_same_without_its_scheme_and_with_a_slash() {
        assert!(is_same_url("https://a.okta.com", "https://a.okta.com/"));
        assert!(is_same_url("https://a.okta.com", "a.okta.com"));
        for other in ["http://a.okta.com", "https://b.okta.com", "https://a.okta.com/b"] {
            assert!(!is_same_url("https://a.okta.com", other), "{other}");
        }
    }
}
