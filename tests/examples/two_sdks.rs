//! A program with two SDKs over one connection: is the token valid, and which behaviors are enabled?
//!
//! `cargo run -p zt-risk-scoring-tests --example two_sdks`
//!
//! The vendor counts requests per token, so both SDKs share one rate-limit gate, one rate limiter and one retry budget.
//! Two connections with one token would exceed its quota together.

use api_tokens_mock::MockServerExt as _;
use httpmock::MockServer;
use zt_risk_scoring::{Connection, Credentials, Error};
use zt_risk_scoring_mock::MockServerExt as _;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Error> {
    let server = server().await;
    let connection = Connection::builder()
        .credentials(Credentials::api_token("cfut_0123456789")?)
        .account_id("023e105f4ecef8ad9ca31a8372d0c353")
        .base_url(server.base_url())
        .build()?;
    let tokens = api_tokens::Client::from(connection.clone());
    let risk_scoring = zt_risk_scoring::Client::from(connection);

    let token = tokens.operations().verify_user_token().await?;
    println!("the token {} is {}", token.id, token.status);
    let behaviors = risk_scoring.behaviors().get().await?;
    println!("{} of {} behaviors are enabled", behaviors.enabled().len(), behaviors.len());
    Ok(())
}

/// A server in place of the vendor's.
async fn server() -> MockServer {
    let server = MockServer::start_async().await;
    server.verify_user_token(|_, then| {
        respond(then.into_inner(), r#"{"success":true,"result":{"id":"ed17574386854bf7","status":"active"}}"#);
    });
    server.get_behaviors(|_, then| {
        respond(then.into_inner(), r#"{"success":true,"result":{"behaviors":{}}}"#);
    });
    server
}

fn respond(then: httpmock::Then, body: &str) {
    then.status(200).header("content-type", "application/json").body(body);
}
