//! Lists the behaviors of an account, riskiest first.
//!
//! `cargo run -p zt-risk-scoring --example list_behaviors`

use zt_risk_scoring::{Client, Credentials, Error, RiskLevel};
use zt_risk_scoring_mock::Simulator;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Error> {
    // The simulator takes the place of the vendor's API. A service uses `Client::from_env()` instead.
    let simulator = Simulator::start().await;
    let client = Client::builder()
        .credentials(Credentials::api_token(simulator.api_token())?)
        .account_id(simulator.account_id())
        .base_url(simulator.base_url())
        .build()?;

    let behaviors = client.behaviors().get().await?;
    for level in RiskLevel::KNOWN.into_iter().rev() {
        for (id, behavior) in behaviors.at_level(level) {
            let state = if behavior.enabled { "enabled" } else { "disabled" };
            println!("{:6} {id}: {} ({state})", behavior.risk_level, behavior.name);
        }
    }
    Ok(())
}
