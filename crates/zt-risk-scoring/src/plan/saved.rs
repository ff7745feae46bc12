//! Plans in serialized data.

use std::collections::{BTreeMap, BTreeSet};

use api_runtime::{UniqueKeys, deserialize_as};
use chrono::{DateTime, Utc};
use cloudflare_client::sdk::one_line;
use serde::{Deserialize, Serialize};

use super::{Plan, PlanTarget, SettingsChange};
use crate::{BehaviorId, BehaviorMap};

/// A plan in serialized data. An unknown key is an error: a later version may mean something by it that this one would not do.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedPlan {
    target: PlanTarget,
    created_at: DateTime<Utc>,
    #[serde(deserialize_with = "deserialize_as::<UniqueKeys, _, _>")]
    changes: BTreeMap<BehaviorId, SettingsChange>,
    unchanged: Vec<BehaviorId>,
    unmanaged: Vec<BehaviorId>,
    missing: Vec<BehaviorId>,
    seen: BehaviorMap,
}

impl From<Plan> for SavedPlan {
    fn from(plan: Plan) -> Self {
        let Plan { target, created_at, changes, unchanged, unmanaged, missing, seen } = plan;
        Self { target, created_at, changes, unchanged, unmanaged, missing, seen }
    }
}

/// Checks that the changes begin with what the plan saw, and change something, and that the plan says of each behavior that it saw
/// once what becomes of it. Otherwise a behavior would be written or left out without the checks of the others.
impl TryFrom<SavedPlan> for Plan {
    type Error = String;

    fn try_from(saved: SavedPlan) -> Result<Self, String> {
        let SavedPlan { target, created_at, changes, unchanged, unmanaged, missing, seen } = saved;
        for (id, SettingsChange { before, after }) in &changes {
            let seen = seen.get(id);
            let id = one_line(id.as_str());
            if seen.is_none_or(|behavior| before != behavior) {
                return Err(format!("the plan changes `{id}`, but not from the settings that it saw; plan again"));
            }
            if before == after {
                return Err(format!("the plan lists `{id}` as a change, but its settings stay the same; plan again"));
            }
        }
        let mut listed = BTreeSet::new();
        for id in changes.keys().chain(&unchanged).chain(&unmanaged) {
            let text = one_line(id.as_str());
            if seen.get(id).is_none() {
                return Err(format!("the plan lists `{text}`, but did not see it; plan again"));
            }
            if !listed.insert(id) {
                return Err(format!("the plan lists `{text}` twice; plan again"));
            }
        }
        if let Some((id, _)) = seen.iter().find(|(id, _)| !listed.contains(id)) {
            return Err(format!("the plan saw `{}`, but does not list it; plan again", one_line(id.as_str())));
        }
        Ok(Self { target, created_at, changes, unchanged, unmanaged, missing, seen })
    }
}
