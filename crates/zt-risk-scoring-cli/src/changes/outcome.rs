//! What became of an account whose plan was applied.

use schemars::JsonSchema;
use serde::Serialize;

use super::plans::PlannedChange;
use crate::failure::{ErrorRecord, Failure};
use crate::records::{Cell, Column, Record, Tone};

/// What became of an account.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[schemars(rename = "AppliedOutcome")]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The account is as the plan means it to be, and a change was written.
    Applied,
    /// The account was so before. Nothing was written.
    Unchanged,
    /// The plan could not be applied, or its effect is not verified.
    Failed,
    /// The plan was not begun.
    NotStarted,
}

impl Outcome {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Unchanged => "unchanged",
            Self::Failed => "failed",
            Self::NotStarted => "not started",
        }
    }
}

/// What was done to an account.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct AppliedRecord {
    /// What became of the account.
    pub(super) outcome: Outcome,
    /// The changes of the plan.
    pub(super) changes: Vec<PlannedChange>,
    /// Whether a change may have been written.
    pub(super) may_have_written: bool,
    /// What is not as it is meant to be.
    pub(super) mismatches: Vec<String>,
    /// Why it failed.
    pub(super) error: Option<ErrorRecord>,
}

impl AppliedRecord {
    /// An account for which no plan could be made.
    pub(super) fn unplanned(failure: &Failure) -> Self {
        Self {
            outcome: Outcome::Failed,
            changes: Vec::new(),
            may_have_written: false,
            mismatches: Vec::new(),
            error: Some(failure.into()),
        }
    }
}

impl AppliedRecord {
    /// An account whose response was not waited for.
    pub(super) fn interrupted(changes: Vec<PlannedChange>, error: ErrorRecord) -> Self {
        Self { outcome: Outcome::Failed, changes, may_have_written: true, mismatches: Vec::new(), error: Some(error) }
    }
}

impl Record for AppliedRecord {
    const COLUMNS: &'static [Column] = &[
        Column::new("outcome", "OUTCOME"),
        Column::new("changes", "CHANGES"),
        Column::only_csv("may_have_written"),
        Column::new("problem", "PROBLEM"),
    ];

    fn cells(&self) -> Vec<Cell> {
        let tone = match self.outcome {
            Outcome::Applied | Outcome::Unchanged => Tone::Good,
            Outcome::Failed => Tone::Bad,
            Outcome::NotStarted => Tone::Caution,
        };
        let error = self.error.iter().map(|error| error.message.clone());
        let problems: Vec<_> = error.chain(self.mismatches.iter().cloned()).collect();
        vec![
            Cell::from(self.outcome.as_str()).tone(tone),
            self.changes.len().to_string().into(),
            Cell::yes_or_no(self.may_have_written),
            problems.join("; ").into(),
        ]
    }
}
