//! The items of a stream of changes.

use std::sync::Arc;

use crate::{BehaviorDiff, BehaviorMap};

/// What a read found; see [`Behaviors::watch`](crate::Behaviors::watch).
///
/// ```
/// use zt_risk_scoring::BehaviorsEvent;
///
/// fn log(event: &BehaviorsEvent) {
///     match event {
///         BehaviorsEvent::State(behaviors) => println!("{} behaviors", behaviors.len()),
///         BehaviorsEvent::Changed { diff, .. } => println!("{diff}"),
///         BehaviorsEvent::Recovered(_) => println!("nothing has changed meanwhile"),
///         _ => {}
///     }
/// }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum BehaviorsEvent {
    /// The first read that succeeded.
    State(Arc<BehaviorMap>),
    /// Something has changed since the last read that succeeded.
    Changed {
        /// What has changed.
        diff: BehaviorDiff,
        /// The behaviors after the change.
        behaviors: Arc<BehaviorMap>,
    },
    /// The first read that succeeded after a failed one, if nothing has changed meanwhile.
    Recovered(Arc<BehaviorMap>),
}

impl BehaviorsEvent {
    /// The behaviors as they are now.
    pub fn behaviors(&self) -> &Arc<BehaviorMap> {
        match self {
            Self::State(behaviors) | Self::Changed { behaviors, .. } | Self::Recovered(behaviors) => behaviors,
        }
    }
}
