//! The review of plans before they are applied.

use zt_risk_scoring::FleetPlan;

use crate::confirmation::{Decision, confirm};
use crate::failure::Failure;
use crate::session::Account;
use crate::terminal::print_message;
use crate::text;

/// Shows all plans that change something, and asks whether to apply them, unless that is decided.
pub(super) fn review(plans: &[(&Account, FleetPlan)], is_confirmed: bool) -> Result<Decision, Failure> {
    let changing: Vec<_> = plans.iter().filter(|(_, plan)| !plan.plan().is_empty()).collect();
    let mut changes = 0_usize;
    for (account, plan) in &changing {
        changes = changes.saturating_add(plan.plan().changes().len());
        let label = account.label.as_deref().map(|label| format!("{}: ", text::printable(label))).unwrap_or_default();
        print_message(&format!("{label}{}\n", plan.plan()));
    }
    let question = format!("Apply {} to {}?", text::count(changes, "change"), text::count(changing.len(), "account"));
    confirm(&question, is_confirmed)
}
