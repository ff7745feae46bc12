//! Errors of applying a plan.

use std::error::Error as StdError;
use std::fmt;

use serde::{Serialize, Serializer};

use super::super::Plan;
use super::{ChangeRecord, Mismatch};
use crate::Error;

/// Why a plan was not applied, or not as it is meant to be; see [`Behaviors::apply`](crate::Behaviors::apply).
///
/// `Display` is one line. The error of a failed call is the [`source`](StdError::source), and `{:#}` prints it as well.
///
/// ```
/// # use zt_risk_scoring_mock::Simulator;
/// # use zt_risk_scoring::{BehaviorChanges, Client, Credentials};
/// use zt_risk_scoring::ApplyErrorKind;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let simulator = Simulator::start().await;
/// # let client = Client::builder()
/// #     .credentials(Credentials::api_token(simulator.api_token())?)
/// #     .account_id(simulator.account_id())
/// #     .base_url(simulator.base_url())
/// #     .build()?;
/// let plan = client.behaviors().plan(BehaviorChanges::new().enable("imp_travel")).await?;
/// # use zt_risk_scoring::RiskLevel;
/// # let other = client.behaviors().plan(BehaviorChanges::new().level("imp_travel", RiskLevel::Low)).await?;
/// # client.behaviors().apply(&other).await?;
/// // Someone else changes the level of the same behavior …
/// let error = client.behaviors().apply(&plan).await.unwrap_err();
/// assert_eq!(error.kind(), ApplyErrorKind::Outdated);
/// assert!(!error.may_have_written());
/// assert_eq!(error.mismatches()[0].id.as_str(), "imp_travel");
/// # Ok(())
/// # }
/// ```
pub struct ApplyError(Box<Inner>);

struct Inner {
    kind: ApplyErrorKind,
    message: String,
    record: Option<ChangeRecord>,
    rollback: Option<Plan>,
    source: Option<Error>,
}

/// What kind of problem an [`ApplyError`] is.
///
/// ```
/// # use zt_risk_scoring::{ApplyError, ApplyErrorKind};
/// fn needs_a_person(error: &ApplyError) -> bool {
///     matches!(error.kind(), ApplyErrorKind::Unknown | ApplyErrorKind::Mismatch)
/// }
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ApplyErrorKind {
    /// The account is malformed or missing, or the plan is for another account, base URL or API revision. Nothing was sent.
    Target,
    /// The plan is older than allowed, or from the future. Nothing was sent. Plan again.
    TooOld,
    /// The behaviors could not be read before the change. Nothing was written.
    Read,
    /// A behavior that the plan covers is neither as the plan saw it nor as it means it to be. Plan again.
    Outdated,
    /// The change was rejected or not made, and the behaviors that the plan changes are not as it means them to be. The same plan
    /// may be applied again.
    Write,
    /// The change may have been made, but the behaviors could not be read afterwards. Apply the same plan again: if the change was
    /// made, nothing is written.
    Unknown,
    /// The change was made, but something is not as it was meant to be: see [`mismatches`](ApplyError::mismatches).
    Mismatch,
}

impl ApplyErrorKind {
    /// The kind's name for programs. It stays the same in every version.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::TooOld => "too_old",
            Self::Read => "read",
            Self::Outdated => "outdated",
            Self::Write => "write",
            Self::Unknown => "unknown",
            Self::Mismatch => "mismatch",
        }
    }
}

impl fmt::Display for ApplyErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// As [`as_str`](ApplyErrorKind::as_str).
impl Serialize for ApplyErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl ApplyError {
    /// An error before anything was sent.
    pub(super) fn unsent(kind: ApplyErrorKind, message: String) -> Self {
        Self(Box::new(Inner { kind, message, record: None, rollback: None, source: None }))
    }

    /// An error after something was sent. There is a rollback if a PUT may have been sent.
    pub(super) fn new(kind: ApplyErrorKind, message: String, record: ChangeRecord, rollback: Option<Plan>) -> Self {
        Self(Box::new(Inner { kind, message, record: Some(record.end()), rollback, source: None }))
    }

    pub(super) fn with_source(mut self, source: Option<Error>) -> Self {
        self.0.source = source;
        self
    }

    /// The kind of error: what to do about it.
    pub fn kind(&self) -> ApplyErrorKind {
        self.0.kind
    }

    /// Whether a PUT may have been sent, which the API may have acted on. A PUT that the API rejected counts as well: that nothing
    /// changes then is not documented.
    pub fn may_have_written(&self) -> bool {
        self.0.rollback.is_some()
    }

    /// The behaviors that are not as they are meant to be.
    pub fn mismatches(&self) -> &[Mismatch] {
        self.record().map_or(&[], |record| &record.mismatches)
    }

    /// The record of what was done. `None` if nothing was sent.
    pub fn record(&self) -> Option<&ChangeRecord> {
        self.0.record.as_ref()
    }

    /// The plan that brings back the settings from before, if a PUT may have been sent. It also takes back what changed without
    /// being requested, which another client may have done: review it. If the state afterwards could not be read, it takes back the
    /// plan alone.
    pub fn rollback(&self) -> Option<&Plan> {
        self.0.rollback.as_ref()
    }

    /// The error of the call that failed.
    pub fn call_error(&self) -> Option<&Error> {
        self.0.source.as_ref()
    }
}

/// The error of a call before the change, so nothing was written.
impl From<Error> for ApplyError {
    fn from(error: Error) -> Self {
        let message = "the behaviors could not be read, so nothing was written".to_owned();
        Self::unsent(ApplyErrorKind::Read, message).with_source(Some(error))
    }
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match self.call_error() {
            Some(source) if f.alternate() => write!(f, ": {source}"),
            _ => Ok(()),
        }
    }
}

/// Leaves out the behaviors of the record and the rollback, which may be long.
impl fmt::Debug for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApplyError")
            .field("kind", &self.kind())
            .field("message", &self.0.message)
            .field("may_have_written", &self.may_have_written())
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl StdError for ApplyError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.call_error().map(|error| error as _)
    }
}
