//! The behaviors of an account: what they are, how they are read, and how they are changed.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::carry_out::Context;
use super::json_body::{self, Object};
use super::response::Response;
use super::unknowns::{ConcurrentUpdates, OmittedBehaviors, UnknownBehaviors, UnknownLevels, UpdateResponse};

/// The levels that the API documents, the lowest first.
pub(super) const LEVELS: [&str; 3] = ["low", "medium", "high"];

/// A behavior of an account. Its level may be any text.
///
/// ```
/// use zt_risk_scoring_mock::simulator::Behavior;
///
/// let behavior = Behavior::new("Impossible Travel", "high");
/// assert!(!behavior.enabled);
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Behavior {
    /// The name that people see.
    pub name: String,
    /// What sets the behavior off.
    pub description: String,
    /// Whether the behavior counts.
    pub enabled: bool,
    /// The level.
    pub risk_level: String,
}

impl Behavior {
    /// A disabled behavior without a description.
    pub fn new(name: impl Into<String>, risk_level: impl Into<String>) -> Self {
        Self { name: name.into(), description: String::new(), enabled: false, risk_level: risk_level.into() }
    }
}

/// The behaviors of an account, by id.
pub(super) type Behaviors = BTreeMap<String, Behavior>;

/// Behaviors that accounts share until one of them changes, and the response that returns them.
#[derive(Default)]
pub(super) struct SharedBehaviors {
    behaviors: Behaviors,
    body: OnceLock<Bytes>,
}

impl SharedBehaviors {
    pub(super) fn new(behaviors: Behaviors) -> Self {
        Self { behaviors, body: OnceLock::new() }
    }

    pub(super) fn get(&self) -> &Behaviors {
        &self.behaviors
    }

    /// The behaviors, to change them.
    pub(super) fn get_mut(&mut self) -> &mut Behaviors {
        self.body = OnceLock::new();
        &mut self.behaviors
    }

    fn response(&self) -> Response {
        let body = self.body.get_or_init(|| Response::success(&json!({"behaviors": self.behaviors})).into_body());
        Response::success_of_body(body.clone())
    }
}

impl Clone for SharedBehaviors {
    fn clone(&self) -> Self {
        Self::new(self.behaviors.clone())
    }
}

/// The behaviors of a new account: those whose ids are known, all of them disabled, as the vendor does it. `unlisted`
/// adds the five others under made-up ids.
pub(super) fn of_new_account(unlisted: bool) -> Behaviors {
    let known = [
        (
            "imp_travel",
            "Impossible Travel",
            "A user logged in to an Access application from two places too far apart for the time between",
            "high",
        ),
        (
            "high_dlp",
            "High Number of DLP Policies Triggered",
            "A user set off an active DLP profile fifteen times or more within one minute",
            "medium",
        ),
        (
            "sentinel_one",
            "SentinelOne Infection Detected",
            "A user is on a device where SentinelOne sees an active threat",
            "medium",
        ),
    ];
    let unknown = [
        ("unlisted_crowdstrike_low", "CrowdStrike Low Device Score", "", "low"),
        ("unlisted_crowdstrike_medium", "CrowdStrike Medium Device Score", "", "medium"),
        ("unlisted_malicious_file", "Interaction with a Malicious File", "", "high"),
        ("unlisted_suspicious_domain", "Suspicious Security Domain Visited", "", "medium"),
        ("unlisted_high_risk_domain", "High Risk Domain Visited", "", "high"),
    ];
    let unknown = if unlisted { &unknown[..] } else { &[] };
    let behavior = |(id, name, description, level): &(&str, &str, &str, &str)| {
        let behavior = Behavior { description: (*description).to_owned(), ..Behavior::new(*name, *level) };
        ((*id).to_owned(), behavior)
    };
    known.iter().chain(unknown).map(behavior).collect()
}

/// Responds with the behaviors of an account.
pub(super) fn get(context: &Context<'_>) -> Response {
    context.account.shared_behaviors().response()
}

