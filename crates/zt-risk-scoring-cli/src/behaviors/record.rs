//! A behavior as a row.

use schemars::JsonSchema;
use serde::Serialize;
use zt_risk_scoring::{Behavior, BehaviorId};

use crate::records::{Cell, Column, Record, Tone};

/// A behavior of an account.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct BehaviorRecord {
    /// The behavior's id, such as `imp_travel`.
    pub(super) id: String,
    /// The name for people.
    pub(super) name: String,
    /// When the behavior is set off.
    pub(super) description: String,
    /// Whether it raises the risk scores of users.
    pub(super) enabled: bool,
    /// The risk level of users who set it off: `low`, `medium`, `high`, or one that this version does not know.
    pub(super) risk_level: String,
}

impl BehaviorRecord {
    pub(super) fn new((id, behavior): (&BehaviorId, &Behavior)) -> Self {
        Self {
            id: id.to_string(),
            name: behavior.name.clone(),
            description: behavior.description.clone(),
            enabled: behavior.enabled,
            risk_level: behavior.risk_level.to_string(),
        }
    }

    pub(super) fn level_cell(&self) -> Cell {
        Cell::level(Some(&self.risk_level))
    }

    pub(super) fn enabled_cell(&self) -> Cell {
        let tone = if self.enabled { Tone::Good } else { Tone::Plain };
        Cell::yes_or_no(self.enabled).tone(tone)
    }
}

/// The columns of a behavior, of which not every table has the last one.
pub(super) const fn columns(description: Column) -> [Column; 5] {
    [
        Column::new("id", "ID"),
        Column::new("risk_level", "LEVEL"),
        Column::new("enabled", "ENABLED"),
        Column::new("name", "NAME"),
        description,
    ]
}

impl Record for BehaviorRecord {
    const COLUMNS: &'static [Column] = &columns(Column::only_csv("description"));

    fn cells(&self) -> Vec<Cell> {
        let Self { id, name, description, .. } = self;
        vec![
            id.as_str().into(),
            self.level_cell(),
            self.enabled_cell(),
            name.as_str().into(),
            description.as_str().into(),
        ]
    }
}
