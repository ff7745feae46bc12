//! The id of a behavior.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The id of a behavior, such as `imp_travel`: its key in a [`BehaviorMap`](super::BehaviorMap).
///
/// The set of ids is open: the vendor adds new ones. Identify a behavior by its id, since its display name may change.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct BehaviorId(String);

impl BehaviorId {
    /// The id with the given text.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BehaviorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Allows lookups in a map by `&str`: `Ord`, `Eq` and `Hash` are those of the text.
impl Borrow<str> for BehaviorId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for BehaviorId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for BehaviorId {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

impl From<String> for BehaviorId {
    fn from(id: String) -> Self {
        Self::new(id)
    }
}
