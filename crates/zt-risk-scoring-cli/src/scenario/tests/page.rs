//! The page that documents the format.

use zt_risk_scoring_mock::simulator::Unknowns;

use super::error;
use crate::scenario::{Scenario, faults};

/// The page that documents the format.
const PAGE: &str = include_str!("../../../SCENARIOS.md");

#[tokio::test]
async fn examples_of_the_page_are_valid() {
    let blocks: Vec<_> = PAGE.split("```toml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect();
    assert_eq!(blocks.len(), 6);
    for block in blocks {
        Scenario::parse("SCENARIOS.md", block).unwrap().start().await.unwrap();
    }
}

#[test]
fn page_has_every_key() {
    let mut checked = 0;
    for unknown in [
        "x = 1",
        "clock.x = 1",
        "accounts = [{ x = 1 }]",
        "accounts = [{ behaviors.imp_travel.x = 1 }]",
        "accounts = [{ users = [{ x = 1 }] }]",
        "accounts = [{ users = [{ events = [{ x = 1 }] }] }]",
        "accounts = [{ integrations = [{ x = 1 }] }]",
        "tokens = [{ x = 1 }]",
        "quota.x = 1",
        "faults = [{ x = 1 }]",
        "faults = [{ drip.x = 1 }]",
        "faults = [{ write.x = 1 }]",
        "switches.x = 1",
    ] {
        let error = error(unknown);
        let (_, keys) = error.split_once("unknown field `x`, expected ").unwrap_or_else(|| panic!("{error}"));
        for key in keys.split('`').skip(1).step_by(2) {
            let is_shown = ["{key} = ", "[{key}]", "[[{key}]]", ".{key}]]", ".{key}.", "`{key}` |"];
            assert!(is_shown.iter().any(|form| PAGE.contains(&form.replace("{key}", key))), "{unknown}: {key}");
            checked += 1;
        }
    }
    assert!(checked > 60, "{checked}");
}

#[test]
fn page_lists_operations_switches_and_their_values() {
    for operation in faults::OPERATIONS {
        assert!(PAGE.contains(&format!("`{}`", operation.id)), "{}", operation.id);
    }
    let switches = toml::Table::try_from(Unknowns::default()).unwrap();
    assert_eq!(switches.len(), 11);
    for (name, default) in switches {
        let default = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
        assert!(PAGE.contains(&format!("| `{name}` | `{default}`, `")), "{name}");
    }
}
