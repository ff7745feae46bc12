//! Classifies failed responses.

use http::StatusCode;

use crate::{ApiMessage, ErrorKind};

/// The kind of a failed response whose status alone decides: 429 and 5xx.
pub(super) fn by_status(status: StatusCode) -> Option<ErrorKind> {
    match status {
        StatusCode::TOO_MANY_REQUESTS => Some(ErrorKind::RateLimited),
        status if status.is_server_error() => Some(ErrorKind::Server),
        _ => None,
    }
}

/// The kind of a failed response, from its status and the envelope's `errors`.
///
/// Unless the status alone decides, the API's codes are more exact than the status: it sends 403 for an unknown token (9109),
/// for a missing permission (10000) and for a plan without the feature (3314).
pub(super) fn failure(status: StatusCode, errors: &[ApiMessage]) -> ErrorKind {
    if let Some(kind) = by_status(status) {
        return kind;
    }
    let has = |codes: &[i64]| codes.iter().any(|code| errors.iter().any(|error| error.has_code(*code)));
    match status {
        _ if has(&[971, 10100]) => ErrorKind::RateLimited,
        _ if has(&[3314]) => ErrorKind::Plan,
        _ if has(&[6111, 9106, 9109]) => ErrorKind::Authentication,
        _ if has(&[7003]) => ErrorKind::NotFound,
        StatusCode::UNAUTHORIZED => ErrorKind::Authentication,
        StatusCode::FORBIDDEN => ErrorKind::Permission,
        StatusCode::NOT_FOUND => ErrorKind::NotFound,
        _ if has(&[10000]) => ErrorKind::Permission,
        _ => ErrorKind::Api,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::redact::Secrets;

    fn kind(status: u16, errors: Value) -> ErrorKind {
        let errors = ApiMessage::list(Some(&errors), &Secrets::from("cfut_secret"));
        failure(StatusCode::from_u16(status).unwrap(), &errors)
    }

    #[test]
    fn observed_failures_are_classified_by_their_codes() {
        let chain = json!([{"code": 6003, "error_chain": [{"code": 6111}]}]);
        for (status, errors, expected) in [
            (403, json!([{"code": 10000}]), ErrorKind::Permission),
            (403, json!([{"code": 3314}]), ErrorKind::Plan),
            (400, json!([{"code": 9106}]), ErrorKind::Authentication),
            (400, chain, ErrorKind::Authentication),
            (400, json!([{"code": 6003}]), ErrorKind::Api),
            (403, json!([{"code": 9109}]), ErrorKind::Authentication),
            (404, json!([{"code": 7003}]), ErrorKind::NotFound),
            (403, json!([{"code": 971}]), ErrorKind::RateLimited),
            (400, json!([{"code": 10100}]), ErrorKind::RateLimited),
        ] {
            assert_eq!(kind(status, errors.clone()), expected, "{status} {errors}");
        }
    }

    #[test]
    fn failure_without_errors_is_classified_by_its_status() {
        for (status, expected) in [
            (400, ErrorKind::Api),
            (401, ErrorKind::Authentication),
            (403, ErrorKind::Permission),
            (404, ErrorKind::NotFound),
            (409, ErrorKind::Api),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::Server),
            (520, ErrorKind::Server),
            (599, ErrorKind::Server),
        ] {
            assert_eq!(kind(status, json!(null)), expected, "{status}");
        }
    }

    #[test]
    fn failure_with_a_success_status_is_classified_by_its_code() {
        for (code, expected) in [(10000, ErrorKind::Permission), (7003, ErrorKind::NotFound), (1001, ErrorKind::Api)] {
            assert_eq!(kind(200, json!([{"code": code}])), expected, "{code}");
        }
    }

    #[test]
    fn codes_of_a_429_or_5xx_do_not_change_its_kind() {
        assert_eq!(kind(503, json!([{"code": 10000}])), ErrorKind::Server);
        assert_eq!(kind(429, json!([{"code": 10000}])), ErrorKind::RateLimited);
    }
}
