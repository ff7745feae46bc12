//! Many accounts at once.
//!
//! Each token has a connection of its own, since the vendor counts requests per token. A call is made only when it can be sent:
//! otherwise most of the calls for thousands of accounts would spend their time in the queue of the rate limiter, and fail.

mod account;
mod apply_many;
mod get_many;
mod plan_many;
mod request_many;
mod runner;

pub use account::{FleetAccount, FleetPlan};
pub use apply_many::ApplyMany;
pub use get_many::GetMany;
pub use plan_many::PlanMany;
pub use request_many::RequestMany;
