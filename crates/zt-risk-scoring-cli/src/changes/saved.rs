//! Plans in a file.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use zt_risk_scoring::{AccountId, FleetPlan, Plan};

use crate::failure::Failure;
use crate::fleet::Readings;
use crate::text::plain_words;

/// The version of the file's format. Another one may mean something else.
const VERSION: u32 = 1;

/// Plans of any number of accounts, as `plan --out` writes them.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedPlans {
    version: u32,
    pub(crate) plans: Vec<Plan>,
    /// The names of accounts in the accounts file, for the review.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) labels: BTreeMap<AccountId, String>,
}

impl From<Vec<Plan>> for SavedPlans {
    fn from(plans: Vec<Plan>) -> Self {
        Self { version: VERSION, plans, labels: BTreeMap::new() }
    }
}

impl SavedPlans {
    /// Reads a file of plans, or one plan as the SDK serializes it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let plain = |error: serde_json::Error| plain_words(&error.to_string(), "an object");
        let value: serde_json::Value = serde_json::from_str(text).map_err(plain)?;
        if value.get("plans").is_none() {
            let plan = serde_json::from_str(text).map_err(plain)?;
            return Ok(vec![plan].into());
        }
        let saved: Self = serde_json::from_str(text).map_err(plain)?;
        if saved.version != VERSION {
            return Err(format!("the plans have version {}, and this program reads version {VERSION}", saved.version));
        }
        Ok(saved)
    }
}

/// Saves the plans that could be made to a file.
///
/// # Errors
///
/// If the file cannot be written.
pub(crate) fn save(plans: &Readings<'_, FleetPlan>, path: &Path) -> Result<(), Failure> {
    let made = plans.0.iter().filter_map(|(account, plan)| Some((account, plan.as_ref().ok()?)));
    let label = |(account, _): (&&crate::session::Account, _)| Some((account.id.clone(), account.label.clone()?));
    let labels = made.clone().filter_map(label).collect();
    let plans = made.map(|(_, plan)| plan.plan().clone()).collect();
    let text = serde_json::to_string_pretty(&SavedPlans { version: VERSION, plans, labels });
    let written = text.map_err(std::io::Error::from).and_then(|text| std::fs::write(path, text + "\n"));
    written.map_err(|error| Failure::output_file(path, &error))
}
