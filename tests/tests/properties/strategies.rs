//! Random values.

use proptest::collection::btree_map;
use proptest::prelude::*;
use zt_risk_scoring::{Behavior, BehaviorId, BehaviorMap, RiskLevel};

/// Ids that occur often, so that two maps share some, and any other text.
pub(crate) fn id() -> impl Strategy<Value = BehaviorId> {
    prop_oneof![
        8 => prop::sample::select(vec!["a", "b", "high_dlp", "imp_travel", "sentinel_one", ""]).prop_map(BehaviorId::from),
        1 => any::<String>().prop_map(BehaviorId::from),
    ]
}

pub(crate) fn level() -> impl Strategy<Value = RiskLevel> {
    prop_oneof![
        8 => prop::sample::select(RiskLevel::KNOWN.to_vec()),
        1 => prop::sample::select(vec!["critical", "High", "", " low"]).prop_map(RiskLevel::from),
        1 => any::<String>().prop_map(RiskLevel::from),
    ]
}

pub(crate) fn behavior() -> impl Strategy<Value = Behavior> {
    (any::<bool>(), level(), "[a-c]?", "[a-c]?").prop_map(|(enabled, level, name, description)| {
        let mut behavior = Behavior::new(name, level);
        behavior.enabled = enabled;
        behavior.description = description;
        behavior
    })
}

pub(crate) fn map() -> impl Strategy<Value = BehaviorMap> {
    btree_map(id(), behavior(), 0..8).prop_map(BehaviorMap::from_iter)
}
