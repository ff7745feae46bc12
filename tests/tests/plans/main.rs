//! Plans, from outside: which requests they send, and what their errors say.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

mod planning;
mod repairs;
mod targets;
mod writes;

use zt_risk_scoring::{BehaviorChanges, Client, Plan};
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_tests::client_of;

/// A simulator, a client, and the plan to enable `imp_travel`.
pub(crate) async fn planned() -> (Simulator, Client, Plan) {
    let simulator = Simulator::start().await;
    let client = client_of(&simulator);
    let plan = client.behaviors().plan(BehaviorChanges::new().enable("imp_travel")).await.unwrap();
    simulator.clear_requests();
    (simulator, client, plan)
}

/// The methods of the requests that the simulator received.
pub(crate) fn methods(simulator: &Simulator) -> String {
    simulator.requests().iter().map(|request| request.method().to_owned()).collect::<Vec<_>>().join(" ")
}

pub(crate) fn is_enabled(simulator: &Simulator, id: &str) -> bool {
    simulator.account(simulator.account_id()).unwrap().behaviors()[id].enabled
}
