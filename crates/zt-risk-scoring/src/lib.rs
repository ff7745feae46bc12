//! SDK for Cloudflare's Zero Trust risk scoring: the behaviors that raise a user's risk score, the scores themselves, and the
//! integrations to which they are sent.
//!
//! ```
//! use zt_risk_scoring::{Client, Credentials, RiskLevel};
//! # use zt_risk_scoring_mock::Simulator;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), zt_risk_scoring::Error> {
//! # let simulator = Simulator::start().await;
//! # let (token, account, url) = (simulator.api_token(), simulator.account_id(), simulator.base_url());
//! let client = Client::builder()
//!     .credentials(Credentials::api_token(token)?)
//!     .account_id(account)
//! #   .base_url(url)
//!     .build()?;
//! let behaviors = client.behaviors().get().await?;
//! for (id, behavior) in &behaviors.at_least(RiskLevel::Medium) {
//!     println!("{id}: {}", behavior.name);
//! }
//! # assert_eq!(behaviors.at_least(RiskLevel::Medium).len(), 3);
//! # Ok(())
//! # }
//! ```
//!
//! # When a call fails
//!
//! Match on the [`ErrorKind`]: each kind says what to do. The [documentation of
//! cloudflare-client](cloudflare_client#faults) has a table of faults: how a call ends, and how many requests it sends.
//!
//! Two calls send several requests. The tests check each row of these tables. [`Integrations::create`] never repeats a POST that
//! may have created the integration; it looks the integration up by its reference. [`Behaviors::apply`] reads the behaviors again
//! before it repeats its PUT. Errors are named by their [`ErrorKind`], or by their [`ApplyErrorKind`].
//!
#![doc = include_str!("faults.md")]
//!
//! # Decisions
//!
//! - A risk level that this crate does not know compares above `high`: a question for everything at least that risky
//!   must not miss what may be riskier. Ids and levels are open sets, and are kept and written verbatim.
//! - A duplicate key in a map is an error. JSON leaves open which value counts.
//! - One odd value in a list of users costs no other user. Text that does not match its format is kept as [`Formatted`] text, and
//!   a value of another JSON type is set aside. Both are written back verbatim.
//! - E-mail addresses, names and details of events are personal data: `Debug` prints none of them, and neither errors nor
//!   telemetry contain one.
//! - A creation that may have been sent is never repeated; see [`Integrations::create`].
//! - A question to a [`BehaviorMap`] returns a [`Selection`], which is no map: a part cannot be mistaken for the whole.
//!
//! # Features
//!
//! TLS is rustls with the certificates that the operating system trusts. The feature `native-tls`, without the default
//! features, uses the operating system's TLS instead. Futures need a tokio runtime.
//!
//! The feature `test-util` has constructors of [`Error`], [`Metadata`] and [`Response`], for fakes in your own tests.
//!
//! The feature `blocking` has the module `blocking`, for threads without an async runtime: `request.wait()` takes the place of
//! `request.await`.
//!
//! # Why a crate of its own
//!
//! It is what services depend on, so its types are hand-written and change only on purpose. The generated client below
//! it changes with every revision of the API.

mod behaviors;
#[cfg(feature = "blocking")]
pub mod blocking;
mod cache;
mod client;
mod fleet;
#[rustfmt::skip]
mod generated;
mod integrations;
mod object;
mod plan;
mod requests;
mod risk_level;
mod text;
mod timestamp;
mod users;
mod uuid_id;
mod watch;

pub use behaviors::{
    Behavior, BehaviorChange, BehaviorChanges, BehaviorDiff, BehaviorDifference, BehaviorId, BehaviorMap,
    BehaviorMapIntoIter, BehaviorMapIter, BehaviorSettings, Behaviors, DiffConflict, GetBehaviors, Selection,
    SelectionIter, UpdateBehaviors, UpdatedBehavior, UpdatedBehaviors,
};
pub use cache::{BehaviorsSnapshot, CacheBehaviors, CacheStatus, CachedBehaviors};
pub use client::{Client, ClientBuilder};
/// For programs that print text as the API sent it.
pub use cloudflare_client::sdk::is_printable;
#[cfg(feature = "test-util")]
pub use cloudflare_client::test_util;
pub use cloudflare_client::{
    AccountId, ApiMessage, ApiToken, Backoff, Builder, CachedTokenProvider, Connection, Credentials, DEFAULT_BASE_URL,
    Environment, Error, ErrorKind, Formatted, Metadata, NotFiniteError, Number, Quota, RateLimit, RateLimitPolicy,
    RenewFuture, Request, Response, ResultInfo, RetryBudget, RetryConfig, TokenFuture, TokenProvider, TokenWithExpiry,
    UnexpectedBody,
};
pub use fleet::{ApplyMany, FleetAccount, FleetPlan, GetMany, PlanMany, RequestMany};
pub use integrations::{
    CreateIntegration, DeleteIntegration, GetIntegration, Integration, IntegrationId, IntegrationType,
    IntegrationUpdate, Integrations, ListIntegrations, NewIntegration, ReferenceId, UnknownIntegrationType,
    UpdateIntegration,
};
pub use plan::{
    Applied, ApplyError, ApplyErrorKind, ApplyPlan, ChangeRecord, DesiredState, Mismatch, MismatchKind, OtherBehaviors,
    Plan, PlanBehaviors, PlanError, PlanErrorKind, PlanTarget, PlanWarning, RequestRecord, SettingsChange,
};
pub use risk_level::{RiskLevel, UnknownRiskLevel};
pub use timestamp::Timestamp;
pub use users::{
    GetSummary, GetUserRisk, ResetUserRisk, Summary, SummaryIntoIter, SummaryIter, UserId, UserRisk, UserRiskEvent,
    UserSelection, UserSummary, Users,
};
pub use watch::{BehaviorsEvent, WatchBehaviors};
/// The API revision that this crate speaks: a date. Every request sends it as `api-version`.
pub use zt_risk_scoring_api::REVISION;

/// The crates whose types are in the public API. The documentation of [`cloudflare_client`] says what a new major
/// version of each means. A new one of `cloudflare-client`, or of `chrono`, `serde_json` or `uuid`, whose types are in
/// models, is a breaking release.
pub mod external {
    pub use cloudflare_client;
    pub use cloudflare_client::external::*;

    pub use zt_risk_scoring_api::external::*;
}

/// The generated methods, and the types that they take and return.
///
/// `Debug` of these types prints everything, also personal data of users. That of the types in the root of this crate does not.
pub mod operations {
    pub use zt_risk_scoring_api::types;

    pub use crate::generated::Operations;
}

/// The README's code, which has to compile.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
