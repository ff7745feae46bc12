//! The tests of a service that depends on the SDK, as the chapter "Test the service that depends on this SDK" of the
//! mock crate's documentation describes them.
//!
//! The service decides whether a login is allowed: it denies one that set off a behavior which counts, and allows any
//! while it does not know the behaviors.

#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "a panic fails the test")]

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use zt_risk_scoring::{BehaviorMap, Client, Credentials, Error, ErrorKind, RetryConfig};
use zt_risk_scoring_mock::simulator::{Fault, Permissions, Quota, Simulator, Token, operations};

/// How long the service uses behaviors that it read.
const TIME_TO_LIVE: Duration = Duration::from_secs(60);
/// How long it waits after a failure, unless the API says how long.
const PAUSE: Duration = Duration::from_secs(10);
/// How long a login may wait for the API.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Debug, Eq, PartialEq)]
enum Decision {
    Allow,
    Deny,
}

struct LoginService {
    client: Client,
    behaviors: BehaviorMap,
    next_read: Instant,
    /// What an operator has to correct.
    alarm: Option<ErrorKind>,
}

impl LoginService {
    fn new(client: Client) -> Self {
        Self { client, behaviors: BehaviorMap::default(), next_read: Instant::now(), alarm: None }
    }

    async fn decide(&mut self, behavior: &str) -> Decision {
        if Instant::now() >= self.next_read {
            match self.client.behaviors().get().timeout(PATIENCE).await {
                Ok(behaviors) => {
                    (self.behaviors, self.alarm) = (behaviors, None);
                    self.next_read = Instant::now() + TIME_TO_LIVE;
                }
                Err(error) => self.react(&error),
            }
        }
        let counts = self.behaviors.get(behavior).is_some_and(|behavior| behavior.enabled);
        if counts { Decision::Deny } else { Decision::Allow }
    }

    fn react(&mut self, error: &Error) {
        self.next_read = Instant::now() + error.retry_after().unwrap_or(PAUSE).max(PAUSE);
        self.alarm = (!error.is_retryable()).then(|| error.kind());
    }
}

fn service(simulator: &Simulator, token: &str) -> LoginService {
    let client = Client::builder()
        .credentials(Credentials::api_token(token).unwrap())
        .account_id(simulator.account_id())
        .base_url(simulator.base_url())
        .retry(RetryConfig::none())
        .build();
    LoginService::new(client.unwrap())
}

/// A simulator in which one behavior counts, and the service.
async fn start() -> (Simulator, LoginService) {
    let simulator = Simulator::start().await;
    set_enabled(&simulator, true);
    let service = service(&simulator, simulator.api_token());
    (simulator, service)
}

fn set_enabled(simulator: &Simulator, enabled: bool) {
    simulator.edit(simulator.account_id(), |account| {
        account.behaviors_mut().get_mut("imp_travel").unwrap().enabled = enabled;
    });
}

#[tokio::test(start_paused = true)]
async fn service_reads_once_for_many_logins_and_again_after_a_minute() {
    let (simulator, mut service) = start().await;
    for _ in 0..100 {
        assert_eq!(service.decide("imp_travel").await, Decision::Deny);
        assert_eq!(service.decide("high_dlp").await, Decision::Allow);
    }
    assert_eq!(simulator.requests().len(), 1);
    set_enabled(&simulator, false);
    assert_eq!(service.decide("imp_travel").await, Decision::Deny);
    sleep(TIME_TO_LIVE).await;
    assert_eq!(service.decide("imp_travel").await, Decision::Allow);
    assert_eq!(simulator.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn service_decides_in_time_and_from_what_it_knows_while_the_api_fails() {
    for fault in [
        Fault::status(524),
        Fault::status(503),
        Fault::reset(),
        Fault::delay(Duration::from_secs(60)),
        Fault::drip(10, Duration::from_secs(1)),
        Fault::truncate(50),
    ] {
        let (simulator, mut service) = start().await;
        assert_eq!(service.decide("imp_travel").await, Decision::Deny);
        let shown = format!("{fault:?}");
        let outage = simulator.inject(fault);
        sleep(TIME_TO_LIVE).await;
        let decision = timeout(PATIENCE + Duration::from_secs(1), service.decide("imp_travel")).await;
        assert_eq!((decision.unwrap(), service.alarm), (Decision::Deny, None), "{shown}");
        // The next logins do not wait for an API that has just failed.
        for _ in 0..10 {
            service.decide("imp_travel").await;
        }
        assert_eq!(outage.happened(), 1, "{shown}");

        outage.remove();
        set_enabled(&simulator, false);
        sleep(PAUSE).await;
        assert_eq!(service.decide("imp_travel").await, Decision::Allow, "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn service_does_not_call_while_the_quota_blocks_it() {
    let (simulator, mut service) = start().await;
    simulator.set_quota(Some(Quota::new(2, Duration::from_secs(3_600)).with_block(Duration::from_secs(300))));
    service.decide("imp_travel").await;
    // Another program uses up the quota of the same token, which the service cannot see.
    self::service(&simulator, simulator.api_token()).decide("imp_travel").await;
    sleep(TIME_TO_LIVE).await;
    for _ in 0..25 {
        assert_eq!(service.decide("imp_travel").await, Decision::Deny);
        sleep(Duration::from_secs(11)).await;
    }
    assert_eq!(simulator.requests().len(), 3);
    assert_eq!(service.alarm, None);
}

#[tokio::test(start_paused = true)]
async fn service_raises_an_alarm_if_someone_has_to_act() {
    let (simulator, _) = start().await;
    simulator.add_token(Token::new("cfut_powerless").permissions(Permissions::none()));
    for (token, kind) in [("cfut_unknown", ErrorKind::Authentication), ("cfut_powerless", ErrorKind::Permission)] {
        let mut service = service(&simulator, token);
        assert_eq!(service.decide("imp_travel").await, Decision::Allow);
        assert_eq!(service.alarm, Some(kind));
    }
    simulator.edit(simulator.account_id(), |account| account.set_feature(false));
    let mut service = service(&simulator, simulator.api_token());
    service.decide("imp_travel").await;
    assert_eq!(service.alarm, Some(ErrorKind::Plan));
    simulator.edit(simulator.account_id(), |account| account.set_feature(true));
    sleep(PAUSE).await;
    assert_eq!((service.decide("imp_travel").await, service.alarm), (Decision::Deny, None));
    assert!(simulator.requests().iter().all(|request| request.operation() == Some(operations::GET_BEHAVIORS)));
}
