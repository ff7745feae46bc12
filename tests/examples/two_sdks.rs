//! A program with two SDKs over one connection: is the token valid, and which behaviors are enabled?
//!
//! `cargo run -p zt-risk-scoring-tests --example two_sdks`
//!
//! The vendor counts requests per token, so both SDKs share one rate-limit gate, one rate limiter and one retry budget.
//! Two connections with one token would exceed its quota together.

use zt_risk_scoring::{Connection, Credentials, Error};
use zt_risk_scoring_mock::Simulator;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Error> {
    // The simulator takes the place of the vendor's API, for both SDKs.
    let simulator = Simulator::start().await;
    let connection = Connection::builder()
        .credentials(Credentials::api_token(simulator.api_token())?)
        .account_id(simulator.account_id())
        .base_url(simulator.base_url())
        .build()?;
    let tokens = api_tokens::Client::from(connection.clone());
    let risk_scoring = zt_risk_scoring::Client::from(connection);

    let token = tokens.operations().verify_user_token().await?;
    println!("the token {} is {}", token.id, token.status);
    let behaviors = risk_scoring.behaviors().get().await?;
    println!("{} of {} behaviors are enabled", behaviors.enabled().len(), behaviors.len());
    Ok(())
}
