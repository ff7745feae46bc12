//! Brings the behaviors of an account to a desired state, and takes the change back.
//!
//! `cargo run -p zt-risk-scoring --example change_behaviors`

use zt_risk_scoring::{Client, Credentials, DesiredState};
use zt_risk_scoring_mock::Simulator;

/// What a file in version control may contain.
const DESIRED: &str = r#"
others = "leave"

[behaviors.imp_travel]
enabled = true

[behaviors.high_dlp]
enabled = true
risk_level = "high"
"#;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The simulator takes the place of the vendor's API. A service uses `Client::from_env()` instead.
    let simulator = Simulator::start().await;
    let client = Client::builder()
        .credentials(Credentials::api_token(simulator.api_token())?)
        .account_id(simulator.account_id())
        .base_url(simulator.base_url())
        .build()?;

    let desired: DesiredState = toml::from_str(DESIRED)?;
    let plan = client.behaviors().plan(&desired).await?;
    println!("{plan}\n");

    let applied = client.behaviors().apply(&plan).await?;
    println!("{}\n", client.behaviors().get().await?);
    assert!(client.behaviors().plan(&desired).await?.is_empty());

    println!("{}", applied.rollback());
    client.behaviors().apply(applied.rollback()).await?;
    Ok(())
}
