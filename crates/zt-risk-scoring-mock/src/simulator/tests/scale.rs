//! Many simulators, many accounts, many users.

use std::collections::BTreeSet;
use std::time::Instant;

use super::Caller;
use crate::simulator::*;

#[tokio::test]
async fn hundred_simulators_run_at_once() {
    let mut simulators = Vec::new();
    for _ in 0..100 {
        simulators.push(Simulator::start().await);
    }
    let addresses: BTreeSet<_> = simulators.iter().map(Simulator::address).collect();
    assert_eq!(addresses.len(), 100);
    let callers: Vec<_> = simulators.iter().map(Caller::of).collect();
    for (number, simulator) in simulators.iter().enumerate() {
        simulator.edit(simulator.account_id(), |account| {
            account.behaviors_mut().insert(number.to_string(), Behavior::new("One", "low"));
        });
    }
    for (number, caller) in callers.iter().enumerate() {
        let reply = caller.get("/behaviors").await;
        assert_eq!(reply.result()["behaviors"][number.to_string()]["name"], "One");
    }
    assert!(simulators.iter().all(|simulator| simulator.requests().len() == 1));
}

#[test]
fn hundred_blocking_simulators_run_at_once() {
    let simulators: Vec<_> = (0..100).map(|_| Simulator::start_blocking()).collect();
    assert!(simulators.iter().all(|simulator| std::net::TcpStream::connect(simulator.address()).is_ok()));
}

#[tokio::test]
async fn ten_thousand_accounts_and_two_hundred_thousand_users_are_served() {
    let simulator = Simulator::start().await;
    let started = Instant::now();
    (0..10_000).for_each(|number| simulator.add_account(&format!("{number:032x}")));
    println!("10,000 accounts: {:?}", started.elapsed());
    let caller = Caller::of(&simulator);
    for number in [0, 4_321, 9_999] {
        caller.with_account(&format!("{number:032x}")).get("/behaviors").await.result();
    }

    simulator.edit(simulator.account_id(), |account| account.generate_users(200_000));
    let started = Instant::now();
    let summary = caller.get_text("/summary").await;
    println!("first summary: {:?}, {} bytes", started.elapsed(), summary.len());
    assert!(summary.contains(r#""total_count":200000"#));
    let ids: BTreeSet<_> = summary.split(r#""user_id":""#).skip(1).map(|rest| &rest[..36]).collect();
    assert_eq!(ids.len(), 200_000);
    let started = Instant::now();
    assert!(caller.get_text("/summary").await == summary);
    println!("second summary: {:?}", started.elapsed());
}
