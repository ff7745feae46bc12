//! Calls a generated operation, with its own options, for its result and its metadata.
//!
//! `cargo run -p zt-risk-scoring --example generated_operation`
//!
//! Every operation of the API has such a method, also those that the SDK has no hand-written type for. All of them are
//! retried, limited and checked alike.

use std::time::Duration;

use zt_risk_scoring::operations::types::Behaviors;
use zt_risk_scoring::{Client, Credentials, Error, Response, RetryConfig};
use zt_risk_scoring_mock::Simulator;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Error> {
    let simulator = Simulator::start().await;
    let client = Client::builder()
        .credentials(Credentials::api_token(simulator.api_token())?)
        .base_url(simulator.base_url())
        .build()?;

    let request = client.operations().get_behaviors();
    let request = request.account_id(simulator.account_id()).timeout(Duration::from_secs(5)).retry(RetryConfig::none());
    let response: Response<Behaviors> = request.send().await?;
    for (id, behavior) in &response.value().behaviors {
        println!("{id}: {}", behavior.description);
    }
    println!("cf-ray: {}", response.metadata().cf_ray().unwrap_or("none"));
    Ok(())
}
