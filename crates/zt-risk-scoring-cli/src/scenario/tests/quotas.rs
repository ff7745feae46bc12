//! Quotas of tokens and of addresses.

use std::time::Duration;

use zt_risk_scoring::ErrorKind;

use super::{ACCOUNT_ID, Session, client};
use crate::scenario::{Quota, TOKEN};

#[tokio::test]
async fn quota_blocks_after_its_requests() {
    for key in ["quota", "address_quota"] {
        let session = Session::of(&format!("{key} = {{ requests = 1, window_s = 60, block_s = 90 }}")).await;
        assert!(session.behaviors().await.is_ok(), "{key}");
        // The first client knows the quota, and would not send another request.
        let second = client(&session.simulator, TOKEN, ACCOUNT_ID);
        let blocked = second.behaviors().get().await.unwrap_err();
        assert_eq!((blocked.kind(), blocked.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(90))));
        assert_eq!(session.simulator.blocked_requests(), 1, "{key}");
    }
}

#[tokio::test]
async fn vendor_quota_is_that_of_the_vendor() {
    let session = Session::of("quota = \"vendor\"\naddress_quota = \"vendor\"").await;
    let response = session.client.behaviors().get().send().await.unwrap();
    let policy = response.metadata().headers()["ratelimit-policy"].to_str().unwrap();
    assert_eq!(policy, "\"default\";q=1200;w=300");
}

#[test]
fn quota_on_the_command_line_is_vendor_or_two_numbers() {
    assert_eq!("vendor".parse(), Ok(Quota::Vendor));
    let custom = zt_risk_scoring_mock::simulator::Quota::new(10, Duration::from_secs(60));
    assert_eq!("10/60".parse(), Ok(Quota::Custom(custom)));
    for bad in ["", "10", "10/", "/60", "10/0", "-1/60", "10/86401", "cloudflare"] {
        assert!(bad.parse::<Quota>().is_err(), "{bad}");
    }
}
