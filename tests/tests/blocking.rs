//! Calls over sockets on threads without an async runtime.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

use std::thread;
use std::time::Duration;

use httpmock::MockServer;
use tokio::runtime::{Builder, Runtime};
use tokio::task::spawn_blocking;
use zt_risk_scoring::blocking::{Wait, WaitEach};
use zt_risk_scoring::{
    ApplyErrorKind, BehaviorChanges, BehaviorsEvent, Client, Credentials, Error, ErrorKind, PlanErrorKind, RetryConfig,
};
use zt_risk_scoring_mock::MockServerExt;

const ACCOUNT: &str = "023e105f4ecef8ad9ca31a8372d0c353";

fn server() -> MockServer {
    let server = MockServer::start();
    let body = r#"{"success": true, "result": {"behaviors": {
        "imp_travel": {"name": "Impossible Travel", "description": "", "enabled": false, "risk_level": "low"}
    }}}"#;
    server.get_behaviors(|_, then| drop(then.ok(&serde_json::from_str(body).unwrap())));
    server
}

fn client(server: &MockServer) -> Client {
    let builder = Client::builder().credentials(Credentials::api_token("cfut_0123456789").unwrap()).account_id(ACCOUNT);
    builder.base_url(server.base_url()).retry(RetryConfig::none()).build().unwrap()
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn every_kind_of_call_can_be_waited_for() {
    let server = server();
    let client = client(&server);
    assert_eq!(client.behaviors().get().wait().unwrap().len(), 1);
    assert_eq!(client.behaviors().get().send().wait().unwrap().metadata().attempts(), 1);
    assert_eq!(client.operations().get_behaviors().wait().unwrap().behaviors.len(), 1);
    let plan = client.behaviors().plan(BehaviorChanges::new().enable("imp_travel")).wait().unwrap();
    assert_eq!(plan.changes().len(), 1);
    let error = client.behaviors().plan(BehaviorChanges::new().enable("unknown")).wait().unwrap_err();
    assert_eq!(error.kind(), PlanErrorKind::MissingBehaviors);
    let cache = client.behaviors().cached(Duration::from_secs(60)).build();
    assert_eq!(cache.get().wait().unwrap().behaviors().len(), 1);
    let mut events = client.behaviors().watch(Duration::from_secs(60)).wait_each().unwrap();
    assert!(matches!(events.next().unwrap().unwrap(), BehaviorsEvent::State(_)));
}

#[test]
fn threads_share_a_client() {
    let server = server();
    let client = client(&server);
    let threads: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            thread::spawn(move || (0..5).map(|_| client.behaviors().get().wait()).collect::<Result<Vec<_>, Error>>())
        })
        .collect();
    let read: usize = threads.into_iter().map(|thread| thread.join().unwrap().unwrap().len()).sum();
    assert_eq!(read, 100);
}

#[test]
fn call_in_spawn_blocking_works_and_in_a_task_is_an_error() {
    let server = server();
    let client = client(&server);
    runtime().block_on(async {
        let error = client.behaviors().get().wait().unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Configuration, 0));
        let error = client.behaviors().plan(BehaviorChanges::new()).wait().unwrap_err();
        assert_eq!(error.call_error().unwrap().kind(), ErrorKind::Configuration);
        let cache = client.behaviors().cached(Duration::ZERO).build();
        assert_eq!(cache.get().wait().unwrap_err().kind(), ErrorKind::Configuration);

        let plan = client.behaviors().plan(BehaviorChanges::new().enable("imp_travel")).await.unwrap();
        let error = client.behaviors().apply(&plan).wait().unwrap_err();
        assert_eq!(error.kind(), ApplyErrorKind::Read);
        assert_eq!(error.call_error().unwrap().kind(), ErrorKind::Configuration);
        assert!(!error.may_have_written());

        let behaviors = spawn_blocking(move || client.behaviors().get().wait()).await.unwrap();
        assert_eq!(behaviors.unwrap().len(), 1);
    });
}

#[test]
fn connection_of_a_runtime_that_was_dropped_is_not_used() {
    let server = server();
    let client = client(&server);
    let first = runtime();
    first.block_on(async { client.behaviors().get().await }).unwrap();
    drop(first);
    client.behaviors().get().wait().unwrap();
    runtime().block_on(async { client.behaviors().get().await }).unwrap();
}
