//! Finds the operation of a method and a path.

use api_runtime::{ApiClient, Operation};
use percent_encoding::percent_decode_str;
use uuid::Uuid;

use super::Simulator;

/// The operations that the simulator carries out: those of risk scoring, and those that verify tokens.
pub mod operations {
    use api_runtime::Operation;

    pub use zt_risk_scoring_api::operations::{
        CREATE_INTEGRATION, DELETE_INTEGRATION, GET_BEHAVIORS, GET_INTEGRATION, GET_INTEGRATION_BY_REFERENCE_ID,
        GET_SUMMARY, GET_USER_RISK, LIST_INTEGRATIONS, RESET_USER_RISK, UPDATE_BEHAVIORS, UPDATE_INTEGRATION,
    };

    /// `GET /user/tokens/verify`
    pub const VERIFY_USER_TOKEN: Operation = Operation::new("verify_user_token", "GET", "/user/tokens/verify");

    /// `GET /accounts/{account_id}/tokens/verify`
    pub const VERIFY_ACCOUNT_TOKEN: Operation =
        Operation::new("verify_account_token", "GET", "/accounts/{account_id}/tokens/verify");
}

/// What the path of a request names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Route {
    pub(super) operation: Operation,
    /// The account, if the operation has one.
    pub(super) account_id: Option<String>,
    /// The UUID of a user or of an integration. The nil UUID if the operation has none.
    pub(super) id: Uuid,
    /// The reference id. Empty if the operation has none.
    pub(super) reference_id: String,
}

impl Route {
    /// Whether the operation verifies tokens.
    pub(super) fn verifies_tokens(&self) -> bool {
        [operations::VERIFY_USER_TOKEN, operations::VERIFY_ACCOUNT_TOKEN].contains(&self.operation)
    }
}

/// Finds the operation of a request. A path with literals precedes one with parameters, and an id that is no UUID is
/// none.
pub(super) fn route(method: &str, path: &str) -> Option<Route> {
    let path = path.strip_prefix(Simulator::BASE_PATH)?;
    let all = zt_risk_scoring_api::Client::OPERATIONS.iter();
    let all = all.chain(&[operations::VERIFY_USER_TOKEN, operations::VERIFY_ACCOUNT_TOKEN]);
    let matching = all.filter(|operation| operation.method == method && operation.has_path(path));
    let operation = *matching.min_by_key(|operation| operation.path.matches('{').count())?;
    let mut route = Route { operation, account_id: None, id: Uuid::nil(), reference_id: String::new() };
    for (template, segment) in operation.path.split('/').zip(path.split('/')) {
        let Some(name) = template.strip_prefix('{') else { continue };
        let value = percent_decode_str(segment).decode_utf8().ok()?.into_owned();
        match name {
            "account_id}" => route.account_id = Some(value),
            "reference_id}" => route.reference_id = value,
            _ => route.id = parse_uuid(&value)?,
        }
    }
    Some(route)
}

/// A UUID with hyphens.
fn parse_uuid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == uuid::fmt::Hyphenated::LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

    fn id_of(method: &str, path: &str) -> Option<&'static str> {
        route(method, &format!("/client/v4{path}")).map(|route| route.operation.id)
    }

    #[test]
    fn every_operation_has_a_route() {
        for operation in zt_risk_scoring_api::Client::OPERATIONS {
            let path = operation.path.replace("{account_id}", "a").replace("{reference_id}", "r");
            let path = path.replace("{user_id}", ID).replace("{integration_id}", ID);
            assert_eq!(id_of(operation.method, &path), Some(operation.id));
        }
        assert_eq!(id_of("GET", "/user/tokens/verify"), Some("verify_user_token"));
        assert_eq!(id_of("GET", "/accounts/a/tokens/verify"), Some("verify_account_token"));
    }

    #[test]
    fn literal_precedes_a_parameter() {
        assert_eq!(id_of("GET", "/accounts/a/zt_risk_scoring/behaviors"), Some("get_behaviors"));
        assert_eq!(id_of("GET", "/accounts/a/zt_risk_scoring/summary"), Some("get_summary"));
        assert_eq!(id_of("GET", "/accounts/a/zt_risk_scoring/integrations"), Some("list_integrations"));
    }

    #[test]
    fn path_of_no_operation_has_no_route() {
        for (method, path) in [
            ("GET", "/accounts/a/zt_risk_scoring/not-a-uuid"),
            ("GET", "/accounts/a/zt_risk_scoring/67e5504410b1426f9247bb680e5fe0c8"),
            ("GET", "/accounts/a/zt_risk_scoring/integrations/7"),
            ("GET", "/accounts/a/zt_risk_scoring/integrations/reference_id/"),
            ("GET", "/accounts/a/zt_risk_scoring/integrations/reference_id/%ff"),
            ("GET", "/accounts//zt_risk_scoring/behaviors"),
            ("GET", "/accounts/a/zt_risk_scoring/behaviors/"),
            ("POST", "/accounts/a/zt_risk_scoring/behaviors"),
            ("POST", "/accounts/a/zt_risk_scoring/behaviors/reset"),
            ("get", "/accounts/a/zt_risk_scoring/behaviors"),
        ] {
            assert_eq!(id_of(method, path), None, "{method} {path}");
        }
        assert_eq!(route("GET", "/accounts/a/zt_risk_scoring/behaviors"), None);
    }

    #[test]
    fn parameters_are_decoded() {
        let path = "/client/v4/accounts/a%20b/zt_risk_scoring/integrations/reference_id/c%2Fd%C3%BC";
        let route = route("GET", path).unwrap();
        assert_eq!((route.account_id.as_deref(), route.reference_id.as_str()), (Some("a b"), "c/dü"));
    }
}
