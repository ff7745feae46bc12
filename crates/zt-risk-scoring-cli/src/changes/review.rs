//! The review of plans before they are applied.

use zt_risk_scoring::FleetPlan;

use crate::failure::Failure;
use crate::session::Account;
use crate::terminal::{self, print_message};
use crate::text;

/// What a person decides.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Decision {
    Apply,
    Decline,
}

/// Shows all plans that change something, and asks whether to apply them, unless that is decided.
pub(super) fn review(plans: &[(&Account, FleetPlan)], is_confirmed: bool) -> Result<Decision, Failure> {
    let changing: Vec<_> = plans.iter().filter(|(_, plan)| !plan.plan().is_empty()).collect();
    let mut changes = 0_usize;
    for (account, plan) in &changing {
        changes = changes.saturating_add(plan.plan().changes().len());
        let label = account.label.as_deref().map(|label| format!("{}: ", text::printable(label))).unwrap_or_default();
        print_message(&format!("{label}{}\n", plan.plan()));
    }
    if is_confirmed {
        return Ok(Decision::Apply);
    }
    let question = format!("Apply {} to {}?", text::count(changes, "change"), text::count(changing.len(), "account"));
    if terminal::confirm(&question)? { Ok(Decision::Apply) } else { Ok(Decision::Decline) }
}

/// Rejects a change that nobody can confirm, before anything is sent.
pub(crate) fn require_confirmation(is_confirmed: bool) -> Result<(), Failure> {
    if is_confirmed || terminal::can_ask() {
        return Ok(());
    }
    Err(Failure::usage(
        "a change needs a confirmation, and there is no terminal to ask on; nothing was sent",
        "review the change with --dry-run, then confirm it with --yes",
    ))
}
