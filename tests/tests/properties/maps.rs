//! Maps of behaviors.

use proptest::prelude::*;
use zt_risk_scoring::{BehaviorDiff, BehaviorMap, DesiredState};

use crate::strategies::map;

proptest! {
    #[test]
    fn diff_of_two_maps_makes_the_second_from_the_first(before in map(), after in map()) {
        let diff = before.diff(&after);
        prop_assert_eq!(diff.apply_to(&before).unwrap(), after.clone());
        prop_assert_eq!(diff.reversed().apply_to(&after).unwrap(), before.clone());
        prop_assert_eq!(diff.is_empty(), before == after);
        prop_assert_eq!(diff.len(), diff.added().count() + diff.removed().count() + diff.changed().count());
        prop_assert_eq!(diff.to_string().lines().count(), diff.len().max(1));
    }

    #[test]
    fn diff_fits_no_map_in_which_one_of_its_behaviors_is_another(before in map(), after in map(), other in map()) {
        let diff = before.diff(&after);
        let fits = diff.iter().all(|(id, difference)| other.get(id) == difference.before());
        prop_assert_eq!(diff.apply_to(&other).is_ok(), fits);
    }

    #[test]
    fn maps_and_diffs_are_read_as_they_were_written(before in map(), after in map()) {
        let diff = before.diff(&after);
        let json = serde_json::to_string(&diff).unwrap();
        prop_assert_eq!(serde_json::from_str::<BehaviorDiff>(&json).unwrap(), diff);
        let json = serde_json::to_string(&before).unwrap();
        prop_assert_eq!(serde_json::from_str::<BehaviorMap>(&json).unwrap(), before);
    }

    #[test]
    fn export_is_read_from_every_format_as_it_was_written(map in map()) {
        let export = DesiredState::from(&map);
        let json = serde_json::to_string(&export).unwrap();
        prop_assert_eq!(&serde_json::from_str::<DesiredState>(&json).unwrap(), &export);
        let toml = toml::to_string(&export).unwrap();
        prop_assert_eq!(&toml::from_str::<DesiredState>(&toml).unwrap(), &export);
        let yaml = serde_yaml_ng::to_string(&export).unwrap();
        prop_assert_eq!(&serde_yaml_ng::from_str::<DesiredState>(&yaml).unwrap(), &export);
    }
}
