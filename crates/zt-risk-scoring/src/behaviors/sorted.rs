//! Behaviors in the order of their ids.

use std::fmt;

use api_runtime::DUPLICATE_KEY;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::{Behavior, BehaviorId, BehaviorMapIntoIter, BehaviorMapIter};

/// Behaviors that are sorted by id, each with an id of its own.
///
/// A sorted vector takes less memory than a map of the standard library and is read in less time, above all if the server
/// sends the ids in order.
#[derive(Clone, Default, Eq, PartialEq)]
pub(super) struct SortedBehaviors(Vec<Entry>);

/// A behavior with its id.
type Entry = (BehaviorId, Behavior);

impl SortedBehaviors {
    /// Of several behaviors with one id, the last one is kept.
    pub(super) fn last_of_each(mut entries: Vec<Entry>) -> Self {
        // A stable sort keeps the order of those with one id.
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        entries.dedup_by(|later, earlier| {
            let is_duplicate = later.0 == earlier.0;
            if is_duplicate {
                std::mem::swap(later, earlier);
            }
            is_duplicate
        });
        Self(entries)
    }

    pub(super) fn get(&self, id: &str) -> Option<&Behavior> {
        let index = self.0.binary_search_by(|(other, _)| other.as_str().cmp(id)).ok()?;
        self.0.get(index).map(|(_, behavior)| behavior)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> BehaviorMapIter<'_> {
        BehaviorMapIter(self.0.iter())
    }

    pub(super) fn into_iter(self) -> BehaviorMapIntoIter {
        BehaviorMapIntoIter(self.0.into_iter())
    }
}

impl fmt::Debug for SortedBehaviors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for SortedBehaviors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// Reads a map. A duplicate key is an error: JSON leaves open which of the values counts (RFC 8259, section 4).
impl<'de> Deserialize<'de> for SortedBehaviors {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Behaviors;

        impl<'de> Visitor<'de> for Behaviors {
            type Value = SortedBehaviors;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SortedBehaviors, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    if entries.len() == entries.capacity() {
                        // A vector doubles by itself, so up to half of it would be unused.
                        entries.reserve_exact(16.max(entries.len() / 8));
                    }
                    entries.push(entry);
                }
                if !entries.is_sorted_by(|(a, _): &Entry, (b, _)| a < b) {
                    entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
                    if entries.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b)) {
                        return Err(A::Error::custom(DUPLICATE_KEY));
                    }
                }
                Ok(SortedBehaviors(entries))
            }
        }

        deserializer.deserialize_map(Behaviors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RiskLevel;

    fn entry(id: &str, name: &str) -> Entry {
        (id.into(), Behavior::new(name, RiskLevel::Low))
    }

    fn json(ids: &[String]) -> String {
        let behavior = r#"{"description":"d","enabled":true,"name":"n","risk_level":"low"}"#;
        let entries: Vec<_> = ids.iter().map(|id| format!(r#""{id}":{behavior}"#)).collect();
        format!("{{{}}}", entries.join(","))
    }

    #[test]
    fn behaviors_in_any_order_are_read_in_the_order_of_their_ids() {
        let mut ids: Vec<String> = (0..100).map(|number| format!("{number:03}")).collect();
        let sorted = json(&ids);
        for seed in 0..20 {
            fastrand::Rng::with_seed(seed).shuffle(&mut ids);
            let read: SortedBehaviors = serde_json::from_str(&json(&ids)).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), sorted);
            assert!(ids.iter().all(|id| read.get(id).is_some()));
            assert_eq!((read.len(), read.get("0000").is_none()), (100, true));
        }
    }

    #[test]
    fn duplicate_id_is_an_error_wherever_it_stands() {
        let ids = ["a", "b", "c", "d"].map(str::to_owned);
        for duplicate in &ids {
            for place in 0..=ids.len() {
                let mut ids = ids.to_vec();
                ids.insert(place, duplicate.clone());
                let error = serde_json::from_str::<SortedBehaviors>(&json(&ids)).unwrap_err();
                assert!(error.to_string().starts_with("duplicate key"), "{error}");
            }
        }
    }

    #[test]
    fn last_of_several_behaviors_with_one_id_is_kept() {
        let entries = vec![entry("b", "1"), entry("a", "2"), entry("b", "3"), entry("a", "4"), entry("b", "5")];
        let sorted: Vec<_> = SortedBehaviors::last_of_each(entries).into_iter().collect();
        assert_eq!(sorted, [entry("a", "4"), entry("b", "5")]);
    }

    #[test]
    fn debug_output_is_a_map() {
        let behaviors = SortedBehaviors::last_of_each(vec![entry("a", "n")]);
        assert!(format!("{behaviors:?}").starts_with(r#"{BehaviorId("a"): Behavior {"#), "{behaviors:?}");
    }
}