/// What a PUT says about one behavior.
struct Update {
    enabled: bool,
    risk_level: String,
}

/// Changes behaviors of an account. `begun_with` are its behaviors when the request was received.
pub(super) fn update(context: &mut Context<'_>, begun_with: Option<&Arc<SharedBehaviors>>, body: &[u8]) -> Response {
    let updated = match updated(context, begun_with, body) {
        Ok(updated) => updated,
        Err(failure) => return failure,
    };
    let response = match context.unknowns.update_response {
        UpdateResponse::WithNames => Response::success(&json!({"behaviors": updated})),
        UpdateResponse::Documented => {
            let documented =
                |behavior: &Behavior| json!({"enabled": behavior.enabled, "risk_level": behavior.risk_level});
            let behaviors: BTreeMap<_, _> = updated.iter().map(|(id, behavior)| (id, documented(behavior))).collect();
            Response::success(&json!({"behaviors": behaviors}))
        }
    };
    *context.account.behaviors_mut() = updated;
    response
}

/// The behaviors after an update, or why it is rejected.
fn updated(
    context: &Context<'_>,
    begun_with: Option<&Arc<SharedBehaviors>>,
    body: &[u8],
) -> Result<Behaviors, Response> {
    let current = context.account.shared_behaviors();
    let begun_with = begun_with.unwrap_or(current);
    let base = match context.unknowns.concurrent_updates {
        ConcurrentUpdates::LastWins => begun_with,
        ConcurrentUpdates::Rejected if !Arc::ptr_eq(begun_with, current) => {
            return Err(Response::conflict("The behaviors were changed by another request"));
        }
        ConcurrentUpdates::Rejected | ConcurrentUpdates::Merged => current,
    };
    let mut updates = read(context, base.get(), body)?;
    let initial = context.account.initial_behaviors();
    let mut behaviors = base.get().clone();
    for (id, behavior) in &mut behaviors {
        match (updates.remove(id), context.unknowns.omitted_behaviors) {
            (Some(update), _) => (behavior.enabled, behavior.risk_level) = (update.enabled, update.risk_level),
            (None, OmittedBehaviors::Kept) => {}
            (None, OmittedBehaviors::Reset) => {
                behavior.enabled = false;
                if let Some(initial) = initial.get(id) {
                    behavior.risk_level.clone_from(&initial.risk_level);
                }
            }
        }
    }
    // `read` has rejected unknown ids if they are to be rejected.
    if context.unknowns.unknown_behaviors == UnknownBehaviors::Created {
        let created = |(id, update): (String, Update)| {
            let behavior = Behavior { enabled: update.enabled, ..Behavior::new(id.clone(), update.risk_level) };
            (id, behavior)
        };
        behaviors.extend(updates.into_iter().map(created));
    }
    Ok(behaviors)
}

/// Reads the body of an update.
fn read(context: &Context<'_>, behaviors: &Behaviors, body: &[u8]) -> Result<BTreeMap<String, Update>, Response> {
    let body = json_body::parse(body)?;
    let entries = Object::of_body(&body)?.object("behaviors")?;
    let initial = context.account.initial_behaviors();
    let in_use = |level: &str| behaviors.values().chain(initial.values()).any(|behavior| behavior.risk_level == level);
    let is_accepted = |level: &str| {
        context.unknowns.unknown_levels == UnknownLevels::Accepted || LEVELS.contains(&level) || in_use(level)
    };
    let mut updates = BTreeMap::new();
    for id in entries.names() {
        let entry = entries.object(id)?;
        let (enabled, level) = (entry.boolean("enabled")?, entry.string("risk_level")?);
        if !is_accepted(level) {
            return Err(entry.invalid("risk_level", "must be one of low, medium, high"));
        }
        if context.unknowns.unknown_behaviors == UnknownBehaviors::Rejected && !behaviors.contains_key(id) {
            return Err(entries.invalid(id, "is no behavior of the account"));
        }
        updates.insert(id.clone(), Update { enabled, risk_level: level.to_owned() });
    }
    Ok(updates)
}
