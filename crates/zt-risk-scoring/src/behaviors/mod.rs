//! The behaviors of an account.

mod behavior;
mod get;
mod id;
mod map;
mod risk_level;
mod selection;
mod table;

pub use behavior::Behavior;
pub use get::GetBehaviors;
pub use id::BehaviorId;
pub use map::BehaviorMap;
pub use risk_level::{RiskLevel, UnknownRiskLevel};
pub use selection::Selection;

use crate::Client;

/// The behaviors of an account: what [`Client::behaviors`] gives back.
#[derive(Clone, Debug)]
pub struct Behaviors {
    client: Client,
}

impl Behaviors {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Reads all behaviors. Needs the permission Zero Trust Read or Zero Trust Write.
    ///
    /// Await it, or [`send`](GetBehaviors::send) it to get what came along as well.
    pub fn get(&self) -> GetBehaviors {
        GetBehaviors::new(self.client.clone())
    }
}
