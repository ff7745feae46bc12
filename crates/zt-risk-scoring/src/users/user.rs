//! The risk of one user, in short.

use std::fmt;

use serde_json::Value;

use super::{UserId, level_without_text};
use crate::object::{Mistyped, impl_object};
use crate::{Formatted, RiskLevel, Timestamp};

/// The risk of one user, in short: an entry of a [`Summary`](super::Summary).
///
/// An odd value costs no other user. Each property is `None` if it is absent or null, and is then written as null. An id, a
/// time or a level with undocumented text is kept as that text. A value of another JSON type is in
/// [`mistyped`](Self::mistyped). All of them are written back verbatim. Only an entry that is no object fails the response.
///
/// `Debug` prints no e-mail address, no name, and nothing that is not documented.
///
/// ```
/// use zt_risk_scoring::{RiskLevel, UserSummary};
///
/// let user: UserSummary = serde_json::from_str(
///     r#"{"user_id": "67e55044-10b1-426f-9247-bb680e5fe0c8", "email": "jane@example.com", "name": null,
///         "max_risk_level": "high", "last_event": "yesterday", "event_count": "3"}"#,
/// )?;
/// assert_eq!(user.email.as_deref(), Some("jane@example.com"));
/// assert_eq!(user.max_risk_level, Some(RiskLevel::High));
/// assert!(user.id().is_some() && user.name.is_none());
///
/// let last_event = user.last_event.as_ref().unwrap();
/// assert_eq!((last_event.value(), &*last_event.text()), (None, "yesterday"));
/// assert_eq!((user.event_count, user.mistyped().count()), (None, 1));
/// assert!(!format!("{user:?}").contains("jane"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct UserSummary {
    /// The user's e-mail address.
    pub email: Option<Box<str>>,
    /// How many risk events the user has.
    pub event_count: Option<i64>,
    /// When the latest event happened.
    pub last_event: Option<Timestamp>,
    /// The user's highest level. A level of another JSON type is an unknown level.
    pub max_risk_level: Option<RiskLevel>,
    /// The user's name.
    pub name: Option<Box<str>>,
    /// The user's id, with any text. Only an [`id`](Self::id) can be asked for.
    pub user_id: Option<Formatted<UserId>>,
    mistyped: Mistyped,
}

impl_object!(UserSummary { email, event_count, last_event, max_risk_level, name, user_id });

impl UserSummary {
    /// The user's id. `None` if the API sent none that is a UUID.
    pub fn id(&self) -> Option<UserId> {
        self.user_id.as_ref()?.value().copied()
    }

    /// The properties whose value has another JSON type than the documented one, by name.
    pub fn mistyped(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.mistyped.iter()
    }
}

/// Neither the e-mail address nor the name, nor text that could be one of them.
impl fmt::Debug for UserSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserSummary")
            .field("id", &self.id())
            .field("max_risk_level", &level_without_text(self.max_risk_level.as_ref()))
            .field("last_event", &self.last_event.as_ref().and_then(Formatted::value))
            .field("event_count", &self.event_count)
            .field("mistyped", &self.mistyped)
            .finish_non_exhaustive()
    }
}
