//! `zt-risk users show`.

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use zt_risk_scoring::{UserId, UserRisk, UserRiskEvent};

use super::personal_data::{PersonalData, level};
use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::options::Output;
use crate::records::{Cell, Column, Record, print_text};
use crate::session::{Account, Session};
use crate::{fleet, mistyped, text};

#[derive(Args)]
#[command(after_help = "\
Examples:
  zt-risk users show 11111111-1111-4111-8111-111111111111 --simulate
  zt-risk users show 11111111-1111-4111-8111-111111111111 --show-pii --output json --simulate

A table and CSV have a row per event, or one row for a user without events. A line above the table names the user. The other formats have one record with all events.
The token needs the permission Zero Trust: PII Read.")]
pub(crate) struct ShowArguments {
    /// Id of the user: a UUID, as `zt-risk users list` shows it
    user: UserId,

    #[command(flatten)]
    personal_data: PersonalData,
}

/// A user, with the events behind the risk score. In CSV, each event is a row.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct UserRiskRecord {
    /// The user's id: a UUID.
    user_id: String,
    /// The user's level: `low`, `medium`, `high`, or one that this version does not know. Null if the user has no score.
    risk_level: Option<String>,
    /// When the score was last reset. Null if it never was.
    last_reset_time: Option<String>,
    /// The user's e-mail address, or `[masked]`.
    email: Option<String>,
    /// The user's name, or `[masked]`.
    name: Option<String>,
    /// The events behind the score.
    events: Vec<EventRecord>,
}

/// Something that a user did.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
struct EventRecord {
    /// The event's id.
    id: Option<String>,
    /// The name of the behavior.
    name: Option<String>,
    /// The event's level: `low`, `medium`, `high`, or one that this version does not know.
    risk_level: Option<String>,
    /// When it happened.
    timestamp: Option<String>,
    /// Details, of a form that depends on the behavior, or `[masked]`.
    event_details: Option<Value>,
}

impl UserRiskRecord {
    fn new(id: UserId, user: &UserRisk, personal_data: PersonalData) -> Self {
        Self {
            user_id: id.to_string(),
            risk_level: level(user.risk_level.as_ref(), "risk_level", user.mistyped()),
            last_reset_time: personal_data.time(user.last_reset_time.as_ref()),
            email: personal_data.text(user.email.as_deref()),
            name: personal_data.text(user.name.as_deref()),
            events: user.events.iter().map(|event| EventRecord::new(event, personal_data)).collect(),
        }
    }
}

impl UserRiskRecord {
    /// The line above the table of events, which would be too wide with the user in each row.
    fn title(&self, account: Option<&Account>) -> String {
        let of_account = account.map(|account| format!("Account {}: ", account.id)).unwrap_or_default();
        let or_none = |text: &Option<String>| text.as_deref().map_or_else(|| "none".to_owned(), text::printable);
        format!("{of_account}User {}, e-mail {}, name {}", self.user_id, or_none(&self.email), or_none(&self.name))
    }
}

impl EventRecord {
    fn new(event: &UserRiskEvent, personal_data: PersonalData) -> Self {
        Self {
            id: event.id.as_deref().map(str::to_owned),
            name: event.name.as_deref().map(str::to_owned),
            risk_level: level(event.risk_level.as_ref(), "risk_level", event.mistyped()),
            timestamp: personal_data.time(event.timestamp.as_ref()),
            event_details: personal_data.json(event.event_details.as_ref()),
        }
    }
}

impl Record for UserRiskRecord {
    const COLUMNS: &'static [Column] = &[];

    fn cells(&self) -> Vec<Cell> {
        Vec::new()
    }
}

/// An event with its user: a row of a table or of CSV.
#[derive(Debug, JsonSchema, Serialize)]
struct EventRow {
    user_id: String,
    user_risk_level: Option<String>,
    last_reset_time: Option<String>,
    email: Option<String>,
    user_name: Option<String>,
    event: EventRecord,
}

impl EventRow {
    /// A row for each event, or one for a user without events.
    fn of_user(user: UserRiskRecord) -> Vec<Self> {
        let UserRiskRecord { user_id, risk_level, last_reset_time, email, name, events } = user;
        let events = if events.is_empty() { vec![EventRecord::default()] } else { events };
        let row = |event| Self {
            user_id: user_id.clone(),
            user_risk_level: risk_level.clone(),
            last_reset_time: last_reset_time.clone(),
            email: email.clone(),
            user_name: name.clone(),
            event,
        };
        events.into_iter().map(row).collect()
    }
}

