//! Responses of the API: successes, the failures that have been seen, and pages of the edge.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

/// Codes that no source documents: the API has been seen to reject such requests, but not with which code.
mod made_up {
    pub(super) const INVALID_BODY: i64 = 10_400;
    pub(super) const NOT_FOUND: i64 = 10_404;
    pub(super) const CONFLICT: i64 = 10_409;
    pub(super) const INTERNAL: i64 = 10_500;
}

/// A response: a status, headers and a body.
///
/// The functions make the failures that the API has been seen to send. A [`Fault`](super::Fault) sends them on demand.
///
/// ```
/// use zt_risk_scoring_mock::simulator::Response;
///
/// assert_eq!(Response::missing_permission().status(), 403);
/// assert_eq!(Response::edge_page(524).header("retry-after", "30")?.status(), 524);
/// # Ok::<_, http::Error>(())
/// ```
#[derive(Clone)]
pub struct Response {
    status: StatusCode,
    headers: Headers,
    body: Bytes,
}

/// Headers, of which a later one replaces an earlier one of its name.
pub(super) type Headers = Vec<(HeaderName, HeaderValue)>;

/// Counts about a list.
#[derive(Serialize)]
pub(super) struct ResultInfo {
    count: usize,
    page: usize,
    per_page: usize,
    total_count: usize,
}

impl ResultInfo {
    /// The counts of a list that has all its items on one page.
    pub(super) fn of(count: usize) -> Self {
        Self { count, page: 1, per_page: count, total_count: count }
    }
}

#[derive(Serialize)]
struct Success<'a, T: ?Sized> {
    errors: [Value; 0],
    messages: &'a [Value],
    result: &'a T,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_info: Option<ResultInfo>,
    success: bool,
}

