//! Calls that fail: what is printed, and the exit status.

use serde_json::json;

use crate::support::{error_object, list, message_and_hint, stdout};

#[test]
fn failed_call_prints_code_ray_and_hint() {
    let body = json!({"success": false, "errors": [{"code": 10000, "message": "Authentication error"}]});
    let output = list(403, &[("cf-ray", "abc-FRA")], &body.to_string(), &[]);
    let (message, hint) = message_and_hint(&output);
    let expected = "get_behaviors: a permission is missing: Authentication error \
        (status 403 Forbidden, code 10000, cf-ray abc-FRA)";
    assert_eq!(message, expected);
    assert_eq!(hint, "grant the token the permission Zero Trust Read for this account");
    assert_eq!(stdout(&output), "");
    assert_eq!(output.status.code(), Some(4));
}

#[test]
fn failed_call_prints_an_object_with_output_json() {
    let body = json!({"success": false, "errors": [{"code": 971, "message": "Please wait"}]});
    let output = list(429, &[("cf-ray", "abc-FRA"), ("retry-after", "120")], &body.to_string(), &["--output", "json"]);
    let error = error_object(&output);
    assert_eq!(error["kind"], "rate_limited");
    assert_eq!(error["status"], 429);
    assert_eq!(error["errors"], json!([{"code": 971, "message": "Please wait"}]));
    assert_eq!(error["cf_ray"], "abc-FRA");
    assert_eq!(error["retry_after_s"], 120);
    assert_eq!(error["hint"], "wait for the stated time before the next call");
    assert!(error["attempts"].as_u64() >= Some(1));
    assert_eq!(stdout(&output), "");
    assert_eq!(output.status.code(), Some(6));
}

#[test]
fn page_of_html_with_403_gets_no_hint_about_permissions() {
    let output = list(403, &[("content-type", "text/html")], "<html>hunter2", &[]);
    let (message, hint) = message_and_hint(&output);
    assert!(message.contains("a page of HTML or XML (text/html, 13 bytes)"), "{message}");
    assert!(hint.contains("does not look like the API's"), "{hint}");
    assert!(!message.contains("hunter2") && !hint.contains("permission"), "{message}: {hint}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn page_of_html_with_429_or_503_gets_a_hint_about_the_wait() {
    for (status, part) in [(429, "wait for the stated time before the next call"), (503, "try again later")] {
        let headers = [("content-type", "text/html"), ("retry-after", "120")];
        let (message, hint) = message_and_hint(&list(status, &headers, "<html>", &[]));
        assert!(message.contains("retry after 2 min"), "{message}");
        assert!(hint.contains(part) && !hint.contains("check the base URL"), "{hint}");
    }
}

#[test]
fn decode_error_prints_the_json_path() {
    let body = json!({"success": true, "result": {"behaviors": {"foo": {"enabled": true}}}});
    let (message, hint) = message_and_hint(&list(200, &[], &body.to_string(), &[]));
    assert!(message.contains("`result.behaviors.foo`: missing field"), "{message}");
    assert!(hint.starts_with("update zt-risk"), "{hint}");
}
