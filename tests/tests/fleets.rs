//! Many accounts, with one token or several.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use tokio::time::Instant;
use zt_risk_scoring::external::http::{HeaderName, HeaderValue};
use zt_risk_scoring::{
    AccountId, ApplyErrorKind, BehaviorChanges, Client, Credentials, ErrorKind, FleetAccount, FleetPlan, Quota, UserId,
};
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::simulator::operations::{GET_BEHAVIORS, RESET_USER_RISK, UPDATE_BEHAVIORS};
use zt_risk_scoring_mock::simulator::{self, Fault, Response, Token};
use zt_risk_scoring_tests::{builder, client_of};

/// Adds accounts to a simulator.
fn accounts(simulator: &Simulator, count: usize) -> Vec<AccountId> {
    let accounts: Vec<_> = (0..count).map(|number| AccountId::new(format!("{number:032x}")).unwrap()).collect();
    accounts.iter().for_each(|account| simulator.add_account(account.as_str()));
    accounts
}

fn api_token(token: &str) -> Credentials {
    Credentials::api_token(token).unwrap()
}

/// A client of a simulator that keeps within a quota, if there is one.
fn client_within(simulator: &Simulator, quota: Option<Quota>) -> Client {
    let builder = builder(simulator.base_url()).credentials(api_token(simulator.api_token()));
    match quota {
        Some(quota) => builder.quota(quota),
        None => builder,
    }
    .build()
    .unwrap()
}

#[tokio::test(start_paused = true)]
async fn two_thousand_accounts_succeed_under_the_vendors_quota() {
    let simulator = Simulator::start().await;
    simulator.set_quota(Some(simulator::Quota::VENDOR));
    let accounts = accounts(&simulator, 2_000);
    // With a quota of its own, the client sends each request once. Without one, it waits for the end of the blocks.
    for (quota, most) in [(Some(Quota::VENDOR), 2_000), (None, 2_100)] {
        simulator.set_quota(Some(simulator::Quota::VENDOR));
        simulator.clear_requests();
        let started = Instant::now();
        // A timeout that is far shorter than the wait for a turn.
        let stream = client_within(&simulator, quota).behaviors().get_many(&accounts).timeout(Duration::from_secs(5));
        assert_eq!(stream.size_hint(), (2_000, Some(2_000)));
        let results: Vec<_> = stream.collect().await;
        let read: BTreeSet<_> =
            results.iter().map(|(account, behaviors)| (account, behaviors.as_ref().unwrap().len())).collect();
        assert_eq!(read.len(), 2_000);
        let sent = simulator.requests().len();
        assert!((2_000..=most).contains(&sent), "{sent} requests");
        let took = started.elapsed();
        assert!(took > Duration::from_secs(300) && took < Duration::from_secs(660), "{took:?}");
    }
}

#[tokio::test]
async fn failure_of_one_account_is_one_item() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 20);
    simulator.remove_account(accounts[7].as_str());
    let results: BTreeMap<_, _> = client_of(&simulator).behaviors().get_many(&accounts).collect().await;
    assert_eq!(results.len(), 20);
    for (account, result) in &results {
        assert_eq!(
            result.as_ref().err().map(|error| error.kind()),
            (*account == accounts[7]).then_some(ErrorKind::NotFound)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn as_many_calls_run_at_once_as_are_allowed_and_results_come_as_they_end() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 12);
    let delay = Duration::from_secs(1);
    simulator.inject(Fault::delay(delay));
    for (concurrency, rounds) in [(1, 12), (3, 4), (0, 12), (100, 1)] {
        let started = Instant::now();
        let stream = client_of(&simulator).behaviors().get_many(&accounts).concurrency(concurrency);
        assert_eq!(stream.count().await, 12);
        let took = started.elapsed();
        assert!(took >= delay * rounds && took < delay * rounds + delay / 2, "{concurrency}: {took:?}");
    }
    // The first account is slow, so it is the last item.
    simulator.clear_faults();
    simulator.inject(Fault::delay(delay).in_account(accounts[0].as_str()));
    let order: Vec<_> =
        client_of(&simulator).behaviors().get_many(&accounts).map(|(account, _)| account).collect().await;
    assert_eq!((order.len(), order.last()), (12, accounts.first()));
}

