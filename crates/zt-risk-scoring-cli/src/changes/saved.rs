//! Plans in a file.

use std::path::Path;

use serde::{Deserialize, Serialize};
use zt_risk_scoring::Plan;

use crate::failure::Failure;

/// The version of the file's format. Another one may mean something else.
const VERSION: u32 = 1;

/// Plans of any number of accounts, as `plan --out` writes them.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedPlans {
    version: u32,
    plans: Vec<Plan>,
}

impl SavedPlans {
    /// Reads a file of plans, or one plan as the SDK serializes it.
    pub(super) fn parse(text: &str) -> Result<Vec<Plan>, String> {
        let value: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if value.get("plans").is_none() {
            return serde_json::from_str(text).map(|plan| vec![plan]).map_err(|error| error.to_string());
        }
        let saved: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if saved.version != VERSION {
            return Err(format!("the plans have version {}, and this program reads version {VERSION}", saved.version));
        }
        Ok(saved.plans)
    }
}

/// Saves plans to a file.
///
/// # Errors
///
/// If the file cannot be written.
pub(crate) fn save(plans: Vec<Plan>, path: &Path) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(&SavedPlans { version: VERSION, plans }).map_err(std::io::Error::from);
    text.and_then(|text| std::fs::write(path, text + "\n")).map_err(|error| {
        Failure::usage(
            format!("{} cannot be written: {error}", path.display()),
            "give --out a path that can be written",
        )
    })
}
