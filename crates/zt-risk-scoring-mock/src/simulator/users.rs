//! The users of an account and their risk: the summary, one user, and the reset.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::behaviors::LEVELS;
use super::carry_out::Context;
use super::clock::timestamp;
use super::response::{Response, ResultInfo};

/// An event that raised the risk of a user. Its level and its time may be any text.
///
/// ```
/// use zt_risk_scoring_mock::simulator::Event;
///
/// let event = Event::new("Impossible Travel", "high", "2026-11-22T08:00:00Z");
/// assert_eq!(event.event_details, None);
/// ```
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// The id of the event.
    pub id: String,
    /// The name of the behavior.
    pub name: String,
    /// The level of the behavior.
    pub risk_level: String,
    /// When the event happened.
    pub timestamp: String,
    /// Details of any shape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_details: Option<Value>,
}

impl Event {
    /// An event without details. Its id is made of its name and its time.
    pub fn new(name: impl Into<String>, risk_level: impl Into<String>, timestamp: impl Into<String>) -> Self {
        let (name, timestamp) = (name.into(), timestamp.into());
        let id = format!("{name} {timestamp}");
        Self { id, name, risk_level: risk_level.into(), timestamp, event_details: None }
    }
}

/// A user of an account. A user without events is not in the summary.
///
/// Levels are those that a test sets. Changes of behaviors do not change the levels of users.
///
/// ```
/// use zt_risk_scoring_mock::simulator::{Event, User, Uuid};
///
/// let user = User::new(Uuid::from_u128(1), "user@example.com", "A User")
///     .with_event(Event::new("Impossible Travel", "high", "2026-11-22T08:00:00Z"))
///     .with_event(Event::new("High Number of DLP Policies Triggered", "medium", "yesterday"));
/// assert_eq!(user.risk_level.as_deref(), Some("high"));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct User {
    /// The id.
    pub user_id: Uuid,
    /// The e-mail address.
    pub email: String,
    /// The name.
    pub name: String,
    /// The events, the earliest first.
    pub events: Vec<Event>,
    /// When the risk was last reset.
    pub last_reset_time: Option<String>,
    /// The level. [`with_event`](Self::with_event) raises it.
    pub risk_level: Option<String>,
}

/// The order of levels. A level that the API does not document is the highest.
fn rank(level: &str) -> usize {
    LEVELS.iter().position(|known| *known == level).unwrap_or(LEVELS.len())
}

impl User {
    /// A user without events.
    pub fn new(user_id: Uuid, email: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            user_id,
            email: email.into(),
            name: name.into(),
            events: Vec::new(),
            last_reset_time: None,
            risk_level: None,
        }
    }

    /// Adds an event, and raises the level if that of the event is higher.
    pub fn with_event(mut self, event: Event) -> Self {
        if self.risk_level.as_deref().is_none_or(|level| rank(level) < rank(&event.risk_level)) {
            self.risk_level = Some(event.risk_level.clone());
        }
        self.events.push(event);
        self
    }

    /// The user of an index among those that [`Account::generate_users`](super::Account::generate_users) makes. It has
    /// one event. Of ten users, one has the level `high`, three `medium` and six `low`.
    pub fn generated(index: u32) -> Self {
        let (name, level) = match index % 10 {
            0 => ("Impossible Travel", "high"),
            1..=3 => ("High Number of DLP Policies Triggered", "medium"),
            _ => ("High Risk Domain Visited", "low"),
        };
        let (second, minute, hour, day) = (index % 60, index / 60 % 60, index / 3_600 % 24, index / 86_400 % 28);
        let time = format!("2026-10-{:02}T{hour:02}:{minute:02}:{second:02}Z", day.saturating_add(1));
        Self::new(generated_id(index), format!("user-{index}@example.com"), format!("User {index}"))
            .with_event(Event::new(name, level, time))
    }

    fn summary(&self) -> Option<UserSummary<'_>> {
        let last_event = self.events.last()?;
        let highest = self.events.iter().map(|event| event.risk_level.as_str()).max_by_key(|level| rank(level))?;
        Some(UserSummary {
            email: &self.email,
            event_count: self.events.len(),
            last_event: &last_event.timestamp,
            max_risk_level: highest,
            name: &self.name,
            user_id: self.user_id,
        })
    }
}

/// A user in the summary.
#[derive(Serialize)]
struct UserSummary<'a> {
    email: &'a str,
    event_count: usize,
    last_event: &'a str,
    max_risk_level: &'a str,
    name: &'a str,
    user_id: Uuid,
}

