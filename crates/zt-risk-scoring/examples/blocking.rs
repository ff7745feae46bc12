//! A program without async code: plans to enable every behavior with the level high.
//!
//! `cargo run -p zt-risk-scoring --features blocking --example blocking`

use zt_risk_scoring::blocking::Wait;
use zt_risk_scoring::{BehaviorChanges, Client, Credentials, RiskLevel};
use zt_risk_scoring_mock::Simulator;

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The simulator takes the place of the vendor's API. A program uses `Client::from_env()` instead.
    let simulator = Simulator::start_blocking();
    let client = Client::builder()
        .credentials(Credentials::api_token(simulator.api_token())?)
        .account_id(simulator.account_id())
        .base_url(simulator.base_url())
        .build()?;

    let behaviors = client.behaviors().get().wait()?;
    let highest = behaviors.at_level(RiskLevel::High);
    let changes = highest.into_iter().fold(BehaviorChanges::new(), |changes, (id, _)| changes.enable(id.as_str()));
    let plan = client.behaviors().plan(changes).wait()?;
    println!("{plan}");
    Ok(())
}
