//! The risk of one user.

use std::fmt;

use serde_json::Value;

use super::level_without_text;
use crate::object::{Mistyped, impl_object};
use crate::{Formatted, RiskLevel, Timestamp};

/// The risk of one user, with the events behind it.
///
/// Odd values are kept as in [`UserSummary`](super::UserSummary). `Debug` prints no e-mail address, no name, no details of
/// events, and nothing that is not documented.
///
/// ```
/// use zt_risk_scoring::{RiskLevel, UserRisk};
///
/// let user: UserRisk = serde_json::from_str(
///     r#"{"email": "jane@example.com", "name": "Jane", "risk_level": "high", "last_reset_time": null, "events": [
///         {"id": "1", "name": "Impossible Travel", "risk_level": "high", "timestamp": "2026-11-22T01:02:03Z",
///          "event_details": {"country": "NZ"}}
///     ]}"#,
/// )?;
/// assert_eq!(user.risk_level, Some(RiskLevel::High));
/// for event in &user.events {
///     println!("{:?} at {:?}", event.risk_level, event.timestamp);
/// }
/// assert!(!format!("{user:?}").contains("NZ"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct UserRisk {
    /// The user's e-mail address.
    pub email: Option<Box<str>>,
    /// The events that make the score. Null is an empty list.
    pub events: Vec<UserRiskEvent>,
    /// When the score was last reset. `None` if it never was.
    pub last_reset_time: Option<Timestamp>,
    /// The user's name.
    pub name: Option<Box<str>>,
    /// The user's score. `None` if the user has none. A level of another JSON type is an unknown level.
    pub risk_level: Option<RiskLevel>,
    mistyped: Mistyped,
}

impl_object!(UserRisk { email, events, last_reset_time, name, risk_level });

impl UserRisk {
    /// The properties whose value has another JSON type than the documented one, by name. Those of an event are the
    /// [event's](UserRiskEvent::mistyped).
    pub fn mistyped(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.mistyped.iter()
    }
}

/// Neither the e-mail address nor the name, nor text that could be one of them.
impl fmt::Debug for UserRisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRisk")
            .field("risk_level", &level_without_text(self.risk_level.as_ref()))
            .field("last_reset_time", &self.last_reset_time.as_ref().and_then(Formatted::value))
            .field("events", &self.events)
            .field("mistyped", &self.mistyped)
            .finish_non_exhaustive()
    }
}

/// Something that a user did, which triggered a behavior.
///
/// ```
/// let event: zt_risk_scoring::UserRiskEvent =
///     serde_json::from_str(r#"{"id": "1", "risk_level": "low", "timestamp": "2026-11-22T01:02:03Z", "name": "N"}"#)?;
/// assert_eq!(event.name.as_deref(), Some("N"));
/// assert_eq!(event.event_details, None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct UserRiskEvent {
    /// Details, of a form that depends on the behavior. `None` if they are absent.
    pub event_details: Option<Value>,
    /// The id of the event.
    pub id: Option<Box<str>>,
    /// The display name of the behavior.
    pub name: Option<Box<str>>,
    /// The level of the event. A level of another JSON type is an unknown level.
    pub risk_level: Option<RiskLevel>,
    /// When it happened.
    pub timestamp: Option<Timestamp>,
    mistyped: Mistyped,
}

impl_object!(UserRiskEvent { event_details, id, name, risk_level, timestamp });

impl UserRiskEvent {
    /// The properties whose value has another JSON type than the documented one, by name.
    pub fn mistyped(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.mistyped.iter()
    }
}

/// Neither the name nor the details, nor text that could be personal data.
impl fmt::Debug for UserRiskEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRiskEvent")
            .field("risk_level", &level_without_text(self.risk_level.as_ref()))
            .field("timestamp", &self.timestamp.as_ref().and_then(Formatted::value))
            .field("mistyped", &self.mistyped)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event() -> Value {
        json!({"event_details": {"ip": "192.0.2.1"}, "id": "1", "name": "Impossible Travel", "risk_level": "high",
            "timestamp": "2026-11-22T01:02:03Z"})
    }

    fn user(event: &Value) -> Value {
        json!({"email": "jane@example.com", "events": [event], "last_reset_time": "2026-11-21T00:00:00Z", "name": "Jane",
            "risk_level": "high"})
    }

    fn with(json: &Value, property: &str, value: Value) -> Value {
        let mut json = json.clone();
        json[property] = value;
        json
    }

    fn round_trip(json: &Value) -> UserRisk {
        let user: UserRisk = serde_json::from_str(&json.to_string()).unwrap();
        assert_eq!(serde_json::to_value(&user).unwrap(), *json);
        user
    }

    #[test]
    fn odd_values_are_written_as_they_were_read() {
        let values = || [json!(null), json!("odd"), json!(7), json!(false), json!([1, 2]), json!({"a": {}})];
        for value in values() {
            for property in ["email", "last_reset_time", "name", "risk_level"] {
                round_trip(&with(&user(&event()), property, value.clone()));
            }
            for property in ["event_details", "id", "name", "risk_level", "timestamp"] {
                round_trip(&user(&with(&event(), property, value.clone())));
            }
        }
    }

    #[test]
    fn user_without_a_level_or_a_reset_has_none() {
        let json = with(&with(&user(&event()), "risk_level", json!(null)), "last_reset_time", json!(null));
        let read = round_trip(&json);
        assert_eq!((read.risk_level, read.last_reset_time), (None, None));
        let short: UserRisk = serde_json::from_value(json!({"events": null})).unwrap();
        assert_eq!(short, UserRisk::default());
        let error = serde_json::from_value::<UserRisk>(json!({"email": "a"})).unwrap_err().to_string();
        assert_eq!(error, "missing field `events`");
    }

    #[test]
    fn details_are_free_form_and_absent_is_not_null() {
        let details = |json: &Value| round_trip(&user(json)).events.remove(0).event_details;
        assert_eq!(details(&event()), Some(json!({"ip": "192.0.2.1"})));
        assert_eq!(details(&with(&event(), "event_details", json!(null))), Some(Value::Null));
        let mut without = event();
        without.as_object_mut().unwrap().remove("event_details");
        assert_eq!(details(&without), None);
    }

    #[test]
    fn debug_output_has_no_personal_data() {
        let secret = "jane.doe@example.com";
        let print = |json: Value| format!("{:?}", round_trip(&json));
        for value in [json!(secret), json!([secret]), json!({secret: secret})] {
            for property in ["email", "last_reset_time", "name", "risk_level"] {
                let debug = print(with(&user(&event()), property, value.clone()));
                assert!(!["jane", "Jane", "192.0.2.1"].iter().any(|secret| debug.contains(secret)), "{debug}");
            }
            for property in ["event_details", "id", "name", "risk_level", "timestamp"] {
                let debug = print(user(&with(&event(), property, value.clone())));
                assert!(!["jane", "Jane"].iter().any(|secret| debug.contains(secret)), "{debug}");
            }
        }
        let debug = print(user(&event()));
        assert!(debug.starts_with(r#"UserRisk { risk_level: Some("high"), last_reset_time: Some(2026-"#), "{debug}");
        assert!(debug.contains(r#"UserRiskEvent { risk_level: Some("high"), timestamp: Some("#), "{debug}");
    }
}
