//! Rows: what is printed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use zt_risk_scoring::AccountId;
use zt_risk_scoring::RiskLevel;

use crate::failure::{ErrorRecord, Failure};

/// What a row says of its account.
pub(crate) trait Record: JsonSchema + Serialize {
    /// The columns of the table and of CSV, in their order.
    const COLUMNS: &'static [Column];

    /// The cell of each column.
    fn cells(&self) -> Vec<Cell>;
}

/// A column of the table and of CSV.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// The name in CSV: that of the property in JSON.
    pub(crate) name: &'static str,
    /// The heading in the table. Columns without one are in CSV alone.
    pub(crate) heading: Option<&'static str>,
    /// How wide the column is at least if rows are printed as they come.
    pub(super) width: usize,
}

impl Column {
    pub(crate) const fn new(name: &'static str, heading: &'static str) -> Self {
        Self { name, heading: Some(heading), width: 0 }
    }

    /// A column whose cells usually have a width, or less. Rows that are printed as they come are then aligned from the first on.
    pub(crate) const fn at_least(self, width: usize) -> Self {
        Self { width, ..self }
    }

    /// A column that the table lacks.
    pub(crate) const fn only_csv(name: &'static str) -> Self {
        Self { name, heading: None, width: 0 }
    }
}

/// A cell: text, perhaps in colour. The text says everything that the colour says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Cell {
    pub(super) text: String,
    pub(super) tone: Tone,
}

/// What a colour means.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Tone {
    #[default]
    Plain,
    Good,
    Caution,
    Bad,
}

impl Cell {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Plain }
    }

    pub(crate) fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// "yes" or "no".
    pub(crate) fn yes_or_no(is_so: bool) -> Self {
        Self::new(if is_so { "yes" } else { "no" })
    }

    /// A risk level, if there is one.
    pub(crate) fn level(level: Option<&str>) -> Self {
        let tone = match level.map(RiskLevel::from) {
            None | Some(RiskLevel::Low) => Tone::Plain,
            Some(RiskLevel::Medium) => Tone::Caution,
            Some(_) => Tone::Bad,
        };
        Self::optional(level).tone(tone)
    }

    /// The text of what may be absent.
    pub(crate) fn optional(text: Option<impl Into<String>>) -> Self {
        Self::new(text.map(Into::into).unwrap_or_default())
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// A row: a record, or the failure of an account.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename = "{R}Row")]
pub(crate) struct Row<R> {
    /// The account's id. Absent if the row is about no account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account_id: Option<String>,
    /// The name that the accounts file gives the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account_label: Option<String>,
    #[serde(flatten)]
    pub(crate) content: Content<R>,
}

/// What a row has.
#[derive(Debug, JsonSchema, Serialize)]
#[serde(untagged)]
pub(crate) enum Content<R> {
    Record(R),
    Failed {
        /// Why there is nothing of the account.
        error: Box<ErrorRecord>,
    },
}

/// The rows of a result.
#[derive(Debug)]
pub(crate) struct Rows<R> {
    pub(super) rows: Vec<Row<R>>,
    /// Whether the rows may be of several accounts, so that the table names them.
    pub(super) of_several_accounts: bool,
}

impl<R> Rows<R> {
    /// Rows of accounts. `of_several_accounts` says whether a table names the account of each.
    pub(crate) fn new(of_several_accounts: bool) -> Self {
        Self { rows: Vec::new(), of_several_accounts }
    }

    /// Adds a record that is about no account.
    pub(crate) fn push_without_account(&mut self, record: R) {
        self.rows.push(Row { account_id: None, account_label: None, content: Content::Record(record) });
    }

    /// Adds a record of an account.
    pub(crate) fn push(&mut self, account_id: impl Into<String>, label: Option<&str>, record: R) {
        self.add(account_id.into(), label, Content::Record(record));
    }

    /// Adds the failure of an account.
    pub(crate) fn push_failure(&mut self, account_id: impl Into<String>, label: Option<&str>, failure: &Failure) {
        self.add(account_id.into(), label, Content::Failed { error: Box::new(failure.into()) });
    }

    /// Sorts the rows by an order of accounts.
    pub(crate) fn sort_by_account(&mut self, order: &[AccountId]) {
        let places: BTreeMap<_, _> = order.iter().enumerate().map(|(place, id)| (id.as_str(), place)).collect();
        self.rows.sort_by_key(|row| row.account_id.as_deref().and_then(|id| places.get(id).copied()));
    }

    fn add(&mut self, account_id: String, label: Option<&str>, content: Content<R>) {
        self.rows.push(Row { account_id: Some(account_id), account_label: label.map(str::to_owned), content });
    }
}