/// The ids of generated users are one number apart.
const FIRST_GENERATED_ID: u128 = 0x5130_a3c1_e15b_4f0c_8a1a_0000_0000_0000;

fn generated_id(index: u32) -> Uuid {
    Uuid::from_u128(FIRST_GENERATED_ID | u128::from(index))
}

/// The users of an account. Generated users take no memory until they are changed.
#[derive(Clone, Default)]
pub(super) struct Users {
    generated: u32,
    /// Users that were not generated, and generated ones that were changed or removed (`None`).
    stored: BTreeMap<Uuid, Option<User>>,
    /// The response with the summary, which is made once.
    summary: Option<Bytes>,
}

impl Users {
    /// Replaces all users by generated ones.
    pub(super) fn generate(&mut self, count: u32) {
        *self = Self { generated: count, ..Self::default() };
    }

    /// The index of a generated user, changed or not.
    fn generated_index(&self, id: Uuid) -> Option<u32> {
        let index = u32::try_from(id.as_u128().checked_sub(FIRST_GENERATED_ID)?).ok()?;
        (index < self.generated).then_some(index)
    }

    pub(super) fn get(&self, id: Uuid) -> Option<User> {
        match self.stored.get(&id) {
            Some(stored) => stored.clone(),
            None => self.generated_index(id).map(User::generated),
        }
    }

    pub(super) fn put(&mut self, user: User) {
        self.summary = None;
        self.stored.insert(user.user_id, Some(user));
    }

    pub(super) fn remove(&mut self, id: Uuid) -> Option<User> {
        let removed = self.get(id)?;
        self.summary = None;
        if self.generated_index(id).is_some() {
            self.stored.insert(id, None);
        } else {
            self.stored.remove(&id);
        }
        Some(removed)
    }

    /// Calls a function with every user: the generated ones, then the others by id.
    fn for_each(&self, mut visit: impl FnMut(&User)) {
        for index in 0..self.generated {
            match self.stored.get(&generated_id(index)) {
                Some(stored) => stored.iter().for_each(&mut visit),
                None => visit(&User::generated(index)),
            }
        }
        let others = self.stored.iter().filter(|(id, _)| self.generated_index(**id).is_none());
        others.filter_map(|(_, user)| user.as_ref()).for_each(visit);
    }

    /// The body of the summary. Its rows are written one by one: 200,000 of them as values would take much memory.
    fn serialize_summary(&self) -> serde_json::Result<Bytes> {
        let mut body = br#"{"errors":[],"messages":[],"result":{"users":["#.to_vec();
        let (mut count, mut written) = (0_usize, Ok(()));
        self.for_each(|user| {
            let (Some(row), Ok(())) = (user.summary(), &written) else { return };
            if count > 0 {
                body.push(b',');
            }
            written = serde_json::to_writer(&mut body, &row);
            count = count.saturating_add(1);
        });
        written?;
        body.extend(br#"]},"result_info":"#);
        serde_json::to_writer(&mut body, &ResultInfo::of(count))?;
        body.extend(br#","success":true}"#);
        Ok(body.into())
    }

    fn summary(&mut self) -> Response {
        if self.summary.is_none() {
            self.summary = self.serialize_summary().ok();
        }
        self.summary.clone().map_or_else(Response::internal_error, Response::success_of_body)
    }
}

/// Responds with the users that have events.
pub(super) fn get_summary(context: &mut Context<'_>) -> Response {
    context.account.users_mut().summary()
}

/// Responds with the risk of one user.
pub(super) fn get(context: &Context<'_>, id: Uuid) -> Response {
    let Some(user) = context.account.user(id) else { return Response::not_found("User") };
    let User { email, name, events, last_reset_time, risk_level, .. } = user;
    let result = json!({
        "email": email,
        "name": name,
        "events": events,
        "last_reset_time": last_reset_time,
        "risk_level": risk_level,
    });
    Response::success_with_info(&result, ResultInfo::of(1))
}

/// Removes the events and the level of a user.
pub(super) fn reset(context: &mut Context<'_>, id: Uuid) -> Response {
    let Some(mut user) = context.account.user(id) else { return Response::not_found("User") };
    user.events.clear();
    user.risk_level = None;
    user.last_reset_time = Some(timestamp(context.now));
    context.account.put_user(user);
    context.empty_result()
}