impl Response {
    /// A response with a status, a content type and a body.
    ///
    /// A status outside 200 to 999 is sent as 500: one below 200 does not end a request.
    pub fn new(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let status = StatusCode::from_u16(status).ok().filter(|status| !status.is_informational());
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = vec![(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type))];
        Self { status, headers, body: body.into() }
    }

    /// A response with a JSON body.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// The envelope of a failure with one error.
    pub fn failure(status: u16, code: i64, message: &str) -> Self {
        Self::failure_with(status, &json!({"code": code, "message": message}))
    }

    /// The envelope of a failure whose error has more fields.
    fn failure_with(status: u16, error: &Value) -> Self {
        Self::json(status, &json!({"errors": [error], "messages": [], "result": null, "success": false}))
    }

    /// 403 with code 10000, without `messages` and `result`: the token lacks a permission.
    pub fn missing_permission() -> Self {
        let error = json!({"code": 10_000, "message": "Authentication error"});
        Self::json(403, &json!({"errors": [error], "success": false}))
    }

    /// 403 with code 3314: the account's plan lacks the feature.
    pub fn plan_lacks_feature() -> Self {
        Self::failure(403, 3314, "Forbidden")
    }

    /// 400 with code 9106: the request has no credentials.
    pub fn missing_credentials() -> Self {
        Self::failure(400, 9106, "Missing authentication headers")
    }

    /// 400 with code 6003 and an `error_chain`: the `Authorization` header is malformed.
    pub fn malformed_authorization() -> Self {
        let cause = json!({"code": 6111, "message": "Invalid format for Authorization header"});
        Self::failure_with(400, &json!({"code": 6003, "message": "Invalid request headers", "error_chain": [cause]}))
    }

    /// 403 with code 9109: the credentials are unknown, disabled or expired.
    pub fn invalid_credentials() -> Self {
        Self::failure(403, 9109, "Unauthorized or invalid access token")
    }

    /// 401 with code 1000: there is no such token to verify.
    pub fn invalid_token() -> Self {
        Self::failure(401, 1000, "Invalid API Token")
    }

    /// 404 with code 7003: the path leads nowhere, or its account does not exist.
    pub fn no_route(path: &str) -> Self {
        let message = format!("Could not route to {path}, perhaps your object identifier is invalid?");
        Self::failure(404, 7003, &message)
    }

    /// 404: the account exists, and does not have this user or integration. The code is made up.
    pub fn not_found(what: &str) -> Self {
        Self::failure(404, made_up::NOT_FOUND, &format!("{what} not found"))
    }

    /// 409: the request conflicts with the state of the account. The code is made up.
    pub fn conflict(message: &str) -> Self {
        Self::failure(409, made_up::CONFLICT, message)
    }

    /// 400 with `messages: null` and a JSON pointer to the part of the body that is invalid. The code is made up.
    pub fn invalid_body(pointer: &str, message: &str) -> Self {
        let error = json!({
            "code": made_up::INVALID_BODY,
            "message": message,
            "source": {"pointer": pointer},
            "meta": {"field": pointer.rsplit('/').next().unwrap_or_default()},
        });
        Self::json(400, &json!({"errors": [error], "messages": null, "result": null, "success": false}))
    }

    /// 429 with code 971 and `Retry-After`: the quota is exceeded.
    pub fn too_many_requests(retry_after: Duration) -> Self {
        let message = "Please wait and consider throttling your request speed";
        Self::failure(429, 971, message).with_seconds(http::header::RETRY_AFTER, retry_after)
    }

    /// 429 with code 10100, which older versions of the API sent.
    pub fn legacy_too_many_requests(retry_after: Duration) -> Self {
        let message = "Please wait and consider throttling your request speed";
        Self::failure(429, 10_100, message).with_seconds(http::header::RETRY_AFTER, retry_after)
    }

    /// 500 with an envelope. The code is made up.
    pub fn internal_error() -> Self {
        Self::failure(500, made_up::INTERNAL, "Internal server error")
    }

    /// An HTML page from the edge, which has been seen with 403, 429 and 520 to 527. It has no `Retry-After`, so that a
    /// client's own backoff applies; the edge sends one of 30 to 120 seconds, which [`header`](Self::header) adds.
    pub fn edge_page(status: u16) -> Self {
        let title = format!("Error {status}");
        let page =
            format!("<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n");
        Self::new(status, "text/html; charset=UTF-8", page)
    }

    /// 200 with `success: false` and an error.
    pub fn unsuccessful() -> Self {
        Self::failure(200, made_up::INTERNAL, "The operation failed")
    }

    /// 200 with `success: true` and `result: null`.
    pub fn null_result() -> Self {
        Self::json(200, &json!({"errors": [], "messages": [], "result": null, "success": true}))
    }

    /// 200 with `success: true` and no `result`.
    pub fn missing_result() -> Self {
        Self::json(200, &json!({"errors": [], "messages": [], "success": true}))
    }

    /// What the API sends with a status, as far as it is known: the quota's rejection for 429, a page of the edge for
    /// 502, 504 and 520 to 530, and an envelope with a made-up code otherwise. See [`edge_page`](Self::edge_page) about
    /// `Retry-After`.
    pub fn of_status(status: u16) -> Self {
        match status {
            429 => Self::too_many_requests(Duration::from_secs(300)),
            502 | 504 | 520..=530 => Self::edge_page(status),
            _ => Self::failure(status, made_up::INTERNAL, "The simulator was told to fail"),
        }
    }

    /// Sets a header. A response without a `cf-ray` gets one of its own when it is sent. `content-length` is always that
    /// of the body: [`Fault::truncate`](super::Fault::truncate) sends less than is announced.
    ///
    /// # Errors
    ///
    /// If the name or the value is no valid one.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, http::Error> {
        self.headers.push((HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?));
        Ok(self)
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// A success with a result.
    pub(super) fn success(result: &(impl Serialize + ?Sized)) -> Self {
        Self::of_success(result, &[], None)
    }

    /// A success with a result and counts about it.
    pub(super) fn success_with_info(result: &(impl Serialize + ?Sized), info: ResultInfo) -> Self {
        Self::of_success(result, &[], Some(info))
    }

    /// A success with a result and a message.
    pub(super) fn success_with_message(result: &(impl Serialize + ?Sized), message: Value) -> Self {
        Self::of_success(result, &[message], None)
    }

    fn of_success(result: &(impl Serialize + ?Sized), messages: &[Value], result_info: Option<ResultInfo>) -> Self {
        let envelope = Success { errors: [], messages, result, result_info, success: true };
        match serde_json::to_vec(&envelope) {
            Ok(body) => Self::success_of_body(body.into()),
            Err(_) => Self::internal_error(),
        }
    }

    /// A success whose body was serialised before.
    pub(super) fn success_of_body(body: Bytes) -> Self {
        Self::new(200, "application/json", body)
    }

    /// Sets a header to a number of seconds, rounded up.
    pub(super) fn with_seconds(mut self, name: HeaderName, duration: Duration) -> Self {
        self.headers.push((name, HeaderValue::from(whole_seconds(duration))));
        self
    }

    pub(super) fn with_headers(mut self, headers: Headers) -> Self {
        self.headers.extend(headers);
        self
    }

    pub(super) fn into_body(self) -> Bytes {
        self.body
    }

    /// The head for the server, and the body.
    pub(super) fn into_parts(self) -> (StatusCode, HeaderMap, Bytes) {
        let mut headers = HeaderMap::new();
        self.headers.into_iter().for_each(|(name, value)| drop(headers.insert(name, value)));
        // hyper sets it, and panics in debug builds if it finds another one.
        headers.remove(http::header::CONTENT_LENGTH);
        (self.status, headers, self.body)
    }
}

