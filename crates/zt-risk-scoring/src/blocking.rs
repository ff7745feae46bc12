//! Waiting for calls on a thread without an async runtime. It needs the feature `blocking`.
//!
//! Everything that is otherwise awaited has the method [`wait`](Wait::wait), and every stream has
//! [`wait_each`](WaitEach::wait_each). See [`cloudflare_client::blocking`] for where they work.
//!
//! ```
//! use zt_risk_scoring::blocking::Wait;
//! use zt_risk_scoring::{BehaviorChanges, Client, Credentials};
//! # use zt_risk_scoring_mock::Simulator;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let simulator = Simulator::start_blocking();
//! # let (token, account, url) = (simulator.api_token(), simulator.account_id(), simulator.base_url());
//! let client = Client::builder()
//!     .credentials(Credentials::api_token(token)?)
//!     .account_id(account)
//! #   .base_url(url)
//!     .build()?;
//! let behaviors = client.behaviors().get().wait()?;
//! println!("{} of {} enabled", behaviors.enabled().len(), behaviors.len());
//!
//! let response = client.behaviors().get().send().wait()?;
//! println!("{:?}", response.metadata().cf_ray());
//!
//! let plan = client.behaviors().plan(BehaviorChanges::new().enable("imp_travel")).wait()?;
//! println!("{plan}");
//! # Ok(())
//! # }
//! ```
//!
//! In an async program, `spawn_blocking` takes synchronous code that makes calls:
//!
//! ```
//! use zt_risk_scoring::blocking::Wait;
//! use zt_risk_scoring::{Client, Error};
//!
//! fn report(client: &Client) -> Result<String, Error> {
//!     Ok(client.behaviors().get().wait()?.to_string())
//! }
//!
//! async fn report_later(client: Client) -> Result<String, Box<dyn std::error::Error>> {
//!     Ok(tokio::task::spawn_blocking(move || report(&client)).await??)
//! }
//! ```

pub use cloudflare_client::blocking::{Wait, WaitEach, WaitIter};