#[tokio::test(start_paused = true)]
async fn token_that_is_blocked_does_not_hold_up_the_others() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 40);
    for token in ["cfut_one", "cfut_two"] {
        simulator.add_token(Token::new(token));
    }
    simulator.set_quota(Some(simulator::Quota::new(10, Duration::from_secs(60))));
    let with_token = accounts.iter().enumerate().map(|(number, account)| {
        // Thirty accounts of one token, and ten of the other.
        let token = if number % 4 == 0 { "cfut_two" } else { "cfut_one" };
        FleetAccount::from(account).credentials(api_token(token))
    });
    let started = Instant::now();
    let mut times = BTreeMap::new();
    let mut stream = client_within(&simulator, None).behaviors().get_many(with_token);
    while let Some((account, behaviors)) = stream.next().await {
        behaviors.unwrap();
        times.insert(account, started.elapsed());
    }
    let minute = Duration::from_secs(60);
    let of = |is_two: bool| accounts.iter().enumerate().filter(move |(number, _)| (number % 4 == 0) == is_two);
    assert!(of(true).all(|(_, account)| times[account] < minute), "{times:?}");
    assert!(of(false).any(|(_, account)| times[account] > minute) && times.len() == 40, "{times:?}");
}

#[tokio::test]
async fn tokens_take_turns() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 6);
    let tokens = ["cfut_one", "cfut_two"];
    tokens.iter().for_each(|token| simulator.add_token(Token::new(*token)));
    let with_token =
        accounts.iter().enumerate().map(|(number, account)| (account.clone(), api_token(tokens[number / 3])));
    let order = client_of(&simulator).behaviors().get_many(with_token).concurrency(1).map(|(account, _)| account);
    assert_eq!(order.collect::<Vec<_>>().await, [0, 3, 1, 4, 2, 5].map(|number: usize| accounts[number].clone()));
}

#[tokio::test]
async fn options_of_each_read_hold() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 2);
    let name = HeaderName::from_static("x-trace");
    let stream = client_of(&simulator)
        .behaviors()
        .get_many(&accounts)
        .each(move |get| get.header(name.clone(), HeaderValue::from_static("7")).account_id("not an id"));
    let results: Vec<_> = stream.collect().await;
    assert!(results.len() == 2 && results.iter().all(|(_, behaviors)| behaviors.is_ok()), "{results:?}");
    assert!(simulator.requests().iter().all(|request| request.header("x-trace") == Some("7")));
}

#[tokio::test(start_paused = true)]
async fn accounts_with_one_token_share_a_connection_and_each_request_has_the_accounts_token() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 6);
    for (number, account) in accounts.iter().enumerate() {
        simulator.add_token(Token::new(format!("cfut_{}", number % 2)).accounts([account.as_str()]));
    }
    // The last definition of a token counts, so each is limited to the accounts of its own.
    for number in 0..2 {
        let own = accounts.iter().skip(number).step_by(2).map(|account| account.as_str());
        simulator.add_token(Token::new(format!("cfut_{number}")).accounts(own));
    }
    let with_token = accounts
        .iter()
        .enumerate()
        .map(|(number, account)| (account.clone(), api_token(&format!("cfut_{}", number % 2))));
    // One request at once for each connection: six connections would not wait.
    let quota = Quota::new(2, Duration::from_secs(60)).with_burst(1);
    let client = client_within(&simulator, Some(quota));
    let started = Instant::now();
    let results: Vec<_> = client.behaviors().get_many(with_token).collect().await;
    assert!(results.iter().all(|(_, behaviors)| behaviors.is_ok()), "{results:?}");
    assert!(started.elapsed() >= Duration::from_secs(29), "{:?}", started.elapsed());
    let one = client.connection().for_credentials(&api_token("cfut_0"));
    assert!(one.is_same(&client.connection().for_credentials(&api_token("cfut_0"))));
}

#[tokio::test(start_paused = true)]
async fn token_that_stays_blocked_fails_its_calls_after_three_blocks() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 50);
    simulator.inject(Fault::status(429));
    let started = Instant::now();
    let results: Vec<_> = client_within(&simulator, None).behaviors().get_many(&accounts).collect().await;
    assert_eq!(results.len(), 50);
    assert!(results.iter().all(|(_, result)| result.as_ref().unwrap_err().kind() == ErrorKind::RateLimited));
    // Three rounds of what is in flight at once.
    assert!(simulator.requests().len() <= 3 * 16, "{}", simulator.requests().len());
    assert!(started.elapsed() < Duration::from_secs(16 * 60), "{:?}", started.elapsed());
}

/// Plans to enable `imp_travel` in each account, in their order.
async fn plans(client: &Client, accounts: &[AccountId]) -> Vec<FleetPlan> {
    let plans = client.behaviors().plan_many(accounts, BehaviorChanges::new().enable("imp_travel"));
    let plans: BTreeMap<_, _> = plans.collect().await;
    plans.into_values().map(Result::unwrap).collect()
}

fn enabled(simulator: &Simulator, accounts: &[AccountId]) -> Vec<bool> {
    accounts
        .iter()
        .map(|account| simulator.account(account.as_str()).unwrap().behaviors()["imp_travel"].enabled)
        .collect()
}

