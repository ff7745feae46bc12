//! Errors of planning.

use std::error::Error as StdError;
use std::fmt;

use cloudflare_client::sdk::one_line;
use serde::{Serialize, Serializer};

use crate::{BehaviorId, BehaviorMap, Error, RiskLevel};

/// Why no plan could be made; see [`Behaviors::plan`](crate::Behaviors::plan).
///
/// `Display` is one line. The error of a failed call is the [`source`](StdError::source), and `{:#}` prints it as well.
///
/// ```
/// # use zt_risk_scoring_mock::Simulator;
/// # use zt_risk_scoring::{BehaviorChanges, Client, Credentials};
/// use zt_risk_scoring::PlanErrorKind;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let simulator = Simulator::start().await;
/// # let client = Client::builder()
/// #     .credentials(Credentials::api_token(simulator.api_token())?)
/// #     .account_id(simulator.account_id())
/// #     .base_url(simulator.base_url())
/// #     .build()?;
/// let error = client.behaviors().plan(BehaviorChanges::new().enable("imp_travl")).await.unwrap_err();
/// assert_eq!(error.kind(), PlanErrorKind::MissingBehaviors);
/// assert_eq!(error.ids()[0].as_str(), "imp_travl");
/// assert!(error.available().iter().any(|id| id.as_str() == "imp_travel"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct PlanError {
    kind: PlanErrorKind,
    ids: Vec<BehaviorId>,
    available: Vec<BehaviorId>,
    message: String,
    source: Option<Error>,
}

/// What kind of problem a [`PlanError`] is.
///
/// ```
/// # use zt_risk_scoring::{PlanError, PlanErrorKind};
/// fn is_worth_a_retry(error: &PlanError) -> bool {
///     error.kind() == PlanErrorKind::Call && error.call_error().is_some_and(|error| error.is_retryable())
/// }
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum PlanErrorKind {
    /// The behaviors could not be read. [`call_error`](PlanError::call_error) says why.
    Call,
    /// The desired state lists behaviors that the account does not have. Correct the ids, or use
    /// [`allow_missing`](crate::PlanBehaviors::allow_missing).
    MissingBehaviors,
    /// The desired state sets a level that this crate does not know. Correct the level, or use
    /// [`allow_unknown_levels`](crate::PlanBehaviors::allow_unknown_levels).
    UnknownLevels,
}

impl PlanErrorKind {
    /// The kind's name for programs. It stays the same in every version.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::MissingBehaviors => "missing_behaviors",
            Self::UnknownLevels => "unknown_levels",
        }
    }
}

impl fmt::Display for PlanErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// As [`as_str`](PlanErrorKind::as_str).
impl Serialize for PlanErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl PlanError {
    pub(super) fn missing(ids: Vec<BehaviorId>, seen: &BehaviorMap) -> Self {
        let quoted = |id: &BehaviorId| format!("`{}`", one_line(id.as_str()));
        let (missing, known) = (join(ids.iter().map(quoted)), join(seen.iter().map(|(id, _)| quoted(id))));
        let message = format!("the account has no behavior {missing}; it has {known}");
        let available = seen.iter().map(|(id, _)| id.clone()).collect();
        Self { kind: PlanErrorKind::MissingBehaviors, ids, available, message, source: None }
    }

    pub(super) fn unknown_levels(levels: Vec<(BehaviorId, RiskLevel)>) -> Self {
        let texts =
            levels.iter().map(|(id, level)| format!("`{}` for `{}`", one_line(level.as_str()), one_line(id.as_str())));
        let message = format!("unknown risk level {}; the known levels are low, medium and high", join(texts));
        let ids = levels.into_iter().map(|(id, _)| id).collect();
        Self { kind: PlanErrorKind::UnknownLevels, ids, available: Vec::new(), message, source: None }
    }

    /// The kind of error: what to do about it.
    pub fn kind(&self) -> PlanErrorKind {
        self.kind
    }

    /// The ids of the behaviors that the error is about.
    pub fn ids(&self) -> &[BehaviorId] {
        &self.ids
    }

    /// The behaviors that the account has, if the desired state lists others. One of them may be what a misspelt id means.
    pub fn available(&self) -> &[BehaviorId] {
        &self.available
    }

    /// The error of the call that failed.
    pub fn call_error(&self) -> Option<&Error> {
        self.source.as_ref()
    }
}

impl From<Error> for PlanError {
    fn from(error: Error) -> Self {
        let message = "the behaviors could not be read".to_owned();
        Self { kind: PlanErrorKind::Call, ids: Vec::new(), available: Vec::new(), message, source: Some(error) }
    }
}

/// The most items that a message lists.
const MAX_LISTED: usize = 20;

/// A list in a message.
fn join(items: impl ExactSizeIterator<Item = String>) -> String {
    let more = items.len().saturating_sub(MAX_LISTED);
    let mut list: Vec<_> = items.take(MAX_LISTED).collect();
    if more > 0 {
        list.push(format!("{more} more"));
    }
    if list.is_empty() { "none".to_owned() } else { list.join(", ") }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.source {
            Some(source) if f.alternate() => write!(f, ": {source}"),
            _ => Ok(()),
        }
    }
}

impl StdError for PlanError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}
