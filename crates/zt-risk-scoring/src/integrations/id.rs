//! The id of an integration.

use uuid::Uuid;

use crate::uuid_id::impl_uuid_id;

/// The id of an integration: a UUID, which the API chooses.
///
/// It becomes part of a path that it shares with words, so everything else is rejected. Only the form with hyphens is read. It is
/// written in lower case.
///
/// ```
/// use zt_risk_scoring::{ErrorKind, IntegrationId};
///
/// let integration: IntegrationId = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6".parse()?;
/// assert_eq!(integration.to_string(), "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
///
/// let error = "reference_id".parse::<IntegrationId>().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Configuration);
/// assert!(error.to_string().starts_with("the integration id has 12 characters"));
/// # Ok::<(), zt_risk_scoring::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct IntegrationId(Uuid);

impl_uuid_id!(IntegrationId, "integration id");