#[tokio::test]
async fn plans_of_many_accounts_have_their_own_options_and_errors() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 3);
    simulator.remove_account(accounts[1].as_str());
    let changes = BehaviorChanges::new().enable("missing");
    let behaviors = client_of(&simulator).behaviors();
    let strict: Vec<_> = behaviors.plan_many(&accounts, changes.clone()).collect().await;
    assert!(strict.len() == 3 && strict.iter().all(|(_, plan)| plan.is_err()));
    let lenient = behaviors.plan_many(&accounts, changes).each(|plan| plan.allow_missing()).concurrency(1);
    let lenient: BTreeMap<_, _> = lenient.collect().await;
    assert_eq!(accounts.iter().map(|account| lenient[account].is_ok()).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(lenient[&accounts[2]].as_ref().unwrap().plan().target().account_id, accounts[2]);
}

#[tokio::test]
async fn applying_stops_at_the_first_failure_and_can_go_on_later() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 5);
    let client = client_of(&simulator);
    let plans = plans(&client, &accounts).await;
    simulator.inject(Fault::status(403).on(UPDATE_BEHAVIORS).in_account(accounts[2].as_str()).once());
    let mut stream = client.behaviors().apply_many(plans);
    let mut results = Vec::new();
    while let Some((account, result)) = stream.next().await {
        results.push((account, result.err().map(|error| error.kind())));
    }
    let expected = [None, None, Some(ApplyErrorKind::Write)];
    assert_eq!(results, accounts.iter().cloned().zip(expected).collect::<Vec<_>>());
    assert_eq!(enabled(&simulator, &accounts), [true, true, false, false, false]);

    let remaining = stream.remaining();
    assert_eq!(
        remaining.iter().map(|left| &left.plan().target().account_id).collect::<Vec<_>>(),
        [&accounts[2], &accounts[3], &accounts[4]]
    );
    let again: Vec<_> = client.behaviors().apply_many(remaining).collect().await;
    assert!(again.len() == 3 && again.iter().all(|(_, result)| result.is_ok()));
    assert_eq!(enabled(&simulator, &accounts), [true; 5]);
}

#[tokio::test(start_paused = true)]
async fn plan_whose_put_is_rate_limited_is_an_item_and_is_not_applied_again_unasked() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 1);
    let client = client_of(&simulator);
    let plans = plans(&client, &accounts).await;
    simulator.clear_requests();
    let blocked = Response::too_many_requests(Duration::from_secs(300));
    simulator.inject(Fault::respond(blocked).on(UPDATE_BEHAVIORS).once());
    let mut stream = client.behaviors().apply_many(plans);
    let (_, result) = stream.next().await.unwrap();
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.call_error().unwrap().kind()), (ApplyErrorKind::Unknown, ErrorKind::RateLimited));
    assert_eq!((simulator.requests().len(), stream.remaining().len()), (2, 1));
}

#[tokio::test]
async fn plans_and_remaining_plans_keep_the_credentials_of_their_accounts() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 2);
    let with_token = accounts.iter().enumerate().map(|(number, account)| {
        let token = format!("cfut_{number}");
        simulator.add_token(Token::new(&token).accounts([account.as_str()]));
        FleetAccount::from(account).credentials(api_token(&token))
    });
    let client = builder(simulator.base_url()).credentials(api_token("cfut_rejected")).build().unwrap();
    let plans = client.behaviors().plan_many(with_token, BehaviorChanges::new().enable("imp_travel"));
    let plans: BTreeMap<_, _> = plans.collect().await;
    let failure = simulator.inject(Fault::status(403).on(GET_BEHAVIORS).once());
    let mut stream = client.behaviors().apply_many(plans.into_values().map(Result::unwrap));
    assert!(stream.next().await.unwrap().1.is_err() && stream.next().await.is_none());
    assert_eq!((failure.happened(), stream.remaining().len()), (1, 2));
    assert_eq!(format!("{stream:?}"), "ApplyMany { remaining: 2, .. }");
    let again: Vec<_> = client.behaviors().apply_many(stream.remaining()).collect().await;
    assert!(again.iter().all(|(_, result)| result.is_ok()), "{again:?}");
    assert_eq!(enabled(&simulator, &accounts), [true, true]);
}

#[tokio::test(start_paused = true)]
async fn plans_that_are_being_applied_at_the_first_failure_are_items_and_no_others_start() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 6);
    let client = client_of(&simulator);
    let plans = plans(&client, &accounts).await;
    simulator.inject(Fault::status(403).on(GET_BEHAVIORS).in_account(accounts[1].as_str()));
    simulator.inject(Fault::delay(Duration::from_secs(1)).on(UPDATE_BEHAVIORS));
    let mut stream = client.behaviors().apply_many(plans).concurrency(3);
    let results: BTreeMap<_, _> = stream.by_ref().collect().await;
    assert_eq!(results.keys().collect::<Vec<_>>(), accounts[..3].iter().collect::<Vec<_>>());
    assert_eq!(enabled(&simulator, &accounts), [true, false, true, false, false, false]);
    assert_eq!(stream.remaining().len(), 4);
}

