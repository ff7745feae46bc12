//! What becomes of a user.

use schemars::JsonSchema;
use serde::Serialize;
use zt_risk_scoring::{UserId, UserSummary};

use crate::failure::ErrorRecord;
use crate::records::{Cell, Column, Record, Tone};
use crate::text;
use crate::users::personal_data::{MASK, PersonalData, level};

/// What becomes of a user.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[schemars(rename = "ResetOutcome")]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// A dry run: the user would be reset.
    Planned,
    /// The risk was reset.
    Reset,
    /// The reset failed.
    Failed,
    /// Nothing was sent.
    NotStarted,
}

/// A user to be reset.
#[derive(Debug, JsonSchema, Serialize)]
pub(in super::super) struct ResetRecord {
    /// The user's id: a UUID.
    user_id: String,
    /// What became of the user.
    pub(super) outcome: Outcome,
    /// The user's level before: `low`, `medium`, `high`, or one that this version does not know. Null if the user had no score.
    max_risk_level: Option<String>,
    /// How many risk events the user had before.
    event_count: Option<i64>,
    /// Whether a failed reset may have been made.
    pub(super) may_have_been_reset: bool,
    /// Why it failed.
    pub(super) error: Option<ErrorRecord>,
}

impl ResetRecord {
    pub(super) fn new(id: UserId, user: Option<&UserSummary>) -> Self {
        Self {
            user_id: id.to_string(),
            outcome: Outcome::Planned,
            max_risk_level: user.and_then(level_of),
            event_count: user.and_then(|user| user.event_count),
            may_have_been_reset: false,
            error: None,
        }
    }
}

impl Record for ResetRecord {
    const COLUMNS: &'static [Column] = &[
        Column::new("user_id", "USER ID"),
        Column::new("outcome", "OUTCOME"),
        Column::new("max_risk_level", "LEVEL BEFORE"),
        Column::new("event_count", "EVENTS"),
        Column::only_csv("may_have_been_reset"),
        Column::new("problem", "PROBLEM"),
    ];

    fn cells(&self) -> Vec<Cell> {
        let outcome = match self.outcome {
            Outcome::Planned => Cell::from("planned"),
            Outcome::Reset => Cell::from("reset").tone(Tone::Good),
            Outcome::Failed => Cell::from("failed").tone(Tone::Bad),
            Outcome::NotStarted => Cell::from("not started").tone(Tone::Caution),
        };
        vec![
            self.user_id.as_str().into(),
            outcome,
            Cell::level(self.max_risk_level.as_deref()),
            Cell::optional(self.event_count.map(|count| count.to_string())),
            Cell::yes_or_no(self.may_have_been_reset),
            Cell::optional(self.error.as_ref().map(|error| error.message.as_str())),
        ]
    }
}

fn level_of(user: &UserSummary) -> Option<String> {
    level(user.max_risk_level.as_ref(), "max_risk_level", user.mistyped())
}

/// A user in the review.
pub(super) fn description(id: UserId, user: Option<&UserSummary>, personal_data: PersonalData) -> String {
    let Some(user) = user else {
        return format!("{id}: not among the users with a risk score");
    };
    let level = level_of(user).map_or_else(|| "no level".to_owned(), |level| format!("level {level}"));
    let count = user.event_count.and_then(|count| usize::try_from(count).ok());
    let events = count.map(|count| text::count(count, "event"));
    let latest = personal_data.time(user.last_event.as_ref()).map(|time| format!("the latest at {time}"));
    let names = [&user.name, &user.email].map(|text| personal_data.text(text.as_deref()).filter(|text| text != MASK));
    let parts: Vec<String> = [Some(level), events, latest].into_iter().chain(names).flatten().collect();
    format!("{id}: {}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn description_has_no_personal_data() {
        let id: UserId = "11111111-1111-4111-8111-111111111111".parse().unwrap();
        let user = json!({"email": "ana@example.com", "name": "Ana", "max_risk_level": "high", "event_count": 1,
            "last_event": "Ana's birthday"});
        let user: UserSummary = serde_json::from_value(user).unwrap();
        let text = description(id, Some(&user), PersonalData::default());
        assert_eq!(text, format!("{id}: level high, 1 event, the latest at [masked]"));
        let unknown = description(id, None, PersonalData::default());
        assert!(unknown.ends_with("not among the users with a risk score"), "{unknown}");
    }
}
