//! The risk of all users.

use std::collections::BTreeMap;
use std::fmt;
use std::slice;
use std::sync::OnceLock;

use api_runtime::ObjectOnly;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{UserId, UserSelection, level_without_text};
use crate::object::{self, Mistyped, impl_object};
use crate::{Formatted, RiskLevel, Timestamp};

/// The risk of one user, in short: an entry of a [`Summary`].
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

/// The risk of all users of an account, in the API's order. It is complete, since the API does not page users.
///
/// A filter such as [`at_least`](Self::at_least) returns a [`UserSelection`], which has the same filters.
///
/// `Debug` prints the number of users only. In JSON it is an object with a list `users`; null is an empty list.
///
/// ```
/// use zt_risk_scoring::{RiskLevel, Summary};
///
/// let summary: Summary = serde_json::from_str(
///     r#"{"users": [
///         {"user_id": "67e55044-10b1-426f-9247-bb680e5fe0c8", "email": "jane@example.com", "max_risk_level": "high"},
///         {"user_id": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "email": "joe@example.com", "max_risk_level": "low"}
///     ]}"#,
/// )?;
/// let jane = summary.get("67e55044-10b1-426f-9247-bb680e5fe0c8".parse()?).unwrap();
/// assert_eq!(jane.max_risk_level, Some(RiskLevel::High));
/// assert_eq!(summary.find_by_email("JOE@example.com").len(), 1);
/// for user in summary.at_least(RiskLevel::Medium).by_risk() {
///     println!("{:?}: {:?}", user.id(), user.last_event);
/// }
/// # assert_eq!(summary.at_least(RiskLevel::Medium).len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Summary {
    #[serde(deserialize_with = "object::list")]
    users: Vec<UserSummary>,
    /// The places of users with an id, in the order of the ids. Made when it is needed, since decoding should not wait for it.
    #[serde(skip)]
    by_id: OnceLock<Box<[usize]>>,
}

impl Summary {
    /// The user with an id. Of several users with one id, the first one.
    ///
    /// The first call sorts the ids. Further ones are binary searches.
    pub fn get(&self, id: UserId) -> Option<&UserSummary> {
        let by_id = self.by_id.get_or_init(|| self.sorted_by_id());
        let id_at = |place: usize| self.users.get(place).and_then(UserSummary::id);
        let index = by_id.partition_point(|place| id_at(*place) < Some(id));
        let user = self.users.get(*by_id.get(index)?)?;
        (user.id() == Some(id)).then_some(user)
    }

    fn sorted_by_id(&self) -> Box<[usize]> {
        let with_id = self.users.iter().enumerate().filter_map(|(place, user)| Some((user.id()?, place)));
        let mut places: Vec<_> = with_id.collect();
        places.sort_unstable();
        places.into_iter().map(|(_, place)| place).collect()
    }

    /// The users with an e-mail address, ignoring ASCII case. Several users may have the same one. Looks at every user.
    pub fn find_by_email(&self, email: &str) -> UserSelection<'_> {
        self.iter().filter(|user| has_email(user, email)).collect()
    }

    /// The users with the given level or a higher one. An unknown level is higher than every known one; see
    /// [`RiskLevel`]. Users [without a level](Self::without_level) are not selected.
    pub fn at_least(&self, level: RiskLevel) -> UserSelection<'_> {
        self.iter().filter(|user| user.max_risk_level.as_ref() >= Some(&level)).collect()
    }

    /// The users with exactly the given level.
    pub fn at_level(&self, level: RiskLevel) -> UserSelection<'_> {
        self.iter().filter(|user| user.max_risk_level.as_ref() == Some(&level)).collect()
    }

    /// The users whose level the API did not send.
    pub fn without_level(&self) -> UserSelection<'_> {
        self.iter().filter(|user| user.max_risk_level.is_none()).collect()
    }

    /// All users, those with the highest level first; see [`UserSelection::by_risk`].
    pub fn by_risk(&self) -> UserSelection<'_> {
        self.all().by_risk()
    }

    /// The number of users with each level. Known levels without a user are listed with 0. Users
    /// [without a level](Self::without_level) are not counted.
    pub fn count_by_level(&self) -> BTreeMap<RiskLevel, usize> {
        count_by_level(self.iter())
    }

    /// All users, as a selection.
    pub fn all(&self) -> UserSelection<'_> {
        self.iter().collect()
    }

    /// The number of users.
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether the account has no users.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// The users, in the API's order.
    pub fn iter(&self) -> slice::Iter<'_, UserSummary> {
        self.users.iter()
    }

    /// The users, in the API's order.
    pub fn into_users(self) -> Vec<UserSummary> {
        self.users
    }
}

/// Whether a user has an e-mail address, ignoring ASCII case.
pub(super) fn has_email(user: &UserSummary, email: &str) -> bool {
    user.email.as_ref().is_some_and(|other| other.eq_ignore_ascii_case(email))
}

/// The number of users with each level, and 0 for known levels without a user.
pub(super) fn count_by_level<'a>(users: impl Iterator<Item = &'a UserSummary>) -> BTreeMap<RiskLevel, usize> {
    let mut counts: BTreeMap<RiskLevel, usize> = RiskLevel::KNOWN.into_iter().map(|level| (level, 0)).collect();
    for level in users.filter_map(|user| user.max_risk_level.as_ref()) {
        // Looked up first, since a copy of an unknown level allocates.
        match counts.get_mut(level) {
            Some(count) => *count = count.saturating_add(1),
            None => {
                counts.insert(level.clone(), 1);
            }
        }
    }
    counts
}

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// Reads an object only.
impl<'de> Deserialize<'de> for Summary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(ObjectOnly(deserializer))
    }
}

impl PartialEq for Summary {
    fn eq(&self, other: &Self) -> bool {
        self.users == other.users
    }
}

impl Eq for Summary {}

/// The number of users only.
impl fmt::Debug for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Summary").field("users", &self.len()).finish_non_exhaustive()
    }
}

impl FromIterator<UserSummary> for Summary {
    fn from_iter<T: IntoIterator<Item = UserSummary>>(users: T) -> Self {
        Self { users: users.into_iter().collect(), ..Self::default() }
    }
}

impl IntoIterator for Summary {
    type Item = UserSummary;
    type IntoIter = std::vec::IntoIter<UserSummary>;

    fn into_iter(self) -> Self::IntoIter {
        self.users.into_iter()
    }
}

impl<'a> IntoIterator for &'a Summary {
    type Item = &'a UserSummary;
    type IntoIter = slice::Iter<'a, UserSummary>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