#[tokio::test]
async fn applying_goes_on_after_a_failure_if_asked() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 5);
    let client = client_of(&simulator);
    let plans = plans(&client, &accounts).await;
    simulator.inject(Fault::status(403).on(GET_BEHAVIORS).in_account(accounts[0].as_str()));
    let mut stream = client.behaviors().apply_many(plans).keep_going().concurrency(2);
    let results: BTreeMap<_, _> = stream.by_ref().collect().await;
    assert_eq!(
        accounts.iter().map(|account| results[account].is_ok()).collect::<Vec<_>>(),
        [false, true, true, true, true]
    );
    assert_eq!(stream.remaining().len(), 1);
}

#[tokio::test]
async fn options_of_each_apply_hold() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 2);
    let client = client_of(&simulator);
    let plans = plans(&client, &accounts).await;
    let stream = client.behaviors().apply_many(plans).keep_going().each(|apply| apply.max_age(Duration::ZERO));
    let results: Vec<_> = stream.collect().await;
    assert!(results.iter().all(|(_, result)| result.as_ref().unwrap_err().kind() == ApplyErrorKind::TooOld));
    assert_eq!(enabled(&simulator, &accounts), [false, false]);
}

#[tokio::test]
async fn each_accounts_request_has_its_token_and_its_response_has_metadata() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 4);
    for (number, account) in accounts.iter().enumerate() {
        simulator.add_token(Token::new(format!("cfut_{number}")).accounts([account.as_str()]));
        simulator.edit(account.as_str(), |account| account.generate_users(number as u32 + 1));
    }
    // The last one has the token of another account.
    let tokens = ["cfut_0", "cfut_1", "cfut_2", "cfut_0"];
    let with_token = accounts.iter().cloned().zip(tokens.map(api_token));
    let client = builder(simulator.base_url()).credentials(api_token("cfut_rejected")).build().unwrap();
    let summaries = client.request_many(with_token, |client| client.users().summary());
    assert_eq!(summaries.size_hint(), (4, Some(4)));
    let results: BTreeMap<_, _> = summaries.collect().await;
    for (number, account) in accounts.iter().enumerate().take(3) {
        let response = results[account].as_ref().unwrap();
        assert_eq!((response.value().len(), response.metadata().status().as_u16()), (number + 1, 200));
        assert!(response.metadata().cf_ray().is_some(), "{response:?}");
    }
    assert_eq!(results[&accounts[3]].as_ref().unwrap_err().kind(), ErrorKind::Permission);
    assert_eq!(simulator.requests().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn reads_of_many_accounts_are_made_again_after_the_block_of_the_rate_limit() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 25);
    simulator.set_quota(Some(simulator::Quota::new(10, Duration::from_secs(60))));
    let started = Instant::now();
    // A timeout that is far shorter than the wait for a turn.
    let timeout = Duration::from_secs(5);
    let stream = client_within(&simulator, None)
        .request_many(&accounts, move |client| client.integrations().list().timeout(timeout))
        .concurrency(4);
    let results: BTreeMap<_, _> = stream.collect().await;
    assert!(results.len() == 25 && results.values().all(Result::is_ok), "{results:?}");
    assert!(started.elapsed() >= Duration::from_secs(60), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn write_that_the_rate_limit_rejects_is_an_item_and_is_not_sent_again() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 3);
    let blocked = Response::too_many_requests(Duration::from_secs(300));
    simulator.inject(Fault::respond(blocked).on(RESET_USER_RISK).once());
    let user: UserId = "67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap();
    let mut stream = client_within(&simulator, None)
        .request_many(&accounts, move |client| client.users().reset(user))
        .concurrency(1);
    let (account, result) = stream.next().await.unwrap();
    assert_eq!((&account, result.unwrap_err().kind()), (&accounts[0], ErrorKind::RateLimited));
    assert_eq!(simulator.requests().len(), 1);
    assert_eq!(format!("{stream:?}"), "RequestMany { left: 2, .. }");
    // The others wait until the API accepts calls again, and do not stop at the failure.
    assert_eq!(stream.count().await, 2);
    assert_eq!(simulator.requests().len(), 3);
}

#[tokio::test]
async fn dropping_the_stream_ends_its_calls_and_starts_no_others() {
    let simulator = Simulator::start().await;
    let accounts = accounts(&simulator, 8);
    let mut stream = client_of(&simulator).request_many(&accounts, |client| client.users().summary()).concurrency(2);
    stream.next().await.unwrap().1.unwrap();
    drop(stream);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(simulator.requests().len() <= 3, "{}", simulator.requests().len());
}
