//! The state of a simulator.

use std::collections::BTreeMap;
use std::fmt;

use http::HeaderMap;
use httpmock::HttpMockRequest;
use serde_json::json;
use zt_risk_scoring_api::types::Behavior;

/// The behaviors of an account, by id.
pub(super) type Behaviors = BTreeMap<String, Behavior>;

/// The accounts, and the requests so far.
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
        Self { accounts: [(Self::ACCOUNT_ID.to_owned(), known_behaviors())].into(), requests: Vec::new() }
    }
}

/// The behaviors whose ids are known. In a new account the vendor disables all of them.
fn known_behaviors() -> Behaviors {
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

/// A request that the simulator received.
#[derive(Clone)]
pub struct RecordedRequest {
    method: String,
    path: String,
    headers: HeaderMap,
}

impl RecordedRequest {
    pub(super) fn new(request: &HttpMockRequest) -> Self {
        Self {
            method: request.method_str().to_owned(),
            path: request.uri().path().to_owned(),
            headers: request.headers(),
        }
    }

    /// The method.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path, with its leading slash.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The value of a header. `None` if the header is missing or its value is not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Leaves out the headers, which contain credentials.
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
    fn new_state_has_the_known_behaviors_disabled() {
        let behaviors = known_behaviors();
        assert_eq!(behaviors.keys().collect::<Vec<_>>(), ["high_dlp", "imp_travel", "sentinel_one"]);
        assert!(behaviors.values().all(|behavior| !behavior.enabled));
    }
}
