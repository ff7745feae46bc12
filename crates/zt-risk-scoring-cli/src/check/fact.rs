//! What was found out, as a row.

use std::fmt::Display;

use schemars::JsonSchema;
use serde::Serialize;
use zt_risk_scoring::ErrorKind;

use crate::failure::{ErrorRecord, Failure, Problem};
use crate::records::{Cell, Column, Record, Tone};
use crate::text;

/// Something that `zt-risk check` found out.
#[derive(Debug, JsonSchema, Serialize)]
pub(crate) struct Fact {
    /// What it is about, such as `base_url` or `token`.
    pub(super) subject: &'static str,
    /// What it means.
    pub(super) verdict: Verdict,
    /// What was found.
    pub(super) value: String,
    /// Where the value comes from: a flag, a variable, a profile, an accounts file or an operation of the API. Empty if nothing
    /// was found.
    pub(super) source: String,
    /// What to do. Empty if there is nothing to do.
    pub(super) advice: String,
}

/// What a fact means.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// Nothing is wrong.
    Ok,
    /// It works, but will not for long.
    Warning,
    /// Commands will fail.
    Problem,
    /// It cannot be found out, or only by changing something.
    Unknown,
}

impl Verdict {
    fn cell(self) -> Cell {
        match self {
            Self::Ok => Cell::new("ok").tone(Tone::Good),
            Self::Warning => Cell::new("warning").tone(Tone::Caution),
            Self::Problem => Cell::new("problem").tone(Tone::Bad),
            Self::Unknown => Cell::new("unknown"),
        }
    }
}

impl Fact {
    fn new(subject: &'static str, verdict: Verdict, value: impl Display) -> Self {
        let value = value.to_string();
        Self { subject, verdict, value, source: String::new(), advice: String::new() }
    }

    pub(super) fn ok(subject: &'static str, value: impl Display) -> Self {
        Self::new(subject, Verdict::Ok, value)
    }

    pub(super) fn warning(subject: &'static str, value: impl Display) -> Self {
        Self::new(subject, Verdict::Warning, value)
    }

    pub(super) fn problem(subject: &'static str, value: impl Display) -> Self {
        Self::new(subject, Verdict::Problem, value)
    }

    pub(super) fn unknown(subject: &'static str, value: impl Display) -> Self {
        Self::new(subject, Verdict::Unknown, value)
    }

    /// A setting that is invalid or missing.
    pub(super) fn invalid(subject: &'static str, problem: &Problem) -> Self {
        Self::problem(subject, text::printable(&problem.message)).advice(text::printable(&problem.hint))
    }

    /// A call that failed.
    pub(super) fn failed(subject: &'static str, failure: &Failure) -> Self {
        let error = ErrorRecord::from(failure);
        let call = failure.call_error();
        // The usual hints for these are to run this command.
        let advice = match call.map(|call| (call.kind(), call.status())) {
            Some((ErrorKind::Authentication, None)) => "run the token command by hand to see why it fails",
            Some((ErrorKind::Authentication, Some(_))) => {
                "look the token up in Cloudflare's dashboard: it may have expired, or may be incomplete or deleted"
            }
            Some((ErrorKind::Configuration, _)) => "correct the setting that the message names",
            _ => &error.hint,
        };
        Self::problem(subject, error.message).advice(advice)
    }

    pub(super) fn source(mut self, source: impl Display) -> Self {
        self.source = source.to_string();
        self
    }

    pub(super) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = advice.into();
        self
    }
}

impl Record for Fact {
    const COLUMNS: &'static [Column] = &[
        Column::new("subject", "SUBJECT"),
        Column::new("verdict", "VERDICT"),
        Column::new("value", "VALUE"),
        Column::new("source", "SOURCE"),
        Column::new("advice", "WHAT TO DO"),
    ];

    fn cells(&self) -> Vec<Cell> {
        let Self { subject, verdict, value, source, advice } = self;
        let [value, source, advice] = [value, source, advice].map(|text| Cell::from(text.as_str()));
        vec![(*subject).into(), verdict.cell(), value, source, advice]
    }
}
