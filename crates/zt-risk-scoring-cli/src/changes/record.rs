//! The record of changes: a file to which each run appends a line of JSON per account.

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use zt_risk_scoring::{ChangeRecord, Plan};

use super::outcome::Outcome;
use super::saved::SavedPlans;
use crate::failure::{ErrorRecord, Failure};
use crate::terminal::print_message;

/// A file of changes, which is open from before the first change on.
pub(super) struct RecordFile {
    file: File,
    pub(super) path: PathBuf,
    /// Names the lines of one run.
    pub(super) run: String,
    /// Whether the next line begins on a line of its own. A run that was killed, or a full disk, leaves a part of a line.
    ends_with_line_break: Cell<bool>,
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
    account_label: Option<String>,
}

impl RecordFile {
    /// Opens the file for new lines. Nothing is changed if that fails, or if it is a file of something else.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let run = now().to_rfc3339_opts(SecondsFormat::Millis, true);
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(|error| {
            Failure::usage(
                format!("{} cannot be written: {error}", path.display()),
                "give --record a path that can be written",
            )
        })?;
        let (first_line, ends_with_line_break) = inspect(path).map_err(|error| {
            Failure::usage(
                format!("{} cannot be read: {error}", path.display()),
                "give --record a file that can be read, too: lines are appended to records alone",
            )
        })?;
        if !first_line.trim().is_empty() && !is_recorded(&first_line) {
            return Err(Failure::usage(
                format!("{} is no record of changes: its first line is something else", path.display()),
                "give --record a new file, or one that --record wrote",
            ));
        }
        Ok(Self { file, path: path.to_owned(), run, ends_with_line_break: Cell::new(ends_with_line_break) })
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
        let mut text = if self.ends_with_line_break.replace(false) { String::new() } else { "\n".to_owned() };
        text.push_str(&serde_json::to_string(line)?);
        text.push('\n');
        let mut file = &self.file;
        file.write_all(text.as_bytes())?;
        self.ends_with_line_break.set(true);
        file.sync_data()
    }
}

/// The first line of a file, or the beginning of a long one, and whether the file is empty or ends with a line break. A pipe or a
/// device has no lines to look at.
fn inspect(path: &Path) -> std::io::Result<(String, bool)> {
    const LONGEST: u64 = 16 * 1024 * 1024;
    if !path.metadata()?.is_file() {
        return Ok((String::new(), true));
    }
    let mut file = File::open(path)?;
    let mut line = Vec::new();
    BufReader::new((&file).take(LONGEST)).read_until(b'\n', &mut line)?;
    let first_line = String::from_utf8_lossy(&line).into_owned();
    if line.is_empty() {
        return Ok((first_line, true));
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok((first_line, last == *b"\n"))
}

/// Whether a line is one of a record, or the beginning of one.
pub(super) fn is_recorded(line: &str) -> bool {
    line.trim_start().starts_with("{\"run\":") || serde_json::from_str::<RecordedRollback>(line).is_ok()
}

/// The run of the last line that can be read.
pub(super) fn last_run(text: &str) -> Option<String> {
    text.lines().rev().find_map(|line| serde_json::from_str::<RecordedRollback>(line).ok()).map(|line| line.run)
}

/// The plans that roll a run back, the last change first.
pub(super) fn recorded_rollbacks(path: &Path, text: &str, run: &str) -> Result<SavedPlans, Failure> {
    let hint = "give the file and the run that `zt-risk behaviors apply --record` printed";
    let mut saved = SavedPlans::from(Vec::new());
    let mut runs = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let recorded: RecordedRollback = match serde_json::from_str(line) {
            Ok(recorded) => recorded,
            Err(error) => {
                let (path, line) = (path.display(), number.saturating_add(1));
                print_message(&format!("warning: {path}: line {line} is no recorded change, and is skipped: {error}"));
                continue;
            }
        };
        if recorded.run == run {
            if let (Some(plan), Some(label)) = (&recorded.rollback, recorded.account_label) {
                saved.labels.insert(plan.target().account_id.clone(), label);
            }
            saved.plans.extend(recorded.rollback);
        } else if !runs.contains(&recorded.run) {
            runs.push(recorded.run);
        }
    }
    if saved.plans.is_empty() {
        let others = if runs.is_empty() { String::new() } else { format!("; it has the runs {}", runs.join(", ")) };
        return Err(Failure::usage(
            format!("{} has no change of the run `{run}` to roll back{others}", path.display()),
            hint,
        ));
    }
    saved.plans.reverse();
    Ok(saved)
}

/// The time by this computer's clock.
fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}