/// A duration in seconds, rounded up.
pub(super) fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0))
}

/// Leaves out headers and body.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(response: Response) -> Value {
        serde_json::from_slice(&response.into_body()).unwrap()
    }

    #[test]
    fn failures_have_the_statuses_and_codes_that_have_been_seen() {
        for (response, status, code) in [
            (Response::missing_permission(), 403, 10_000),
            (Response::plan_lacks_feature(), 403, 3314),
            (Response::missing_credentials(), 400, 9106),
            (Response::malformed_authorization(), 400, 6003),
            (Response::invalid_credentials(), 403, 9109),
            (Response::invalid_token(), 401, 1000),
            (Response::no_route("/x"), 404, 7003),
            (Response::too_many_requests(Duration::ZERO), 429, 971),
            (Response::legacy_too_many_requests(Duration::ZERO), 429, 10_100),
        ] {
            assert_eq!(response.status(), status);
            let body = body(response);
            assert_eq!((&body["errors"][0]["code"], &body["success"]), (&json!(code), &json!(false)));
        }
    }

    #[test]
    fn missing_permission_has_neither_messages_nor_result() {
        let body = body(Response::missing_permission());
        assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["errors", "success"]);
    }

    #[test]
    fn invalid_body_has_null_messages_and_a_pointer() {
        let body = body(Response::invalid_body("/behaviors/x", "no"));
        assert_eq!(body["messages"], Value::Null);
        assert!(body.as_object().unwrap().contains_key("messages"));
        assert_eq!(body["errors"][0]["source"]["pointer"], "/behaviors/x");
        assert_eq!(body["errors"][0]["meta"]["field"], "x");
    }

    #[test]
    fn retry_after_is_rounded_up() {
        let response = Response::too_many_requests(Duration::from_millis(1_001));
        assert_eq!(response.into_parts().1["retry-after"], "2");
    }

    #[test]
    fn edge_page_is_html() {
        let (status, headers, body) = Response::edge_page(521).into_parts();
        assert_eq!((status.as_u16(), &headers["content-type"]), (521, &"text/html; charset=UTF-8".parse().unwrap()));
        assert!(body.starts_with(b"<!DOCTYPE html>"));
    }

    #[test]
    fn header_replaces_one_of_its_name() {
        let response = Response::edge_page(503).header("Content-Type", "text/plain").unwrap();
        assert_eq!(response.into_parts().1.get_all("content-type").iter().collect::<Vec<_>>(), ["text/plain"]);
    }

    #[test]
    fn header_that_is_invalid_is_rejected() {
        assert!(Response::null_result().header("a b", "c").is_err());
        assert!(Response::null_result().header("a", "\n").is_err());
    }

    #[test]
    fn debug_shows_the_status_only() {
        let shown = format!("{:?}", Response::failure(400, 1, "secret"));
        assert!(shown.contains("400") && !shown.contains("secret"), "{shown}");
    }
}
