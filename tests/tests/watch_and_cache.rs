//! Watching and caching over sockets.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use httpmock::{Mock, MockServer};
use tokio::time::{advance, pause, resume};
use zt_risk_scoring::{Behavior, BehaviorMap, BehaviorsEvent, Client, Credentials, ErrorKind, RetryConfig, RiskLevel};
use zt_risk_scoring_mock::MockServerExt;

const ACCOUNT: &str = "023e105f4ecef8ad9ca31a8372d0c353";
const INTERVAL: Duration = Duration::from_secs(60);

fn client(server: &MockServer) -> Client {
    let builder = Client::builder().credentials(Credentials::api_token("cfut_0123456789").unwrap()).account_id(ACCOUNT);
    builder.base_url(server.base_url()).retry(RetryConfig::none()).build().unwrap()
}

fn behaviors(level: RiskLevel) -> BehaviorMap {
    [("imp_travel", Behavior::new("Impossible Travel", level))].into_iter().collect()
}

/// Responds with behaviors.
fn up(server: &MockServer, level: RiskLevel) -> Mock<'_> {
    let body = serde_json::json!({"success": true, "result": {"behaviors": behaviors(level)}});
    server.get_behaviors(|_, then| drop(then.ok(&serde_json::from_value(body).unwrap())))
}

/// Responds with status 500.
fn down(server: &MockServer) -> Mock<'_> {
    server.get_behaviors(|_, then| drop(then.into_inner().status(500)))
}

/// Brings the clock forward. It is only paused for this: with a paused clock, calls over sockets would time out.
async fn skip(time: Duration) {
    pause();
    advance(time).await;
    resume();
}

#[tokio::test]
async fn watch_reports_changes_and_outages() {
    let server = MockServer::start_async().await;
    let mut events = client(&server).behaviors().watch(INTERVAL);
    let mut mock = up(&server, RiskLevel::Low);
    let event = events.next().await.unwrap().unwrap();
    assert!(matches!(event, BehaviorsEvent::State(_)), "{event:?}");

    mock.delete_async().await;
    mock = down(&server);
    skip(INTERVAL * 2).await;
    assert_eq!(events.next().await.unwrap().unwrap_err().kind(), ErrorKind::Server);

    mock.delete_async().await;
    mock = up(&server, RiskLevel::Low);
    skip(INTERVAL * 2).await;
    let event = events.next().await.unwrap().unwrap();
    assert!(matches!(event, BehaviorsEvent::Recovered(_)), "{event:?}");

    mock.delete_async().await;
    up(&server, RiskLevel::High);
    skip(INTERVAL * 2).await;
    let event = events.next().await.unwrap().unwrap();
    assert_eq!(**event.behaviors(), behaviors(RiskLevel::High));
    let BehaviorsEvent::Changed { diff, .. } = event else { panic!("{event:?}") };
    assert_eq!(diff.to_string(), "~ imp_travel: low → high");
}

#[tokio::test]
async fn watch_reads_the_account_of_its_option() {
    let server = MockServer::start_async().await;
    let account = "d41d8cd98f00b204e9800998ecf8427e";
    let mock = server.get_behaviors(|when, then| {
        when.account_id(account);
        then.into_inner().status(404);
    });
    let mut events = client(&server).behaviors().watch(INTERVAL).account_id(account).timeout(INTERVAL);
    assert_eq!(events.next().await.unwrap().unwrap_err().kind(), ErrorKind::NotFound);
    mock.assert_calls_async(1).await;
}

#[tokio::test]
async fn cache_shares_one_request_and_survives_an_outage() {
    let server = MockServer::start_async().await;
    let mock = up(&server, RiskLevel::Low);
    let cache = client(&server).behaviors().cached(INTERVAL).max_stale(INTERVAL * 2).build();
    let snapshots = join_all((0..100).map(|_| cache.get())).await;
    assert!(snapshots.iter().all(|snapshot| !snapshot.as_ref().unwrap().is_stale()));
    mock.assert_calls_async(1).await;

    mock.delete_async().await;
    let mock = down(&server);
    skip(INTERVAL).await;
    let snapshot = cache.get().await.unwrap();
    assert!(snapshot.is_stale() && snapshot.age() >= INTERVAL);
    assert_eq!(*snapshot.behaviors(), behaviors(RiskLevel::Low));
    assert_eq!(cache.status().last_error().unwrap().kind(), ErrorKind::Server);
    mock.assert_calls_async(1).await;

    skip(INTERVAL * 2).await;
    assert_eq!(cache.get().await.unwrap_err().kind(), ErrorKind::Server);
    assert!(!cache.is_ready());

    mock.delete_async().await;
    up(&server, RiskLevel::High);
    skip(INTERVAL).await;
    assert_eq!(*cache.get().await.unwrap().behaviors(), behaviors(RiskLevel::High));
    assert!(cache.is_ready());
}
