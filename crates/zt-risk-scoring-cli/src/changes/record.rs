//! The record of changes: a file to which each run appends a line of JSON per account.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use zt_risk_scoring::{ChangeRecord, Plan};

use super::outcome::Outcome;
use crate::failure::{ErrorRecord, Failure};

/// A file of changes, which is open from before the first change on.
pub(super) struct RecordFile {
    file: File,
    pub(super) path: PathBuf,
    /// Names the lines of one run.
    pub(super) run: String,
}

/// A line: what happened to one account.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    /// The id of the run.
    run: &'a str,
    /// When the account's change ended.
    time: DateTime<Utc>,
    pub(super) account_id: &'a str,
    pub(super) account_label: Option<&'a str>,
    /// The id of the API token with which the change was tried, if the API returns it.
    pub(super) token_id: Option<&'a str>,
    pub(super) outcome: Outcome,
    /// The id of the last request that wrote.
    cf_ray: Option<&'a str>,
    pub(super) error: Option<ErrorRecord>,
    /// The SDK's record, with the settings before and after, and all requests.
    #[serde(flatten)]
    pub(super) change: Option<&'a ChangeRecord>,
    /// The plan that takes the change back, if something may have been written.
    pub(super) rollback: Option<&'a Plan>,
}

/// What a rollback needs of a line.
#[derive(Deserialize)]
struct RecordedRollback {
    run: String,
    rollback: Option<Plan>,
}

impl RecordFile {
    /// Opens the file for new lines. Nothing is changed if that fails.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let run = now().to_rfc3339_opts(SecondsFormat::Millis, true);
        match OpenOptions::new().create(true).append(true).open(path) {
            Ok(file) => Ok(Self { file, path: path.to_owned(), run }),
            Err(error) => Err(Failure::usage(
                format!("{} cannot be written: {error}", path.display()),
                "give --record a path that can be written",
            )),
        }
    }

    /// A line about an account, to fill in.
    pub(super) fn line<'a>(
        &'a self,
        account_id: &'a str,
        outcome: Outcome,
        change: Option<&'a ChangeRecord>,
    ) -> Line<'a> {
        let writes = change.map(|change| change.requests.iter().filter(|request| request.method != "GET"));
        Line {
            run: &self.run,
            time: change.map_or_else(now, |change| change.finished_at),
            account_id,
            account_label: None,
            token_id: None,
            outcome,
            cf_ray: writes.and_then(Iterator::last).and_then(|request| request.cf_ray.as_deref()),
            error: None,
            change,
            rollback: None,
        }
    }

    /// Appends a line. It is on the disk when this returns.
    pub(super) fn append(&self, line: &Line<'_>) -> std::io::Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        let mut file = &self.file;
        file.write_all(text.as_bytes())?;
        file.sync_data()
    }
}

/// The plans that roll a run back, the last change first.
pub(super) fn recorded_rollbacks(path: &Path, text: &str, run: &str) -> Result<Vec<Plan>, Failure> {
    let hint = "give the file and the run that `zt-risk behaviors apply --record` printed";
    let mut plans = Vec::new();
    let mut runs = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let recorded: RecordedRollback = serde_json::from_str(line).map_err(|error| {
            let line = number.saturating_add(1);
            Failure::usage(format!("{}: line {line} is no recorded change: {error}", path.display()), hint)
        })?;
        if recorded.run == run {
            plans.extend(recorded.rollback);
        } else if !runs.contains(&recorded.run) {
            runs.push(recorded.run);
        }
    }
    if plans.is_empty() {
        let others = if runs.is_empty() { String::new() } else { format!("; it has the runs {}", runs.join(", ")) };
        return Err(Failure::usage(
            format!("{} has no change of the run `{run}` to roll back{others}", path.display()),
            hint,
        ));
    }
    plans.reverse();
    Ok(plans)
}

/// The time by this computer's clock.
fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}
