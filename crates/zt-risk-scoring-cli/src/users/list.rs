//! `zt-risk users list`.

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;
use zt_risk_scoring::{RiskLevel, Summary, UserSelection, UserSummary};

use super::personal_data::{PersonalData, level};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::options::level_parser;
use crate::records::{Cell, Column, Record};
use crate::session::{Account, Session};
use crate::{fleet, mistyped};

#[derive(Args)]
#[command(after_help = "\
Examples:
  zt-risk users list --simulate
  zt-risk users list --at-least medium --simulate
  zt-risk users list --level high --show-pii --output json --simulate
  zt-risk users list --accounts-file accounts.csv --output csv --simulate

The token needs the permission Zero Trust: PII Read.")]
pub(crate) struct ListArguments {
    /// Only those at this level
    #[arg(long, value_name = "LEVEL", value_parser = level_parser())]
    level: Option<RiskLevel>,

    /// Only those at this level or above; a level that this version does not know is above high
    #[arg(long, value_name = "LEVEL", value_parser = level_parser(), conflicts_with = "level")]
    at_least: Option<RiskLevel>,

    #[command(flatten)]
    personal_data: PersonalData,
}

impl ListArguments {
    fn select<'a>(&self, summary: &'a Summary) -> UserSelection<'a> {
        let mut selected = summary.by_risk();
        if let Some(level) = &self.level {
            selected = selected.at_level(level.clone());
        }
        if let Some(level) = &self.at_least {
            selected = selected.at_least(level.clone());
        }
        selected
    }
}

/// A user with a risk score.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct UserRecord {
    /// The user's id: a UUID. Other text is masked unless personal data is shown.
    user_id: Option<String>,
    /// The user's highest level: `low`, `medium`, `high`, or one that this version does not know.
    max_risk_level: Option<String>,
    /// How many risk events the user has.
    event_count: Option<i64>,
    /// When the latest event happened.
    last_event: Option<String>,
    /// The user's e-mail address, or `[masked]`.
    email: Option<String>,
    /// The user's name, or `[masked]`.
    name: Option<String>,
}

impl UserRecord {
    fn new(user: &UserSummary, personal_data: PersonalData) -> Self {
        Self {
            user_id: personal_data.user_id(user),
            max_risk_level: level(user.max_risk_level.as_ref(), "max_risk_level", user.mistyped()),
            event_count: user.event_count,
            last_event: personal_data.time(user.last_event.as_ref()),
            email: personal_data.text(user.email.as_deref()),
            name: personal_data.text(user.name.as_deref()),
        }
    }
}

/// The columns of a user, of which not every table has the personal data.
const fn columns(email: Column, name: Column) -> [Column; 6] {
    [
        Column::new("user_id", "USER ID"),
        Column::new("max_risk_level", "LEVEL"),
        Column::new("event_count", "EVENTS"),
        Column::new("last_event", "LAST EVENT"),
        email,
        name,
    ]
}

impl Record for UserRecord {
    const COLUMNS: &'static [Column] = &columns(Column::new("email", "E-MAIL"), Column::new("name", "NAME"));

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::optional(self.user_id.as_deref()),
            Cell::level(self.max_risk_level.as_deref()),
            Cell::optional(self.event_count.map(|count| count.to_string())),
            Cell::optional(self.last_event.as_deref()),
            Cell::optional(self.email.as_deref()),
            Cell::optional(self.name.as_deref()),
        ]
    }
}

/// A user whose personal data is masked. A table has no columns for what it does not show.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(transparent)]
struct MaskedUser(UserRecord);

impl Record for MaskedUser {
    const COLUMNS: &'static [Column] = &columns(Column::only_csv("email"), Column::only_csv("name"));

    fn cells(&self) -> Vec<Cell> {
        self.0.cells()
    }
}

pub(super) async fn run(arguments: &ListArguments, session: &Session) -> Result<ExitStatus, Failure> {
    let readings = fleet::read(session, "reading users", |client| client.users().summary()).await?;
    let records = |account: &Account, summary: Summary| -> Vec<UserRecord> {
        let selected = arguments.select(&summary);
        let odd = selected.iter().flat_map(|user| user.mistyped().map(|(property, _)| property));
        mistyped::warn(account, "user", odd);
        selected.iter().map(|user| UserRecord::new(user, arguments.personal_data)).collect()
    };
    if arguments.personal_data.is_shown() {
        readings.print(&session.printer, records)
    } else {
        let masked = |account: &Account, summary| records(account, summary).into_iter().map(MaskedUser).collect();
        readings.print(&session.printer, masked)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn mistyped_values_are_null() {
        let user: UserSummary =
            serde_json::from_value(json!({"max_risk_level": {"a": 1}, "event_count": "3", "name": 5, "email": null}))
                .unwrap();
        let record = serde_json::to_value(UserRecord::new(&user, PersonalData::default())).unwrap();
        let null = json!(null);
        assert!(record.as_object().unwrap().values().all(|value| *value == null), "{record}");
    }
}