impl Record for EventRow {
    const COLUMNS: &'static [Column] = &[
        Column::only_csv("user_id"),
        Column::new("risk_level", "USER LEVEL"),
        Column::new("last_reset_time", "LAST RESET"),
        Column::only_csv("email"),
        Column::only_csv("name"),
        Column::only_csv("event_id"),
        Column::new("event_timestamp", "EVENT TIME"),
        Column::new("event_risk_level", "EVENT LEVEL"),
        Column::new("event_name", "EVENT"),
        Column::new("event_details", "DETAILS"),
    ];

    fn cells(&self) -> Vec<Cell> {
        let event = &self.event;
        vec![
            self.user_id.as_str().into(),
            Cell::level(self.user_risk_level.as_deref()),
            Cell::optional(self.last_reset_time.as_deref()),
            Cell::optional(self.email.as_deref()),
            Cell::optional(self.user_name.as_deref()),
            Cell::optional(event.id.as_deref()),
            Cell::optional(event.timestamp.as_deref()),
            Cell::level(event.risk_level.as_deref()),
            Cell::optional(event.name.as_deref()),
            Cell::optional(event.event_details.as_ref().map(|details| match details {
                Value::String(text) => text.clone(),
                details => details.to_string(),
            })),
        ]
    }
}

pub(super) async fn run(arguments: &ShowArguments, session: &Session) -> Result<ExitStatus, Failure> {
    let id = arguments.user;
    let readings = fleet::read(session, "reading the user", move |client| client.users().get(id)).await?;
    let record = |account: &Account, user: UserRisk| {
        mistyped::warn(account, "user", user.mistyped().map(|(property, _)| property));
        let of_events = user.events.iter().flat_map(|event| event.mistyped().map(|(property, _)| property));
        mistyped::warn(account, "event", of_events);
        UserRiskRecord::new(id, &user, arguments.personal_data)
    };
    match session.printer.output {
        Output::Csv => readings.print(&session.printer, |account, user| EventRow::of_user(record(account, user))),
        Output::Table => {
            let is_several = readings.0.len() > 1;
            let mut printed = Ok(());
            let status = readings.print(&session.printer, |account, user| {
                let user = record(account, user);
                if printed.is_ok() {
                    printed = print_text(&user.title(is_several.then_some(account)));
                }
                EventRow::of_user(user)
            })?;
            printed.map(|()| status)
        }
        _ => readings.print(&session.printer, |account, user| vec![record(account, user)]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "11111111-1111-4111-8111-111111111111";

    fn record(user: Value, show_pii: bool) -> UserRiskRecord {
        let user: UserRisk = serde_json::from_value(user).unwrap();
        let personal_data = if show_pii { shown() } else { PersonalData::default() };
        UserRiskRecord::new(ID.parse().unwrap(), &user, personal_data)
    }

    /// Personal data as the arguments ask for it.
    fn shown() -> PersonalData {
        use clap::{Args as _, FromArgMatches as _};
        let command = PersonalData::augment_args(clap::Command::new("test"));
        PersonalData::from_arg_matches(&command.get_matches_from(["test", "--show-pii"])).unwrap()
    }

    #[test]
    fn details_of_events_are_masked_unless_personal_data_is_shown() {
        let user = json!({"events": [{"event_details": {"city": "Lisbon"}}, {"event_details": null}, {}]});
        let details = |show_pii| {
            let events = record(user.clone(), show_pii).events;
            events.into_iter().map(|event| event.event_details).collect::<Vec<_>>()
        };
        assert_eq!(details(false), [Some(json!("[masked]")), None, None]);
        assert_eq!(details(true), [Some(json!({"city": "Lisbon"})), None, None]);
    }

    #[test]
    fn line_above_the_table_names_the_user_and_masks_personal_data() {
        let user = json!({"events": [], "email": "ana@example.com\n", "name": null});
        assert_eq!(record(user.clone(), false).title(None), format!("User {ID}, e-mail [masked], name none"));
        assert_eq!(record(user, true).title(None), format!("User {ID}, e-mail ana@example.com , name none"));
    }

    #[test]
    fn user_without_events_has_one_row() {
        let rows = EventRow::of_user(record(json!({"events": [], "risk_level": null}), false));
        assert_eq!((rows.len(), rows[0].user_id.as_str()), (1, ID));
        assert_eq!(rows[0].cells().len(), EventRow::COLUMNS.len());
    }
}
