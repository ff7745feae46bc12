//! Plans as text, for the person who reviews them.

use std::fmt;

use cloudflare_client::sdk::one_line;

use super::{Plan, PlanWarning, SettingsChange};
use crate::BehaviorId;

/// The target, a line for each change, what stays as it is, and the warnings. There is no final line break.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "plan for {}, made {}", self.target, self.created_at.format("%Y-%m-%d %H:%M:%S UTC"))?;
        for (id, change) in &self.changes {
            let name = self.seen.get(id).map(|behavior| one_line(&behavior.name)).unwrap_or_default();
            write!(f, "\n~ {}: {change} ({name})", one_line(id.as_str()))?;
        }
        if self.is_empty() {
            f.write_str("\nno changes")?;
        }
        list(f, "already so", &self.unchanged)?;
        list(f, "unmanaged", &self.unmanaged)?;
        list(f, "not in the account", &self.missing)?;
        self.warnings().iter().try_for_each(|warning| write!(f, "\nwarning: {warning}"))
    }
}

fn list(f: &mut fmt::Formatter<'_>, title: &str, ids: &[BehaviorId]) -> fmt::Result {
    if ids.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = ids.iter().map(|id| one_line(id.as_str())).collect();
    write!(f, "\n{title}: {}", ids.join(", "))
}

/// The values that change.
impl fmt::Display for SettingsChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.before.changes_to(&self.after).join(", "))
    }
}

impl fmt::Display for PlanWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DisablesLastEnabled => {
                "this disables the last enabled behavior: users then have no risk score, and Access policies that select users by their \
                 score see them as unscored"
            }
        })
    }
}
