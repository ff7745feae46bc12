//! What the simulator knows.

use std::collections::BTreeMap;
use std::fmt;

use http::HeaderMap;
use httpmock::HttpMockRequest;
use serde_json::json;
use zt_risk_scoring_api::types::Behavior;

/// The behaviors of an account, by id.
pub(super) type Behaviors = BTreeMap<String, Behavior>;

pub(super) struct State {
    /// The accounts, by id.
    pub(super) accounts: BTreeMap<String, Behaviors>,
    pub(super) requests: Vec<RecordedRequest>,
}

impl State {
    pub(super) const ACCOUNT_ID: &str = "5130a3c1e15b0f0cba1a7ce1a0bb9e2d";
    pub(super) const API_TOKEN: &str = "cfut_simulated-token";
    pub(super) const EMAIL: &str = "user@example.com";
    pub(super) const API_KEY: &str = "cfk_simulated-key";

    pub(super) fn new() -> Self {
        Self { accounts: [(Self::ACCOUNT_ID.to_owned(), seen_in_the_wild())].into(), requests: Vec::new() }
    }
}

/// The behaviors whose ids are known. The vendor disables every behavior at first.
fn seen_in_the_wild() -> Behaviors {
    let behavior = |name: &str, description: &str, level: &str| json!({"name": name, "description": description, "risk_level": level, "enabled": false});
    let behaviors = json!({
        "imp_travel": behavior(
            "Impossible Travel",
            "A user logged in to an Access application from two places too far apart for the time between",
            "high",
        ),
        "high_dlp": behavior(
            "High Number of DLP Policies Triggered",
            "A user set off an active DLP profile fifteen times or more within one minute",
            "medium",
        ),
        "sentinel_one": behavior(
            "SentinelOne Infection Detected",
            "A user is on a device where SentinelOne sees an active threat",
            "medium",
        ),
    });
    serde_json::from_value(behaviors).unwrap_or_default()
}

/// A request that has arrived.
#[derive(Clone)]
pub struct RecordedRequest {
    method: String,
    path: String,
    headers: HeaderMap,
}

impl RecordedRequest {
    pub(super) fn of(request: &HttpMockRequest) -> Self {
        Self {
            method: request.method_str().to_owned(),
            path: request.uri().path().to_owned(),
            headers: request.headers(),
        }
    }

    /// Its method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Its path, from the first slash.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// One of its headers.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Without the headers: they hold credentials.
impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_behaviors_that_are_known_are_there_and_disabled() {
        let behaviors = seen_in_the_wild();
        assert_eq!(behaviors.keys().collect::<Vec<_>>(), ["high_dlp", "imp_travel", "sentinel_one"]);
        assert!(behaviors.values().all(|behavior| !behavior.enabled));
    }
}
