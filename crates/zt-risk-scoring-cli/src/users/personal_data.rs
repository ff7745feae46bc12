//! Personal data of users, which is masked unless the arguments ask for it.

use clap::Args;
use serde_json::Value;
use zt_risk_scoring::{RiskLevel, Timestamp, UserSummary};

use crate::text;

/// What is printed in place of personal data. It keeps neither the length nor a part of the text, so nobody can be recognized.
pub(super) const MASK: &str = "[masked]";

/// Whether personal data is printed.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(super) struct PersonalData {
    /// Print personal data: e-mail addresses, names, and details of events; they are masked otherwise
    #[arg(long)]
    show_pii: bool,
}

impl PersonalData {
    pub(super) fn is_shown(self) -> bool {
        self.show_pii
    }

    /// A text that is personal data.
    pub(super) fn text(self, text: Option<&str>) -> Option<String> {
        text.map(|text| if self.show_pii { text.to_owned() } else { MASK.to_owned() })
    }

    /// JSON that is personal data. Null stays null.
    pub(super) fn json(self, value: Option<&Value>) -> Option<Value> {
        let value = value.filter(|value| !value.is_null())?;
        Some(if self.show_pii { value.clone() } else { MASK.into() })
    }

    /// A time. Text that is no time could be personal data.
    pub(super) fn time(self, time: Option<&Timestamp>) -> Option<String> {
        let time = time?;
        text::time(time).or_else(|| self.text(Some(&time.text())))
    }

    /// The id of a user. Text that is no UUID could be personal data.
    pub(super) fn user_id(self, user: &UserSummary) -> Option<String> {
        match user.id() {
            Some(id) => Some(id.to_string()),
            None => self.text(user.user_id.as_ref().map(|id| id.text()).as_deref()),
        }
    }
}

/// The level of a property with a name. The SDK makes an unknown level of a value with another JSON type, which could be personal
/// data.
pub(super) fn level<'a>(
    level: Option<&RiskLevel>,
    name: &str,
    mut mistyped: impl Iterator<Item = (&'static str, &'a Value)>,
) -> Option<String> {
    let is_mistyped = mistyped.any(|(property, _)| property == name);
    level.filter(|_| !is_mistyped).map(ToString::to_string)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn user(id: &str, time: &str) -> UserSummary {
        serde_json::from_value(json!({"user_id": id, "last_event": time})).unwrap()
    }

    #[test]
    fn personal_data_is_masked_and_null_stays_null() {
        let masked = PersonalData::default();
        assert_eq!(masked.text(Some("ana@example.com")).as_deref(), Some("[masked]"));
        assert_eq!(masked.json(Some(&json!({"city": "Lisbon"}))), Some(json!("[masked]")));
        for personal in [masked, PersonalData { show_pii: true }] {
            assert_eq!(personal.text(None), None);
            assert_eq!((personal.json(None), personal.json(Some(&Value::Null))), (None, None));
        }
    }

    #[test]
    fn text_in_place_of_an_id_or_a_time_is_masked() {
        let odd = user("ana@example.com", "Ana");
        let usual = user("11111111-1111-4111-8111-111111111111", "2026-11-22T08:00:00Z");
        let masked = PersonalData::default();
        assert_eq!(masked.user_id(&odd).as_deref(), Some(MASK));
        assert_eq!(masked.time(odd.last_event.as_ref()).as_deref(), Some(MASK));
        assert_eq!(masked.user_id(&usual).as_deref(), Some("11111111-1111-4111-8111-111111111111"));
        assert_eq!(masked.time(usual.last_event.as_ref()).as_deref(), Some("2026-11-22T08:00:00Z"));
        let shown = PersonalData { show_pii: true };
        assert_eq!(shown.user_id(&odd).as_deref(), Some("ana@example.com"));
        assert_eq!(shown.time(odd.last_event.as_ref()).as_deref(), Some("Ana"));
    }
}
