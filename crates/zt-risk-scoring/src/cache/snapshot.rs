//! What a cache returns.

use std::sync::Arc;
use std::time::Duration;

use crate::{BehaviorMap, Error};

/// The behaviors as they were read at some time; see [`CachedBehaviors::get`](crate::CachedBehaviors::get).
///
/// ```
/// use zt_risk_scoring::{BehaviorsSnapshot, RiskLevel};
///
/// fn has_high_risk(snapshot: &BehaviorsSnapshot) -> bool {
///     !snapshot.behaviors().enabled().at_least(RiskLevel::High).is_empty()
/// }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BehaviorsSnapshot {
    pub(super) behaviors: Arc<BehaviorMap>,
    pub(super) age: Duration,
    pub(super) is_stale: bool,
}

impl BehaviorsSnapshot {
    /// The behaviors.
    pub fn behaviors(&self) -> &BehaviorMap {
        &self.behaviors
    }

    /// The behaviors, shared with the cache.
    pub fn into_behaviors(self) -> Arc<BehaviorMap> {
        self.behaviors
    }

    /// How long ago the read ended that found them, when the snapshot was taken.
    pub fn age(&self) -> Duration {
        self.age
    }

    /// Whether the time to live was over: the API is down or slow.
    pub fn is_stale(&self) -> bool {
        self.is_stale
    }
}

/// What a cache has, and how its last read ended; see [`CachedBehaviors::status`](crate::CachedBehaviors::status).
///
/// ```
/// use zt_risk_scoring::CachedBehaviors;
///
/// fn describe(cached: &CachedBehaviors) -> String {
///     let status = cached.status();
///     match (status.snapshot(), status.last_error()) {
///         (Some(snapshot), None) => format!("up to {:?} old", snapshot.age()),
///         (Some(snapshot), Some(error)) => format!("{:?} old: {error}", snapshot.age()),
///         (None, Some(error)) => format!("unavailable: {error}"),
///         (None, None) => "not read yet, or too long ago".to_owned(),
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct CacheStatus {
    pub(super) snapshot: Option<BehaviorsSnapshot>,
    pub(super) last_error: Option<Arc<Error>>,
    pub(super) was_read: bool,
    pub(super) is_reading: bool,
}

impl CacheStatus {
    /// Whether a [`get`](crate::CachedBehaviors::get) can be expected to succeed; see
    /// [`is_ready`](crate::CachedBehaviors::is_ready).
    pub fn is_ready(&self) -> bool {
        self.snapshot.is_some() || (self.was_read && self.last_error.is_none())
    }

    /// The map that may be returned, also a stale one.
    pub fn snapshot(&self) -> Option<&BehaviorsSnapshot> {
        self.snapshot.as_ref()
    }

    /// The error of the last read. `None` if that succeeded.
    pub fn last_error(&self) -> Option<&Arc<Error>> {
        self.last_error.as_ref()
    }

    /// Whether a read is running.
    pub fn is_reading(&self) -> bool {
        self.is_reading
    }
}
