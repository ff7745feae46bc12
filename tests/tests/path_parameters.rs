//! A path parameter cannot change the path: whatever its value is, the request reaches the mock of that value or is not
//! sent.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::json;
use zt_risk_scoring_mock::MockServerExt;
use zt_risk_scoring_mock::httpmock::MockServer;
use zt_risk_scoring_tests::builder;

/// Values that a URL might read as something else than one segment.
fn odd_values() -> impl Iterator<Item = String> {
    let ascii = || (0..=0x7f_u8).map(char::from);
    let words = [
        "",
        "..",
        "...",
        "a/b",
        "a/../b",
        "../behaviors",
        "..\\..\\behaviors",
        "%2e%2e",
        "%2E",
        "%2f",
        "%",
        "%zz",
        "?x=1#y",
        "ü",
        "日本",
        "\u{2028}",
        "\u{7f}\u{80}",
        "a b",
        " ",
        "+",
        "a;b=c",
        "a,b",
        ":",
        "//",
        "@host",
        "(a|b)*",
        "^a$",
        "[a-z]",
    ];
    let singles = ascii().map(String::from);
    singles.chain(ascii().map(|char| format!("a{char}b"))).chain(words.map(str::to_owned))
}

#[tokio::test]
async fn every_path_value_reaches_the_mock_of_that_value_or_is_rejected_by_client_and_mock() {
    let server = MockServer::start_async().await;
    let list = server.list_integrations(|_, then| drop(then.into_inner().status(500)));
    let behaviors = server.get_behaviors(|_, then| drop(then.into_inner().status(500)));
    let client = builder(server.base_url()).build().unwrap();
    let integration = json!({
        "account_tag": "a", "active": true, "created_at": "2000-01-02T03:04:05Z", "integration_type": "Okta", "tenant_url": "t",
        "id": "11111111-2222-4333-8444-555555555555", "reference_id": "r", "well_known_url": "w",
    });
    let body = json!({"success": true, "result": integration}).to_string();
    let mut rejected = Vec::new();
    for value in odd_values() {
        let mock = catch_unwind(AssertUnwindSafe(|| {
            server.get_integration_by_reference_id(|when, then| {
                when.reference_id(&value);
                then.into_inner().status(200).header("content-type", "application/json").body(&body);
            })
        }));
        let result = client.operations().get_integration_by_reference_id(&value).await;
        match (mock, result) {
            (Ok(mock), Ok(_)) => {
                assert_eq!(mock.calls_async().await, 1, "{value:?}");
                mock.delete_async().await;
            }
            (Err(_), Err(error)) => {
                assert_eq!(error.attempts(), 0, "{value:?}: {error}");
                assert!(error.to_string().contains("`reference_id`"), "{value:?}: {error}");
                rejected.push(value);
            }
            (mock, result) => panic!("{value:?}: mock {}, client {result:?}", mock.is_ok()),
        }
    }
    assert_eq!(rejected, [".", "", ".."]);
    assert_eq!((list.calls_async().await, behaviors.calls_async().await), (0, 0));
}
