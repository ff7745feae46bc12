//! Faults of a file and of the command line.

use std::time::{Duration, Instant};

use zt_risk_scoring::{ErrorKind, NewIntegration};

use super::{ACCOUNT_ID, OTHER_ID, Session, client};
use crate::scenario::{Fault, Scenario};

/// A session with one fault.
async fn with_fault(keys: &str) -> Session {
    Session::of(&format!("faults = [{{ {keys} }}]")).await
}

#[tokio::test]
async fn faulty_status_is_sent_in_place_of_the_response() {
    let session = with_fault("status = 429, retry_after_s = 7").await;
    let error = session.behaviors().await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(Duration::from_secs(7))));
    let error = with_fault("edge_page = 524").await.behaviors().await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 524);
    assert!(error.to_string().contains("HTML"), "{error}");
}

#[tokio::test]
async fn fault_is_limited_by_operation_account_skip_and_times() {
    let session = with_fault("status = 500, on = \"get_summary\"").await;
    assert!(session.behaviors().await.is_ok());
    assert!(session.client.users().summary().await.is_err());
    let accounts = format!("accounts = [{{ id = \"{ACCOUNT_ID}\" }}, {{ id = \"{OTHER_ID}\" }}]");
    let session = Session::of(&format!("{accounts}\nfaults = [{{ status = 500, account = \"{OTHER_ID}\" }}]")).await;
    assert!(session.behaviors().await.is_ok());
    assert!(session.client.behaviors().get().account_id(OTHER_ID).await.is_err());
    let session = with_fault("status = 500, skip = 1, times = 1").await;
    assert!(session.behaviors().await.is_ok());
    assert!(session.behaviors().await.is_err());
    assert!(session.behaviors().await.is_ok());
}

#[tokio::test]
async fn connection_ends_before_or_after_the_operation() {
    for (keys, count) in [
        ("reset = true", 1),
        ("reset = true, after_operation = true", 2),
        ("lost_response = true", 2),
        ("status = 500, after_operation = true", 2),
    ] {
        let session = with_fault(&format!("{keys}, on = \"create_integration\"")).await;
        let new = NewIntegration::okta("https://b.okta.com").unwrap();
        assert!(session.client.integrations().create(new).await.is_err(), "{keys}");
        assert_eq!(session.client.integrations().list().await.unwrap().len(), count, "{keys}");
    }
}

#[tokio::test]
async fn response_is_delayed_in_parts_or_cut_off() {
    let started = Instant::now();
    assert!(with_fault("delay_s = 0.2").await.behaviors().await.is_ok());
    assert!(started.elapsed() >= Duration::from_millis(200));
    let started = Instant::now();
    assert!(with_fault("drip = { bytes = 200, interval_s = 0.1 }").await.behaviors().await.is_ok());
    assert!(started.elapsed() >= Duration::from_millis(200));
    assert!(with_fault("truncate = 100").await.behaviors().await.is_err());
}

#[tokio::test]
async fn other_writer_changes_a_behavior() {
    let keys = "write = { behavior = \"imp_travel\", enabled = true, level = \"low\" }, times = 1";
    let behaviors = with_fault(keys).await.behaviors().await.unwrap();
    let travel = behaviors.get("imp_travel").unwrap();
    assert_eq!((travel.enabled, travel.risk_level.as_str()), (true, "low"));
    let new = "write = { behavior = \"new\", level = \"low\" }";
    let behaviors = with_fault(new).await.behaviors().await.unwrap();
    assert!(!behaviors.get("new").unwrap().enabled);
}

#[tokio::test]
async fn fault_on_the_command_line_has_the_keys_of_a_file() {
    let status = async |text: &str| {
        let mut scenario = Scenario::built_in().unwrap();
        scenario.add_fault(text.parse().unwrap());
        let simulator = scenario.start().await.unwrap();
        let client = client(&simulator, scenario.token(), ACCOUNT_ID);
        let mut statuses = Vec::new();
        for _ in 0..2 {
            statuses.push(client.behaviors().get().await.map_err(|error| error.status().map(|status| status.as_u16())));
        }
        let users = client.users().summary().await.is_ok();
        (statuses.iter().map(|result| result.as_ref().err().copied()).collect::<Vec<_>>(), users)
    };
    let failure = |status| Some(Some(status));
    assert_eq!(status("503").await, (vec![failure(503), failure(503)], false));
    assert_eq!(status("503@get_behaviors*1").await, (vec![failure(503), None], true));
    assert_eq!(status("edge_page=524*1").await, (vec![failure(524), None], true));
    assert_eq!(status("reset@get_summary").await, (vec![None, None], false));
    assert_eq!(status("delay_s=0.01").await, (vec![None, None], true));
    for (text, part) in [
        ("", "unknown field ``"),
        ("nonsense", "unknown field `nonsense`"),
        ("delay_s=soon", "`soon` is no number"),
        ("99", "99 is no status"),
        ("503@nowhere", "unknown operation `nowhere`; the operations are get_behaviors, "),
        ("503@get_behavior", "unknown operation `get_behavior`; did you mean `get_behaviors`?; the operations are "),
        ("503*0", "`times` is 0, so that the fault would never happen"),
        ("503*many", "`many` is no number"),
        ("times=3", "exactly one of"),
    ] {
        let error = text.parse::<Fault>().unwrap_err();
        assert!(error.contains(part), "{text}: {error}");
    }
}
